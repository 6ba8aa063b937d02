"""Ways to say a figure of something: `同比增长6.0%`, `控制在3.1%以内`, `迈上1500亿元新台阶`.

The patterns are data: `[[says]]` and `[[target]]` of `genre/rules/figures.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from kg_builder.text.grammar.data import Data
from kg_builder.text.grammar.quantities import EXACT, Figure, FigureReader, Unit
from kg_builder.text.grammar.words import Words
from kg_builder.text.numerals import parse_integer

Bases = tuple[tuple[re.Pattern[str], str], ...]
"""Words that say how a growth is counted, and the concept they mean."""


_SLOT = re.compile(r"\{(figure|percent|rank)\}")
_PERCENT, _RANK = "percent", "rank"
_FIRST_YEAR = 1900
_RATIOS = frozenset({"percent", "times"})
_BEFORE_NUMBER = (
    r"(?=\s*(?:[约近超逾达至大将]|超过|超出|突破|不足|不到|低于|高于|不低于|不高于|不超过|不少于|至少|达到|接近"
    r"|首次突破)?\s*(?:[-+−－]?\d|[一二两三四五六七八九百千万翻]))"
)
_AHEAD = {"figure": _BEFORE_NUMBER, "percent": _BEFORE_NUMBER, "rank": ""}
"""A figure follows: what stands before it may match in more ways than one."""
_RANKED = re.compile(
    r"第\s*(?P<number>[一二三四五六七八九十]{1,3}|\d{1,3})\s*(?:位|名)?|(?P<first>首位|榜首|之首)"
)
_AND = re.compile(r"\s*(?:、|和|及|与|以及|，|,)\s*")


@dataclass(frozen=True, slots=True)
class Worded:
    """Figures in words: `千亿元`, `三成`, `翻一番`."""

    pattern: re.Pattern[str]
    unit: str
    value: Decimal | None
    """The value, where the words name no number."""
    factor: Decimal

    @classmethod
    def of(cls, data: Data) -> Worded:
        """Read a rule; raises ConfigurationError for a wrong one."""
        data.known("pattern", "unit", "value", "factor")
        value = data.number("value", 0)
        return cls(
            data.pattern("pattern"),
            data.text("unit"),
            Decimal(value) if value else None,
            Decimal(data.number("factor", 1)),
        )

    def match(self, words: Words, place: int, figures: FigureReader) -> Figure | None:
        """Return the figure that stands at `place`."""
        match = self.pattern.match(words.raw, place)
        unit = figures.unit(self.unit)
        if match is None or unit is None:
            return None
        value = self.value
        if value is None:
            number = parse_integer(match["number"])
            if number is None:
                return None
            value = number * self.factor
        groups = match.groupdict()
        before, after = groups.get("before") or "", groups.get("after") or ""
        bounds = figures.bounds
        bound = bounds["before"].get(before) or bounds["after"].get(after) or EXACT
        return Figure(value, unit, bound, words.group(match))


@dataclass(frozen=True, slots=True)
class Reading:
    """What sayings are read with."""

    sayings: tuple[Saying, ...]
    figures: FigureReader
    bases: Bases
    worded: tuple[Worded, ...] = ()
    bare: Unit | None = None
    """The unit of a number that needs none: that of a ratio."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One way to say a figure: what stands before it, what may stand behind it."""

    rule: str
    measure: str
    sign: int
    bound: str | None
    kind: str | None
    before: re.Pattern[str]
    after: re.Pattern[str]
    kind_of_figure: str

    @classmethod
    def of(cls, data: Data, slots: Mapping[str, str]) -> Saying:
        """Read a rule; raises ConfigurationError for a wrong one."""
        data.known("rule", "measure", "sign", "bound", "kind", "pattern")
        parts = _SLOT.split(data.text("pattern"))
        if len(parts) != 3:
            raise data.refuse(
                "pattern",
                "须含一个 {figure}、{percent} 或 {rank}",
                "must hold one {figure}, {percent} or {rank}",
            )
        return cls(
            data.text("rule"),
            data.text("measure"),
            data.number("sign", 1),
            data.text("bound", "") or None,
            data.text("kind", "") or None,
            data.compiled("pattern", parts[0] + _AHEAD[parts[1]], **slots),
            data.compiled("pattern", parts[2], **slots),
            parts[1],
        )


@dataclass(frozen=True, slots=True)
class Said:
    """A figure that is said, the words that say it, and its bases."""

    saying: Saying
    figure: Figure
    words: Words
    bases: tuple[tuple[str, Words], ...]
    compared: Words | None = None
    previous: Figure | None = None
    """The level before, where the words say a change from it."""

    @property
    def verbatim(self) -> str:
        """The figure as printed; with its verb, where the verb holds the sign."""
        if self.saying.sign > 0:
            return self.figure.words.text
        return self.words.text.strip("()（）")


def read_saying(words: Words, place: int, how: Reading) -> Said | None:
    """Return what is said from `place` on, by the first of the sayings that fits."""
    for saying in how.sayings:
        before = saying.before.match(words.raw, place)
        if before is None:
            continue
        figure = _figure(words, before.end(), saying, how)
        if figure is None:
            continue
        after = saying.after.match(words.raw, figure.words.span.end - words.start)
        if after is None:
            continue
        groups = before.groupdict()
        compared = words.group(before, "than") if groups.get("than") else None
        previous = words.group(before, "previous") if groups.get("previous") else None
        return Said(
            saying,
            _signed(figure, saying),
            words.part(place, after.end()),
            _bases(words, before, how.bases),
            compared,
            _previous(previous, figure, saying, how.figures) if previous else None,
        )
    return None


def read_series(words: Words, place: int, how: Reading) -> list[Said]:
    """Return what is said from `place` on, and the further figures that are said so with it.

    `增长5.3%、6.8%`: two; a figure may have words of its own: `增长4.6%和下降2%`.
    """
    first = read_saying(words, place, how)
    found = [first] if first else []
    while found:
        last = found[-1]
        link = _AND.match(words.raw, last.words.span.end - words.start)
        if link is None:
            break
        figure = _figure(words, link.end(), last.saying, how)
        if figure is not None:
            found.append(replace(last, figure=_signed(figure, last.saying), words=figure.words))
            continue
        other = read_saying(words, link.end(), how)
        if other is None:
            break
        found.append(other)
    return found


def _signed(figure: Figure, saying: Saying) -> Figure:
    if saying.sign < 0:
        figure = replace(figure, value=-abs(figure.value))
    if saying.bound and figure.bound == EXACT:
        figure = replace(figure, bound=saying.bound)
    return figure


def _previous(words: Words, figure: Figure, saying: Saying, figures: FigureReader) -> Figure | None:
    if saying.kind_of_figure != _RANK:
        return figures.read(words, figure.unit)
    match = _RANKED.search(words.raw)
    number = _place(match) if match else None
    return replace(figure, value=Decimal(number), words=words) if number else None


def _place(match: re.Match[str]) -> int | None:
    return 1 if match["first"] else parse_integer(match["number"])


def _figure(words: Words, place: int, saying: Saying, how: Reading) -> Figure | None:
    figures = how.figures
    if saying.kind_of_figure == _RANK:
        match = _RANKED.match(words.raw, place)
        number = _place(match) if match else None
        unit = figures.unit("位")
        if match is None or number is None or unit is None:
            return None
        return Figure(Decimal(number), unit, EXACT, words.group(match))
    figure = figures.match(words, place) or _worded(words, place, how) or _bare(words, place, how)
    if figure is None or _is_year(figure):
        return None
    if saying.kind_of_figure == _PERCENT and figure.unit.base not in _RATIOS:
        return None
    return figure


def _is_year(figure: Figure) -> bool:
    """Whether a figure is the name of a year: 是2020年的1.6倍."""
    return figure.unit.name == "year" and figure.value >= _FIRST_YEAR


def _worded(words: Words, place: int, how: Reading) -> Figure | None:
    found = (item.match(words, place, how.figures) for item in how.worded)
    return next((figure for figure in found if figure), None)


def _bare(words: Words, place: int, how: Reading) -> Figure | None:
    """Return a number without a unit that ends the words, where that is a ratio."""
    match = how.figures.bare.match(words.raw, place) if how.bare else None
    if match is None or how.bare is None or match.end() != len(words.raw):
        return None
    return how.figures.read(words.group(match), how.bare)


def _bases(words: Words, match: re.Match[str], bases: Bases) -> tuple[tuple[str, Words], ...]:
    """Return how the figure is counted, by the words before the verb."""
    if "verb" not in match.groupdict():
        return ()
    before = words.part(match.start(), match.start("verb"))
    return tuple(
        (concept, before.group(found))
        for pattern, concept in bases
        if (found := pattern.search(before.raw))
    )
