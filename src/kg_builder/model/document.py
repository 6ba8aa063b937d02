"""A report as it stands on the page: sections, paragraphs, bullets, tables and cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg_builder.model.notice import Notice
from kg_builder.model.selector import Position, Span


@dataclass(frozen=True, slots=True)
class Source:
    """The decoded text of one report, untouched but for the byte order mark.

    `name` is the file's name without folder or suffix; `sha256` is of the raw bytes,
    `text_sha256` of the normalised text (see `text.reading.decode`).
    """

    name: str
    text: str
    encoding: str
    sha256: str
    text_sha256: str
    line_starts: tuple[int, ...]
    """Offsets at which lines start; only `\\n` and `\\r\\n` end a line."""

    def position(self, offset: int) -> Position:
        """Return the line and column of `offset`."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def quote(self, span: Span) -> str:
        """Return the text that `span` covers, as it stands."""
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what it opens. `parent` is an index into `Document.sections`."""

    span: Span
    """The whole heading: number and title."""
    number: str
    """The heading's own number as printed: `一`, `(一)`, `1`; empty for none."""
    title: str
    title_span: Span
    level: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of prose; `section` indexes `Document.sections`, None before the first."""

    span: Span
    section: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `text` is its cleaned reading: white space folded at the ends, XML-safe.

    `span` covers the cell's text in the source, trimmed; it is empty for an empty cell, and then
    stands where the text would.
    """

    span: Span
    text: str
    bullets: tuple[Span, ...] = ()
    """The bulleted items of the cell, marks excluded; empty where the cell has none."""


@dataclass(frozen=True, slots=True)
class Row:
    """A body row: cells by column id. A column in `carried` repeats the cell of a row above."""

    number: int
    """1-based within the table."""
    cells: Mapping[str, Cell]
    carried: frozenset[str] = frozenset()
    band: bool = False
    """It holds no thing of its own, but speaks for the rows below: for a category, a street."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `kind` is the id of a table kind, or None for a table nobody knows.

    A known table has `rows`; an unknown one keeps all its cells in `cells`, in reading order,
    as lines of cells where the layout tells lines, else as one line.
    """

    index: int
    """0-based, in the order of the document."""
    span: Span
    kind: str | None
    section: int | None
    caption: str | None = None
    caption_span: Span | None = None
    headers: Mapping[str, Cell] = field(default_factory=dict)
    """Column id -> the header cell as printed; empty for a table without a header."""
    rows: tuple[Row, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    unread: tuple[Cell, ...] = ()
    """Cells of a known table that no row took (a half row, a column nobody knows)."""
    units: tuple[str, ...] = ()
    """The units that the caption, or a line beside it, prints for the figures of the table."""


@dataclass(frozen=True, slots=True)
class Title:
    """The report's title line: the whole, and the title proper."""

    span: Span
    text: str
    text_span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """A report read, before anything in it is understood."""

    source: Source
    title: Title | None
    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]
    tables: tuple[Table, ...]
    notices: tuple[Notice, ...] = ()

    def section_path(self, section: int | None) -> tuple[Section, ...]:
        """Return the sections from the outermost down to `section`."""
        path: list[Section] = []
        while section is not None:
            path.append(self.sections[section])
            section = self.sections[section].parent
        return tuple(reversed(path))
