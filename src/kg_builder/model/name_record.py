"""A thing with its names: what the graph wing hands to the index of names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameRecord:
    """A thing with its names: the preferred one first, at least one."""

    id: str
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()
    """Its classes, the most specific first, their superclasses included."""
    qualifier: str = ""
    """What tells things of one name apart, as its street."""
    apart: bool = False
    """Found only by those who ask for one of its classes."""

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError(f"a thing without a name: {self.id}")


@dataclass(frozen=True, slots=True)
class NamedThings:
    """All that has a name in a graph."""

    records: tuple[NameRecord, ...]
    areas: tuple[str, ...] = ()
    """Names of areas that hold other areas: 北京市, 海淀区."""
    places: tuple[str, ...] = ()
    """Names of other places."""
