"""Document, entities and facts become triples with evidence."""

from kg_builder.graph.assembly.assembly import Assembled, assemble, triple_key

__all__ = ["Assembled", "assemble", "triple_key"]
