"""Where the items of a template come from: cells, headers, captions, nodes, fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg_builder.model.document import Cell, Row, Source, Table
from kg_builder.model.selector import Evidence, Reading, Span
from kg_builder.text.extraction.findings import Findings
from kg_builder.text.extraction.parsers import Field, Item, QuantityParser, Tools, mapped
from kg_builder.text.extraction.scopes import Placed, Scope
from kg_builder.text.extraction.template import SourceRule
from kg_builder.text.extraction.words import Words, fold, mended, restored
from kg_builder.text.genre import header_unit

_MAX_CELL = 50_000
_PLUS = re.compile(r"[+＋]")


class Sources:
    """Gives the items that the sources of a template find in one table."""

    def __init__(
        self,
        source: Source,
        table: Table,
        tools: Tools,
        nothing: frozenset[str],
        findings: Findings,
    ) -> None:
        self._source = source
        self._table = table
        self._tools = tools
        self._nothing = nothing
        self._findings = findings
        self._parts: dict[str, tuple[Span, int]] = {}

    def items(
        self, sources: tuple[SourceRule, ...], scope: Scope, unit_cell: str | None = None
    ) -> list[Placed]:
        """Return the items of the first source that has any."""
        for source in sources:
            items = list(self.of(source, scope, unit_cell))
            if items:
                return items
        return []

    def of(
        self, source: SourceRule, scope: Scope, unit_cell: str | None = None
    ) -> Iterator[Placed]:
        """Yield the items of a source; `unit_cell` is the column that holds units, if one does."""
        if source.origin == "field":
            yield from self._field(source, scope)
            return
        for placed in self._origin(source, scope):
            if source.alone and len(scope.bound(source.alone)) != 1:
                continue
            reading = "derived" if source.reading == "derived" else placed.reading
            for item in self._parse(source, placed, scope, unit_cell):
                found = replace(placed, item=item, reading=reading)
                yield from self._chosen(source, found)

    def _field(self, source: SourceRule, scope: Scope) -> Iterator[Placed]:
        found = scope.fields(source.field or "")
        if found is None:
            return
        placed, fields = found
        reading = "derived" if source.reading == "derived" else placed.reading
        for part in fields:
            yield replace(placed, item=Item(part.words, {}, part.value), reading=reading)

    @staticmethod
    def _chosen(source: SourceRule, placed: Placed) -> Iterator[Placed]:
        if source.field is None:
            yield placed
            return
        for part in placed.item.fields.get(source.field, ()):
            yield replace(placed, item=Item(part.words, {}, part.value))

    def _parse(
        self, source: SourceRule, placed: Placed, scope: Scope, unit_cell: str | None
    ) -> Iterable[Item]:
        words = placed.item.words
        if source.origin == "part":
            return self._part(source, placed, scope)
        if placed.item.fields and source.origin == "column":
            return (placed.item,)
        text, origin = mended(words)
        if origin is None:
            return self._parsed(source, words, scope, unit_cell)
        # broken words are mended for the parser; what it finds is put back where it stands
        items = self._parsed(source, Words(text, 0), scope, unit_cell)
        return [mapped(item, lambda part: restored(part, words, origin)) for item in items]

    def _parsed(
        self, source: SourceRule, words: Words, scope: Scope, unit_cell: str | None
    ) -> Iterable[Item]:
        if isinstance(source.parser, QuantityParser):
            unit = self._unit(source.name, scope, unit_cell)
            return source.parser.parse(words, self._tools, unit)
        return source.parser.parse(words, self._tools)

    def _unit(self, column: str, scope: Scope, unit_cell: str | None) -> str | None:
        """Return the unit that the row's unit cell or the column's header prints."""
        cell = scope.row.cells.get(unit_cell) if unit_cell and scope.row else None
        if cell is not None and len(cell.span):
            self._findings.read(cell.span)
            return cell.text
        header = self._table.headers.get(column)
        return header_unit(header.text) if header else None

    def _part(self, source: SourceRule, placed: Placed, scope: Scope) -> Iterator[Item]:
        """Match a symbol to the formula's parts, in the order of appearance.

        The symbol stays at its part while the same cell is carried, or the same symbol repeated.
        """
        words = placed.item.words
        bound = scope.bound(source.of or "")
        formula = bound[0].placed.item.fields.get("formula") if bound and bound[0].placed else None
        symbols = [fold(part) for part in _PLUS.split(formula[0].text)] if formula else []
        symbol = fold(words.text)
        known = self._parts.get(source.name)
        if known is None:
            position = symbols.index(symbol) + 1 if symbol in symbols else 1
        elif known[0] == words.span or symbols[known[1] - 1 : known[1]] == [symbol]:
            position = known[1]
        else:
            rest = symbols[known[1] :]
            position = known[1] + 1 + (rest.index(symbol) if symbol in rest else 0)
        self._parts[source.name] = (words.span, position)
        place = {"position": (Field(words, position),), "symbol": (Field(words),)}
        yield Item(words, place)

    def _origin(self, source: SourceRule, scope: Scope) -> Iterator[Placed]:
        """Yield the words a source starts from."""
        if source.origin in ("cell", "part"):
            yield from self._cell(source.name, scope.row)
        elif source.origin == "header":
            cell = self._table.headers.get(source.name)
            if cell is not None and len(cell.span):
                yield Placed(
                    Item(self._words(cell.span)), None, self._column(source.name), "stated"
                )
        elif source.origin == "caption" and self._table.caption_span is not None:
            words = self._words(self._table.caption_span)
            yield Placed(Item(words), None, None, "stated")
        elif source.origin == "column":
            yield from self._joined(source.name)
        elif source.origin == "node":
            for bound in scope.bound(source.name):
                if bound.placed is not None:
                    yield bound.placed

    def _cell(self, column: str, row: Row | None) -> Iterator[Placed]:
        cell = row.cells.get(column) if row else None
        if row is None or cell is None or not len(cell.span):
            return
        if cell.text in self._nothing:
            self._findings.read(cell.span)
            return
        if len(cell.span) > _MAX_CELL:
            self._findings.notice(
                "long-cell",
                f"单元格过长（{len(cell.span)} 字），未读",
                f"a cell of {len(cell.span)} characters, left unread",
                cell.span,
            )
            return
        reading: Reading = "carried" if column in row.carried else "stated"
        for span in cell.bullets or (cell.span,):
            yield Placed(Item(self._words(span)), row.number, self._column(column), reading)

    def _joined(self, column: str) -> Iterator[Placed]:
        """Yield the formula that the symbols of a column make, where no caption gives one."""
        cells: list[tuple[Row, Cell]] = [
            (row, row.cells[column])
            for row in self._table.rows
            if column in row.cells and len(row.cells[column].span) and column not in row.carried
        ]
        if cells:
            row, first = cells[0]
            words = self._words(first.span)
            formula = "+".join(cell.text for _, cell in cells)
            item = Item(words, {"formula": (Field(words, formula),)})
            yield Placed(item, row.number, self._column(column), "derived")

    def _words(self, span: Span) -> Words:
        return Words(self._source.quote(span), span.start)

    def _column(self, column: str) -> str:
        header = self._table.headers.get(column)
        return header.text if header is not None and header.text else column

    def evidence(self, placed: Placed) -> Evidence:
        """Return the passage of an item."""
        return Evidence(
            placed.item.words.span, placed.reading, self._table.index, placed.row, placed.column
        )
