"""What every class of the ontology must have; a failure names what is missing and where it goes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg_builder.graph.ontology import load_ontology
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.resources import Resources

EXAMPLES = Path(__file__).parent / "shapes"
RESOURCES = Resources.find()
ONTOLOGY = load_ontology(RESOURCES.ontology)
KG = PREFIXES["kg"]
CLASSES = sorted(cls.value.removeprefix(KG) for cls in ONTOLOGY.classes if cls.value.startswith(KG))


@cache
def values(subject: NamedNode, predicate: str) -> tuple[Any, ...]:
    wanted = expand(predicate)
    return tuple(
        t.object for t in ONTOLOGY.triples if (t.subject, t.predicate) == (subject, wanted)
    )


def module(cls: NamedNode) -> str:
    """Return the name of the module that defines a class; empty if none says so."""
    homes = values(cls, "rdfs:isDefinedBy")
    return homes[0].value.rpartition("/")[2] if homes else ""


@cache
def targets(name: str) -> frozenset[NamedNode]:
    """Return the classes that shapes/NAME.ttl targets."""
    paths = RESOURCES.files("shapes", f"{name}.ttl")
    triples = (q.triple for path in paths for q in parse(path=path, format=RdfFormat.TURTLE))
    return frozenset(t.object for t in triples if t.predicate == expand("sh:targetClass"))


def has_example(cls: str, folder: str, ending: str) -> bool:
    wanted = (RDF_TYPE, NamedNode(KG + cls))
    return any(
        (quad.predicate, quad.object) == wanted
        for path in EXAMPLES.glob(f"{folder}/{cls}-*-{ending}.ttl")
        for quad in parse(path=path, format=RdfFormat.TURTLE)
    )


def lacks(name: str) -> list[str]:
    cls = NamedNode(KG + name)
    home = module(cls)
    if not home:
        return ["rdfs:isDefinedBy, which says in what module it is"]
    found = []
    for predicate in ("rdfs:label", "skos:definition"):
        spoken = {value.language for value in values(cls, predicate)}
        found += [
            f"{predicate} in {lang}, in ontology/{home}.ttl"
            for lang in sorted({"zh", "en"} - spoken)
        ]
    if not values(cls, "kg:iriPattern"):
        found.append(f"kg:iriPattern, in ontology/{home}.ttl")
    if cls not in targets(home):
        found.append(f"a node shape with sh:targetClass kg:{name}, in shapes/{home}.ttl")
    found += [
        f"an example, tests/shapes/{home}/{name}-CASE-{ending}.ttl"
        for ending in ("valid", "invalid")
        if not has_example(name, home, ending)
    ]
    return found


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_lacks_nothing(name: str) -> None:
    assert lacks(name) == [], f"kg:{name} lacks these"


def test_what_is_missing_is_named() -> None:
    """A class that nobody knows lacks everything, and is told so."""
    assert lacks("Nonesuch") == ["rdfs:isDefinedBy, which says in what module it is"]


def test_the_ontology_has_classes() -> None:
    assert "Canteen" in CLASSES
