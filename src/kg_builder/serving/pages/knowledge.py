"""What pages look up again and again in one generation of a graph; made when first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg_builder.asking.citation import Citation, cite_entity
from kg_builder.asking.evidence import Witnesses, read_report
from kg_builder.asking.schema import ClassUse, Counted, class_use, classes_in
from kg_builder.asking.terms import uppers
from kg_builder.asking.why import Explainer
from kg_builder.errors import InputError
from kg_builder.graph.index import Term
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.catalogue import Catalogue, StoredQuery, bind, load_catalogue
from kg_builder.graph.vocabulary import expand
from kg_builder.model.bilingual import Language
from kg_builder.resources import Resources
from kg_builder.text.search.index import NameIndex

T = TypeVar("T")
_ENTITY: Final = expand("Entity")
_STATEMENT: Final = expand("Statement")
_SUBCLASS: Final = expand("rdfs:subClassOf")
_KEPT: Final = 512
"""Citations kept in mind."""


class Knowledge:
    """One generation, and what was worked out of it. For one thread at a time."""

    def __init__(
        self,
        graph: OpenGraph,
        names: NameIndex,
        resources: Resources,
        report: Path | None = None,
    ) -> None:
        self.graph = graph
        self.names = names
        self.resources = resources
        self._report = report
        self.witnesses = Witnesses(graph, _text_of(report))
        self.explainer = Explainer(graph, self.witnesses)
        self._uses: dict[NamedNode, ClassUse] = {}
        self._cited: dict[NamedNode, Citation] = {}
        self._made: dict[object, object] = {}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The stored queries."""
        return load_catalogue(self.resources)

    @cached_property
    def questions(self) -> Mapping[str, StoredQuery]:
        """The stored queries, all read."""
        return dict(self.catalogue)

    @cached_property
    def texts(self) -> Mapping[str, Path]:
        """The texts that are at hand, by the names of their reports.

        The built folder keeps them; one that the server was given is known by its hash.
        """
        folder = self.graph.generation and self.graph.generation / "source"
        found = {path.stem: path for path in (folder.glob("*.txt") if folder else ())}
        hashed = _hash_of(self._report)
        for item in self.graph.summary.get("reports", ()):
            if self._report is not None and hashed == item.get("sha256"):
                found.setdefault(str(item["graph"]).rpartition("/")[2], self._report)
        return found

    @cached_property
    def classes(self) -> tuple[Counted, ...]:
        """The classes that have members and say more than a wider vocabulary says again."""
        return tuple(item for item in classes_in(self.graph) if not item.repeats)

    @cached_property
    def counts(self) -> Mapping[NamedNode, int]:
        """How many members each class has."""
        return {item.term: item.count for item in classes_in(self.graph)}

    @cached_property
    def kinds(self) -> Mapping[NamedNode, int]:
        """How many members each class of things has that people look for: no statements."""
        return {
            term: count
            for term, count in self.counts.items()
            if _ENTITY in uppers(self.graph, term, _SUBCLASS)
        }

    def is_statement(self, class_: NamedNode) -> bool:
        """Whether the members of a class are statements of a report."""
        return class_ == _STATEMENT or _STATEMENT in uppers(self.graph, class_, _SUBCLASS)

    def use(self, class_: NamedNode) -> ClassUse:
        """Return how a class is used."""
        found = self._uses.get(class_)
        if found is None:
            found = self._uses[class_] = class_use(self.graph, class_)
        return found

    def citation(self, node: NamedNode) -> Citation:
        """Return how a node is cited."""
        found = self._cited.get(node)
        if found is None:
            if len(self._cited) >= _KEPT:
                self._cited.clear()
            found = self._cited[node] = cite_entity(self.graph, node)
        return found

    def rows(self, text: str) -> list[dict[str, Term | None]]:
        """Return the solutions of a query of ours; never of words that somebody typed."""
        solutions = self.graph.store.query(text, prefixes=dict(self.graph.prefixes))
        names = [variable.value for variable in solutions.variables]  # type: ignore[union-attr]
        return [dict(zip(names, solution, strict=True)) for solution in solutions]  # type: ignore[union-attr]

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what `make` returns: made once for a generation, found by a key of its own."""
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])

    def stored(self, name: str) -> list[dict[str, Term | None]]:
        """Return the solutions of a stored query without parameters; none where it is not there.

        A project may have laid another over it: what a page does not find in the rows it leaves
        out.
        """

        def ask() -> list[dict[str, Term | None]]:
            try:
                return self.rows(bind(self.catalogue[name], {}))
            except (KeyError, InputError, SyntaxError):
                return []

        return list(self.once(("stored", name), ask))

    def first(
        self, node: NamedNode, predicates: Sequence[NamedNode], language: Language | None = None
    ) -> str | None:
        """Return the words that a node has by the first of some properties that it has.

        Those in `language` go before others.
        """
        for predicate in predicates:
            quads = self.graph.store.quads_for_pattern(node, predicate, None, DefaultGraph())
            found = [quad.object for quad in quads if isinstance(quad.object, Literal)]
            if found:
                return min(found, key=lambda term: (_unlike(term, language), term.value)).value
        return None


def _text_of(report: Path | None) -> str | None:
    try:
        return read_report(report) if report else None
    except InputError:  # it was there when the server began
        return None


def _hash_of(report: Path | None) -> str | None:
    try:
        return sha256(report.read_bytes()).hexdigest() if report else None
    except OSError:
        return None


def _unlike(term: Literal, language: Language | None) -> bool:
    return language is not None and (term.language or "").partition("-")[0] != language
