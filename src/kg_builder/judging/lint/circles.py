"""Hierarchies that lead back to where they started, by way of old triples too."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.shacl.cycles import cycles
from kg_builder.judging.lint.findings import Kind, about
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Raw
from kg_builder.model.bilingual import Bilingual

_MOST_NODES = 10_000
"""So far up a hierarchy the way back is looked for."""
_MOST_SHOWN = 12

_Edges = Mapping[tuple[NamedNode, NamedNode], Sequence[tuple[NamedNode, Triple]]]
"""By property that leads up and node: the nodes above it, each with the submission's triple."""


def circles(task: Task) -> Iterator[Raw]:
    """Yield each circle once that a triple of the submission closes."""
    hierarchies = task.vocabulary.hierarchies
    edges: dict[tuple[NamedNode, NamedNode], list[tuple[NamedNode, Triple]]] = {}
    closing: list[tuple[NamedNode, NamedNode, NamedNode, Triple]] = []
    for triple in task.triples:
        up = hierarchies.get(triple.predicate)
        low, high = triple.subject, triple.object
        if up is None or not isinstance(low, NamedNode) or not isinstance(high, NamedNode):
            continue
        name, turned = up
        if turned:
            low, high = high, low
        edges.setdefault((name, low), []).append((high, triple))
        closing.append((name, low, high, triple))
    circular = _circular(task, edges)
    told: set[tuple[NamedNode, NamedNode, NamedNode]] = set()
    for name, low, high, triple in closing:
        circle = circular.get((name, low))
        if circle is None or circle != circular.get((name, high)) or (name, low, high) in told:
            continue
        way = _way(task, edges, name, high, low)
        if way is not None:
            nodes = (low, *way[:-1]) if low != high else (low,)
            told.update((name, *step) for step in pairwise((*nodes, low)))
            yield _result(task, triple, name, nodes, edges)


def _circular(task: Task, edges: _Edges) -> dict[tuple[NamedNode, NamedNode], int]:
    """Return the nodes above the submission's that lie on circles: each with a number of those.

    Each node is looked at once, however long the way up from it.
    """
    numbers = {key: number for number, key in enumerate(edges)}
    steps: list[list[int]] = []
    queue = list(edges)
    for name, node in queue:
        ways: list[int] = []
        for above in _above(task, edges, name, node):
            if (name, above) not in numbers:
                numbers[name, above] = len(numbers)
                queue.append((name, above))
            ways.append(numbers[name, above])
        steps.append(ways)
    found = cycles(steps)
    return {key: found[number] for key, number in numbers.items() if number in found}


def _way(
    task: Task, edges: _Edges, name: NamedNode, start: NamedNode, goal: NamedNode
) -> tuple[NamedNode, ...] | None:
    """Return the shortest way up from `start` to `goal`, both ends included, or None."""
    before: dict[NamedNode, NamedNode | None] = {start: None}
    open_ = deque((start,))
    while open_ and len(before) < _MOST_NODES:
        node = open_.popleft()
        if node == goal:
            return _steps(before, node)
        for above in _above(task, edges, name, node):
            if above not in before:
                before[above] = node
                open_.append(above)
    return _steps(before, goal) if goal in before else None


def _steps(before: Mapping[NamedNode, NamedNode | None], end: NamedNode) -> tuple[NamedNode, ...]:
    steps = [end]
    while (previous := before[steps[-1]]) is not None:
        steps.append(previous)
    return tuple(reversed(steps))


def _above(task: Task, edges: _Edges, name: NamedNode, node: NamedNode) -> Iterator[NamedNode]:
    for above, _ in edges.get((name, node), ()):
        yield above
    for triple in task.known(node, name):
        if isinstance(triple.object, NamedNode):
            yield triple.object


def _result(
    task: Task, triple: Triple, name: NamedNode, nodes: Sequence[NamedNode], edges: _Edges
) -> Raw:
    by = task.called(name)
    if len(nodes) == 1:
        thing = task.called(nodes[0])
        words = Bilingual(
            f"{thing.zh} 沿 {by.zh} 指向了自己：请删去，或改指上一级",
            f"{thing.en} leads to itself by {by.en}: remove it, or point to what is above",
        )
        return about(Kind.CIRCLE, triple, "object", words)
    shown = [_name(task, node) for node in (*nodes[:_MOST_SHOWN], nodes[0])]
    gap = "… → " if len(nodes) > _MOST_SHOWN else ""
    way = Bilingual(
        " → ".join(name.zh for name in shown[:-1]) + f" → {gap}{shown[-1].zh}",
        " → ".join(name.en for name in shown[:-1]) + f" → {gap}{shown[-1].en}",
    )
    words = Bilingual(
        f"沿 {by.zh} 绕回了自身：{way.zh}；请断开其中一环",
        f"{by.en} leads back to where it started: {way.en}; remove one of the steps",
    )
    steps = zip(nodes, (*nodes[1:], nodes[0]), strict=True)
    others = tuple(
        taken
        for low, high in steps
        for above, taken in edges.get((name, low), ())
        if above == high and taken != triple
    )
    return about(Kind.CIRCLE, triple, "object", words, others=others)


def _name(task: Task, node: NamedNode) -> Bilingual:
    return task.label(node) or Bilingual(task.short(node), task.short(node))
