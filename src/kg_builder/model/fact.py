"""Facts: what a report says, in names of the ontology, with the places that say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kg_builder.model.entity import EntityId
from kg_builder.model.selector import Evidence


@dataclass(frozen=True, slots=True)
class Text:
    """Words in Chinese (a literal with the tag `zh`)."""

    value: str


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year."""

    value: int


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of one of the ontology's taxonomies, by scheme and name: `status`, `completed`."""

    scheme: str
    name: str


Value = EntityId | Concept | Text | Year | str | int | Decimal | date | bool
"""What a fact may say. A `str` becomes a plain string: codes, phone numbers, figures as printed."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of a report: subject, predicate, object, evidence, and the rule that read it.

    `predicate` is a property of the ontology by local name (`inStreet`), or a prefixed name of a
    reused vocabulary (`locn:fullAddress`).
    """

    subject: EntityId
    predicate: str
    object: Value
    evidence: tuple[Evidence, ...]
    rule: str

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"a fact without evidence: {self.subject} {self.predicate}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the fields, as a `Span`."""
        return Fact, (self.subject, self.predicate, self.object, self.evidence, self.rule)
