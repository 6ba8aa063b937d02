"""Turtle, TriG, N-Triples and N-Quads as tokens with their places.

A lexer for texts that a strict parser takes (https://www.w3.org/TR/turtle/#sec-grammar-grammar):
it tells where words stand, not whether they are right, and so reads names by what ends them. It
never refuses; what begins no token is `OTHER`. Its time grows with the text and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

NAME, IRI, MARK, STRING, NUMBER, AT, CARETS, END, OTHER = range(1, 10)
"""Kinds. `NAME`: a prefixed name, a blank node's label or a keyword; `AT`: a language tag or a
directive; `MARK`: one of `. ; , [ ] ( ) { }`; `END`: the end of the text."""

Token = tuple[int, int, int]
"""Kind, start, end."""

_NAME_CHARACTER: Final = r"[^\x00-\x20<>\"'{}()\[\];,.#@^|`\\]"
_TOKEN: Final = re.compile(
    rf"""(?:[ \t\r\n]++|\#[^\r\n]*+)*+(?:
    ((?![+\-0-9])(?:{_NAME_CHARACTER}|\\.)++(?:\.++(?:{_NAME_CHARACTER}|\\.)++)*+)
    |(<(?!<)[^<>]*+>)
    |([;,\[\](){{}}]|\.(?![0-9]))
    |(\"\"\"(?:[^\"\\]++|\\.|\"{{1,2}}(?!\"))*+\"\"\"|'''(?:[^'\\]++|\\.|'{{1,2}}(?!'))*+'''
        |\"(?:[^\"\\\r\n]++|\\.)*+\"|'(?:[^'\\\r\n]++|\\.)*+')
    |([+-]?(?:[0-9]++\.[0-9]*+[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++(?:[eE][+-]?[0-9]++)?
        |[0-9]++(?:[eE][+-]?[0-9]++)?))
    |(@[A-Za-z]++(?:--?[A-Za-z0-9]++)*+)
    |(\^\^)
    |(\Z)
    |(.))""",
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a document without blanks and comments, the last one is the end."""
    for match in _TOKEN.finditer(text):
        kind = match.lastindex
        assert kind  # noqa: S101 - every alternative is a group
        yield (kind, *match.span(kind))
        if kind == END:
            return
