"""The cubes: every figure of the graph is in one, and both are well-formed."""

from __future__ import annotations

import pytest
from cube_constraints import CONSTRAINTS, normalized, violated
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple

from kg_builder.graph.distribution.contents import Contents, Source
from kg_builder.graph.distribution.cube import NOT_STATED, describe_cubes
from kg_builder.graph.distribution.terms import Description, term
from kg_builder.graph.opening import open_graph
from kg_builder.graph.vocabulary import RDF_TYPE

BASE = "https://example.org/kg/"
PREFIXES = """
PREFIX cube: <https://w3id.org/kg-builder/cube#>
PREFIX kg: <https://w3id.org/kg-builder/ont#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


def loaded(path):
    store = Store()
    store.load(path=str(path), format=RdfFormat.TURTLE)
    return store


@pytest.fixture
def cube(distribution):
    return normalized(loaded(distribution.folder / "cube.ttl"))


def test_well_formed(cube):
    assert violated(cube) == []


def test_every_figure_is_in_one_cube(cube, built):
    with open_graph(built) as graph:
        figures = {
            row["o"].value
            for row in graph.store.query(PREFIXES + "SELECT ?o { ?o a kg:Observation }")
        }
    rows = list(cube.query(PREFIXES + "SELECT ?o ?d { ?o qb:dataSet ?d }"))
    assert figures
    assert len(rows) == len(figures)
    assert {row["o"].value for row in rows} == figures


def test_values_are_those_of_the_graph(cube, built):
    with open_graph(built) as graph:
        query = PREFIXES + "SELECT ?o ?v ?u { ?o kg:value ?v ; kg:unit ?u }"
        expected = {tuple(map(str, row)) for row in graph.store.query(query)}
        assert {tuple(map(str, row)) for row in cube.query(query)} == expected
        assert expected


def test_every_property_and_code_has_a_name(cube):
    query = (
        PREFIXES
        + """SELECT ?x {
      { ?x a qb:DimensionProperty } UNION { ?x a qb:AttributeProperty }
      UNION { ?x a qb:MeasureProperty }
      UNION { ?x a skos:Concept } UNION { ?x a skos:ConceptScheme } UNION { ?x a qb:DataSet }
      FILTER NOT EXISTS { ?x rdfs:label ?label } }"""
    )
    assert list(cube.query(query)) == []


BREAKING = {
    "IC-1": "DELETE WHERE { ?o a qb:Observation ; qb:dataSet ?d }; "
    "INSERT DATA { <o:1> a qb:Observation }",
    "IC-2": "INSERT { ?d qb:structure <s:other> } WHERE { ?d a qb:DataSet }",
    "IC-3": "INSERT DATA { <s:empty> a qb:DataStructureDefinition }",
    "IC-4": "DELETE { ?p rdfs:range ?r } WHERE { ?p a qb:DimensionProperty ; rdfs:range ?r }",
    "IC-5": "DELETE { ?p qb:codeList ?l } WHERE { ?p qb:codeList ?l }",
    "IC-6": "INSERT { ?c qb:componentRequired false } WHERE { ?c qb:dimension ?p }",
    "IC-7": "INSERT DATA { <k:1> a qb:SliceKey }",
    "IC-8": "INSERT { ?s qb:sliceKey <k:1> . <k:1> a qb:SliceKey ; qb:componentProperty <p:1> }"
    " WHERE { ?s a qb:DataStructureDefinition }",
    "IC-9": "INSERT DATA { <l:1> a qb:Slice }",
    "IC-10": "INSERT DATA { <l:1> qb:sliceStructure <k:1> . <k:1> qb:componentProperty <p:1> }",
    "IC-11": "DELETE { ?o cube:basis ?v } WHERE { ?o cube:basis ?v }",
    "IC-12": "INSERT { <o:copy> ?p ?v } WHERE { { SELECT (MIN(?o) AS ?one) "
    "{ ?o a qb:Observation } } ?one ?p ?v }",
    "IC-13": "DELETE { ?o kg:unit ?v } WHERE { ?o kg:unit ?v }",
    "IC-14": "DELETE { ?o kg:value ?v } WHERE { ?o kg:value ?v }",
    "IC-18": "INSERT DATA { <d:1> qb:slice <l:1> . <l:1> qb:observation <o:1> }",
    "IC-19a": "DELETE { ?c skos:inScheme ?l } WHERE { ?c skos:inScheme ?l }",
}


@pytest.mark.parametrize("name", BREAKING)
def test_constraints_find_what_is_broken(distribution, name):
    store = normalized(loaded(distribution.folder / "cube.ttl"))
    store.update(PREFIXES + BREAKING[name])
    if name == "IC-12":  # the aggregate of IRIs is not everywhere an IRI
        one = next(iter(store.quads_for_pattern(None, RDF_TYPE, term("qb:Observation"))))
        for quad in list(store.quads_for_pattern(one.subject, None, None)):
            store.add(type(quad)(NamedNode("o:copy"), quad.predicate, quad.object))
    assert name in violated(store)
    assert name in CONSTRAINTS


def observation(name, **said):
    node = NamedNode(f"{BASE}id/observation/{name}")
    yield Triple(node, RDF_TYPE, term("kg:Observation"))
    for key, values in said.items():
        for value in values if isinstance(values, list) else [values]:
            found = value if not isinstance(value, str) else NamedNode(BASE + value)
            yield Triple(node, term(f"kg:{key}"), found)


def cube_of(*triples):
    source = Source(NamedNode(f"{BASE}graph/report/x"), "report/x", triples, None, ())
    about = Description()
    cubes = describe_cubes(about, Contents(BASE, "0", (source,), (), (), ()))
    store = Store()
    store.extend(Quad(*triple) for triple in about)
    return cubes, normalized(store)


def one(store, name, dimension):
    node = NamedNode(f"{BASE}id/observation/{name}")
    (quad,) = store.quads_for_pattern(node, term(f"cube:{dimension}"), None)
    return quad.object


NUMBER = Literal("3.0", datatype=term("xsd:decimal"))


def test_gaps_are_coded_and_several_values_are_one_code():
    triples = (
        *observation("a", value=NUMBER, unit="u", area="id/district/某区", indicator="i"),
        *observation(
            "b", value=NUMBER, unit="u", about=["x", "y"], indicator="i", basis=["b1", "b2"]
        ),
        *observation("c", verbatim=Literal("稳步增长", language="zh"), indicator="i"),
    )
    (figures, wordings), store = cube_of(*triples)
    assert (figures.observations, wordings.observations) == (2, 1)
    assert violated(store) == []
    assert one(store, "a", "period") == NOT_STATED
    assert one(store, "a", "subject") == NamedNode(f"{BASE}id/district/某区")
    assert one(store, "b", "area") == NOT_STATED
    parts = store.quads_for_pattern(one(store, "b", "basis"), term("dcterms:hasPart"), None)
    assert {quad.object.value for quad in parts} == {BASE + "b1", BASE + "b2"}


def test_what_shares_a_place_is_numbered_in_order():
    triples = [
        triple
        for name in ("z", "m", "a")
        for triple in observation(name, value=NUMBER, unit="u", indicator="i")
    ]
    _, store = cube_of(*triples)
    assert violated(store) == []
    assert [one(store, name, "occurrence").value for name in ("a", "m", "z")] == ["1", "2", "3"]


@pytest.mark.parametrize("words", ['"><script>', "全市\n第二", "=cmd|' /C calc'!A0", "\u202e倒"])
def test_hostile_words_become_codes(words):
    compared = Literal(words, language="zh")
    triples = observation("a", value=NUMBER, unit="u", indicator="i", comparedWith=compared)
    _, store = cube_of(*triples)
    assert violated(store) == []
    code = one(store, "a", "comparison")
    (label,) = store.quads_for_pattern(code, term("skos:prefLabel"), None)
    assert label.object == compared


def test_a_graph_without_figures_has_no_cube():
    assert cube_of(Triple(NamedNode(BASE + "x"), RDF_TYPE, term("kg:Canteen")))[0] == ()
