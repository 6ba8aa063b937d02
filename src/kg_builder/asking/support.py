"""What supports each solution of an answer: the places of the reports that say its facts.

An inferred fact is said by no report; the asserted ones that it follows from are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from pyoxigraph import Triple

from kg_builder.asking.answer import Support
from kg_builder.asking.evidence import Contribution, Passage, Witnesses
from kg_builder.asking.why import prover_of
from kg_builder.graph.inference.proof import Prover
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.levels import Query
from kg_builder.graph.query.matches import Row, facts_of
from kg_builder.graph.vocabulary import expand
from kg_builder.model.bilingual import Language

CONTEXT: Final = frozenset(
    expand(name)
    for name in (
        *("rdf:type", "rdfs:label", "skos:prefLabel", "skos:altLabel"),
        *("area", "period", "statedIn", "resultKind", "listOrder"),
        *("startYear", "endYear", "startMonth", "endMonth", "periodSpan"),
    )
)
"""What things are called, and of what area and time a statement is, is said all over a report: it
counts as evidence where a solution says nothing else."""
PLACES: Final = 12
"""How many places are listed for one solution; a sum over a hundred figures has as many."""


def support(
    graph: OpenGraph, query: Query, rows: Sequence[Row], language: Language, report: str | None
) -> tuple[tuple[Support, ...], ...]:
    """Return for each solution the places that support it, in the report's order.

    After them stand the contributions that do, who made them and after what source.

    `report` is the text of a report to quote from. A solution that nothing but the ontology
    supports, or that other RDF gives without evidence, has none.
    """
    facts = facts_of(graph.store, query, rows, graph.prefixes)
    finder = _Finder(graph, report)
    passages = [finder.passages(triples) for triples in facts]
    brought = [finder.contributions(triples) for triples in facts]
    reports = {passage.report for found in passages for passage in found}
    names = _names(graph, reports, language) if len(reports) > 1 else {}
    return tuple(
        (*_places(found, names, language), *(Support(item.in_words(language)) for item in others))
        for found, others in zip(passages, brought, strict=True)
    )


class _Finder:
    def __init__(self, graph: OpenGraph, report: str | None) -> None:
        self._graph = graph
        self._witnesses = Witnesses(graph, report)

    def passages(self, triples: Sequence[Triple]) -> list[Passage]:
        """Return the passages that say the triples, each once, in the report's order."""
        found: dict[Passage, None] = {}
        for triple in _telling(triples):
            for passage in self._said(triple):
                found[passage] = None
        return sorted(found, key=lambda passage: (passage.report, passage.line, passage.column))

    def contributions(self, triples: Sequence[Triple]) -> list[Contribution]:
        """Return the contributions that say the triples, or what they follow from; by number."""
        found: dict[Contribution, None] = {}
        for triple in _telling(triples):
            brought = self._witnesses.contributions(triple)
            if not brought and not self._witnesses.of(triple):
                leaves = self._leaves(triple)
                brought = tuple(
                    item for leaf in leaves for item in self._witnesses.contributions(leaf)
                )
            found.update(dict.fromkeys(brought))
        return sorted(found, key=lambda item: (item.number or 0, item.graph))

    def _said(self, triple: Triple) -> Iterator[Passage]:
        testimony = self._witnesses.of(triple)
        if not testimony and not self._witnesses.contributions(triple):
            testimony = tuple(
                said for leaf in self._leaves(triple) for said in self._witnesses.of(leaf)
            )
        for said in testimony:
            yield said.passage

    def _leaves(self, triple: Triple) -> Iterator[Triple]:
        """Yield the asserted triples that an inferred one follows from."""
        proof = self._prover.prove(triple) if self._prover is not None else None
        for leaf in proof.leaves() if proof is not None else ():
            yield Triple(leaf.subject, leaf.predicate, leaf.object)  # type: ignore[arg-type]

    @cached_property
    def _prover(self) -> Prover | None:
        return prover_of(self._graph)


def _telling(triples: Sequence[Triple]) -> Sequence[Triple]:
    """Return the triples that say more than what things are called, where there are any."""
    return [triple for triple in triples if triple.predicate not in CONTEXT] or triples


def _names(graph: OpenGraph, reports: set[str], language: Language) -> Mapping[str, str]:
    from pyoxigraph import NamedNode

    return {iri: graph.label(NamedNode(iri), language) or iri for iri in reports if iri}


def _places(
    passages: Sequence[Passage], names: Mapping[str, str], language: Language
) -> Iterator[Support]:
    for passage in passages[:PLACES]:
        words = place_in_words(passage, names.get(passage.report), language)
        yield Support(words, passage.report, passage.line)
    if len(passages) > PLACES:
        more = len(passages) - PLACES
        yield Support(f"……另有 {more} 处" if language == "zh" else f"… and {more} more")


def place_in_words(passage: Passage, report: str | None, language: Language) -> str:
    """Return where a passage stands, and its words where they are at hand."""
    place = (
        f"第{passage.line}行第{passage.column}列"
        if language == "zh"
        else f"line {passage.line}, column {passage.column}"
    )
    parts = [part for part in (report, place, passage.path) if part]
    text = " › ".join(parts)
    if passage.quote is None:
        return text
    return f"{text}: “{passage.quote}”"
