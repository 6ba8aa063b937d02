"""Pinyin of names; the only importer of pypinyin, and at need only: it takes a while to load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_MANY: Final = 2_000
"""From so many names on, each character is read by itself: fifty times as fast."""


class Reader:
    """Reads words aloud, each once: names share most of their words."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def read(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return the syllable of each token, without tone, ü as v; what is no Chinese as it is.

        Characters of several readings are read as in the words around them (重庆, 长安).
        """
        key = tuple(tokens)
        if key not in self._known:
            self._known[key] = _read(key)
        return self._known[key]


def _as_they_are(text: str) -> list[str]:
    """Return characters nobody has a reading of, one by one."""
    return list(text)


def _read(tokens: tuple[str, ...]) -> tuple[str, ...]:
    if all(token.isascii() for token in tokens):
        return tokens
    from pypinyin import lazy_pinyin

    syllables: list[str] = []
    run = ""
    for token in (*tokens, ""):
        if len(token) == 1 and not token.isascii():
            run += token
            continue
        if run:
            # a list is taken, one item a character; the stub knows of texts only
            syllables += lazy_pinyin(run, errors=_as_they_are)  # type: ignore[arg-type]
            run = ""
        if token:
            syllables.append(token)
    return tuple(syllables)


def spoken(names: Sequence[str]) -> list[str]:
    """Return names as they are spoken, to sort by."""
    from pypinyin import lazy_pinyin

    if len(names) < _MANY:
        return [" ".join(lazy_pinyin(name)).casefold() for name in names]
    read = {character: lazy_pinyin(character)[0] for character in set().union(*names)}
    return [" ".join(read[character] for character in name).casefold() for name in names]
