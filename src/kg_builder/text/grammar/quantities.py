"""Figures as reports print them: a number, its unit, and what qualifies it.

Units are data (`genre/lexicons/units.toml`), qualifiers are data (`genre/rules/figures.toml`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kg_builder.text.grammar.data import Data, alternatives
from kg_builder.text.grammar.words import Words
from kg_builder.text.numerals import parse_integer

EXACT = "exact"
_NEVER_SPELT = frozenset({"year", "month", "day", "rank", "strip"})
"""Base units that numbers in Chinese numerals are not counted in.

二十年 is a date as often, 二十条 the name of a document.
"""
_SPELT = re.compile(r"([零〇一二两三四五六七八九十百千]{1,8})\s*(\D{1,6})")
NUMBER = (
    r"[+\-−－]?(?:\d{1,3}(?:[,， \u00a0]\d{3}){1,4}(?!\d)(?:\.\d{1,6})?|\d{1,14}(?:\.\d{1,6})?)"
    r"(?![\d.]*\d)"
)
"""A number as printed, at most 14 digits long before the point."""
_SPELT_NUMBER = r"(?=[一二两三四五六七八九]*[十百千廿卅])[一二两三四五六七八九十百千零〇廿卅]{2,9}"
COUNT = r"(?:\d[\d,]{0,9}|[一二两三四五六七八九十百千]{1,8})"
"""A count as printed, in digits or in Chinese numerals."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its concept, and how to convert to its base unit."""

    name: str
    base: str
    multiplier: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit and bound, and the words that print it."""

    value: Decimal
    unit: Unit
    bound: str
    words: Words

    @property
    def normalized(self) -> Decimal:
        """The value in the unit's base unit."""
        return self.value * self.unit.multiplier

    @property
    def digits(self) -> str:
        """The value in digits as printed, without grouping."""
        return format(self.value, "f")


@dataclass(frozen=True, slots=True)
class FigureReader:
    """Finds figures in words."""

    units: Mapping[str, Unit]
    """By printed form, full width folded."""
    bounds: Mapping[str, Mapping[str, str]]
    """By place (`before`, `between`, `after`) and word."""
    parse: re.Pattern[str]
    bare: re.Pattern[str]
    mixed: re.Pattern[str]
    """A number in ten thousands and ones: 61万3204人."""
    spelt: re.Pattern[str]
    """A number in Chinese numerals, of two or more: 四十七家, 一千二百万吨."""
    elided: re.Pattern[str]
    """A number that shares the unit of the next: 0.3个和0.5个百分点."""

    @classmethod
    def of(cls, units: Data, rules: Data) -> FigureReader:
        """Read units and qualifiers; raises ConfigurationError for wrong ones."""
        table = _units(units)
        bounds = _bounds(rules)
        before, between, after = (
            alternatives(list(bounds[place])) for place in ("before", "between", "after")
        )
        unit = alternatives([*table, *_full_width(table)])
        named = (
            rf"\s*(?P<before>{before})?\s*(?P<number>{NUMBER})\s*(?P<between>{between})?"
            rf"\s*(?P<unit>{unit})(?:\s*(?P<after>{after}))?"
        )
        mixed = (
            rf"(?P<before>{before})?\s*(?P<high>\d{{1,4}})\s*万\s*(?P<low>\d{{1,4}}|\d \d{{3}})"
            rf"\s*(?P<unit>{unit})(?:\s*(?P<after>{after}))?"
        )
        bare = rf"(?P<before>{before})?\s*(?P<number>{NUMBER})(?P<after>{between}|{after})?"
        link = r"\s*(?:、|和|与|及)\s*"
        elided = (
            rf"(?P<before>{before})?\s*(?P<number>{NUMBER})个?(?={link}(?:{NUMBER}个?{link})?"
            rf"{NUMBER}\s*(?P<unit>{unit}))"
        )
        return cls(
            table,
            bounds,
            re.compile(named),
            re.compile(bare),
            re.compile(mixed),
            re.compile(rf"(?P<number>{_SPELT_NUMBER})\s*(?P<unit>{unit})"),
            re.compile(elided),
        )

    def unit(self, text: str) -> Unit | None:
        """Return the unit printed as `text`."""
        return self.units.get(_folded(text))

    def read(self, words: Words, unit: Unit | None = None) -> Figure | None:
        """Return the figure that `words` are; `unit` is taken if none is printed."""
        match = self.parse.fullmatch(words.raw)
        if match:
            return self._figure(match, words, self.units[_folded(match["unit"])])
        if unit is not None and (match := self.bare.fullmatch(words.raw)):
            return self._figure(match, words, unit)
        return self._spelt(words)

    def match(self, words: Words, place: int) -> Figure | None:
        """Return the figure that stands at `place`."""
        mixed = self.mixed.match(words.raw, place)
        if mixed:
            return self._mixed(mixed, words.group(mixed))
        elided = self.elided.match(words.raw, place)
        if elided and "." in elided[0]:  # whole numbers are as often parts of names
            return self._figure(elided, words.group(elided), self.units[_folded(elided["unit"])])
        match = self.parse.match(words.raw, place)
        if match is None:
            return self._in_numerals(words, place)
        return self._figure(match, words.group(match), self.units[_folded(match["unit"])])

    def _in_numerals(self, words: Words, place: int) -> Figure | None:
        match = self.spelt.match(words.raw, place)
        number = parse_integer(match["number"]) if match else None
        if match is None or number is None:
            return None
        unit = self.units[_folded(match["unit"])]
        if unit.base in _NEVER_SPELT:
            return None
        return Figure(Decimal(number), unit, EXACT, words.group(match))

    def _mixed(self, match: re.Match[str], words: Words) -> Figure:
        value = int(match["high"]) * 10_000 + int(match["low"].replace(" ", ""))
        bound = self.bounds["before"].get(match["before"] or "") or self.bounds["after"].get(
            match["after"] or "", EXACT
        )
        return Figure(Decimal(value), self.units[_folded(match["unit"])], bound, words)

    def _spelt(self, words: Words) -> Figure | None:
        """Return a count in Chinese numerals: `十八项`."""
        match = _SPELT.fullmatch(words.raw)
        number = parse_integer(match[1]) if match else None
        unit = self.units.get(_folded(match[2])) if match else None
        if number is None or unit is None:
            return None
        return Figure(Decimal(number), unit, EXACT, words)

    def _figure(self, match: re.Match[str], words: Words, unit: Unit) -> Figure:
        number = re.sub("[, ]", "", _folded(match["number"])).replace("−", "-")
        groups = match.groupdict()
        bound = next(
            (
                self.bounds[place][word]
                for place in ("before", "between", "after")
                if (word := groups.get(place)) and word in self.bounds[place]
            ),
            EXACT,
        )
        return Figure(Decimal(number), unit, bound, words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _full_width(table: Mapping[str, Unit]) -> list[str]:
    return ["％"] if "%" in table else []


def _units(data: Data) -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for part in data.parts("unit"):
        part.known("name", "surfaces", "base", "multiplier")
        name = part.text("name")
        try:
            multiplier = Decimal(part.text("multiplier", "1"))
        except ArithmeticError as error:
            raise part.refuse("multiplier", "应为十进制数", "must be a decimal number") from error
        unit = Unit(name, part.text("base", name), multiplier)
        for surface in part.texts("surfaces"):
            if table.setdefault(_folded(surface), unit) is not unit:
                raise part.refuse("surfaces", f"重复：{surface}", f"names another unit: {surface}")
            table.setdefault(surface, unit)
    if not table:
        raise data.refuse("unit", "不可为空", "must not be empty")
    return table


def _bounds(data: Data) -> dict[str, dict[str, str]]:
    bounds: dict[str, dict[str, str]] = {"before": {}, "between": {}, "after": {}}
    for part in data.parts("qualifier"):
        part.known("bound", "before", "between", "after")
        for place, table in bounds.items():
            for word in part.texts(place):
                table[word] = part.text("bound")
    if not all(bounds.values()):
        raise data.refuse(
            "qualifier", "缺少前、中、后置词", "needs words before, between and after"
        )
    return bounds
