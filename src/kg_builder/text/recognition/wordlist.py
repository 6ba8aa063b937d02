"""Looking up words by how they start, and heads by how a name ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WordList(Generic[T]):
    """Words with what they mean; the longest that starts at a place wins."""

    by_first: Mapping[str, tuple[tuple[str, T], ...]]

    @classmethod
    def of(cls, words: Iterable[tuple[str, T]]) -> WordList[T]:
        """Index the words; of one word given twice the first meaning stays."""
        first: dict[str, dict[str, T]] = {}
        for word, meaning in words:
            first.setdefault(word[0], {}).setdefault(word, meaning)
        return cls({char: _longest_first(found) for char, found in first.items()})

    def match(self, text: str, place: int) -> tuple[str, T] | None:
        """Return the longest word at `place`, with its meaning."""
        for pair in self.by_first.get(text[place], ()):
            if text.startswith(pair[0], place):
                return pair
        return None


@dataclass(frozen=True, slots=True)
class HeadList(Generic[T]):
    """Heads (the ends of names) with what they mean; the longest wins."""

    by_last: Mapping[str, tuple[tuple[str, T], ...]]

    @classmethod
    def of(cls, heads: Iterable[tuple[str, T]]) -> HeadList[T]:
        """Index the heads; of one head given twice the first meaning stays."""
        last: dict[str, dict[str, T]] = {}
        for head, meaning in heads:
            last.setdefault(head[-1], {}).setdefault(head, meaning)
        return cls({char: _longest_first(found) for char, found in last.items()})

    def ending(self, text: str) -> tuple[str, T] | None:
        """Return the longest head that `text` ends with, with its meaning."""
        if text:
            for pair in self.by_last.get(text[-1], ()):
                if text.endswith(pair[0]):
                    return pair
        return None


def _longest_first(found: Mapping[str, T]) -> tuple[tuple[str, T], ...]:
    return tuple(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))
