"""Dated statements: what a report says of a thing, with its frame of report, area, period, kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text, Value
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.indicators import IndicatorNames
from kg_builder.text.extraction.parsers import MAX_VERBATIM
from kg_builder.text.grammar.quantities import EXACT, Figure
from kg_builder.text.grammar.words import Words
from kg_builder.text.notes.findings import Findings, shown
from kg_builder.text.notes.frame import Dated, ReportFrame, carried, derived

_PASSING = frozenset({"listOrder", "verbatim"})
"""Where passages differ in these, they do not contradict each other: the first is kept."""


@dataclass(frozen=True, slots=True)
class Named:
    """The name of an indicator, and the passage that tells it."""

    name: str
    said: Evidence


@dataclass(frozen=True, slots=True)
class Observed:
    """A figure for an indicator, before it is a statement."""

    indicator: Named
    measure: str
    figure: Figure | None
    said: Evidence
    verbatim: str
    kind: str = "actual"
    dated: Dated | None = None
    bases: tuple[tuple[str, Evidence], ...] = ()
    about: tuple[EntityId, Evidence] | None = None
    headline: bool = False
    compared: Words | None = None
    """With what it is compared, for a gap or a rank: 全市."""


class Statements:
    """Records dated statements of one report."""

    def __init__(self, findings: Findings, frame: ReportFrame, names: IndicatorNames) -> None:
        self.findings = findings
        self.frame = frame
        self._names = names

    def key(self, *parts: str) -> tuple[str, ...]:
        """Return a key under the report's, empty parts left out."""
        return (*self.frame.report.key, *(part for part in parts if part))

    def state(
        self,
        entity: EntityId,
        said: Evidence,
        kind: str | tuple[str, Evidence],
        dated: Dated | None,
        rule: str,
    ) -> None:
        """Record a statement and its frame."""
        findings, frame = self.findings, self.frame
        findings.entity(entity, None, said)
        findings.fact(entity, "statedIn", frame.report, said, rule)
        if frame.area is not None and frame.area_said is not None:
            findings.fact(entity, "area", frame.area, carried(frame.area_said), rule)
        own = dated or frame.reports
        if own is not None:
            period = findings.period(own.period, own.said, rule)
            evidence = own.said if dated else carried(own.said)
            findings.fact(entity, "period", period, evidence, rule)
        concept, evidence = (kind, derived(said)) if isinstance(kind, str) else kind
        findings.fact(entity, "resultKind", Concept("kind", concept), evidence, rule)

    def tell(
        self, entity: EntityId, predicate: str, value: Value, said: Evidence, rule: str
    ) -> None:
        """Record a fact of a statement that holds one value of the predicate.

        Where another passage gave another value, the first stays and a notice says so.
        """
        if self.findings.single(entity, predicate, value, said, rule) or predicate in _PASSING:
            return
        self.conflict(said, self.findings.place_of(entity, predicate))

    def conflict(self, said: Evidence, first: Evidence) -> None:
        """Warn that a passage, left out, differs from the first."""
        words = self.findings.source.quote(said.span)
        self.findings.notice(
            "conflicting-row",
            f"与前文不一致，未采用：{shown(words)}",
            f"differs from what an earlier row says, left out: {shown(words)}",
            said.span,
            first.span,
        )

    def indicator(self, named: Named, rule: str) -> tuple[EntityId, tuple[str, ...]]:
        """Record an indicator by its printed name; return it, and the bases its name tells."""
        read = self._names.read(self.findings.page.key(named.name))
        said = named.said
        findings = self.findings
        same = named.name == read.name
        entity = EntityId("Indicator", (read.name,))
        if same:
            findings.entity(entity, read.name, said)
        else:
            findings.entity(entity, read.name, derived(said), alias=named.name)
            findings.fact(entity, "skos:altLabel", Text(named.name), said, rule)
        if read.broader:
            broader = EntityId("Indicator", (read.broader,))
            findings.entity(broader, read.broader, derived(said))
            findings.fact(entity, "broaderIndicator", broader, derived(said), rule)
        return entity, read.bases

    def observe(self, observed: Observed, rule: str) -> EntityId | None:
        """Record an observation; None where there is neither a figure nor short words to keep."""
        figure = observed.figure
        if figure is None and not 0 < len(observed.verbatim) <= MAX_VERBATIM:
            return None
        if len(observed.verbatim) > MAX_VERBATIM and figure is not None:
            observed = replace(observed, verbatim=figure.words.text)
        indicator, bases = self.indicator(observed.indicator, rule)
        about = self.frame.local(observed.about[0]) if observed.about else ()
        entity = EntityId(
            "Observation", self.key(*about, indicator.key[0], *self._distinction(observed))
        )
        self.state(entity, observed.said, observed.kind, observed.dated, rule)
        tell = self.tell
        if observed.about:
            tell(entity, "about", *observed.about, rule)
        tell(entity, "indicator", indicator, observed.indicator.said, rule)
        tell(entity, "measure", Concept("measure", observed.measure), observed.said, rule)
        named = [(basis, observed.indicator.said) for basis in bases]
        for basis, said in dict([*named, *observed.bases]).items():
            self.findings.fact(entity, "basis", Concept("basis", basis), said, rule)
        if figure is not None:
            tell(entity, "value", figure.value, observed.said, rule)
            tell(entity, "unit", Concept("unit", figure.unit.name), observed.said, rule)
            tell(entity, "normalizedValue", figure.normalized, derived(observed.said), rule)
            tell(entity, "bound", Concept("bound", figure.bound), observed.said, rule)
        if observed.compared is not None:
            compared = observed.compared
            tell(entity, "comparedWith", Text(compared.text), Evidence(compared.span), rule)
        tell(entity, "verbatim", observed.verbatim, observed.said, rule)
        if observed.headline:
            tell(entity, "headline", True, derived(observed.said), rule)  # noqa: FBT003
        return entity

    def _distinction(self, observed: Observed) -> Iterable[str]:
        """Yield what tells apart the figures of one indicator in one report."""
        figure, dated = observed.figure, observed.dated
        yield observed.measure
        if observed.kind != "actual":
            yield observed.kind
        if dated and (self.frame.reports is None or dated.period != self.frame.reports.period):
            yield from dated.period.key
        if figure is None:
            yield observed.verbatim
            return
        if figure.bound != EXACT:
            yield figure.bound.replace("-", "")
        # a stop is no character of a readable IRI; 点 is how it is read
        number = figure.digits.replace("-", "负").replace(".", "点")
        yield f"{number}{figure.unit.name.replace('-', '')}"
