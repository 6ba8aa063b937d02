"""The graphs that a query is asked of, and their merge where it names several default graphs.

A triple that stands in two of them is one (SPARQL 1.1 Query, 13.1). Oxigraph looks into one after
the other, and would find it twice: such graphs are merged into a store of their own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from kg_builder.graph.query.tokens import Token, solid_tokens

_FORMS: Final = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_OPENING: Final = ("{", "(")
_CLOSING: Final = ("}", ")")
_KEPT: Final = 2
"""Merges that are kept for the next query."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs that make a dataset: those of its default graph, and the named ones."""

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]


def graphs_of(text: str, prefixes: Mapping[str, str], base: str | None) -> Graphs | None:
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


class Merges:
    """Stores with the merge of some graphs of a store as their default graph."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shares: dict[tuple[NamedNode, ...], bool] = {}
        self._made: OrderedDict[Graphs, Store] = OrderedDict()

    def store_of(self, graphs: Graphs) -> Store | None:
        """Return a store with these graphs alone, or None where the engine needs no merge."""
        if not self._share(graphs.default):
            return None
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
