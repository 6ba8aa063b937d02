"""Statements that rules need for premises and no graph holds, found where they are asked for.

A closure tells nothing about terms of the ontology and about literals, but what follows from such
statements need not be about them (see `closure`). A closed store has only what was told. What it
left out is found here from what it holds: backwards through the rules, as far as a question leads,
and over and over until nothing is added, since the questions may lead round in circles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kg_builder.graph.index import Ids
from kg_builder.graph.inference.closure import Plan
from kg_builder.graph.stored import StoreIndex

_Goal = tuple[int, int, bool]
"""A node, a predicate, and whether the node is the object."""


class HiddenStatements:
    """What follows from the triples of a closed store about ontology terms and literals."""

    def __init__(self, index: StoreIndex, plan: Plan) -> None:
        self._index = index
        self._plan = plan
        self._sources: dict[int, list[tuple[int, bool]]] = {}
        for p, links in plan.links.items():
            for linked, is_turned in links:
                self._sources.setdefault(linked, []).append((p, is_turned))
        self._chains: dict[int, list[tuple[int, ...]]] = {}
        for chain in plan.chains:
            self._chains.setdefault(chain.target, []).append(chain.steps)
        self._known: dict[_Goal, Ids] = {}
        self._open: dict[_Goal, dict[int, None]] = {}

    def objects(self, s: int, p: int) -> Ids:
        """Return the objects of hidden statements `s p ?o`."""
        return self._answer((s, p, False))

    def subjects(self, p: int, o: int) -> Ids:
        """Return the subjects of hidden statements `?s p o`."""
        return self._answer((o, p, True))

    def _answer(self, goal: _Goal) -> Ids:
        node, p, backwards = goal
        if not backwards and not self._is_hidden(node):
            return {}
        if p not in self._sources and p not in self._chains and p not in self._plan.transitive:
            return {}
        if goal not in self._known:
            self._solve(goal)
        return self._known[goal]

    def _solve(self, goal: _Goal) -> None:
        self._open = {goal: {}}
        size = -1
        while size < (size := sum(len(found) + 1 for found in self._open.values())):
            for asked in list(self._open):
                found = self._open[asked]
                found.update(dict.fromkeys(self._derive(*asked)))
        self._known.update(self._open)
        self._open = {}

    def _is_hidden(self, node: int) -> bool:
        return node in self._plan.terms or node in self._index.literals

    def _derive(self, node: int, p: int, backwards: bool) -> list[int]:  # noqa: FBT001
        found = [
            *self._by_links(node, p, backwards=backwards),
            *self._by_chains(node, p, backwards=backwards),
        ]
        if p in self._plan.transitive:
            found.extend(self._along((p, p), node, backwards=backwards))
        return [other for other in found if self._is_hidden(other)] if backwards else found

    def _by_links(self, node: int, p: int, *, backwards: bool) -> Iterator[int]:
        for source, is_turned in self._sources.get(p, ()):
            yield from self._all(node, source, backwards != is_turned)

    def _by_chains(self, node: int, p: int, *, backwards: bool) -> Iterator[int]:
        for steps in self._chains.get(p, ()):
            yield from self._along(steps[::-1] if backwards else steps, node, backwards=backwards)

    def _along(self, steps: Iterable[int], node: int, *, backwards: bool) -> Ids:
        nodes: Ids = {node: None}
        for step in steps:
            nodes = {other: None for via in nodes for other in self._all(via, step, backwards)}
        return nodes

    def _all(self, node: int, p: int, backwards: bool) -> Iterator[int]:  # noqa: FBT001
        """Yield what stands at the other end, told or hidden."""
        index = self._index
        yield from index.stored_subjects(p, node) if backwards else index.stored_objects(node, p)
        goal = (node, p, backwards)
        if goal in self._known:
            yield from self._known[goal]
        elif backwards or self._is_hidden(node):
            yield from list(self._open.setdefault(goal, {}))


class StoredLinks:
    """The links of a predicate that a store holds, those added to it, and the hidden ones."""

    def __init__(self, told: Callable[[int], Ids], hidden: Callable[[int], Ids]) -> None:
        self._told = told
        self._hidden = hidden

    def get(self, node: int, default: Ids, /) -> Ids:
        """Return the nodes at the other end, `default` where there are none."""
        told, hidden = self._told(node), self._hidden(node)
        return (dict.fromkeys((*told, *hidden)) if hidden else told) or default


class LoadedSets(dict[int, set[int]]):
    """Sets of nodes by node, each read when it is first asked for."""

    def __init__(self, load: Callable[[int], Iterable[int]]) -> None:
        super().__init__()
        self._load = load
        self._put: dict[int, set[int]] = {}

    def __missing__(self, node: int) -> set[int]:
        found = self[node] = {*self._load(node), *self._put.get(node, ())}
        return found

    def put(self, node: int, other: int) -> None:
        """Put a node into the set of another, which is not read for that."""
        if node in self:
            self[node].add(other)
        else:
            self._put.setdefault(node, set()).add(other)
