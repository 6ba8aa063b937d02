"""Warnings: what a reader of the report should look at, none of which stops the work."""

from __future__ import annotations

from dataclasses import dataclass

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Position


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning with the place it speaks of.

    `code` is a stable kebab-case word that scripts can rely on; the message names values of at
    most 40 characters of the report.
    """

    code: str
    message: Bilingual
    position: Position | None = None
    related: Position | None = None
    """A second place, for instance the other side of a sum that does not add up."""
