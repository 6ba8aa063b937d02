"""Where the triples of a Turtle, TriG, N-Triples or N-Quads document stand.

Reads a document as pyoxigraph does, down to the order in which triples come out: within a token's
worth of triples the last one first, and a plain literal only with the token behind it, since a
language or a datatype may follow. That parser decides what the document says; the places here are
taken only where predicates and kinds of objects agree, triple by triple (see `parsing`).

Without recursion: states wait on a stack of their own.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from kg_builder.graph.submission.glue import SUSPECT, Suspect
from kg_builder.graph.submission.turtle_tokens import (
    AT,
    CARETS,
    END,
    IRI,
    MARK,
    NAME,
    NUMBER,
    STRING,
    Token,
    tokens,
)

IRI_OBJECT, BLANK_OBJECT, LITERAL_OBJECT = range(3)
WRITTEN, FIRST, REST = range(3)
"""How a predicate stands in the text: as a word, or as a part of a collection."""

_DIRECTIVES: Final = {"@prefix": 3, "@base": 2, "prefix": 2, "base": 1, "@version": 2, "version": 1}
"""Tokens that follow."""
_BOOLEANS: Final = ("true", "false")
_Span = tuple[int, int]
_State = Callable[[Token], bool]


class TooDeepError(Exception):
    """Brackets within each other beyond the limit; `args` hold the offset of the one too many."""


@dataclass(slots=True)
class Places:
    """Of triples in the order in which the parser gives them."""

    numbers: array[int] = field(default_factory=lambda: array("I"))
    """Start and end of subject, predicate and object of each."""
    kinds: bytearray = field(default_factory=bytearray)
    """What to expect of each: the object's kind + 3 × how the predicate stands there."""
    suspects: list[Suspect] = field(default_factory=list)
    """Names that are hardly meant as they stand, see `glue`."""


def turtle_places(text: str, max_depth: int) -> Places | None:
    """Return the places of the triples of a document; None for one that cannot be followed.

    Raises TooDeepError.
    """
    reader = _Reader(text, max_depth)
    try:
        for token in tokens(text):
            reader.take(token)
    except (_LostError, IndexError):  # popped from an empty stack: more is closed than opened
        return None
    return reader.places


class _LostError(Exception):
    """The document goes on otherwise than this reader expects."""


class _Reader:
    """States that a token meets: each takes it (True) or leaves it to the state below (False)."""

    def __init__(self, text: str, max_depth: int) -> None:
        self.places = Places()
        self._text = text
        self._max_depth = max_depth
        self._states: list[_State] = [self._statement]
        self._subjects: list[_Span] = []
        self._predicates: list[tuple[int, int, int]] = []
        self._open: list[int] = []
        """Where brackets begin that are not known to be empty or not."""
        self._literal: _Span = (0, 0)
        self._skip = 0
        self._batch: list[tuple[int, int, int, int, int, int, int]] = []
        self._signs = (match.start() for match in SUSPECT.finditer(text))
        self._sign = next(self._signs, len(text))

    def take(self, token: Token) -> None:
        """Go on by one token."""
        if token[2] > self._sign:
            self._suspect(token)
        if self._skip:
            self._skip -= 1
            return
        states, batch = self._states, self._batch
        while not states.pop()(token):
            pass
        while batch:
            *numbers, kind = batch.pop()
            self.places.numbers.extend(numbers)
            self.places.kinds.append(kind)

    def _suspect(self, token: Token) -> None:
        kind, start, end = token
        while self._sign < start:
            self._sign = next(self._signs, len(self._text))
        if self._sign < end:
            if kind in (NAME, IRI) and not self._skip:
                self.places.suspects.append((start, end, self._states[-1] == self._object))
            while self._sign < end:
                self._sign = next(self._signs, len(self._text))

    def _emit(self, start: int, end: int, kind: int) -> None:
        first, last, how = self._predicates[-1]
        self._batch.append((*self._subjects[-1], first, last, start, end, kind + 3 * how))

    def _begin(self, start: int) -> None:
        """Enter a bracket."""
        self._open.append(start)
        if len(self._subjects) > self._max_depth:
            raise TooDeepError(start)

    def _statement(self, token: Token) -> bool:
        kind, start, end = token
        self._states.append(self._statement)
        if kind == END:
            return True
        if kind in (NAME, AT):
            word = self._text[start : min(end, start + 8)].lower()
            if word in _DIRECTIVES:
                self._skip = _DIRECTIVES[word]
                return True
            if word == "graph":
                return True
        elif kind == MARK and self._text[start] in ".{}":
            return True
        self._states += (self._after_subject, self._subject)
        return False

    def _subject(self, token: Token) -> bool:
        kind, start, end = token
        if kind in (NAME, IRI):
            self._subjects.append((start, end))
            return True
        opening = self._text[start] if kind == MARK else ""
        if opening not in ("[", "("):
            raise _LostError
        self._begin(start)
        self._states.append(self._subject_bracket if opening == "[" else self._subject_collection)
        return True

    def _subject_bracket(self, token: Token) -> bool:
        start = self._open.pop()
        if self._is(token, "]"):
            self._subjects.append((start, token[2]))
            return True
        self._subjects.append((start, start + 1))
        self._states += (self._subject_bracket_end, self._verb)
        return False

    def _subject_bracket_end(self, token: Token) -> bool:
        if not self._is(token, "]"):
            raise _LostError
        return True

    def _subject_collection(self, token: Token) -> bool:
        start = self._open.pop()
        if self._is(token, ")"):
            self._subjects.append((start, token[2]))
            return True
        root = (start, start + 1)
        self._subjects += (root, root)
        self._predicates.append((*root, FIRST))
        self._states += (self._item_end, self._object)
        return False

    def _after_subject(self, token: Token) -> bool:
        if self._is(token, "{"):  # it was the name of a graph
            self._subjects.pop()
            return True
        self._states += (self._end_of_subject, self._verb)
        return False

    def _end_of_subject(self, token: Token) -> bool:
        self._subjects.pop()
        return self._is(token, ".")

    def _verb(self, token: Token) -> bool:
        kind, start, end = token
        if kind in (NAME, IRI):
            self._predicates.append((start, end, WRITTEN))
            self._states += (self._after_object, self._object)
            return True
        if self._is(token, ";"):
            self._states.append(self._verb)
            return True
        return False

    def _after_object(self, token: Token) -> bool:
        kind, start, _ = token
        if kind == MARK:
            mark = self._text[start]
            if mark == ",":
                self._states += (self._after_object, self._object)
                return True
            self._predicates.pop()
            if mark == ";":
                self._states.append(self._verb)
                return True
            return False
        if kind in (NAME, IRI):  # the graph, in N-Quads; nothing may stand here elsewhere
            self._states.append(self._after_object)
            return True
        if kind == END:
            return False
        raise _LostError

    def _object(self, token: Token) -> bool:
        kind, start, end = token
        if kind in (NAME, IRI):
            self._emit(start, end, self._kind_of(start, end) if kind == NAME else IRI_OBJECT)
        elif kind == STRING:
            self._literal = (start, end)
            self._states.append(self._suffix)
        elif kind == NUMBER:
            self._emit(start, end, LITERAL_OBJECT)
        elif self._is(token, "["):
            self._begin(start)
            self._states.append(self._object_bracket)
        elif self._is(token, "("):
            self._begin(start)
            self._states.append(self._object_collection)
        else:
            raise _LostError
        return True

    def _kind_of(self, start: int, end: int) -> int:
        text = self._text
        if text.startswith("_:", start):
            return BLANK_OBJECT
        return LITERAL_OBJECT if text[start : min(end, start + 6)] in _BOOLEANS else IRI_OBJECT

    def _suffix(self, token: Token) -> bool:
        if token[0] == AT:
            self._emit(self._literal[0], token[2], LITERAL_OBJECT)
            return True
        if token[0] == CARETS:
            self._states.append(self._datatype)
            return True
        self._emit(*self._literal, LITERAL_OBJECT)
        return False

    def _datatype(self, token: Token) -> bool:
        self._emit(self._literal[0], token[2], LITERAL_OBJECT)
        return True

    def _object_bracket(self, token: Token) -> bool:
        start = self._open.pop()
        if self._is(token, "]"):
            self._emit(start, token[2], BLANK_OBJECT)
            return True
        self._subjects.append((start, start + 1))
        self._states += (self._object_bracket_end, self._verb)
        return False

    def _object_bracket_end(self, token: Token) -> bool:
        if not self._is(token, "]"):
            raise _LostError
        self._emit(*self._subjects.pop(), BLANK_OBJECT)
        return True

    def _object_collection(self, token: Token) -> bool:
        start = self._open.pop()
        if self._is(token, ")"):
            self._emit(start, token[2], IRI_OBJECT)
            return True
        root = (start, start + 1)
        self._emit(*root, BLANK_OBJECT)
        self._subjects.append(root)
        self._predicates.append((*root, FIRST))
        self._states += (self._item_end, self._object)
        return False

    def _item_end(self, token: Token) -> bool:
        _, start, end = token
        first, last, _ = self._predicates.pop()
        self._predicates.append((first, last, REST))
        closed = self._is(token, ")")
        self._emit(start, end, IRI_OBJECT if closed else BLANK_OBJECT)
        self._predicates.pop()
        self._subjects.pop()
        if closed:
            return True
        self._subjects.append((start, end))
        self._predicates.append((first, last, FIRST))
        self._states += (self._item_end, self._object)
        return False

    def _is(self, token: Token, mark: str) -> bool:
        return token[0] == MARK and self._text[token[1]] == mark
