"""Judging from Python: files in, a report out, as `kg validate` does it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg_builder.asking.stores import locate_store
from kg_builder.graph.mixing import Inference
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.submission.reading import read_submission
from kg_builder.judging.judge import Question, judging, report_of
from kg_builder.judging.reports.report import FailOn, Report
from kg_builder.resources import Resources


def validate(
    *files: Path | str,
    store: Path | str | None = None,
    shapes: Iterable[Path | str] = (),
    ontology: Iterable[Path | str] = (),
    inference: Inference = "none",
    merge_graphs: bool = False,
    fail_on: FailOn = "violation",
    base: str | None = None,
    timeout: float = 60.0,
    project: Path | str | None = None,
) -> Report:
    """Judge files of RDF that are brought together.

    Without `shapes` the house's are used, in the context of `store` (`build/` here if there is one,
    else the published graph); with shapes and a store, those in its context; with shapes alone the
    files stand alone, with `ontology` and `inference` as pySHACL has them. Relative IRIs are
    refused where neither the file nor `base` gives what they are relative to. `report.passes` is
    exit code 0 of `kg validate`, `report.verdict.results` is what was found.

    Raises InputError, ConfigurationError, StoreError, ValidationFailure or TimeLimitError where
    something cannot be checked.
    """
    submissions = _read(files, base)
    named = _read(shapes, base)
    project = None if project is None else Path(project)
    store = None if store is None else Path(store)
    question = Question(
        resources=Resources.find(project),
        store=store if named else locate_store(store, project),
        shapes=named,
        ontology=_read(ontology, base),
        inference=inference,
        merge_graphs=merge_graphs,
        timeout=timeout,
    )
    with judging(question) as judge:
        return report_of(judge(submissions), question, fail_on=fail_on)


def _read(files: Iterable[Path | str], base: str | None) -> tuple[Submission, ...]:
    return tuple(read_submission(Path(file), name=str(file), base=base) for file in files)
