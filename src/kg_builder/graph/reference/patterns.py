"""A SPARQL query to start from, for each class: its label, and the properties that matter."""

from __future__ import annotations

from typing import Final

from kg_builder.graph.query.prologue import declared
from kg_builder.graph.reference.fields import Field, fields_of
from kg_builder.graph.reference.records import Reference
from kg_builder.graph.vocabulary import PREFIXES

_MOST: Final = 5
_LABEL: Final = PREFIXES["rdfs"] + "label"
_TYPE: Final = PREFIXES["rdf"] + "type"
_EVIDENCE: Final = PREFIXES["kg"].removesuffix("#") + "/evidence"


def class_pattern(reference: Reference, iri: str) -> str:
    """Return a query for the things of a class, that runs as it stands.

    What every thing of the class has is asked for, the rest optionally; evidence stands in a named
    graph of its own.
    """
    name = reference.short(iri)
    local = name.rpartition(":")[2]
    variable = "?" + (local[:1].lower() + local[1:] if local.isalnum() else "thing")
    lines = [f"{variable} a {name} ."]
    required = {f.property: f.least > 0 for f in _all_fields(reference, iri)}
    taken = {variable}
    for property_ in _chosen(reference, iri, required):
        short = reference.short(property_)
        value = "?" + ("label" if property_ == _LABEL else short.rpartition(":")[2])
        if value in taken:
            value += "Value"
        taken.add(value)
        triple = f"{variable} {short} {value} ."
        lines.append(triple if required[property_] else f"OPTIONAL {{ {triple} }}")
    if reference.classes[iri].term.module == _EVIDENCE:
        lines = ["GRAPH ?graph {", *(f"  {line}" for line in lines), "}"]
    body = "\n".join(["SELECT * {", *(f"  {line}" for line in lines), "} LIMIT 10"])
    return declared(body, reference.prefixes, "\n")


def _all_fields(reference: Reference, iri: str) -> list[Field]:
    return [f for name in (iri, *reference.ancestors(iri)) for f in fields_of(reference, name)]


def _chosen(reference: Reference, iri: str, required: dict[str, bool]) -> list[str]:
    """Return properties to ask for: the label, what must be there, what the sample has."""
    sample = reference.samples.get(iri)
    said = [name for name in sample.predicates if name in required] if sample else []
    own = [field.property for field in fields_of(reference, iri)]
    must = [name for name, is_required in required.items() if is_required]
    label = [_LABEL] if _LABEL in required else []
    order = dict.fromkeys((*label, *must, *said, *own))
    return [name for name in order if name != _TYPE and ":" in reference.short(name)][:_MOST]
