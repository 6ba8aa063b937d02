"""The children that answer queries of strangers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

from kg_builder.asking.answer import Answer
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.dataset import Datasets, Graphs, Source, graphs_of
from kg_builder.graph.query.door import closed_door
from kg_builder.graph.query.levels import limited, read_query
from kg_builder.graph.query.prologue import mentioned
from kg_builder.graph.query.safety import refuse_unsafe
from kg_builder.graph.query.syntax import (
    MAX_DEPTH,
    MAX_PATTERNS,
    MAX_STEPS,
    check_query,
    refuse_excess,
)
from kg_builder.serving.work.formats import (
    CUT,
    GRAPH_FORMATS,
    LEAST,
    RESULT_FORMATS,
    not_acceptable,
    with_cut_link,
    write_cut_comment,
    write_triples,
)
from kg_builder.serving.work.messages import Found, Question
from kg_builder.serving.work.opening import Opening
from kg_builder.serving.work.spool import Spool

_SHORT: Final = 4 * MAX_PATTERNS
"""So many characters are too few for more clauses than may be: the shortest word has four."""
_KNOWN: Final = 512


@dataclass(frozen=True)  # without slots it is pickled much faster
class Sparql:
    """A query that somebody sent, with the dataset that the protocol names (None: the query's)."""

    text: str
    results: str | None
    """The format for solutions; None where none is accepted."""
    graphs: str | None
    """The format for triples, likewise."""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    most: int | None = None
    base: str | None = None
    """What relative IRIs are resolved against, if the query does not say."""


def is_plain(text: str) -> bool:
    """Whether it is plain at a glance that a text is neither unsafe nor out of proportion.

    What calls out or names a graph has SERVICE or FROM in it, or escapes; an update is no query to
    the engine. The counts are bounds of those in `refuse_excess`, whose tokens take much longer.
    """
    if len(text) > _SHORT or "\\" in text:
        return False
    capitals = text.upper()
    if "SERVICE" in capitals or "FROM" in capitals:
        return False
    depth = text.count("(") + text.count("{") + text.count("[")
    return depth <= MAX_DEPTH and text.count("/") <= MAX_STEPS


def make_adhoc(path: Path) -> Callable[[Path], Callable[[Sparql | Question], Found | Answer]]:
    """Prepare what answers queries of strangers; for the fork server of a pool."""
    opening = Opening.prepare(path)
    return lambda folder: _Worker(opening.open(), folder)


class _Worker:
    """Answers one query after another; its results lie in `folder` where they are large."""

    def __init__(self, graph: OpenGraph, folder: Path) -> None:
        self._graph = graph
        self._spool = Spool(folder)
        self._prefixes = dict(graph.prefixes)
        self._names = frozenset(
            name.value for name in graph.store.named_graphs() if isinstance(name, NamedNode)
        )
        self._datasets = Datasets(graph.store)
        self._check_once = lru_cache(_KNOWN)(self._check)

    def __call__(self, asked: Sparql | Question) -> Found | Answer:
        """Answer. Raises InputError for what is wrong or refused, and what a spool raises."""
        if isinstance(asked, Question):
            return asked.answer(self._graph)
        names = None if asked.default_graphs or asked.named_graphs else self._names
        # long ones are not kept
        check = self._check_once if len(asked.text) <= _SHORT else self._check
        check(asked.text, names)
        try:
            return self._answer(asked)
        except (SyntaxError, RuntimeError):
            refuse_unsafe(asked.text, self._graph.prefixes, names)
            # tells what is wrong with it, and where
            check_query(asked.text, self._graph.prefixes, asked.base)
            raise

    def _check(self, text: str, names: frozenset[str] | None) -> None:
        """Refuse what is unsafe; with no names, the protocol's dataset overrides that of FROM."""
        if is_plain(text):
            return
        refuse_excess(text)
        refuse_unsafe(text, self._graph.prefixes, names)

    def _answer(self, asked: Sparql) -> Found:
        query_of = self._source(asked)
        with self._spool, closed_door():
            found = query_of(asked.text)
            if isinstance(found, QueryTriples):
                name, cut = self._write_triples(found, asked)
            else:
                name, cut = self._write_solutions(found, asked, query_of)
        head = self._spool.head if cut else b""
        body = self._spool.take()
        if cut:
            body = with_cut_link(body, head, name, urljoin(asked.base or "/", CUT))
        return Found(name, body, cut)

    def _source(self, asked: Sparql) -> Source:
        """Return where to ask, and how."""
        prefixes = mentioned(asked.text, self._prefixes)
        return self._datasets.source(self._graphs(asked), prefixes, asked.base)

    def _graphs(self, asked: Sparql) -> Graphs | None:
        """Return the graphs that make the dataset, if any are named (SPARQL 1.1 Protocol, 2.1.4).

        Those that the protocol names take the place of the query's. One that is not here is empty.
        """
        if not asked.default_graphs and not asked.named_graphs:
            return graphs_of(asked.text, self._prefixes, asked.base)
        return Graphs(_nodes(asked.default_graphs), _nodes(asked.named_graphs))

    def _write_solutions(
        self, found: QuerySolutions | QueryBoolean, asked: Sparql, query_of: Source
    ) -> tuple[str, bool]:
        """Write what a query gives, or as much as is wanted; return the format, and if it is cut.

        Raises NotAcceptable.
        """
        name, most = asked.results, asked.most
        if name is None:
            raise not_acceptable("SELECT / ASK", RESULT_FORMATS)
        query = None if most is None else read_query(asked.text)
        if most is None or query is None or query.main is None:
            found.serialize(self._spool.stream_of(name), RESULT_FORMATS[name])
            return name, False
        first = query_of(limited(query, most))
        assert isinstance(first, QuerySolutions)  # noqa: S101 - as `query.main` says
        first.serialize(self._spool.stream_of(name), RESULT_FORMATS[name])
        if self._spool.size < most * LEAST[name]:
            return name, False
        rest = query_of(limited(query, 1, most))
        return name, isinstance(rest, QuerySolutions) and any(True for _ in rest)

    def _write_triples(self, found: QueryTriples, asked: Sparql) -> tuple[str, bool]:
        """Write triples, each once, or as many as are wanted; return as `_write_solutions` does."""
        name, most = asked.graphs, asked.most
        if name is None:
            raise not_acceptable("CONSTRUCT / DESCRIBE", GRAPH_FORMATS)
        triples: dict[Triple, None] = {}
        cut = False
        for triple in found:
            cut = len(triples) == most and triple not in triples
            if cut:
                break
            triples[triple] = None
        write_triples(triples, name, self._spool, self._graph)
        if most is not None and cut:
            write_cut_comment(self._spool, name, most)
        return name, cut


def _nodes(names: Iterable[str]) -> tuple[NamedNode, ...]:
    return tuple(NamedNode(name) for name in dict.fromkeys(names))
