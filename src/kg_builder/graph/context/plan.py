"""How shapes are checked: part by part around what is new, or over the whole graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from kg_builder.graph.context.machine import Machine, machine_of
from kg_builder.graph.index import Term
from kg_builder.graph.shacl import Shape, Shapes, Targets
from kg_builder.graph.shacl.constraints import shown
from kg_builder.graph.shacl.parts import Part, Parts, in_parts
from kg_builder.model.bilingual import Bilingual


@dataclass(frozen=True, slots=True)
class Plan:
    """Shapes in parts with their automaton, and those that need the whole graph."""

    parts: Parts
    machine: Machine
    whole: Shapes | None
    notes: tuple[Bilingual, ...]
    """One line for each shape that needs the whole graph."""


def plan_of(shapes: Shapes) -> Plan:
    """Return how to check shapes.

    Those that our engine cannot check go to pySHACL, which checks all shapes over all the graph.
    """
    if shapes.unsupported:
        nothing = in_parts(_targeting(shapes, ()))
        notes = tuple(_note(line) for line in shapes.unsupported)
        return Plan(nothing, machine_of(nothing), shapes, notes)
    parts = in_parts(shapes)
    machine = machine_of(parts)
    astray = [start.part for start in machine.unbounded()]
    if not astray:
        return Plan(parts, machine, None, ())
    names = dict.fromkeys(part.reports.node for part in astray)
    whole = _with_common_results(parts, astray)
    rest = replace(parts, parts=tuple(part for part in parts.parts if part not in whole))
    notes = tuple(_note(_called(name)) for name in names)
    numbers = [part.number for part in whole]
    return Plan(rest, machine_of(rest), _targeting(parts.shapes, numbers), notes)


def _with_common_results(parts: Parts, chosen: Iterable[Part]) -> list[Part]:
    """Return parts with all others that may give the same results as one of them."""
    found = list(chosen)
    nodes = {node for part in found for node in _reporting(parts, part)}
    while True:
        left = [part for part in parts.parts if part not in found]
        more = [part for part in left if not nodes.isdisjoint(_reporting(parts, part))]
        if not more:
            return found
        found += more
        nodes.update(node for part in more for node in _reporting(parts, part))


def _reporting(parts: Parts, part: Part) -> set[Term]:
    """Return the shapes whose results a part reports."""
    waiting = list(part.reports.properties)
    seen = set(waiting)
    while waiting:
        more = set(parts.shapes.shapes[waiting.pop()].properties) - seen
        seen |= more
        waiting.extend(more)
    return {part.reports.node, *(parts.shapes.shapes[number].node for number in seen)}


def _targeting(shapes: Shapes, numbers: Iterable[int]) -> Shapes:
    """Return shapes of which only those with these numbers target anything."""
    kept = set(numbers)

    def bare(number: int, shape: Shape) -> Shape:
        return shape if number in kept else replace(shape, targets=Targets())

    return replace(shapes, shapes=tuple(bare(n, shape) for n, shape in enumerate(shapes.shapes)))


def _called(node: Term) -> str:
    return shown(node) if isinstance(node, NamedNode) else "（无名 / without a name）"


def _note(shape: str) -> Bilingual:
    return Bilingual(
        f"形状 {shape}：看不出它涉及哪些三元组，因此检查了整个图",
        f"the shape {shape} does not tell which triples it reads: the whole graph was checked",
    )
