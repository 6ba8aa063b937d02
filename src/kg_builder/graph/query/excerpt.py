"""Places in a query, as people look them up: line, column, and the line with a caret."""

from __future__ import annotations

import unicodedata
from typing import Final

from kg_builder.model.selector import Position

_INDENT: Final = "    "
_MOST: Final = 120
"""Characters of a line that are shown; of a longer one a stretch around the place."""
_BEFORE: Final = 60


def position(text: str, place: int) -> Position:
    """Return the line and column (1-based, code points) of an offset.

    Lines end as editors count them: at LF, CR LF or a lone CR.
    """
    before = text[:place].replace("\r\n", "\n").replace("\r", "\n")
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


def with_caret(text: str, place: int, behind: int | None = None) -> str:
    """Return two indented lines: the one that holds the offset, and a caret below it.

    The caret stands below its character on a terminal that shows Chinese double width. With
    `behind`, the offset behind a stretch, carets stand below all of it that the line shows.
    """
    start = max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
    ends = [end for end in (text.find("\n", place), text.find("\r", place)) if end >= 0]
    end = min(ends, default=len(text))
    lead = ""
    if end - start > _MOST and place - start > _BEFORE:
        start, lead = place - _BEFORE, "…"
    tail = "…" if end - start > _MOST else ""
    last = min(end, start + _MOST)
    line = "".join(map(visible, text[start:last]))
    gap = "".join(map(_blank, lead + text[start:place]))
    marked = "".join(map(_blank, text[place : min(behind or place, last)]))
    carets = "^" * max(len(marked), 1)
    return f"{_INDENT}{lead}{line}{tail}\n{_INDENT}{gap}{carets}"


def visible(character: str) -> str:
    """Return a character as it may go to a terminal: none that steers it, or turns the line."""
    if character == "\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    return "\ufffd"


def _blank(character: str) -> str:
    """Return blanks as wide as a character."""
    if character == "\t":
        return character
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
