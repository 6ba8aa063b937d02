"""Ways to say a figure of something: `同比增长6.0%`, `控制在3.1%以内`, `迈上1500亿元新台阶`.

The patterns are data: `[[says]]` and `[[target]]` of `genre/rules/figures.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kg_builder.text.extraction.data import Data
from kg_builder.text.extraction.quantities import EXACT, Figure, FigureReader
from kg_builder.text.extraction.words import Words

Bases = tuple[tuple[re.Pattern[str], str], ...]
"""Words that say how a growth is counted, and the concept they mean."""


_SLOT = re.compile(r"\{(figure|percent)\}")
_PERCENT = "percent"


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
    percent: bool

    @classmethod
    def of(cls, data: Data, slots: Mapping[str, str]) -> Saying:
        """Read a rule; raises ConfigurationError for a wrong one."""
        data.known("rule", "measure", "sign", "bound", "kind", "pattern")
        parts = _SLOT.split(data.text("pattern"))
        if len(parts) != 3:
            raise data.refuse(
                "pattern",
                "须含一个 {figure} 或 {percent}",
                "must hold one {figure} or {percent}",
            )
        return cls(
            data.text("rule"),
            data.text("measure"),
            data.number("sign", 1),
            data.text("bound", "") or None,
            data.text("kind", "") or None,
            data.compiled("pattern", parts[0], **slots),
            data.compiled("pattern", parts[2], **slots),
            parts[1] == _PERCENT,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """A figure that is said, the words that say it, and its bases."""

    saying: Saying
    figure: Figure
    words: Words
    bases: tuple[tuple[str, Words], ...]

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
        figure = figures.match(words, before.end())
        if figure is None or (saying.percent and figure.unit.name != _PERCENT):
            continue
        after = saying.after.match(words.raw, figure.words.span.end - words.start)
        if after is None:
            continue
        if saying.sign < 0:
            figure = replace(figure, value=-figure.value)
        if saying.bound and figure.bound == EXACT:
            figure = replace(figure, bound=saying.bound)
        return Said(saying, figure, words.part(place, after.end()), _bases(words, before, bases))
    return None


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
