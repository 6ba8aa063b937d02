"""Bands: rows that hold no thing of their own but head the rows below them.

`一、交通基础设施类(3项) | | |` over the projects of that category; `三、皋南镇 | | |` over the
sites of that town. Sums of what stands below may stand in the band's other cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg_builder.text.reading.cell_types import FAIR, STRONG, CellType
from kg_builder.text.reading.headers import Slot
from kg_builder.text.reading.scan import Item

NUMBER = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}\s*[、.．:：]|[(（][一二三四五六七八九十]{1,3}[)）])\s*(?=\S)"
)
"""How a band is numbered. Arabic numerals number the rows."""
_LONGEST = 60
_SUM = re.compile(
    r"^(?:[约近超]?[\d,，.．]+\s*\D{0,4}|[—–/-]+|[(（]?[一二三四五六七八九十]{1,3}[)）]?)$"
)
"""What may stand in a band besides its words: a sum, a sign for nothing, its number."""
_SERIAL = re.compile(r"^\d+[.、．]?$")


class Bands:
    """Tells which cells of a table's body are bands."""

    def __init__(
        self,
        items: Sequence[Item],
        texts: Sequence[str],
        slots: Sequence[Slot],
        kind: CellType | None,
        fresh: frozenset[int],
        *,
        marked: bool,
    ) -> None:
        """Take the cells as the alignment does; `kind` is what the words of a band look like.

        `marked` says that bars or lines mark where rows start. Without `kind`, there are no bands.
        """
        self._items = items
        self._texts = texts
        self._slots = slots
        self._kind = kind
        self._fresh = fresh
        self._marked = marked

    def at(self, start: int, stop: int) -> tuple[int, int] | None:
        """Return where in the row at `start` the words of a band stand, and where it ends."""
        if self._kind is None or start >= stop:
            return None
        end = self._end(start, stop)
        if end is None or any(place in self._fresh for place in range(start + 1, end)):
            return None
        filled = [n for n in range(start, end) if self._texts[n]]
        words = [n for n in filled if not _SUM.match(self._texts[n])]
        if len(words) != 1 or len(self._texts[words[0]]) > _LONGEST:
            return None
        place = words[0] - start
        alone = len(filled) == 1
        return (place, end) if self._heads(place, start, end, alone=alone) else None

    def _end(self, start: int, stop: int) -> int | None:
        """Return where the row at `start` ends; None if it cannot be told."""
        width = len(self._slots)
        items = self._items
        if not self._marked and not items[start].first:
            return self._end_of_single(start, stop)
        if self._marked and not items[start].opens:
            return None
        end = start + 1
        limit = min(stop, start + width)
        while end < limit and not self._starts(end):
            end += 1
        whole = end - start == width or (end < stop and self._starts(end))
        return end if whole else None

    def _starts(self, place: int) -> bool:
        return self._items[place].opens if self._marked else self._items[place].first

    def _end_of_single(self, start: int, stop: int) -> int | None:
        """Return the end of a band among cells on lines of their own: all but it are empty."""
        end = start + len(self._slots)
        if not self._texts[start] or end > stop:
            return None
        return None if any(self._texts[start + 1 : end]) else end

    def _heads(self, place: int, start: int, end: int, *, alone: bool) -> bool:
        """Whether the words at `place` of a row are those of a band."""
        kind = self._kind
        text = self._texts[start + place]
        numbered = NUMBER.match(text)
        bare = text[numbered.end() :] if numbered else text
        score = kind.score(bare) if kind is not None else 0.0
        if not alone:
            # an Arabic number in front is that of a row
            return score >= STRONG and not _SERIAL.match(self._texts[start])
        if numbered or score >= STRONG:
            return score >= FAIR
        column = self._slots[place].column if end - start == len(self._slots) else None
        return score >= FAIR and not (column is not None and column.required)
