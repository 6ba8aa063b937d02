"""What stands against a release: each reason by itself."""

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.release import obstacles
from kg_builder.graph.vocabulary import DEFAULT_BASE, HOUSE, PREFIXES

BASE = "https://data.test/kg/"
HEADER = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())
ASSERTED = (
    '@prefix : <BASEid/canteen/> . :甲 a kg:Canteen ; rdfs:label "甲"@zh . :乙 a kg:Canteen .'
)
ONTOLOGY = f"""<{HOUSE}ont> a owl:Ontology ; owl:versionIRI <{HOUSE}ont/1> ; owl:versionInfo "1" .
<{HOUSE}ont/m> a owl:Ontology ; owl:versionIRI <{HOUSE}ont/m/1> ; owl:versionInfo "1" .
kg:Canteen a owl:Class ; rdfs:label "canteen"@en ; rdfs:isDefinedBy <{HOUSE}ont/m> .
kg:Street a owl:Class ; rdfs:isDefinedBy <{HOUSE}ont/m> .
[] a owl:AllDisjointClasses ; owl:members ( kg:Canteen kg:Street ) .
<http://elsewhere.test/Thing> a owl:Class ."""


class Built(OpenGraph):
    """A graph with a base, as `kg build` leaves it."""

    summary = None


def opened(asserted=ASSERTED, ontology=ONTOLOGY, base=BASE):
    store = Store()
    for name, text in (("report/r", asserted), ("ontology", ontology)):
        for quad in parse((HEADER + text.replace("BASE", base)).encode(), RdfFormat.TURTLE):
            for graph in (NamedNode(f"{base}graph/{name}"), DefaultGraph()):
                store.add(Quad(*quad.triple, graph))
    found = Built(store, Path("build"))
    object.__setattr__(found, "summary", {"base": base})
    return found


def codes(old, new):
    return [(found.code, found.iri) for found in obstacles(old, new)]


def test_nothing_stands_against_the_same_graph_or_a_larger_one():
    assert codes(opened(), opened()) == []
    assert codes(opened(), opened(ASSERTED + ":丙 a kg:Canteen .")) == []


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ((":乙 a kg:Canteen .", ""), "vanished"),
        ((":乙 a kg:Canteen .", ":乙 owl:deprecated true ."), None),
        ((":乙 a kg:", ":乙 owl:deprecated true ; dcterms:isReplacedBy :甲 ; a kg:"), None),
        ((":乙 a kg:Canteen .", ":乙 dcterms:isReplacedBy :甲 ."), "half-tombstone"),
        (
            (":乙 a kg:Canteen .", ":乙 owl:deprecated true ; dcterms:isReplacedBy :无 ."),
            "dangling-tombstone",
        ),
        (
            (":乙 a kg:Canteen .", ":乙 owl:deprecated true ; dcterms:isReplacedBy :乙 ."),
            "dangling-tombstone",
        ),
    ],
)
def test_an_iri_that_is_gone_needs_a_tombstone(change, wanted):
    found = codes(opened(), opened(ASSERTED.replace(*change)))
    assert found == ([(wanted, f"{BASE}id/canteen/乙")] if wanted else [])


def test_the_placeholder_is_no_base_to_publish_under():
    assert codes(opened(), opened(base=DEFAULT_BASE))[0] == ("placeholder-base", DEFAULT_BASE)
    assert codes(opened(base=DEFAULT_BASE), opened()) == []  # nothing was promised
    other = opened(base="https://other.test/")
    assert codes(opened(), other) == [("base-changed", "https://other.test/")]


def test_terms_of_the_ontology_stay_and_its_version_follows_it():
    label = ONTOLOGY.replace('"canteen"@en', '"meal point"@en')
    assert codes(opened(), opened(ontology=label)) == [
        ("version-unchanged", f"{HOUSE}ont"),
        ("version-unchanged", f"{HOUSE}ont/m"),
    ]
    renewed = label.replace("ont/1>", "ont/2>").replace("m/1>", "m/2>").replace('"1"', '"2"')
    assert codes(opened(), opened(ontology=renewed)) == []
    (only_iri, _) = obstacles(opened(), opened(ontology=renewed.replace('"2"', '"1"')))
    assert "owl:versionInfo is as before" in only_iri.message.en
    gone = renewed.replace(f"kg:Street a owl:Class ; rdfs:isDefinedBy <{HOUSE}ont/m> .", "")
    assert codes(opened(), opened(ontology=gone)) == [("term-vanished", PREFIXES["kg"] + "Street")]


def test_rdf_without_graphs_of_its_own_is_checked_by_what_is_said_in_it():
    def file(text):
        store = Store()
        store.load(input=(HEADER + text.replace("BASE", BASE)).encode(), format=RdfFormat.TURTLE)
        return OpenGraph(store, Path("a.ttl"))

    old, new = file(ASSERTED + ONTOLOGY), file(ASSERTED.replace(":乙 a kg:Canteen .", ""))
    assert codes(old, new) == [("vanished", f"{BASE}id/canteen/乙")]
    evidence = file(ASSERTED + ":p a kg:Passage .")
    assert codes(evidence, file(ASSERTED)) == []
    assert codes(
        file(ONTOLOGY), file(ONTOLOGY.replace("kg:Street a owl:Class ;", "kg:Street"))
    ) == [
        ("version-unchanged", f"{HOUSE}ont"),
        ("version-unchanged", f"{HOUSE}ont/m"),
    ]
    placeholder = file(ASSERTED.replace("BASE", DEFAULT_BASE))
    assert codes(placeholder, placeholder) == [("placeholder-base", DEFAULT_BASE)]
