"""The outline of a report: its headings and tables, and the cells of tables nobody knows.

The patterns are data: `genre/rules/frame.toml`.
"""

from __future__ import annotations

import re

from kg_builder.model.document import Cell, Document, Section, Table
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Text
from kg_builder.model.selector import Evidence, Span
from kg_builder.text.extraction.frame import RULE, FrameRules
from kg_builder.text.grammar.words import clean
from kg_builder.text.notes.findings import Findings
from kg_builder.text.notes.frame import ReportFrame, derived
from kg_builder.text.numerals import parse_integer

_MAX_CELLS = 10_000
"""So many cells of tables nobody knows are kept; no report has as many."""
_BRACKETS = re.compile(r"[()（）.．、\s]")


class OutlineReader:
    """Records the sections and tables of a document, and the cells of tables nobody knows."""

    def __init__(
        self, document: Document, rules: FrameRules, frame: ReportFrame, findings: Findings
    ) -> None:
        self._document = document
        self._rules = rules
        self._frame = frame
        self._findings = findings
        self._sections: list[EntityId] = []
        self._again: dict[tuple[str, ...], int] = {}
        """By the key of a section met before: with which number to tell the next apart."""
        self._kept = 0

    def read(self) -> None:
        """Record them all."""
        for section in self._document.sections:
            self._sections.append(self._section(section))
        for table in self._document.tables:
            self._table(table)
        self._declared()

    def _section(self, section: Section) -> EntityId:
        findings = self._findings
        said = Evidence(section.span)
        parent = self._sections[section.parent] if section.parent is not None else None
        named = findings.page.key
        own = _BRACKETS.sub("", named(section.number)) or named(section.title)
        path = (*(parent.key if parent else self._frame.report.key), own or "一")
        key, again = path, self._again.get(path, 2)
        while findings.has(EntityId("Section", key)):
            key = (*path, f"第{again}处")
            again += 1
        self._again[path] = again
        label = clean(section.title) or clean(section.number)
        entity = findings.entity(EntityId("Section", key), label, said)
        findings.read(section.span)
        findings.fact(entity, "inReport", self._frame.report, said, RULE)
        findings.fact(entity, "sectionLevel", section.level, said, RULE)
        if section.number:
            findings.fact(entity, "sectionNumber", clean(section.number), said, RULE)
        if parent:
            findings.fact(entity, "parentSection", parent, said, RULE)
        return entity

    def _table(self, table: Table) -> None:
        findings = self._findings
        key = (*self._frame.report.key, f"表{table.index + 1}")
        where = table.caption_span or next(
            (cell.span for cell in table.headers.values() if len(cell.span)), None
        )
        said = Evidence(where or self._first_cell(table), table=table.index)
        label = clean(table.caption) if table.caption else None
        entity = findings.entity(EntityId("Table", key), label, said)
        if table.caption_span:
            findings.read(table.caption_span)
        findings.fact(entity, "inReport", self._frame.report, said, RULE)
        if table.section is not None:
            findings.fact(entity, "inSection", self._sections[table.section], said, RULE)
        if table.kind:
            findings.fact(entity, "tableKind", table.kind, derived(said), RULE)
        rows = sum(not row.band for row in table.rows)
        findings.fact(entity, "rowCount", rows or len(table.cells), derived(said), RULE)
        for header in table.headers.values():
            if header.text:
                at = Evidence(header.span, table=table.index, column=header.text)
                findings.fact(entity, "columnHeader", clean(header.text), at, RULE)
        if table.kind is None:
            self._cells(table, entity)

    @staticmethod
    def _first_cell(table: Table) -> Span:
        rows = [cell for row in table.rows for cell in row.cells.values()]
        lines = [cell for line in table.cells for cell in line]
        return next((cell.span for cell in (*rows, *lines) if len(cell.span)), table.span)

    def _cells(self, table: Table, entity: EntityId) -> None:
        """Keep the cells of a table nobody knows, by line and place in the line."""
        order = 0
        for number, line in enumerate(table.cells, 1):
            for column, cell in enumerate(line, 1):
                order += 1
                if not cell.text:
                    continue
                self._kept += 1
                if self._kept > _MAX_CELLS:
                    self._too_many(cell)
                    return
                said = Evidence(cell.span, table=table.index, row=number)
                node = EntityId("Cell", (*entity.key, str(number), str(column)))
                self._cell(node, entity, Text(cell.text), (number, column, order), said)

    def _cell(
        self,
        node: EntityId,
        table: EntityId,
        text: Text,
        place: tuple[int, int, int],
        said: Evidence,
    ) -> None:
        findings = self._findings
        findings.entity(node, None, said)
        findings.fact(node, "inTable", table, said, RULE)
        for predicate, number in zip(
            ("rowNumber", "columnNumber", "listOrder"), place, strict=True
        ):
            findings.fact(node, predicate, number, derived(said), RULE)
        findings.fact(node, "cellText", text, said, RULE)

    def _too_many(self, cell: Cell) -> None:
        """Warn once where the cells stop to be kept."""
        if self._kept == _MAX_CELLS + 1:
            self._findings.notice(
                "many-cells",
                f"不认识的表格共保留 {_MAX_CELLS} 个单元格，自此以后未保留",
                f"{_MAX_CELLS} cells of unknown tables are kept; from here on they are not",
                cell.span,
            )

    def _declared(self) -> None:
        """Warn where a text declares a number of parts, and as many headings do not follow."""
        findings = self._findings
        for paragraph in self._document.paragraphs:
            words = findings.page.words(paragraph.span)
            match = self._rules.declared.search(words.raw)
            count = parse_integer(match["count"]) if match else None
            if match is None or not count:
                continue
            found = [
                section
                for section in self._document.sections
                if section.parent == paragraph.section and section.span.start > paragraph.span.start
            ]
            if found and len(found) != count:
                start = paragraph.span.start + match.start()
                findings.notice(
                    "declared-count",
                    f"此处说有 {count} 个部分，其下标题只有 {len(found)} 个",
                    f"{count} parts are declared here, but {len(found)} heading"
                    f"{' follows' if len(found) == 1 else 's follow'}",
                    Span(start, paragraph.span.start + match.end()),
                    found[-1].span,
                )
