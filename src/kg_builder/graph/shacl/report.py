"""From findings to the report, and from the report to a standard `sh:ValidationReport`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import Term
from kg_builder.graph.shacl.constraints import Constraint, Finding
from kg_builder.graph.shacl.paths import path_triples
from kg_builder.graph.shacl.run import Run
from kg_builder.graph.shacl.shapes import Shape
from kg_builder.graph.shacl.vocabulary import RDF_TYPE, SH, XSD, sh
from kg_builder.model.validation import ValidationReport, ValidationResult

_MAX_RESULTS: Final = 10_000_000
SEVERITIES = ("Violation", "Warning", "Info")


class Found(NamedTuple):
    """A finding with the shape and constraint it belongs to, and how often it is to be reported."""

    shape: Shape
    constraint: Constraint
    finding: Finding
    times: int
    details: tuple[Found, ...]


def severity_name(iri: str) -> str:
    """Return the short name of a SHACL severity, or the IRI of any other."""
    name = iri.removeprefix(SH)
    return name if iri.startswith(SH) and name in SEVERITIES else iri


def make_report(run: Run, found: Iterable[Found]) -> ValidationReport:
    """Return the report of a run, its results sorted.

    Raises ValidationFailure for more results than could be held: shapes that reach the same nodes
    on many ways multiply them.
    """
    found = list(found)
    if sum(item.times for item in found) > _MAX_RESULTS:
        raise ValidationFailure(
            f"结果多于 {_MAX_RESULTS:,} 条：形状经多条路到达同样的节点，结果相乘",
            f"more than {_MAX_RESULTS:,} results: shapes reach the same nodes on many ways",
        )
    results = _results(_Writer(run), found)
    return ValidationReport(not results, results)


def _results(writer: _Writer, found: Iterable[Found]) -> tuple[ValidationResult, ...]:
    written = [(writer.result(item), item.times) for item in found]
    written.sort(key=lambda pair: sort_key(pair[0]))
    return tuple(result for result, times in written for _ in range(times))


def sort_key(result: ValidationResult) -> tuple[str, ...]:
    """Return what results are sorted by."""
    return (
        result.focus_node,
        result.path or "",
        result.component,
        result.value or "",
        result.source_shape,
        result.source_constraint or "",
        *result.messages,
    )


class _Writer:
    """Makes results; what a constraint says of all its findings is worked out once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._said: dict[tuple[int, int], tuple[str, ...]] = {}

    def result(self, item: Found) -> ValidationResult:
        shape, finding, term = item.shape, item.finding, self._run.term
        path = shape.path.text if shape.path is not None else None
        return ValidationResult(
            focus_node=str(term(finding.focus)),
            path=path if finding.path is None else str(finding.path),
            value=None if finding.value is None else str(term(finding.value)),
            severity=severity_name(shape.severity.value),
            component=item.constraint.component_iri().value,
            source_shape=str(shape.node),
            messages=self._messages(item),
            source_constraint=None if finding.source is None else str(finding.source),
            details=_results(self, item.details),
        )

    def _messages(self, item: Found) -> tuple[str, ...]:
        if item.finding.messages:
            return _sorted(item.finding.messages)
        key = (id(item.shape), id(item.constraint))
        if key not in self._said:
            words = item.constraint.message()
            own = (Literal(words.zh, language="zh"), Literal(words.en, language="en"))
            self._said[key] = _sorted(item.shape.messages or own)
        return self._said[key]


def _sorted(messages: Iterable[Literal]) -> tuple[str, ...]:
    return tuple(sorted(map(str, messages)))


@lru_cache(maxsize=4096)
def read_term(text: str) -> Term:
    """Return the term that N-Triples syntax stands for."""
    if text.startswith("<"):
        return NamedNode(text[1:-1])
    if text.startswith("_:"):
        return BlankNode(text[2:])
    line = f"<urn:s> <urn:p> {text} ."
    quad = next(iter(parse(line, format=RdfFormat.N_TRIPLES)))
    if not isinstance(quad.object, Literal):
        raise TypeError(f"not a term: {text}")
    return quad.object


def report_triples(report: ValidationReport) -> list[Triple]:
    """Return the report as a standard RDF graph (SHACL 3.6), details included.

    Blank nodes are labelled by their order: equal reports give equal triples.
    """
    root = BlankNode("report")
    triples = [Triple(root, RDF_TYPE, sh("ValidationReport"))]
    conforms = Literal("true" if report.conforms else "false", datatype=NamedNode(XSD + "boolean"))
    triples.append(Triple(root, sh("conforms"), conforms))
    paths: list[BlankNode] = []
    pending = [(root, sh("result"), result) for result in reversed(report.results)]
    count = 0
    while pending:
        parent, link, result = pending.pop()
        node = BlankNode(f"result{count}")
        count += 1
        triples.append(Triple(parent, link, node))
        triples.extend(_result_triples(node, result, paths))
        pending.extend((node, sh("detail"), inner) for inner in reversed(result.details))
    return triples


def _result_triples(
    node: BlankNode, result: ValidationResult, paths: list[BlankNode]
) -> Iterable[Triple]:
    severity = result.severity
    iri = sh(severity) if severity in SEVERITIES else NamedNode(severity)
    yield Triple(node, RDF_TYPE, sh("ValidationResult"))
    yield Triple(node, sh("resultSeverity"), iri)
    yield Triple(node, sh("sourceConstraintComponent"), NamedNode(result.component))
    for name, text in (
        ("focusNode", result.focus_node),
        ("value", result.value),
        ("sourceShape", result.source_shape),
        ("sourceConstraint", result.source_constraint),
    ):
        if text is not None:
            yield Triple(node, sh(name), read_term(text))
    if result.path is not None:
        path, steps = path_triples(result.path, paths)
        yield Triple(node, sh("resultPath"), path)
        yield from steps
    for message in result.messages:
        yield Triple(node, sh("resultMessage"), read_term(message))
