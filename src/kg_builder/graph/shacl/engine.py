"""Validation: targets are selected, shapes are checked over all their focus nodes at once.

Checking is a walk over shapes that refer to shapes. It is written as generators that yield the
walks they wait for, run by a loop with a stack of its own: no nesting of shapes is too deep.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import TypeAlias

from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.shacl.logic import Node
from kg_builder.graph.shacl.report import Found, make_report
from kg_builder.graph.shacl.run import Run, ValueNodes
from kg_builder.graph.shacl.shapes import Shapes
from kg_builder.model.validation import ValidationReport

Walk: TypeAlias = Generator["Walk", None, None]
_MAX_DETAILS = 8
"""How deep details have details."""
_CHUNK = 20_000
"""Focus nodes checked at once: bounds the memory, and is large enough for set operations to pay."""


def validate(
    data: TripleIndex,
    shapes: Shapes,
    focus: Iterable[Term] | None = None,
    *,
    details: bool = False,
) -> ValidationReport:
    """Check a data graph against compiled shapes.

    `focus` restricts the check to these nodes, as far as shapes target them. `details` gives each
    result of sh:node the results that led to it (sh:detail). Raises ValidationFailure if something
    could not be checked.
    """
    check = _Check(data, shapes, details=details)
    candidates = None if focus is None else {check.run.number(term) for term in focus}
    for number, shape in enumerate(shapes.shapes):
        if shape.deactivated or not shape.targets:
            continue
        check.report_all(number, shape.targets.select(check.run, candidates))
    return make_report(check.run, check.found)


def validate_at(
    data: TripleIndex, shapes: Shapes, focus: Mapping[int, Iterable[int]]
) -> ValidationReport:
    """Check nodes against the shapes that they are given for, as far as these target them.

    `focus` has the number of a shape and ids of nodes. Raises ValidationFailure if something could
    not be checked.
    """
    check = _Check(data, shapes, details=False)
    for number, nodes in focus.items():
        check.report_all(number, shapes.shapes[number].targets.select(check.run, nodes))
    return make_report(check.run, check.found)


def _drive(walk: Walk) -> None:
    stack = [walk]
    while stack:
        try:
            stack.append(next(stack[-1]))
        except StopIteration:
            stack.pop()


class _Check:
    """Walks over the shapes of one run."""

    def __init__(self, data: TripleIndex, shapes: Shapes, *, details: bool) -> None:
        self.run = Run(data, shapes.triples)
        self.shapes = shapes
        self.details = details
        self.checked: dict[int, set[int]] = {}
        """Number of a shape → the nodes whose verdict is known."""
        self.assumed: dict[int, dict[int, set[int]]] = {}
        """Number of a cycle being walked → its shapes → nodes taken to conform until they fail."""
        self.reported: set[tuple[int, int]] = set()
        self.found: list[Found] = []

    def report_all(self, number: int, focus: Sequence[int]) -> None:
        """Add to `found` what the focus nodes do not satisfy."""
        for start in range(0, len(focus), _CHUNK):
            some = dict.fromkeys(focus[start : start + _CHUNK], 1)
            _drive(self.report(number, some, self.found))

    def report(
        self, number: int, focus: Mapping[int, int], found: list[Found], depth: int = 0
    ) -> Walk:
        """Append what the focus nodes (with how often each is asked for) do not satisfy."""
        shape = self.shapes.shapes[number]
        if shape.deactivated:
            return
        values = self.run.values(shape.path, focus)
        for constraint in shape.constraints:
            for other, nodes in constraint.needs(self.run, values):
                yield self.verdicts(other, nodes)
            for finding in constraint.findings(self.run, values):
                inner: list[Found] = []
                if finding.value is not None and self._explains(constraint, depth):
                    other = constraint.references()[0]
                    yield self.report(other, {finding.value: 1}, inner, depth + 1)
                found.append(
                    Found(shape, constraint, finding, focus.get(finding.focus, 1), tuple(inner))
                )
        for other in shape.properties:
            times = focus if shape.path is None else _times(focus, values.by_focus)
            if other in self.shapes.components:
                times = {node: 1 for node in times if (other, node) not in self.reported}
                self.reported.update((other, node) for node in times)
            if times:
                yield self.report(other, times, found, depth)

    def _explains(self, constraint: Constraint, depth: int) -> bool:
        return (
            self.details
            and depth < _MAX_DETAILS
            and isinstance(constraint, Node)
            and constraint.shapes[0] not in self.shapes.components
        )

    def verdicts(self, number: int, nodes: set[int]) -> Walk:
        """Make `run.failed` know which of `nodes` do not conform to a shape."""
        failed = self.run.failed.setdefault(number, set())
        checked = self.checked.setdefault(number, set())
        todo = nodes - checked
        if not todo or self.shapes.shapes[number].deactivated:
            return
        cycle = self.shapes.components.get(number)
        if cycle is None:
            yield self._check(number, todo)
            checked |= todo
        elif cycle in self.assumed:
            taken = self.assumed[cycle].setdefault(number, set())
            todo -= taken | failed
            taken |= todo
            if todo:
                yield self._check(number, todo)
        else:
            yield self._cycle(cycle, number, todo)

    def _cycle(self, cycle: int, number: int, todo: set[int]) -> Walk:
        """Find the failures of shapes that refer to themselves.

        SHACL leaves recursion open. Nodes under check are taken to conform, and the check is
        repeated until nobody else fails: the greatest fixed point, as pySHACL's backing out gives.
        """
        members = [n for n, other in self.shapes.components.items() if other == cycle]
        before = -1
        while before < (size := sum(len(self.run.failed.get(n, ())) for n in members)):
            before = size
            self.assumed[cycle] = {}
            yield self.verdicts(number, todo)
        for member, taken in self.assumed.pop(cycle).items():
            self.checked.setdefault(member, set()).update(taken)
        self.checked[number] |= todo

    def _check(self, number: int, todo: set[int]) -> Walk:
        shape = self.shapes.shapes[number]
        failed = self.run.failed[number]
        values = self.run.values(shape.path, todo)
        for constraint in shape.constraints:
            for other, nodes in constraint.needs(self.run, values):
                yield self.verdicts(other, nodes)
            failed |= constraint.failing_focus(self.run, values)
        for other in shape.properties:
            yield self.verdicts(other, values.all)
            failed |= values.having(values.all & self.run.failed[other])


def _times(focus: Mapping[int, int], by_focus: Mapping[int, Iterable[int]]) -> dict[int, int]:
    times: dict[int, int] = {}
    for node, values in by_focus.items():
        for value in values:
            times[value] = times.get(value, 0) + focus[node]
    return times


def unsatisfied(
    data: TripleIndex, shapes: Shapes, constraint: Constraint, nodes: Iterable[Term]
) -> set[Term]:
    """Return those of `nodes` that, as value nodes, do not satisfy a constraint of `shapes`.

    Raises ValidationFailure if that could not be checked.
    """
    check = _Check(data, shapes, details=False)
    values = ValueNodes({check.run.number(node) for node in nodes}, None)
    for other, needed in constraint.needs(check.run, values):
        _drive(check.verdicts(other, needed))
    return {check.run.term(node) for node in constraint.failing_focus(check.run, values)}
