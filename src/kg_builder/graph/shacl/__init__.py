"""SHACL validation over `TripleIndex`: SHACL Core and SHACL-SPARQL, without pySHACL.

`compile_shapes` turns a shapes graph into frozen `Shapes`; `validate` checks a data graph against
them, any number of times; `report_triples` writes the report as RDF. Reference: W3C Recommendation
Shapes Constraint Language (SHACL), 20 July 2017.
"""

from kg_builder.graph.shacl.compiler import compile_shapes
from kg_builder.graph.shacl.engine import unsatisfied, validate, validate_at
from kg_builder.graph.shacl.report import report_triples
from kg_builder.graph.shacl.shapes import Shape, Shapes, Targets

__all__ = [
    "Shape",
    "Shapes",
    "Targets",
    "compile_shapes",
    "report_triples",
    "unsatisfied",
    "validate",
    "validate_at",
]
