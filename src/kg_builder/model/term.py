"""Words for people: what the classes, properties and concepts of the ontology are called."""

from __future__ import annotations

from dataclasses import dataclass

from kg_builder.model.bilingual import Bilingual


@dataclass(frozen=True, slots=True)
class Term:
    """A term's label, and the module of the ontology (`canteen`) or scheme (`status`) it is of."""

    label: Bilingual
    module: str
