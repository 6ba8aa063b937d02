"""A report as SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), for editors and CI.

Columns count code points, which `columnKind` says; SARIF's own default is UTF-16.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from kg_builder.judging.reports.json_document import dump
from kg_builder.judging.reports.lines import Lines, by_file
from kg_builder.judging.reports.report import Report, kind_of
from kg_builder.judging.reports.terms import component_help, component_name, component_page
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.model.verdict import Edit, FilePlace, Fix, PlacedResult
from kg_builder.version import VERSION

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {"violation": "error", "other": "error", "warning": "warning", "info": "note"}
_MEDIA: Final = {
    "turtle": "text/turtle",
    "trig": "application/trig",
    "ntriples": "application/n-triples",
    "nquads": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}


def sarif_report(report: Report, language: Language) -> bytes:
    """Return SARIF in UTF-8, with messages in one language."""
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_Run(report, language).run()]})


class _Run:
    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language: Language = language
        self._lines = {name: Lines(text) for name, text in report.texts().items()}
        self._artifacts = {file.name: number for number, file in enumerate(report.files)}
        listed = report.listed()
        self._listed = listed
        components = dict.fromkeys(item.result.component for item in listed)
        self._rules = {iri: number for number, iri in enumerate(components)}

    def _text(self, words: Bilingual) -> dict[str, str]:
        return {"text": words.pick(self._language)}

    def run(self) -> dict[str, Any]:
        report, verdict = self._report, self._report.verdict
        return {
            "tool": {
                "driver": {
                    "name": "kg-builder",
                    "version": VERSION,
                    "rules": [self._rule(iri) for iri in self._rules],
                }
            },
            "language": self._language,
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "invocations": [
                {
                    "executionSuccessful": True,
                    "exitCode": 0 if report.passes else 1,
                    "toolExecutionNotifications": list(self._notifications()),
                }
            ],
            "artifacts": [
                {
                    "location": {"uri": _uri(file.name)},
                    "encoding": "UTF-8",
                    "mimeType": _MEDIA.get(file.format, "text/plain"),
                    "hashes": {"sha-256": file.sha256},
                }
                for file in report.files
            ],
            "results": [self._result(item) for item in self._listed],
            "properties": {
                "conforms": verdict.conforms,
                "failOn": report.fail_on,
                "counts": {**report.counts(), "standing": report.standing()},
                "standingElsewhere": dict(sorted(verdict.standing_elsewhere.items())),
                "total": len(verdict.results),
                "listed": len(self._listed),
                "triples": verdict.triples,
                "focusNodes": verdict.focus_nodes,
            },
        }

    def _notifications(self) -> Iterator[dict[str, Any]]:
        cut = self._report.cut()
        for words in (*self._report.verdict.notes, *((cut,) if cut else ())):
            yield {"level": "note", "message": self._text(words)}

    def _rule(self, iri: str) -> dict[str, Any]:
        name = component_name(iri)
        rule: dict[str, Any] = {"id": name, "name": _pascal(name), "properties": {"iri": iri}}
        words = component_help(iri)
        if words is not None:  # of a component of other people's its results tell best
            rule["shortDescription"] = self._text(words)
            rule["help"] = self._text(words)
        page = component_page(iri)
        if page is not None:
            rule["helpUri"] = page
        return rule

    def _result(self, item: PlacedResult) -> dict[str, Any]:
        result = item.result
        message, explanation = (
            words.pick(self._language) for words in (item.message, item.explanation)
        )
        text = message if message == explanation else f"{message}\n{explanation}".strip()
        found: dict[str, Any] = {
            "ruleId": component_name(result.component),
            "ruleIndex": self._rules[result.component],
            "kind": "fail",
            "level": _LEVELS[kind_of(item)],
            "message": {"text": text},
            "locations": [self._location(item)],
            "properties": {
                "focusNode": result.focus_node,
                "path": result.path,
                "value": result.value,
                "severity": result.severity,
                "sourceShape": result.source_shape,
                "sourceConstraint": result.source_constraint,
            },
        }
        related = list(self._related(item))
        if related:
            found["relatedLocations"] = related
        fixes = [fix for fix in map(self._fix, item.fixes) if fix]
        if fixes:
            found["fixes"] = fixes
        if self._report.mode == "context":
            found["baselineState"] = "unchanged" if item.standing else "new"
        return found

    def _location(self, item: PlacedResult) -> dict[str, Any]:
        logical = [{"fullyQualifiedName": item.result.focus_node}]
        if item.place is None:
            return {"logicalLocations": logical}
        return {"physicalLocation": self._physical(item.place), "logicalLocations": logical}

    def _physical(self, place: FilePlace) -> dict[str, Any]:
        return {"artifactLocation": self._artifact(place.file), "region": _region(place)}

    def _artifact(self, name: str) -> dict[str, Any]:
        location: dict[str, Any] = {"uri": _uri(name)}
        if name in self._artifacts:
            location["index"] = self._artifacts[name]
        return location

    def _related(self, item: PlacedResult) -> Iterator[dict[str, Any]]:
        number = 1
        for place in item.related:
            words = Bilingual("另见", "see also")
            yield {
                "id": number,
                "physicalLocation": self._physical(place),
                "message": self._text(words),
            }
            number += 1
        if item.shape_place:
            yield {
                "id": number,
                "physicalLocation": self._physical(item.shape_place),
                "message": self._text(Bilingual("形状", "the shape")),
            }

    def _fix(self, fix: Fix) -> dict[str, Any] | None:
        changes = [
            {
                "artifactLocation": self._artifact(name),
                "replacements": list(_replacements(self._lines[name], edits)),
            }
            for name, edits in by_file(fix.edits)
            if name in self._lines
        ]
        return (
            {"description": self._text(fix.title), "artifactChanges": changes} if changes else None
        )


def _replacements(lines: Lines, edits: Iterable[Edit]) -> Iterator[dict[str, Any]]:
    for edit in edits:
        start, end = lines.position(edit.span.start), lines.position(edit.span.end)
        yield {
            "deletedRegion": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
            "insertedContent": {"text": edit.text},
        }


def _region(place: FilePlace) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _pascal(name: str) -> str:
    """Return the name of a rule: letters and digits alone."""
    return "".join(letter for letter in name.partition(":")[2] or name if letter.isalnum())


def _uri(name: str) -> str:
    """Return the URI reference of a file: relative where its name is."""
    path = Path(name)
    if path.is_absolute():
        return path.as_uri()
    return quote(os.fsencode(name))
