"""Names of indicators: their canonical form, and how they are counted.

The names are data: `genre/lexicons/indicators.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.text.extraction.data import Data, alternatives
from kg_builder.text.extraction.words import Words, fold

_NAME_CHARACTERS = r"[\u4e00-\u9fffA-Za-z0-9&%.“”\"()（）/·-]"


@dataclass(frozen=True, slots=True)
class IndicatorName:
    """An indicator as printed: its canonical name, the wider one, and the bases the name tells."""

    name: str
    broader: str | None
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorNames:
    """Recognises names of indicators."""

    canonical: Mapping[str, str]
    prefixes: Mapping[str, str]
    within: Mapping[str, str]
    known: re.Pattern[str]
    generic: re.Pattern[str]
    refused: re.Pattern[str]

    @classmethod
    def of(cls, data: Data) -> IndicatorNames:
        """Read the lexicon; raises ConfigurationError for a wrong one."""
        canonical: dict[str, str] = {}
        for part in data.parts("indicator"):
            part.known("name", "aliases")
            for alias in (part.text("name"), *part.texts("aliases")):
                if canonical.setdefault(fold(alias), part.text("name")) != part.text("name"):
                    raise part.refuse("aliases", f"重复：{alias}", f"names another: {alias}")
        prefixes = _words(data, "prefix")
        generic = data.part("generic")
        endings = alternatives(generic.texts("endings"))
        names = alternatives(list(canonical))
        prefix = alternatives(list(prefixes))
        return cls(
            canonical,
            prefixes,
            _words(data, "within"),
            re.compile(rf"{prefix}?{names}"),
            re.compile(rf"{prefix}?{_NAME_CHARACTERS}{{2,24}}?{endings}(?![\u4e00-\u9fff]?{endings})"),
            generic.pattern("refused"),
        )

    def read(self, name: str) -> IndicatorName:
        """Return what a printed name of an indicator tells."""
        folded = fold(name)
        prefix = next((word for word in self.prefixes if folded.startswith(word)), "")
        bare = folded[len(prefix) :]
        canonical = self.canonical.get(folded) or self.canonical.get(bare) or bare or folded
        bases = [self.prefixes[prefix]] if prefix and bare else []
        bases += [basis for word, basis in self.within.items() if word in folded]
        if prefix and bare and folded not in self.canonical:
            return IndicatorName(prefix + canonical, canonical, tuple(dict.fromkeys(bases)))
        return IndicatorName(canonical, None, tuple(dict.fromkeys(bases)))

    def match(self, words: Words, place: int, *, generic: bool) -> Words | None:
        """Return the name of an indicator that starts at `place`.

        Names out of the lexicon win; others are taken by their ending, if `generic`.
        """
        known = self.known.match(words.raw, place)
        other = self.generic.match(words.raw, place) if generic else None
        if other and (self.refused.search(other[0]) or _unbalanced(other[0])):
            other = None
        if known and (other is None or other.end() <= known.end()):
            return words.group(known)
        if known and other:
            # 全社会固定资产投资 before 额, 社会消费品零售总额 before 增速: the longer name is meant
            return words.group(other) if len(other[0]) - len(known[0]) > 1 else words.group(known)
        return words.group(other) if other else None


def _words(data: Data, key: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for part in data.parts(key):
        part.known("words", "basis")
        for word in part.texts("words"):
            table[fold(word)] = part.text("basis")
    return table


def _unbalanced(text: str) -> bool:
    return any(
        text.count(opening) != text.count(closing)
        for opening, closing in (("(", ")"), ("（", "）"), ("“", "”"))
    )
