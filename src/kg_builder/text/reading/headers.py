"""Headers in the stream of cells: runs of cells that hold the header words of one table kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.text.genre import Column, Genre, HeaderWords, TableKind, header_forms
from kg_builder.text.reading.scan import Item

WIDEST = 10
"""More columns than reports print: 2 to 8 that are known, and some that nobody knows."""
_LONGEST_HEADER = 30
_LABEL_LIKE = re.compile("^[^0-9。；;!?]{1,14}$")
_MOST_UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a row: a column of the kind, or one that nobody knows (None)."""

    column: Column | None
    head: Item | None
    """The cell that heads it, if one does."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header read: the slots of a row from left to right, and the cells it takes up."""

    kind: TableKind
    slots: tuple[Slot, ...]
    start: int
    end: int

    @property
    def known(self) -> int:
        """How many slots are columns of the kind."""
        return sum(slot.column is not None for slot in self.slots)

    @property
    def columns(self) -> tuple[str | None, ...]:
        """The columns' ids."""
        return tuple(slot.column.id if slot.column else None for slot in self.slots)


class HeaderIndex:
    """Finds headers. It remembers what each text can head, for the time of one reading."""

    def __init__(self, genre: Genre) -> None:
        self._kinds = genre.tables
        self._meanings: dict[str, frozenset[tuple[int, int]]] = {}
        self._words: dict[str, set[tuple[int, int]]] = {}
        self._patterns: list[tuple[tuple[int, int], re.Pattern[str]]] = []
        for number, kind in enumerate(self._kinds):
            for place, words in _headings(kind):
                for word in words.words:
                    self._words.setdefault(word, set()).add((number, place))
                if words.pattern is not None:
                    self._patterns.append(((number, place), words.pattern))

    def find(self, items: Sequence[Item], start: int, stop: int) -> list[Header]:
        """Return the headers in `items[start:stop]`, the best one at each place, in order."""
        found: list[Header] = []
        position = start
        while position < stop:
            header = self._best(items, position, stop)
            if header is None:
                position += 1
                continue
            # A name may look like a header word: a header that starts within this one, and has
            # more cells that are header words to the letter, is the header.
            for later in range(position + 1, min(header.end, stop)):
                other = self._best(items, later, stop)
                if other is not None and self._exact(other) > self._exact(header):
                    header = other
                    break
            found.append(header)
            position = header.end
        return found

    def _exact(self, header: Header) -> int:
        """Return how many cells are header words to the letter, not by a pattern."""
        return sum(
            any(form in self._words for form in header_forms(slot.head.text))
            for slot in header.slots
            if slot.head is not None and slot.column is not None
        )

    def _best(self, items: Sequence[Item], start: int, stop: int) -> Header | None:
        if not items[start].text or not self._means(items[start].text):
            return None
        headers = [
            header
            for number in sorted({number for number, _ in self._means(items[start].text)})
            if (header := self._read(number, items, start, stop)) is not None
        ]
        return max(headers, key=lambda header: header.known, default=None)

    def _means(self, text: str) -> frozenset[tuple[int, int]]:
        """Return (kind, column) for each column that `text` can head; -1-n for group n."""
        if len(text) > _LONGEST_HEADER:
            return frozenset()
        known = self._meanings.get(text)
        if known is None:
            known = self._meanings[text] = self._look_up(header_forms(text))
        return known

    def _look_up(self, forms: Sequence[str]) -> frozenset[tuple[int, int]]:
        found = {
            meaning
            for meaning, pattern in self._patterns
            if any(pattern.search(form) for form in forms)
        }
        return frozenset(found.union(*(self._words.get(form, ()) for form in forms)))

    def _places(self, number: int, text: str) -> list[int]:
        return sorted(place for kind, place in self._means(text) if kind == number)

    def _read(self, number: int, items: Sequence[Item], start: int, stop: int) -> Header | None:
        kind = self._kinds[number]
        if kind.groups and (header := self._two_rows(number, items, start, stop)) is not None:
            return header
        slots = self._one_row(number, items, start, stop)
        header = Header(kind, tuple(slots), start, start + len(slots))
        return header if _complete(header) else None

    def _one_row(self, number: int, items: Sequence[Item], start: int, stop: int) -> list[Slot]:
        kind = self._kinds[number]
        slots: list[Slot] = []
        used: set[int] = set()
        solid = 0
        for position in range(start, min(stop, start + WIDEST)):
            item = items[position]
            if position > start and (item.block[0] < item.block[1] and item.hard):
                break
            place = next(
                (p for p in self._places(number, item.text) if p >= 0 and p not in used), None
            )
            if place is not None:
                used.add(place)
                slots.append(Slot(kind.columns[place], item))
                solid = len(slots)
            elif len(slots) - solid < _MOST_UNKNOWN and _LABEL_LIKE.match(item.text or "-"):
                slots.append(Slot(None, item))
            else:
                break
        return slots[:solid]

    def _two_rows(self, number: int, items: Sequence[Item], start: int, stop: int) -> Header | None:
        """Read a header whose second row holds the headers under a spanning one.

        The cells that a spanning header covers arrive empty, after it or at the end of the row; so
        do those of the second row that stand under headers of the first.
        """
        kind = self._kinds[number]
        first: list[tuple[int, int]] = []
        empties = 0
        position = start
        used: set[int] = set()
        group: int | None = None
        under: list[tuple[int, int]] = []
        limit = min(stop, start + 2 * WIDEST)
        while position < limit:
            places = self._places(number, items[position].text) if items[position].text else []
            free = [place for place in places if place not in used]
            if not items[position].text:
                empties += 1
            elif group is None and free and free[0] < 0:
                group = -1 - free[0]
                first.append((free[0], position))
            elif group is not None and (sub := self._under(kind, group, free)) is not None:
                used.add(sub)
                under.append((sub, position))
            elif not under and (plain := next((p for p in free if p >= 0), None)) is not None:
                used.add(plain)
                first.append((plain, position))
            else:
                break
            position += 1
        if group is None or len(under) != len(kind.groups[group].columns):
            return None
        slots: list[Slot] = []
        for place, at in first:
            inner = under if place < 0 else [(place, at)]
            slots.extend(Slot(kind.columns[sub], items[where]) for sub, where in inner)
        end = under[-1][1] + 1
        header = Header(kind, tuple(slots), start, end)
        return header if _complete(header) else None

    def _under(self, kind: TableKind, group: int, places: Sequence[int]) -> int | None:
        columns = kind.groups[group].columns
        return next((p for p in places if p >= 0 and kind.columns[p].id in columns), None)


def _headings(kind: TableKind) -> list[tuple[int, HeaderWords]]:
    columns: list[tuple[int, HeaderWords]] = [
        (place, column.headers) for place, column in enumerate(kind.columns)
    ]
    return [*((-1 - place, group.headers) for place, group in enumerate(kind.groups)), *columns]


def _complete(header: Header) -> bool:
    """Whether the header words alone can make this kind of table."""
    columns = set(header.columns)
    needed = all(column.id in columns for column in header.kind.columns if column.required)
    return needed and header.known >= max(2, (len(header.slots) + 1) // 2)
