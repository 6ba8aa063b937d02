"""Answers that are kept for whoever asks the same."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is kept."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    etag: str
    """Empty for an answer to what was posted."""


class Cache:
    """Answers of the present generation, as many as there is room for; the oldest leave first."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._size = 0
        self._kept: OrderedDict[tuple[Any, ...], Kept] = OrderedDict()

    def get(self, key: tuple[Any, ...]) -> Kept | None:
        """Return what is kept."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: tuple[Any, ...], kept: Kept) -> None:
        """Keep an answer."""
        former = self._kept.pop(key, None)
        if former is not None:
            self._size -= _weight(key, former)
        self._kept[key] = kept
        self._size += _weight(key, kept)
        while self._size > self._room and self._kept:
            gone, oldest = self._kept.popitem(last=False)
            self._size -= _weight(gone, oldest)


def _weight(key: tuple[Any, ...], kept: Kept) -> int:
    return len(kept.body) + sum(len(part) for part in key if isinstance(part, bytes | str)) + 1_000


def names_etag(header: str, etag: str) -> bool:
    """Whether an If-None-Match names an ETag (weak comparison)."""
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in header.split(","))
