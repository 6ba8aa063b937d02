"""A report in the format that is asked for; the page (`html`) is made by `pages.validation`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kg_builder.asking.results.tabular import Style
from kg_builder.judging.reports.json_document import json_report
from kg_builder.judging.reports.rdf import RDF_FORMATS, rdf_report
from kg_builder.judging.reports.report import Report
from kg_builder.judging.reports.sarif import sarif_report
from kg_builder.judging.reports.table import table_report
from kg_builder.judging.reports.text import text_report

FORMATS: Final = (
    *("text", "json", "turtle", "sarif", "html"),
    *("human", "table", "xml", "json-ld", "nt", "n3"),
)
"""Formats by name; those from `human` on are pySHACL's names."""
PLAIN: Final = ("text", "human", "table")
"""Formats for people, which may have colours."""

_SUFFIXES: Final = {
    ".txt": "text",
    ".json": "json",
    ".ttl": "turtle",
    ".sarif": "sarif",
    ".html": "html",
    ".htm": "html",
    ".rdf": "xml",
    ".xml": "xml",
    ".jsonld": "json-ld",
    ".nt": "nt",
    ".n3": "n3",
}


def format_of_file(path: Path) -> str:
    """Return the format that a file's suffix means; text for any other."""
    return _SUFFIXES.get(path.suffix.lower(), "text")


def write_report(report: Report, name: str, style: Style) -> bytes:
    """Return the report in any format but `html`, in UTF-8."""
    match name:
        case "text" | "human":
            return text_report(report, style).encode("utf-8", "backslashreplace")
        case "table":
            return table_report(report, style).encode("utf-8", "backslashreplace")
        case "json":
            return json_report(report)
        case "sarif":
            return sarif_report(report, style.language)
        case _ if name in RDF_FORMATS:
            return rdf_report(report, name, style.language)
    raise ValueError(f"no such format: {name}")
