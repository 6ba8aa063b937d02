"""Asking from a program: one call, the solutions as Python has them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Triple

from kg_builder.asking.answer import Answer
from kg_builder.asking.request import TIMEOUT, Request
from kg_builder.asking.request import ask as ask_request
from kg_builder.asking.stores import locate_store
from kg_builder.graph.index import Term
from kg_builder.graph.query.catalogue import load_catalogue
from kg_builder.model.bilingual import Language
from kg_builder.model.notice import Notice
from kg_builder.resources import Resources

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Result:
    """What a question gave, in memory."""

    variables: tuple[str, ...]
    rows: tuple[Mapping[str, Term | None], ...]
    """The solutions of a SELECT: terms of pyoxigraph by variable, None where unbound."""
    boolean: bool | None
    """What an ASK gave."""
    triples: tuple[Triple, ...]
    """What a CONSTRUCT or DESCRIBE gave."""
    evidence: tuple[tuple[str, ...], ...]
    """For each row where the report says so, where it was asked for."""
    formulas: Mapping[str, str]
    """How variables are computed, by name."""
    reasons: tuple[Notice, ...]
    """Why there are no rows."""
    remarks: tuple[Notice, ...]
    cut: bool
    """Whether there is more than `max_rows`."""


def ask(
    question: str,
    *,
    store: Path | str | None = None,
    endpoint: str | None = None,
    evidence: bool = False,
    report: Path | str | None = None,
    max_rows: int | None = None,
    timeout: float = TIMEOUT,
    language: Language = "en",
    project: Path | str | None = None,
    parameters: Mapping[str, str | Iterable[str]] | None = None,
    **more: str | Iterable[str],
) -> Result:
    """Ask a graph: `question` is the name of a stored query, or the text of one in SPARQL.

    `parameters` are those of the stored query, which may also stand by themselves (`street=…`):
    names, aliases or IRIs, one or several. `store` is
    found as the command line finds it; `timeout` is in seconds. The query runs in a child process.

    Raises KeyError for a stored query that there is none of, and what `request.ask` raises.
    """
    folder = None if project is None else Path(project)
    stored = None
    if _NAME.fullmatch(question):
        stored = load_catalogue(Resources.find(folder))[question]
    request = Request(
        question if stored is None else stored.text,
        store=_store(store, folder) if endpoint is None else None,
        endpoint=endpoint,
        stored=stored,
        values={name: _several(value) for name, value in {**(parameters or {}), **more}.items()},
        language=language,
        most=max_rows,
        evidence=evidence,
        report=None if report is None else Path(report),
        timeout=timeout,
        project=folder,
    )
    with tempfile.TemporaryDirectory(prefix="kg-") as spool:
        return _result(ask_request(request, Path(spool)))


def _store(store: Path | str | None, project: Path | None) -> Path:
    return locate_store(None if store is None else Path(store), project)


def _several(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _result(answer: Answer) -> Result:
    rows: tuple[Mapping[str, Term | None], ...] = ()
    triples: tuple[Triple, ...] = ()
    if answer.form == "SELECT":
        names = answer.variables
        rows = tuple(dict(zip(names, row, strict=True)) for row in answer.solutions())
    elif answer.form != "ASK":
        triples = tuple(answer.triples())
    return Result(
        variables=answer.variables,
        rows=rows,
        boolean=answer.boolean if answer.form == "ASK" else None,
        triples=triples,
        evidence=answer.evidence,
        formulas=answer.formulas,
        reasons=answer.reasons,
        remarks=answer.remarks,
        cut=answer.cut,
    )
