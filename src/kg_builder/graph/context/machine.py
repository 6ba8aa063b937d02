"""What a verdict depends on: the steps that lead from a node to every triple that counts.

A non-deterministic automaton over the graph. A state stands for what is being checked: a node under
a shape, half way along a path, a variable of a query. From it lead free moves, and steps over a
predicate, forwards or backwards; besides, a state may read the classes of its node, or all of its
triples. What a check reads is what a walk from its node along the automaton meets, and whom a new
triple concerns is found by the same walk backwards. Shapes that refer to themselves are circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pyoxigraph import NamedNode

from kg_builder.graph.context.texts import NotUnderstoodError, Pattern, patterns
from kg_builder.graph.index import Term
from kg_builder.graph.shacl.constraints import Class, Constraint
from kg_builder.graph.shacl.parts import Part, Parts
from kg_builder.graph.shacl.paths import Path
from kg_builder.graph.shacl.queries import Ask, Select
from kg_builder.graph.shacl.relations import Closed, Disjoint, Equals, LessThan
from kg_builder.graph.shacl.shapes import Shape


class Step(NamedTuple):
    """A step to a state over a predicate, from subject to object or backwards."""

    predicate: NamedNode
    backwards: bool
    to: int


@dataclass(slots=True)
class State:
    """What can be done in a state."""

    free: list[int] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    classes: list[Term] = field(default_factory=list)
    """Classes that the node is, or is not, to be an instance of."""
    reads_all: bool = False
    """Whether all triples of the node count, whatever their predicate."""
    unbounded: bool = False
    """Whether what counts here cannot be told from the shape: the whole graph does."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where the check of a part of a shape begins."""

    part: Part
    state: int
    values: int | None
    """The state of a value, where results about a value depend on that value alone."""


@dataclass(frozen=True, slots=True)
class Machine:
    """States by number, and where the parts of shapes start."""

    states: tuple[State, ...]
    starts: tuple[Start, ...]
    entries: Mapping[int, int]
    """Number of a shape that others refer to → the state of a node that is checked against it."""

    def unbounded(self) -> tuple[Start, ...]:
        """Return the starts from which a state leads that asks for the whole graph."""
        return tuple(start for start in self.starts if self._leads_astray(start.state))

    def _leads_astray(self, start: int) -> bool:
        seen = {start}
        waiting = [start]
        while waiting:
            state = self.states[waiting.pop()]
            if state.unbounded:
                return True
            following = {*state.free, *(step.to for step in state.steps)} - seen
            seen |= following
            waiting.extend(following)
        return False


def machine_of(parts: Parts) -> Machine:
    """Return the automaton of shapes in parts."""
    return _Builder(parts).build()


class _Builder:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._states: list[State] = []
        self._entries: dict[int, int] = {}
        self._waiting: list[int] = []
        self._sink = self._state()

    def build(self) -> Machine:
        starts = tuple(self._start(part) for part in self._parts.parts)
        while self._waiting:
            number = self._waiting.pop()
            self._shape(self._parts.shapes.shapes[number], self._entries[number])
        return Machine(tuple(self._states), starts, self._entries)

    def _state(self) -> int:
        self._states.append(State())
        return len(self._states) - 1

    def _start(self, part: Part) -> Start:
        state = self._state()
        values = self._shape(part.reports, state)
        return Start(part, state, values if part.by_value else None)

    def _entry(self, number: int) -> int:
        if number not in self._entries:
            self._entries[number] = self._state()
            self._waiting.append(number)
        return self._entries[number]

    def _shape(self, shape: Shape, focus: int) -> int:
        """Lay out what a shape asks of a node in a state; return the state of its values."""
        values = focus
        if shape.path is not None and not shape.deactivated:
            values = self._state()
            self._path(focus, shape.path, values)
        if not shape.deactivated:
            for constraint in shape.constraints:
                self._constraint(constraint, focus, values)
            self._states[values].free.extend(map(self._entry, shape.properties))
        return values

    def _path(self, start: int, path: Path, end: int) -> None:
        machine = path.automaton
        numbers = [self._state() for _ in machine.free]
        for number, free, steps in zip(numbers, machine.free, machine.steps, strict=True):
            state = self._states[number]
            state.free.extend(numbers[to] for to in free)
            state.steps.extend(Step(p, backwards, numbers[to]) for p, backwards, to in steps)
        self._states[start].free.append(numbers[machine.start])
        self._states[numbers[machine.end]].free.append(end)

    def _constraint(self, constraint: Constraint, focus: int, values: int) -> None:
        self._states[values].free.extend(map(self._entry, constraint.references()))
        if isinstance(constraint, Class):
            self._states[values].classes.append(constraint.cls)
        elif isinstance(constraint, Equals | Disjoint | LessThan):
            self._states[focus].steps.append(
                Step(constraint.predicate, backwards=False, to=self._sink)
            )
        elif isinstance(constraint, Closed):
            self._states[values].reads_all = True
        elif isinstance(constraint, Select | Ask):
            self._query(constraint, focus, values)

    def _query(self, constraint: Select | Ask, focus: int, values: int) -> None:
        roots = {"this": focus}
        if isinstance(constraint, Ask):
            roots["value"] = values
        try:
            found = patterns(constraint.query, roots)
        except NotUnderstoodError:
            self._states[focus].unbounded = True
            return
        states: dict[str, int] = dict(roots)
        for pattern in found:
            self._pattern(pattern, states)

    def _pattern(self, pattern: Pattern, states: dict[str, int]) -> None:
        end = self._sink
        if pattern.reaches is not None:
            end = states[pattern.reaches] = self._state()
        self._path(states[pattern.start], pattern.path, end)


def triggers(states: Iterable[State]) -> Mapping[NamedNode, list[tuple[int, Step]]]:
    """Return predicate → the steps over it, each with the state that it starts from."""
    found: dict[NamedNode, list[tuple[int, Step]]] = {}
    for number, state in enumerate(states):
        for step in state.steps:
            found.setdefault(step.predicate, []).append((number, step))
    return found
