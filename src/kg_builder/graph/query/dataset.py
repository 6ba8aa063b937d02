"""The graphs that a query is asked of, and their merge where it names several default graphs.

A triple that stands in two of them is one (SPARQL 1.1 Query, 13.1). Oxigraph looks into one after
the other, and would find it twice: such graphs are merged into a store of their own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, TypeAlias

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from kg_builder.graph.query.tokens import Token, solid_tokens

_FORMS: Final = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_OPENING: Final = ("{", "(")
_CLOSING: Final = ("}", ")")
_KEPT: Final = 2
"""Merges that are kept for the next query."""


Source: TypeAlias = Callable[[str], QuerySolutions | QueryBoolean | QueryTriples]
"""Answers the text of a query."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs that make a dataset: those of its default graph, and the named ones."""

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]


def graphs_of(text: str, prefixes: Mapping[str, str], base: str | None = None) -> Graphs | None:
    """Return the graphs that FROM and FROM NAMED of a query name; None where it names none.

    They are resolved by the engine. A text that is no query names none.
    """
    if "FROM" not in text.upper():
        return None
    solid = solid_tokens(text)
    start = next(
        (
            n
            for n, token in enumerate(solid)
            if token.kind == "word" and token.text.upper() in _FORMS
        ),
        None,
    )
    if start is None:
        return None
    default, named = _clauses(solid[start:])
    if not default and not named:
        return None
    prologue = text[: solid[start].start]

    def resolved(names: Iterable[str]) -> tuple[NamedNode, ...]:
        values = "".join(f" ({number} {name})" for number, name in enumerate(names))
        query = f"{prologue}SELECT ?n ?g {{ VALUES (?n ?g) {{{values} }} }} ORDER BY ?n"
        found = Store().query(query, prefixes=dict(prefixes), base_iri=base)
        assert isinstance(found, QuerySolutions)  # noqa: S101 - a SELECT
        return tuple(dict.fromkeys(row["g"] for row in found))

    try:
        return Graphs(resolved(default), resolved(named))
    except SyntaxError:  # what is wrong with it, the engine says when it gets the whole
        return None


def _clauses(solid: Sequence[Token]) -> tuple[list[str], list[str]]:
    """Return the names after FROM and FROM NAMED, as written: nothing else there is called so."""
    default: list[str] = []
    named: list[str] = []
    depth = 0
    for token, second, third in zip(solid, solid[1:], solid[2:], strict=False):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0 and token.is_word("FROM"):
            is_named = second.is_word("NAMED")
            (named if is_named else default).append(third.text if is_named else second.text)
    return default, named


class Datasets:
    """What queries of a store are asked of: the store, or some of its graphs merged."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shares: dict[tuple[NamedNode, ...], bool] = {}
        self._made: OrderedDict[Graphs, Store] = OrderedDict()

    def source(
        self, graphs: Graphs | None, prefixes: Mapping[str, str], base: str | None = None
    ) -> Source:
        """Return what answers queries of some graphs, or of those that a store has by itself."""
        how: dict[str, Any] = {"prefixes": dict(prefixes), "base_iri": base}
        if graphs is None:
            return partial(self._store.query, **how)
        how["named_graphs"] = list(graphs.named)
        if not self._share(graphs.default):
            return partial(self._store.query, default_graph=list(graphs.default), **how)
        return partial(self._merge(graphs).query, default_graph=DefaultGraph(), **how)

    def _merge(self, graphs: Graphs) -> Store:
        if graphs not in self._made:
            self._made[graphs] = self._merged(graphs)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return self._made[graphs]

    def _share(self, names: tuple[NamedNode, ...]) -> bool:
        """Whether a triple stands in two of some graphs."""
        if names not in self._shares:
            self._shares[names] = any(
                Quad(quad.subject, quad.predicate, quad.object, former) in self._store
                for place, name in enumerate(names)
                if place
                for quad in self._store.quads_for_pattern(None, None, None, name)
                for former in names[:place]
            )
        return self._shares[names]

    def _merged(self, graphs: Graphs) -> Store:
        def quads(name: NamedNode, target: NamedNode | DefaultGraph) -> Iterable[Quad]:
            for quad in self._store.quads_for_pattern(None, None, None, name):
                yield Quad(quad.subject, quad.predicate, quad.object, target)

        made = Store()
        made.bulk_extend(
            chain(
                chain.from_iterable(quads(name, DefaultGraph()) for name in graphs.default),
                chain.from_iterable(quads(name, name) for name in graphs.named),
            )
        )
        return made
