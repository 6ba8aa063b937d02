"""Taking triples in, and back: parse → validate → infer → commit, the same for every caller.

Whatever is committed is judged under the lock of the folder, against the generation that the commit
then follows; so nobody's triples come between the judging and the switch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pyoxigraph import DefaultGraph, NamedNode, Triple

from kg_builder.asking.names import keep_names
from kg_builder.asking.terms import name_of
from kg_builder.errors import InputError, StoreError
from kg_builder.graph.contributions import (
    Batch,
    History,
    Provenance,
    Submitted,
    history_of,
    listed_in,
    make_batch,
    remove_entry,
    remove_leftovers,
    write_batch,
)
from kg_builder.graph.disk import output_errors
from kg_builder.graph.extension import extend
from kg_builder.graph.generations import Output
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.output import result_key
from kg_builder.graph.recomputation import recompute
from kg_builder.graph.serialization import message_in
from kg_builder.graph.shacl.report import read_term
from kg_builder.graph.submission.formats import format_of
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.submission.reading import PARSING, read_submission
from kg_builder.graph.transaction import Change, Committed, commit
from kg_builder.judging.judge import Court, Question, report_of
from kg_builder.judging.reports.report import FailOn, Report
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import FilePlace, PlacedResult, Verdict
from kg_builder.resources import Resources
from kg_builder.workers import Standby

Status: TypeAlias = Literal["done", "would", "refused", "unchanged"]
"""Committed, what a dry run would commit, refused by the verdict, or nothing to do."""

WAIT: Final = 10.0
"""Seconds to wait for another writer unless told otherwise."""


class Session:
    """What a process keeps between transactions: a child that stands by, and no graph.

    Besides, what was worked out of ontology and shapes. A context manager.
    """

    def __init__(self) -> None:
        self.child = Standby(PARSING)
        self.court: Court | None = None

    def prepare(self) -> None:
        """Start the next child, at a moment when nobody waits."""
        self.child.prepare()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.close()


@dataclass(frozen=True, slots=True)
class Options:
    """How a transaction is made; see `kg add`."""

    wait: float = WAIT
    dry_run: bool = False
    fail_on: FailOn = "violation"
    with_text: bool | None = None
    resources: Resources | None = None
    listed: int | None = None
    """How many results get words and mends; the others are counted."""
    session: Session | None = None
    """For a process that makes several."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a transaction."""

    status: Status
    report: Report
    """The verdict, as `kg validate` tells it."""
    batch: Batch
    """The entry of the history that was made, or would have been."""
    new: tuple[Triple, ...] = ()
    """Asserted now, and by nobody before."""
    known: tuple[Triple, ...] = ()
    """Asserted before too."""
    inferred: tuple[Triple, ...] = ()
    """Follows now, and did not before."""
    promoted: tuple[Triple, ...] = ()
    """Asserted now, and followed before."""
    gone: tuple[Triple, ...] = ()
    """In the graph before, and not now."""
    committed: Committed | None = None


def submit(
    store: Path, files: Sequence[Submitted], provenance: Provenance, options: Options | None = None
) -> Outcome:
    """Take files of triples into the graph of a built folder as one batch, or refuse them whole.

    Raises InputError without a source and for a file that cannot be read as RDF, StoreError for a
    store that is not ready for it, BusyError where another writer stays, OutputError where it
    cannot be written.
    """
    options = options or Options()
    if not provenance.source:
        raise InputError(
            "要写明出处（--source）：文件、网址或人",
            "a contribution needs its source (--source): a document, a URL or a person",
        )
    with (
        _session(options) as session,
        _standing(store, options) as (output, graph, history),
        Court(graph, _resources(options), session.court) as court,
    ):
        session.court = court
        submissions = _submissions(files, session.child)
        triples = tuple(dict.fromkeys(t for found in submissions for t in found.triples))
        batch = make_batch(
            history.next_number, "add", provenance, history.base, triples, files=files
        )
        after = history.with_batch(batch)
        judgement = court.judge(submissions, options.listed)
        if judgement.effect is None:
            raise ValueError("judged out of context")
        question = Question(_resources(options), store)
        # what lint finds may not stand in a graph at all: no violation is ever let in
        least: FailOn = "violation" if options.fail_on == "none" else options.fail_on
        report = report_of(judgement, question, fail_on=least, limit=options.listed)
        if report.passes and _held(history).issuperset(triples):
            return Outcome("unchanged", report, batch, known=triples)
        change = (
            extend(graph, history, after, judgement.effect)
            if court.results_known
            else recompute(graph, history, after, _resources(options)).change
        )
        work = _Work(graph, history, after, options, change, report)
        return work.finish(output, files, triples)


def undo(
    store: Path, number: int, provenance: Provenance, options: Options | None = None
) -> Outcome:
    """Take an entry of the history back; refused where what is left would not conform.

    Raises InputError where there is no such entry, or it is undone already; else as `submit`.
    """
    options = options or Options()
    with _standing(store, options) as (output, graph, history):
        _check_undo(history, number, store)
        batch = make_batch(history.next_number, "undo", provenance, history.base, of=number)
        after = history.with_batch(batch)
        # undoing an undo or a retraction asserts anew what that had taken
        back = sorted(_held(after) - _held(history), key=str)
        return _worked_out(graph, history, after, options).finish(output, (), back)


def retract(
    store: Path, files: Sequence[Submitted], provenance: Provenance, options: Options | None = None
) -> Outcome:
    """Take triples out of the contributions; refused where what is left would not conform.

    Raises InputError for a triple that no contribution holds; else as `submit`.
    """
    options = options or Options()
    with _session(options) as session:
        submissions = _submissions(files, session.child)
    triples = tuple(dict.fromkeys(t for found in submissions for t in found.triples))
    with _standing(store, options) as (output, graph, history):
        _check_retraction(graph, history, triples, submissions)
        batch = make_batch(history.next_number, "retract", provenance, history.base, triples, files)
        work = _worked_out(graph, history, history.with_batch(batch), options)
        return work.finish(output, files, ())


@dataclass(frozen=True, slots=True)
class _Work:
    """One change to one graph: what is found of it, and doing it."""

    graph: OpenGraph
    before: History
    after: History
    options: Options
    change: Change
    report: Report

    def finish(
        self, output: Output, files: Sequence[Submitted], triples: Sequence[Triple]
    ) -> Outcome:
        """Commit, unless the verdict or a dry run is against it; `triples` are those added."""
        change = self.change
        batch = self.after.batches[-1]
        inferred = mint_graph(self.after.base, "inferred")
        gone_inferred = set(change.go.get(inferred, ()))
        outcome = Outcome(
            status=self._status(),
            report=self.report,
            batch=batch,
            new=tuple(triple for triple in triples if not self._was_asserted(triple)),
            known=tuple(triple for triple in triples if self._was_asserted(triple)),
            inferred=tuple(change.come.get(inferred, ())),
            promoted=tuple(triple for triple in triples if triple in gone_inferred),
            gone=tuple(change.go.get(DefaultGraph(), ())),
        )
        if outcome.status != "done":
            return outcome
        return replace(outcome, committed=self._commit(output, batch, files, change))

    def _status(self) -> Status:
        if not self.report.passes:
            return "refused"
        return "would" if self.options.dry_run else "done"

    def _was_asserted(self, triple: Triple) -> bool:
        special = {self.graph.graph_name(name) for name in ("inferred", "evidence", "ontology")}
        s, p, o = triple
        names = {quad.graph_name for quad in self.graph.store.quads_for_pattern(s, p, o, None)}
        return bool(names - special - {DefaultGraph()})

    def _commit(
        self, output: Output, batch: Batch, files: Sequence[Submitted], change: Change
    ) -> Committed:
        out, number = output.path, batch.entry.number

        def add(folder: Path, former: Path) -> None:
            default = DefaultGraph()
            come, gone = change.come.get(default, ()), change.go.get(default, ())
            keep_names(folder, former, come, gone, _resources(self.options))

        with output_errors(out):
            remove_leftovers(out, self.before.listed())
            write_batch(out, batch, files)
            try:
                return commit(output, self.graph, change, add, with_text=self.options.with_text)
            except BaseException:
                if not _is_listed(out, number):
                    remove_entry(out, number)
                raise


def _worked_out(graph: OpenGraph, before: History, after: History, options: Options) -> _Work:
    """Return what taking something back does, worked out whole."""
    found = recompute(graph, before, after, _resources(options))
    known = {result_key(item) for item in graph.summary["validation"]["results"]}
    caused = (item for item in found.report.results if result_key(item) not in known)
    store = str(graph.path)
    report = Report(_verdict(caused, graph), (), store=store, fail_on=options.fail_on)
    return _Work(graph, before, after, options, found.change, report)


@contextmanager
def _session(options: Options) -> Iterator[Session]:
    """Give the session that there is, or one for this time."""
    if options.session is not None:
        yield options.session
        return
    with Session() as session:
        yield session


def _resources(options: Options) -> Resources:
    return options.resources or Resources.find()


@contextmanager
def _standing(store: Path, options: Options) -> Iterator[tuple[Output, OpenGraph, History]]:
    """Give the graph as it stands and its history, and the lock; a dry run takes none."""
    if not (store / "current").is_symlink():
        raise StoreError(
            f"不是 kg build 建的文件夹，没有可以加进去的图；请先运行 kg build -o {store}",
            f"not a folder made by kg build, there is no graph to add to; run kg build -o {store}",
            file=str(store),
        )
    output = Output(store, wait=options.wait)
    if options.dry_run:
        with open_graph(store) as graph:
            yield output, graph, history_of(store, graph.summary)
        return
    with output.locked(), open_graph(store) as graph:
        yield output, graph, history_of(store, graph.summary)


def _is_listed(out: Path, number: int) -> bool:
    """Whether the generation that is current lists an entry: then the switch has happened."""
    try:
        summary = json.loads((out / "current" / "build.json").read_bytes())
    except (OSError, ValueError):
        return True  # who knows: a folder too many is harmless, one too few is a loss
    return number in listed_in(summary)


def _held(history: History) -> set[Triple]:
    """Return the triples that the contributions hold as they stand."""
    return {triple for found in history.graphs().values() for triple in found}


def _check_undo(history: History, number: int, store: Path) -> None:
    states = {item.entry.number: item.state for item in history.standings()}
    if number not in states:
        last = history.next_number - 1
        raise InputError(
            f"没有第 {number} 批贡献；" + (f"最后一批是 {last}" if last else "还没有任何贡献"),
            f"there is no contribution {number}; "
            + (f"the last is {last}" if last else "there is none yet"),
            file=str(store),
        )
    if states[number] == "undone":
        raise InputError(
            f"第 {number} 批贡献已经撤销过了；kg history 列出全部",
            f"contribution {number} is undone already; kg history lists them",
            file=str(store),
        )


def _check_retraction(
    graph: OpenGraph,
    history: History,
    triples: Sequence[Triple],
    submissions: Sequence[Submission],
) -> None:
    for submission in submissions:
        for name in submission.named:
            raise InputError(
                f"命名图 {name} 里的三元组不会撤回：请把它们写在默认图里",
                f"triples of the named graph {name} are not retracted: write them in the default"
                " graph",
                file=submission.name,
            )
    held = _held(history)
    for triple in triples:
        if triple in held:
            continue
        s, p, o = triple
        found = next(graph.store.quads_for_pattern(s, p, o, DefaultGraph()), None)
        reason = (
            Bilingual(
                "不是贡献的；报告所说的用决定（kg review）更正",
                "was not contributed; what a report says is mended by decisions (kg review)",
            )
            if found is not None
            else Bilingual(
                "不在图里，或已撤销、撤出（见 kg history）",
                "is not in the graph, or was taken back (see kg history)",
            )
        )
        short = graph.prefixed_names
        named = " ".join(short[str(t)] if isinstance(t, NamedNode) else str(t) for t in triple)
        place = next(filter(None, (_place(triple, found) for found in submissions)), None)
        raise InputError(
            f"{named} {reason.zh}",
            f"{named} {reason.en}",
            file=place.file if place else None,
            line=place.line if place else None,
            column=place.column if place else None,
        )


def _place(triple: Triple, submission: Submission) -> FilePlace | None:
    spans = submission.spans(triple)
    return submission.place(spans.subject) if spans else None


def _verdict(results: Iterable[ValidationResult], graph: OpenGraph) -> Verdict:
    """Return the verdict on a graph that something is taken from: no file has a place in it.

    Messages do not say of what they speak, so that the node stands before them.
    """
    placed = []
    for result in results:
        node, message = _called(graph, result.focus_node), result.messages
        words = Bilingual(
            f"{node.zh}：{message_in(message, 'zh')}", f"{node.en}: {message_in(message, 'en')}"
        )
        placed.append(PlacedResult(result, words, words))
    return Verdict(tuple(placed), 0, 0)


def _called(graph: OpenGraph, node: str) -> Bilingual:
    """Return what a node is called in a graph, with its short name where that is another."""
    term = read_term(node)
    zh, en = name_of(graph, term, "zh"), name_of(graph, term, "en")
    short = graph.prefixed_names[node] if isinstance(term, NamedNode) else en
    return Bilingual(
        zh if zh == short else f"{zh}（{short}）", en if en == short else f"{en} ({short})"
    )


def _submissions(files: Sequence[Submitted], child: Standby) -> tuple[Submission, ...]:
    """Read files as they were handed in, one after the other in a child process.

    Raises InputError for one that is no RDF, or where no triple is in any.
    """
    found = tuple(_submission(file, child) for file in files)
    if not any(item.triples or item.named for item in found):
        raise InputError(
            "里面没有三元组", "holds no triples", file=files[0].name if len(files) == 1 else None
        )
    return found


def _submission(file: Submitted, child: Standby) -> Submission:
    """Read a file as it was handed in; without a suffix (standard input) it is Turtle."""
    kind = format_of(Path(f"new{file.suffix or '.ttl'}"))
    return read_submission(file.content, name=file.name, format=kind, child=child)
