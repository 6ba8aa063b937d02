"""How alike words are: what may have been meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher


def folded(words: Iterable[str]) -> list[str]:
    """Return words without what hardly tells them apart: width, case, white space at the ends."""
    return [unicodedata.normalize("NFKC", word).casefold().strip() for word in words]


def likeness(wanted: Sequence[str], words: Sequence[str]) -> float:
    """Return how alike two things are by their folded words, from 0 to 1 (Ratcliff, Obershelp)."""
    pairs = ((one, other) for one in wanted for other in words if one and other)
    return max((SequenceMatcher(None, one, other).ratio() for one, other in pairs), default=0.0)
