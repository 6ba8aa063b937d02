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
from kg_builder.judging.reports.report import ABOUT_SHAPES, Report
from kg_builder.model.bilingual import Language
from kg_builder.model.validation import ValidationReport
from kg_builder.model.verdict import PlacedResult

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
    listed = tuple(item.result for item in report.listed() if _is_told(item))
    conforms = not any(map(_is_told, report.verdict.results))
    triples = report_triples(ValidationReport(conforms, listed))
    root = triples[0].subject
    triples.sort(key=lambda triple: triple.subject != root)  # the report itself comes first
    triples.extend(_shapes_without_names(report, triples))
    written = serialize(triples, format=RDF_FORMATS[name], prefixes=_prefixes(report)) or b""
    if name in _HASH_COMMENTS:
        return "".join(f"# {line}\n" for line in remarks(report, language)).encode() + written
    return written


def _is_told(item: PlacedResult) -> bool:
    """Whether a result is about the data, and new."""
    return not item.standing and item.result.component not in ABOUT_SHAPES


def remarks(report: Report, language: Language) -> Iterator[str]:
    """Yield what the standard report has no room for, a line each."""
    cut = report.cut()
    if cut:
        yield cut.pick(language)
    about_shapes = sum(r.result.component in ABOUT_SHAPES for r in report.verdict.results)
    if about_shapes:
        yield (
            f"不含 {about_shapes} 个关于形状本身的警告"
            if language == "zh"
            else f"without {about_shapes} warnings about the shapes themselves"
        )
    standing = report.standing()
    if standing:
        yield (
            f"不含原来就有的 {standing} 个结果"
            if language == "zh"
            else f"without {standing} results that stood before"
        )


def _prefixes(report: Report) -> dict[str, str]:
    """Return the prefixes of the files, those of the report's own terms before them."""
    found = {"sh": PREFIXES["sh"], "xsd": PREFIXES["xsd"]}
    for file in (*report.files, *report.shapes):
        for name, space in file.prefixes.items():
            if name and space not in found.values():
                found.setdefault(name, space)
    return found


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
