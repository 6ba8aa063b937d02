"""Looking for misspelt namespaces, and mending them where they are declared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.unknown_terms import OWN_NAMESPACES
from kg_builder.graph.vocabulary import RDF_TYPE
from kg_builder.judging.lint.findings import Kind, about
from kg_builder.judging.lint.namespaces import Meant
from kg_builder.judging.lint.task import QUOTED, Task
from kg_builder.judging.raw import Part, Raw
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, Fix


def misspelt_namespaces(task: Task) -> Iterator[Raw]:
    """Yield each misspelt namespace once, with the first triple that has a term of it."""
    namespaces = task.context.namespaces
    instances = task.context.base + "id/"
    seen: set[NamedNode] = set()
    told: set[str] = set()
    for triple in task.triples:
        for part, term in _terms(triple):
            if term in seen or term.value.startswith(instances):
                continue
            seen.add(term)
            meant = namespaces.meant(term)
            if meant is not None and meant.written not in told:
                told.add(meant.written)
                yield _misspelt(task, triple, part, term, meant)


def _terms(triple: Triple) -> Iterator[tuple[Part, NamedNode]]:
    yield "predicate", triple.predicate
    if isinstance(triple.object, NamedNode):
        yield "object", triple.object


def _misspelt(task: Task, triple: Triple, part: Part, term: NamedNode, meant: Meant) -> Raw:
    zh = f"命名空间 <{meant.written}> 写错了"
    en = f"the namespace <{meant.written}> is misspelt"
    if meant.right in OWN_NAMESPACES:
        zh, en = f"{zh}，{term} 不在本体里", f"{en}, and {term} is not in the ontology"
    elif part == "predicate" or triple.predicate == RDF_TYPE:
        zh, en = f"{zh}，没有形状认得 {term}", f"{en}, and no shape knows {term}"
    words = Bilingual(f"{zh}：请写 <{meant.right}>", f"{en}: write <{meant.right}>")
    edits = tuple(_edits(task, meant))
    title = Bilingual(f"各处改成 <{meant.right}>", f"write <{meant.right}> everywhere")
    return about(
        Kind.MISSPELT_NAMESPACE,
        triple,
        part,
        words,
        severity="Violation" if meant.right in OWN_NAMESPACES else "Warning",
        fixes=(Fix(title, edits),) if edits else (),
    )


def _edits(task: Task, meant: Meant) -> Iterator[Edit]:
    """Yield the edits of the declarations and of the IRIs that are written in full."""
    submission = task.submission
    opening, closing = ("[\"']", "[\"']") if submission.format in QUOTED else ("<", ">")
    written = re.escape(meant.written)
    wanted = re.compile(f"{opening}({written})(?=[^<>\"'\\s/#]*{closing})")
    for match in wanted.finditer(submission.text):
        yield Edit(submission.name, Span(match.start(1), match.end(1)), meant.right)
