"""Tables in the stream of cells: where each begins and ends, and of which kind it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kg_builder.model.document import Cell, Table
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Span
from kg_builder.text.genre import Genre, TableKind
from kg_builder.text.reading.alignment import Aligner, Alignment
from kg_builder.text.reading.cell_types import CellType
from kg_builder.text.reading.cells import CellMaker, named
from kg_builder.text.reading.characters import clean
from kg_builder.text.reading.headers import WIDEST, Header, HeaderIndex, Slot
from kg_builder.text.reading.rows import Body, ReadRows, column_texts, read_rows
from kg_builder.text.reading.scan import Item, Scan, reads_as_prose

_TRIED = 160
"""So many cells decide between the possible widths of a table."""
_MOST_EXTRA = 3
_MOST_HALF = 8
_LOOKED_AT = 400
_MOST_LEADING = 2
_LABEL_LIKE = re.compile("^[^0-9。；;!?]{0,14}$")
_LONGEST_TAIL = 1000
_GOOD_FIT = 0.9
_ROWS_ALONE = 3
_FIT_ALONE = 3.0


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands right before a table: its caption, or the heading over it."""

    words: str = ""
    caption: Span | None = None
    line: int | None = None


@dataclass(slots=True)
class TableReader:
    """Reads all tables of one text. `index` of the tables is theirs in reading order."""

    genre: Genre
    scan: Scan
    cells: CellMaker
    types: Mapping[str, CellType]
    tables: list[Table] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

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
        waiting = list(headers)
        while position < stop:
            while waiting and waiting[0].start < position:
                waiting.pop(0)
            header = waiting[0] if waiting else None
            if header is not None and self._leads_up(position, header.start):
                same = self._repetitions(header, waiting[1:])
                after = waiting[1 + len(same) :]
                end = after[0].start if after else stop
                position = self._known(position, header, same, end, last=end == stop)
                continue
            end = header.start if header else stop
            position = self._headless(position, end, last=end == stop) or self._unknown(
                position, end
            )

    def _leads_up(self, position: int, start: int) -> bool:
        """Whether the cells before a header are the header's first, unknown or empty ones."""
        items = self.scan.items[position:start]
        return len(items) <= _MOST_LEADING and all(_LABEL_LIKE.match(item.text) for item in items)

    def _repetitions(self, header: Header, following: Sequence[Header]) -> list[Header]:
        """Return the headers that only repeat `header` on a new page."""
        same: list[Header] = []
        for other in following:
            item = self.scan.items[other.start]
            between = item.block[0] < item.block[1]
            if between or other.kind is not header.kind or other.columns != header.columns:
                break
            same.append(other)
        return same

    def _known(
        self, start: int, header: Header, same: Sequence[Header], stop: int, *, last: bool
    ) -> int:
        """Read the table under `header`; return where it ends."""
        slots, end = self._best_layout(start, header, same, stop)
        body = self._body(end, end - header.start, same, stop)
        if last:
            self._add_tail(body, stop)
        alignment = self._aligner(body, slots).align()
        rest = body.indices[alignment.end :]
        context = self._context(start)
        heads = [slot.head.text for slot in slots if slot.head is not None]
        if (not alignment.rows and len(rest) >= len(slots)) or not self._is_confirmed(
            header.kind, context, heads, column_texts(body, slots, alignment, header.kind)
        ):
            return self._unknown(start, stop)
        rows = read_rows(self.cells, self.types, header.kind, slots, body, alignment)
        half = 0 < len(rest) < len(slots) and not self.scan.items[rest[0]].has_lead
        if half:
            self._half_row(body, alignment, rows)
        end = stop if half or not rest else rest[0]
        self._keep(header.kind, context, (start, end), slots, rows)
        return end

    def _half_row(self, body: Body, alignment: Alignment, rows: ReadRows) -> None:
        """Take the cells after the last row, too few for one, for half a row."""
        items = body.items[alignment.end :]
        if body.tail is not None and not body.tail.soft and len(items) < _MOST_HALF:
            items = [*items, body.tail] if body.tail not in items else items
        cells = [self.cells.make(item, with_lead=True) for item in items]
        rows.unread.extend(cells)
        rows.notices.append(self.cells.half_row(cells))

    def _best_layout(
        self, start: int, header: Header, same: Sequence[Header], stop: int
    ) -> tuple[tuple[Slot, ...], int]:
        """Return the slots, and where the header ends, that suit the cells below best."""
        best: tuple[float, tuple[Slot, ...], int] | None = None
        for slots, end in self._layouts(start, header, stop):
            body = self._body(end, end - header.start, same, stop, limit=_TRIED)
            alignment = self._aligner(body, slots).align()
            covered = alignment.end * 1.0
            if best is None or alignment.score > best[0]:
                best = (alignment.score, slots, end)
            if (
                covered
                and not alignment.skipped
                and alignment.score >= _GOOD_FIT * covered
                and (alignment.end > len(body.items) - len(slots))
            ):
                break
        assert best is not None  # noqa: S101 - the header's own slots are always tried
        return best[1], best[2]

    def _layouts(
        self, start: int, header: Header, stop: int
    ) -> Iterator[tuple[tuple[Slot, ...], int]]:
        """Yield the ways to read a header: its slots, and where it ends.

        Unknown headers may follow, empty cells of merged headers too; a first column may have no
        header at all.
        """
        items = self.scan.items
        used = {slot.column.id for slot in header.slots if slot.column}
        bare = next((c for c in header.kind.columns if c.unheaded and c.id not in used), None)
        leading = [Slot(None, item) for item in items[start : header.start]]
        fronts = [tuple(leading)]
        if bare is not None and not leading:
            fronts.append((Slot(bare, None),))
        elif bare is not None and not items[start].text:
            fronts.insert(0, (Slot(bare, None), *leading[1:]))
        extra: list[Slot] = []
        end = header.end
        while True:
            for front in fronts:
                yield (*front, *header.slots, *extra), end
            if len(extra) == _MOST_EXTRA or end >= stop or not _LABEL_LIKE.match(items[end].text):
                break
            extra.append(Slot(None, items[end]))
            end += 1
        empty = header.end
        while empty < stop and not items[empty].text and empty - header.end < 2 * WIDEST:
            empty += 1
        for end in range(empty, max(header.end, empty - 2), -1):
            for front in fronts:
                yield (*front, *header.slots), end

    def _body(
        self,
        start: int,
        header_length: int,
        same: Sequence[Header],
        stop: int,
        limit: int | None = None,
    ) -> Body:
        """Return the cells of `start..stop` without the repeated headers."""
        items = self.scan.items
        last = stop if limit is None else min(stop, start + limit)
        indices: list[int] = []
        fresh: set[int] = set()
        position = start
        for header in same:
            if header.start >= last:
                break
            indices.extend(range(position, header.start))
            fresh.add(len(indices))
            position = header.start + header_length
        indices.extend(range(position, last))
        chosen = [items[n] for n in indices]
        texts = [
            self.cells.joined(item) if item.has_lead and not item.soft else item.text
            for item in chosen
        ]
        return Body(chosen, texts, indices, frozenset(fresh))

    def _add_tail(self, body: Body, stop: int) -> None:
        """Let the line after the last bar stand as a cell that no bar closes."""
        scan = self.scan
        first, end = scan.items[stop].block if stop < len(scan.items) else scan.rest
        if first >= end or (body.items and body.items[-1].unclosed):
            return
        line = scan.prose[first]
        if line.heading or line.caption or line.unit or len(line.span) > _LONGEST_TAIL:
            return
        text = self.cells.source.quote(line.span)
        tail = Item(line.span.start, line.span.end, clean(text), unclosed=True)
        tail.own = (first, first + 1)
        tail.soft = reads_as_prose(line, self.cells.source.text, self.cells.rules)
        body.tail = tail
        body.items.append(tail)
        body.texts.append(tail.text)

    def _aligner(self, body: Body, slots: Sequence[Slot]) -> Aligner:
        return Aligner(body.items, body.texts, slots, self.types, body.fresh)

    def _is_confirmed(
        self, kind: TableKind, context: _Context, heads: Sequence[str], texts: Sequence[str]
    ) -> bool:
        """Whether something besides the header words says that the table is of this kind."""
        confirm = kind.confirm
        if confirm is None:
            return True
        if confirm.captions is not None and confirm.captions.search(context.words):
            return True
        if confirm.headers is not None and any(confirm.headers.search(head) for head in heads):
            return True
        if confirm.pattern is None or not texts:
            return False
        hits = sum(confirm.pattern.search(text[:_LOOKED_AT]) is not None for text in texts)
        return hits >= max(1.0, confirm.share * len(texts))

    def _headless(self, start: int, stop: int, *, last: bool) -> int | None:
        """Read a table without a header, if its caption or its rows say what it is."""
        context = self._context(start)
        for kind in self.genre.tables:
            headless = kind.headless
            if headless is None:
                continue
            words = context.words
            said = (
                bool(words)
                and kind.matches_caption(words)
                and (headless.captions is None or headless.captions.search(words) is not None)
            )
            if not said and (not headless.rows_alone or context.caption is not None):
                continue
            slots = tuple(Slot(kind.column(name), None) for name in headless.columns)
            end = self._headless_rows(kind, slots, start, stop, context, said=said, last=last)
            if end is not None:
                return end
        return None

    def _headless_rows(
        self,
        kind: TableKind,
        slots: tuple[Slot, ...],
        start: int,
        stop: int,
        context: _Context,
        *,
        said: bool,
        last: bool,
    ) -> int | None:
        body = self._body(start, 0, (), stop)
        body.texts[0] = body.items[0].text
        tried = self._aligner(body, slots).align(_TRIED)
        texts = column_texts(body, slots, tried, kind)
        fits = tried.score >= _FIT_ALONE * len(tried.rows) and len(tried.rows) >= _ROWS_ALONE
        if not tried.rows or not (said or fits):
            return None
        if not self._is_confirmed(kind, context if said else _Context(), (), texts):
            return None
        if last:
            self._add_tail(body, stop)
        alignment = self._aligner(body, slots).align()
        rows = read_rows(self.cells, self.types, kind, slots, body, alignment)
        rest = body.indices[alignment.end :]
        half = 0 < len(rest) < len(slots) and not self.scan.items[rest[0]].has_lead
        if half:
            self._half_row(body, alignment, rows)
        end = stop if half or not rest else rest[0]
        self._keep(kind, context, (start, end), slots, rows)
        return end

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
                caption=context.words if context.caption else None,
                caption_span=context.caption,
                headers=headers,
                rows=tuple(rows.rows),
                unread=tuple(rows.unread),
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
        for number in range(end - 1, max(first, end - 3) - 1, -1):
            line = self.scan.prose[number]
            if line.unit:
                continue
            text = self.cells.source.quote(line.span) if len(line.span) <= _LONGEST_TAIL else ""
            if line.caption or (
                line.heading is None and text and self.cells.rules.unnumbered_caption(text)
            ):
                return _Context(clean(text), line.span, number)
            if line.heading is not None:
                return _Context(clean(text))
            break
        return _Context()

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
                caption=context.words if context.caption else None,
                caption_span=context.caption,
                cells=tuple(tuple(line) for line in lines),
            ),
            context,
        )
        return end
