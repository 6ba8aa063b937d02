"""The account of a reading: what was met in a report, what to look at, and what was not read.

It quotes nothing longer than a caption: passages are given by line and span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg_builder.model.document import Document, Table
from kg_builder.model.notice import Notice
from kg_builder.text.coverage import Coverage


def account(document: Document, notices: Sequence[Notice], coverage: Coverage) -> Mapping[str, Any]:
    """Return the account as plain data for JSON, equal for equal input."""
    source = document.source
    return {
        "encoding": source.encoding,
        "sha256": source.sha256,
        "text_sha256": source.text_sha256,
        "tables": [_table(document, table) for table in document.tables],
        "warnings": [notice_data(notice) for notice in notices],
        "coverage": {
            "characters": coverage.characters,
            "read": coverage.read,
            "share": round(coverage.share, 4),
        },
        "unread": [
            {
                "line": item.line,
                "start": item.span.start,
                "end": item.span.end,
                "kind": item.kind,
                "characters": item.characters,
            }
            for item in coverage.unread
        ],
    }


def notice_data(notice: Notice) -> dict[str, Any]:
    """Return a notice as plain data for JSON."""
    data: dict[str, Any] = {"code": notice.code}
    if notice.position:
        data |= {"line": notice.position.line, "column": notice.position.column}
    if notice.related:
        data["related_line"] = notice.related.line
    return data | {"zh": notice.message.zh, "en": notice.message.en}


def _table(document: Document, table: Table) -> dict[str, Any]:
    cells = sum(len(row.cells) for row in table.rows) + sum(len(line) for line in table.cells)
    return {
        "line": document.source.position(table.span.start).line,
        "kind": table.kind,
        "caption": table.caption,
        "rows": len(table.rows) or len(table.cells),
        "cells": cells,
        "unread_cells": len(table.unread),
    }
