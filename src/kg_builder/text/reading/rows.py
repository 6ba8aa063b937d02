"""Rows of a known table: aligned cells become records, merged cells are carried down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kg_builder.model.document import Cell, Row
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Span
from kg_builder.text.genre import Column, TableKind
from kg_builder.text.reading.alignment import AlignedRow, Alignment
from kg_builder.text.reading.bands import NUMBER
from kg_builder.text.reading.cell_types import FAIR, NEVER, STRONG, CellType
from kg_builder.text.reading.cells import CellMaker, named
from kg_builder.text.reading.headers import Slot
from kg_builder.text.reading.scan import Item

_VOUCHING = 2
"""So many cells that fit well make a row of which one cell looks wrong."""


@dataclass(slots=True)
class Body:
    """The cells under a header, repeated headers left out."""

    items: list[Item]
    texts: list[str]
    """The items' texts, with the lines before them where these are part of the cell."""
    indices: list[int]
    """Their places in the stream; the tail has none."""
    fresh: frozenset[int]
    """Where rows must start: right after a repeated header."""
    stop: int
    """Where they end in the stream."""
    tail: Item | None = None
    """The line after the last bar, which may be a last cell without a closing bar."""


@dataclass(slots=True)
class ReadRows:
    """What came of a table's cells; `end` is where the last of them ends in the text."""

    rows: list[Row] = field(default_factory=list)
    unread: list[Cell] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    end: int = 0


def column_texts(
    body: Body, slots: Sequence[Slot], alignment: Alignment, kind: TableKind
) -> list[str]:
    """Return the texts of the column by which a table of this kind is confirmed."""
    name = kind.confirm.column if kind.confirm else None
    place = next((n for n, slot in enumerate(slots) if slot.column and slot.column.id == name), -1)
    return [
        body.texts[row.start + row.pattern.slots.index(place)]
        for row in alignment.rows
        if place in row.pattern.slots
    ]


def read_rows(
    cells: CellMaker,
    types: Mapping[str, CellType],
    kind: TableKind,
    slots: Sequence[Slot],
    body: Body,
    alignment: Alignment,
) -> ReadRows:
    """Turn the aligned rows of `body` into rows; what is no whole row becomes unread."""
    return _Reader(cells, types, kind, slots, body, alignment).read()


class _Reader:
    def __init__(
        self,
        cells: CellMaker,
        types: Mapping[str, CellType],
        kind: TableKind,
        slots: Sequence[Slot],
        body: Body,
        alignment: Alignment,
    ) -> None:
        self._cells = cells
        self._types = types
        self._kind = kind
        self._slots = slots
        self._body = body
        self._alignment = alignment
        self._above: dict[int, Cell] = {}
        self._band: Cell | None = None
        self._repeating = frozenset(
            place
            for place, slot in enumerate(slots)
            if slot.column and slot.column.carry and self._repeats(place)
        )
        self._omitted_before: set[frozenset[int]] = set()
        self._result = ReadRows()

    def read(self) -> ReadRows:
        result = self._result
        skipped = list(self._alignment.skipped)
        for row in self._alignment.rows:
            while skipped and skipped[0][0] < row.start:
                self._skip(*skipped.pop(0))
            if row.pattern.band is not None:
                self._head(row, *row.pattern.band)
            else:
                self._row(row)
        self._unknown_columns()
        consumed = self._body.items[: self._alignment.end]
        result.end = consumed[-1].end if consumed else 0
        return result

    def _repeats(self, place: int) -> bool:
        """Whether rows repeat the cell of the row above in print: then none are merged there."""
        last = ""
        for row in self._alignment.rows:
            text = ""
            if place in row.pattern.slots:
                text = self._body.texts[row.start + row.pattern.slots.index(place)]
            if text and text == last and row.start not in self._body.fresh:
                return True
            last = text
        return False

    def _lacks_cells(self, row: AlignedRow) -> bool:
        """Whether cells of the row are missing, rather than merged with those above.

        They are where the table repeats such cells in print, where another cell is empty, and at
        the end, where nothing shows the row to be whole: neither a like row, nor a line of its own.
        """
        omitted = row.pattern.omitted
        if not omitted or row.pattern.pushed:
            return False
        width = len(row.pattern.slots)
        if omitted & self._repeating or not all(self._body.texts[row.start : row.start + width]):
            return True
        last = row is self._alignment.rows[-1] and self._alignment.end >= len(self._body.indices)
        known = omitted in self._omitted_before or self._body.items[row.start].first
        self._omitted_before.add(omitted)
        return last and not known

    def _is_doubtful(self, printed: Mapping[int, Cell]) -> bool:
        """Whether a cell cannot be what its column holds, and no others vouch for the row."""
        scores: list[float] = []
        doubted = False
        for place, cell in printed.items():
            column = self._slots[place].column
            if column is None or not cell.text:
                continue
            score = self._types[column.holds].score(cell.text)
            if score <= NEVER:
                doubted = True
            else:
                scores.append(score)
        vouching = sum(score >= STRONG for score in scores)
        return doubted and (vouching < _VOUCHING or min(scores) < FAIR)

    def _skip(self, start: int, end: int) -> None:
        items = self._body.items[start:end]
        if len(items) == 1 and items[0].ghost and not items[0].text:
            return
        made = [self._cells.make(item, with_lead=True) for item in items]
        self._result.unread.extend(made)
        if any(cell.text for cell in made):
            self._above.clear()
            self._result.notices.append(self._cells.half_row(made))

    def _head(self, row: AlignedRow, place: int, count: int) -> None:
        """Read a band: its words hold for the rows below, sums beside them are its own."""
        column = self._kind.band
        if column is None:
            return
        items = self._body.items[row.start : row.start + count]
        cell = self._unnumbered(self._cells.make(items[place], with_lead=False))
        cells = {column.id: cell}
        for slot, item in zip(self._slots, items, strict=False):
            if slot.column is None or not item.text or item is items[place]:
                continue
            if self._types[slot.column.holds].score(item.text) > 0:
                cells.setdefault(slot.column.id, self._cells.make(item, with_lead=False))
        self._above.clear()
        self._band = cell
        self._result.rows.append(Row(len(self._result.rows) + 1, cells, band=True))

    @staticmethod
    def _unnumbered(cell: Cell) -> Cell:
        """Return the cell without the number of a band: 一、, (二)."""
        number = NUMBER.match(cell.text)
        if number is None or len(cell.text) != len(cell.span):
            return cell
        start = cell.span.start + number.end()
        return Cell(Span(start, cell.span.end), cell.text[number.end() :])

    def _row(self, row: AlignedRow) -> None:
        printed = {
            slot: self._cells.make(
                self._body.items[row.start + n],
                with_lead=n > 0 or not self._is_soft(row.start),
                lines=self._parts_lines(slot),
            )
            for n, slot in enumerate(row.pattern.slots)
        }
        if self._lacks_cells(row) or self._is_doubtful(printed):
            self._half(printed)
            return
        cells: dict[str, Cell] = {}
        carried: set[str] = set()
        for place, slot in enumerate(self._slots):
            cell = printed.get(place)
            if slot.column is None:
                if cell is not None and cell.text:
                    self._result.unread.append(cell)
                continue
            cell, is_carried = self._carry(place, slot.column, cell)
            if cell is not None and not self._is_too_long(slot.column, cell):
                cells[slot.column.id] = cell
                if is_carried:
                    carried.add(slot.column.id)
        band = self._kind.band
        if band is not None and self._band is not None and not _filled(cells, band):
            cells[band.id] = self._band
            carried.add(band.id)
        if not all(_filled(cells, c) for c in self._kind.columns if c.required):
            self._half(printed)
            return
        number = len(self._result.rows) + 1
        self._result.rows.append(Row(number, cells, frozenset(carried)))
        for place, cell in printed.items():
            if cell.text:
                self._above[place] = cell

    def _parts_lines(self, place: int) -> bool:
        column = self._slots[place].column
        return column is not None and column.lines

    def _is_soft(self, position: int) -> bool:
        return self._body.items[position].soft

    def _carry(self, place: int, column: Column, cell: Cell | None) -> tuple[Cell | None, bool]:
        """Return the row's cell of a column, or the one above where cells are merged."""
        if not column.carry or (cell is not None and cell.text):
            return cell, False
        if cell is not None and place in self._repeating:
            return cell, False
        above = self._above.get(place)
        return (above, True) if above is not None else (cell, False)

    def _is_too_long(self, column: Column, cell: Cell) -> bool:
        """Whether a cell is too long to be read; a warning says so."""
        limit = self._types[column.holds].unread_beyond
        size = len(cell.text)
        if limit is None or size <= limit:
            return False
        zh = f"名称过长({size} 字),未读取: {named(cell.text)}"
        en = f"a name of {size} characters, not read: {named(cell.text)}"
        self._result.notices.append(self._cells.notice("long-name", cell.span.start, zh, en))
        self._result.unread.append(cell)
        return True

    def _half(self, printed: Mapping[int, Cell]) -> None:
        # What was merged above may have ended in this row: nothing is carried across it.
        self._above.clear()
        filled = [cell for cell in printed.values() if cell.text]
        known = [cell for cell in filled if cell not in self._result.unread]
        self._result.unread.extend(known)
        if known or not filled:
            self._result.notices.append(self._cells.half_row(filled or list(printed.values())))

    def _unknown_columns(self) -> None:
        for place, slot in enumerate(self._slots):
            if slot.column is not None or not self._alignment.rows:
                continue
            first = self._alignment.rows[0].start
            offset = self._body.items[first].start if slot.head is None else slot.head.start
            words = named(slot.head.text) if slot.head else ""
            self._result.notices.append(
                self._cells.notice(
                    "unknown-column",
                    offset,
                    f"不认识的列,未读取: {words or f'第 {place + 1} 列'}",
                    f"a column nobody knows, not read: {words or f'column {place + 1}'}",
                )
            )


def _filled(cells: Mapping[str, Cell], column: Column) -> bool:
    cell = cells.get(column.id)
    return cell is not None and bool(cell.text)
