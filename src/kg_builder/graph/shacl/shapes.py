"""Compiled shapes: what a shapes graph says, ready to be checked, and never changed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.shacl.paths import Path
from kg_builder.graph.shacl.run import Run


@dataclass(frozen=True, slots=True)
class Targets:
    """The target declarations of a shape (SHACL 2.1.3); `classes` holds the implicit ones too."""

    nodes: tuple[Term, ...] = ()
    classes: tuple[Term, ...] = ()
    subjects_of: tuple[NamedNode, ...] = ()
    objects_of: tuple[NamedNode, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.classes or self.subjects_of or self.objects_of)

    def select(self, run: Run, candidates: Iterable[int] | None) -> list[int]:
        """Return the focus nodes, in the order of their ids; of `candidates` only, if given."""
        if candidates is not None:
            return sorted(node for node in candidates if self._holds(run, node))
        found: set[int] = {run.number(node) for node in self.nodes}
        for cls in self.classes:
            found |= run.instances(cls)
        for predicate in self.subjects_of:
            found.update(run.edges(predicate))
        for predicate in self.objects_of:
            found.update(run.edges(predicate, backwards=True))
        return sorted(found)

    def _holds(self, run: Run, node: int) -> bool:
        return (
            run.term(node) in self.nodes
            or any(run.is_instance(node, cls) for cls in self.classes)
            or any(node in run.edges(predicate) for predicate in self.subjects_of)
            or any(node in run.edges(predicate, backwards=True) for predicate in self.objects_of)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A node shape, or a property shape if it has a path."""

    node: Term
    path: Path | None
    severity: NamedNode
    messages: tuple[Literal, ...]
    deactivated: bool
    targets: Targets
    constraints: tuple[Constraint, ...]
    properties: tuple[int, ...]
    """The property shapes of `sh:property`, by number: their results are this shape's."""


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The shapes of a shapes graph, by number."""

    shapes: tuple[Shape, ...]
    components: Mapping[int, int]
    """Number of a shape that refers to itself → number of its cycle."""
    triples: tuple[Triple, ...]
    """The shapes graph itself: for `$shapesGraph` and for a second engine."""
    unsupported: tuple[str, ...] = ()
    """What this engine cannot check, one line each; such shapes go through pySHACL."""

    def target_classes(self) -> tuple[NamedNode, ...]:
        """Return all classes that shapes target, sorted."""
        classes = {c for shape in self._targeting() for c in shape.targets.classes}
        return tuple(sorted((c for c in classes if isinstance(c, NamedNode)), key=str))

    def target_predicates(self) -> tuple[NamedNode, ...]:
        """Return all properties whose subjects or objects shapes target, sorted."""
        targets = [shape.targets for shape in self._targeting()]
        found = {p for t in targets for p in (*t.subjects_of, *t.objects_of)}
        return tuple(sorted(found, key=str))

    def _targeting(self) -> list[Shape]:
        return [shape for shape in self.shapes if shape.targets and not shape.deactivated]
