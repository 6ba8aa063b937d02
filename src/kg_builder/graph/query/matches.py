"""The facts that a solution rests on: the triples of the graph that its patterns matched.

A solution shows some variables; what stands behind it are all triples that the query's patterns
matched to give it. They are found by asking for every match of the pattern (`levels.widened`), and
by putting its terms into the patterns, which rdflib's parser tells. Nested queries are followed.
What a pattern of GRAPH matched is left out, and so is what must not match (MINUS, NOT EXISTS).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions, Store, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.query.levels import Level, Query, own_pattern, widened
from kg_builder.graph.query.prologue import mentioned

if TYPE_CHECKING:
    from rdflib.term import Node

Row: TypeAlias = Mapping[str, Term | None]
_Steps: TypeAlias = Iterator[tuple[Term, tuple[Triple, ...]]]
_Pattern: TypeAlias = tuple[Any, Any, Any]
"""As rdflib's algebra has it: terms, variables, blank nodes, and a path for a predicate."""

_MATCHES: Final = 100_000
"""At most so many matches are looked at: those of an answer that a person reads are fewer."""
_JOINS: Final = 20


def facts_of(
    store: Store, query: Query, rows: Sequence[Row], prefixes: Mapping[str, str]
) -> list[tuple[Triple, ...]]:
    """Return for each solution of a SELECT the triples of the default graph that it rests on.

    Each triple comes once, in the order of the patterns. An ORDER BY or LIMIT plays no part.
    """
    if query.main is None:
        return [() for _ in rows]
    facts = _Facts(store, query, prefixes).of(query.main, rows)
    return [tuple(found) for found in facts]


@dataclass(frozen=True, slots=True)
class _Facts:
    store: Store
    query: Query
    prefixes: Mapping[str, str]

    def of(self, level: Level, rows: Sequence[Row]) -> list[dict[Triple, None]]:
        patterns = patterns_of(self.query, level, self.prefixes)
        found: list[dict[Triple, None]] = [{} for _ in rows]
        nested: list[dict[tuple[Term | None, ...], dict[int, None]]] = [{} for _ in level.children]
        names, matches = self._matches(level)
        keys = _keys(level, names)
        if level.keys and not keys and len(rows) > 1:
            return (
                found  # no solution shows what it is grouped by: which match is whose is not told
            )
        by_key = defaultdict(list)
        for number, row in enumerate(rows):
            by_key[tuple(row.get(key) for key in keys)].append(number)
        for match in matches:
            env = {name: term for name, term in zip(names, match, strict=True) if term is not None}
            numbers = by_key.get(tuple(env.get(key) for key in keys))
            if numbers is None:
                continue
            triples = dict.fromkeys(_ground(self.store, patterns, env))
            for number in numbers:
                found[number].update(triples)
            for place, child in enumerate(level.children):
                shown = tuple(env.get(column.name) for column in child.columns)
                nested[place].setdefault(shown, {}).update(dict.fromkeys(numbers))
        for child, groups in zip(level.children, nested, strict=True):
            self._add_nested(child, groups, found)
        return found

    def _add_nested(
        self,
        child: Level,
        groups: Mapping[tuple[Term | None, ...], Mapping[int, None]],
        found: Sequence[dict[Triple, None]],
    ) -> None:
        names = [column.name for column in child.columns]
        rows = [dict(zip(names, shown, strict=True)) for shown in groups]
        for numbers, triples in zip(groups.values(), self.of(child, rows), strict=True):
            for number in numbers:
                found[number].update(triples)

    def _matches(self, level: Level) -> tuple[list[str], Iterator[tuple[Term | None, ...]]]:
        solutions = self.store.query(widened(self.query, level), prefixes=dict(self.prefixes))
        assert isinstance(solutions, QuerySolutions)  # noqa: S101 - a SELECT
        names = [variable.value for variable in solutions.variables]
        return names, islice((tuple(solution) for solution in solutions), _MATCHES)


def _keys(level: Level, names: Sequence[str]) -> list[str]:
    """Return the variables by which a match belongs to a solution."""
    if not level.columns:
        return list(names)
    grouped = {key.name for key in level.keys}
    return [
        column.name
        for column in level.columns
        if column.name in names and (column.name in grouped or not level.aggregates)
    ]


def patterns_of(query: Query, level: Level, prefixes: Mapping[str, str]) -> list[_Pattern]:
    """Return the patterns of a level that match triples of the default graph."""
    # rdflib is slow to import, and few answers are asked for their facts
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    text = own_pattern(query, level)
    used = mentioned(text, prefixes)
    return list(_triples(translateQuery(parseQuery(text), initNs=used).algebra))


def _triples(part: Any) -> Iterator[_Pattern]:  # noqa: ANN401 - a node of rdflib's algebra
    """Yield the patterns of an algebra, but those of GRAPH and of what must not match."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if not isinstance(part, CompValue) or part.name == "Graph":
        return
    if part.name == "BGP":
        yield from part.triples
        return
    for side in ("p", "p1", "p2"):
        if side in part and not (part.name == "Minus" and side == "p2"):
            yield from _triples(part[side])


def _ground(
    store: Store, patterns: Sequence[_Pattern], env: Mapping[str, Term]
) -> Iterator[Triple]:
    """Yield the triples that the patterns match, given the terms of their variables."""
    from rdflib.term import BNode

    hidden = []
    for pattern in patterns:
        if any(isinstance(node, BNode) for node in (pattern[0], pattern[2])):
            hidden.append(pattern)
        else:
            ends = [_term(node, env) for node in (pattern[0], pattern[2])]
            if None not in ends:
                predicate = _predicate(pattern[1], env)
                yield from _between(store, ends[0], predicate, ends[1])  # type: ignore[arg-type]
    for triples in islice(_join(store, hidden, dict(env)), _JOINS):
        yield from triples


def _join(
    store: Store, patterns: Sequence[_Pattern], env: dict[str, Term]
) -> Iterator[tuple[Triple, ...]]:
    """Yield the ways to match patterns whose blank nodes stand for any node."""
    if not patterns:
        yield ()
        return
    ready = [p for p in patterns if _term(p[0], env) is not None or _term(p[2], env) is not None]
    if not ready:
        return
    subject, predicate, object_ = ready[0]
    others = [pattern for pattern in patterns if pattern is not ready[0]]
    start, end = _term(subject, env), _term(object_, env)
    path = _predicate(predicate, env)
    backward = start is None
    near, far, open_end = (end, start, subject) if backward else (start, end, object_)
    assert near is not None  # noqa: S101 - one end of a ready pattern is known
    for node, triples in _steps(store, near, path, backward=backward):
        if far is None or node == far:
            extended = {**env, _name(open_end): node}
            for more in _join(store, others, extended):
                yield (*triples, *more)


def _name(node: Node) -> str:
    """Return the name of a variable, or one for a blank node that no variable can have."""
    from rdflib.term import BNode

    return f"_:{node}" if isinstance(node, BNode) else str(node)


def _term(node: Node, env: Mapping[str, Term]) -> Term | None:
    """Return the term of a node of a pattern, None for a variable without one."""
    from rdflib.term import BNode, URIRef, Variable
    from rdflib.term import Literal as RdflibLiteral

    if isinstance(node, (Variable, BNode)):
        return env.get(_name(node))
    if isinstance(node, URIRef):
        return NamedNode(str(node))
    if isinstance(node, RdflibLiteral):
        if node.language:
            return Literal(str(node), language=node.language)
        datatype = NamedNode(str(node.datatype)) if node.datatype else None
        return Literal(str(node), datatype=datatype)
    return None


def _predicate(node: Any, env: Mapping[str, Term]) -> Any:  # noqa: ANN401 - an IRI or a path
    from rdflib.term import URIRef, Variable

    if isinstance(node, Variable):
        found = env.get(str(node))
        return URIRef(found.value) if isinstance(found, NamedNode) else None
    return node


def _between(store: Store, start: Term, path: Any, end: Term) -> tuple[Triple, ...]:  # noqa: ANN401
    """Return the triples of the first way that leads along a path from a node to another."""
    ways = (triples for node, triples in _steps(store, start, path) if node == end)
    return next(ways, ())


def _steps(store: Store, node: Term, path: Any, *, backward: bool = False) -> _Steps:  # noqa: ANN401
    """Yield where a path leads from a node, and the triples on the way."""
    from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath
    from rdflib.term import URIRef

    match path:
        case URIRef():
            yield from _links(store, node, NamedNode(str(path)), backward=backward)
        case InvPath():
            yield from _steps(store, node, path.arg, backward=not backward)
        case SequencePath():
            parts = list(reversed(path.args)) if backward else list(path.args)
            yield from _sequence(store, node, parts, backward=backward)
        case AlternativePath():
            for part in path.args:
                yield from _steps(store, node, part, backward=backward)
        case MulPath():
            yield from _repeated(store, node, path, backward=backward)
        case NegatedPath():
            barred = {str(part) for part in path.args if isinstance(part, URIRef)}
            for end, triples in _links(store, node, None, backward=backward):
                if triples[0].predicate.value not in barred:
                    yield end, triples


def _links(store: Store, node: Term, predicate: NamedNode | None, *, backward: bool) -> _Steps:
    if not backward and isinstance(node, Literal):
        return
    ends: tuple[Any, Any] = (None, node) if backward else (node, None)
    for quad in store.quads_for_pattern(ends[0], predicate, ends[1], DefaultGraph()):
        other = quad.subject if backward else quad.object
        if isinstance(other, NamedNode | BlankNode | Literal):
            yield other, (quad.triple,)


def _sequence(store: Store, node: Term, parts: Sequence[Any], *, backward: bool) -> _Steps:
    if not parts:
        yield node, ()
        return
    for middle, triples in _steps(store, node, parts[0], backward=backward):
        for end, more in _sequence(store, middle, parts[1:], backward=backward):
            yield end, (*triples, *more)


def _repeated(store: Store, node: Term, path: Any, *, backward: bool) -> _Steps:  # noqa: ANN401
    """Yield every node that a repeated path reaches, with a shortest way to it."""
    if path.mod in "?*":
        yield node, ()
    seen = {node}
    border: list[tuple[Term, tuple[Triple, ...]]] = [(node, ())]
    while border:
        reached: list[tuple[Term, tuple[Triple, ...]]] = []
        for here, way in border:
            for end, triples in _steps(store, here, path.path, backward=backward):
                if end not in seen:
                    seen.add(end)
                    reached.append((end, (*way, *triples)))
        yield from reached
        border = [] if path.mod == "?" else reached
