"""A store's default graph as an index, read where it is asked for, with room for more on top.

What surrounds a node is read at its first use and kept. A node with more triples than a few hundred
(a district, a class) is read predicate by predicate instead: nothing here costs more than what is
asked for, however large the store has grown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg_builder.graph.index import Ids, TripleIndex

_HUB: Final = 200
"""More triples than these on one side of a node are not read at once."""
_NONE: Ids = ()
_Graph = NamedNode | DefaultGraph


class _Side:
    """The triples of one graph of a store by the node on one side, then by predicate."""

    def __init__(self, ids: TripleIndex, store: Store, graph: _Graph, *, backwards: bool) -> None:
        self._ids = ids
        self._store = store
        self._graph = graph
        self._backwards = backwards
        self._known: dict[int, Mapping[int, Ids] | None] = {}
        """Node → predicate → nodes on the other side; None for a hub."""
        self._of_hubs: dict[tuple[int, int], Ids] = {}
        self.size = 0

    def get(self, node: int, predicate: int) -> Ids:
        """Return the nodes on the other side; not to be changed."""
        known = self.around(node)
        if known is not None:
            return known.get(predicate, _NONE)
        found = self._of_hubs.get((node, predicate))
        if found is None:
            quads = self._quads(node, self._ids.term(predicate))  # type: ignore[arg-type]
            found = self._of_hubs[node, predicate] = {self._other(quad): None for quad in quads}
            self.size += len(found)
        return found

    def first(self, node: int, predicate: int) -> int | None:
        """Return one of the nodes on the other side; nothing is kept."""
        quads = self._quads(node, self._ids.term(predicate))  # type: ignore[arg-type]
        return next((self._other(quad) for quad in quads), None)

    def around(self, node: int) -> Mapping[int, Ids] | None:
        """Return predicate → nodes on the other side; None for a hub."""
        if node not in self._known:
            self._known[node] = self._read(node)
        return self._known[node]

    def predicates(self, node: int) -> Iterable[int]:
        """Return the predicates that a node has on this side, a hub's too."""
        known = self.around(node)
        if known is not None:
            return known
        intern = self._ids.intern
        return dict.fromkeys(intern(quad.predicate) for quad in self._quads(node, None))

    def _read(self, node: int) -> Mapping[int, Ids] | None:
        quads = list(islice(self._quads(node, None), _HUB + 1))
        if len(quads) > _HUB:
            return None
        found: dict[int, dict[int, None]] = {}
        intern = self._ids.intern
        for quad in quads:
            found.setdefault(intern(quad.predicate), {})[self._other(quad)] = None
        self.size += len(quads)
        return found

    def _quads(self, node: int, predicate: NamedNode | None) -> Iterator[Quad]:
        term = self._ids.term(node)
        if self._backwards:
            return self._store.quads_for_pattern(None, predicate, term, self._graph)
        if isinstance(term, Literal):
            return iter(())
        return self._store.quads_for_pattern(term, predicate, None, self._graph)

    def _other(self, quad: Quad) -> int:
        return self._ids.intern(quad.subject if self._backwards else quad.object)  # type: ignore[arg-type]


class StoreIndex(TripleIndex):
    """The default graph of a store, and triples added to it in memory; the store stays as it is.

    `asserted` are the graphs of sources and ontology, `inferred` is that of what was inferred. What
    a `TripleIndex` says of all triples (`pairs`, `ids`, `len`) is said of those that were added.
    """

    def __init__(self, store: Store, inferred: NamedNode, asserted: Iterable[NamedNode]) -> None:
        super().__init__()
        self._store = store
        self._graphs = tuple(asserted)
        self._inferred_graph = inferred
        self._rows = _Side(self, store, DefaultGraph(), backwards=False)
        self._columns = _Side(self, store, DefaultGraph(), backwards=True)
        self._inferred = _Side(self, store, inferred, backwards=False)
        self._witnesses: dict[tuple[int, int, bool], tuple[tuple[int, int], ...]] = {}

    @property
    def cached(self) -> int:
        """How many triples of the store have been read."""
        return self._rows.size + self._columns.size + self._inferred.size

    def stored_objects(self, s: int, p: int) -> Ids:
        """Return the objects of `s p ?o` in the store; not to be changed."""
        return self._rows.get(s, p)

    def stored_subjects(self, p: int, o: int) -> Ids:
        """Return the subjects of `?s p o` in the store; not to be changed."""
        return self._columns.get(o, p)

    def witnesses(self, node: int, p: int, *, backwards: bool) -> tuple[tuple[int, int], ...]:
        """Return pairs of `node p ?o` (backwards: `?s p node`) in the store.

        There is an asserted one among them if there is any, and an inferred one likewise.
        """
        key = (node, p, backwards)
        if key not in self._witnesses:
            side = self._columns if backwards else self._rows
            if side.around(node) is None:
                others = self._first_of_each(node, p, backwards=backwards)
            else:
                others = tuple(side.get(node, p))
            self._witnesses[key] = tuple((o, node) if backwards else (node, o) for o in others)
        return self._witnesses[key]

    def _first_of_each(self, node: int, p: int, *, backwards: bool) -> tuple[int, ...]:
        def first(graph: NamedNode) -> int | None:
            return _Side(self, self._store, graph, backwards=backwards).first(node, p)

        inferred = first(self._inferred_graph)
        asserted = next((o for o in map(first, self._graphs) if o is not None), None)
        return tuple(o for o in (inferred, asserted) if o is not None)

    def inferred_objects(self, s: int, p: int) -> Ids:
        """Return those objects of `s p ?o` in the store that were inferred."""
        return self._inferred.get(s, p)

    def predicates_of(self, s: int) -> Iterable[int]:
        """Return the predicates of a subject in the store."""
        return self._rows.predicates(s)

    def is_stored(self, s: int, p: int, o: int) -> bool:
        """Return whether the store holds the triple."""
        known = self._rows.around(s)
        if known is not None:
            return o in known.get(p, _NONE)
        if isinstance(self.term(o), Literal):  # for a store `01` is `1`, for RDF it is not
            return o in self._rows.get(s, p)
        return self._holds(s, p, o, DefaultGraph())

    def is_inferred(self, s: int, p: int, o: int) -> bool:
        """Return whether the store holds the triple as inferred."""
        known = self._inferred.around(s)
        if known is not None:
            return o in known.get(p, _NONE)
        return self._holds(s, p, o, self._inferred_graph)

    def _holds(self, s: int, p: int, o: int, graph: _Graph) -> bool:
        subject = self.term(s)
        if isinstance(subject, Literal):
            return False
        return Quad(subject, self.term(p), self.term(o), graph) in self._store  # type: ignore[arg-type]

    # what is there: stored or added

    def has(self, s: int, p: int, o: int) -> bool:
        """Return whether the triple is stored or was added."""
        return super().has(s, p, o) or self.is_stored(s, p, o)

    def objects(self, s: int, p: int) -> Ids:
        """Return the objects of `s p ?o`; not to be changed."""
        return _both(self.stored_objects(s, p), super().objects(s, p))

    def subjects(self, p: int, o: int) -> Ids:
        """Return the subjects of `?s p o`; not to be changed."""
        return _both(self.stored_subjects(p, o), super().subjects(p, o))

    def added_objects(self, s: int, p: int) -> Ids:
        """Return the objects of `s p ?o` that were added; not to be changed."""
        return super().objects(s, p)

    def added_subjects(self, p: int, o: int) -> Ids:
        """Return the subjects of `?s p o` that were added; not to be changed."""
        return super().subjects(p, o)

    # adding

    def add_ids(self, s: int, p: int, o: int) -> bool:
        """Add a triple of ids; return whether it is neither stored nor added before."""
        return not self.is_stored(s, p, o) and super().add_ids(s, p, o)

    def add_pairs(self, p: int, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Add pairs of a predicate; return those neither stored nor added before, in order."""
        return super().add_pairs(p, [(s, o) for s, o in pairs if not self.is_stored(s, p, o)])

    def clear(self) -> None:
        """Take all that was added out again; terms keep their ids."""
        for p in list(self.predicates()):
            self.discard_pairs(p, list(self.pairs(p)))


def _both(stored: Ids, added: Ids) -> Ids:
    if not added:
        return stored
    return dict.fromkeys((*stored, *added)) if stored else added
