"""What is bound while the rows of a table are read: items with their places, and the nodes made."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg_builder.model.document import Row
from kg_builder.model.entity import EntityId
from kg_builder.model.selector import Evidence, Reading
from kg_builder.text.extraction.parsers import Field, Item
from kg_builder.text.grammar.quantities import Figure


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and where it stands."""

    item: Item
    row: int | None
    column: str | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class Bound:
    """A node that was made, and what made it."""

    entity: EntityId
    said: Evidence
    placed: Placed | None
    figure: Figure | None = None


@dataclass(slots=True)
class Scope:
    """What is bound at a place of the template: a table, a row, or one node of a row."""

    parent: Scope | None
    row: Row | None
    placed: Placed | None = None
    nodes: dict[str, list[Bound]] = field(default_factory=dict)
    made: dict[str, list[Bound]] = field(default_factory=dict)
    """All nodes of a row by id, those under other nodes included; shared by the row's scopes."""

    def inner(self, placed: Placed) -> Scope:
        """Return a scope within this one, for what hangs from an item."""
        return Scope(self, self.row, placed, {}, self.made)

    def bind(self, name: str, bound: Bound) -> None:
        """Record that a node was made here."""
        self.nodes.setdefault(name, []).append(bound)
        self.made.setdefault(name, []).append(bound)

    def bound(self, name: str) -> list[Bound]:
        """Return the nodes of an id, the nearest."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.nodes:
                return scope.nodes[name]
            scope = scope.parent
        return []

    def fields(self, name: str) -> tuple[Placed, tuple[Field, ...]] | None:
        """Return a field of the nearest item that has it."""
        scope: Scope | None = self
        while scope is not None:
            if scope.placed is not None and name in scope.placed.item.fields:
                return scope.placed, scope.placed.item.fields[name]
            scope = scope.parent
        return None
