"""What new triples do to a graph that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Triple

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes when triples are added; everything in it is sorted."""

    new: tuple[Triple, ...]
    """Not asserted before by any source."""
    inferred: tuple[Triple, ...]
    """Entailed now and not before; disjoint from what is asserted."""
    promoted: tuple[Triple, ...]
    """Inferred before, asserted now."""
    caused: tuple[ValidationResult, ...]
    """Results that were not there before, as `kg build` would find them."""
    resolved: tuple[ValidationResult, ...]
    """Results that were there before, and are gone."""
    standing: tuple[ValidationResult, ...]
    """Results before and after, on a node and path that the triples given touch."""
    elsewhere: Mapping[str, int]
    """Severity → how many other results there were before, and still are."""
    focus_nodes: int
    """How many nodes had to be checked."""
    notes: tuple[Bilingual, ...] = ()
    """One line for each shape for which the whole graph had to be checked."""
