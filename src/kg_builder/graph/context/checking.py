"""The verdicts that new triples may change, before and after, in both views of the graph.

A build validates what is asserted, then that with what was inferred (`graph.conformance`): four
graphs in all, before and after. They differ by few triples, and so they are checked in one index
that holds the ontology once, and that grows and shrinks from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg_builder.graph.context.terrain import Terrain
from kg_builder.graph.context.walk import Backwards, Changed, Neighbourhood
from kg_builder.graph.shacl import validate_at
from kg_builder.graph.shacl.parts import Parts
from kg_builder.graph.shacl.report import read_term
from kg_builder.model.validation import ValidationResult

Results = frozenset[ValidationResult]
_Pairs = Mapping[int, Iterable[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Checked:
    """Results of the nodes that were checked, before and after."""

    before: Results
    after: Results
    nodes: int
    """How many nodes had to be checked."""


class Checker:
    """Shapes and ontology, ready for question after question."""

    def __init__(self, parts: Parts, terrain: Terrain) -> None:
        self._parts = parts
        self._terrain = terrain
        self._reporters = _reporters(terrain)
        self._nested = _nested(parts, terrain)

    def check(self, new: _Pairs, inferred: _Pairs, changes: Iterable[Changed]) -> Checked:
        """Return the results that new triples and what they entail may change.

        The terrain's index holds both on top of the store. Raises ValidationFailure if something
        could not be checked.
        """
        backwards = Backwards(self._terrain, changes)
        near, before, after = self._results(backwards, new, inferred)
        nodes = near.nodes
        if self._look_elsewhere(backwards, near, before ^ after):
            _, before, after = self._results(backwards, new, inferred)
        return Checked(before, after, nodes)

    def _results(
        self, backwards: Backwards, new: _Pairs, inferred: _Pairs
    ) -> tuple[Neighbourhood, Results, Results]:
        near = Neighbourhood(self._terrain)
        focus: dict[int, list[int]] = {}
        for number, start in enumerate(self._terrain.machine.starts):
            nodes = [node for node in backwards.nodes(number) if near.targets(number, node)]
            if nodes:
                near.check(number, nodes, backwards)
                focus[start.part.number] = nodes
        if not focus:
            return near, frozenset(), frozenset()
        return near, *self._four_views(near, focus, new, inferred)

    def _four_views(
        self, near: Neighbourhood, focus: Mapping[int, list[int]], new: _Pairs, inferred: _Pairs
    ) -> tuple[Results, Results]:
        def check() -> Results:
            return frozenset(validate_at(self._terrain.ontology, self._parts.shapes, focus).results)

        base = self._add(near.asserted)
        try:
            before = check()
            known = self._add(near.inferred)
            try:
                before |= check()
                added = self._add(new, inferred)
                try:
                    after = check()
                finally:
                    self._remove(added)
            finally:
                self._remove(known)
            added = self._add(new)
            try:
                after |= check()
            finally:
                self._remove(added)
        finally:
            self._remove(base)
        return before, after

    def _add(self, *several: _Pairs) -> list[tuple[int, list[tuple[int, int]]]]:
        add = self._terrain.ontology.add_pairs
        return [(p, add(p, pairs)) for given in several for p, pairs in given.items()]

    def _remove(self, added: Iterable[tuple[int, list[tuple[int, int]]]]) -> None:
        for p, pairs in added:
            self._terrain.ontology.discard_pairs(p, pairs)

    def _look_elsewhere(
        self, backwards: Backwards, near: Neighbourhood, results: Iterable[ValidationResult]
    ) -> bool:
        """Let all be checked that may have given a result; return whether there is more to check.

        Two shapes with one property shape in common give one result between them: that one of them
        gives it now changes nothing where the other one did before.
        """
        intern = self._terrain.index.intern
        more = False
        for result in results:
            reporters = self._reporters.get(result.source_shape, [])
            nested = self._nested.get(result.source_shape, [])
            if len(reporters) < 2 and not nested:
                continue
            focus = intern(read_term(result.focus_node))
            value = None if result.value is None else intern(read_term(result.value))
            for number in reporters:
                if not near.is_checked(number, focus) and near.targets(number, focus):
                    backwards.add_check(number, focus, value)
                    more = True
            for state in nested:
                backwards.add(state, focus)
                more = True
        return more


def _reporters(terrain: Terrain) -> Mapping[str, list[int]]:
    """Return shape → the starts that report its results at their focus nodes."""
    found: dict[str, list[int]] = {}
    for number, start in enumerate(terrain.machine.starts):
        found.setdefault(str(start.part.reports.node), []).append(number)
    return found


def _nested(parts: Parts, terrain: Terrain) -> Mapping[str, list[int]]:
    """Return shape → the state of nodes at which it reports for a property shape around it."""
    shapes, entries = parts.shapes.shapes, terrain.machine.entries
    waiting = [n for part in parts.parts for n in part.reports.properties]
    seen: dict[int, None] = {}
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen[number] = None
            waiting.extend(shapes[number].properties)
    found: dict[str, list[int]] = {}
    for number in seen:
        found.setdefault(str(shapes[number].node), []).append(entries[number])
    return found
