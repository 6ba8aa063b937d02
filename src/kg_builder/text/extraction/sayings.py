"""Ways to say a figure of something: `同比增长6.0%`, `控制在3.1%以内`, `迈上1500亿元新台阶`.

The patterns are data: `[[says]]` and `[[target]]` of `genre/rules/figures.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from kg_builder.text.extraction.data import Data
from kg_builder.text.extraction.quantities import EXACT, Figure, FigureReader
from kg_builder.text.extraction.words import Words
from kg_builder.text.numerals import parse_integer

Bases = tuple[tuple[re.Pattern[str], str], ...]
"""Words that say how a growth is counted, and the concept they mean."""


_SLOT = re.compile(r"\{(figure|percent|rank)\}")
_PERCENT, _RANK = "percent", "rank"
_BEFORE_DIGITS = (
    r"(?=\s*(?:[约近超逾达至大将]|超过|超出|突破|不足|不到|低于|高于|不低于|不高于|不超过|不少于|至少|达到|接近|首次突破)?\s*[-+−－]?\d)"
)
_AHEAD = {"figure": _BEFORE_DIGITS, "percent": _BEFORE_DIGITS, "rank": ""}
"""A figure follows: what stands before it may match in more ways than one."""
_RANKED = re.compile(r"第?\s*(?P<number>[一二三四五六七八九十]{1,3}|\d{1,3})(?:位|名)?|(?P<first>首位|榜首|第一)")


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


def read_saying(
    words: Words, place: int, sayings: tuple[Saying, ...], figures: FigureReader, bases: Bases
) -> Said | None:
    """Return what is said from `place` on, by the first of `sayings` that fits."""
    for saying in sayings:
        before = saying.before.match(words.raw, place)
        if before is None:
            continue
        figure = _figure(words, before.end(), saying, figures)
        if figure is None:
            continue
        after = saying.after.match(words.raw, figure.words.span.end - words.start)
        if after is None:
            continue
        if saying.sign < 0:
            figure = replace(figure, value=-figure.value)
        if saying.bound and figure.bound == EXACT:
            figure = replace(figure, bound=saying.bound)
        groups = before.groupdict()
        compared = words.group(before, "than") if groups.get("than") else None
        previous = words.group(before, "previous") if groups.get("previous") else None
        return Said(
            saying,
            figure,
            words.part(place, after.end()),
            _bases(words, before, bases),
            compared,
            figures.read(previous, figure.unit) if previous else None,
        )
    return None


def _figure(
    words: Words, place: int, saying: Saying, figures: FigureReader
) -> Figure | None:
    if saying.kind_of_figure == _RANK:
        match = _RANKED.match(words.raw, place)
        number = 1 if match and match["first"] else match and parse_integer(match["number"])
        unit = figures.unit("位")
        if match is None or number is None or unit is None:
            return None
        return Figure(Decimal(number), unit, EXACT, words.group(match))
    figure = figures.match(words, place)
    if figure and saying.kind_of_figure == _PERCENT and figure.unit.name != _PERCENT:
        return None
    return figure


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
