"""What results are explained by: the submitted triples, what follows from them, an open graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.shacl.vocabulary import RDF_TYPE, RDFS_SUBCLASS

_MOST: Final = 2_000
"""At most so many neighbours of a node are looked at: those that a person is told of are fewer."""


class Facts:
    """Triples of the submissions, of what follows from them, and of a store's default graph.

    Those at hand come first, in the order in which they were given.
    """

    def __init__(self, triples: Iterable[Triple], store: Store | None = None) -> None:
        self._index = TripleIndex(triples)
        self._store = store

    def objects(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """Return the objects of a subject and a predicate."""
        s, p = self._index.find(subject), self._index.find(predicate)
        found: dict[Term, None] = {}
        if s is not None and p is not None:
            found.update(dict.fromkeys(map(self._index.term, self._index.objects(s, p))))
        if not isinstance(subject, Literal):
            found.update((quad.object, None) for quad in self._quads(subject, predicate, None))  # type: ignore[misc]
        return list(islice(found, _MOST))

    def subjects(self, predicate: NamedNode, value: Term) -> list[Term]:
        """Return the subjects of a predicate and an object."""
        p, o = self._index.find(predicate), self._index.find(value)
        found: dict[Term, None] = {}
        if p is not None and o is not None:
            found.update(dict.fromkeys(map(self._index.term, self._index.subjects(p, o))))
        found.update((quad.subject, None) for quad in self._quads(None, predicate, value))  # type: ignore[misc]
        return list(islice(found, _MOST))

    def _quads(self, s: Term | None, p: NamedNode, o: Term | None) -> Iterator[Quad]:
        if self._store is None:
            return iter(())
        return islice(self._store.quads_for_pattern(s, p, o, DefaultGraph()), _MOST)  # type: ignore[arg-type]

    def types(self, node: Term) -> list[NamedNode]:
        """Return the classes that a node is said to be of."""
        return [cls for cls in self.objects(node, RDF_TYPE) if isinstance(cls, NamedNode)]

    def above(self, cls: Term) -> dict[Term, None]:
        """Return a class and all its superclasses, the nearest first."""
        found: dict[Term, None] = {cls: None}
        queue = [cls]
        for current in queue:
            fresh = [c for c in self.objects(current, RDFS_SUBCLASS) if c not in found]
            found.update(dict.fromkeys(fresh))
            queue.extend(fresh)
        return found

    def is_a(self, node: Term, cls: Term) -> bool:
        """Return whether a node is a SHACL instance of a class."""
        return any(cls in self.above(found) for found in self.types(node))

    def narrowest(self, node: Term) -> list[NamedNode]:
        """Return the classes of a node that are not superclasses of another of its classes."""
        types = self.types(node)
        upper = {c for t in types for c in self.above(t) if c != t and t not in self.above(c)}
        return [t for t in types if t not in upper]

    def around(self, node: Term, predicates: Iterable[NamedNode], depth: int) -> TripleIndex:
        """Return what is within `depth` steps of a node by some predicates, either way.

        With the classes of all that is reached, and their superclasses.
        """
        near = TripleIndex()
        followed = tuple(dict.fromkeys(predicates))
        seen: dict[Term, None] = {node: None}
        level = [node]
        for _ in range(depth):
            triples = [t for n in level for p in followed for t in self._touching(n, p)]
            ends = [end for t in triples for end in (t.subject, t.object)]
            for triple in triples:
                near.add(triple)
            level = [end for end in dict.fromkeys(ends) if end not in seen]  # type: ignore[misc]
            seen.update(dict.fromkeys(level))
        for reached in seen:
            for triple in self._classes(reached):
                near.add(triple)
        return near

    def _touching(self, node: Term, predicate: NamedNode) -> Iterator[Triple]:
        if not isinstance(node, Literal):
            yield from (Triple(node, predicate, o) for o in self.objects(node, predicate))
        if predicate != RDF_TYPE:
            yield from (Triple(s, predicate, node) for s in self.subjects(predicate, node))  # type: ignore[arg-type]

    def _classes(self, node: Term) -> Iterator[Triple]:
        if isinstance(node, Literal):
            return
        for cls in self.types(node):
            yield Triple(node, RDF_TYPE, cls)
            for lower in self.above(cls):
                for upper in self.objects(lower, RDFS_SUBCLASS):
                    yield Triple(lower, RDFS_SUBCLASS, upper)  # type: ignore[arg-type]
