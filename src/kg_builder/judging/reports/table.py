"""A report as a table, a row for each result."""

from __future__ import annotations

from io import StringIO

from kg_builder.asking.results.tabular import Column, Style, print_table
from kg_builder.judging.reports.report import KINDS, Report, kind_of
from kg_builder.judging.reports.terms import component_name
from kg_builder.judging.reports.text import summary_lines
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.verdict import PlacedResult

_HEADINGS = (
    Bilingual("级别", "severity"),
    Bilingual("位置", "place"),
    Bilingual("节点", "focus node"),
    Bilingual("路径", "path"),
    Bilingual("值", "value"),
    Bilingual("说明", "message"),
    Bilingual("约束", "constraint"),
)


def table_report(report: Report, style: Style) -> str:
    """Return a table in plain text, and below it the counts."""
    stream = StringIO()
    columns = [Column(words.pick(style.language)) for words in _HEADINGS]
    listed = report.listed()
    if listed:
        print_table(columns, [_row(report, item, style) for item in listed], stream, style)
        stream.write("\n")
    stream.writelines(f"{line}\n" for line in summary_lines(report, style))
    return stream.getvalue()


def _row(report: Report, item: PlacedResult, style: Style) -> list[str]:
    result = item.result
    kind = kind_of(item)
    word = KINDS[kind].pick(style.language)
    return [
        report.short(f"<{result.severity}>") if kind == "other" else word,
        str(item.place) if item.place else "-",
        report.short(result.focus_node),
        report.short(result.path) if result.path else "-",
        report.short(result.value) if result.value else "-",
        " ".join(item.message.pick(style.language).split()),
        component_name(result.component),
    ]
