"""Things of two classes that share no member: `owl:disjointWith`, which SHACL does not read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.vocabulary import RDF_TYPE
from kg_builder.judging.lint.findings import Kind, about
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Raw
from kg_builder.model.bilingual import Bilingual


class _Type(NamedTuple):
    """What gives a thing a class: a triple of the submission, or one that was there before."""

    triple: Triple
    new: bool


_Types = Mapping[NamedNode, _Type]


def disjoint_types(task: Task) -> Iterator[Raw]:
    """Yield each thing once that submission, store and ontology together give disjoint classes."""
    for node, given in _given(task).items():
        types = {name: _Type(triple, new=True) for name, triple in given.items()}
        for triple in task.known(node, RDF_TYPE):
            if isinstance(triple.object, NamedNode):
                types.setdefault(triple.object, _Type(triple, new=False))
        found = _worst(task, types)
        if found is not None:
            yield _result(task, node, types, *found)


def _given(task: Task) -> Mapping[Term, dict[NamedNode, Triple]]:
    """Return what the submission gives types: by `a`, and by the properties that it uses."""
    found: dict[Term, dict[NamedNode, Triple]] = defaultdict(dict)
    for node, triples in task.types.items():
        for triple in triples:
            if isinstance(triple.object, NamedNode):
                found[node].setdefault(triple.object, triple)
    for triple in task.triples:
        subjects, objects = task.vocabulary.entailed_types(triple.predicate)
        for name in subjects:
            found[triple.subject].setdefault(name, triple)  # type: ignore[index]
        if isinstance(triple.object, NamedNode):
            for name in objects:
                found[triple.object].setdefault(name, triple)
    return found


def _worst(task: Task, types: _Types) -> tuple[NamedNode, NamedNode] | None:
    """Return the most telling pair of disjoint classes, one that the submission brings first."""
    vocabulary = task.vocabulary
    if len(types) < 2:
        return None
    pairs = []
    above = {name: vocabulary.with_superclasses((name,)) for name in types}
    for one, given in types.items():
        if not given.new:
            continue
        apart = {other for name in above[one] for other in vocabulary.disjoint.get(name, ())}
        pairs += [(one, other) for other in types if other != one and apart & above[other]]
    return min(pairs, key=lambda pair: _telling(task, types, *pair), default=None)


def _telling(
    task: Task, types: _Types, one: NamedNode, other: NamedNode
) -> tuple[int, bool, bool, int, str, str]:
    """Return what sorts pairs: types that are stated first, and those with the most above them.

    Where one of two is stated, what entails the other is at fault.
    """
    stated = [types[name].triple.predicate == RDF_TYPE for name in (one, other)]
    depth = -sum(len(task.vocabulary.with_superclasses((name,))) for name in (one, other))
    return -sum(stated), stated[0], types[other].new, depth, one.value, other.value


def _result(task: Task, node: Term, types: _Types, one: NamedNode, other: NamedNode) -> Raw:
    triple, against = types[one].triple, types[other]
    names = [task.called(name) for name in (one, other)]
    thing = task.called(node)
    zh = f"{thing.zh} 不能既是 {names[0].zh} 又是 {names[1].zh}"
    en = f"{thing.en} cannot be both {names[0].en} and {names[1].en}"
    if triple.predicate != RDF_TYPE:
        by = task.short(triple.predicate)
        zh, en = f"{zh}（前者由 {by} 推出）", f"{en} (the former follows from {by})"
    if not against.new:
        zh, en = f"{zh}，而图里已是后者", f"{en}, and the graph has it as the latter"
    words = Bilingual(
        f"{zh}：请只留一个类型，或另立一个节点",
        f"{en}: keep one type, or give the other thing an IRI of its own",
    )
    part = "predicate" if triple.predicate != RDF_TYPE else "object"
    return about(
        Kind.DISJOINT_TYPES,
        triple,
        part,  # type: ignore[arg-type]
        words,
        others=(against.triple,) if against.triple != triple else (),
        focus=node,
    )
