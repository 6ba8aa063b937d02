"""Periods as reports print them: years, ranges of years, half-years, quarters, months.

The patterns are data: `genre/rules/periods.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg_builder.text.grammar.data import Data
from kg_builder.text.grammar.words import Words

_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_HALVES = {(1, 6): "上半年", (7, 12): "下半年"}


@dataclass(frozen=True, slots=True)
class Period:
    """A period; months are None for whole years."""

    start_year: int
    end_year: int
    span: str
    """A concept of the scheme `span`."""
    start_month: int | None = None
    end_month: int | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What tells the period from others: the same for every way to print it."""
        start, end = str(self.start_year), str(self.end_year)
        if self.start_month is None or self.end_month is None:
            return (start,) if start == end else (start, end)
        if start != end:
            return (f"{start}年{self.start_month}月", f"{end}年{self.end_month}月")
        half = _HALVES.get((self.start_month, self.end_month))
        if half:
            return (f"{start}{half}",)
        if self.start_month == self.end_month:
            return (f"{start}年{self.start_month}月",)
        return (f"{start}年{self.start_month}至{self.end_month}月",)

    @property
    def label(self) -> str:
        """A name of the period in Chinese."""
        parts = [f"{part}年" if part.isdigit() else part for part in self.key]
        return "至".join(re.sub(r"^(\d{4})(?=[上下])", r"\1年", part) for part in parts)

    def within(self, text: str) -> bool:
        """Whether the period's first year is printed in `text`."""
        return str(self.start_year) in text


@dataclass(frozen=True, slots=True)
class PeriodMatch:
    """A period and the words that print it."""

    period: Period
    words: Words


@dataclass(frozen=True, slots=True)
class _Pattern:
    pattern: re.Pattern[str]
    span: str
    months: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class PeriodReader:
    """Finds periods in words."""

    patterns: tuple[_Pattern, ...]

    @classmethod
    def of(cls, data: Data) -> PeriodReader:
        """Read the rules; raises ConfigurationError for wrong ones."""
        return cls(tuple(_pattern(part) for part in data.parts("period")))

    def find(self, words: Words) -> PeriodMatch | None:
        """Return the first period printed in `words`."""
        best: tuple[int, int, PeriodMatch] | None = None
        for order, item in enumerate(self.patterns):
            match = item.pattern.search(words.raw)
            if match is None or (best and (match.start(), order) >= best[:2]):
                continue
            period = _period(item, match)
            if period is not None:
                best = (match.start(), order, PeriodMatch(period, words.group(match)))
        return best[2] if best else None

    def match(self, words: Words) -> PeriodMatch | None:
        """Return the period that opens `words`."""
        for item in self.patterns:
            match = item.pattern.match(words.raw)
            period = _period(item, match) if match else None
            if match and period:
                return PeriodMatch(period, words.group(match))
        return None


def _pattern(data: Data) -> _Pattern:
    data.known("span", "pattern", "months")
    pattern = data.pattern("pattern")
    if "year" not in pattern.groupindex:
        raise data.refuse("pattern", "缺少 (?P<year>…)", "has no group (?P<year>…)")
    months = data.raw.get("months")
    if months is None:
        return _Pattern(pattern, data.text("span"), None)
    if not isinstance(months, tuple | list) or len(months) != 2:
        raise data.refuse("months", "应为两个月份", "must be two months")
    return _Pattern(pattern, data.text("span"), (int(months[0]), int(months[1])))


def _period(item: _Pattern, match: re.Match[str]) -> Period | None:
    groups = match.groupdict()
    year = int(groups["year"])
    end = int(groups.get("year2") or year)
    first, last = item.months or (None, None)
    if groups.get("quarter"):
        quarter = _QUARTERS.get(groups["quarter"]) or int(groups["quarter"])
        first, last = quarter * 3 - 2, quarter * 3
    elif groups.get("month"):
        first = int(groups["month"])
        last = int(groups.get("month2") or first)
    if (end, last or 0) < (year, first or 0):
        return None
    return Period(
        year, end, "year" if end == year and item.span == "years" else item.span, first, last
    )
