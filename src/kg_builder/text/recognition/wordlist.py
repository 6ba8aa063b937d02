"""Looking up words by how they start, and heads by how a name ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WordList(Generic[T]):
    """Words with what they mean; the longest that starts at a place wins."""

    by_first: Mapping[str, tuple[tuple[int, ...], Mapping[str, tuple[str, T]]]]
    """By first character: the lengths that occur, the longest first, and the words."""

    @classmethod
    def of(cls, words: Iterable[tuple[str, T]]) -> WordList[T]:
        """Index the words; of one word given twice the first meaning stays."""
        first: dict[str, dict[str, tuple[str, T]]] = {}
        for word, meaning in words:
            first.setdefault(word[0], {}).setdefault(word, (word, meaning))
        return cls({char: (_lengths(found), found) for char, found in first.items()})

    def match(self, text: str, place: int) -> tuple[str, T] | None:
        """Return the longest word at `place`, with its meaning."""
        words = self.by_first.get(text[place])
        if words is not None:
            for length in words[0]:
                found = words[1].get(text[place : place + length])
                if found is not None:
                    return found
        return None


@dataclass(frozen=True, slots=True)
class HeadList(Generic[T]):
    """Heads (the ends of names) with what they mean; the longest wins."""

    by_last: Mapping[str, tuple[tuple[int, ...], Mapping[str, tuple[str, T]]]]
    """By last character: the lengths that occur, the longest first, and the heads."""

    @classmethod
    def of(cls, heads: Iterable[tuple[str, T]]) -> HeadList[T]:
        """Index the heads; of one head given twice the first meaning stays."""
        last: dict[str, dict[str, tuple[str, T]]] = {}
        for head, meaning in heads:
            last.setdefault(head[-1], {}).setdefault(head, (head, meaning))
        return cls({char: (_lengths(found), found) for char, found in last.items()})

    def ending(self, text: str) -> tuple[str, T] | None:
        """Return the longest head that `text` ends with, with its meaning."""
        heads = self.by_last.get(text[-1:])
        if heads is not None:
            for length in heads[0]:
                found = heads[1].get(text[-length:])
                if found is not None:
                    return found
        return None


def _lengths(words: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in words}, reverse=True))
