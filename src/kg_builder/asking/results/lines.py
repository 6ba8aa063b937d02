"""Text as lines for people: harmless wherever it is printed, and broken where it is too wide."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""What breaks a line, turns its direction, or is no character at all."""
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>|#~&$]")
_WIDE: Final = 2
_CLOSING: Final = tuple("，。、；：？！）》”’」】…,.;:?!)]}")


def one_line(text: str) -> str:
    """Return `text` as one plain line: a name may hold anything, also a terminal's commands."""
    if text.isprintable():
        return text
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in _UNPRINTABLE else character
        for character in text
    )


def in_markdown(text: str) -> str:
    """Return `text` as one line of Markdown (GFM) in which nothing acts as markup."""
    return _MARKUP.sub(r"\\\g<0>", one_line(text))


def breaks(text: str, room: int) -> list[int]:
    """Return where to break a text into lines of at most `room` cells.

    That is behind a blank or a wide character, but never before a mark that closes; where there is
    no such place, anywhere.
    """
    from rich.cells import get_character_cell_size  # whatever prints no words needs none of it

    found: list[int] = []
    start = used = 0
    best = None
    for place, character in enumerate(text):
        width = get_character_cell_size(character)
        while used + width > room and character != " " and place > start:
            start = best if best is not None and best > start else place
            found.append(start)
            used = sum(map(get_character_cell_size, text[start:place]))
            best = None
        used += width
        following = text[place + 1 : place + 2]
        if (character == " " or width == _WIDE) and following not in _CLOSING:
            best = place + 1
    return found
