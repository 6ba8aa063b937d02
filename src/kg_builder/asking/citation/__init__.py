"""Citations: of an entity or of an answer, with the report, the place in it, and the version."""

from __future__ import annotations

from kg_builder.asking.citation.record import (
    Citation,
    CitedDataset,
    CitedDecision,
    CitedPlace,
    CitedSource,
    cite_answer,
    cite_entity,
)
from kg_builder.asking.citation.styles import STYLES, Style, cited

__all__ = [
    "STYLES",
    "Citation",
    "CitedDataset",
    "CitedDecision",
    "CitedPlace",
    "CitedSource",
    "Style",
    "cite_answer",
    "cite_entity",
    "cited",
]
