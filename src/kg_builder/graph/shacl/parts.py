"""Shapes taken apart into what can be checked by itself.

The results of a shape are those of its own constraints and those of its property shapes, one
independent of the other; and of a property shape, those of the constraints on each value, which
say nothing of other values, and those of the constraints on all values together. Each of these is
made a shape of its own here, with the targets of the whole: all parts together have the results of
the whole, each as often or (in shapes that refer to themselves) at least once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg_builder.graph.shacl.constraints import Constraint, ValueConstraint
from kg_builder.graph.shacl.shapes import Shape, Shapes, Targets


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a shape that targets nodes."""

    number: int
    """The shape that stands for it among `Parts.shapes`."""
    targets: Targets
    reports: Shape
    """The shape whose constraints are checked, at the focus nodes."""
    by_value: bool
    """Whether its results about a value depend on that value alone."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Shapes with their parts."""

    shapes: Shapes
    """The shapes under their numbers, and behind them those that stand for parts."""
    parts: tuple[Part, ...]


def in_parts(shapes: Shapes) -> Parts:
    """Return all parts of the shapes that target nodes."""
    taking = _Taking(shapes)
    for shape in shapes.shapes:
        if shape.targets and not shape.deactivated:
            taking.take(shape)
    return Parts(replace(shapes, shapes=tuple(taking.shapes)), tuple(taking.parts))


class _Taking:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = list(shapes.shapes)
        self.parts: list[Part] = []

    def take(self, shape: Shape) -> None:
        if shape.path is not None:
            for half, by_value in _halves(shape):
                self._add(half, half, by_value=by_value)
            return
        own = replace(shape, properties=())
        if own.constraints:
            self._add(own, own, by_value=False)
        for number in shape.properties:
            inner = self.shapes[number]
            if not inner.deactivated:
                for half, by_value in _halves(inner):
                    self.shapes.append(replace(half, targets=Targets()))
                    link = (len(self.shapes) - 1,)
                    self._add(
                        replace(shape, constraints=(), properties=link), half, by_value=by_value
                    )

    def _add(self, shape: Shape, reports: Shape, *, by_value: bool) -> None:
        self.parts.append(Part(len(self.shapes), shape.targets, reports, by_value))
        self.shapes.append(shape)


def _halves(shape: Shape) -> Iterator[tuple[Shape, bool]]:
    """Yield a property shape with what it says of each value, and with what of all together."""

    def of_each(constraint: Constraint) -> bool:
        return isinstance(constraint, ValueConstraint)

    each = tuple(filter(of_each, shape.constraints))
    if each or shape.properties:
        yield replace(shape, constraints=each), True
    together = tuple(c for c in shape.constraints if not of_each(c))
    if together:
        yield replace(shape, constraints=together, properties=()), False
