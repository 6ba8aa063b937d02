"""The levels of a query: its own SELECT, and those nested in it, with the places of their clauses.

What stands where is read from tokens, so a text can be changed at a known place and stay what its
author wrote everywhere else. Only for texts that an engine has parsed: nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from kg_builder.graph.query.tokens import Token, ends_operand, solid_tokens

Form = Literal["SELECT", "CONSTRUCT", "ASK", "DESCRIBE"]

_FORMS: Final = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_AGGREGATES: Final = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"})
_MODIFIERS: Final = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET")
_OPENING: Final = frozenset("{(")
_CLOSING: Final = frozenset("})")
_COMPUTING: Final = frozenset(
    {"COUNT", "SUM", "AVG", "MIN", "MAX", "ROUND", "CEIL", "FLOOR", "ABS"}
)
_ARITHMETIC: Final = frozenset("+-*/")


@dataclass(frozen=True, slots=True)
class Column:
    """A variable that a level gives, by its name; `expression` is what stands before `AS`."""

    name: str
    expression: str | None = None
    aggregate: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A SELECT and its clauses, by where they start and end in the text."""

    start: int
    end: int
    columns: tuple[Column, ...]
    """Empty for `SELECT *`."""
    group: tuple[int, int]
    """Its braces, included."""
    keys: tuple[Column, ...]
    """What it groups by; an expression without a name is left out."""
    modifiers: tuple[int, int]
    """From the closing brace to the end, or to a VALUES clause."""
    children: tuple[Level, ...]

    @property
    def aggregates(self) -> bool:
        """Whether one solution of it may stand for several matches."""
        return bool(self.keys) or any(column.aggregate for column in self.columns)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read: `main` is None for all but SELECT."""

    text: str
    form: Form
    prologue: str
    main: Level | None


def read_query(text: str) -> Query | None:
    """Return the parts of a query, or None where the text holds none."""
    solid = solid_tokens(text)
    for place, token in enumerate(solid):
        form = token.text.upper() if token.kind == "word" else ""
        if form in _FORMS:
            prologue = text[: token.start]
            main = _Reader(text, solid).level(place) if form == "SELECT" else None
            return Query(text, form, prologue, main)  # type: ignore[arg-type]
    return None


def limited(query: Query, rows: int, skip: int = 0) -> str:
    """Return the text of a SELECT with at most `rows` of its solutions, the first `skip` left out.

    A LIMIT and an OFFSET of the query's own are kept: what is asked is a part of its solutions.
    """
    assert query.main is not None  # noqa: S101 - the caller has a SELECT
    start, end = query.main.modifiers
    solid = solid_tokens(query.text[start:end])
    own: dict[str, int | None] = {"LIMIT": None, "OFFSET": None}
    cut = end - start
    for word, number in pairwise(solid):
        name = word.text.upper()
        if word.kind == "word" and name in own and number.kind == "number":
            own[name] = int(number.text)
            cut = min(cut, word.start)
    most = own["LIMIT"]
    limit = rows if most is None else max(0, min(rows, most - skip))
    offset = (own["OFFSET"] or 0) + skip
    clauses = f"\nLIMIT {limit}" + (f" OFFSET {offset}" if offset else "") + "\n"
    kept = query.text[start : start + cut]
    return query.text[:start] + kept + clauses + query.text[end:]


def widened(query: Query, level: Level, block: str = "") -> str:
    """Return a query for every match of a level's pattern, with all variables that it has.

    Grouping, aggregates and modifiers are gone; what it computes of one match alone is bound by
    its name. `block` is a data block to join, to ask for some matches only.
    """
    start, end = level.group
    binds = "".join(
        f" BIND({column.expression} AS ?{column.name})"
        for column in (*level.columns, *level.keys)
        if column.expression is not None and not column.aggregate
    )
    values = query.text[level.modifiers[1] : level.end]
    pattern = query.text[start + 1 : end - 1]
    if level.children and not query.text[start + 1 : level.children[0].start].strip():
        pattern = f"{{ {pattern} }}"  # a group that is a nested query has room for nothing else
    return f"{query.prologue}SELECT DISTINCT * WHERE {{ {block} {pattern}\n{binds} }} {values}"


def own_pattern(query: Query, level: Level) -> str:
    """Return a query with the triple patterns of a level, without those of levels nested in it.

    What filters and computes is an empty group: rdflib takes as long to read it as all the rest.
    """
    start, end = level.group
    nested = [(child.start, child.end, "") for child in level.children]
    cuts = [(first, last, "{}") for first, last in _expressions(query.text, start, end)]
    parts: list[str] = []
    for first, last, instead in sorted(nested + cuts):
        if first >= start:  # else within the level cut out before
            parts += (query.text[start:first], instead)
            start = last
    parts.append(query.text[start:end])
    return f"{query.prologue}SELECT * WHERE {''.join(parts)}"


def _expressions(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where each FILTER and BIND of a group stands, from its word to its last bracket."""
    solid = solid_tokens(text[start:end])
    reader = _Reader(text, solid)
    return [
        (start + token.start, start + solid[reader.closing(place)].end)
        for place, token in enumerate(solid)
        if token.is_word("FILTER") or token.is_word("BIND")
    ]


def formulas(query: Query) -> dict[str, str]:
    """Return the expressions of the variables whose values are computed: counted, summed, divided.

    Text put together, a year cut out of a date, a label chosen are not computed.
    """
    found: dict[str, str] = {}
    if query.main is None:
        return found
    waiting = [query.main]
    while waiting:
        level = waiting.pop()
        for column in level.columns:
            if column.expression is not None and _computes(column.expression):
                found.setdefault(column.name, " ".join(column.expression.split()))
        waiting += level.children
    for name, expression in _binds(query.text):
        if _computes(expression):
            found.setdefault(name, " ".join(expression.split()))
    return found


def _computes(expression: str) -> bool:
    solid = solid_tokens(expression)
    return any(
        (token.kind == "word" and token.text.upper() in _COMPUTING)
        or (token.text in _ARITHMETIC and number > 0 and ends_operand(solid[number - 1]))
        for number, token in enumerate(solid)
    )


def _binds(text: str) -> list[tuple[str, str]]:
    solid = solid_tokens(text)
    reader = _Reader(text, solid)
    return [
        (column.name, column.expression or "")
        for place, token in enumerate(solid[:-1])
        if token.is_word("BIND")
        for column in (reader.column(place + 1),)
    ]


class _Reader:
    """Reads levels from the solid tokens of a text."""

    def __init__(self, text: str, solid: Sequence[Token]) -> None:
        self._text = text
        self._solid = solid

    def level(self, place: int) -> Level:
        """Return the level whose SELECT is token `place`."""
        opening = self._find(place, "{")
        closing = self._match(opening)
        last = self._end(closing + 1)
        modifiers = self._values(closing + 1, last)
        return Level(
            start=self._solid[place].start,
            end=self._solid[last - 1].end,
            columns=self._columns(place + 1, opening),
            group=(self._solid[opening].start, self._solid[closing].end),
            keys=self._keys(closing + 1, modifiers),
            modifiers=(self._solid[closing].end, self._solid[modifiers - 1].end),
            children=tuple(self._children(opening + 1, closing)),
        )

    def _find(self, place: int, mark: str) -> int:
        """Return the next `mark` outside parentheses, or the last token."""
        depth = 0
        for number in range(place, len(self._solid)):
            text = self._mark(number)
            if depth == 0 and text == mark:
                return number
            depth += (text == "(") - (text == ")")
        return len(self._solid) - 1

    def _mark(self, number: int) -> str:
        token = self._solid[number]
        return token.text if token.kind == "mark" else ""

    def _match(self, opening: int) -> int:
        """Return the token that closes the bracket at `opening`."""
        depth = 0
        for number in range(opening, len(self._solid)):
            mark = self._mark(number)
            depth += (mark in _OPENING and bool(mark)) - (mark in _CLOSING and bool(mark))
            if depth == 0:
                return number
        return len(self._solid) - 1

    def closing(self, place: int) -> int:
        """Return the token that closes the first bracket from `place` on."""
        while self._mark(place) not in ("(", "{"):
            place += 1
        return self._match(place)

    def _end(self, place: int) -> int:
        """Return the token after the level: the brace that closes the group around it."""
        depth = 0
        for number in range(place, len(self._solid)):
            mark = self._mark(number)
            if mark == "}" and depth == 0:
                return number
            depth += (mark == "{") - (mark == "}")
        return len(self._solid)

    def _values(self, place: int, last: int) -> int:
        """Return where the VALUES clause of a level starts, or its end."""
        for number in range(place, last):
            if self._solid[number].is_word("VALUES"):
                return number
        return last

    def _children(self, place: int, last: int) -> list[Level]:
        found: list[Level] = []
        while place < last:
            if self._solid[place].is_word("SELECT"):
                child = self.level(place)
                found.append(child)
                while place < last and self._solid[place].start < child.end:
                    place += 1
            else:
                place += 1
        return found

    def _columns(self, place: int, last: int) -> tuple[Column, ...]:
        found: list[Column] = []
        while place < last and not self._solid[place].is_word("FROM"):
            token = self._solid[place]
            if self._mark(place) == "(":
                found.append(self.column(place))
                place = self._match(place)
            elif token.kind == "variable":
                found.append(Column(token.text[1:]))
            place += 1
        return tuple(found)

    def column(self, opening: int) -> Column:
        """Return what `( expression AS ?name )` gives, by the place of its bracket."""
        closing = self._match(opening)
        expression = self._text[self._solid[opening].end : self._solid[closing - 2].start].strip()
        words = {
            token.text.upper() for token in self._solid[opening:closing] if token.kind == "word"
        }
        name = self._solid[closing - 1].text[1:]
        return Column(name, expression, aggregate=bool(words & _AGGREGATES))

    def _keys(self, place: int, last: int) -> tuple[Column, ...]:
        found: list[Column] = []
        while place < last and not self._solid[place].is_word("GROUP"):
            place += 1
        place += 2
        while place < last:
            token = self._solid[place]
            if token.kind == "word" and token.text.upper() in _MODIFIERS:
                break
            if token.kind == "variable":
                found.append(Column(token.text[1:]))
            elif self._mark(place) == "(":
                closing = self._match(place)
                if self._solid[closing - 2].is_word("AS"):
                    found.append(self.column(place))
                place = closing
            place += 1
        return tuple(found)
