"""Checks of a table's arithmetic: sums, and lists against the numbers their rows print."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kg_builder.model.selector import Span
from kg_builder.text.extraction.parsers import SerialParser, Tools
from kg_builder.text.extraction.scopes import Bound, Scope
from kg_builder.text.extraction.template import CheckRule
from kg_builder.text.grammar.quantities import EXACT, Figure
from kg_builder.text.notes.findings import Findings


def check_rows(
    rules: Iterable[CheckRule], rows: Iterable[Scope], findings: Findings, tools: Tools
) -> None:
    """Record a notice for every row whose numbers do not agree."""
    for row in rows:
        for rule in rules:
            if rule.kind == "sum":
                _check_sum(rule, row, findings)
            else:
                _check_serials(rule, row, findings, tools)


def _check_sum(rule: CheckRule, row: Scope, findings: Findings) -> None:
    parts = _figures(row.made.get(rule.parts, []))
    wholes = _figures(row.made.get(rule.whole, []))
    for whole, span in wholes:
        same = [(part, at) for part, at in parts if part.unit.base == whole.unit.base]
        if not same or len(same) != len(parts) or whole.bound != EXACT:
            continue
        total = sum((part.normalized for part, _ in same), Decimal(0))
        if total != whole.normalized:
            printed = whole.words.text
            findings.notice(
                "sum-mismatch",
                f"分项之和为 {total:f}，与总数 {printed} 不符",
                f"the parts add up to {total:f}, not to {printed}",
                span,
                same[0][1],
            )


def _figures(bound: Iterable[Bound]) -> list[tuple[Figure, Span]]:
    return [(item.figure, item.said.span) for item in bound if item.figure is not None]


def _check_serials(rule: CheckRule, row: Scope, findings: Findings, tools: Tools) -> None:
    cell = row.row.cells.get(rule.cell) if row.row else None
    parts = row.made.get(rule.parts, [])
    if cell is None or not parts or not len(cell.span):
        return
    words = findings.page.words(cell.span)
    for item in SerialParser().parse(words, tools):
        first, last = (item.fields[key][0].value for key in ("first", "last"))
        if not isinstance(first, int) or not isinstance(last, int):
            continue
        count = last - first + 1
        if count != len(parts):
            findings.notice(
                "count-mismatch",
                f"序号 {words.text} 应有 {count} 个，列出 {len(parts)} 个",
                f"the numbers {words.text} stand for {count}, but {len(parts)} are listed",
                cell.span,
                parts[0].said.span,
            )
