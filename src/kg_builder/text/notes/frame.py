"""The frame of a report: whose it is, which periods it speaks of; and how passages carry on."""

from __future__ import annotations

from dataclasses import dataclass

from kg_builder.model.entity import EntityId
from kg_builder.model.selector import Evidence
from kg_builder.text.grammar.periods import Period


@dataclass(frozen=True, slots=True)
class Dated:
    """A period and the passage that tells it."""

    period: Period
    said: Evidence


@dataclass(frozen=True, slots=True)
class ReportFrame:
    """Whose the report is, and which periods it reports and plans."""

    report: EntityId
    scope: tuple[str, ...]
    """The first parts of the keys of local things: the area, or else what stands for it."""
    area: EntityId | None = None
    area_name: str | None = None
    area_said: Evidence | None = None
    city: str | None = None
    reports: Dated | None = None
    plans: Dated | None = None

    def local(self, entity: EntityId) -> tuple[str, ...]:
        """Return the key of an entity without the area that the report's own key starts with."""
        if len(entity.key) > len(self.scope) and entity.key[: len(self.scope)] == self.scope:
            return entity.key[len(self.scope) :]
        return entity.key

    @property
    def year(self) -> int | None:
        """The year reported."""
        return self.reports.period.end_year if self.reports else None


def carried(evidence: Evidence) -> Evidence:
    """Return the evidence as one that is repeated for what follows."""
    if evidence.reading != "stated":
        return evidence
    return Evidence(evidence.span, "carried", evidence.table, evidence.row, evidence.column)


def derived(evidence: Evidence) -> Evidence:
    """Return the evidence as one that something follows from."""
    return Evidence(evidence.span, "derived", evidence.table, evidence.row, evidence.column)
