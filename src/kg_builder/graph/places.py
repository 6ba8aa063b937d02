"""From a node back to the line of the report that names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.vocabulary import expand
from kg_builder.model.selector import Position


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and column of a report, which is given by its IRI."""

    report: str
    position: Position


class Places:
    """Looks up places in evidence triples, which it indexes once."""

    def __init__(self, evidence: Iterable[Triple]) -> None:
        self._index = TripleIndex(evidence)
        names = ("rdf:subject", "rdf:predicate", "rdf:object", "prov:wasQuotedFrom")
        self._subject, self._predicate, self._object, self._quoted = (
            self._index.intern(expand(name)) for name in names
        )
        self._line, self._column, self._source = (
            self._index.intern(expand(name)) for name in ("line", "column", "oa:hasSource")
        )

    def of(self, subject: Term, predicate: Term | None = None) -> Place | None:
        """Return the first place that says something of `subject`, by `predicate` if it can."""
        node = self._index.find(subject)
        if node is None:
            return None
        facts = list(self._index.subjects(self._subject, node))
        wanted = self._index.find(predicate) if predicate is not None else None
        narrow = [fact for fact in facts if wanted in self._index.objects(fact, self._predicate)]
        places = [
            self._place(passage)
            for fact in narrow or facts
            for passage in self._index.objects(fact, self._quoted)
        ]
        return min(places, default=None)

    def _place(self, passage: int) -> Place:
        line, column = (
            self._number(passage, predicate) for predicate in (self._line, self._column)
        )
        report = next(iter(self._index.objects(passage, self._source)))
        term = self._index.term(report)
        return Place(term.value if isinstance(term, NamedNode) else "", Position(line, column))

    def _number(self, passage: int, predicate: int) -> int:
        term = self._index.term(next(iter(self._index.objects(passage, predicate))))
        return int(term.value) if isinstance(term, Literal) else 0
