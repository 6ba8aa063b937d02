"""What the drawings of pages have in common: widths of words, and numbers as SVG writes them.

Nothing in them is styled in place, since a page's policy forbids it: the stylesheet has classes.
"""

from __future__ import annotations

import unicodedata


def width(text: str, em: float) -> float:
    """Return how wide a text is at most: a Chinese character is one em, a Latin one .62 em."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return em * (wide + 0.62 * (len(text) - wide))


def fitted(text: str, em: float, most: float) -> str:
    """Return a text cut to a width, with an ellipsis where it was cut."""
    if width(text, em) <= most:
        return text
    while text and width(text, em) + em > most:
        text = text[:-1]
    return text.rstrip() + "…"


def number(value: float) -> str:
    """Return a coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
