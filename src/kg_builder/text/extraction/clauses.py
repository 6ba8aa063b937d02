"""Figures of indicators in prose: `全年地区生产总值同比增长6.0%`, `一般公共预算收入98.35亿元`.

A clause is read whole or not at all: in front what may stand there, then the indicator (or none:
the one of the clause before it), then one or more things said of it. The patterns are data:
`genre/rules/figures.toml`. A figure whose indicator is not clear is left unread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from kg_builder.model.document import Document, Paragraph
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.clause_rules import ClauseRules
from kg_builder.text.extraction.indicators import IndicatorNames
from kg_builder.text.extraction.sayings import (
    Reading,
    Said,
    read_saying,
    read_series,
)
from kg_builder.text.extraction.statements import Named, Observed, Statements
from kg_builder.text.grammar.areas import AreaNames
from kg_builder.text.grammar.data import alternatives
from kg_builder.text.grammar.periods import Period, PeriodReader
from kg_builder.text.grammar.quantities import FigureReader
from kg_builder.text.grammar.words import LONGEST_CLAUSE, Words, split
from kg_builder.text.notes.frame import Dated, carried, derived

PREVIOUS = "previous-level"
"""The measure of a level before a change."""
_NO_UNIT = "比值"
"""The unit of what has none."""
_DIGIT = re.compile(r"\d")
_MAX_PARAGRAPH = 200_000


@dataclass(slots=True)
class _Context:
    """What a sentence has set so far."""

    indicator: Named | None = None
    dated: Dated | None = None
    kind: str = "actual"
    fresh: bool = True
    """Whether a new subject may open: at the start of a sentence, behind a semicolon, or behind a
    clause on an indicator."""
    recent: dict[Named, None] = field(default_factory=dict)
    """The indicators that the clauses before were of, in their order."""
    pair: tuple[Named, ...] = ()
    """Those of the list that the clause before gave figures of."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a clause says: of which indicator, and what."""

    named: Named
    said: Said
    dated: Dated | None
    kind: str


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
        key = said.findings.page.key
        own = [key(word) for word in areas.own_words(said.frame.area_name, said.frame.city)]
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
            for sentence in split(words, "。！!？?\n"):
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
        if plans is None or plans is self._said.frame.reports:
            return plans
        for section in reversed(self._document.section_path(paragraph.section)):
            title = self._said.findings.page.folding.fold(section.title)
            if plans.period.within(title) and self._rules.plan_section.search(title):
                return plans
        return None

    def _sentence(self, sentence: Words, context: _Context, *, headline: bool) -> None:
        start = 0
        headed: Named | None = None
        for cut in [*self._colons(sentence), len(sentence.raw)]:
            part = sentence.part(start, cut)
            lead = sentence.raw[start : cut + 1]
            for pattern, concept in self._rules.leads:
                if pattern.search(lead):
                    context.kind = concept
            for segment in split(part, "；;"):
                context.fresh = True
                context.indicator, headed = headed, None
                context.recent, context.pair = {}, ()
                for clause in split(segment, "，,"):
                    if len(clause.raw) <= LONGEST_CLAUSE:
                        self._clause(clause, context, headline=headline)
            headed = self._headed(part, context)
            start = cut + 1

    def _headed(self, part: Words, context: _Context) -> Named | None:
        """Return the indicator that a part before a colon names, if it is nothing else."""
        last = list(split(part, "，,；;"))[-1:]
        if not last:
            return None
        place, _ = self._front(last[0], context)
        name = next(iter(self._names.candidates(last[0], place, generic=True)), None)
        if name is None or name.span.end != part.span.end:
            return None
        return Named(name.text, Evidence(name.span))

    @staticmethod
    def _colons(sentence: Words) -> list[int]:
        return [match.start() for match in re.finditer("[:：]", sentence.raw)]

    def _clause(self, clause: Words, context: _Context, *, headline: bool) -> None:
        """Read a clause whole, or none of it."""
        found = self._paired(clause, context)
        if found:
            context.pair = tuple(dict.fromkeys(item.named for item in found))
        else:
            found = self._pieces(clause, context)
            context.pair = ()
        if not found:
            if _DIGIT.search(clause.raw):
                context.indicator = None  # what follows may speak of something else
            return
        context.indicator, context.fresh = found[-1].named, True
        named = (item.named for item in found if item.named.said.reading != "carried")
        context.recent |= dict.fromkeys(named)
        for item in found:
            self._record(item, headline=headline)
        self._said.findings.read(clause.span)
        self.understood[clause.start] = found[-1].named

    def _pieces(self, clause: Words, context: _Context) -> list[_Read]:
        """Return what the parts of a clause say, nothing if a figure of one is left over."""
        found: list[_Read] = []
        for piece in split(clause, "、"):
            read = self._piece(piece, context)
            if not read and found and _DIGIT.search(piece.raw):
                context.indicator = None
                return []
            found += read
        return found

    def _piece(self, piece: Words, context: _Context) -> list[_Read]:
        place, areal = self._front(piece, context)
        if place == len(piece.raw):
            return []
        fresh, context.fresh = context.fresh, False
        self._whole_year(piece, place, context)
        names = self._names.candidates(piece, place, generic=fresh or areal)
        if not names and fresh:
            names = self._brought_about(piece, place)
        for name in names:
            at = name.span.end - piece.start
            named = Named(name.text, Evidence(name.span))
            read = self._said_of(piece, at, named, context)
            if read:
                context.indicator, context.fresh = named, True
                return read
        if names:
            # an indicator of which nothing is said that can be read: what follows may be its
            shortest = names[-1]
            ended = shortest.span.end == piece.span.end
            context.indicator = Named(shortest.text, Evidence(shortest.span)) if ended else None
            return []
        if context.indicator is None:
            return []
        named = replace(context.indicator, said=carried(context.indicator.said))
        # 完成 may open a clause, and say how much of a plan was reached
        starts = (place,) if _DIGIT.match(piece.raw) else (0, place)
        for start in dict.fromkeys(starts):
            match = self._rules.carried.match(piece.raw, start)
            read = self._said_of(piece, match.end() if match else start, named, context)
            if read:
                return read
        return []

    def _brought_about(self, piece: Words, place: int) -> list[Words]:
        """Return the names of indicators behind who brings them about."""
        match = self._rules.body.match(piece.raw, place)
        if match is None:
            return []
        names = self._names.candidates(piece, match.end(), generic=True)
        return [name for name in names if self._names.flows.fullmatch(name.raw)]

    def _paired(self, clause: Words, context: _Context) -> list[_Read]:
        """Return what a clause says of each of several indicators: 甲、乙分别增长5%和6%."""
        match = self._rules.pair.search(clause.raw)
        if match is None:
            said = self._series(clause, 0, None) if len(context.pair) > 1 else []
            return self._each(said, context.pair, clause, context)
        place, _ = self._front(clause, context)
        said = self._series(clause, match.end(), None)
        head = clause.part(place, max(place, match.start()))
        grown = self._rules.growth_end.search(head.raw)
        if grown is not None and grown.start():
            head = head.part(0, grown.start())
        if len(said) < 2:
            return []
        compared = self._compared(clause, head, said, context)
        if compared is not None:
            return compared
        if not head.raw or self._rules.growth.fullmatch(head.raw):
            latest = tuple(islice(reversed(context.recent), len(said)))
            return self._each(said, latest[::-1], clause, context)
        if self._rules.sides.fullmatch(head.raw):
            names = (context.indicator,) * len(said) if context.indicator else ()
            return self._each(said, names, clause, context)
        listed = self._names.listed(head, len(said))
        if listed is None:
            return []
        named = [
            Named(name, Evidence(w.span) if name == w.text else derived(Evidence(w.span)))
            for name, w in listed
        ]
        return self._each(said, named, clause, context, own=True)

    def _compared(
        self, clause: Words, head: Words, said: Sequence[Said], context: _Context
    ) -> list[_Read] | None:
        """Return what is said of one indicator against each of several: 分别高于全国、全省….

        None where no list is compared with.
        """
        than = said[0].compared
        parts = [*split(than, "、和与")] if than is not None else []
        if len(parts) != len(said):
            return None
        name = next(iter(self._names.candidates(head, 0, generic=True)), None)
        named = Named(name.text, Evidence(name.span)) if name is not None else context.indicator
        if named is None:
            return None
        each = [replace(item, compared=part) for item, part in zip(said, parts, strict=True)]
        return self._each(each, (named,) * len(each), clause, context, own=name is not None)

    def _series(self, clause: Words, place: int, named: Named | None) -> list[Said]:
        said = read_series(clause, place, self._reading(named))
        return said if said and self._ends(clause, said[-1]) else []

    def _each(
        self,
        said: Sequence[Said],
        named: Sequence[Named],
        clause: Words,
        context: _Context,
        *,
        own: bool = False,
    ) -> list[_Read]:
        if len(said) != len(named):
            return []
        kind = self._kind(clause, context)
        if not own:
            named = [replace(item, said=carried(item.said)) for item in named]
        return [
            _Read(name, item, context.dated, kind) for name, item in zip(named, said, strict=True)
        ]

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

    def _said_of(self, clause: Words, at: int, named: Named, context: _Context) -> list[_Read]:
        """Return what the clause says of an indicator from `at` on, if all of it can be read."""
        match = self._rules.between.match(clause.raw, at)
        said = self._all_said(clause, match.end() if match else at, named)
        if not said or not self._ends(clause, said[-1]):
            return []
        kind = self._kind(clause, context)
        return [_Read(named, item, context.dated, kind) for item in said]

    def _front(self, clause: Words, context: _Context) -> tuple[int, bool]:
        """Return where the indicator may start, and whether its figure is said to be the area's.

        Takes in the period and the area on the way.
        """
        place = 0
        areal = False
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
                moved = areal = True
                continue
            for pattern in (self._own_area, self._rules.front):
                match = pattern.match(clause.raw, place)
                if match and match.end() > place:
                    place, moved = match.end(), True
                    areal = areal or pattern is self._own_area
                    break
        return place, areal or bool(self._rules.areal.search(clause.raw[:place]))

    def _reading(self, named: Named | None) -> Reading:
        ratio = named is not None and self._names.ratios.search(named.name)
        unit = self._figures.unit(_NO_UNIT) if ratio else None
        rules = self._rules
        return Reading(rules.says, self._figures, rules.bases, rules.worded, unit)

    def _all_said(self, clause: Words, at: int, named: Named) -> list[Said]:
        found: list[Said] = []
        place = at
        how = self._reading(named)
        while place < len(clause.raw):
            while place < len(clause.raw) and clause.raw[place] in " \u3000":
                place += 1
            item = read_saying(clause, place, how)
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
                # what is hoped for or estimated stays so to the end of the sentence
                context.kind = concept
        return context.kind

    def _record(self, read: _Read, *, headline: bool) -> None:
        frame = self._said.frame
        item, dated = read.said, read.dated
        kind = item.saying.kind or read.kind
        if kind == "actual" and dated and frame.year and dated.period.start_year > frame.year:
            kind = "plan"
        observed = Observed(
            indicator=read.named,
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
                replace(observed, measure=PREVIOUS, figure=before, verbatim=before.words.text),
                rule,
            )

    def _quote(self, paragraph: Paragraph) -> Words:
        return self._said.findings.page.words(paragraph.span)
