"""An answer: what an engine found, spooled to a file, and what there is to say about it.

The spool is a W3C document whoever answered: SPARQL 1.1 Query Results JSON for SELECT and ASK,
N-Triples for CONSTRUCT and DESCRIBE. So a child process, a remote endpoint and a test hand over the
same thing, and no result has to fit into memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from kg_builder.graph.index import Term
from kg_builder.graph.query.levels import Form
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice

Solution: TypeAlias = tuple[Term | None, ...]
NAME_SUFFIX: Final = "_name"
"""`?street_name` is the variable of what `?street` is called."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, for whoever reads the answer later."""

    text: str
    """The query as the engine ran it."""
    name: str | None = None
    """Of a stored query."""
    title: Bilingual | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What was given for each parameter, by name, in words."""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A report that the graph says its facts from, as far as it is known."""

    iri: str
    title: str
    details: tuple[tuple[Bilingual, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Support:
    """A place of a report that supports a solution, or a contribution; in words."""

    words: str
    report: str | None = None
    """The IRI of the report; None for a contribution, and for what only counts further places."""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. Whoever asked removes the spool."""

    asked: Asked
    form: Form
    spool: Path
    variables: tuple[str, ...] = ()
    size: int = 0
    """How many solutions or triples there are."""
    cut: bool = False
    """Whether there are more."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    base: str | None = None
    headings: Mapping[str, str] = field(default_factory=dict)
    """What variables are called in the language of the run, where the ontology has a word."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What IRIs in the solutions are called, where labels were asked for."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What IRIs are called in the language of the run that the solutions name in another."""
    formulas: Mapping[str, str] = field(default_factory=dict)
    """How the variables are computed that are not in the graph as they stand."""
    remarks: tuple[Notice, ...] = ()
    reasons: tuple[Notice, ...] = ()
    """Why there is no solution."""
    supports: tuple[tuple[Support, ...], ...] = ()
    """For each solution where the report says so, where evidence was asked for."""
    citation: str | None = None
    """How to cite the answer, where that was asked for."""
    sources: tuple[SourceNote, ...] = field(default=())

    @property
    def evidence(self) -> tuple[tuple[str, ...], ...]:
        """For each solution where the report says so, in words."""
        return tuple(tuple(item.words for item in row) for row in self.supports)

    def solutions(self) -> Iterator[Solution]:
        """Yield the solutions of a SELECT, terms in the order of `variables`."""
        found = self.document()
        assert isinstance(found, QuerySolutions)  # noqa: S101 - a SELECT
        for solution in found:
            yield tuple(solution)

    def named_solutions(self) -> Iterator[Solution]:
        """Yield the solutions with names in the language of the run, as far as there are any."""
        pairs = self.name_pairs()
        for solution in self.solutions():
            if not self.names:
                yield solution
                continue
            cells = list(solution)
            for iri, name in pairs:
                node = solution[iri]
                if isinstance(node, NamedNode) and node.value in self.names:
                    cells[name] = Literal(self.names[node.value])
            yield tuple(cells)

    def name_pairs(self) -> tuple[tuple[int, int], ...]:
        """Return the places of variables that a name stands beside, and those of the names."""
        places = {name: place for place, name in enumerate(self.variables)}
        return tuple(
            (place, places[name + NAME_SUFFIX])
            for name, place in places.items()
            if name + NAME_SUFFIX in places
        )

    def document(self) -> QuerySolutions | QueryBoolean:
        """Return the results document of a SELECT or ASK, to be read once."""
        return parse_query_results(path=self.spool, format=QueryResultsFormat.JSON)

    @property
    def boolean(self) -> bool:
        """What an ASK found."""
        return bool(self.document())

    def triples(self) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT or DESCRIBE."""
        for quad in parse(path=str(self.spool), format=RdfFormat.N_TRIPLES):
            yield quad.triple


def words_of(term: Term | None) -> str:
    """Return a term in words: the value of a literal, an IRI or a blank node as it stands."""
    if term is None:
        return ""
    if isinstance(term, Literal | NamedNode):
        return term.value
    return str(term)
