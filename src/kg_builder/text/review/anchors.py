"""Where the passage of a decision stands in the text as it is now.

At its span, if the words there have its hash. Else wherever else in the text, if they stand there
once: the text has then changed around them. Otherwise nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from kg_builder.model.decision import Anchor
from kg_builder.model.selector import Span

_MOST_HASHED = 50_000_000
"""So many characters are hashed in looking for passages that moved; what is left is not found."""


def locate(text: str, anchors: Iterable[Anchor]) -> dict[Anchor, Span]:
    """Return the span of each anchor's words in `text`; those not found are left out."""
    found: dict[Anchor, Span] = {}
    moved: list[Anchor] = []
    for anchor in dict.fromkeys(anchors):
        words = text[anchor.span.start : anchor.span.end]
        if len(words) == len(anchor.span) and digest(words) == anchor.sha256:
            found[anchor] = anchor.span
        else:
            moved.append(anchor)
    _search(text, moved, found)
    return found


def digest(words: str) -> str:
    """Return the SHA-256 of words in UTF-8, as evidence has it (lone surrogates kept)."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _search(text: str, moved: list[Anchor], found: dict[Anchor, Span]) -> None:
    """Find passages by their length: every stretch of it is hashed once."""
    by_length: dict[int, dict[str, list[Anchor]]] = {}
    for anchor in moved:
        by_length.setdefault(len(anchor.span), {}).setdefault(anchor.sha256, []).append(anchor)
    budget = _MOST_HASHED
    for length in sorted(by_length):
        wanted = by_length[length]
        budget -= length * max(0, len(text) - length + 1)
        if budget < 0:
            return
        places = _places(text, length, wanted.keys())
        for sha256, anchors in wanted.items():
            starts = places.get(sha256, [])
            if len(starts) == 1:
                for anchor in anchors:
                    found[anchor] = Span(starts[0], starts[0] + length)


def _places(text: str, length: int, wanted: Iterable[str]) -> dict[str, list[int]]:
    hashes = frozenset(wanted)
    places: dict[str, list[int]] = {}
    for start in range(len(text) - length + 1):
        sha256 = digest(text[start : start + length])
        if sha256 in hashes:
            places.setdefault(sha256, []).append(start)
    return places
