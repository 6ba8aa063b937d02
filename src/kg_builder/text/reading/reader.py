"""The reading room's door: bytes in, Document out."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.document import Document, Paragraph, Table
from kg_builder.model.notice import Notice, capped
from kg_builder.model.selector import Position
from kg_builder.text.folding import Folding
from kg_builder.text.genre import Genre
from kg_builder.text.reading.cell_types import cell_types
from kg_builder.text.reading.cells import CellMaker
from kg_builder.text.reading.characters import removed_characters
from kg_builder.text.reading.decode import decode
from kg_builder.text.reading.outline import find_title, outline_rules, sections
from kg_builder.text.reading.scan import scan
from kg_builder.text.reading.tables import TableReader


def read(data: bytes, name: str, genre: Genre, encoding: str | None = None) -> Document:
    """Read one report.

    `data` are the file's bytes, `name` its name for messages and for `Source.name`; `encoding`
    overrides detection. Everything in the Document points into `Document.source.text`; what could
    not be read is in `Document.notices`, never in an exception. Raises InputError for data that is
    empty, binary or undecodable and for more lines or cells than a report can have;
    ConfigurationError for genre data that is wrong.
    """
    rules = outline_rules(genre)
    types = cell_types(genre)
    source = decode(data, name, encoding)
    plain = replace(source, text=Folding.of(genre).fold(source.text))
    scanned = scan(plain, rules)
    cells = CellMaker(source, plain, rules, scanned.prose)
    reader = TableReader(genre, scanned, cells, types)
    reader.read()
    free = [line for n, line in enumerate(scanned.prose) if n not in cells.taken]
    headings = [line.heading for line in free if line.heading is not None]
    before = headings[0].span.start if headings else len(source.text)
    first = [line.span for line in free if line.heading is None and line.span.start < before]
    title = find_title(source, plain, first, rules)
    outline = sections(source, headings)
    starts = [section.span.start for section in outline]
    paragraphs = tuple(
        Paragraph(line.span, _section_at(starts, line.span.start))
        for line in free
        if line.heading is None and not (title and title.span.contains(line.span))
    )
    tables = tuple(
        replace(table, section=_section_at(starts, table.span.start)) for table in reader.tables
    )
    notices = [
        *removed_characters(source),
        *reader.notices,
        *_emptiness(tables, paragraphs),
    ]
    return Document(source, title, outline, paragraphs, tables, capped(notices))


def _section_at(starts: list[int], offset: int) -> int | None:
    after = bisect_right(starts, offset)
    return after - 1 if after else None


def _emptiness(tables: tuple[Table, ...], paragraphs: tuple[Paragraph, ...]) -> list[Notice]:
    notices: list[Notice] = []
    start = Position(1, 1)
    if not any(table.kind for table in tables):
        words = Bilingual("没有找到认识的表格", "no table of a known kind")
        notices.append(Notice("no-table", words, start))
    if not paragraphs:
        notices.append(Notice("no-prose", Bilingual("没有正文段落", "no prose"), start))
    return notices
