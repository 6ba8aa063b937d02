"""The queries of shapes as steps from node to node: what in a graph can change their answer.

Each triple pattern of a query is laid out as a path from a variable that is known already, `$this`
to begin with, so that a walk along them meets every triple that takes part in a solution. Patterns
of a nested group (OPTIONAL, EXISTS, UNION) start from the variables of the groups around it; those
of a subquery from what is bound before it runs. A pattern that no variable leads to, a predicate
that is a variable and a graph with a name are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from kg_builder.graph.query.patterns import Part, outline
from kg_builder.graph.query.tokens import Token, solid_tokens
from kg_builder.graph.shacl.paths import Op, Path
from kg_builder.graph.shacl.sparql import Query
from kg_builder.graph.vocabulary import RDF_TYPE

_ESCAPED: Final = re.compile(r"\\(.)")
_EXISTS_BEFORE: Final = re.compile(r"[^{]*\bEXISTS\b", re.IGNORECASE)
"""EXISTS in what a query projects, where its group would be taken for the query's own."""
_MODIFIERS: Final = {"*": "*", "+": "+", "?": "?"}
_MOST_PATTERNS: Final = 200
"""In a group: to lay them out takes the square of their number."""
_BACKWARDS_COST: Final = 5
"""How much rather a pattern is walked from subject to object: a class or a place has many
subjects, a thing has few objects."""


class NotUnderstoodError(Exception):
    """A query of which it cannot be told what it reads."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path from a variable; `reaches` names the variable that it leads to for the first time."""

    start: str
    path: Path
    reaches: str | None = None


@dataclass(frozen=True, slots=True)
class _Edge:
    """A triple pattern; None is a constant.

    Names begin with the number of a group where they are known in that group only.
    """

    subject: str | None
    path: Path
    object: str | None


def patterns(query: Query, roots: Iterable[str]) -> tuple[Pattern, ...]:
    """Return what a query reads, each pattern behind the one that reaches its start.

    `roots` are the variables that are bound to nodes before the query runs; its other bound
    variables are constants. Raises NotUnderstoodError.
    """
    if query.names_other_graphs or "GRAPH" in query.words:
        raise NotUnderstoodError
    reader = _Reader(dict(query.prefixes), query.bound.difference(roots))
    reader.read(query.text, {name: name for name in roots}, frozenset(roots))
    return tuple(reader.found)


class _Reader:
    def __init__(self, prefixes: dict[str, str], constants: frozenset[str]) -> None:
        self._prefixes = prefixes
        self._constants = constants
        self._groups = 0
        self.found: list[Pattern] = []

    def read(self, text: str, names: Mapping[str, str], known: frozenset[str]) -> None:
        """Read a query or a group written as one.

        `names` are the variables seen from without, `known` are those reached already.
        """
        group = outline(text)
        if (
            group is None
            or _EXISTS_BEFORE.match(text)
            or any(part.graph is not None for part in group.parts)
        ):
            raise NotUnderstoodError
        self._declare(group.prologue)
        self._groups += 1
        names = dict(names)
        edges = [self._edge(part, names) for part in group.parts if part.kind == "triple"]
        known = self._lay_out(edges, known)
        for part in group.parts:
            for inner in _groups_of(part):
                self.read(f"ASK {inner}", names, known)
            if part.kind == "select":
                self.read(part.text[1:-1], {"this": "this"}, frozenset({"this"}))
        for inner in _braced(group.tail, text):
            self.read(f"ASK {inner}", names, known)

    def _declare(self, prologue: str) -> None:
        kept = solid_tokens(prologue)
        for place, token in enumerate(kept):
            if token.is_word("BASE"):
                raise NotUnderstoodError
            if token.is_word("PREFIX"):
                self._prefixes[kept[place + 1].text[:-1]] = kept[place + 2].text[1:-1]

    def _lay_out(self, edges: Sequence[_Edge], known: frozenset[str]) -> frozenset[str]:
        """Add a pattern for each edge, by the cheapest tree from what is known."""
        if len(edges) > _MOST_PATTERNS:
            raise NotUnderstoodError
        costs = dict.fromkeys(known, 0)
        left = list(edges)
        while left:
            ways = [way for edge in left for way in _ways(edge, costs)]
            if not ways:
                raise NotUnderstoodError
            cost, edge, pattern = min(ways, key=lambda way: way[0])
            left.remove(edge)
            if pattern.reaches is not None:
                costs[pattern.reaches] = cost
            self.found.append(pattern)
        return frozenset(costs)

    def _edge(self, part: Part, names: dict[str, str]) -> _Edge:
        if part.graph is not None or not part.subject:
            raise NotUnderstoodError
        if part.verb[0].kind == "variable":
            raise NotUnderstoodError
        path = Path(tuple(_PathReader(part.verb, self._prefixes).ops()))
        return _Edge(self._name(part.subject, names), path, self._name(part.object, names))

    def _name(self, term: tuple[Token, ...], names: dict[str, str]) -> str | None:
        token = term[0]
        if token.text in ("[", "("):
            raise NotUnderstoodError
        if token.kind not in ("variable", "blank"):
            return None
        name = token.text[1:] if token.kind == "variable" else token.text
        if name in self._constants:
            return None
        return names.setdefault(name, f"{self._groups} {name}")


def _ways(edge: _Edge, costs: Mapping[str, int]) -> Iterator[tuple[int, _Edge, Pattern]]:
    """Yield how an edge can be walked from what is reached already."""
    if edge.subject is not None and edge.subject in costs:
        new = edge.object is not None and edge.object not in costs
        reaches = edge.object if new else None
        yield costs[edge.subject] + 1, edge, Pattern(edge.subject, edge.path, reaches)
    if edge.object is not None and edge.object in costs:
        new = edge.subject is not None and edge.subject not in costs
        turned = Path((*edge.path.ops, ("inverse", 1)))
        reaches = edge.subject if new else None
        yield costs[edge.object] + _BACKWARDS_COST, edge, Pattern(edge.object, turned, reaches)


def _groups_of(part: Part) -> Iterator[str]:
    """Yield the groups within a piece of a query: of OPTIONAL, UNION and EXISTS."""
    if part.kind in ("optional", "minus", "union", "filter", "bind"):
        yield from _braced(solid_tokens(part.text), part.text)


def _braced(kept: Sequence[Token], text: str) -> Iterator[str]:
    """Yield the outermost groups among tokens of a text."""
    place = 0
    while place < len(kept):
        if kept[place].text == "{":
            end = _closing(kept, place)
            yield text[kept[place].start : kept[end].end]
            place = end
        place += 1


def _closing(kept: Sequence[Token], place: int) -> int:
    depth = 0
    for number in range(place, len(kept)):
        depth += (kept[number].text == "{") - (kept[number].text == "}")
        if depth == 0:
            return number
    raise NotUnderstoodError


class _PathReader:
    """Reads the path of a triple pattern (SPARQL 1.1, rules 88 to 95) into a postfix program."""

    def __init__(self, kept: tuple[Token, ...], prefixes: Mapping[str, str]) -> None:
        self._kept = kept
        self._prefixes = prefixes
        self._place = 0

    def ops(self) -> list[Op]:
        found = self._joined("|")
        if self._place < len(self._kept):
            raise NotUnderstoodError
        return found

    def _joined(self, sign: str) -> list[Op]:
        found: list[Op] = []
        count = 0
        while True:
            found += self._joined("/") if sign == "|" else self._element()
            count += 1
            if self._text() != sign:
                break
            self._place += 1
        if count > 1:
            found.append(("alternative" if sign == "|" else "sequence", count))
        return found

    def _text(self) -> str:
        return self._kept[self._place].text if self._place < len(self._kept) else ""

    def _element(self) -> list[Op]:
        turned = self._text() == "^"
        self._place += turned
        found = self._primary()
        if self._text() in _MODIFIERS:
            found.append((_MODIFIERS[self._text()], 1))  # type: ignore[arg-type]
            self._place += 1
        return [*found, ("inverse", 1)] if turned else found

    def _primary(self) -> list[Op]:
        if self._place >= len(self._kept):
            raise NotUnderstoodError
        token = self._kept[self._place]
        self._place += 1
        if token.text == "(":
            found = self._joined("|")
            if self._text() != ")":
                raise NotUnderstoodError
            self._place += 1
            return found
        if token.text == "a":
            return [RDF_TYPE]
        if token.kind == "iri":
            return [NamedNode(token.text[1:-1])]
        prefix, _, local = token.text.partition(":")
        if token.kind != "name" or prefix not in self._prefixes:
            raise NotUnderstoodError
        return [NamedNode(self._prefixes[prefix] + _ESCAPED.sub(r"\1", local))]
