"""Figures of indicators in prose: `全年地区生产总值同比增长6.0%`, `一般公共预算收入98.35亿元`.

A clause is read whole or not at all: in front what may stand there, then the indicator (or none:
the one of the clause before it), then one or more things said of it. The patterns are data:
`genre/rules/figures.toml`. A figure whose indicator is not clear is left unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kg_builder.model.document import Document, Paragraph
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.areas import AreaNames
from kg_builder.text.extraction.data import Data, alternatives
from kg_builder.text.extraction.indicators import IndicatorNames
from kg_builder.text.extraction.periods import Period, PeriodReader
from kg_builder.text.extraction.quantities import FigureReader
from kg_builder.text.extraction.sayings import Bases, Said, Saying, read_saying
from kg_builder.text.extraction.statements import Dated, Named, Observed, Statements, carried
from kg_builder.text.extraction.words import Words, split

PREVIOUS = "previous-level"
"""The measure of a level before a change."""
_MAX_CLAUSE = 400
_MAX_PARAGRAPH = 200_000


@dataclass(frozen=True, slots=True)
class ClauseRules:
    """How clauses speak of indicators."""

    front: re.Pattern[str]
    rest: re.Pattern[str]
    carried: re.Pattern[str]
    says: tuple[Saying, ...]
    bases: Bases
    between: re.Pattern[str]
    whole_year: re.Pattern[str]
    leads: tuple[tuple[re.Pattern[str], str], ...]
    kinds: tuple[tuple[re.Pattern[str], str], ...]
    plan_section: re.Pattern[str]
    target: tuple[Saying, ...]

    @classmethod
    def of(cls, data: Data) -> ClauseRules:
        """Read the rules; raises ConfigurationError for wrong ones."""
        counted = [word for part in data.parts("basis") for word in part.texts("words")]
        slots = {"basis": alternatives(counted)}
        clause = data.part("clause")
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


@dataclass(slots=True)
class _Context:
    """What a sentence has set so far."""

    indicator: Named | None = None
    dated: Dated | None = None
    kind: str = "actual"
    fresh: bool = True
    """Whether a new subject may open: at the start of a sentence, behind a semicolon, or behind a
    clause on an indicator."""


class ClauseReader:
    """Reads the indicators of a document's paragraphs."""

    def __init__(
        self,
        document: Document,
        rules: ClauseRules,
        names: IndicatorNames,
        figures: FigureReader,
        periods: PeriodReader,
        areas: AreaNames,
        said: Statements,
    ) -> None:
        self._document = document
        self._rules = rules
        self._names = names
        self._figures = figures
        self._periods = periods
        self._said = said
        self.understood: dict[int, Named] = {}
        """The clauses that were read whole, by where they start, and the indicator of each."""
        own = areas.own_words(said.frame.area_name, said.frame.city)
        self._own_area = re.compile(alternatives(own) + "的?")

    def read(self) -> None:
        """Record what the paragraphs say of indicators."""
        overview = self._overview_end()
        for paragraph in self._document.paragraphs:
            if len(paragraph.span) > _MAX_PARAGRAPH:
                self._said.findings.notice(
                    "long-paragraph",
                    f"段落过长（{len(paragraph.span)} 字），未读",
                    f"a paragraph of {len(paragraph.span)} characters, left unread",
                    paragraph.span,
                )
                continue
            words = self._quote(paragraph)
            headline = paragraph.span.start < overview
            base = self._section_context(paragraph)
            for sentence in split(words, "。\n"):
                self._sentence(sentence, replace(base), headline=headline)

    def _overview_end(self) -> int:
        """Return where the overview ends: at the first sub-section of the first section."""
        sections = self._document.sections
        if not sections:
            return 0
        for section in sections[1:]:
            return section.span.start
        return len(self._document.source.text)

    def _section_context(self, paragraph: Paragraph) -> _Context:
        plan = self.plan_of(paragraph)
        return _Context(dated=plan, kind="plan") if plan else _Context()

    def plan_of(self, paragraph: Paragraph) -> Dated | None:
        """Return the period planned, if the paragraph stands in the part on the plan."""
        plans = self._said.frame.plans
        if plans is None:
            return None
        for section in reversed(self._document.section_path(paragraph.section)):
            title = self._said.findings.page.folding.fold(section.title)
            if plans.period.within(title) and self._rules.plan_section.search(title):
                return plans
        return None

    def _sentence(self, sentence: Words, context: _Context, *, headline: bool) -> None:
        start = 0
        for cut in [*self._colons(sentence), len(sentence.raw)]:
            part = sentence.part(start, cut)
            lead = sentence.raw[start : cut + 1]
            for pattern, concept in self._rules.leads:
                if pattern.search(lead):
                    context.kind = concept
            for segment in split(part, "；;"):
                context.fresh = True
                context.indicator = None
                for clause in split(segment, "，,、"):
                    if len(clause.raw) <= _MAX_CLAUSE:
                        self._clause(clause, context, headline=headline)
            start = cut + 1

    @staticmethod
    def _colons(sentence: Words) -> list[int]:
        return [match.start() for match in re.finditer("[:：]", sentence.raw)]

    def _clause(self, clause: Words, context: _Context, *, headline: bool) -> None:
        place = self._front(clause, context)
        if place == len(clause.raw):
            return
        fresh, context.fresh = context.fresh, False
        self._whole_year(clause, place, context)
        names = self._names.candidates(clause, place, generic=fresh)
        for name in names:
            at = name.span.end - clause.start
            named = Named(name.text, Evidence(name.span))
            if self._said_of(clause, at, named, context, headline=headline):
                context.indicator = named
                context.fresh = True
                return
        if names:
            # an indicator of which nothing is said that can be read: what follows may be its
            shortest = names[-1]
            ended = shortest.span.end == clause.span.end
            context.indicator = Named(shortest.text, Evidence(shortest.span)) if ended else None
        elif context.indicator is not None:
            named = replace(context.indicator, said=carried(context.indicator.said))
            match = self._rules.carried.match(clause.raw, place)
            at = match.end() if match else place
            self._said_of(clause, at, named, context, headline=headline)

    def _whole_year(self, clause: Words, place: int, context: _Context) -> None:
        """Take 全年 in a report on half a year for what it says."""
        reports = self._said.frame.reports
        if context.dated is not None or reports is None or reports.period.start_month is None:
            return
        match = self._rules.whole_year.search(clause.raw, 0, place)
        if match:
            year = reports.period.end_year
            said = Evidence(clause.group(match).span, "derived")
            context.dated = Dated(Period(year, year, "year"), said)

    def _said_of(
        self, clause: Words, at: int, named: Named, context: _Context, *, headline: bool
    ) -> bool:
        """Record what the clause says of an indicator from `at` on, if all of it can be read."""
        match = self._rules.between.match(clause.raw, at)
        said = self._all_said(clause, match.end() if match else at)
        if not said or not self._ends(clause, said[-1]):
            return False
        kind = self._kind(clause, context)
        for item in said:
            self._record(item, named, context, kind, headline=headline)
        self._said.findings.read(clause.span)
        self.understood[clause.start] = named
        return True

    def _front(self, clause: Words, context: _Context) -> int:
        """Return where the indicator may start; take in the period and the area on the way."""
        place = 0
        moved = True
        while moved and place < len(clause.raw):
            moved = False
            rest = Words(clause.raw[place:], clause.start + place)
            period = self._periods.match(rest)
            if period:
                context.dated = Dated(period.period, Evidence(period.words.span))
                place += len(period.words.raw)
                if clause.raw[place : place + 2] == "以来":
                    place += 2
                moved = True
                continue
            for pattern in (self._own_area, self._rules.front):
                match = pattern.match(clause.raw, place)
                if match and match.end() > place:
                    place, moved = match.end(), True
                    break
        return place

    def _all_said(self, clause: Words, at: int) -> list[Said]:
        found: list[Said] = []
        place = at
        while place < len(clause.raw):
            while place < len(clause.raw) and clause.raw[place] in " \u3000":
                place += 1
            item = read_saying(clause, place, self._rules.says, self._figures, self._rules.bases)
            if item is None:
                break
            found.append(item)
            place = item.words.span.end - clause.start
        return found

    def _ends(self, clause: Words, last: Said) -> bool:
        place = last.words.span.end - clause.start
        return place == len(clause.raw) or self._rules.rest.match(clause.raw, place) is not None

    def _kind(self, clause: Words, context: _Context) -> str:
        for pattern, concept in self._rules.kinds:
            if pattern.search(clause.raw):
                return concept
        return context.kind

    def _record(
        self, item: Said, named: Named, context: _Context, kind: str, *, headline: bool
    ) -> None:
        frame = self._said.frame
        dated = context.dated
        kind = item.saying.kind or kind
        if kind == "actual" and dated and frame.year and dated.period.start_year > frame.year:
            kind = "plan"
        observed = Observed(
            indicator=named,
            measure=item.saying.measure,
            figure=item.figure,
            said=Evidence(item.words.span),
            verbatim=item.verbatim,
            kind=kind,
            dated=dated,
            bases=tuple((concept, Evidence(words.span)) for concept, words in item.bases),
            headline=headline and kind == "actual",
            compared=item.compared,
        )
        rule = f"figure-{item.saying.rule}"
        self._said.observe(observed, rule)
        if item.previous is not None:
            before = item.previous
            self._said.observe(
                replace(
                    observed, measure=PREVIOUS, figure=before, verbatim=before.words.text
                ),
                rule,
            )

    def _quote(self, paragraph: Paragraph) -> Words:
        return self._said.findings.page.words(paragraph.span)
