"""Coverage: how much of a report was understood, and which passages were not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg_builder.model.document import Document
from kg_builder.model.selector import Span, merge_spans

_WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Unread:
    """A passage no fact came from: a paragraph, a cell or a bullet, or the rest of one."""

    span: Span
    line: int
    kind: str
    """`paragraph`, `cell` or `bullet`."""
    characters: int
    """How many of its letters, digits and Chinese characters were not read."""
    gaps: tuple[Span, ...]
    """The stretches of it that were not read and hold such characters, in order."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Letters, digits and Chinese characters of the text; those understood; what was not."""

    characters: int
    read: int
    unread: tuple[Unread, ...]

    @property
    def share(self) -> float:
        """The share of the text that was understood, 0 to 1; 1 for a text without words."""
        return self.read / self.characters if self.characters else 1.0


def measure_coverage(document: Document, read: Iterable[Span]) -> Coverage:
    """Return the coverage of `document` by the spans that were `read`.

    Headings, the title, captions and header cells are structure: they count as read.
    """
    text = document.source.text
    known = merge_spans([*read, *_structure(document)])
    total = _count(text, Span(0, len(text)))
    unread: list[Unread] = []
    for span, kind in _passages(document):
        gaps = tuple(gap for gap in _gaps(span, known) if _WORDS.search(text, gap.start, gap.end))
        if gaps:
            line = document.source.position(span.start).line
            missing = sum(_count(text, gap) for gap in gaps)
            unread.append(Unread(span, line, kind, missing, gaps))
    understood = sum(_count(text, span) for span in known)
    return Coverage(total, understood, tuple(sorted(unread, key=lambda item: item.span)))


def _structure(document: Document) -> Iterator[Span]:
    if document.title:
        yield document.title.span
    for section in document.sections:
        yield section.span
    for table in document.tables:
        if table.kind is None:
            continue
        if table.caption_span:
            yield table.caption_span
        for cell in table.headers.values():
            yield cell.span


def _passages(document: Document) -> Iterator[tuple[Span, str]]:
    for paragraph in document.paragraphs:
        yield paragraph.span, "paragraph"
    for table in document.tables:
        cells = [cell for row in table.rows for cell in row.cells.values()]
        cells += [*table.unread, *(cell for line in table.cells for cell in line)]
        for cell in dict.fromkeys(cells):
            if cell.bullets:
                yield from ((bullet, "bullet") for bullet in cell.bullets)
            elif len(cell.span):
                yield cell.span, "cell"


def _gaps(span: Span, known: list[Span]) -> Iterator[Span]:
    """Yield the parts of `span` outside the sorted, disjoint spans `known`."""
    start = span.start
    for piece in _overlapping(span, known):
        if piece.start > start:
            yield Span(start, piece.start)
        start = max(start, piece.end)
    if start < span.end:
        yield Span(start, span.end)


def _overlapping(span: Span, known: list[Span]) -> Iterator[Span]:
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) // 2
        if known[middle].end <= span.start:
            low = middle + 1
        else:
            high = middle
    while low < len(known) and known[low].start < span.end:
        yield known[low]
        low += 1


def _count(text: str, span: Span) -> int:
    return sum(1 for _ in _WORDS.finditer(text, span.start, span.end))
