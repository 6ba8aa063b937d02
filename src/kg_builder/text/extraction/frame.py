"""The frame of a report: whose it is, who issued it, the years it covers.

The patterns are data: `genre/rules/frame.toml`, `genre/lexicons/report-kinds.toml`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kg_builder.model.document import Document
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Text
from kg_builder.model.selector import Evidence, Span
from kg_builder.text.grammar.areas import AreaNames
from kg_builder.text.grammar.data import Data
from kg_builder.text.grammar.periods import PeriodMatch, PeriodReader
from kg_builder.text.grammar.words import Words
from kg_builder.text.notes.findings import Findings
from kg_builder.text.notes.frame import Dated, ReportFrame, derived

RULE = "frame"
_NAMELESS = "无名"
_FIRST_PARAGRAPHS = 3
_OPENING = 40
"""So many characters at the start of a paragraph may name the area or the period."""
_LINE = 100
_NAME = 60
"""A first line longer than this is no name."""
_SENTENCE = re.compile("[。；;！!？?]")


@dataclass(frozen=True, slots=True)
class FrameRules:
    """How titles name the issuer, the area and the years."""

    noise: re.Pattern[str]
    issuer: re.Pattern[str]
    letterhead: re.Pattern[str]
    letterhead_lines: int
    issuer_also: tuple[str, ...]
    proper: re.Pattern[str]
    area: re.Pattern[str]
    reports: re.Pattern[str]
    plans: re.Pattern[str]
    plans_section: re.Pattern[str]
    reviews_section: re.Pattern[str]
    """A heading that looks back on a year."""
    only_plans: re.Pattern[str]
    """A title of a plan alone, which reports nothing done."""
    kinds: tuple[tuple[re.Pattern[str], str], ...]
    default_kind: str
    nothing: frozenset[str]
    declared: re.Pattern[str]

    @classmethod
    def of(cls, data: Data, kinds: Data) -> FrameRules:
        """Read the rules; raises ConfigurationError for wrong ones."""
        issuer, title = data.part("issuer"), data.part("title")
        return cls(
            data.pattern("noise"),
            issuer.pattern("pattern"),
            issuer.pattern("letterhead"),
            issuer.number("lines", 0),
            issuer.texts("also"),
            title.pattern("proper"),
            title.pattern("area"),
            title.pattern("reports"),
            title.pattern("plans"),
            title.pattern("plans-section"),
            title.pattern("reviews-section"),
            title.pattern("only-plans"),
            tuple((part.pattern("pattern"), part.text("word")) for part in kinds.parts("kind")),
            kinds.text("default"),
            frozenset(data.part("nothing").texts("words")),
            data.part("declared").pattern("pattern"),
        )

    def kind(self, title: str) -> str:
        """Return the word for the kind of report a title tells."""
        return next(
            (word for pattern, word in self.kinds if pattern.search(title)), self.default_kind
        )


@dataclass(frozen=True, slots=True)
class _Area:
    words: Words
    city_words: Words | None
    derived: bool = False

    @property
    def name(self) -> str:
        """The name in folded characters."""
        return self.words.plain

    @property
    def city(self) -> str | None:
        return self.city_words.plain if self.city_words else None


class FrameReader:
    """Reads the frame of one document into findings."""

    def __init__(
        self,
        document: Document,
        rules: FrameRules,
        areas: AreaNames,
        periods: PeriodReader,
        findings: Findings,
    ) -> None:
        self._document = document
        self._rules = rules
        self._areas = areas
        self._periods = periods
        self._findings = findings

    def read(self) -> ReportFrame:
        """Record the report with its area, issuer and years; return the frame of its statements."""
        area = self._titled_area() or self._untitled_area()
        reports, plans = self._years()
        frame = self._report(area, reports, plans)
        self._issuer(frame)
        self._area(frame, area)
        return frame

    # --- the report ---

    def _report(
        self, area: _Area | None, reports: Dated | None, plans: Dated | None
    ) -> ReportFrame:
        findings, title = self._findings, self._document.title
        digest = self._document.source.text_sha256 or self._document.source.text
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            digest = hashlib.sha256(digest.encode("utf-8", "surrogatepass")).hexdigest()
        name = self._areas.key(area.name, area.city) if area else _NAMELESS
        scope = (name,) if area else (_NAMELESS, digest[:8])
        said = self._opening()
        if title and reports:
            year = "".join(reports.period.key)
            kind = self._rules.kind(findings.page.folding.fold(title.text))
            key = (*scope, year, kind)
        else:
            key = (name, digest[:8])
        report = EntityId("Report", key)
        words = self._title()
        if title and words:
            findings.read(title.span)
            findings.entity(report, words.text, said)
            findings.fact(report, "dcterms:title", Text(words.text), said, RULE)
        elif name_words := self._stand_in():
            findings.entity(report, name_words.text, Evidence(name_words.span))
        else:
            findings.entity(report, None, derived(said))
        for predicate, dated in (("reportsPeriod", reports), ("plansPeriod", plans)):
            if dated:
                period = findings.period(dated.period, dated.said, RULE)
                findings.fact(report, predicate, period, dated.said, RULE)
        evidence = self._said(area.words, "derived" if area.derived else "stated") if area else None
        entity = EntityId("District", (name,)) if area else None
        return ReportFrame(
            report,
            scope,
            entity,
            area.name if area else None,
            evidence,
            area.city if area else None,
            reports,
            plans,
        )

    def _opening(self) -> Evidence:
        """Return the passage that names the report: its title, else its first line."""
        title = self._title()
        if title:
            return Evidence(title.span)
        first = next(self._lines(), None)
        return Evidence(first.span if first else Span(0, len(self._document.source.text)))

    def _stand_in(self) -> Words | None:
        """Return what a report without a title may be called by: a heading, a caption, a line."""
        captions = [table.caption_span for table in self._document.tables if table.caption_span]
        spans = [*(section.title_span for section in self._document.sections), *captions]
        if spans:
            return self._quote(spans[0])
        first = next(self._lines(), None)
        paragraphs = self._document.paragraphs
        if first is None or not paragraphs or paragraphs[0].span.start > first.start:
            return None
        is_name = len(first.raw) <= _NAME and not _SENTENCE.search(first.raw)
        return first if is_name else None

    def _lines(self) -> Iterator[Words]:
        """Yield the lines that hold anything."""
        for match in re.finditer(r"[^\r\n]+", self._document.source.text):
            words = self._quote(Span(*match.span())).part(0, match.end() - match.start())
            if words:
                yield words

    def _issuer(self, frame: ReportFrame) -> None:
        issuer = self._titled_issuer() or self._letterhead()
        if issuer is None:
            return
        name = issuer.text
        local = () if self._areas.is_located(issuer.plain, frame.area_name) else frame.scope
        entity = EntityId("Institution", (*local, self._findings.page.key(name)))
        said = Evidence(issuer.span)
        self._findings.entity(entity, name, said, also=self._rules.issuer_also)
        self._findings.fact(frame.report, "issuedBy", entity, said, RULE)

    def _titled_issuer(self) -> Words | None:
        words = self._title_line()
        match = self._rules.issuer.search(words.raw) if words else None
        return words.group(match, "issuer") if words and match else None

    def _letterhead(self) -> Words | None:
        """Return the issuer that a line of its own names, at the head of the text."""
        source, sections = self._document.source, self._document.sections
        end = sections[0].span.start if sections else len(source.text)
        for start in source.line_starts[: self._rules.letterhead_lines]:
            if start >= end:
                return None
            line = source.text[start : start + _LINE].split("\n", 1)[0]
            words = self._quote(Span(start, start + len(line))).part(0, len(line))
            if match := self._rules.letterhead.match(words.raw):
                return words.group(match, "issuer")
        return None

    def _title(self) -> Words | None:
        """Return the title proper, without an issuer in front of it."""
        title = self._document.title
        if title is None:
            return None
        words = self._quote(title.text_span)
        match = self._rules.proper.match(words.raw)
        return words.part(match.end(), len(words.raw)) if match else words

    def _title_line(self) -> Words | None:
        title = self._document.title
        if title is None:
            return None
        words = self._quote(title.span)
        noise = self._rules.noise.match(words.raw)
        return words.part(noise.end(), len(words.raw)) if noise else words

    # --- the area ---

    def _area(self, frame: ReportFrame, area: _Area | None) -> None:
        if area is None or frame.area is None or frame.area_said is None:
            return
        findings, said = self._findings, frame.area_said
        findings.entity(frame.area, area.words.text, said)
        findings.fact(frame.report, "coversArea", frame.area, said, RULE)
        if area.city and area.city_words:
            where = self._said(area.city_words)
            label = area.city_words.text
            city = findings.entity(EntityId("City", (area.city,)), label, where)
            findings.fact(frame.area, "within", city, where, RULE)

    def _titled_area(self) -> _Area | None:
        """Return the area that the title names; its city may stand in the issuer's name."""
        words = self._title()
        if words is None:
            return None
        match = self._rules.area.search(words.raw)
        if match is None:
            return None
        name = words.group(match, "area")
        city = words.group(match, "city") if match["city"] else self._issuers_city(name.raw)
        return _Area(name, city)

    def _issuers_city(self, area: str) -> Words | None:
        line = self._title_line()
        if line is None:
            return None
        match = re.search(rf"(?P<city>[\u4e00-\u9fff]{{2,5}}市){re.escape(area)}", line.raw)
        return line.group(match, "city") if match else None

    def _untitled_area(self) -> _Area | None:
        """Return the area that captions, headings, first paragraphs or most addresses name."""
        for words in self._places():
            match = self._areas.named.match(words.raw[:_OPENING])
            if match:
                return self._found(words, match)
        return self._addressed_area()

    def _places(self) -> Iterator[Words]:
        for section in self._document.sections:
            yield self._quote(section.title_span)
        for table in self._document.tables:
            if table.caption_span:
                yield self._quote(table.caption_span)
        for paragraph in self._document.paragraphs[:_FIRST_PARAGRAPHS]:
            words = self._quote(paragraph.span)
            yield words.part(0, min(_OPENING, len(words.raw)))

    def _found(self, words: Words, match: re.Match[str], *, is_derived: bool = False) -> _Area:
        city = words.group(match, "city") if match["city"] else None
        return _Area(words.group(match, "area"), city, is_derived)

    def _addressed_area(self) -> _Area | None:
        found: list[_Area] = []
        rows = 0
        for table in self._document.tables:
            for row in table.rows:
                cell = row.cells.get("address")
                if cell is None or not len(cell.span):
                    continue
                rows += 1
                words = self._quote(cell.span)
                match = self._areas.named.match(words.raw)
                if match:
                    found.append(self._found(words, match, is_derived=True))
        if not found:
            return None
        name, count = Counter(area.name for area in found).most_common(1)[0]
        if count == 1 or count * 2 <= rows or count < len(found):
            return None
        return next(area for area in found if area.name == name)

    # --- the years ---

    def _years(self) -> tuple[Dated | None, Dated | None]:
        title = self._title()
        reports = (self._dated(title, self._rules.reports) or self._first(title)) if title else None
        for words in self._places():
            reports = reports or self._first(words)
        if reports is None:
            return None, None
        if title and self._rules.only_plans.fullmatch(title.raw):
            return reports, reports
        reviewed = self._reviewed(reports)
        if reviewed is not None:
            return reviewed, reports
        plans = self._plans(title, self._rules.plans, reports) if title else None
        for section in self._document.sections:
            plans = plans or self._plans(
                self._quote(section.title_span), self._rules.plans_section, reports
            )
        return reports, plans

    def _reviewed(self, titled: Dated) -> Dated | None:
        """Return the year that a section looks back on, where the title names the one after it."""
        for section in self._document.sections:
            found = self._dated(self._quote(section.title_span), self._rules.reviews_section)
            if found is not None and found.period.end_year + 1 == titled.period.start_year:
                return found
        return None

    def _first(self, words: Words) -> Dated | None:
        found = self._periods.find(words)
        return self._as_dated(found) if found else None

    def _dated(self, words: Words, pattern: re.Pattern[str]) -> Dated | None:
        match = pattern.search(words.raw)
        return self._first(words.group(match, "period")) if match else None

    def _plans(self, words: Words, pattern: re.Pattern[str], reports: Dated) -> Dated | None:
        for match in pattern.finditer(words.raw):
            found = self._first(words.group(match, "period"))
            if found and found.period.start_year > reports.period.end_year:
                return found
        return None

    def _as_dated(self, found: PeriodMatch) -> Dated:
        return Dated(found.period, Evidence(found.words.span))

    def _said(self, words: Words, reading: str = "stated") -> Evidence:
        evidence = Evidence(words.span)
        return derived(evidence) if reading == "derived" else evidence

    def _quote(self, span: Span) -> Words:
        return self._findings.page.words(span)
