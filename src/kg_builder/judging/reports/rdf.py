"""A report as a standard `sh:ValidationReport` (SHACL 3.6): what other tools read.

It holds what is new: a result that stood before is no part of what the files cause, so that
`sh:conforms` says of the report what SHACL says it does. Places stand in the other formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import BlankNode, RdfFormat, Triple, serialize

from kg_builder.graph.shacl import report_triples
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.reports.report import Report
from kg_builder.model.bilingual import Language
from kg_builder.model.validation import ValidationReport

RDF_FORMATS: Final[Mapping[str, RdfFormat]] = MappingProxyType(
    {
        "turtle": RdfFormat.TURTLE,
        "xml": RdfFormat.RDF_XML,
        "json-ld": RdfFormat.JSON_LD,
        "nt": RdfFormat.N_TRIPLES,
        "n3": RdfFormat.TURTLE,
    }
)
"""By the names that pySHACL has for them; what is Turtle is N3, too."""
_HASH_COMMENTS: Final = ("turtle", "nt", "n3")


def rdf_report(report: Report, name: str, language: Language) -> bytes:
    """Return the report in the format of that name, in UTF-8."""
    listed = tuple(item.result for item in report.listed() if not item.standing)
    triples = report_triples(ValidationReport(report.verdict.conforms, listed))
    triples.extend(_shapes_without_names(report, triples))
    format_ = RDF_FORMATS[name]
    named = {key: PREFIXES[key] for key in ("sh", "xsd", "kg", "rdf", "rdfs")}
    prefixes = named if format_ in (RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
    written = serialize(triples, format=format_, prefixes=prefixes) or b""
    if name in _HASH_COMMENTS:
        return "".join(f"# {line}\n" for line in remarks(report, language)).encode() + written
    return written


def remarks(report: Report, language: Language) -> Iterator[str]:
    """Yield what the standard report has no room for, a line each."""
    cut = report.cut()
    if cut:
        yield cut.pick(language)
    standing = report.standing()
    if standing:
        yield (
            f"不含原来就有的 {standing} 个结果"
            if language == "zh"
            else f"without {standing} results that stood before"
        )


def _shapes_without_names(report: Report, triples: list[Triple]) -> Iterator[Triple]:
    """Yield what the shapes graph says of blank nodes that the report names, as deep as they go."""
    about: dict[BlankNode, list[Triple]] = {}
    for triple in report.shapes_graph:
        if isinstance(triple.subject, BlankNode):
            about.setdefault(triple.subject, []).append(triple)
    if not about:
        return
    pending = [triple.object for triple in triples if isinstance(triple.object, BlankNode)]
    seen: set[BlankNode] = set()
    while pending:
        node = pending.pop()
        if node in seen or node not in about:
            continue
        seen.add(node)
        for triple in about[node]:
            yield triple
            if isinstance(triple.object, BlankNode):
                pending.append(triple.object)
