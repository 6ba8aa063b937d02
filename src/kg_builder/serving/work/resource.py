"""What there is to say of a thing: the triples of the document about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Triple

from kg_builder.graph.export.select import Selection, select
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import expand

_ABOUT: Final = (expand("about"), expand("indicator"))
_LABEL: Final = expand("rdfs:label")
_DEFINED_BY: Final = expand("rdfs:isDefinedBy")
_INCOMING: Final = 5_000
"""So many triples that point at a thing stand in its document."""


class ResourceDescriptions:
    """The descriptions of the resources of a graph."""

    def __init__(self, graph: OpenGraph) -> None:
        self._graph = graph

    def of(self, node: NamedNode, *, evidence: bool) -> Iterator[Triple]:
        """Yield what is said of a thing and by it: its statements, and what things are called."""
        store, default = self._graph.store, DefaultGraph()
        found: dict[Triple, None] = {}
        found |= dict.fromkeys(self._said(node))
        for part in self._fragments(node, found):
            found |= dict.fromkeys(self._said(part))
        if node in set(store.named_graphs()):  # what it holds, and who says so
            yield from found
            yield from (quad.triple for quad in store.quads_for_pattern(None, None, None, node))
            return
        for predicate in (*_ABOUT, _DEFINED_BY):
            for quad in store.quads_for_pattern(None, predicate, node, default):
                if isinstance(quad.subject, NamedNode):
                    found |= dict.fromkeys(self._said(quad.subject))
        incoming = store.quads_for_pattern(None, None, node, default)
        found |= dict.fromkeys(quad.triple for quad in islice(incoming, _INCOMING))
        yield from found
        yield from self._names_of(found, node)
        if evidence:
            yield from self._evidence(node)

    def _fragments(self, node: NamedNode, said: Iterable[Triple]) -> set[NamedNode]:
        """Return the things whose IRIs are a thing's and a fragment, as terms of an ontology.

        Whoever asks for them gets the document about the thing: a fragment is never sent.
        """
        named = (triple.object for triple in said if isinstance(triple.object, NamedNode))
        parts = {part for part in named if part.value.startswith(f"{node.value}#")}
        return parts | self._terms.get(node.value, set())

    @cached_property
    def _terms(self) -> Mapping[str, set[NamedNode]]:
        """The terms of ontologies by what stands before the # of their IRIs."""
        found: dict[str, set[NamedNode]] = {}
        for quad in self._graph.store.quads_for_pattern(None, _DEFINED_BY, None, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and "#" in quad.subject.value:
                found.setdefault(quad.subject.value.partition("#")[0], set()).add(quad.subject)
        return found

    def _said(self, node: NamedNode | BlankNode) -> Iterator[Triple]:
        """Yield what is said of a node, and of nodes without a name that it refers to."""
        waiting, met = [node], set[NamedNode | BlankNode]()
        evidence = self._graph.graph_name("evidence")
        while waiting:
            subject = waiting.pop()
            if subject in met:
                continue
            met.add(subject)
            for graph in (DefaultGraph(), *((evidence,) if evidence else ())):
                for quad in self._graph.store.quads_for_pattern(subject, None, None, graph):
                    yield quad.triple
                    if isinstance(quad.object, BlankNode):
                        waiting.append(quad.object)

    def _names_of(self, triples: Iterable[Triple], node: NamedNode) -> Iterator[Triple]:
        nodes = {
            part
            for triple in triples
            for part in (triple.subject, triple.object)
            if isinstance(part, NamedNode) and part != node
        }
        for part in nodes:
            for quad in self._graph.store.quads_for_pattern(part, _LABEL, None, DefaultGraph()):
                yield quad.triple

    def _evidence(self, node: NamedNode) -> Iterator[Triple]:
        if self._graph.graph_name("evidence") is None:
            return
        for triples in select(self._graph, "evidence", Selection(entities=(node,))).values():
            yield from triples
