"""The order of the stages, and the only place where text and graph meet.

    read → extract → review → assemble → infer → validate → write

A report travels the house once. Everything between two stages is a frozen record of `model/` or a
tuple of triples, so each stage can be run, tested and looked at alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from pyoxigraph import NamedNode, Triple

from kg_builder.desk import Desk, read_reports
from kg_builder.desk import ReadReport as ReadReport
from kg_builder.desk import ReportInput as ReportInput
from kg_builder.desk import read_report as read_report
from kg_builder.errors import ConfigurationError, InputError
from kg_builder.graph.assembly import Assembled, assemble
from kg_builder.graph.conformance import ShaclEngine, check
from kg_builder.graph.contributions import History, load_history, remove_leftovers
from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.generations import Output
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer, infer_with_owlrl
from kg_builder.graph.iris import is_iri
from kg_builder.graph.names import named_things, of_triples
from kg_builder.graph.ontology import Ontology, load_ontology
from kg_builder.graph.output import Written, write_build, write_rejected
from kg_builder.graph.publication import (
    load_published,
    load_records,
    record_for,
    write_published,
)
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice
from kg_builder.model.source_record import SourceRecord
from kg_builder.model.validation import ValidationReport
from kg_builder.resources import Resources
from kg_builder.text.account import notice_data
from kg_builder.text.genre import Genre, load_genre
from kg_builder.text.search.lexicon import load_spoken_names
from kg_builder.text.search.storage import NAMES_FILE, write_names

Reasoner = Literal["rules", "owlrl"]
Progress = Callable[[Bilingual, int, int], None]
"""Called with a stage's name, the steps done in it and the steps in all."""

_BASE = re.compile(r"https?://[^/?#][^?#]*/")
"""Passages end in `#position`, so that the base itself has no fragment."""
_REPLACES_PUBLISHED = Bilingual(
    "这份报告另有已发布的事实，出自别的文本；这里用刚读的",
    "facts of this report are published from another text; those read now take their place",
)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What a build may be told. `out` is made if it is not there."""

    out: Path = Path("build")
    base: str = DEFAULT_BASE
    encoding: str | None = None
    with_data: bool = False
    project: Path | None = None
    reasoner: Reasoner = "rules"
    shacl: ShaclEngine = "own"
    keep_source: bool = True
    decisions: Path | None = None
    """What reviewers decided on the one report that is read; None for what data/ holds."""
    use_decisions: bool = True
    discard_contributions: bool = False
    """Drop the batches that `kg add` took into OUT, instead of replaying them."""
    jobs: int | None = None
    """In how many processes to read reports; None lets their number and size decide."""

    def __post_init__(self) -> None:
        if not _BASE.fullmatch(self.base) or not is_iri(self.base):
            raise InputError(
                f"--base 应是以 / 结尾的 http(s) IRI，不带 ? 和 #，不是“{self.base}”",
                f"--base is an http(s) IRI that ends in /, without ? or #, not {self.base!r}",
            )
        if self.jobs is not None and self.jobs < 1:
            raise InputError(
                f"--jobs 至少为 1，不是 {self.jobs}", f"--jobs is at least 1, not {self.jobs}"
            )


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build left. `conforms` says whether OUT was written, or OUT.rejected."""

    written: Written
    conforms: bool
    graph: KnowledgeGraph
    report: ValidationReport
    summary: Mapping[str, Any]
    files: Mapping[str, str]
    """The file that each report of the summary was read from, by the report's name there."""
    conflict: int | None = None
    """The number of the contribution from which on it does not conform; without it, it does."""
    adrift: tuple[tuple[int, str], ...] = ()
    """Numbers of contributions, and IRIs that they speak of and nothing describes (any more)."""


def assemble_report(
    reading: ReadReport, record: SourceRecord | None, ontology: Ontology, base: str
) -> Assembled:
    """Return the triples of a report that was read; `record` is None where nobody wrote one."""
    source = reading.document.source
    record = record or SourceRecord(None, source.sha256, source.text_sha256)
    return assemble(reading.document, reading.extraction, record, ontology, base)


def build(
    reports: Sequence[ReportInput],
    options: BuildOptions | None = None,
    progress: Progress | None = None,
) -> BuildResult:
    """Build a graph from reports, or from the published facts where there are none.

    Writes OUT where the data conforms, else OUT.rejected with the validation report, and leaves
    OUT as it was. Raises KgError where it could not run; nothing is written then.
    """
    options = options or BuildOptions()
    if options.decisions is not None and len(reports) != 1:
        raise InputError(
            "--decisions 只用于一份报告，请给出这份报告",
            "--decisions are on one report: give that report",
            file=str(options.decisions),
        )
    work = _Build(options, progress)
    parts = work.parts(reports)
    output = Output(options.out)
    with output.locked():  # nobody adds to the contributions between their reading and the switch
        history = work.history()
        graph, validation = work.graph(parts, history)
        result = work.write(output, parts, graph, validation, history)
        if result.conforms:
            remove_leftovers(options.out, history.listed())
            return replace(result, adrift=_adrift(graph, history))
        return replace(result, conflict=work.conflict(parts, history))


def _adrift(graph: KnowledgeGraph, history: History) -> tuple[tuple[int, str], ...]:
    """Return what contributions say of things that the reports give no more."""
    if not history.batches:
        return ()
    triples = chain(chain.from_iterable(graph.asserted.values()), graph.inferred)
    described = {triple.subject for triple in triples if triple.predicate == RDF_TYPE}
    return tuple((number, node.value) for number, node in history.adrift(described))


@dataclass(frozen=True, slots=True)
class _Part:
    """One source of the graph: a report read now, or published facts."""

    graph: NamedNode
    asserted: tuple[Triple, ...]
    evidence: tuple[Triple, ...]
    account: Mapping[str, Any]
    text: str | None = None
    file: str | None = None
    """What the user calls the file that was read; None for published facts."""

    @property
    def key(self) -> tuple[str, str]:
        """What parts are sorted by: the order of the files on the command line says nothing."""
        return self.graph.value, self.account["sha256"]


class _Build:
    """One run: its options, its resources, and the clock."""

    def __init__(
        self, options: BuildOptions, progress: Progress | None, *, records: Path | None = None
    ) -> None:
        """Load what every run needs; the source records in `records` go before those of data/."""
        self.options = options
        self.timings: dict[str, float] = {}
        self._progress = progress or (lambda _stage, _done, _total: None)
        self.resources = Resources.find(options.project)
        with self._stage("ontology", Bilingual("读取本体", "Loading the ontology")):
            self.ontology = load_ontology(self.resources.ontology)
            own = () if records is None else (records,)
            folders = (*self.resources.folders("data"), *own)
            self.records = load_records(*folders)
            self._desk = Desk(folders, self.records, options.decisions)

    @contextmanager
    def _stage(self, name: str, label: Bilingual) -> Iterator[None]:
        self._progress(label, 0, 1)
        start = time.perf_counter()
        yield
        self.timings[name] = round(time.perf_counter() - start, 6)
        self._progress(label, 1, 1)

    def parts(self, reports: Sequence[ReportInput]) -> tuple[_Part, ...]:
        """Read the reports, and the published facts where they are wanted; sorted by graph."""
        parts = self._read(reports) if reports else []
        if not reports or self.options.with_data:
            with self._stage("published", Bilingual("读取已发布的事实", "Loading published facts")):
                parts = _joined(parts, self._published())
        return tuple(sorted(parts, key=lambda part: part.key))

    def _published(self) -> Iterator[_Part]:
        for item in load_published(self.resources, self.options.base):
            yield _Part(item.graph, item.asserted, item.evidence, item.reading)

    def _read(self, reports: Sequence[ReportInput]) -> list[_Part]:
        folders = self.resources.folders("genre")
        with self._stage("genre", Bilingual("读取体裁知识", "Loading the genre")):
            genre = load_genre(folders)
        parts: dict[NamedNode, _Part] = {}
        label = Bilingual("阅读报告", "Reading reports")
        start = time.perf_counter()
        options = self.options
        reading = read_reports(reports, genre, folders, options.encoding, options.jobs)
        with closing(reading) as readings:
            for number, source in enumerate(reports):
                self._progress(label, number, len(reports))
                part = self._part(source, next(readings), genre)
                other = parts.get(part.graph, part)
                if other.account["text_sha256"] != part.account["text_sha256"]:
                    raise InputError(
                        f"与 {other.file} 是同一份报告的不同文本，请只给一份",
                        f"another text of the same report as {other.file}: give one of them",
                        file=part.file,
                    )
                parts[part.graph] = min(other, part, key=lambda found: found.key)
        self._progress(label, len(reports), len(reports))
        self.timings["read"] = round(time.perf_counter() - start, 6)
        return list(parts.values())

    def _part(self, source: ReportInput, reading: ReadReport, genre: Genre) -> _Part:
        if self.options.use_decisions:
            reading = self._desk.review(reading, genre)
        copy = reading.document.source
        record = record_for(self.records, copy.sha256, copy.text_sha256)
        assembled = assemble_report(reading, record, self.ontology, self.options.base)
        graph = assembled.graph.value.removeprefix(self.options.base)
        known = record.name if record else None
        return _Part(
            assembled.graph,
            assembled.asserted,
            assembled.evidence,
            {"name": known or graph.rpartition("/")[2], "graph": graph, **reading.account},
            copy.text if self.options.keep_source else None,
            source.file or source.name,
        )

    def history(self) -> History:
        """Return the contributions to replay; the lock of OUT is held."""
        if self.options.discard_contributions:
            return History(self.options.base)
        return load_history(self.options.out, self.options.base)

    def conflict(self, parts: Sequence[_Part], history: History) -> int | None:
        """Return the contribution from which on the graph does not conform.

        None where it does not without any either. Replayed are half of those that may be it, again
        and again.
        """
        good, bad = -1, len(history.batches)
        while bad - good > 1:
            middle = (good + bad) // 2
            _, report = self.graph(parts, history.until(middle))
            good, bad = (good, middle) if report.violations() else (middle, bad)
        return history.batches[bad - 1].entry.number if bad else None

    def graph(
        self, parts: Sequence[_Part], history: History
    ) -> tuple[KnowledgeGraph, ValidationReport]:
        """Infer and validate: the asserted graph first, then the whole."""
        asserted = {part.graph: part.asserted for part in parts} | dict(history.graphs())
        triples = list(dict.fromkeys(chain.from_iterable(asserted.values())))
        with self._stage("infer", Bilingual("推理", "Inferring")):
            inferred = self._infer(triples)
        graph = KnowledgeGraph(
            base=self.options.base,
            asserted=asserted,
            inferred=inferred,
            evidence=(
                *(triple for part in parts for triple in part.evidence),
                *history.evidence(),
            ),
            ontology=self.ontology.triples,
        )
        with self._stage("validate", Bilingual("验证", "Validating")):
            report = check(
                self.resources.files("shapes", "*.ttl"),
                (*self.ontology.triples, *triples),
                inferred,
                self.ontology,
                self.options.shacl,
            )
        return graph, report

    def _infer(self, asserted: Sequence[Triple]) -> tuple[Triple, ...]:
        if self.options.reasoner == "owlrl":
            return infer_with_owlrl(asserted, self.ontology.triples)
        return infer(TripleIndex(asserted), compile_ontology(self.ontology.triples))

    def _add(self, graph: KnowledgeGraph) -> Callable[[Path], None]:
        """Return what writes the index of names into the folder of a generation."""

        def add(folder: Path) -> None:
            triples = chain(graph.ontology, graph.asserted_triples(), graph.inferred)
            things = named_things(of_triples(triples))
            write_names(folder / NAMES_FILE, things, load_spoken_names(self.resources))

        return add

    def write(
        self,
        output: Output,
        parts: Sequence[_Part],
        graph: KnowledgeGraph,
        report: ValidationReport,
        history: History,
    ) -> BuildResult:
        """Write OUT, or OUT.rejected where the data does not conform."""
        conforms = not report.violations()
        accounts = [part.account for part in parts]
        texts = {
            part.graph.value.rpartition("/")[2]: part.text
            for part in parts
            if part.text is not None
        }
        with self._stage("write", Bilingual("写出", "Writing")):
            if conforms:
                written = write_build(
                    output,
                    graph,
                    report,
                    accounts,
                    texts,
                    self.timings,
                    self._add(graph),
                    history,
                )
            else:
                written = write_rejected(
                    self.options.out, graph, report, accounts, self.timings, history
                )
        files = {part.account["name"]: part.file for part in parts if part.file is not None}
        return BuildResult(written, conforms, graph, report, written.summary, files)


def _joined(read: Sequence[_Part], published: Iterable[_Part]) -> list[_Part]:
    """Return the reports read and the published ones; a report read now replaces its facts."""
    parts = {part.graph: part for part in read}
    for other in published:
        part = parts.setdefault(other.graph, other)
        if part.account["text_sha256"] != other.account["text_sha256"]:
            notice = Notice("replaces-published", _REPLACES_PUBLISHED)
            warnings = [notice_data(notice), *part.account["warnings"]]
            parts[part.graph] = replace(part, account={**part.account, "warnings": warnings})
    return list(parts.values())


def publish(
    source: ReportInput, out: Path, *, encoding: str | None = None, project: Path | None = None
) -> tuple[Path, ...]:
    """Write the facts of a report as data/ holds them; return the files written.

    The report's source record must be in `out` or in the installed data/: it gives the name.
    Raises ConfigurationError where there is none, or where the facts do not conform.
    """
    options = BuildOptions(encoding=encoding, project=project, keep_source=False)
    work = _Build(options, None, records=out)
    parts = work.parts([source])
    _graph, report = work.graph(parts, History(options.base))
    violations = len(report.violations())
    if violations:
        raise ConfigurationError(
            f"不符合形状（{violations} 处），没有发布；先用 kg build 看详情",
            f"does not conform ({violations} violations), not published; see kg build",
            file=source.file or source.name,
        )
    (part,) = parts
    sha256 = part.account["sha256"]
    record = record_for(work.records, sha256, part.account["text_sha256"])
    if record is None or record.name is None:
        raise ConfigurationError(
            f"没有校验和为 {sha256} 的来源记录：请先写 NAME.source.toml",
            f"no source record with the checksum {sha256}: write NAME.source.toml first",
            file=source.file or source.name,
        )
    return write_published(out, record.name, part.asserted, part.evidence, part.account)
