"""Lexicons name concepts of the taxonomies, and say the same as they do."""

import re
import tomllib
from pathlib import Path

import pyoxigraph
import pytest

HOUSE = Path(__file__).parents[4]

TAXONOMIES = HOUSE / "ontology" / "taxonomies"
SCHEME = "https://w3id.org/kg-builder/"
KG = SCHEME + "ont#"
SKOS = "http://www.w3.org/2004/02/skos/core#"


def concepts(scheme):
    prefix = f"{SCHEME}{scheme}/"
    found = {}
    for quad in pyoxigraph.parse(
        path=str(TAXONOMIES / f"{scheme}.ttl"), format=pyoxigraph.RdfFormat.TURTLE
    ):
        subject = quad.subject.value
        if subject.startswith(prefix):
            names = found.setdefault(subject.removeprefix(prefix), {})
            names.setdefault(quad.predicate.value, []).append(quad.object)
    return found


def load(path):
    return tomllib.loads((HOUSE / "genre" / path).read_text("utf-8"))


def test_units_are_those_of_the_taxonomy():
    units = {unit["name"]: unit for unit in load("lexicons/units.toml")["unit"]}
    known = concepts("unit")
    assert set(units) == set(known)
    for name, unit in units.items():
        says = known[name]
        labels = [*says[SKOS + "prefLabel"], *says.get(SKOS + "altLabel", [])]
        assert set(unit["surfaces"]) == {item.value for item in labels if item.language == "zh"}
        assert f"{SCHEME}unit/{unit['base']}" == says[KG + "baseUnit"][0].value
        assert unit["multiplier"] == says[KG + "multiplier"][0].value


@pytest.mark.parametrize(
    ("path", "scheme", "key"),
    [
        ("lexicons/status.toml", "status", "concept"),
        ("lexicons/indicators.toml", "basis", "basis"),
        ("rules/figures.toml", "bound", "bound"),
        ("rules/figures.toml", "measure", "measure"),
        ("rules/periods.toml", "span", "span"),
    ],
)
def test_concepts_are_those_of_the_taxonomy(path, scheme, key):
    text = (HOUSE / "genre" / path).read_text("utf-8")
    used = set(re.findall(rf'^{key} = "([^"]+)"', text, re.M))
    if path == "rules/figures.toml":
        used -= {"plan", "estimate", "comparable", "constant-price", "current-price"}
    assert used
    assert used <= set(concepts(scheme))
