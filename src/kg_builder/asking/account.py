"""What there is to know beside the solutions: what IRIs are called, and the reports behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg_builder.asking.answer import Answer, SourceNote, words_of
from kg_builder.asking.request import Request
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.levels import Query
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual, Language

_CITED: Final = 100
"""So many solutions are cited."""
_LABELLED: Final = 200_000
"""So many IRIs are given their labels."""
_DETAILS: Final = (
    (Bilingual("发布机关", "publisher"), "dcterms:publisher"),
    (Bilingual("官方地址", "address"), "dcterms:source"),
    (Bilingual("文号", "document number"), "dcterms:identifier"),
    (Bilingual("发布日期", "issued"), "dcterms:issued"),
    (Bilingual("范围", "extent"), "dcterms:extent"),
    (Bilingual("数据许可", "licence of the data"), "dcterms:license"),
    (Bilingual("原文 SHA-256", "SHA-256 of the source"), "sourceSha256"),
)


def names_of(graph: OpenGraph, found: Answer, language: Language) -> Mapping[str, str]:
    """Return what IRIs are called in a language, where a solution names them in another."""
    names: dict[str, str | None] = {}
    pairs = found.name_pairs()
    for solution in found.solutions() if pairs else ():
        for node, name in ((solution[iri], solution[name]) for iri, name in pairs):
            if (
                isinstance(node, NamedNode)
                and isinstance(name, Literal)
                and name.language not in (None, language)
                and node.value not in names
                and len(names) < _LABELLED
            ):
                names[node.value] = graph.label_in(node, language)
    return {iri: name for iri, name in names.items() if name is not None}


def labels_of(graph: OpenGraph, found: Answer, language: Language) -> Mapping[str, str]:
    """Return what the IRIs in the solutions are called, by IRI."""
    labels: dict[str, str] = {}
    seen: set[str] = set()
    for solution in found.solutions():
        for term in solution:
            if isinstance(term, NamedNode) and term.value not in seen and len(seen) < _LABELLED:
                seen.add(term.value)
                label = graph.label(term, language)
                if label is not None:
                    labels[term.value] = label
    return labels


def sources_of(graph: OpenGraph) -> Iterator[SourceNote]:
    """Yield the reports of a graph with what their source records tell."""
    for quad in graph.store.quads_for_pattern(None, RDF_TYPE, expand("Report"), DefaultGraph()):
        report = quad.subject
        assert isinstance(report, NamedNode)  # noqa: S101 - instance data have no blank nodes
        copies = graph.store.quads_for_pattern(None, expand("dcterms:isFormatOf"), report, None)
        details = [
            (label, words_of(found.object))  # type: ignore[arg-type]
            for copy in copies
            for label, name in _DETAILS
            for found in graph.store.quads_for_pattern(copy.subject, expand(name), None, None)
        ]
        title = graph.label(report, "zh") or report.value
        yield SourceNote(report.value, title, tuple(dict.fromkeys(details)))


def citation_of(graph: OpenGraph, query: Query, found: Answer, request: Request) -> str:
    """Return a citation of an answer: the question, the data, and the places in the reports.

    Cited are the first things of the solutions; of what is computed, those whose facts went in.
    """
    from kg_builder.asking.citation import cite_answer, cited
    from kg_builder.graph.query.matches import facts_of

    solutions = list(islice(found.solutions(), _CITED))
    firsts = (
        next((term for term in solution if isinstance(term, NamedNode)), None)
        for solution in solutions
    )
    nodes = [node for node in firsts if node is not None]
    if not nodes:
        rows = [dict(zip(found.variables, solution, strict=True)) for solution in solutions]
        facts = facts_of(graph.store, query, rows, graph.prefixes)
        subjects = [triple.subject for triples in facts for triple in triples]
        nodes = [node for node in subjects if isinstance(node, NamedNode)]
    asked = found.asked
    given = "".join(f"; {name} = {words}" for name, words in asked.parameters.items())
    title = asked.title or Bilingual(asked.text, asked.text)
    title = Bilingual(title.zh + given, title.en + given)
    citation = cite_answer(graph, title, nodes)
    return cited(citation, request.cite or "text", request.language, date.today())
