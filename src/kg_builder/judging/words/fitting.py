"""Whether a node meets a constraint, by what is known around it; and what a constraint looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import Term
from kg_builder.graph.shacl import Shapes, logic, queries, relations, unsatisfied
from kg_builder.graph.shacl import constraints as core
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.judging.words.facts import Facts

_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Concerns:
    """What a constraint looks at, the shapes that it refers to included."""

    predicates: tuple[NamedNode, ...] = ()
    classes: tuple[Term, ...] = ()
    """Classes that a node must be of, or must not."""
    refused: tuple[Term, ...] = ()
    """Classes that a node must not be of."""
    depth: int = 0
    """How many shapes with paths are nested in one another."""


def concerns(shapes: Shapes, constraint: Constraint) -> Concerns:
    """Return what a constraint looks at."""
    predicates: dict[NamedNode, None] = {}
    classes: dict[Term, None] = {}
    refused: dict[Term, None] = {}
    deepest = 0
    seen: set[tuple[int, bool]] = set()
    waiting: list[tuple[Constraint, int, bool]] = [(constraint, 0, False)]
    while waiting:
        current, depth, negated = waiting.pop()
        deepest = max(deepest, depth)
        predicates.update(dict.fromkeys(_named(current)))
        if isinstance(current, core.Class):
            classes[current.cls] = None
            if negated:
                refused[current.cls] = None
        below = negated is not isinstance(current, logic.Not)
        for number in _fresh(shapes, current.references(), seen, negated=below):
            shape = shapes.shapes[number]
            steps = 0
            if shape.path is not None:
                predicates.update(dict.fromkeys(shape.path.predicates()))
                steps = len(shape.path.predicates())
            waiting.extend((inner, depth + steps, below) for inner in shape.constraints)
    return Concerns(
        tuple(sorted(predicates, key=str)),
        tuple(sorted(classes, key=str)),
        tuple(sorted(refused, key=str)),
        min(deepest, _DEEPEST),
    )


def _fresh(
    shapes: Shapes, numbers: Iterable[int], seen: set[tuple[int, bool]], *, negated: bool
) -> Iterator[int]:
    """Yield shapes and the property shapes that belong to them, each once."""
    waiting = list(numbers)
    while waiting:
        number = waiting.pop()
        if (number, negated) not in seen:
            seen.add((number, negated))
            yield number
            waiting.extend(shapes.shapes[number].properties)


def _named(constraint: Constraint) -> tuple[NamedNode, ...]:
    """Return the properties that a constraint itself names."""
    if isinstance(constraint, relations.Equals | relations.Disjoint | relations.LessThan):
        return (constraint.predicate,)
    if isinstance(constraint, queries.Select | queries.Ask):
        return tuple(NamedNode(iri) for iri in sorted(constraint.query.steps or ()))
    return ()


class Fitting:
    """Tries single nodes against constraints of a shapes graph."""

    def __init__(self, shapes: Shapes, facts: Facts) -> None:
        self._shapes = shapes
        self._facts = facts
        self._known: dict[tuple[int, Term], bool] = {}

    def fits(self, number: int, node: Term) -> bool:
        """Return whether a node conforms to the shape of a number; True where nobody can tell."""
        key = number, node
        if key not in self._known:
            self._known[key] = self.meets(logic.Node((number,), ("",)), node)
        return self._known[key]

    def meets(self, constraint: Constraint, node: Term) -> bool:
        """Return whether a node, as a value, meets a constraint; True where nobody can tell."""
        found = concerns(self._shapes, constraint)
        data = self._facts.around(node, found.predicates, found.depth)
        try:
            return node not in unsatisfied(data, self._shapes, constraint, (node,))
        except ValidationFailure:
            return True
