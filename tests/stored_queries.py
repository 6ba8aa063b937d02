"""What the tests of stored queries share: graphs in two engines, names, answers as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, RdfFormat, Store

import kg_builder
from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.query.catalogue import (
    Catalogue,
    ParameterTerm,
    StoredQuery,
    bind,
    load_catalogue,
)
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.resources import Resources

Value = str | Decimal | None
"""A term as the tests compare it: numbers by value, IRIs shortened, literals without their type."""
NUMBERS = frozenset(
    PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long")
)


def catalogue() -> Catalogue:
    return load_catalogue(Resources.find())


@dataclass(frozen=True)
class Answer:
    """Columns and rows, in the order of the solutions."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]

    def text(self) -> str:
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(
            ["" if value is None else str(value) for value in row] for row in self.rows
        )
        return file.getvalue()


@dataclass(frozen=True)
class Asked:
    """A graph, to be asked in either engine."""

    graph: KnowledgeGraph

    @cached_property
    def store(self) -> Store:
        store = Store()
        store.bulk_load(input=self.graph.nquads().encode(), format=RdfFormat.N_QUADS)
        return store

    @cached_property
    def dataset(self) -> rdflib.Dataset:
        return self.graph.to_rdflib()

    @cached_property
    def _named(self) -> Mapping[str, set[NamedNode]]:
        found: dict[str, set[NamedNode]] = {}
        for predicate in (expand("rdfs:label"), expand("skos:altLabel")):
            for quad in self.store.quads_for_pattern(None, predicate, None, DefaultGraph()):
                if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
                    found.setdefault(quad.object.value, set()).add(quad.subject)
        return found

    def entity(self, name: str, kind: str) -> list[NamedNode]:
        """Return the things of a class that are called `name`, exactly."""
        found = [
            node
            for node in self._named.get(name, ())
            if any(self.store.quads_for_pattern(node, RDF_TYPE, expand(kind), DefaultGraph()))
        ]
        assert found, f"no {kind} is called {name}"
        return sorted(found, key=str)

    def terms(
        self, query: StoredQuery, settings: Mapping[str, Sequence[str]]
    ) -> dict[str, list[ParameterTerm]]:
        """Return settings as typed terms, names of things looked up."""
        terms: dict[str, list[ParameterTerm]] = {}
        for name, values in settings.items():
            parameter = query.parameters[name]
            for words in values:
                terms.setdefault(name, []).extend(
                    self.entity(words, parameter.entity_class)
                    if parameter.entity_class
                    else [parameter.term(words)]
                )
        return terms

    def bound(self, query: StoredQuery, settings: Mapping[str, Sequence[str]]) -> str:
        return bind(query, self.terms(query, settings))

    def oxigraph(self, text: str) -> Answer:
        found = self.store.query(text)
        assert isinstance(found, QuerySolutions)
        columns = tuple(variable.value for variable in found.variables)
        return Answer(columns, [tuple(self._value(term) for term in row) for row in found])

    def rdflib(self, text: str) -> Answer:
        found = self.dataset.query(text)
        columns = tuple(str(variable) for variable in found.vars or ())
        rows = [tuple(self._value(term) for term in row) for row in found]  # type: ignore[union-attr]
        return Answer(columns, rows)

    def _value(self, term: object) -> Value:
        if term is None:
            return None
        if isinstance(term, NamedNode | rdflib.URIRef):
            return self._short(term.value if isinstance(term, NamedNode) else str(term))
        assert isinstance(term, Literal | rdflib.Literal)
        of_pyoxigraph = isinstance(term, Literal)
        words = term.value if of_pyoxigraph else str(term)
        datatype = term.datatype.value if of_pyoxigraph else str(term.datatype)
        return Decimal(words).normalize() + 0 if datatype in NUMBERS else words

    def _short(self, iri: str) -> str:
        home = self.graph.base + "id/"
        if iri.startswith(home):
            return iri.removeprefix(home).replace("/", ":", 1)
        for prefix, start in PREFIXES.items():
            if iri.startswith(start):
                return f"{prefix}:{iri.removeprefix(start)}"
        return f"<{iri}>"


def built(reports: Sequence[Path], folder: Path, *, with_data: bool = False) -> Asked:
    """Return the graph of some reports, or of the published facts where none is given."""
    options = kg_builder.BuildOptions(out=folder / "out", with_data=with_data)
    inputs = [kg_builder.ReportInput.load(path) for path in reports]
    result = kg_builder.build(inputs, options)
    return Asked(result.graph)


def cases(query: StoredQuery) -> Sequence[Mapping[str, tuple[str, ...]]]:
    """Return the worked examples of a query; the query as it stands where it has none."""
    return query.examples or ({},)
