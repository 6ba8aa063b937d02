"""Nodes that exist nowhere or are of no class, and IRIs not made as those of their class are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from pyoxigraph import NamedNode, Triple
from rapidfuzz import fuzz

from kg_builder.errors import StoreError
from kg_builder.graph.iris import local_name
from kg_builder.graph.ontology import ROOT
from kg_builder.graph.unknown_terms import OWN_NAMESPACES
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, RDF_TYPE, expand
from kg_builder.judging.lint.bounds import evidence_spaces
from kg_builder.judging.lint.findings import Kind, about, instead
from kg_builder.judging.lint.near import Near, local_part, namespace_end, ranked
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Mend, Raw, Replacement
from kg_builder.model.bilingual import Bilingual
from kg_builder.text.search.records import Ambiguous, Found

_DEPRECATED: Final = expand("owl:deprecated")
_CLOSE: Final = 60.0
_INSTANCE: Final = re.compile(r"(?P<base>.+/)id/(?P<segment>[a-z][-a-z0-9]*)/(?P<local>[^/#]+)")
_LETTERS: Final = "0-9A-Za-z\u3007\u3400-\u4dbf\u4e00-\u9fff"
_READABLE: Final = re.compile(f"[{_LETTERS}][{_LETTERS}_]{{0,79}}")
"""Most local names; the others are made anew to compare."""
_MOST_ELSEWHERE: Final = 3
_MOST_OWN: Final = 2_000
"""So many subjects of the submission a name is compared with."""


def dangling(task: Task) -> Iterator[Raw]:
    """Yield the first triple that points to each node that exists nowhere."""
    seen: set[NamedNode] = set()
    spaces, evidence = _own_spaces(task), evidence_spaces(task.context.base)
    for triple in task.triples:
        node = triple.object
        if not isinstance(node, NamedNode) or triple.predicate == RDF_TYPE or node in seen:
            continue
        if node.value.startswith(evidence):  # of which something else is said already
            continue
        seen.add(node)
        ours = _is_instance(task, node)
        if not ours and node.value[: namespace_end(node.value)] not in spaces:
            continue
        if _is_term(node) or task.is_glued(node) or task.exists(node):
            continue
        near = _nearest(task, node, named=ours)
        if ours or near.plain:
            yield _dangling(task, triple, node, near)


def _is_instance(task: Task, node: NamedNode) -> bool:
    """Return whether an IRI is one that the graph would have, if it were right."""
    match = _INSTANCE.fullmatch(node.value)
    return node.value.startswith(task.context.base + "id/") or (
        match is not None and match["segment"] in task.vocabulary.segments
    )


def _is_term(node: NamedNode) -> bool:
    return node.value.startswith((*OWN_NAMESPACES, ROOT.value, HOUSE + "shapes/"))


def _own_spaces(task: Task) -> frozenset[str]:
    """Return the namespaces of the submission's subjects."""
    return frozenset(
        node.value[: namespace_end(node.value)]
        for node in task.by_subject
        if isinstance(node, NamedNode)
    )


def _dangling(task: Task, triple: Triple, node: NamedNode, near: Near) -> Raw:
    zh = f"{triple_part(task, triple)} 指向的 {task.short(node)} 不存在，图里和提交里都没有它"
    en = (
        f"{triple_part(task, triple)} points to {task.short(node)}, which exists neither in the "
        "graph nor in the submission"
    )
    if near.terms:
        named = [task.called(term) for term in near.terms]
        ask_zh = "是不是 " + "、".join(name.zh for name in named) + "？"
        ask_en = "did you mean " + ", ".join(name.en for name in named) + "?"
    else:
        ask_zh = "请改正 IRI，或一并提交它的类型和名称；用 kg show 可按名称查找"
        ask_en = "correct the IRI, or submit its type and label as well; kg show finds by name"
    fixes: tuple[Mend, ...] = ()
    if near.plain:
        fixes = (instead(triple, "object", near.terms[0], task.short(near.terms[0])),)
    words = Bilingual(f"{zh}：{ask_zh}", f"{en}: {ask_en}")
    return about(Kind.DANGLING, triple, "object", words, severity="Warning", fixes=fixes)


def untyped(task: Task) -> Iterator[Raw]:
    """Yield each subject of no class, neither stated nor entailed: no shape would look at it."""
    evidence = evidence_spaces(task.context.base)
    given = {node for triple in task.triples for node in _typed_by(task, triple)}
    for node, triples in task.by_subject.items():
        if not isinstance(node, NamedNode) or node in given or node.value.startswith(evidence):
            continue
        if _is_term(node) or task.is_glued(node) or any(task.known(node, RDF_TYPE)):
            continue
        yield _untyped(task, triples[0], node)


def _typed_by(task: Task, triple: Triple) -> Iterator[object]:
    """Yield the ends of a triple that it gives a class, or that shapes look at without one."""
    if triple.predicate == RDF_TYPE or triple.predicate == _DEPRECATED:  # a tombstone has none
        yield triple.subject
        return
    if triple.predicate in task.context.targeted:
        yield from (triple.subject, triple.object)
    subjects, objects = task.vocabulary.entailed_types(triple.predicate)
    if subjects:
        yield triple.subject
    if objects:
        yield triple.object


def _untyped(task: Task, triple: Triple, node: NamedNode) -> Raw:
    near = _nearest(task, node, named=_is_instance(task, node))
    zh = f"不知道 {task.short(node)} 是哪一类事物，所以没有形状检查它"
    en = f"{task.short(node)} is of no known class, so no shape checks it"
    ask_zh, ask_en = "请写明类型（a kg:…）", "give it a type (a kg:…)"
    if near.terms:
        named = [task.called(term) for term in near.terms]
        ask_zh += "；或者是不是 " + "、".join(name.zh for name in named) + "？"
        ask_en += "; or did you mean " + ", ".join(name.en for name in named) + "?"
    fixes: tuple[Mend, ...] = ()
    if near.plain:
        fixes = (_renamed(task, node, near.terms[0], task.short(near.terms[0])),)
    words = Bilingual(f"{zh}：{ask_zh}", f"{en}: {ask_en}")
    return about(Kind.UNTYPED, triple, "subject", words, fixes=fixes)


def triple_part(task: Task, triple: Triple) -> str:
    """Return the predicate of a triple as people write it."""
    return task.short(triple.predicate)


def _nearest(task: Task, node: NamedNode, *, named: bool) -> Near:
    """Return the nodes that come nearest to one, of those that exist."""
    moved = _elsewhere(task, node)
    if moved:
        return Near(moved, plain=len(moved) == 1)
    candidates = {*_own(task, node)}
    if named:
        candidates |= set(_named(task, node)) - {node}
    wanted = unquote(local_part(node.value))
    rated = {
        other: score
        for other in candidates
        if (score := fuzz.ratio(wanted, unquote(local_part(other.value)))) >= _CLOSE
    }
    return ranked(rated)


def _elsewhere(task: Task, node: NamedNode) -> tuple[NamedNode, ...]:
    """Return what has the same local name under the graph's base, of the same class or another."""
    match = _INSTANCE.fullmatch(node.value)
    if match is None:
        return ()
    base, local = task.context.base, match["local"]
    same = NamedNode(f"{base}id/{match['segment']}/{local}")
    if same != node and task.exists(same):
        return (same,)
    others = (NamedNode(f"{base}id/{segment}/{local}") for segment in task.vocabulary.segments)
    found = (other for other in others if other != node and task.exists(other))
    return tuple(islice(found, _MOST_ELSEWHERE))


def _own(task: Task, node: NamedNode) -> Iterator[NamedNode]:
    space = node.value[: namespace_end(node.value)]
    left = _MOST_OWN
    for other in task.by_subject:
        if other != node and isinstance(other, NamedNode) and other.value.startswith(space):
            yield other
            left -= 1
            if not left:
                return


def _named(task: Task, node: NamedNode) -> Iterator[NamedNode]:
    """Yield what the store calls by the parts of an IRI's local name: the last one first."""
    index = task.context.names
    if index is None:
        return
    segment = node.value[: namespace_end(node.value) - 1].rpartition("/")[2]
    term = task.vocabulary.segments.get(segment)
    class_name = term.value.removeprefix(PREFIXES["kg"]) if term is not None else None
    parts = [part for part in unquote(local_part(node.value)).split("_") if part]
    wanted = dict.fromkeys((*reversed(parts[-2:]), "".join(parts)))
    for text in wanted:
        try:
            answer = index.lookup(text, class_name)
        except StoreError:
            return
        if isinstance(answer, Found):
            yield NamedNode(answer.id)
            continue
        found = answer.candidates if isinstance(answer, Ambiguous) else answer.near
        yield from (NamedNode(candidate.id) for candidate in found)


# --- how IRIs are made ---


def iri_patterns(task: Task) -> Iterator[Raw]:
    """Yield new instances whose IRIs are not made as those of their class, or are of another base.

    Of another base, one result for each namespace is enough.
    """
    spaces: set[str] = set()
    segments = task.vocabulary.segment_of
    for node, types in task.types.items():
        classes = [
            (triple, segment)
            for triple in types
            if (segment := segments.get(triple.object)) is not None  # type: ignore[arg-type]
        ]
        if not classes or not isinstance(node, NamedNode) or task.is_glued(node):
            continue
        if any(_fits(task, node, each) for _, each in classes) or task.context.in_store(node):
            continue
        triple, segment = classes[0]
        if node.value.startswith(task.context.base + "id/"):
            yield _misfit(task, triple, node, segment)
            continue
        space = node.value[: namespace_end(node.value)]
        if space not in spaces:
            spaces.add(space)
            yield _other_base(task, triple, node, segment)


def _fits(task: Task, node: NamedNode, segment: str) -> bool:
    head = f"{task.context.base}id/{segment}/"
    local = node.value.removeprefix(head)
    return local != node.value and (
        _READABLE.fullmatch(local) is not None or local == _local(local)
    )


def _local(text: str) -> str:
    """Return a local name as it is minted; the parts of its key are what `_` parts."""
    parts = unquote(text).split("_")
    return "_".join(part for part in (local_name((part,)) for part in parts) if part)


def _other_base(task: Task, triple: Triple, node: NamedNode, segment: str) -> Raw:
    made = f"{task.context.base}id/{segment}/…"
    words = Bilingual(
        f"{task.short(node)} 不在这个图的基址之下，同一事物可能会有两个 IRI；"
        f"这一类的 IRI 写作 <{made}>，请照此写，或先确认图里没有它",
        f"{task.short(node)} is not under the base of this graph, and one thing may end up with "
        f"two IRIs; those of this class are <{made}>: write it so, or see that the graph does not "
        "have it yet",
    )
    return about(Kind.IRI_PATTERN, triple, "subject", words, severity="Info")


def _misfit(task: Task, triple: Triple, node: NamedNode, segment: str) -> Raw:
    local = _local(node.value.removeprefix(task.context.base + "id/").partition("/")[2])
    right = NamedNode(f"{task.context.base}id/{segment}/{local}") if local else None
    plain = right is not None and local == local_part(node.value)
    shown = task.short(right) if right and plain else f"<{task.context.base}id/{segment}/…>"
    kind = task.called(triple.object)  # type: ignore[arg-type]
    words = Bilingual(
        f"{task.short(node)} 不是 {kind.zh} 的 IRI 的写法：请写 {shown}，"
        "本名只用汉字、字母和数字，以 _ 分隔",
        f"{task.short(node)} is not how IRIs of {kind.en} are made: write {shown}, of Chinese "
        "characters, letters and digits, parted by _",
    )
    # a name that lost characters would have to be made anew from the whole of the key
    fixes = (_renamed(task, node, right, shown),) if right is not None and plain else ()
    return about(Kind.IRI_PATTERN, triple, "subject", words, severity="Warning", fixes=fixes)


def _renamed(task: Task, node: NamedNode, right: NamedNode, shown: str) -> Mend:
    """Return the mend that gives a node another IRI wherever the submission names it."""
    title = Bilingual(f"各处都改成 {shown}", f"write {shown} everywhere")
    return Mend(title, tuple(_replacements(task.triples, node, right)))


def _replacements(
    triples: Iterable[Triple], node: NamedNode, right: NamedNode
) -> Iterator[Replacement]:
    for triple in triples:
        if triple.subject == node:
            yield Replacement(triple, "subject", right)
        if triple.object == node:
            yield Replacement(triple, "object", right)
