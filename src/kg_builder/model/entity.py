"""Entities: things that reports name, and the nodes that hang from them."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg_builder.model.selector import Evidence


@dataclass(frozen=True, slots=True, order=True)
class EntityId:
    """What tells one thing from every other: its class and its key.

    `type` is a class of the ontology by local name (`Canteen`); `key` are readable parts that
    depend on the thing alone, never on what else was read. The graph mints the IRI from both.
    """

    type: str
    key: tuple[str, ...]
    _hash: int = field(init=False, repr=False, compare=False)
    """Kept, since an id is looked up for every fact; never pickled: it holds in one process."""

    def __post_init__(self) -> None:
        if not self.key or not all(self.key):
            raise ValueError(f"an entity of class {self.type} has an empty key: {self.key!r}")
        object.__setattr__(self, "_hash", hash((self.type, self.key)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the fields, as a `Span`."""
        return EntityId, (self.type, self.key)


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with its name as the report writes it, and the places that name it."""

    id: EntityId
    label: str | None
    """The name the report uses; None for nodes without a name of their own (a statement)."""
    mentions: tuple[Evidence, ...]
    alt_labels: tuple[str, ...] = ()
    also_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.mentions:
            raise ValueError(f"an entity without a mention: {self.id}")
