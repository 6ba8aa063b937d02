"""What a query asks for, piece by piece: its triples, filters and blocks, each with its place.

A small parser over the tokens of a text that an engine has accepted. An algebra (rdflib has one)
would say the same without places and without a way back to text; here every piece is a stretch of
the query, so that queries of some of them can be put together again (`Outline.ask`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from kg_builder.graph.query.tokens import Token, solid_tokens

PartKind = Literal["triple", "filter", "optional", "minus", "bind", "values", "union", "select"]

_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_MODIFIERS: Final = frozenset({"*", "+", "?"})
_TERMS: Final = frozenset({"variable", "iri", "name", "number", "blank", "string"})


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a group: what it is, and where."""

    kind: PartKind
    start: int
    end: int
    text: str
    """As it can stand in a group, by itself or beside others."""
    subject: tuple[Token, ...] = ()
    verb: tuple[Token, ...] = ()
    object: tuple[Token, ...] = ()
    """The three are empty for what is no triple."""
    graph: str | None = None
    """What stands behind the GRAPH that the piece lies in."""

    @property
    def wrapped(self) -> str:
        """The piece with the GRAPH around it."""
        return self.text if self.graph is None else f"GRAPH {self.graph} {{ {self.text} }}"

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables within."""
        found = solid_tokens(self.wrapped)
        return frozenset(token.text[1:] for token in found if token.kind == "variable")


@dataclass(frozen=True, slots=True)
class Outline:
    """A query in pieces."""

    prologue: str
    dataset: str
    parts: tuple[Part, ...]
    """Of the outermost group, those of plain groups and of GRAPH within it as if they were its."""
    tail: tuple[Token, ...]
    """What stands behind the group: GROUP BY and the like."""

    def ask(self, parts: Iterable[Part]) -> str:
        """Return a query whether these pieces have a solution together."""
        body = "\n".join(part.wrapped for part in parts)
        return f"{self.prologue}\nASK {self.dataset} {{\n{body}\n}}"

    def select(self, variable: str, parts: Iterable[Part], most: int) -> str:
        """Return a query for values of a variable in the solutions of these pieces."""
        body = "\n".join(part.wrapped for part in parts)
        head = f"SELECT DISTINCT ?{variable} {self.dataset}"
        return f"{self.prologue}\n{head} {{\n{body}\n}} LIMIT {most}"


class NotUnderstoodError(Exception):
    """A query that is written in a way that this parser does not know."""


def outline(text: str) -> Outline | None:
    """Return a query in pieces; None for one without a group, or of a form not known here."""
    try:
        return _Parser(text).outline()
    except (NotUnderstoodError, IndexError):
        return None


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._solid = solid_tokens(text)

    def outline(self) -> Outline:
        solid = self._solid
        form = next((n for n, token in enumerate(solid) if token.text.upper() in _FORMS), None)
        if form is None:
            raise NotUnderstoodError
        place = form + 1
        if solid[form].is_word("CONSTRUCT") and solid[place].text == "{":
            place = self._match(place) + 1
        dataset: list[str] = []
        while solid[place].text != "{":
            if solid[place].is_word("FROM"):
                end = place + (2 if solid[place + 1].is_word("NAMED") else 1)
                dataset.append(self._text[solid[place].start : solid[end].end])
                place = end
            place += 1
        end = self._match(place)
        if solid[place + 1].is_word("SELECT"):  # WHERE { SELECT … } is a group of one subquery
            parts: tuple[Part, ...] = (self._part("select", place, end),)
        else:
            parts = tuple(self._group(place, end))
        return Outline(self._text[: solid[form].start], " ".join(dataset), parts, solid[end + 1 :])

    def _match(self, place: int) -> int:
        """Return where the bracket closes that opens at a place."""
        closing = _CLOSING[self._solid[place].text]
        depth = 0
        for number in range(place, len(self._solid)):
            text = self._solid[number].text
            depth += (text == self._solid[place].text) - (text == closing)
            if depth == 0:
                return number
        raise NotUnderstoodError

    def _part(self, kind: PartKind, first: int, last: int) -> Part:
        start, end = self._solid[first].start, self._solid[last].end
        return Part(kind, start, end, self._text[start:end])

    def _group(self, place: int, end: int) -> Iterator[Part]:
        """Yield the pieces between the braces at `place` and `end`."""
        place += 1
        while place < end:
            token = self._solid[place]
            if token.text == ".":
                place += 1
            elif token.text == "{":
                last = self._group_or_union(place)
                if last != self._match(place):
                    yield self._part("union", place, last)
                elif self._solid[place + 1].is_word("SELECT"):
                    yield self._part("select", place, last)
                else:
                    yield from self._group(place, last)
                place = last + 1
            elif token.kind == "word" and token.text.upper() in _BLOCKS:
                last = yield from self._block(place)
                place = last + 1
            else:
                place = yield from self._triples(place, end)

    def _group_or_union(self, place: int) -> int:
        last = self._match(place)
        while self._solid[last + 1].is_word("UNION"):
            last = self._match(last + 2)
        return last

    def _block(self, place: int) -> Generator[Part, None, int]:
        word = self._solid[place].text.upper()
        if word in ("OPTIONAL", "MINUS"):
            last = self._match(place + 1)
            yield self._part("optional" if word == "OPTIONAL" else "minus", place, last)
        elif word == "BIND":
            last = self._match(place + 1)
            yield self._part("bind", place, last)
        elif word == "VALUES":
            head = self._match(place + 1) if self._solid[place + 1].text == "(" else place + 1
            last = self._match(head + 1)
            yield self._part("values", place, last)
        elif word == "GRAPH":
            last = self._match(place + 2)
            for part in self._group(place + 2, last):
                yield _within(part, self._solid[place + 1].text)
        else:
            last = self._filter_end(place + 1)
            yield self._part("filter", place, last)
        return last

    def _filter_end(self, place: int) -> int:
        while self._solid[place].text not in ("(", "{"):
            place += 1
        return self._match(place)

    def _triples(self, place: int, end: int) -> Generator[Part, None, int]:
        first = place
        place = self._term(place)
        subject = self._solid[first:place]
        if subject[0].text in ("[", "("):
            last = place
            while last < end and self._solid[last].text != ".":
                last = self._match(last) + 1 if self._solid[last].text in _CLOSING else last + 1
            part = self._part("triple", first, last - 1)
            yield replace(part, text=part.text + " .")
            return last
        while True:
            verb_at, place = place, self._verb(place)
            verb = self._solid[verb_at:place]
            while True:
                object_at, place = place, self._term(place)
                yield self._triple(subject, verb, self._solid[object_at:place])
                if self._solid[place].text != ",":
                    break
                place += 1
            while self._solid[place].text == ";":
                place += 1
            if self._solid[place - 1].text != ";" or self._solid[place].text in (".", "}"):
                return place

    def _triple(
        self, subject: tuple[Token, ...], verb: tuple[Token, ...], object_: tuple[Token, ...]
    ) -> Part:
        words = (self._text[part[0].start : part[-1].end] for part in (subject, verb, object_))
        start = subject[0].start if verb[0].start < subject[0].end + 2 else verb[0].start
        text = " ".join(words) + " ."
        return Part("triple", start, object_[-1].end, text, subject, verb, object_)

    def _term(self, place: int) -> int:
        """Return the place behind the term that begins at one."""
        token = self._solid[place]
        if token.text in ("[", "("):
            return self._match(place) + 1
        if token.text in ("+", "-"):
            return place + 2
        if token.kind == "string":
            following = self._solid[place + 1]
            if following.text == "^^":
                return place + 3
            return place + (2 if following.text[0] == "@" else 1)
        if token.kind not in _TERMS and token.text.upper() not in ("TRUE", "FALSE"):
            raise NotUnderstoodError
        return place + 1

    def _verb(self, place: int) -> int:
        if self._solid[place].kind == "variable":
            return place + 1
        place = self._element(place)
        while self._solid[place].text in ("/", "|"):
            place = self._element(place + 1)
        return place

    def _element(self, place: int) -> int:
        while self._solid[place].text in ("^", "!"):
            place += 1
        token = self._solid[place]
        if token.text == "(":
            place = self._match(place)
        elif token.kind not in ("iri", "name") and token.text != "a":
            raise NotUnderstoodError
        after = self._solid[place + 1]
        joined = after.start == self._solid[place].end
        return place + (2 if joined and after.text in _MODIFIERS else 1)


def _within(part: Part, graph: str) -> Part:
    """Return a piece of the group of a GRAPH as a piece of the group around it."""
    if part.graph is not None or part.kind in ("filter", "values", "bind"):
        return part
    if part.kind in ("optional", "minus"):
        word, _, group = part.text.partition("{")
        return replace(part, text=f"{word}{{ GRAPH {graph} {{{group} }}")
    return replace(part, graph=graph)


_BLOCKS: Final = frozenset({"OPTIONAL", "MINUS", "BIND", "VALUES", "GRAPH", "FILTER"})
