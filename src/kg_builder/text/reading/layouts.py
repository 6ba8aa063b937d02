"""The ways to read a header, and the body under it: the one that suits the cells best is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.text.genre import TableKind
from kg_builder.text.reading.alignment import Aligner, Alignment
from kg_builder.text.reading.cell_types import NEVER, STRONG, CellType
from kg_builder.text.reading.cells import CellMaker
from kg_builder.text.reading.characters import clean
from kg_builder.text.reading.headers import WIDEST, Header, Slot
from kg_builder.text.reading.rows import Body
from kg_builder.text.reading.scan import Item, Scan, reads_as_prose

_TRIED = 160
"""So many cells decide between the possible widths of a table."""
_GROWTH = 4
_MOST_EXTRA = 3
_MOST_LEADING = 2
_LABEL_LIKE = re.compile("^[^0-9。；;!?]{0,14}$")
_LONGEST_TAIL = 1000
_GOOD_FIT = 0.9
_FEW = 2
_PLAIN = 0.8
"""Such a share of at least so many cells says what an unknown column holds."""


def _texts(place: int, body: Body, alignment: Alignment) -> list[str]:
    """Return the printed cells of a place, from the top down."""
    return [
        body.texts[row.start + row.pattern.slots.index(place)]
        for row in alignment.rows
        if place in row.pattern.slots
    ]


@dataclass(frozen=True, slots=True)
class Headed:
    """A header, the headers that repeat it further down, and where its cells must end."""

    header: Header
    headers: Sequence[Header]
    repeated: tuple[int, int]
    """Which of `headers` repeat it: the first and one past the last."""
    start: int
    """Where the header's first cell stands: cells nobody knows may lead up to it."""
    stop: int


@dataclass(slots=True)
class Layouts:
    """Tries layouts on the cells of one text."""

    scan: Scan
    cells: CellMaker
    types: Mapping[str, CellType]

    def lead(self, position: int, header: Header, stop: int) -> int | None:
        """Return where a header starts whose first known word stands at `header.start`.

        The cells from `position` on may be its first ones, unknown or empty; or the upper row of a
        header whose second row tells enough; None if they are neither.
        """
        items = self.scan.items[position : header.start]
        if len(items) > 2 * WIDEST or not all(_LABEL_LIKE.match(item.text) for item in items):
            return None
        if len(items) <= _MOST_LEADING:
            return position
        spans = any(not item.text for item in items) and len(items) >= len(header.slots)
        return header.start if spans and header.start < stop else None

    def may_lead(self, position: int, stop: int) -> bool:
        """Whether the cells from `position` up to the header at `stop` may belong to it."""
        items = self.scan.items[position : min(stop, position + _MOST_LEADING + 1)]
        return (
            stop < len(self.scan.items)
            and stop - position <= _MOST_LEADING
            and not self.scan.items[stop].hard
            and all(_LABEL_LIKE.match(item.text) for item in items)
        )

    def best(self, headed: Headed) -> tuple[tuple[Slot, ...], int]:
        """Return the slots, and where the header ends, that suit the cells below best."""
        _, slots, end = self._best(headed)
        return slots, end

    def fit(self, headed: Headed) -> float:
        """Return how well the best reading of a header suits the cells below."""
        return self._best(headed)[0]

    def _best(self, headed: Headed) -> tuple[float, tuple[Slot, ...], int]:
        found: tuple[float, tuple[Slot, ...], int] | None = None
        for slots, end in self._possible(headed):
            body = self._body(headed, end, _TRIED)
            alignment = self._align(headed.header.kind, body, slots)
            if found is None or alignment.score > found[0]:
                found = (alignment.score, slots, end)
            whole = alignment.end > len(body.items) - len(slots) and not alignment.skipped
            if whole and alignment.end and alignment.score >= _GOOD_FIT * alignment.end:
                break
        if found is None:
            raise AssertionError("the header's own slots are always tried")
        return found

    def aligned(
        self, headed: Headed, slots: Sequence[Slot], end: int, limit: int | None = None
    ) -> tuple[Body, Alignment]:
        """Align the cells from `end` on, as many of them as belong to the table.

        The work is linear in the table's own cells, however many more follow. `limit` stops it
        after so many.
        """
        size = limit or _GROWTH * _TRIED
        while True:
            body = self._body(headed, end, size)
            complete = body.stop == headed.stop
            if complete and limit is None:
                self._add_tail(body)
            alignment = self._align(headed.header.kind, body, slots)
            ended = alignment.end < len(body.items) - _GROWTH * len(slots)
            if complete or ended or limit is not None:
                return body, alignment
            size *= _GROWTH

    def named_by_content(
        self, kind: TableKind, slots: Sequence[Slot], body: Body, alignment: Alignment
    ) -> tuple[Slot, ...]:
        """Return the slots, unknown ones named whose cells plainly are what a free column holds."""
        used = {slot.column.id for slot in slots if slot.column}
        free = [column for column in kind.columns if column.by_content and column.id not in used]
        named = list(slots)
        for place, slot in enumerate(slots):
            if slot.column is not None:
                continue
            texts = [text for text in _texts(place, body, alignment) if text]
            for column in free:
                strong = sum(self.types[column.holds].score(text) >= STRONG for text in texts)
                if len(texts) >= _FEW and strong >= _PLAIN * len(texts):
                    named[place] = Slot(column, slot.head)
                    free.remove(column)
                    break
        return tuple(named)

    def is_misread(self, body: Body, slots: Sequence[Slot], alignment: Alignment) -> bool:
        """Whether the cells contradict the header: it is damaged then, or of another table.

        So it is if most cells of a required column, or of two columns, cannot be what it holds.
        """
        wrong = 0
        for place, slot in enumerate(slots):
            if slot.column is None:
                continue
            cell_type = self.types[slot.column.holds]
            filled = [text for text in _texts(place, body, alignment) if text]
            against = sum(cell_type.score(text) <= NEVER for text in filled)
            if filled and against * 2 > len(filled):
                wrong += 2 if slot.column.required else 1
        return wrong > 1

    def opens_with_a_row(self, body: Body, slots: Sequence[Slot], alignment: Alignment) -> bool:
        """Whether the first cells can all be what the columns hold: else, they head the table."""
        if alignment.rows[0].start > 0:
            return False
        for number, place in enumerate(alignment.rows[0].pattern.slots):
            column, text = slots[place].column, body.texts[number]
            if column is not None and text and self.types[column.holds].score(text) < 0:
                return False
        return True

    def _align(self, kind: TableKind, body: Body, slots: Sequence[Slot]) -> Alignment:
        band = self.types[kind.band.holds] if kind.band else None
        return Aligner(body.items, body.texts, slots, self.types, body.fresh, band).align()

    def _possible(self, headed: Headed) -> Iterator[tuple[tuple[Slot, ...], int]]:
        """Yield the ways to read a header: its slots, and where it ends.

        Unknown headers may follow, empty cells of merged headers too; a first column may have no
        header at all.
        """
        items = self.scan.items
        header = headed.header
        fronts = self._fronts(headed)
        extra: list[Slot] = []
        end = header.end
        while True:
            for front in fronts:
                yield (*front, *header.slots, *extra), end
            full = len(extra) == _MOST_EXTRA or end >= headed.stop
            if full or not _LABEL_LIKE.match(items[end].text):
                break
            extra.append(Slot(None, items[end]))
            end += 1
        empty = header.end
        while empty < headed.stop and not items[empty].text and empty - header.end < 2 * WIDEST:
            empty += 1
        for end in range(empty, max(header.end, empty - 2), -1):
            for front in fronts:
                yield (*front, *header.slots), end

    def _fronts(self, headed: Headed) -> list[tuple[Slot, ...]]:
        """Return what may stand before the header's first known word."""
        header = headed.header
        used = {slot.column.id for slot in header.slots if slot.column}
        bare = next((c for c in header.kind.columns if c.unheaded and c.id not in used), None)
        leading = [Slot(None, item) for item in self.scan.items[headed.start : header.start]]
        fronts: list[tuple[Slot, ...]] = [tuple(leading)]
        if bare is not None and not leading:
            fronts.append((Slot(bare, None),))
        elif bare is not None and not self.scan.items[headed.start].text:
            fronts.insert(0, (Slot(bare, None), *leading[1:]))
        return fronts

    def _body(self, headed: Headed, start: int, limit: int) -> Body:
        """Return at most `limit` cells from `start` on, without the repeated headers."""
        items = self.scan.items
        last = min(headed.stop, start + limit)
        header_length = start - headed.start
        leading = headed.header.start - headed.start
        indices: list[int] = []
        fresh: set[int] = set()
        position = start
        for number in range(*headed.repeated):
            repeated = headed.headers[number].start - leading
            if repeated >= last:
                break
            indices.extend(range(position, repeated))
            fresh.add(len(indices))
            position = repeated + header_length
        indices.extend(range(position, last))
        chosen = [items[n] for n in indices]
        texts = [
            self.cells.joined(item) if item.has_lead and not item.soft else item.text
            for item in chosen
        ]
        if texts and start == headed.start:
            texts[0] = chosen[0].text
        return Body(chosen, texts, indices, frozenset(fresh), last)

    def _add_tail(self, body: Body) -> None:
        """Let the line after the last bar stand as a cell that no bar closes."""
        scan = self.scan
        first, end = scan.items[body.stop].block if body.stop < len(scan.items) else scan.rest
        if first >= end or (body.items and body.items[-1].unclosed):
            return
        line = scan.prose[first]
        if line.heading or line.caption or line.unit or len(line.span) > _LONGEST_TAIL:
            return
        text = self.cells.plain.quote(line.span)
        tail = Item(line.span.start, line.span.end, clean(text), unclosed=True)
        tail.own = (first, first + 1)
        tail.soft = reads_as_prose(line, self.cells.source.text, self.cells.rules)
        body.tail = tail
        body.items.append(tail)
        body.texts.append(tail.text)
