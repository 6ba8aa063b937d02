"""Places of a form (`kg schema CLASS --template`) that nobody has filled in."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.asking.template import TO_CHANGE
from kg_builder.graph.index import Term
from kg_builder.judging.lint.findings import Kind, about
from kg_builder.judging.lint.near import local_part
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Part, Raw
from kg_builder.model.bilingual import Bilingual


def not_filled_in(task: Task) -> Iterator[Raw]:
    """Yield the names and texts that still stand as the form has them, each IRI once."""
    seen: set[Term] = set()
    for triple in task.triples:
        for part, term in _ends(triple):
            if term in seen or not _is_open(term):
                continue
            seen.add(term)
            yield about(
                Kind.NOT_FILLED_IN,
                triple,
                part,
                Bilingual(
                    f"这是样本里的字，还没有换成自己的：请改写带“{TO_CHANGE}”的地方，"
                    "同一个名称要处处改成一样",
                    f"this still stands as the form has it: replace what says {TO_CHANGE}"
                    " (“change this”), one name everywhere alike",
                ),
            )


def _ends(triple: Triple) -> Iterator[tuple[Part, Term]]:
    yield "subject", triple.subject  # type: ignore[misc]
    yield "object", triple.object  # type: ignore[misc]


def _is_open(term: Term) -> bool:
    if isinstance(term, Literal):
        return term.value.startswith(TO_CHANGE + "：")
    return isinstance(term, NamedNode) and local_part(term.value).startswith(TO_CHANGE)
