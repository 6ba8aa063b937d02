"""Where the items of a template come from: cells, headers, captions, nodes, fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg_builder.model.document import Cell, Row, Table
from kg_builder.model.selector import Evidence, Reading, Span
from kg_builder.text.extraction.formulas import FormulaReader
from kg_builder.text.extraction.parsers import (
    Field,
    Item,
    Parser,
    QuantityParser,
    Tools,
    mapped,
)
from kg_builder.text.extraction.scopes import Placed, Scope
from kg_builder.text.extraction.template import SourceRule
from kg_builder.text.genre import header_unit
from kg_builder.text.grammar.words import Words, mended, restored
from kg_builder.text.notes.findings import Findings

_MAX_CELL = 50_000
_NOTHING = 8
"""No sign for "nothing" is longer than this."""


class Sources:
    """Gives the items that the sources of a template find in one table."""

    def __init__(
        self,
        table: Table,
        tools: Tools,
        nothing: frozenset[str],
        findings: Findings,
    ) -> None:
        self._table = table
        self._tools = tools
        self._nothing = nothing
        self._findings = findings
        self._page = findings.page
        self._formulas: dict[str, FormulaReader] = {}
        self._read: dict[tuple[Parser, int, str], tuple[Item, ...]] = {}
        """What parsers gave: the sources of a template look at one cell many times."""

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
        if source.without is not None and source.without in self._table.headers:
            return
        if source.origin == "field":
            yield from self._field(source, scope)
            return
        for placed in self._origin(source, scope):
            if source.alone and len(scope.bound(source.alone)) != 1:
                continue
            if source.own and placed.reading == "carried":
                continue
            reading = "derived" if source.reading == "derived" else placed.reading
            for item in self._parse(source, placed, scope, unit_cell):
                found = Placed(item, placed.row, placed.column, reading)
                yield from self._chosen(source, found)

    def _field(self, source: SourceRule, scope: Scope) -> Iterator[Placed]:
        found = scope.fields(source.field or "")
        if found is None:
            return
        placed, fields = found
        reading = "derived" if source.reading == "derived" else placed.reading
        for part in fields:
            yield Placed(Item(part.words, {}, part.value), placed.row, placed.column, reading)

    @staticmethod
    def _chosen(source: SourceRule, placed: Placed) -> Iterator[Placed]:
        if source.field is None:
            yield placed
            return
        for part in placed.item.fields.get(source.field, ()):
            item = Item(part.words, {}, part.value)
            yield Placed(item, placed.row, placed.column, placed.reading)

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
            return source.parser.parse(words, self._tools, unit, self._table.units)
        key = (source.parser, words.start, words.raw)
        items = self._read.get(key)
        if items is None:
            items = self._read[key] = tuple(source.parser.parse(words, self._tools))
        return items

    def _unit(self, column: str, scope: Scope, unit_cell: str | None) -> str | None:
        """Return the unit that the row's unit cell or the column's header prints."""
        cell = scope.row.cells.get(unit_cell) if unit_cell and scope.row else None
        if cell is not None and len(cell.span):
            self._findings.read(cell.span)
            return self._page.words(cell.span).plain
        header = self._table.headers.get(column)
        return header_unit(self._page.folding.fold(header.text)) if header else None

    def _part(self, source: SourceRule, placed: Placed, scope: Scope) -> Iterator[Item]:
        """Yield the symbol of a cell with its position in the formula."""
        words = placed.item.words
        bound = scope.bound(source.of or "")
        formula = bound[0].placed.item.fields.get("formula") if bound and bound[0].placed else None
        reader = self._formulas.get(source.name)
        if reader is None:
            reader = FormulaReader(self._page.key(formula[0].text) if formula else "")
            self._formulas[source.name] = reader
        position = reader.position(self._page.key(words.text), words.span)
        yield Item(words, {"position": (Field(words, position),), "symbol": (Field(words),)})

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
        if self.is_nothing(cell):
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

    def is_nothing(self, cell: Cell) -> bool:
        """Whether a cell holds a sign for "nothing"."""
        text = cell.text
        return len(text) <= _NOTHING and self._page.folding.fold(text) in self._nothing

    def _joined(self, column: str) -> Iterator[Placed]:
        """Yield the formula that the symbols of a column make, where no caption gives one."""
        cells: list[tuple[Row, Cell]] = []
        above: str | None = None
        for row in self._table.rows:
            cell = row.cells.get(column)
            printed = cell if cell and len(cell.span) and column not in row.carried else None
            if printed and printed.text != above:
                cells.append((row, printed))
            above = printed.text if printed else None
        if cells:
            row, first = cells[0]
            words = self._words(first.span)
            formula = "+".join(cell.text for _, cell in cells)
            item = Item(words, {"formula": (Field(words, formula),)})
            yield Placed(item, row.number, self._column(column), "derived")

    def _words(self, span: Span) -> Words:
        return self._page.words(span)

    def _column(self, column: str) -> str:
        header = self._table.headers.get(column)
        return header.text if header is not None and header.text else column

    def evidence(self, placed: Placed) -> Evidence:
        """Return the passage of an item."""
        return Evidence(
            placed.item.words.span, placed.reading, self._table.index, placed.row, placed.column
        )
