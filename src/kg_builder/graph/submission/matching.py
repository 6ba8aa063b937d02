"""Triples of a document by what they say, and where each stands: for JSON-LD and RDF/XML.

A reader of ours works out what a place should say; the parser says what the document does say.
Where both agree, the place is the triple's. Where ours knows less, the place is that of another
value of the same subject and predicate only if there is no choice, else the subject's.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from kg_builder.graph.submission.model import SPAN_NUMBERS

Key = str | None
"""A term: an IRI as it is, a literal's value behind a quotation mark, None for a blank node."""
Place = tuple[int, int]
_NOWHERE: Final = (0,) * SPAN_NUMBERS


class Found:
    """What a reader found, in the order of the document."""

    def __init__(self) -> None:
        self._exact: dict[tuple[Key, Key, str, Key], deque[tuple[int, ...]]] = {}
        self._near: dict[tuple[Key, Key, str], list[tuple[int, ...]]] = {}
        self._subjects: dict[str, Place] = {}

    def subject(self, node: Key, place: Place) -> None:
        """Note where a node stands as a subject."""
        if node is not None:
            self._subjects.setdefault(node, place)

    def add(
        self, graph: Key, triple: tuple[Key, str, Key], places: tuple[Place, Place, Place]
    ) -> None:
        """Note where a triple stands; an object of an empty key is one that is not worked out."""
        subject, predicate, obj = triple
        numbers = tuple(number for place in places for number in place)
        self._exact.setdefault((graph, subject, predicate, obj), deque()).append(numbers)
        self._near.setdefault((graph, subject, predicate), []).append(numbers)
        self.subject(subject, places[0])

    def take(self, quad: Quad) -> tuple[int, ...]:
        """Return the six numbers for the next occurrence of a quad; zeros where none is known."""
        graph = key(quad.graph_name)
        subject, predicate = key(quad.subject), quad.predicate.value
        exact = self._exact.get((graph, subject, predicate, key(quad.object)))
        if exact:
            return exact.popleft() if len(exact) > 1 else exact[0]
        near = self._near.get((graph, subject, predicate), ())
        if len(near) == 1:
            return near[0]
        place = self._subjects.get(subject) if subject is not None else None
        return (*place, *place, *place) if place else _NOWHERE


def literal_key(value: str) -> str:
    """Return the key of a literal."""
    return '"' + value


def key(term: NamedNode | BlankNode | Literal | Triple | DefaultGraph) -> Key:
    """Return the key of a term; that of the default graph is empty."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        return literal_key(term.value)
    return "" if isinstance(term, DefaultGraph) else None
