"""SPARQL text as tokens with their places.

A lexer of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar, section 19.8), for what
a parser does not tell: where a word stands, and what stands outside literals, IRIs and comments. It
never refuses: characters that begin no token are `other`. Whether a text is a query, the engines
say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

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

_LETTER = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
"""PN_CHARS_BASE: 。 (U+3002) and ， (U+FF0C) are of it, so `?v。` is a legal variable."""
_INNER = rf"{_LETTER}_0-9\u00B7\u0300-\u036F\u203F\u2040"
_PREFIX = rf"(?:[{_LETTER}](?:[{_INNER}.-]*[{_INNER}-])?)?"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = (
    rf"(?:(?:[{_LETTER}_:0-9]|{_ESCAPED})"
    rf"(?:(?:[{_INNER}.:-]|{_ESCAPED})*(?:[{_INNER}:-]|{_ESCAPED}))?)?"
)
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n\ufeff]+)
    |(?P<comment>\#[^\r\n]*)
    |(?P<iri><[^\x00-\x20<>"{{}}|^`\\]*>)
    |(?P<string>'''(?:'{{0,2}}(?:[^'\\]|\\.))*'''|\"\"\"(?:"{{0,2}}(?:[^"\\]|\\.))*\"\"\"
        |'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")
    |(?P<variable>[?$][{_LETTER}_0-9][{_LETTER}_0-9\u00B7\u0300-\u036F\u203F\u2040]*)
    |(?P<blank>_:[{_LETTER}_0-9](?:[{_INNER}.-]*[{_INNER}-])?)
    |(?P<number>(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?)
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


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of a query, blanks and comments included: together they are its text."""
    for match in _TOKEN.finditer(query):
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # every group is a kind
        yield Token(kind, match[0], match.start(), match.end())
