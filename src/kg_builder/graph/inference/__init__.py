"""What follows from the asserted triples by the ontology: OWL 2 RL, without its noise."""

from kg_builder.graph.inference.closure import Closure, Extension, infer
from kg_builder.graph.inference.reference import infer_with_owlrl
from kg_builder.graph.inference.resumption import ResumedClosure
from kg_builder.graph.inference.rules import Chain, Rules, compile_ontology, is_known_axiom

__all__ = [
    "Chain",
    "Closure",
    "Extension",
    "ResumedClosure",
    "Rules",
    "compile_ontology",
    "infer",
    "infer_with_owlrl",
    "is_known_axiom",
]
