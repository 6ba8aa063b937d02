"""A report as JSON, for programs; `report.schema.json` beside this file says what stands in it.

Fields are only added within one `version`; whatever has no value is null, never left out.
"""

from __future__ import annotations

import json
from typing import Any, Final

from kg_builder.judging.reports.report import Report
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.verdict import Edit, FilePlace, Fix, PlacedResult
from kg_builder.version import VERSION

FORMAT: Final = "kg-validate"
FORMAT_VERSION: Final = 1


def json_report(report: Report) -> bytes:
    """Return JSON in UTF-8; what is no character (of a file's name) is escaped."""
    verdict = report.verdict
    listed = report.listed()
    data: dict[str, Any] = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "tool": {"name": "kg-builder", "version": VERSION},
        "mode": report.mode,
        "store": report.store,
        "shapes": [file.name for file in report.shapes],
        "files": [
            {
                "name": file.name,
                "format": file.format,
                "sha256": file.sha256,
                "triples": file.triples,
            }
            for file in report.files
        ],
        "conforms": verdict.conforms,
        "fail_on": report.fail_on,
        "passes": report.passes,
        "triples": verdict.triples,
        "focus_nodes": verdict.focus_nodes,
        "counts": {**report.counts(), "standing": report.standing()},
        "standing_elsewhere": dict(sorted(verdict.standing_elsewhere.items())),
        "total": len(verdict.results),
        "listed": len(listed),
        "notes": [_words(note) for note in verdict.notes],
        "results": [_result(item) for item in listed],
    }
    return dump(data)


def dump(data: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    """Return JSON in UTF-8, indented, with a newline at its end."""
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return text.encode("utf-8", "backslashreplace")  # half a character as JSON escapes it


def _result(item: PlacedResult) -> dict[str, Any]:
    result = item.result
    return {
        "severity": result.severity,
        "standing": item.standing,
        "focus_node": result.focus_node,
        "path": result.path,
        "value": result.value,
        "component": result.component,
        "source_shape": result.source_shape,
        "source_constraint": result.source_constraint,
        "messages": list(result.messages),
        "message": _words(item.message),
        "explanation": _words(item.explanation),
        "place": _place(item.place),
        "related": [_place(place) for place in item.related],
        "shape_place": _place(item.shape_place),
        "follows": _place(item.follows),
        "fixes": [_fix(fix) for fix in item.fixes],
    }


def _words(words: Bilingual) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _place(place: FilePlace | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"title": _words(fix.title), "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "file": edit.file,
        "start": edit.span.start,
        "end": edit.span.end,
        "text": edit.text,
    }
