"""How clauses speak of indicators: the patterns of `genre/rules/figures.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg_builder.text.extraction.sayings import Bases, Saying, Worded
from kg_builder.text.grammar.data import Data, alternatives


@dataclass(frozen=True, slots=True)
class ClauseRules:
    """How clauses speak of indicators."""

    front: re.Pattern[str]
    rest: re.Pattern[str]
    carried: re.Pattern[str]
    says: tuple[Saying, ...]
    bases: Bases
    between: re.Pattern[str]
    areal: re.Pattern[str]
    """In front, these say that the figure is the whole area's."""
    body: re.Pattern[str]
    """Who brings a figure of the area about: 某港完成."""
    pair: re.Pattern[str]
    """What stands between a list of indicators and their figures."""
    sides: re.Pattern[str]
    """Sides of one indicator, in a list: 总量和增速."""
    growth: re.Pattern[str]
    """In the stead of a list: what is said is said of the growth of those named last."""
    growth_end: re.Pattern[str]
    """The same, behind a list: 工业增加值、投资增幅分别高于…."""
    worded: tuple[Worded, ...]
    whole_year: re.Pattern[str]
    leads: tuple[tuple[re.Pattern[str], str], ...]
    kinds: tuple[tuple[re.Pattern[str], str], ...]
    plan_section: re.Pattern[str]
    target: tuple[Saying, ...]

    @classmethod
    def of(cls, data: Data) -> ClauseRules:
        """Read the rules; raises ConfigurationError for wrong ones."""
        counted = [word for part in data.parts("basis") for word in part.texts("words")]
        clause = data.part("clause")
        slots = {"basis": alternatives(counted), "versus": clause.text("versus")}
        return cls(
            clause.pattern("front"),
            clause.pattern("rest"),
            clause.pattern("carried"),
            tuple(Saying.of(part, slots) for part in data.parts("says")),
            tuple(
                (re.compile(alternatives(part.texts("words"))), part.text("concept"))
                for part in data.parts("basis")
            ),
            clause.pattern("between"),
            clause.pattern("areal"),
            clause.pattern("body"),
            clause.pattern("pair"),
            clause.pattern("sides"),
            clause.pattern("growth"),
            clause.compiled("growth", f"(?:{clause.text('growth')})$"),
            tuple(Worded.of(part) for part in data.parts("worded")),
            clause.pattern("whole-year"),
            _kinds(data, "lead"),
            _kinds(data, "clause"),
            data.part("plan-section").pattern("pattern"),
            tuple(Saying.of(part, slots) for part in data.parts("target")),
        )


def _kinds(data: Data, key: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (part.pattern(key), part.text("concept")) for part in data.parts("kind") if part.has(key)
    )
