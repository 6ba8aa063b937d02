"""Writing an answer in the format that is wanted."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, Final

from kg_builder.asking.answer import Answer
from kg_builder.asking.results.formats import GRAPH
from kg_builder.asking.results.standard import write_standard
from kg_builder.asking.results.tabular import Style, write_markdown, write_table

TABLE_ROWS: Final = 1_000
"""A table on a terminal has at most so many rows: its widths are those of all of them."""


def write_answer(
    answer: Answer,
    name: str,
    stream: BinaryIO,
    style: Style,
    *,
    all_variables: bool = False,
    bom: bool = False,
) -> int:
    """Write an answer in the format `name` of `formats`; return how many rows have no room.

    With `all_variables` IRIs are shown that have a name beside them (`table`, `markdown`); with
    `bom` CSV and TSV start with a byte order mark, by which Excel knows UTF-8.
    """
    # a command imports what writes its format
    if name in GRAPH:
        from kg_builder.graph.export.formats import Format
        from kg_builder.graph.export.writing import write_graph

        write_graph(answer.triples(), Format(name), stream, base=answer.base)
        return 0
    if name == "xlsx":
        from kg_builder.asking.results.workbook import write_workbook

        return write_workbook(answer, stream, style.language)
    if name in ("table", "markdown"):
        return _write_text(answer, name, stream, style, all_variables=all_variables)
    if bom and name in ("csv", "tsv"):
        stream.write(codecs.BOM_UTF8)
    write_standard(answer, name, stream)
    return 0


def _write_text(
    answer: Answer, name: str, stream: BinaryIO, style: Style, *, all_variables: bool
) -> int:
    text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="\n")
    try:
        if answer.form == "ASK":
            text.write("true\n" if answer.boolean else "false\n")
            return 0
        if name == "markdown":
            write_markdown(answer, text, style.language, all_variables=all_variables)
            return 0
        return write_table(answer, text, style, most=TABLE_ROWS, all_variables=all_variables)
    finally:
        text.flush()
        text.detach()
