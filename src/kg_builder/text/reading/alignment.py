"""Which cells make a row: a dynamic programme over the flat stream of a table's cells.

Each row takes the next cells by one of a few patterns: all columns; without a merged cell; with a
merged cell's emptiness pushed to the row's end; a band, which is no row of things but speaks for
the rows below. A pattern scores by how well the cells fit the columns' types and what the layout
says; cells may be skipped at a price, and the table may end at any row. The best total wins. The
work is linear in the number of cells: a path that falls far behind the best is given up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kg_builder.text.reading.bands import Bands
from kg_builder.text.reading.cell_types import FAIR, NEVER, STRONG, CellType
from kg_builder.text.reading.headers import Slot
from kg_builder.text.reading.scan import Item

_SKIP = -2.0
_SKIP_MORE = -0.7
_SKIP_EMPTY = -1.5
_SKIP_GHOST = -0.1
_BEHIND = 25.0
_OMITTED = -1.5
_PUSHED = -0.05
_SHORT = -1.0
_EMPTY = -0.4
_EMPTY_REQUIRED = -3.0
_CARRIED_FROM_NOWHERE = -2.0
_ACROSS_A_BAR = -6.0
_NOT_AT_A_BAR = -3.0
_ACROSS_A_LINE = -1.0
_PROSE_BEFORE_ROW = -8.0
_LINES_BEFORE_ROW = -1.0
_PROSE_IN_CELL = -0.5
_UNCLOSED = -0.5
_MOST_CARRIED = 3
_FEWEST_CELLS = 2
"""A row of a single cell could be any cell."""
_BAND = 0.5
_ROW = -0.75
"""A row has to be worth more than nothing: text that fits no column well is no row."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a row takes cells: the slots they fill in turn, then `pushed` empty ones."""

    slots: tuple[int, ...]
    pushed: int
    omitted: frozenset[int]
    """Slots without a cell of their own: they repeat the row above."""
    cost: float
    band: tuple[int, int] | None = None
    """A band: where in the row its cell stands, and how many cells the row has."""


@dataclass(frozen=True, slots=True)
class AlignedRow:
    """A row: the cells from `start`, taken by `pattern`."""

    start: int
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Alignment:
    """The rows, the stretches skipped between them, where the table ends, and the total."""

    rows: tuple[AlignedRow, ...]
    skipped: tuple[tuple[int, int], ...]
    end: int
    score: float


@dataclass(slots=True)
class _Step:
    score: float
    row: AlignedRow | None
    skipped: tuple[int, int] | None
    before: tuple[int, bool] | None


class Aligner:
    """Aligns the cells of one table with one sequence of slots."""

    def __init__(
        self,
        items: Sequence[Item],
        texts: Sequence[str],
        slots: Sequence[Slot],
        types: Mapping[str, CellType],
        fresh: frozenset[int] = frozenset(),
        band: CellType | None = None,
    ) -> None:
        """Take the body's cells; `texts` are theirs with the lines before them where that counts.

        Rows must start at the positions in `fresh` (a header was repeated there). `band` is what
        the words of a band look like, in tables of a kind that has them.
        """
        self._items = items
        self._texts = texts
        self._types = [types[slot.column.holds] if slot.column else None for slot in slots]
        self._required = [bool(slot.column and slot.column.required) for slot in slots]
        self._carry = [bool(slot.column and slot.column.carry) for slot in slots]
        self._fresh = fresh
        self._marked = any(item.opens for item in items[:200])
        self._width = len(slots)
        self._patterns = self._possible_patterns()
        self._bands = Bands(items, texts, slots, band, fresh, marked=self._marked)

    def _possible_patterns(self) -> list[Pattern]:
        carried = [place for place in range(self._width) if self._carry[place]][:_MOST_CARRIED]
        patterns = [Pattern(tuple(range(self._width)), 0, frozenset(), 0.0)]
        for count in range(1, len(carried) + 1):
            for omitted in combinations(carried, count):
                rest = tuple(place for place in range(self._width) if place not in omitted)
                if len(rest) < _FEWEST_CELLS or all(self._carry[place] for place in rest):
                    continue
                patterns.append(Pattern(rest, count, frozenset(omitted), _PUSHED))
                patterns.append(Pattern(rest, 0, frozenset(omitted), _OMITTED))
        return patterns

    def align(self) -> Alignment:
        """Return the best alignment of the cells."""
        stop = len(self._items)
        steps: list[list[_Step | None]] = [[None, None] for _ in range(stop + 1)]
        steps[0][0] = _Step(0.0, None, None, None)
        best, best_at = 0.0, 0
        reach = 0
        for position in range(stop + 1):
            if position > reach:
                break
            for skipped in (False, True):
                step = steps[position][skipped]
                if step is None or step.score < best - _BEHIND:
                    continue
                if not skipped and step.score >= best:
                    best, best_at = step.score, position
                if position < stop:
                    reach = max(reach, self._extend(steps, position, stop, step, skipped=skipped))
        return self._traced(steps, best_at, best)

    def _extend(
        self,
        steps: list[list[_Step | None]],
        position: int,
        stop: int,
        step: _Step,
        *,
        skipped: bool,
    ) -> int:
        """Add the steps that lead on from `position`; return the farthest position they reach."""
        before = (position, skipped)
        first = position == 0 or (step.row is None and skipped and step.before == (0, False))
        reach = 0
        fits = self._fits(position, stop)
        for pattern in self._patterns:
            end = position + len(pattern.slots) + pattern.pushed
            if end > stop or (first and pattern.omitted) or (pattern.pushed and fits):
                continue
            score = self._score(pattern, position, end, first=first)
            if score is None:
                continue
            _keep(
                steps, end, _Step(step.score + score, AlignedRow(position, pattern), None, before)
            )
            reach = max(reach, end)
            if not pattern.omitted and fits and self._is_clean(position):
                return reach
        if (found := self._bands.at(position, stop)) is not None:
            place, end = found
            pattern = Pattern((), 0, frozenset(), _BAND, (place, end - position))
            # no other reading of its cells may be worth more
            score = _BAND + sum(
                self._layout(cell, position, end, None) + (STRONG if self._texts[cell] else 0.0)
                for cell in range(position, end)
            )
            _keep(
                steps, end, _Step(step.score + score, AlignedRow(position, pattern), None, before)
            )
            reach = max(reach, end)
        if (short := self._short_row(position, stop, first=first)) is not None:
            pattern, end, score = short
            _keep(
                steps, end, _Step(step.score + score, AlignedRow(position, pattern), None, before)
            )
            reach = max(reach, end)
        if not skipped:
            reach = max(reach, self._skip(steps, position, stop, step))
        return reach

    def _skip(self, steps: list[list[_Step | None]], position: int, stop: int, step: _Step) -> int:
        farthest = min(stop, position + self._width + 1)
        for end in range(position + 1, farthest + 1):
            cost = _SKIP + _SKIP_MORE * (end - position)
            if end == position + 1 and not self._texts[position]:
                cost = _SKIP_GHOST if self._items[position].ghost else _SKIP_EMPTY
            new = _Step(step.score + cost, None, (position, end), (position, False))
            old = steps[end][1]
            if old is None or new.score > old.score:
                steps[end][1] = new
        return farthest

    def _score(self, pattern: Pattern, start: int, end: int, *, first: bool) -> float | None:
        """Return how well the row fits, None if it cannot be."""
        total = pattern.cost + _ROW
        position = start
        for slot in pattern.slots:
            total += self._layout(position, start, end, self._types[slot])
            fit = self._fit(slot, position, first=first)
            if fit <= NEVER and pattern.omitted:
                return None
            total += fit
            position += 1
        for empty in range(position, end):
            if self._texts[empty]:
                return None
            total += self._layout(empty, start, end, None)
        return total

    def _fit(self, slot: int, position: int, *, first: bool) -> float:
        text = self._texts[position]
        if text:
            cell_type = self._types[slot]
            return cell_type.score(text) if cell_type else 0.0
        if self._carry[slot]:
            return _CARRIED_FROM_NOWHERE if first else -0.1
        return _EMPTY_REQUIRED if self._required[slot] else _EMPTY

    def _layout(self, position: int, start: int, end: int, cell_type: CellType | None) -> float:
        item = self._items[position]
        total = 0.0
        if position == start:
            if item.has_lead:
                total += _PROSE_BEFORE_ROW if item.soft else _LINES_BEFORE_ROW
            if self._marked and not item.opens:
                total += _NOT_AT_A_BAR
            if item.first:
                total += 0.5
        else:
            if item.opens:
                total += _ACROSS_A_BAR
            elif item.first:
                total += _ACROSS_A_LINE
            if item.has_lead and item.soft:
                total += _PROSE_IN_CELL
            if position in self._fresh:
                total += _ACROSS_A_BAR
        if item.unclosed:
            if position == start and position != end - 1:
                total += NEVER
            total += _UNCLOSED
            if item.soft and not (cell_type and cell_type.sentences):
                total += _PROSE_BEFORE_ROW
        return total

    def _fits(self, start: int, stop: int) -> bool:
        """Whether no cell of the full row at `start` speaks against its column.

        Then an empty cell at its end is an empty cell, not a merged one that was pushed there.
        """
        if start + self._width > stop:
            return False
        for slot in range(self._width):
            text = self._texts[start + slot]
            cell_type = self._types[slot]
            if text and cell_type is not None and cell_type.score(text) < 0:
                return False
        return True

    def _is_clean(self, start: int) -> bool:
        """Whether the full row at `start` fits so well that nothing else needs a look."""
        strong = 0
        for slot in range(self._width):
            position = start + slot
            text = self._texts[position]
            cell_type = self._types[slot]
            if slot and (self._items[position].opens or position in self._fresh):
                return False
            if not text or cell_type is None or self._items[position].has_lead:
                return False
            score = cell_type.score(text)
            if score < FAIR or (score < STRONG and cell_type.strong is not None):
                return False
            strong += score >= STRONG
        return strong * 2 >= self._width

    def _short_row(
        self, start: int, stop: int, *, first: bool
    ) -> tuple[Pattern, int, float] | None:
        """Return a row of fewer or more cells than columns, where bars mark the rows' starts."""
        if not self._marked or not self._items[start].opens:
            return None
        end = start + 1
        limit = min(stop, start + 2 * self._width)
        while end < limit and not self._items[end].opens and end not in self._fresh:
            end += 1
        if end < stop and not self._items[end].opens and end not in self._fresh:
            return None
        if end == stop and not self._items[start].first:
            return None  # the text may be cut off here
        count = min(end - start, self._width)
        pushed = end - start - count
        if count == self._width and not pushed:
            return None
        pattern = Pattern(tuple(range(count)), pushed, frozenset(), _SHORT)
        score = self._score(pattern, start, end, first=first)
        if score is None or any(self._required[slot] for slot in range(count, self._width)):
            return None
        return pattern, end, score

    @staticmethod
    def _traced(steps: list[list[_Step | None]], end: int, score: float) -> Alignment:
        rows: list[AlignedRow] = []
        skipped: list[tuple[int, int]] = []
        step = steps[end][0]
        while step is not None and step.before is not None:
            if step.row is not None:
                rows.append(step.row)
            if step.skipped is not None:
                skipped.append(step.skipped)
            position, flag = step.before
            step = steps[position][flag]
        return Alignment(tuple(reversed(rows)), tuple(reversed(skipped)), end, score)


def _keep(steps: list[list[_Step | None]], end: int, step: _Step) -> None:
    old = steps[end][0]
    if old is None or step.score > old.score:
        steps[end][0] = step
