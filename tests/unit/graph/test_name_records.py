"""What has a name in a graph: classes, qualifiers, aliases, tombstones, terms apart."""

import pytest
from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, parse

from kg_builder.graph.names import CONCEPT, TERM, named_things, of_store, of_triples

PREFIXES = """
@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix x: <http://x/> .
"""
GRAPH = """
kg:Street rdfs:subClassOf kg:AdministrativeArea ; a owl:Class ; rdfs:label "Street"@en, "街道"@zh .
kg:AdministrativeArea rdfs:subClassOf kg:Place .
<https://w3id.org/kg-builder/status/completed> a skos:Concept ; rdfs:label "完工"@zh ;
  skos:inScheme <https://w3id.org/kg-builder/status> .
x:site a kg:Place ; rdfs:label "旧址"@zh .
x:city a kg:AdministrativeArea ; rdfs:label "海州市"@zh .
x:area a kg:AdministrativeArea ; rdfs:label "柳江区"@zh ; kg:within x:city .
x:street a kg:Street ; rdfs:label "柳溪街道"@zh ; kg:within x:area .
x:park a kg:Place, kg:Park ; rdfs:label "科技园"@zh ; kg:within x:area, x:city .
x:meal a kg:Canteen ; rdfs:label "幸福食堂"@zh ; kg:inStreet x:street ; kg:within x:area .
x:policy a kg:Policy ; rdfs:label "Plan"@en, "行动计划"@zh ; skos:altLabel "三年计划"@zh .
x:old a kg:Policy ; rdfs:label "老计划"@zh ; owl:deprecated true ; dcterms:isReplacedBy x:older .
x:older rdfs:label "旧计划"@zh ; owl:deprecated true ; dcterms:isReplacedBy x:policy .
x:gone a kg:Policy ; rdfs:label "已撤"@zh ; owl:deprecated true .
x:loop rdfs:label "圈"@zh ; dcterms:isReplacedBy x:pool .
x:pool rdfs:label "圆"@zh ; dcterms:isReplacedBy x:loop .
x:industry a skos:Concept, kg:Industry ; skos:prefLabel "集成电路"@zh .
x:person foaf:name "无类"; rdfs:label " " .
x:silent a kg:Canteen .
_:blank rdfs:label "空白" .
"""


def triples(text):
    return [quad.triple for quad in parse(PREFIXES + text, RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def things():
    return named_things(of_triples(triples(GRAPH)))


def record(things, name):
    (found,) = [item for item in things.records if item.id == name]
    return found


def test_instances_have_their_classes_the_most_specific_first(things):
    street = record(things, "http://x/street")
    assert street.classes == ("Street", "AdministrativeArea", "Place")
    assert street.qualifier == "柳江区"
    assert not street.apart


def test_the_smallest_area_qualifies_and_the_rarest_class_comes_first(things):
    park = record(things, "http://x/park")
    assert park.qualifier == "柳江区"
    assert park.classes == ("Park", "Place")


def test_a_street_qualifies_better_than_a_district(things):
    assert record(things, "http://x/meal").qualifier == "柳溪街道"


def test_chinese_labels_come_first_and_aliases_later_and_those_of_replaced_last(things):
    names = record(things, "http://x/policy").names
    assert names == ("行动计划", "Plan", "三年计划", "旧计划", "老计划")


def test_what_was_replaced_or_withdrawn_has_no_record(things):
    ids = {item.id for item in things.records}
    assert not ids & {f"http://x/{name}" for name in ("old", "older", "gone", "loop", "pool")}


def test_terms_and_concepts_are_apart(things):
    term = record(things, "https://w3id.org/kg-builder/ont#Street")
    assert (term.names, term.classes[0], term.apart) == (("街道", "Street"), TERM, True)
    concept = record(things, "https://w3id.org/kg-builder/status/completed")
    assert concept.classes == ("status", CONCEPT, "Concept")
    assert concept.apart
    assert not record(things, "http://x/industry").apart


def test_what_has_no_class_or_no_name(things):
    assert record(things, "http://x/person").names == ("无类",)
    assert "http://x/silent" not in {item.id for item in things.records}
    assert all(item.id.startswith("http") for item in things.records)


def test_areas_that_hold_areas_and_places(things):
    assert things.areas == ("柳江区", "海州市")
    assert set(things.places) == {"海州市", "柳江区", "柳溪街道", "科技园", "旧址"}


def test_a_store_tells_the_same(things):
    store = Store()
    store.extend(Quad(*triple, DefaultGraph()) for triple in triples(GRAPH))
    assert named_things(of_store(store)) == things
    assert named_things(of_store(Store())).records == ()
