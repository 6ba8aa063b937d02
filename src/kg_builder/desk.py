"""One report at the desk: read, reviewed, marked; before any RDF but for the names of its files."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg_builder.errors import InputError, WorkerError
from kg_builder.graph.labels import term_labels
from kg_builder.graph.ontology import load_ontology
from kg_builder.graph.publication import decisions_file, load_records, record_for
from kg_builder.model.document import Document
from kg_builder.model.extraction import Extraction
from kg_builder.model.notice import Notice, capped
from kg_builder.model.source_record import SourceRecord
from kg_builder.model.term import Term
from kg_builder.resources import Resources
from kg_builder.text.account import account
from kg_builder.text.coverage import Coverage, measure_coverage
from kg_builder.text.extraction import Extractor
from kg_builder.text.genre import Genre, load_genre
from kg_builder.text.marking import MarkedText, mark
from kg_builder.text.reading import read
from kg_builder.text.review import complete, decide, format_decisions, read_decisions, read_rows
from kg_builder.text.review.doubt import Doubt, doubts, load_precision
from kg_builder.workers import map_in_children

_WORTH_A_PROCESS = 300_000
"""Bytes of reports that take about as long to read as ten starts of a process."""
_MOST_JOBS = 8
"""Where nobody asks for more: the rest of a build is the work of one process."""


@dataclass(frozen=True, slots=True)
class ReportInput:
    """The bytes of one report, the name to call it by, and the file to name in messages.

    Neither name nor file leaves a trace in what is built.
    """

    name: str
    data: bytes
    file: str | None = None

    @classmethod
    def load(cls, path: Path) -> ReportInput:
        """Read a file. Raises InputError where there is none, or it cannot be read."""
        try:
            return cls(path.stem, path.read_bytes(), str(path))
        except FileNotFoundError:
            raise InputError("没有这个文件", "no such file", file=str(path)) from None
        except IsADirectoryError:
            raise InputError(
                "这是文件夹，请给出报告文件", "a folder, not a report", file=str(path)
            ) from None
        except OSError as error:
            raise InputError(
                f"读不了：{error.strerror}", f"cannot be read: {error.strerror}", file=str(path)
            ) from None


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report read and understood, before any RDF."""

    document: Document
    extraction: Extraction
    notices: tuple[Notice, ...]
    """The warnings of reading and of extraction, in the order of the text."""
    account: Mapping[str, Any]


class Reader:
    """Reads reports of one genre; what is known of it is worked out once."""

    def __init__(self, genre: Genre, encoding: str | None = None) -> None:
        """Raise ConfigurationError for wrong data of the genre."""
        self._genre = genre
        self._encoding = encoding
        self._extractor = Extractor(genre)

    def __call__(self, source: ReportInput) -> ReadReport:
        """Read one report and extract its facts. Raises InputError with the file's name."""
        try:
            document = read(source.data, source.name, self._genre, self._encoding)
        except InputError as error:
            error.file = source.file or source.name
            raise
        return _reading(document, self._extractor.extract(document))


def read_report(source: ReportInput, genre: Genre, encoding: str | None = None) -> ReadReport:
    """Read one report and extract its facts. Raises InputError with the file's name.

    For many reports make one `Reader`.
    """
    return Reader(genre, encoding)(source)


def read_reports(
    sources: Sequence[ReportInput],
    genre: Genre,
    folders: Sequence[Path],
    encoding: str | None = None,
    jobs: int | None = None,
) -> Generator[ReadReport, None, None]:
    """Yield the reports read, in order.

    `jobs` says in how many processes, None that their number and size decide; each process loads
    the genre again, from `folders`. Close the iterator (`contextlib.closing`) where it may be left
    early. Raises InputError and ConfigurationError, and WorkerError, with the file's name, where a
    process did not come back.
    """
    jobs = min(jobs or _sensible_jobs(sources), len(sources))
    if jobs <= 1:
        yield from map(Reader(genre, encoding), sources)
        return
    readings = map_in_children(_reader, tuple(folders), encoding, items=sources, jobs=jobs)
    with closing(readings):
        for source in sources:
            try:
                reading = next(readings)
            except WorkerError as error:
                error.file = source.file or source.name
                raise
            yield reading


def _sensible_jobs(sources: Sequence[ReportInput]) -> int:
    size = sum(len(source.data) for source in sources)
    return max(1, min(_processors(), _MOST_JOBS, size // _WORTH_A_PROCESS))


def _processors() -> int:
    """Return how many processors this process may use, where the system says so."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


def _reader(folders: Sequence[Path], encoding: str | None) -> Reader:
    """Make the reader of a child process."""
    gc.disable()  # as in `kg build`: reading makes no cycles
    return Reader(load_genre(folders), encoding)


def _reading(document: Document, extraction: Extraction) -> ReadReport:
    notices = capped((*document.notices, *extraction.notices))
    coverage = measure_coverage(document, extraction.read)
    return ReadReport(document, extraction, notices, account(document, notices, coverage))


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the decisions on a report are looked for."""

    folders: tuple[Path, ...]
    """Folders such as data/; a later one wins."""
    records: tuple[SourceRecord, ...]
    file: Path | None = None
    """The one file to take instead, if any."""

    @classmethod
    def of(cls, resources: Resources, file: Path | None = None) -> Desk:
        """Return the desk of the installed data and a project's."""
        folders = resources.folders("data")
        return cls(folders, load_records(*folders), file)

    def file_for(self, reading: ReadReport) -> Path | None:
        """Return the file of decisions on a report that was read; None where there is none."""
        if self.file is not None:
            return self.file
        source = reading.document.source
        record = record_for(self.records, source.sha256, source.text_sha256)
        entities = reading.extraction.entities
        report = next(entity.id for entity in entities if entity.id.type == "Report")
        return decisions_file(self.folders, record, report)

    def review(self, reading: ReadReport, genre: Genre) -> ReadReport:
        """Return the report with the decisions on it applied.

        Raises ConfigurationError, with file, line and column, for decisions that are wrong.
        """
        file = self.file_for(reading)
        if file is None:
            return reading
        decisions = read_decisions(file)
        extraction = decide(reading.document, reading.extraction, decisions, genre)
        found = _reading(reading.document, extraction)
        applied = len(extraction.verdicts)
        counts = {"applied": applied, "left_out": len(decisions) - applied}
        return replace(found, account={**found.account, "decisions": counts})


@dataclass(frozen=True, slots=True)
class Review:
    """A report with the decisions on it, and what a reviewer should look at."""

    reading: ReadReport
    doubts: tuple[Doubt, ...]


def review_report(
    source: ReportInput,
    *,
    decisions: Path | None = None,
    encoding: str | None = None,
    project: Path | None = None,
) -> Review:
    """Read a report, apply the decisions on it, and list what is in doubt.

    Raises InputError and ConfigurationError.
    """
    resources = Resources.find(project)
    genre = load_genre(resources.folders("genre"))
    desk = Desk.of(resources, decisions)
    reading = desk.review(read_report(source, genre, encoding), genre)
    coverage = measure_coverage(reading.document, reading.extraction.read)
    precision = load_precision(resources.files("genre", "precision.toml"))
    found = doubts(reading.document, reading.extraction, coverage.unread, precision)
    return Review(reading, tuple(found))


def complete_decisions(
    draft: Path,
    source: ReportInput,
    known: Path | None,
    filled: Mapping[str, str],
    *,
    encoding: str | None = None,
    project: Path | None = None,
) -> str:
    """Return the table of decisions in `known`, with those of a draft completed and joined.

    Raises InputError for the report, ConfigurationError with file, line and column for the tables.
    """
    genre = load_genre(Resources.find(project).folders("genre"))
    reading = read_report(source, genre, encoding)
    rows = read_rows(known) if known is not None else []
    found = complete(read_rows(draft), rows, reading.document, reading.extraction, filled)
    return format_decisions(found)


@dataclass(frozen=True, slots=True)
class MarkedReport:
    """A report read, its text with the passages marked, and the ontology's words for the facts."""

    reading: ReadReport
    coverage: Coverage
    text: MarkedText
    terms: Mapping[str, Term]


def mark_report(
    source: ReportInput, *, encoding: str | None = None, project: Path | None = None
) -> MarkedReport:
    """Read a report and mark what was read in it. Raises InputError and ConfigurationError."""
    resources = Resources.find(project)
    genre = load_genre(resources.folders("genre"))
    reading = Desk.of(resources).review(read_report(source, genre, encoding), genre)
    coverage = measure_coverage(reading.document, reading.extraction.read)
    text = mark(reading.document, reading.extraction, coverage)
    terms = term_labels(load_ontology(resources.ontology))
    return MarkedReport(reading, coverage, text, terms)
