"""The page of what no entity is: a fact and its passage, a decision, a graph, a source record.

All that the graph says of it, as it stands: for those who follow an IRI to its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.vocabulary import RDF_TYPE
from kg_builder.serving.pages.site import Site
from kg_builder.serving.pages.telling import Shown, Teller

_MANY: Final = 200
"""Triples told in each direction; what there is more stands in the documents."""


@dataclass(frozen=True, slots=True)
class Told:
    """A property, and what it has."""

    predicate: Shown
    values: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class RecordView:
    """All that the page of a record shows."""

    iri: str
    name: str
    classes: tuple[Shown, ...]
    facts: tuple[Told, ...]
    parts: tuple[tuple[Told, ...], ...]
    """Facts of things that are part of it: whose IRIs are its own and a fragment."""
    incoming: tuple[Told, ...]
    triples: int | None
    """Of a graph: how many it has."""
    documents: Mapping[str, str]


def record_view(teller: Teller, site: Site, node: NamedNode) -> RecordView | None:
    """Return what there is to show of a node; None where no graph says anything of it."""
    found = _Record(teller, node)
    facts = tuple(found.facts(node))
    size = found.size()
    incoming = tuple(found.incoming())
    if not facts and not incoming and size is None:
        return None
    return RecordView(
        iri=node.value,
        name=node.value.rpartition("/")[2],
        classes=tuple(map(teller.shown, found.classes())),
        facts=facts,
        parts=tuple(tuple(found.facts(part)) for part in found.parts()),
        incoming=incoming,
        triples=size,
        documents=site.documents(node.value),
    )


class _Record:
    def __init__(self, teller: Teller, node: NamedNode) -> None:
        self._teller = teller
        self._node = node
        self._store = teller.graph.store
        evidence = teller.graph.graph_name("evidence")
        self._graphs = (DefaultGraph(), *((evidence,) if evidence else ()))

    def _said(self, node: NamedNode) -> Iterator[tuple[NamedNode, Term]]:
        for graph in self._graphs:
            quads = self._store.quads_for_pattern(node, None, None, graph)
            for quad in islice(quads, _MANY):
                if not isinstance(quad.object, BlankNode | Triple):
                    yield quad.predicate, quad.object

    def classes(self) -> list[Term]:
        return [value for predicate, value in self._said(self._node) if predicate == RDF_TYPE]

    def facts(self, node: NamedNode) -> Iterator[Told]:
        parts = self.parts()
        by_property: dict[NamedNode, dict[Term, None]] = {}
        for predicate, value in self._said(node):
            if predicate != RDF_TYPE and value not in parts:
                by_property.setdefault(predicate, {})[value] = None
        yield from self._told(by_property)

    def parts(self) -> list[NamedNode]:
        values = dict.fromkeys(value for _, value in self._said(self._node))
        prefix = f"{self._node.value}#"
        return [v for v in values if isinstance(v, NamedNode) and v.value.startswith(prefix)]

    def incoming(self) -> Iterator[Told]:
        by_property: dict[NamedNode, dict[Term, None]] = {}
        for graph in self._graphs:
            quads = self._store.quads_for_pattern(None, None, self._node, graph)
            for quad in islice(quads, _MANY):
                if isinstance(quad.subject, NamedNode):
                    by_property.setdefault(quad.predicate, {})[quad.subject] = None
        yield from self._told(by_property)

    def _told(self, by_property: Mapping[NamedNode, Mapping[Term, None]]) -> Iterator[Told]:
        shown = self._teller.shown
        for predicate in sorted(by_property, key=lambda node: node.value):
            values = sorted(by_property[predicate], key=str)
            yield Told(shown(predicate), tuple(map(shown, values)))

    def size(self) -> int | None:
        quads = self._store.quads_for_pattern(None, None, None, self._node)
        return sum(1 for _ in quads) or None
