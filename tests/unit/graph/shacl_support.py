"""What the tests of SHACL validation share: Turtle in, results of both engines out."""

from collections import Counter
from collections.abc import Iterable

from pyoxigraph import RdfFormat, Triple, parse

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import compile_shapes, validate
from kg_builder.graph.validation import run_pyshacl
from kg_builder.model.validation import ValidationReport, ValidationResult

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
EX = "http://example.org/"
SH = "http://www.w3.org/ns/shacl#"


def triples(turtle: str) -> list[Triple]:
    return [q.triple for q in parse((PREFIXES + turtle).encode(), format=RdfFormat.TURTLE)]


def ours(data: Iterable[Triple], shapes: Iterable[Triple], **options) -> ValidationReport:
    return validate(TripleIndex(data), compile_shapes(shapes), **options)


def key(result: ValidationResult) -> tuple:
    return (
        result.focus_node,
        result.path,
        result.value,
        result.component,
        result.severity,
        result.source_shape,
        result.source_constraint,
    )


def counted(report: ValidationReport) -> Counter:
    return Counter(map(key, report.results))


def both(data: Iterable[Triple], shapes: Iterable[Triple]) -> tuple[Counter, Counter]:
    data, shapes = list(data), list(shapes)
    return counted(ours(data, shapes)), counted(run_pyshacl(data, shapes))
