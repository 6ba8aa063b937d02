"""From results to what somebody who has never seen SHACL can act on, in Chinese or English."""

from kg_builder.judging.words.material import Material, Rules
from kg_builder.judging.words.placing import place_results

__all__ = ["Material", "Rules", "place_results"]
