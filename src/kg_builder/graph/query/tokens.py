"""SPARQL text as tokens with their places.

A lexer of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar, section 19.8), for what
a parser does not tell: where a word stands, and what stands outside literals, IRIs and comments. It
never refuses: characters that begin no token are `other`. Whether a text is a query, the engines
say.

`<` begins an IRI, or is less-than. By the grammar the longest token has it, so that `?a<?b&&?c>?d`
held an IRI; engines read by place instead, and so does this lexer: within the brackets of an
expression, after an operand, `<` is less-than.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "space",
    "comment",
    "iri",
    "string",
    "variable",
    "name",
    "word",
    "number",
    "blank",
    "mark",
    "other",
]

_LETTER: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
"""PN_CHARS_BASE: 。 (U+3002) and ， (U+FF0C) are of it, so `?v。` is a legal variable."""
_LATER: Final = "0-9\u00b7\u0300-\u036f\u203f\u2040"


def _one_of(characters: str) -> str:
    """Return the class `[characters]`, written as all but the others.

    `re` takes 40 ms to compile a dozen classes that name most of Unicode, and 5 ms for these.
    """
    pairs = re.findall("(.)(?:-(.))?", characters)
    others, place = "", 0
    for first, last in sorted((ord(first), ord(last or first)) for first, last in pairs):
        if place < first:
            others += f"\\U{place:08x}-\\U{first - 1:08x}"
        place = last + 1
    return f"[^{others}\\U{place:08x}-\\U0010ffff]"


_INNER: Final = f"{_LETTER}_{_LATER}"
_PREFIX = rf"(?:{_one_of(_LETTER)}(?:{_one_of(_INNER + '.-')}{{0,120}}{_one_of(_INNER + '-')})?)?"
"""Shorter than the grammar allows: else a long text of dots took the square of its length."""
_START: Final = _one_of(_LETTER + "_0-9")
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = (
    rf"(?:(?:{_one_of(_LETTER + '_:0-9')}|{_ESCAPED})"
    rf"(?:(?:{_one_of(_INNER + '.:-')}|{_ESCAPED})*(?:{_one_of(_INNER + ':-')}|{_ESCAPED}))?)?"
)
_CODE_POINT = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_ESCAPE = rf"\\[tbnrf\\\"']|{_CODE_POINT}"
"""Of strings. Nothing else may follow a backslash: this lexer sees strings where engines do."""
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n\ufeff]+)
    |(?P<comment>\#[^\r\n]*)
    |(?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|{_CODE_POINT})*>)
    |(?P<string>'''(?:'{{0,2}}(?:[^'\\]|{_ESCAPE}))*'''|\"\"\"(?:"{{0,2}}(?:[^"\\]|{_ESCAPE}))*\"\"\"
        |'(?:[^'\\\r\n]|{_ESCAPE})*'|"(?:[^"\\\r\n]|{_ESCAPE})*")
    |(?P<variable>[?$]{_START}{_one_of(_INNER)}*)
    |(?P<blank>_:{_START}(?:{_one_of(_INNER + ".-")}*{_one_of(_INNER + "-")})?)
    |(?P<number>[0-9]+\.[0-9]*[eE][+-]?[0-9]+|(?:[0-9]*\.)?[0-9]+(?:[eE][+-]?[0-9]+)?)
    |(?P<name>{_PREFIX}:{_LOCAL})
    |(?P<word>@?[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9]+)*)
    |(?P<mark>\^\^|\|\||&&|!=|<=|>=|[{{}}()\[\].,;*/|^=<>!+?-])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch `start:end` of a query and what it is."""

    kind: Kind
    text: str
    start: int
    end: int

    def is_word(self, word: str) -> bool:
        """Whether this is the keyword `word`, in whatever case."""
        return self.kind == "word" and self.text.upper() == word


_PATTERN_BRACKETS: Final = frozenset({"VALUES", "A", "UNDEF", "UNION"})
"""Words after which `(` opens a list of terms; after any other it opens an expression."""
_CALLERS: Final = frozenset({"FILTER", "HAVING", "BY"})
"""Words after which a name or IRI is that of a function."""
_OPERANDS: Final = frozenset({"variable", "name", "iri", "string", "number", "blank"})


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of a query, blanks and comments included: together they are its text."""
    place = 0
    context = _Context()
    while place < len(query):
        token = token_at(query, place)
        if token.kind == "iri" and context.expects_operator():
            end = place + (2 if query.startswith("<=", place) else 1)
            token = Token("mark", query[place:end], place, end)
        context.pass_by(token)
        place = token.end
        yield token


def token_at(query: str, place: int) -> Token:
    """Return the longest token that begins at a place within the query, whatever stands before."""
    match = _TOKEN.match(query, place)
    assert match  # noqa: S101 - `other` takes any character
    kind: Kind = match.lastgroup  # type: ignore[assignment]  # every group is a kind
    return Token(kind, match[0], place, match.end())


def solid_tokens(query: str) -> tuple[Token, ...]:
    """Return the tokens without blanks and comments."""
    return tuple(token for token in tokens(query) if token.kind not in ("space", "comment"))


def ends_operand(token: Token | None) -> bool:
    """Whether an operand of an expression may end with this token."""
    if token is None:
        return False
    if token.kind == "word":
        return token.text[0] == "@" or token.text.upper() in ("TRUE", "FALSE")
    return token.kind in _OPERANDS or token.text == ")"


class _Context:
    """Which brackets are open, and whether they hold an expression."""

    def __init__(self) -> None:
        self._open: list[bool] = []
        self._last: Token | None = None
        self._before: Token | None = None

    def expects_operator(self) -> bool:
        return bool(self._open) and self._open[-1] and ends_operand(self._last)

    def pass_by(self, token: Token) -> None:
        if token.kind in ("space", "comment"):
            return
        if token.text == "(":
            self._open.append(self._opens_expression())
        elif token.text in ("{", "["):
            self._open.append(False)
        elif token.text in (")", "}", "]") and self._open:
            self._open.pop()
        self._before, self._last = self._last, token

    def _opens_expression(self) -> bool:
        if not self._open or self._open[-1]:
            return not (self._last and self._last.is_word("VALUES"))
        last = self._last
        if last is None or last.kind in ("name", "iri"):
            return bool(self._before and self._before.text.upper() in _CALLERS)
        return last.kind == "word" and last.text.upper() not in _PATTERN_BRACKETS
