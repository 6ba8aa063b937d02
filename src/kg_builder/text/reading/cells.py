"""Cells, and the words of the notices about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.document import Cell, Source
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Span
from kg_builder.text.reading.characters import clean
from kg_builder.text.reading.outline import OutlineRules
from kg_builder.text.reading.scan import Item, ProseLine

_NAMED = 40
"""A notice names at most so many characters of the report."""


def named(text: str) -> str:
    """Return the beginning of `text`, as much of it as a notice may name."""
    return text if len(text) <= _NAMED else text[: _NAMED - 1] + "…"


@dataclass(slots=True)
class CellMaker:
    """Makes cells of items, and keeps which lines of prose have become part of one."""

    source: Source
    plain: Source
    """The source as it is looked at; see `text.folding`."""
    rules: OutlineRules
    prose: Sequence[ProseLine]
    taken: set[int] = field(default_factory=set)

    def joined(self, item: Item) -> str:
        """Return the item's text together with the lines before it."""
        start = self.prose[item.block[0]].span.start
        return clean(self.plain.text[start : item.end])

    def make(self, item: Item, *, with_lead: bool, lines: bool = False) -> Cell:
        """Return the cell; `with_lead` takes the lines before the item into it.

        With `lines`, its own line breaks (`<br>`) part items.
        """
        start = item.start
        joins = with_lead and item.has_lead
        if joins:
            start = self.prose[item.block[0]].span.start
            self.taken.update(range(*item.block))
        if item.unclosed:
            self.taken.update(range(*item.own))
        span = Span(start, max(start, item.end))
        quote = self.source.text[start : item.end]
        text = item.text if self.source is self.plain and not joins else clean(quote)
        return Cell(span, text, self.rules.bullets(quote, start, lines=lines))

    def notice(self, code: str, offset: int, zh: str, en: str) -> Notice:
        """Return a notice about the place at `offset`."""
        return Notice(code, Bilingual(zh, en), self.source.position(offset))

    def half_row(self, cells: Sequence[Cell]) -> Notice:
        """Return the notice about cells that make no whole row."""
        words = named(" | ".join(cell.text for cell in cells))
        return self.notice(
            "half-row",
            cells[0].span.start,
            f"残缺的一行,已跳过: {words}",
            f"half a row, skipped: {words}",
        )
