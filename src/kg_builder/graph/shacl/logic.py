"""Constraint components that rest on other shapes: SHACL 4.6 (logical) and 4.7 (shape-based)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg_builder.graph.shacl.constraints import Constraint, Finding, ValueConstraint
from kg_builder.graph.shacl.run import Run, ValueNodes
from kg_builder.graph.shacl.vocabulary import sh
from kg_builder.model.bilingual import Bilingual


@dataclass(frozen=True)
class _Combination(ValueConstraint):
    """A constraint on the verdicts of other shapes on each value node."""

    shapes: tuple[int, ...]
    names: tuple[str, ...]

    def references(self) -> tuple[int, ...]:
        """Return the shapes."""
        return self.shapes

    def needs(self, run: Run, values: ValueNodes) -> Iterator[tuple[int, set[int]]]:  # noqa: ARG002
        """Yield every shape with all value nodes."""
        return ((shape, values.all) for shape in self.shapes)

    def _listed(self) -> str:
        return ", ".join(self.names)


@dataclass(frozen=True)
class Node(_Combination):
    """sh:node (SHACL 4.7.1)."""

    component = sh("NodeConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that do not conform to the shape."""
        return nodes & run.failed[self.shapes[0]]

    def message(self) -> Bilingual:
        """Say which shape."""
        return Bilingual(
            f"值须合乎形状 {self._listed()}", f"value must conform to the shape {self._listed()}"
        )


@dataclass(frozen=True)
class Not(_Combination):
    """sh:not (SHACL 4.6.1)."""

    component = sh("NotConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that conform to the shape."""
        return nodes - run.failed[self.shapes[0]]

    def message(self) -> Bilingual:
        """Say which shape."""
        return Bilingual(
            f"值不得合乎形状 {self._listed()}",
            f"value must not conform to the shape {self._listed()}",
        )


@dataclass(frozen=True)
class And(_Combination):
    """sh:and (SHACL 4.6.2)."""

    component = sh("AndConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that fail any of the shapes."""
        return nodes & set[int]().union(*(run.failed[shape] for shape in self.shapes))

    def message(self) -> Bilingual:
        """Say which shapes."""
        return Bilingual(
            f"值须合乎全部形状 {self._listed()}",
            f"value must conform to all of the shapes {self._listed()}",
        )


@dataclass(frozen=True)
class Or(_Combination):
    """sh:or (SHACL 4.6.3)."""

    component = sh("OrConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that fail all of the shapes."""
        return nodes.intersection(*(run.failed[shape] for shape in self.shapes))

    def message(self) -> Bilingual:
        """Say which shapes."""
        return Bilingual(
            f"值须合乎其中一个形状：{self._listed()}",
            f"value must conform to one of the shapes {self._listed()}",
        )


@dataclass(frozen=True)
class Xone(_Combination):
    """sh:xone (SHACL 4.6.4)."""

    component = sh("XoneConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that conform to none of the shapes, or to several."""
        once: set[int] = set()
        often: set[int] = set()
        for shape in self.shapes:
            conforming = nodes - run.failed[shape]
            often |= once & conforming
            once |= conforming
        return (nodes - once) | often

    def message(self) -> Bilingual:
        """Say which shapes."""
        return Bilingual(
            f"值须恰好合乎其中一个形状：{self._listed()}",
            f"value must conform to exactly one of the shapes {self._listed()}",
        )


@dataclass(frozen=True)
class Qualified(Constraint):
    """sh:qualifiedValueShape with one of its two counts (SHACL 4.7.3)."""

    name: str
    """`qualifiedMinCount` or `qualifiedMaxCount`."""
    limit: int
    shape: int
    siblings: tuple[int, ...]

    def component_iri(self) -> NamedNode:
        """Return the component of this count."""
        return sh(self.name[0].upper() + self.name[1:] + "ConstraintComponent")

    def references(self) -> tuple[int, ...]:
        """Return the shape and its siblings."""
        return (self.shape, *self.siblings)

    def needs(self, run: Run, values: ValueNodes) -> Iterator[tuple[int, set[int]]]:
        """Yield the shape with all value nodes, and its siblings with those that conform to it."""
        yield self.shape, values.all
        for sibling in self.siblings:
            yield sibling, values.all - run.failed[self.shape]

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return the focus nodes with too few or too many conforming value nodes."""
        counted = values.all - run.failed[self.shape]
        for sibling in self.siblings:
            counted &= run.failed[sibling]
        least = self.name == "qualifiedMinCount"
        found: list[Finding] = []
        for node, several in values.by_focus.items():
            count = sum(value in counted for value in several)
            if count < self.limit if least else count > self.limit:
                found.append(Finding(node))
        return found

    def message(self) -> Bilingual:
        """Say how many."""
        if self.name == "qualifiedMinCount":
            return Bilingual(
                f"至少要有 {self.limit} 个合乎条件的值", f"at least {self.limit} qualified values"
            )
        return Bilingual(
            f"至多只能有 {self.limit} 个合乎条件的值", f"at most {self.limit} qualified values"
        )
