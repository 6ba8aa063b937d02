"""Sums of what does not add up: several units, plans and results, a part and its whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Triple

from kg_builder.asking.terms import name_of
from kg_builder.graph.index import Term
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.levels import Query, formulas
from kg_builder.graph.query.matches import Row, facts_of
from kg_builder.graph.vocabulary import expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice

_ADDING: Final = re.compile(r"\b(?:SUM|AVG)\s*\(", re.IGNORECASE)
_VALUE: Final = expand("value")
_NORMALIZED: Final = expand("normalizedValue")
_ABOUT: Final = expand("about")
_WHOLES: Final = (expand("dcterms:isPartOf"), expand("skos:broader"))
_KINDS: Final = (
    (expand("unit"), Bilingual("单位", "units")),
    (expand("measure"), Bilingual("量度", "measures")),
    (expand("resultKind"), Bilingual("计划与实际", "plan and result")),
    (expand("basis"), Bilingual("口径", "bases")),
    (expand("area"), Bilingual("地区", "areas")),
    (expand("period"), Bilingual("时期", "periods")),
)
_SHOWN: Final = 3
MIXED_ROWS: Final = 200
"""So many sums are looked at."""


def mixtures(graph: OpenGraph, query: Query, rows: Sequence[Row]) -> tuple[Notice, ...]:
    """Return what is mixed in the sums and means of an answer, each kind of mixture once."""
    if not any(_ADDING.search(formula) for formula in formulas(query).values()):
        return ()
    kinds: dict[Bilingual, None] = {}
    parts: dict[tuple[Term, Term], None] = {}
    for triples in facts_of(graph.store, query, rows, graph.prefixes):
        figures = _figures(triples)
        by_unit = any(triple.predicate == _VALUE for triple in triples)
        kinds.update(dict.fromkeys(_mixed(graph, figures, by_unit=by_unit)))
        parts.update(dict.fromkeys(_parts(graph, figures)))
    messages = [*kinds, *([_in_words(graph, list(parts))] if parts else [])]
    return tuple(Notice("mixture", message) for message in messages)


def _figures(triples: Sequence[Triple]) -> dict[NamedNode, None]:
    """Return the observations whose values are added."""
    return {
        triple.subject: None
        for triple in triples
        if triple.predicate in (_VALUE, _NORMALIZED) and isinstance(triple.subject, NamedNode)
    }


def _mixed(graph: OpenGraph, figures: Iterable[NamedNode], *, by_unit: bool) -> Iterator[Bilingual]:
    """Yield what is mixed in the figures of one sum."""
    for predicate, words in _KINDS if by_unit else _KINDS[1:]:
        values = {value for figure in figures for value in _objects(graph, figure, predicate)}
        if len(values) > 1:
            zh, en = (
                ", ".join(sorted(name_of(graph, value, language) for value in values))
                for language in ("zh", "en")
            )
            yield Bilingual(
                f"相加的数字{words.zh}不同：{zh}；请按它分组或加条件",
                f"figures of different {words.en} are added: {en}; group by it, or ask for one",
            )


def _parts(graph: OpenGraph, figures: Iterable[NamedNode]) -> Iterator[tuple[Term, Term]]:
    """Yield each thing whose figure is added to that of the whole it is part of."""
    things = {thing for figure in figures for thing in _objects(graph, figure, _ABOUT)}
    for thing in sorted(things, key=str):
        for whole in (found for part in _WHOLES for found in _objects(graph, thing, part)):
            if whole in things:
                yield thing, whole


def _in_words(graph: OpenGraph, parts: Sequence[tuple[Term, Term]]) -> Bilingual:
    """Return one line for all parts that are added to their wholes."""
    zh, en = (
        [tuple(name_of(graph, node, language) for node in pair) for pair in parts[:_SHOWN]]
        for language in ("zh", "en")
    )
    listed_zh = "、".join(f"{part}（{whole}的一部分）" for part, whole in zh)
    listed_en = ", ".join(f"{part} (part of {whole})" for part, whole in en)
    more = len(parts) > _SHOWN
    return Bilingual(
        f"部分和整体一起相加，共 {len(parts)} 处：{listed_zh}{'……' if more else ''}",
        f"parts are added to their wholes, {len(parts)} in all: {listed_en}{' …' if more else ''}",
    )


def _objects(graph: OpenGraph, node: Term, predicate: NamedNode) -> list[Term]:
    if not isinstance(node, NamedNode):
        return []
    quads = graph.store.quads_for_pattern(node, predicate, None, DefaultGraph())
    return [quad.object for quad in quads]  # type: ignore[misc]  # no triple terms in RDF 1.1
