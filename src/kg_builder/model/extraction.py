"""What extraction leaves: entities, facts, warnings, and which passages were understood."""

from __future__ import annotations

from dataclasses import dataclass

from kg_builder.model.decision import Decided, Verdict
from kg_builder.model.entity import Entity
from kg_builder.model.fact import Fact
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Span


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that was understood of one document, in the order of the document.

    An entity id stands once in `entities`; a triple of subject, predicate and object once in
    `facts`, with all the passages that say it.
    """

    entities: tuple[Entity, ...]
    facts: tuple[Fact, ...]
    notices: tuple[Notice, ...]
    read: tuple[Span, ...]
    """The passages that were understood, sorted and merged."""
    verdicts: tuple[Verdict, ...] = ()
    """The decisions that were applied, in the order of the text."""
    decided: tuple[Decided, ...] = ()
    """The triples that stand because of one."""
