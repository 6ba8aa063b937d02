"""The child that judges triples, and takes them into the graph where that is allowed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kg_builder.asking.results.tabular import Style
from kg_builder.graph.contributions import Provenance, Submitted
from kg_builder.graph.opening import open_graph
from kg_builder.graph.submission.formats import SUFFIXES, format_named
from kg_builder.graph.submission.reading import PARSING, Limits, read_submission
from kg_builder.judging.judge import Court, Question, mended, report_of
from kg_builder.judging.reports.report import Report
from kg_builder.judging.reports.writing import write_report
from kg_builder.judging.transaction import Options, Outcome, Session, submit
from kg_builder.model.bilingual import Language
from kg_builder.pages.validation import ValidationParts, validation_page, validation_parts
from kg_builder.resources import Resources
from kg_builder.workers import Standby

PARTS: Final = "parts"
"""The format of a report for a page of the server's own."""
LISTED: Final = 200
"""Results that are told with words and mends; the others are counted."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Triples to be judged; `syntax` is a name of `submission.formats`."""

    data: bytes
    syntax: str
    name: str
    format: str
    """Of the report: json, html, sarif, turtle, text …"""
    language: Language
    with_mends: bool = False
    """Whether the submission is wanted with its mends made."""


@dataclass(frozen=True, slots=True)
class Add:
    """Triples to be taken into the graph."""

    data: bytes
    syntax: str
    name: str
    source: str
    by: str
    format: str
    language: Language
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, told in a format."""

    passes: bool
    body: bytes
    mended: bytes | None = None
    fixes: int = 0
    parts: ValidationParts | None = None
    """The parts of a page, where the format is `PARTS`."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of triples that were to be added."""

    status: str
    """`done`, `would`, `refused` or `unchanged`."""
    number: int
    graph: str
    new: int
    known: int
    inferred: int
    report: bytes


def make_validation(
    path: Path, project: Path | None, seconds: float
) -> Callable[[Path], Callable[[Judge | Add], Judged | Added]]:
    """Prepare what judges triples; for a pool. Each child opens the graph itself."""
    resources = Resources.find(project)

    def open_graph_and_shapes(_folder: Path) -> Callable[[Judge | Add], Judged | Added]:
        contexts = ExitStack()  # kept open until the process ends
        graph = contexts.enter_context(open_graph(path))
        return _Worker(path, resources, Court(graph, resources), seconds, contexts)

    return open_graph_and_shapes


class _Worker:
    def __init__(
        self, path: Path, resources: Resources, court: Court, seconds: float, contexts: ExitStack
    ) -> None:
        self._path = path
        self._resources = resources
        self._court = court
        self._contexts = contexts  # kept open until the process ends
        self._child = Standby(PARSING)
        self._limits = Limits(seconds=seconds)

    def __call__(self, item: Judge | Add) -> Judged | Added:
        return self._judge(item) if isinstance(item, Judge) else self._add(item)

    def _judge(self, asked: Judge) -> Judged:
        submission = read_submission(
            asked.data,
            name=asked.name,
            format=asked.syntax,
            limits=self._limits,
            child=self._child,
        )
        judgement = self._court.judge((submission,), LISTED)
        question = Question(self._resources, self._path)
        report = self._for_strangers(
            report_of(judgement, question, fail_on="violation", limit=LISTED)
        )
        parts = validation_parts(report, asked.language) if asked.format == PARTS else None
        body = _written(report, asked.format, asked.language) if parts is None else b""
        if not asked.with_mends:
            return Judged(report.passes, body, parts=parts)
        after = mended(submission, judgement)
        return Judged(report.passes, body, after.data, len(after.fixes), parts)

    def _add(self, asked: Add) -> Added:
        kind = format_named(asked.syntax)
        suffix = next(suffix for suffix, found in SUFFIXES.items() if found == kind)
        with Session() as session:
            session.court = self._court
            outcome = submit(
                self._path,
                [Submitted(asked.name, suffix, asked.data)],
                Provenance.now(asked.by, asked.source),
                Options(
                    dry_run=asked.dry_run,
                    resources=self._resources,
                    listed=LISTED,
                    session=session,
                ),
            )
        return _added(outcome, self._for_strangers(outcome.report), asked)

    def _for_strangers(self, report: Report) -> Report:
        """Return a report without where graph and shapes lie on this machine."""
        results = tuple(
            replace(
                item,
                shape_place=replace(item.shape_place, file=self._house_name(item.shape_place.file)),
            )
            if item.shape_place
            else item
            for item in report.verdict.results
        )
        return replace(report, store=None, verdict=replace(report.verdict, results=results))

    def _house_name(self, file: str) -> str:
        """Return a file of shapes by its name within the project."""
        path = Path(file)
        roots = (root for root in self._resources.roots if path.is_relative_to(root))
        return next((path.relative_to(root).as_posix() for root in roots), path.name)


def _added(outcome: Outcome, report: Report, asked: Add) -> Added:
    entry = outcome.batch.entry
    return Added(
        status=outcome.status,
        number=entry.number,
        graph=f"{entry.base}graph/contribution/{entry.id}",
        new=len(outcome.new),
        known=len(outcome.known),
        inferred=len(outcome.inferred),
        report=_written(report, asked.format, asked.language),
    )


def _written(report: Report, name: str, language: Language) -> bytes:
    if name == "html":
        return validation_page(report, language).encode("utf-8", "backslashreplace")
    return write_report(report, name, Style(language))
