"""From new triples back to the nodes whose verdict may change, and on to what it rests on.

Both walks go along the automaton of the shapes (`machine`) over the graph with the new triples and
what they entail. Nothing is visited that no shape asks for: the members of a class, or the subjects
of a hub, only where a step leads there. A class is not even asked for where a node was a member of
it before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg_builder.graph.context.machine import Start
from kg_builder.graph.context.terrain import Terrain
from kg_builder.graph.index import Ids, Term
from kg_builder.graph.shacl.shapes import Targets

_Place = tuple[int, int]
"""A state and a node in it."""


class Changed(NamedTuple):
    """A triple that is new to a view of the graph."""

    s: int
    p: int
    o: int
    asserted: bool
    """New to what is asserted."""
    told: bool
    """New to what is asserted or inferred."""


class _Way(NamedTuple):
    """A move that the walk backwards has found, to be taken forwards."""

    state: int
    node: int
    pair: tuple[int, int, int] | None
    """The triple that is stepped over; None for a free move."""
    fresh: bool
    """Whether that triple is new."""


class Backwards:
    """The places from which a walk along the automaton meets a change."""

    def __init__(self, terrain: Terrain, changes: Iterable[Changed]) -> None:
        self._terrain = terrain
        self._reached: dict[int, set[int]] = {}
        self.ways: dict[_Place, list[_Way]] = {}
        self._queue: list[_Place] = []
        self._targeted: dict[int, set[int]] = {}
        """Number of a start → nodes that are its targets now and were not before."""
        for change in changes:
            self._seed(change)
        self._drain()

    def nodes(self, number: int) -> set[int]:
        """Return the nodes that a start must check again, as far as it targets them."""
        state = self._terrain.machine.starts[number].state
        return self._reached.get(state, set()) | self._targeted.get(number, set())

    def is_new(self, number: int, node: int) -> bool:
        """Return whether a start has a node for a target since the change only."""
        return node in self._targeted.get(number, ())

    def add(self, state: int, node: int) -> None:
        """Walk backwards from a place too."""
        self._push(state, node)
        self._drain()

    def add_check(self, number: int, focus: int, value: int | None) -> None:
        """Let a start check a focus node too: of its values one alone, where that will do."""
        start = self._terrain.machine.starts[number]
        path = start.part.reports.path
        if start.values is None or value is None or path is None or path.predicate is None:
            self._targeted.setdefault(number, set()).add(focus)
            return
        states = self._terrain.machine.states
        (before,) = states[start.state].free
        (step,) = states[before].steps
        p = self._terrain.index.intern(step.predicate)
        pair = (value, p, focus) if step.backwards else (focus, p, value)
        for state, node, way in (
            (start.state, focus, _Way(before, focus, None, fresh=False)),
            (before, focus, _Way(step.to, value, pair, fresh=False)),
            (step.to, value, _Way(start.values, value, None, fresh=False)),
        ):
            self.ways.setdefault((state, node), []).append(way)
        self._reached.setdefault(start.state, set()).add(focus)

    def _seed(self, change: Changed) -> None:
        terrain, (s, p, o, _, _) = self._terrain, change
        for state, step in terrain.triggers.get(p, ()):
            here, there = (o, s) if step.backwards else (s, o)
            self._move(state, here, _Way(step.to, there, (s, p, o), fresh=True))
        for state in terrain.greedy:
            self._push(state, s)
        if p == terrain.rdf_type:
            for state, cls in terrain.readers.get(o, ()):
                if not self._was_instance(change, cls):
                    self._push(state, s)
            for number, cls in terrain.class_targets.get(o, ()):
                if not self._was_instance(change, cls):
                    self._targeted.setdefault(number, set()).add(s)
        for number in terrain.subject_targets.get(p, ()):
            if not self._was_end(change, s, backwards=False):
                self._targeted.setdefault(number, set()).add(s)
        for number in terrain.object_targets.get(p, ()):
            if not self._was_end(change, o, backwards=True):
                self._targeted.setdefault(number, set()).add(o)

    def _was_instance(self, change: Changed, cls: Term) -> bool:
        """Return whether a node was a member of a class in each view to which its type is new."""
        index, terrain = self._terrain.index, self._terrain
        below = terrain.below(cls)
        types = index.stored_objects(change.s, change.p)
        if change.told and below.isdisjoint(types):
            return False
        if not change.asserted:
            return True
        inferred = index.inferred_objects(change.s, change.p)
        return any(c in below and c not in inferred for c in types)

    def _was_end(self, change: Changed, node: int, *, backwards: bool) -> bool:
        """Return whether a node had the predicate in each view to which the triple is new."""
        index, p = self._terrain.index, change.p
        found = index.witnesses(node, p, backwards=backwards)
        if change.told and not found:
            return False
        return not change.asserted or any(not index.is_inferred(s, p, o) for s, o in found)

    def _push(self, state: int, node: int) -> None:
        reached = self._reached.setdefault(state, set())
        if node not in reached:
            reached.add(node)
            self._queue.append((state, node))

    def _move(self, state: int, node: int, way: _Way) -> None:
        self.ways.setdefault((state, node), []).append(way)
        self._push(state, node)

    def _drain(self) -> None:
        terrain, index = self._terrain, self._terrain.index
        while self._queue:
            state, node = self._queue.pop()
            for before in terrain.free_before[state]:
                self._move(before, node, _Way(state, node, None, fresh=False))
            for before, step in terrain.steps_before[state]:
                p = index.intern(step.predicate)
                if step.backwards:
                    for other in index.objects(node, p):
                        self._move(before, other, _Way(state, node, (node, p, other), fresh=False))
                else:
                    for other in index.subjects(p, node):
                        self._move(before, other, _Way(state, node, (other, p, node), fresh=False))


class Neighbourhood:
    """The stored triples that checks rest on, what was asserted apart from what was inferred."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self.asserted: dict[int, dict[tuple[int, int], None]] = {}
        self.inferred: dict[int, dict[tuple[int, int], None]] = {}
        self._rows: set[tuple[int, int, bool]] = set()
        self._seen: set[_Place] = set()
        self._checked: dict[int, set[int]] = {}
        """Number of a start → the nodes that it checks, all their values."""
        self._nodes: set[int] = set()

    @property
    def nodes(self) -> int:
        """How many nodes are checked."""
        return len(self._nodes)

    def is_checked(self, number: int, node: int) -> bool:
        """Return whether a start checks a node and all its values."""
        return node in self._checked.get(number, ())

    def check(self, number: int, nodes: Iterable[int], backwards: Backwards) -> None:
        """Load what a start needs to check nodes that it targets."""
        start = self._terrain.machine.starts[number]
        for node in nodes:
            self._nodes.add(node)
            self._load_targets(start.part.targets, node)
            if start.values is None or backwards.is_new(number, node):
                self._checked.setdefault(number, set()).add(node)
                self._walk(start.state, node)
            else:
                self._retrace(start, node, backwards)

    def targets(self, number: int, node: int) -> bool:
        """Return whether a start targets a node, now that the new triples are there."""
        terrain, index = self._terrain, self._terrain.index
        targets = terrain.machine.starts[number].part.targets
        if index.term(node) in targets.nodes:
            return True
        if targets.classes:
            types = index.objects(node, terrain.rdf_type)
            if any(not terrain.below(cls).isdisjoint(types) for cls in targets.classes):
                return True
        return any(self._is_end(node, p, backwards=back) for p, back in self._ends(targets))

    def _ends(self, targets: Targets) -> Iterator[tuple[int, bool]]:
        for predicate in targets.subjects_of:
            yield self._terrain.index.intern(predicate), False
        for predicate in targets.objects_of:
            yield self._terrain.index.intern(predicate), True

    def _is_end(self, node: int, p: int, *, backwards: bool) -> bool:
        index = self._terrain.index
        if index.witnesses(node, p, backwards=backwards):
            return True
        return bool(index.added_subjects(p, node) if backwards else index.added_objects(node, p))

    def _load_targets(self, targets: Targets, node: int) -> None:
        if targets.classes:
            self._row(node, self._terrain.rdf_type, backwards=False)
        for p, backwards in self._ends(targets):
            for s, o in self._terrain.index.witnesses(node, p, backwards=backwards):
                self._pair(s, p, o)

    def _pair(self, s: int, p: int, o: int) -> None:
        index = self._terrain.index
        if index.is_stored(s, p, o):
            view = self.inferred if index.is_inferred(s, p, o) else self.asserted
            view.setdefault(p, {})[s, o] = None

    def _row(self, node: int, p: int, *, backwards: bool) -> Ids:
        """Load all triples of a node and a predicate; return the nodes at the other end."""
        index = self._terrain.index
        key = (node, p, backwards)
        if key not in self._rows:
            self._rows.add(key)
            if backwards:
                for s in index.stored_subjects(p, node):
                    self._pair(s, p, node)
            else:
                self._load_objects(node, p)
        return index.subjects(p, node) if backwards else index.objects(node, p)

    def _load_objects(self, s: int, p: int) -> None:
        index = self._terrain.index
        stored = index.stored_objects(s, p)
        if not stored:
            return
        inferred = index.inferred_objects(s, p)
        asserted = self.asserted.setdefault(p, {})
        for o in stored:
            if o not in inferred:
                asserted[s, o] = None
        if inferred:
            self.inferred.setdefault(p, {}).update(((s, o), None) for o in inferred)

    def _walk(self, state: int, node: int) -> None:
        """Load all that a walk from a place meets."""
        terrain = self._terrain
        states, intern = terrain.machine.states, terrain.index.intern
        queue = [(state, node)]
        while queue:
            place = queue.pop()
            if place in self._seen:
                continue
            self._seen.add(place)
            here, node = states[place[0]], place[1]
            queue.extend((to, node) for to in here.free)
            for step in here.steps:
                found = self._row(node, intern(step.predicate), backwards=step.backwards)
                queue.extend((step.to, other) for other in found)
            if here.classes:
                self._row(node, terrain.rdf_type, backwards=False)
            if here.reads_all:
                for p in terrain.index.predicates_of(node):
                    self._row(node, p, backwards=False)

    def _retrace(self, start: Start, node: int, backwards: Backwards) -> None:
        """Load what the check of those values rests on that a change concerns."""
        queue = [(start.state, node)]
        seen = set(queue)
        while queue:
            place = queue.pop()
            if place[0] == start.values:
                self._walk(*place)
                continue
            for way in backwards.ways.get(place, ()):
                if way.pair is not None:
                    self._pair(*way.pair)
                if way.fresh:
                    self._walk(way.state, way.node)
                elif (way.state, way.node) not in seen:
                    seen.add((way.state, way.node))
                    queue.append((way.state, way.node))
