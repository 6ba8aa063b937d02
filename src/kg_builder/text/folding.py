"""Folding of traditional characters: texts in either script are looked up by the same words.

The pairs of characters are data: `genre/lexicons/traditional.toml`. A folded text is as long as the
text, character by character, so that every span holds in both. A break as HTML and Markdown
tables write it (`<br>`) reads as a line break.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kg_builder.errors import ConfigurationError
from kg_builder.text.genre import Genre

BREAK_TAG = re.compile(r"<[bB][rR]\s{0,3}/?>")
"""A line break within a cell."""

_STEM = "traditional"
_FILE = f"genre/lexicons/{_STEM}.toml"


@dataclass(frozen=True, slots=True)
class Folding:
    """Folds traditional characters to simplified ones, one to one."""

    characters: frozenset[str]
    """Those that are folded."""
    table: Mapping[int, str]
    """By code point, what each is folded to: a single character."""

    @classmethod
    def of(cls, genre: Genre) -> Folding:
        """Return the folding of a genre; one without the lexicon folds nothing.

        Raises ConfigurationError for pairs that are none.
        """
        table = character_pairs(genre.lexicons.get(_STEM, {}))
        return cls(frozenset(map(chr, table)), table)

    def fold(self, text: str) -> str:
        """Return `text` in simplified characters: of the same length, and itself if it is so."""
        if "<" in text:
            text = BREAK_TAG.sub(lambda tag: "\n".ljust(len(tag[0])), text)
        return text if self.characters.isdisjoint(text) else text.translate(self.table)


def character_pairs(raw: Mapping[str, Any]) -> Mapping[int, str]:
    """Return the pairs of the lexicon of traditional characters, by code point.

    Raises ConfigurationError for pairs that are none.
    """
    before, after = raw.get("from", ""), raw.get("to", "")
    if not isinstance(before, str) or not isinstance(after, str):
        raise ConfigurationError("“from”“to”应为文字", "`from` and `to` must be texts", file=_FILE)
    if len(before) != len(after) or set(before) & set(after):
        raise ConfigurationError(
            "“from”与“to”须等长，且不含同一个字",
            "`from` and `to` must be equally long and share no character",
            file=_FILE,
        )
    return MappingProxyType(dict(zip(map(ord, before), after, strict=True)))
