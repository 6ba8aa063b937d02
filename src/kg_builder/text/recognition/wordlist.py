"""Looking up words by how they start, and heads by how a name ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WordList(Generic[T]):
    """Words with what they mean; the longest that starts at a place wins."""

    words: Mapping[str, tuple[str, T]]
    lengths: Mapping[str, tuple[int, ...]]
    """By the first two characters: how long such words are, the longest first."""
    openings: frozenset[str]
    """The characters with which words start."""

    @classmethod
    def of(cls, words: Iterable[tuple[str, T]]) -> WordList[T]:
        """Index the words; of one word given twice the first meaning stays."""
        known = _indexed(words)
        return cls(
            known,
            _lengths((word[:2], word) for word in known),
            frozenset(word[0] for word in known),
        )

    def match(self, text: str, place: int) -> tuple[str, T] | None:
        """Return the longest word at `place`, with its meaning."""
        for length in self.lengths.get(text[place : place + 2], ()):
            found = self.words.get(text[place : place + length])
            if found is not None:
                return found
        return self.words.get(text[place : place + 1])


@dataclass(frozen=True, slots=True)
class HeadList(Generic[T]):
    """Heads (the ends of names) with what they mean; the longest wins."""

    heads: Mapping[str, tuple[str, T]]
    lengths: Mapping[str, tuple[int, ...]]
    """By the last two characters: how long such heads are, the longest first."""

    @classmethod
    def of(cls, heads: Iterable[tuple[str, T]]) -> HeadList[T]:
        """Index the heads; of one head given twice the first meaning stays."""
        known = _indexed(heads)
        return cls(known, _lengths((head[-2:], head) for head in known))

    def ending(self, text: str) -> tuple[str, T] | None:
        """Return the longest head that `text` ends with, with its meaning."""
        for length in self.lengths.get(text[-2:], ()):
            found = self.heads.get(text[-length:])
            if found is not None:
                return found
        return self.heads.get(text[-1:])


def _indexed(words: Iterable[tuple[str, T]]) -> dict[str, tuple[str, T]]:
    known: dict[str, tuple[str, T]] = {}
    for word, meaning in words:
        known.setdefault(word, (word, meaning))
    return known


def _lengths(words: Iterable[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for key, word in words:
        if len(word) > 1:
            found.setdefault(key, set()).add(len(word))
    return {key: tuple(sorted(lengths, reverse=True)) for key, lengths in found.items()}
