"""Judging: what is wrong with submissions, in the context of a graph or alone.

In context the graph's ontology, inference and shapes apply, as `kg build` applies them; with other
people's shapes SHACL alone does, as pySHACL applies it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pyoxigraph import BlankNode, DefaultGraph, Triple

from kg_builder.errors import InputError
from kg_builder.graph.context import Context, Effect, open_context
from kg_builder.graph.context.standing import OldResults
from kg_builder.graph.mixing import Inference
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.shacl import compile_shapes
from kg_builder.graph.shacl.report import read_term, sort_key
from kg_builder.graph.submission.model import Submission
from kg_builder.judging.fixes import apply_fixes, compatible
from kg_builder.judging.house_shapes import HouseShapes
from kg_builder.judging.lint import LintContext, already_there, is_schema, lint, told_once
from kg_builder.judging.raw import Raw
from kg_builder.judging.reports.report import FailOn, JudgedFile, Report
from kg_builder.judging.standalone import (
    ShapeFiles,
    about_shapes,
    check_shapes,
    data_of,
    more_than,
    remarks,
)
from kg_builder.judging.words import Material, Rules, place_results
from kg_builder.judging.words.placing import Finding
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import Fix, PlacedResult, Verdict
from kg_builder.resources import Resources


@dataclass(frozen=True, slots=True)
class Question:
    """What submissions are judged by.

    Without `shapes` the house's are used, in the context of `store`; with shapes and a store those
    shapes in its context; with shapes alone nothing else counts but `ontology` and `inference`.
    """

    resources: Resources
    store: Path | None = None
    shapes: tuple[Submission, ...] = ()
    ontology: tuple[Submission, ...] = ()
    inference: Inference = "none"
    merge_graphs: bool = False
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and what it was come to by."""

    submissions: tuple[Submission, ...]
    verdict: Verdict
    effect: Effect | None = None
    """What the triples do to the graph; None where they were judged alone."""
    triples: tuple[Triple, ...] = ()
    """The triples that were judged: those of the submissions that may stand in a graph."""
    shapes_graph: tuple[Triple, ...] = ()
    """Other people's shapes, where they were judged by."""


class Judge(Protocol):
    """Gives the verdict on submissions that are brought together."""

    def __call__(self, submissions: Sequence[Submission], listed: int | None = None) -> Judgement:
        """Judge; of the results so many are `listed`, with words and mends."""
        ...


@contextmanager
def judging(question: Question) -> Iterator[Judge]:
    """Give what judges submissions that are brought together, over and over, as asked.

    Raises what opening the store raises. What it gives raises InputError, ConfigurationError and
    ValidationFailure where something cannot be checked.
    """
    if question.store is None:
        yield lambda submissions, listed=None: judge_alone(submissions, question, listed)
        return
    with open_graph(question.store) as graph, Court(graph, question.resources) as court:
        if question.shapes:
            yield lambda submissions, listed=None: court.judge_by(submissions, question, listed)
        else:
            yield court.judge


class Court:
    """A graph opened to judge submissions against, over and over; a context manager."""

    def __init__(self, graph: OpenGraph, resources: Resources, former: Court | None = None) -> None:
        """Read what judging needs; `graph` must stay open.

        `former`, which may be closed, judged by another generation: what it worked out of ontology
        and shapes is not worked out again where they are the same.
        """
        self._graph = graph
        ground = former._context.ground if former else None
        self._context: Context = open_context(graph, resources, ground)
        ontology = self._context.ontology
        if former and ground is self._context.ground:
            self._rules: Rules = former._rules
            self._house: HouseShapes = former._house
            self._lint: LintContext = former._lint.beside(graph)
        else:
            self._rules = Rules(self._context.shapes, ontology.triples)
            self._house = HouseShapes(resources.files("shapes", "*.ttl"))
            ground = self._context.ground
            self._lint = LintContext(
                ontology,
                graph,
                resources=resources,
                rules=ground.rules,
                targeted=ground.shapes.target_predicates(),
            )

    def __enter__(self) -> Court:
        return self

    def __exit__(self, *_: object) -> None:
        self._lint.close()

    @property
    def results_known(self) -> bool:
        """Whether the results that the graph came with are by the shapes of the house."""
        return self._context.results_known

    def judge(self, submissions: Sequence[Submission], listed: int | None = None) -> Judgement:
        """Return the verdict by the shapes of the house on submissions that come together.

        Of the results so many are `listed`, with words and mends; the others are counted.
        """
        _refuse_nothing(submissions)
        linted = tuple(self._linted(submissions))
        triples = self._fit(submissions)
        effect = self._context.effect_of(triples)
        results: tuple[PlacedResult, ...] = ()
        if linted or effect.caused or effect.standing:
            material = Material(
                submissions=tuple(submissions),
                shapes=self._context.shapes,
                graph=self._graph,
                ontology=self._context.ontology.triples,
                inferred=effect.inferred,
                shape_place=self._house.place,
                kept=self._rules,
            )
            findings: tuple[Finding, ...] = (*linted, *effect.caused, *effect.standing)
            results = _placed(findings, material, effect.standing, listed)
        known = already_there(len(triples), len(effect.new))
        verdict = Verdict(
            results=results,
            triples=_count(submissions),
            focus_nodes=effect.focus_nodes,
            standing_elsewhere=effect.elsewhere,
            notes=effect.notes if known is None else (*effect.notes, known),
        )
        return Judgement(tuple(submissions), verdict, effect, triples)

    def judge_by(
        self, submissions: Sequence[Submission], question: Question, listed: int | None = None
    ) -> Judgement:
        """Return the verdict by other people's shapes on submissions together with the graph.

        The whole graph is checked twice, as it stands and with the submissions.
        """
        _refuse_nothing(submissions)
        shapes = ShapeFiles(question.shapes)
        linted = tuple(self._linted(submissions))
        triples = self._fit(submissions)
        effect = self._context.effect_of(triples)
        default = self._graph.store.quads_for_pattern(*_DEFAULT)
        # what follows from RDF that kg build did not make stands in no graph of it
        stands = [*dict.fromkeys((*(q.triple for q in default), *self._context.inferred()))]
        joined = [*stands, *effect.new, *effect.inferred]
        after = check_shapes(joined, shapes, timeout=question.timeout)
        before = check_shapes(stands, shapes, timeout=question.timeout, must_check=False)
        caused = tuple(more_than(after.report.results, before.report.results))
        old = OldResults(before.report.results)
        still = old.among(after.report.results)
        resolved = old.among(before.report.results) - still
        standing = old.touched(triples) & still
        material = Material(
            submissions=tuple(submissions),
            shapes=compile_shapes(shapes.triples),
            graph=self._graph,
            ontology=self._context.ontology.triples,
            inferred=effect.inferred,
            shape_place=shapes.place,
        )
        strange, notes = about_shapes(after, shapes)
        findings: tuple[Finding, ...] = (*linted, *caused, *sorted(standing, key=sort_key))
        whole = Bilingual(
            f"用别人的形状要检查整个图：{len(joined)} 条三元组",
            f"other shapes need the whole graph: {len(joined)} triples were checked",
        )
        verdict = Verdict(
            results=(*_placed(findings, material, standing, listed), *strange),
            triples=_count(submissions),
            focus_nodes=after.focus_nodes,
            standing_elsewhere=old.besides(standing | resolved),
            notes=(*effect.notes, whole, *notes),
        )
        return Judgement(tuple(submissions), verdict, effect, triples, shapes.triples)

    def _linted(self, submissions: Sequence[Submission]) -> Iterator[Raw]:
        """Yield what lint finds; a node that another of the files describes exists."""
        for submission in submissions:
            yield from lint(submission, self._lint, submissions)

    def _fit(self, submissions: Sequence[Submission]) -> tuple[Triple, ...]:
        """Return the triples that may stand in a graph; lint reports the others."""
        ontology = self._context.ontology
        every = dict.fromkeys(triple for found in submissions for triple in found.triples)
        return tuple(
            triple
            for triple in every
            if not is_schema(triple, ontology)
            and not isinstance(triple.subject, BlankNode)
            and not isinstance(triple.object, BlankNode)
        )


def judge_alone(
    submissions: Sequence[Submission], question: Question, listed: int | None = None
) -> Judgement:
    """Return the verdict by other people's shapes, nothing else at hand."""
    _refuse_nothing(submissions)
    shapes = ShapeFiles(question.shapes)
    submissions = data_of(submissions, merge=question.merge_graphs)
    ontology = tuple(triple for file in question.ontology for triple in file.triples)
    data = tuple(dict.fromkeys(triple for found in submissions for triple in found.triples))
    found = check_shapes(
        data, shapes, ontology, inference=question.inference, timeout=question.timeout
    )
    strange, notes = about_shapes(found, shapes)
    results: tuple[PlacedResult, ...] = ()
    if found.report.results:
        material = Material(
            submissions=tuple(submissions),
            shapes=compile_shapes(shapes.triples),
            ontology=ontology,
            shape_place=shapes.place,
        )
        placed = _placed(found.report.results, material, (), listed)
        results = tuple(_exactly(item, shapes) for item in placed)
    verdict = Verdict(
        results=(*results, *strange),
        triples=len(data),
        focus_nodes=found.focus_nodes,
        notes=(*notes, *remarks(submissions, found.report.results)),
    )
    return Judgement(tuple(submissions), verdict, None, data, shapes.triples)


_DEFAULT = (None, None, None, DefaultGraph())


def _refuse_nothing(submissions: Sequence[Submission]) -> None:
    """Raise InputError where no file holds a triple: that is no verdict."""
    if not any(found.triples or found.named for found in submissions):
        raise InputError(
            "里面没有三元组，没有可检查的：是不是给错了文件？",
            "holds no triples, there is nothing to check: is it the wrong file?",
            file=", ".join(found.name for found in submissions),
        )


def _count(submissions: Sequence[Submission]) -> int:
    return len({triple for submission in submissions for triple in submission.triples})


def _exactly(item: PlacedResult, shapes: ShapeFiles) -> PlacedResult:
    """Return a result with the place of its very shape, which may have no name."""
    node = read_term(item.result.source_shape)
    place = shapes.place(node) if isinstance(node, BlankNode) else None
    return replace(item, shape_place=place) if place else item


def _placed(
    findings: Sequence[Finding],
    material: Material,
    standing: Collection[ValidationResult],
    listed: int | None,
) -> tuple[PlacedResult, ...]:
    """Return results with places and words, as often as SHACL has them; the unlisted ones bare."""
    stood = set(standing)
    once = told_once(findings)
    found = place_results(once.findings, material, standing=stood, known=once.known, most=listed)
    # a result may be found more than once, and is placed once; those not listed have no place
    left = Counter(map(_result, once.findings))
    repeated = left - Counter(map(_result, dict.fromkeys(once.findings)))
    often = [copy for item in found for copy in [item] * (1 + repeated.pop(item.result, 0))]
    left.subtract(item.result for item in often)
    bare = (
        PlacedResult(result, _BARE, _BARE, standing=result in stood) for result in left.elements()
    )
    return (*often, *bare)


def _result(finding: Finding) -> ValidationResult:
    return finding.result if isinstance(finding, Raw) else finding


_BARE = Bilingual("", "")


# what comes of a verdict


def report_of(
    judgement: Judgement, question: Question, *, fail_on: FailOn, limit: int | None = None
) -> Report:
    """Return what is told of a judgement."""
    return Report(
        verdict=judgement.verdict,
        files=tuple(map(_judged, judgement.submissions)),
        mode="standalone" if question.store is None else "context",
        store=None if question.store is None else str(question.store),
        shapes=tuple(map(_judged, question.shapes)),
        fail_on=fail_on,
        limit=limit,
        shapes_graph=judgement.shapes_graph,
    )


def _judged(submission: Submission) -> JudgedFile:
    triples = len(submission.triples) + sum(map(len, submission.named.values()))
    return JudgedFile(
        submission.name,
        submission.format,
        submission.sha256,
        triples,
        submission.text,
        submission.prefixes,
    )


@dataclass(frozen=True, slots=True)
class Mended:
    """A submission with mends made, as bytes, and the mends."""

    data: bytes
    fixes: tuple[Fix, ...]


def mended(submission: Submission, judgement: Judgement) -> Mended:
    """Return a submission with the first mend of each result that has one and meets no other.

    Results that stood before are left as they are.
    """
    first = {
        fix.edits: fix
        for item in reversed(judgement.verdict.results)
        for fix in item.fixes[:1]
        if not item.standing and all(edit.file == submission.name for edit in fix.edits)
    }
    fixes = compatible(reversed(first.values()))
    text = apply_fixes(submission.text, fixes, submission.name)
    return Mended(("\ufeff" if submission.marked else "").encode() + text.encode(), fixes)
