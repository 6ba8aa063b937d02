"""Places in a text: spans, positions, and the evidence that points at them.

Spans count code points of the decoded text, the byte order mark excluded and carriage returns
counted: 0-based, end exclusive (the model of `oa:TextPositionSelector`, W3C Web Annotation).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch `text[start:end]` of a source's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the fields: spans are many, and a dataclass is three times slower at it."""
        return Span, (self.start, self.end)

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: Span) -> bool:
        """Whether `other` lies within this span."""
        return self.start <= other.start and other.end <= self.end


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the same stretches as sorted spans that neither overlap nor touch."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A line and a column, both 1-based; columns count code points."""

    line: int
    column: int


Reading = Literal["stated", "carried", "derived"]
"""How a passage supports a fact.

`stated`: the passage says it. `carried`: the passage repeats it for later rows or clauses (a merged
cell, a subject named before). `derived`: it follows from the passage's form (a street read from an
address, a school read from its group's name).
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of a report that supports a fact, and where in a table it stands, if it does."""

    span: Span
    reading: Reading = "stated"
    table: int | None = None
    """Index of the table in the document, 0-based."""
    row: int | None = None
    """Number of the body row in the table, 1-based."""
    column: str | None = None
    """Header of the column as the report prints it, or the column's id where it has none."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the fields, as a `Span`."""
        return Evidence, (self.span, self.reading, self.table, self.row, self.column)
