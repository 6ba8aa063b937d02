"""What a class may say of itself: its properties, with the shapes that ask something of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kg_builder.graph.reference.records import Constraint, Reference, Shape
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, SCHEMES

_IN_SCHEME: Final = PREFIXES["skos"] + "inScheme"


@dataclass(frozen=True, slots=True)
class Field:
    """A property as used on a class. `least` and `most` count its values on one instance.

    `targets` are classes and datatypes that it points at, `schemes` the taxonomies it takes its
    values from; `shapes` are the property shapes that say so.
    """

    property: str
    targets: tuple[str, ...]
    schemes: tuple[str, ...]
    least: int
    most: int | None
    shapes: tuple[Shape, ...]


def fields_of(reference: Reference, iri: str) -> tuple[Field, ...]:
    """Return the fields of a class by itself, what it inherits left out, in the files' order."""
    shapes: dict[str, list[Shape]] = {}
    for shape in reference.shapes:
        if iri in shape.classes:
            for part in shape.properties:
                if part.property:
                    shapes.setdefault(part.property, []).append(part)
    names = [
        name
        for name, item in reference.properties.items()
        if iri in (*item.domains, *item.used_on) or name in shapes
    ]
    names.extend(name for name in shapes if name not in reference.properties)
    return tuple(_field(reference, name, shapes.get(name, [])) for name in names)


def _field(reference: Reference, name: str, shapes: list[Shape]) -> Field:
    asked = [constraint for shape in shapes for constraint in shape.constraints]
    binding = [c for shape in shapes if not shape.warning for c in shape.constraints]
    least = _numbers(binding, "minCount")
    most = _numbers(binding, "maxCount")
    return Field(
        name,
        _targets(reference, name, asked),
        tuple(dict.fromkeys(s for c in asked if (s := scheme_of(c)))),
        max(least, default=0),
        min(most, default=None),
        tuple(shapes),
    )


def _numbers(constraints: Iterable[Constraint], kind: str) -> list[int]:
    return [int(c.values[0].text) for c in constraints if c.kind == kind]


def _targets(reference: Reference, name: str, asked: Iterable[Constraint]) -> tuple[str, ...]:
    """Return the classes of the shapes where they are narrower than those of the ontology."""
    item = reference.properties.get(name)
    said = tuple(dict.fromkeys((*item.points_at, *item.ranges))) if item else ()
    demanded = tuple(c.values[0].text for c in asked if c.kind in ("class", "datatype"))
    narrower = [
        target
        for target in demanded
        if target in said or set(said).intersection(reference.ancestors(target)) or not said
    ]
    return tuple(dict.fromkeys(narrower)) or said or demanded


def scheme_of(constraint: Constraint) -> str | None:
    """Return the taxonomy whose concepts a constraint asks for, None if it asks something else."""
    if constraint.kind != "node" or len(constraint.shapes) != 1:
        return None
    parts = constraint.shapes[0].properties
    if len(parts) != 1 or parts[0].property != _IN_SCHEME or constraint.shapes[0].constraints:
        return None
    found = [c.values[0].iri for c in parts[0].constraints if c.kind == "hasValue"]
    scheme = (found[0] or "").removeprefix(HOUSE) if found else ""
    return HOUSE + scheme if scheme in SCHEMES else None
