"""Tables in the stream of cells: where each begins and ends, and of which kind it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kg_builder.model.document import Cell, Table
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Span
from kg_builder.text.genre import Genre, TableKind
from kg_builder.text.reading.alignment import Alignment
from kg_builder.text.reading.cell_types import CellType
from kg_builder.text.reading.cells import CellMaker, named
from kg_builder.text.reading.characters import clean
from kg_builder.text.reading.headers import Header, HeaderIndex, Slot
from kg_builder.text.reading.layouts import Headed, Layouts
from kg_builder.text.reading.rows import Body, ReadRows, column_texts, read_rows
from kg_builder.text.reading.scan import Item, Scan

_TRIED = 160
_LOOKED_AT = 400
_LONGEST_CAPTION = 200
_ROWS_ALONE = 3
_FIT_ALONE = 1.0
"""A table without header or caption needs so good a fit per cell."""
_FIT_SAID = 0.5
"""One without header whose caption says what it is."""
_MOST = 0.5
_ANY = 1e-9


def _share(pattern: re.Pattern[str] | None, texts: Sequence[str]) -> float:
    """Return the share of the texts that a pattern finds something in."""
    if pattern is None or not texts:
        return 0.0
    return sum(pattern.search(text[:_LOOKED_AT]) is not None for text in texts) / len(texts)


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands right before a table: its caption, or the heading over it."""

    words: str = ""
    caption: Span | None = None
    line: int | None = None
    units: tuple[str, ...] = ()
    """What the caption, or a line beside it, says of the figures' units."""


@dataclass(slots=True)
class TableReader:
    """Reads all tables of one text. `index` of the tables is theirs in reading order."""

    genre: Genre
    scan: Scan
    cells: CellMaker
    types: Mapping[str, CellType]
    layouts: Layouts = field(init=False)
    tables: list[Table] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    _end: int = -1
    """Where the last known table ends in the stream."""

    def __post_init__(self) -> None:
        self.layouts = Layouts(self.scan, self.cells, self.types)

    def read(self) -> None:
        """Fill `tables` and `notices`."""
        index = HeaderIndex(self.genre)
        items = self.scan.items
        starts = [n for n, item in enumerate(items) if n == 0 or item.hard]
        for start, stop in pairwise([*starts, len(items)]):
            self._segment(start, stop, index.find(items, start, stop))

    def _segment(self, start: int, stop: int, headers: Sequence[Header]) -> None:
        """Read the tables between two things that no table spans."""
        position = start
        ends = self._repetitions(headers)
        number = 0
        while position < stop:
            while number < len(headers) and headers[number].start < position:
                number += 1
            if number == len(headers):
                position = self._headless(position, stop) or self._unknown(position, stop)
                continue
            header, last = headers[number], ends[number]
            end = headers[last].start if last < len(headers) else stop
            first = self.layouts.lead(position, header, end)
            if first is None:
                end = header.start
                position = self._headless(position, end) or self._unknown(position, end)
                continue
            headed = Headed(header, headers, (number + 1, last), first, end)
            if position < first or position == header.start or not self._belongs(position):
                position = self._known(headed, position)
                continue
            plain = Headed(header, headers, (number + 1, last), header.start, end)
            if self.layouts.fit(headed) >= self.layouts.fit(plain):
                position = self._known(headed, position)
            else:
                self._half_row_before(position, header.start)
                position = self._known(plain, header.start)

    def _belongs(self, position: int) -> bool:
        """Whether a known table ends right before `position`: cells there may be its own."""
        return bool(self.tables) and self.tables[-1].kind is not None and self._end == position

    def _half_row_before(self, start: int, stop: int) -> None:
        """Give the cells between a known table and the next header to the table: half a row."""
        cells = [self.cells.make(item, with_lead=True) for item in self.scan.items[start:stop]]
        table = self.tables[-1]
        span = Span(table.span.start, max(table.span.end, *(cell.span.end for cell in cells)))
        self.tables[-1] = replace(table, span=span, unread=(*table.unread, *cells))
        if any(cell.text for cell in cells):
            self.notices.append(self.cells.half_row(cells))

    def _repetitions(self, headers: Sequence[Header]) -> list[int]:
        """Return for each header the number of the first one after it that does not repeat it."""
        ends = [len(headers)] * len(headers)
        for number in range(len(headers) - 2, -1, -1):
            header, other = headers[number], headers[number + 1]
            block = self.scan.items[other.start].block
            repeats = other.kind is header.kind and other.columns == header.columns
            ends[number] = ends[number + 1] if repeats and block[0] == block[1] else number + 1
        return ends

    def _known(self, headed: Headed, first: int) -> int:
        """Read the table under a header; it starts at `first`. Return where it ends."""
        kind = headed.header.kind
        slots, end = self.layouts.best(headed)
        body, alignment = self.layouts.aligned(headed, slots, end)
        left = len(body.indices) - alignment.end
        context = self._context(first)
        heads = [slot.head.text for slot in slots if slot.head is not None]
        if (
            (not alignment.rows and left >= len(slots))
            or self.layouts.is_misread(body, slots, alignment)
            or not self._is_confirmed(
                kind, context, heads, column_texts(body, slots, alignment, kind)
            )
        ):
            return self._unknown(first, headed.stop)
        slots = self.layouts.named_by_content(kind, slots, body, alignment)
        return self._take(kind, context, first, slots, body, alignment)

    def _take(
        self,
        kind: TableKind,
        context: _Context,
        start: int,
        slots: Sequence[Slot],
        body: Body,
        alignment: Alignment,
    ) -> int:
        """Keep the rows of a known table and the half row behind them; return where it ends."""
        rows = read_rows(self.cells, self.types, kind, slots, body, alignment)
        rest = body.indices[alignment.end :]
        half = len(rest) < len(slots) and not (rest and self.scan.items[rest[0]].has_lead)
        if rest and self.layouts.may_lead(rest[0], body.stop):
            half = False  # they may be the first words of the next header
        if half:
            self._half_row(body, alignment, rows)
        end = body.stop if half else rest[0]
        self._keep(kind, context, (start, end), slots, rows)
        self._end = end
        return end

    def _half_row(self, body: Body, alignment: Alignment, rows: ReadRows) -> None:
        """Take the cells after the last row, too few for one, for half a row."""
        items = body.items[alignment.end : len(body.indices)]
        tail = body.tail if alignment.end < len(body.items) else None
        if tail is not None and self._is_cut(tail, alone=not items):
            items.append(tail)
        if not items:
            return
        cells = [self.cells.make(item, with_lead=True) for item in items]
        rows.unread.extend(cells)
        rows.end = max(rows.end, items[-1].end)
        if any(cell.text for cell in cells):
            rows.notices.append(self.cells.half_row(cells))

    def _is_cut(self, tail: Item, *, alone: bool) -> bool:
        """Whether the line after the last bar is the beginning of a cell, cut off, and no prose."""
        if tail.soft:
            return False
        text = self.cells.source.text
        note = self.cells.rules.note.match(tail.text) is not None
        return not note and (not alone or tail.end == len(text))

    def _is_confirmed(
        self, kind: TableKind, context: _Context, heads: Sequence[str], texts: Sequence[str]
    ) -> bool:
        """Whether something besides the header words says that the table is of this kind."""
        confirm = kind.confirm
        if confirm is None:
            return True
        if confirm.captions is not None and confirm.captions.search(context.words):
            return True
        if _share(confirm.against, texts) > _MOST:
            return False
        if confirm.headers is not None and any(confirm.headers.search(head) for head in heads):
            return True
        return _share(confirm.pattern, texts) >= max(confirm.share, _ANY)

    def _headless(self, start: int, stop: int) -> int | None:
        """Read a table without a header, if its caption or its rows say what it is."""
        context = self._context(start)
        words = context.words
        for kind in self.genre.tables:
            headless = kind.headless
            if headless is None:
                continue
            said = bool(words) and kind.matches_caption(words)
            if headless.captions is not None:
                said = said and headless.captions.search(words) is not None
            if said or (headless.rows_alone and context.caption is None):
                end = self._headless_rows(kind, start, stop, context, said=said)
                if end is not None:
                    return end
        return None

    def _headless_rows(
        self, kind: TableKind, start: int, stop: int, context: _Context, *, said: bool
    ) -> int | None:
        columns = kind.headless.columns if kind.headless else ()
        sequences = [tuple(Slot(kind.column(name), None) for name in names) for names in columns]
        tries = [
            (slots, *self.layouts.aligned(headed, slots, start, limit=_TRIED))
            for slots in sequences
            for headed in (Headed(Header(kind, slots, start, start), (), (0, 0), start, stop),)
        ]
        slots, body, tried = max(tries, key=lambda entry: entry[2].score)
        texts = column_texts(body, slots, tried, kind)
        least = _FIT_SAID if said else _FIT_ALONE
        fits = tried.score >= least * len(tried.rows) * len(slots)
        if not tried.rows or not fits or not (said or len(tried.rows) >= _ROWS_ALONE):
            return None
        if not self.layouts.opens_with_a_row(body, slots, tried):
            return None
        if not self._is_confirmed(kind, context if said else _Context(), (), texts):
            return None
        headed = Headed(Header(kind, slots, start, start), (), (0, 0), start, stop)
        body, alignment = self.layouts.aligned(headed, slots, start)
        return self._take(kind, context, start, slots, body, alignment)

    def _keep(
        self,
        kind: TableKind,
        context: _Context,
        place: tuple[int, int],
        slots: Sequence[Slot],
        rows: ReadRows,
    ) -> None:
        headers = {
            slot.column.id: self.cells.make(slot.head, with_lead=False)
            for slot in slots
            if slot.column is not None and slot.head is not None
        }
        self.notices.extend(rows.notices)
        self._append(
            Table(
                index=len(self.tables),
                span=self._span(place, context, rows),
                kind=kind.id,
                section=None,
                caption=clean(self.cells.source.quote(context.caption))
                if context.caption
                else None,
                caption_span=context.caption,
                headers=headers,
                rows=tuple(rows.rows),
                unread=tuple(rows.unread),
                units=context.units,
            ),
            context,
        )

    def _append(self, table: Table, context: _Context) -> None:
        self.tables.append(table)
        if context.caption is not None and context.line is not None:
            self.cells.taken.add(context.line)

    def _span(self, place: tuple[int, int], context: _Context, rows: ReadRows | None) -> Span:
        items = self.scan.items[place[0] : place[1]]
        start = context.caption.start if context.caption else items[0].start
        end = max(items[-1].end, rows.end if rows else 0)
        return Span(min(start, items[0].start), end)

    def _context(self, position: int) -> _Context:
        """Return the caption of the table that starts at `position`, or the heading over it."""
        first, end = self.scan.items[position].block
        units: tuple[str, ...] = ()
        for number in range(end - 1, max(first, end - 3) - 1, -1):
            line = self.scan.prose[number]
            if line.unit:
                units = units or self.cells.rules.units_in(self.cells.plain.quote(line.span))
                continue
            text = self.cells.plain.quote(line.span) if len(line.span) <= _LONGEST_CAPTION else ""
            if line.caption or (
                line.heading is None and text and self.cells.rules.unnumbered_caption(text)
            ):
                units = units or self.cells.rules.units_in(text)
                return _Context(clean(text), line.span, number, units)
            if line.heading is not None:
                return _Context(clean(text), units=units)
            break
        return _Context(units=units)

    def _unknown(self, start: int, stop: int) -> int:
        """Keep a table nobody knows, whole; prose between its cells divides it."""
        items = self.scan.items
        end = next((n for n in range(start + 1, stop) if items[n].has_lead and items[n].soft), stop)
        context = self._context(start)
        lines: list[list[Cell]] = []
        for number in range(start, end):
            item = items[number]
            if not lines or item.opens or item.first:
                lines.append([])
            lines[-1].append(self.cells.make(item, with_lead=number > start))
        words = named(context.words or " | ".join(cell.text for cell in lines[0][:8]))
        self.notices.append(
            self.cells.notice(
                "unknown-table",
                items[start].start,
                f"不认识的表格,原样保留: {words}",
                f"a table nobody knows, kept as it stands: {words}",
            )
        )
        self._append(
            Table(
                index=len(self.tables),
                span=self._span((start, end), context, None),
                kind=None,
                section=None,
                caption=clean(self.cells.source.quote(context.caption))
                if context.caption
                else None,
                caption_span=context.caption,
                cells=tuple(tuple(line) for line in lines),
            ),
            context,
        )
        return end
