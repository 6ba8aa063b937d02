"""SPARQL texts in tokens: as much of the language as pre-binding and safety need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.errors import ValidationFailure
from kg_builder.graph.query import tokens as sparql
from kg_builder.graph.shacl.vocabulary import RDF

_HIDDEN_QUOTE = re.compile(r"\\(?:u00|U000000)(?:0[aAdD]|22|27|5[cC])")
_ESCAPED = re.compile(r"\\(.)")
_MAX_LENGTH: Final = 100_000
_MAX_TOKENS: Final = 4_000
"""Measured: pyoxigraph dies of 50,000 `!`, and of 5,000 BIND."""
_MAX_JOINS: Final = 150
"""Measured: pyoxigraph needs the cube of the number of joined patterns, 0.6 s for 100."""
_MAX_DEPTH: Final = 60
_JOINING: Final = frozenset({".", ";", ",", "/"})
_OPENING: Final = frozenset("({[")
_CLOSING: Final = frozenset(")}]")
_BEFORE_VERB: Final = frozenset({"]", ")", ";", "["})
_BEGINS_OBJECT: Final = frozenset({"[", "(", "+", "-"})
_TERMS: Final = frozenset({"variable", "iri", "name", "string", "blank"})


def refuse(zh: str, en: str) -> ValidationFailure:
    """Return the error for a SPARQL text that is not allowed."""
    return ValidationFailure(f"形状里的 SPARQL {zh}", f"SPARQL of a shape {en}")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a SPARQL text: what it is, its text, and how many brackets are open before it."""

    kind: str
    text: str
    depth: int

    @property
    def word(self) -> str:
        """The keyword in capitals; empty for everything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def variable(self) -> str:
        """The name of the variable; empty for everything else."""
        return self.text[1:] if self.kind == "variable" else ""


def tokens(text: str) -> list[Token]:
    """Return the tokens of a SPARQL text; their texts together are the text.

    Raises ValidationFailure for what is no token, for escapes that hide what the text does, and for
    texts so long or so deeply nested that reading them may never end.
    """
    if len(text) > _MAX_LENGTH:
        raise refuse("过长", "is too long")
    found: list[Token] = []
    opened: list[str] = []
    joins = solid = 0
    for token in sparql.tokens(text):
        kind, piece = token.kind, token.text
        if kind == "other" or _hides(token):
            raise refuse("含有不许用的转义或字符", "uses an escape or a character not allowed")
        if piece in _CLOSING and opened:
            opened.pop()
        blank = kind in ("space", "comment")
        found.append(Token("space" if blank else kind, piece, len(opened)))
        if piece in _OPENING:
            opened.append(piece)
        solid += not blank
        joins += (
            kind == "mark" and piece in _JOINING and not (piece == "," and opened[-1:] == ["("])
        )
        if len(opened) > _MAX_DEPTH:
            raise refuse("嵌套过深", "is nested too deeply")
        if solid > _MAX_TOKENS or joins > _MAX_JOINS:
            raise refuse("过长", "is too long")
    return found


def _hides(token: sparql.Token) -> bool:
    """Whether a token holds escapes that engines may read as something else than what it is."""
    if token.kind == "string":
        return _HIDDEN_QUOTE.search(token.text) is not None
    return token.kind == "iri" and "\\" in token.text


def steps(kept: Sequence[Token], prefixes: Mapping[str, str]) -> frozenset[str] | None:
    """Return the IRIs among which all predicates are that a query steps over.

    `kept` are the tokens without white space. None if the query may step over any predicate: by a
    variable, by a negated path, or by a path of no length, which reaches every node of the graph.
    Where in doubt, None.
    """
    known = dict(prefixes)
    found = {RDF + "first", RDF + "rest"}  # a list in brackets steps over them unnamed
    padded = [None, None, *kept, None]
    for place, token in enumerate(kept):
        earlier, before, after = padded[place], padded[place + 1], padded[place + 3]
        if token.word == "BASE" or _steps_anywhere(before, token, after):
            return None
        closes = before is not None and before.text == ")" and token.text in ("*", "?")
        if closes and not _is_expression(kept, place - 1):
            return None
        if token.text == "a":
            found.add(RDF + "type")
        elif token.kind == "iri":
            found.add(token.text[1:-1])
            if earlier and before and earlier.word == "PREFIX":
                known[before.text[:-1]] = token.text[1:-1]
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix in known:
                found.add(known[prefix] + _ESCAPED.sub(r"\1", local.rstrip(".")))
    return frozenset(found)


def _steps_anywhere(before: Token | None, token: Token, after: Token | None) -> bool:
    if before is None or after is None:
        return False
    if token.variable and token.depth:
        return (before.kind in _TERMS or before.text in _BEFORE_VERB) and (
            after.kind in _TERMS
            or after.word in ("TRUE", "FALSE")
            or after.text in _BEGINS_OBJECT
            or after.kind == "number"
        )
    if token.text == "!":
        return after.kind in ("iri", "name") or after.text in ("(", "^", "a")
    if token.text in ("*", "?"):
        return before.kind in ("iri", "name") or before.text == "a"
    return False


def _is_expression(kept: Sequence[Token], place: int) -> bool:
    """Return whether the bracket that closes at `place` holds an expression, and so no path."""
    depth = kept[place].depth
    for token in reversed(kept[:place]):
        if token.variable or token.depth == depth:
            return bool(token.variable)
    return False
