"""Decisions: a reviewer's word on what a report says, and what stands because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Value
from kg_builder.model.selector import Evidence, Span

Action = Literal["accept", "reject", "correct", "merge", "add", "ignore"]


@dataclass(frozen=True, slots=True)
class ClassName:
    """A class of the ontology by local name: the object of the predicate `a`."""

    name: str


Object = Value | ClassName
"""What the cells of a decision may hold."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The passage a decision speaks of: where it stood, and the hash of its words."""

    line: int
    span: Span
    sha256: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. What may be empty is told by `action` and `predicate`."""

    action: Action
    anchor: Anchor
    subject: EntityId | None
    predicate: str
    object: Object | None
    new: Object | None
    details: Mapping[str, str]
    """More about a statement that is added: names and values as written."""
    who: str
    date: date | None
    why: str
    digest: str
    """SHA-256 of its line: what tells it from others."""
    file: str = field(compare=False, default="")
    line: int = field(compare=False, default=0)
    """Where it is written, for messages."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision that was applied, and the passage it speaks of as the text has it now."""

    decision: Decision
    said: Evidence


@dataclass(frozen=True, slots=True)
class Decided:
    """A triple that stands because of a decision. A `ClassName` is the object of `rdf:type`."""

    subject: EntityId
    predicate: str
    object: Object
    verdict: Verdict
