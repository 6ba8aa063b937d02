"""What is wrong with a submission and SHACL does not see: `lint`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pyoxigraph import Triple

from kg_builder.graph.submission.model import Submission
from kg_builder.judging.lint.bounds import (
    already_there,
    blank_nodes,
    empty,
    forged_evidence,
    is_schema,
    named_graphs,
    schema_triples,
)
from kg_builder.judging.lint.characters import hidden
from kg_builder.judging.lint.circles import circles
from kg_builder.judging.lint.disjoint import disjoint_types
from kg_builder.judging.lint.findings import NOT_A_NODE, Kind, Severity, at_large
from kg_builder.judging.lint.forms import not_filled_in
from kg_builder.judging.lint.languages import chinese_without_tag, tags
from kg_builder.judging.lint.literals import fault_of, ill_formed
from kg_builder.judging.lint.mending import mend_literal
from kg_builder.judging.lint.misspelt import misspelt_namespaces
from kg_builder.judging.lint.repeats import told_once
from kg_builder.judging.lint.targets import dangling, iri_patterns, untyped
from kg_builder.judging.lint.task import LintContext, Task
from kg_builder.judging.lint.terms import unknown, unused
from kg_builder.judging.raw import Raw

__all__ = [
    "Kind",
    "LintContext",
    "already_there",
    "fault_of",
    "is_schema",
    "lint",
    "mend_literal",
    "told_once",
]


def lint(
    submission: Submission, context: LintContext, beside: Sequence[Submission] = ()
) -> Iterator[Raw]:
    """Yield what is wrong with a submission, kind by kind, each in the order of its triples.

    `beside` are the submissions that are brought with it: what they say exists. Work is done as
    results are asked for, and grows with the submission, not with the store. Triples that
    `is_schema` are reported and left out of the other checks, as everywhere else.
    """
    for raw in _found(submission, context, beside):
        yield replace(raw, file=submission.name)


def _found(
    submission: Submission, context: LintContext, beside: Sequence[Submission]
) -> Iterator[Raw]:
    schema: list[Triple] = []
    others: list[Triple] = []
    for triple in submission.triples:
        (schema if is_schema(triple, context.ontology) else others).append(triple)
    whole = Task(submission, context)
    yield from empty(whole)
    yield from _notices(submission)
    yield from named_graphs(whole)
    yield from schema_triples(Task(submission, context, schema, beside))
    task = Task(submission, context, others, beside)
    for check in (
        *(blank_nodes, forged_evidence, unknown, unused, misspelt_namespaces),
        *(
            disjoint_types,
            ill_formed,
            tags,
            chinese_without_tag,
            hidden,
            not_filled_in,
            circles,
            dangling,
            untyped,
            iri_patterns,
        ),
    ):
        yield from check(task)


def _notices(submission: Submission) -> Iterator[Raw]:
    for notice in submission.notices:
        kind, severity = _NOTICES[notice.code]
        yield at_large(
            kind,
            str(notice.term or NOT_A_NODE),
            notice.message,
            span=notice.span,
            severity=severity,
            fixes=() if notice.fix is None else (notice.fix,),
        )


_NOTICES: Final[Mapping[str, tuple[Kind, Severity]]] = MappingProxyType(
    {
        "glued": (Kind.GLUED, "Violation"),
        "undeclared-prefix": (Kind.UNDECLARED, "Violation"),
        "ignored-key": (Kind.IGNORED, "Warning"),
    }
)
"""What `graph.submission` notices, by its codes."""
