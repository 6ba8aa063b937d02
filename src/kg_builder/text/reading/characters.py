"""Characters that a text may hold and a graph may not, and white space at the ends of a cell."""

from __future__ import annotations

import re

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.document import Source
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Position, Span
from kg_builder.text.folding import BREAK_TAG

BLANK = " \t\r\n\v\f\u00a0\u3000\ufeff"
"""What is trimmed at the ends. U+2028, U+0085 and their like may be part of a name and stay."""

MAX_NOTICES = 20

_REMOVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffd-\uffff]")
"""Outside of `Char` in XML 1.0 (section 2.2), and U+FFFD, which stands for a loss elsewhere."""
_BREAK = re.compile("[ \t\u3000]*[\r\n][ \t\r\n\u3000]*")


def clean(text: str) -> str:
    """Return `text` as a cell reads: trimmed, a line break as one space, safe for XML 1.0."""
    if "<" in text:
        text = BREAK_TAG.sub("\n", text)
    if "\n" in text or "\r" in text:
        text = _BREAK.sub(" ", text.strip(BLANK))
    return _REMOVED.sub("", text).strip(BLANK)


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the span `start..end` of `text` without white space at its ends."""
    if start < end and text[start] not in BLANK and text[end - 1] not in BLANK:
        return Span(start, end)
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(BLANK))
    right = len(piece.rstrip(BLANK))
    return Span(start + left, start + right) if right > left else Span(start, start)


def removed_characters(source: Source) -> list[Notice]:
    """Return one notice for each line that holds a character that is dropped, up to a limit."""
    notices: list[Notice] = []
    lines = 0
    last = 0
    for match in _REMOVED.finditer(source.text):
        if match.start() < last:
            continue
        place = source.position(match.start())
        last = (
            source.line_starts[place.line]
            if place.line < len(source.line_starts)
            else len(source.text)
        )
        lines += 1
        if lines <= MAX_NOTICES:
            notices.append(_removed(ord(match[0]), place))
    if lines > MAX_NOTICES:
        more = lines - MAX_NOTICES
        notices.append(
            Notice(
                "removed-character",
                Bilingual(
                    f"另有 {more} 行去除了字符", f"characters removed from {more} more lines"
                ),
            )
        )
    return notices


def _removed(code: int, place: Position) -> Notice:
    return Notice(
        "removed-character",
        Bilingual(
            f"已去除字符 U+{code:04X}(XML 不容)", f"character U+{code:04X} removed (not for XML)"
        ),
        place,
    )
