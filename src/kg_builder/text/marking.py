"""Marked text: a whole report cut into segments, each with the passages that it belongs to.

Passages of facts overlap and lie in one another (`望津街道` in the address that starts with it).
A page shows a text once, so it is cut wherever a passage or an unread stretch starts or ends:
between two cuts every character belongs to the same passages.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from kg_builder.model.document import Document, Table
from kg_builder.model.extraction import Extraction
from kg_builder.model.fact import Fact
from kg_builder.model.selector import Evidence, Span
from kg_builder.text.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the text that supports facts or names entities.

    `facts` are pairs of an index into `Extraction.facts` and the evidence that points here;
    `entities` are indexes into `Extraction.entities`. The order is that of the extraction.
    """

    span: Span
    facts: tuple[tuple[int, Evidence], ...]
    entities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch whose characters all belong to the same passages."""

    span: Span
    passages: tuple[int, ...]
    """Indexes into `MarkedText.passages`, the shortest passage first."""
    unread: bool


BlockKind = Literal["title", "heading", "paragraph", "table", "other"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the page as a reader sees it; `other` is text outside every known part."""

    kind: BlockKind
    span: Span
    level: int = 0
    """Of a heading: 1 is the outermost."""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A report with its passages marked.

    The segments, put together, are the text; blocks never overlap.
    """

    segments: tuple[Segment, ...]
    passages: tuple[Passage, ...]
    """In the order of the text; of those that start together the shortest first."""
    blocks: tuple[Block, ...]

    def within(self, span: Span) -> Iterator[tuple[int, Span]]:
        """Yield the index of every segment that `span` touches, and the part inside `span`."""
        index = bisect_right(self.segments, span.start, key=lambda found: found.span.start) - 1
        for number in range(max(index, 0), len(self.segments)):
            piece = self.segments[number].span
            if piece.start >= span.end:
                return
            start, end = max(piece.start, span.start), min(piece.end, span.end)
            if start < end:
                yield number, Span(start, end)


def mark(document: Document, extraction: Extraction, coverage: Coverage) -> MarkedText:
    """Mark a report that was read, in time proportional to the text and to what was found."""
    passages = _passages(extraction)
    gaps = [gap for item in coverage.unread for gap in item.gaps]
    segments = cut(len(document.source.text), [item.span for item in passages], gaps)
    return MarkedText(segments, passages, tuple(_blocks(document)))


def cut(length: int, passages: Sequence[Span], unread: Iterable[Span]) -> tuple[Segment, ...]:
    """Cut `0..length` at every border of the spans; empty spans cut but have no segment."""
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for index, span in enumerate(passages):
        if len(span):
            starts.setdefault(span.start, []).append(index)
            ends.setdefault(span.end, []).append(index)
    depth: dict[int, int] = {}
    for gap in unread:
        depth[gap.start] = depth.get(gap.start, 0) + 1
        depth[gap.end] = depth.get(gap.end, 0) - 1
    borders = sorted({0, length, *starts, *ends, *depth})
    segments: list[Segment] = []
    here: set[int] = set()
    gaps_here = 0
    for start, end in pairwise(borders):
        here.difference_update(ends.get(start, ()))
        here.update(starts.get(start, ()))
        gaps_here += depth.get(start, 0)
        found = tuple(sorted(here, key=lambda index: (len(passages[index]), index)))
        segments.append(Segment(Span(start, end), found, gaps_here > 0))
    return tuple(segments)


def _passages(extraction: Extraction) -> tuple[Passage, ...]:
    facts: dict[Span, dict[tuple[int, Evidence], None]] = {}
    entities: dict[Span, dict[int, None]] = {}
    for index, fact in enumerate(extraction.facts):
        for evidence in _distinct(fact):
            facts.setdefault(evidence.span, {})[index, evidence] = None
    for index, entity in enumerate(extraction.entities):
        for evidence in entity.mentions:
            entities.setdefault(evidence.span, {})[index] = None
    return tuple(
        Passage(span, tuple(facts.get(span, ())), tuple(entities.get(span, ())))
        for span in sorted({*facts, *entities})
    )


def _distinct(fact: Fact) -> Iterator[Evidence]:
    """Yield the evidence of a fact, one for each span and way of reading it."""
    seen: set[tuple[Span, str]] = set()
    for evidence in fact.evidence:
        if (evidence.span, evidence.reading) not in seen:
            seen.add((evidence.span, evidence.reading))
            yield evidence


def _blocks(document: Document) -> Iterator[Block]:
    """Yield the parts of the document in order; text between them comes as `other`."""
    text = document.source.text
    cursor = 0
    for block in sorted(_parts(document), key=lambda part: (part.span.start, -part.span.end)):
        start = max(block.span.start, cursor)
        if start >= block.span.end:
            continue
        yield from _other(text, cursor, start)
        whole = start == block.span.start
        # what is left of a part that another one reaches into is shown as plain text
        yield block if whole else Block("other", Span(start, block.span.end))
        cursor = block.span.end
    yield from _other(text, cursor, len(text))


def _other(text: str, start: int, end: int) -> Iterator[Block]:
    words = text[start:end].strip()
    if any(character.isalnum() for character in words):  # else the bars of a table
        first = start + text[start:end].index(words)
        yield Block("other", Span(first, first + len(words)))


def _parts(document: Document) -> Iterator[Block]:
    if document.title:
        yield Block("title", document.title.span)
    for section in document.sections:
        yield Block("heading", section.span, section.level)
    for paragraph in document.paragraphs:
        yield Block("paragraph", paragraph.span)
    for table in document.tables:
        yield Block("table", table.span, table=table)
