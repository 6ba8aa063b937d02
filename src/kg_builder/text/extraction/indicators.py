"""Names of indicators: their canonical form, and how they are counted.

The names are data: `genre/lexicons/indicators.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.text.grammar.data import Data, alternatives
from kg_builder.text.grammar.words import Words, fold

_LONGEST = 36
"""No name of an indicator is longer than this."""
_SHORTEST = 4
"""A generic name is no shorter: 产值 alone is somebody's."""
_LINKS = ("、", "、|以及|及|和|与")
"""What stands between the names of a list: the first that gives as many as there are figures."""
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
    local: re.Pattern[str]
    """Those of the known that a thing may have as well as an area."""
    endings: re.Pattern[str]
    generic: re.Pattern[str]
    refused: re.Pattern[str]
    flows: re.Pattern[str]
    """Generic names that stay an area's even where somebody is said to have brought them about."""
    ratios: re.Pattern[str]
    """Names of what is a bare number."""
    headless: re.Pattern[str]
    """The last words of a name that, in a list, leave out what the first one starts with."""
    counter: re.Pattern[str]
    """The end of a first name that those replace."""
    summed: re.Pattern[str]
    """The last name of a list (`own`), how many they are, and what is measured of all (`end`)."""
    sector: re.Pattern[str]
    """The number of a sector of the economy, with which a name starts."""

    @classmethod
    def of(cls, data: Data) -> IndicatorNames:
        """Read the lexicon; raises ConfigurationError for a wrong one."""
        canonical: dict[str, str] = {}
        for part in data.parts("indicator"):
            _aliases(part, canonical)
        everywhere = alternatives(list(canonical))
        prefixes = _words(data, "prefix")
        local = [word for part in data.parts("local") for word in _aliases(part, canonical)]
        generic = data.part("generic")
        endings = alternatives(generic.texts("endings"))
        prefix = alternatives(list(prefixes))
        return cls(
            canonical,
            prefixes,
            _words(data, "within"),
            re.compile(rf"{prefix}?{everywhere}"),
            re.compile(alternatives(local)),
            re.compile(endings),
            re.compile(rf"{_NAME_CHARACTERS}{{2,{_LONGEST}}}{endings}"),
            generic.pattern("refused"),
            re.compile(rf"{_NAME_CHARACTERS}*{alternatives(generic.texts('flows'))}"),
            generic.pattern("ratios"),
            generic.pattern("headless"),
            generic.pattern("counter"),
            generic.pattern("summed"),
            generic.pattern("sector"),
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

    def candidates(self, words: Words, place: int, *, generic: bool) -> list[Words]:
        """Return the names of indicators that may start at `place`, the longest first.

        Names out of the lexicon, and, if `generic`, what ends as names of indicators do.
        """
        ends: dict[int, None] = {}
        known = self.known.match(words.raw, place)
        if known:
            ends[known.end()] = None
        if generic:
            local = self.local.match(words.raw, place)
            if local:
                ends[local.end()] = None
            window = words.raw[place : place + _LONGEST]
            for match in self.endings.finditer(window):
                name = window[: match.end()]
                if self.generic.fullmatch(name) and self._is_generic(name):
                    ends[place + match.end()] = None
        return [words.part(place, end) for end in sorted(ends, reverse=True)]

    def listed(self, head: Words, count: int) -> list[tuple[str, Words]] | None:
        """Return the `count` names that a list of indicators gives in full, and their words.

        `城镇、农村居民人均可支配收入` lists 城镇居民人均可支配收入 and 农村居民人均可支配收入.
        """
        parts = next((p for p in (_parts(head, sep) for sep in _LINKS) if len(p) == count), None)
        if parts is None:
            return None
        names = self._summed(self._sectors([part.text for part in parts]))
        first, last = names[0], names[-1]
        whole = self._whole(parts[-1])
        counter = self.counter.search(first)
        if counter and all(self.headless.fullmatch(name) for name in names[1:]):
            names[1:] = [first[: counter.start()] + name for name in names[1:]]
        elif whole:
            names[:-1] = [
                name
                if self._whole(part) and not self._opens(last, name)
                else self._joined(name, last)
                for name, part in zip(names[:-1], parts, strict=False)
            ]
        else:
            return None
        return list(zip(names, parts, strict=True))

    def _sectors(self, names: list[str]) -> list[str]:
        """Return the names of a list, those of the three sectors in full: 第一、二产业增加值."""
        found = [self.sector.match(name) for name in names]
        if not all(found):
            return names
        end = self.sector.sub("", names[-1])
        return [f"第{match['number']}{end}" for match in found if match]

    def _summed(self, names: list[str]) -> list[str]:
        """Return the names of a list, with what sums them up: 冶金、化工两大支柱产业产值."""
        match = self.summed.fullmatch(names[-1])
        if match is None or len(names) < 2:
            return names
        return [name + match["end"] for name in (*names[:-1], match["own"])]

    def _whole(self, words: Words) -> bool:
        """Whether words are the name of an indicator and nothing else."""
        names = self.candidates(words, 0, generic=True)
        return bool(names) and len(names[0].raw) == len(words.raw)

    def _opens(self, last: str, name: str) -> bool:
        """Whether the last of a list opens with a counterpart of a name: 进口、出口|平均时间."""
        start = last[: len(name)]
        return len(start) < len(last) and fold(start) in self.canonical and start != name

    def _joined(self, name: str, last: str) -> str:
        """Return a name of a list with the end that it shares with the last."""
        for cut in range(1, len(last)):
            if fold(name + last[cut:]) in self.canonical:
                return name + last[cut:]
        for length in range(min(4, len(name)), 0, -1):
            place = last.find(name[-length:])
            if place >= 0:
                return name + last[place + length :]
        return name + last[len(name) :]

    def _is_generic(self, name: str) -> bool:
        return len(name) >= _SHORTEST and not self.refused.search(name) and not _unbalanced(name)


def _aliases(part: Data, canonical: dict[str, str]) -> list[str]:
    """Add an indicator's names to the table; return them."""
    part.known("name", "aliases")
    name = part.text("name")
    names = [fold(alias) for alias in (name, *part.texts("aliases"))]
    for alias in names:
        if canonical.setdefault(alias, name) != name:
            raise part.refuse("aliases", f"重复：{alias}", f"names another: {alias}")
    return names


def _parts(words: Words, links: str) -> list[Words]:
    parts, start = [], 0
    for match in re.finditer(links, words.raw):
        parts.append(words.part(start, match.start()))
        start = match.end()
    return [part for part in (*parts, words.part(start, len(words.raw))) if part.raw]


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
