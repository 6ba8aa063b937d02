"""VoID: what it counts is what SPARQL counts."""

from __future__ import annotations

import pytest
from distribution_support import BASE, FILES
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib.namespace import VOID

from kg_builder.graph.distribution.terms import Description, term
from kg_builder.graph.distribution.void import count, describe_links
from kg_builder.graph.opening import open_graph

INSTANCES = f"{BASE}id/"
_RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@pytest.fixture(scope="module")
def void(distribution):
    store = Store()
    store.load(path=str(distribution.folder / "void.ttl"), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def graphs(built):
    """Each dataset of the distribution as a store of its own, its triples in the default graph."""
    with open_graph(built) as graph:
        named = {node.value: node for node in graph.store.named_graphs()}
        found = {"": list(named), "asserted": [n for n in named if "/graph/report/" in n]}
        for iri in named:
            found[iri.removeprefix(f"{BASE}graph/")] = [iri]
        yield {
            key: store_of(
                quad.triple
                for iri in iris
                for quad in graph.store.quads_for_pattern(None, None, None, named[iri])
            )
            for key, iris in found.items()
        }


def store_of(triples):
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store


def number(store, pattern, what="*"):
    (row,) = store.query(f"SELECT (COUNT({what}) AS ?n) {{ {pattern} }}")
    return int(row["n"].value)


def said(void, node, name):
    (quad,) = void.quads_for_pattern(NamedNode(node), term(f"void:{name}"), None)
    return int(quad.object.value)


def test_counts(void, graphs):
    assert len(graphs) == 7  # the whole, asserted, inferred, evidence, ontology, two reports
    for key, store in graphs.items():
        node = f"{BASE}dataset/{key}".rstrip("/")
        assert said(void, node, "triples") == number(store, "?s ?p ?o"), key
        assert said(void, node, "distinctSubjects") == number(store, "?s ?p ?o", "DISTINCT ?s")
        assert said(void, node, "distinctObjects") == number(store, "?s ?p ?o", "DISTINCT ?o")
        assert said(void, node, "properties") == number(store, "?s ?p ?o", "DISTINCT ?p")
        classes = number(store, f"?s {_RDF_TYPE} ?o FILTER(ISIRI(?o))", "DISTINCT ?o")
        assert said(void, node, "classes") == classes
        own = f'?s ?p ?o FILTER(ISIRI(?s) && STRSTARTS(STR(?s), "{INSTANCES}"))'
        assert said(void, node, "entities") == number(store, own, "DISTINCT ?s")


def test_partitions(void, graphs):
    for key, store in graphs.items():
        node = f"{BASE}dataset/{key}".rstrip("/")
        rows = store.query(
            "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) (COUNT(DISTINCT ?o) AS ?k)"
            " { ?s ?p ?o } GROUP BY ?p"
        )
        expected = {tuple(term.value for term in row) for row in rows}
        found = void.query(
            f"""PREFIX void: <http://rdfs.org/ns/void#> SELECT ?p ?n ?m ?k {{
            <{node}> void:propertyPartition [ void:property ?p ; void:triples ?n ;
              void:distinctSubjects ?m ; void:distinctObjects ?k ] }}"""
        )
        assert {tuple(term.value for term in row) for row in found} == expected
        rows = store.query(
            f"SELECT ?c (COUNT(DISTINCT ?s) AS ?n) {{ ?s {_RDF_TYPE} ?c FILTER(ISIRI(?c)) }}"
            " GROUP BY ?c"
        )
        expected = {tuple(term.value for term in row) for row in rows}
        found = void.query(
            f"""PREFIX void: <http://rdfs.org/ns/void#> SELECT ?c ?n {{
            <{node}> void:classPartition [ void:class ?c ; void:entities ?n ] }}"""
        )
        assert {tuple(term.value for term in row) for row in found} == expected


def test_dumps_hold_what_their_dataset_holds(void, graphs, distribution):
    rows = list(
        void.query("SELECT ?d ?f { ?d <http://rdfs.org/ns/void#dataDump> ?f } ORDER BY ?d ?f")
    )
    assert {row["d"].value.removeprefix(f"{BASE}dataset").lstrip("/") for row in rows} >= {
        *("", "asserted", "inferred", "evidence", "ontology")
    }
    for row in rows:
        key = row["d"].value.removeprefix(f"{BASE}dataset").lstrip("/")
        if key == "ontology":
            continue  # one header instead of those of the modules: see merged_ontology
        if row["f"].value.endswith(".nq"):
            continue  # a copy of the store's own file
        path = distribution.folder / row["f"].value.removeprefix(FILES)
        quads = parse(path=str(path), format=RdfFormat.from_extension(path.suffix[1:]))
        found = {quad.triple for quad in quads}
        if key in ("", "whole"):  # blank nodes of the ontology have other labels
            found = {t for t in found if "_:" not in str(t)}
            mine = {q.triple for q in graphs[key] if "_:" not in str(q.triple)}
        else:
            mine = {q.triple for q in graphs[key]}
        assert found == mine, path.name


def test_examples_are_described_and_terms_exist(void, graphs):
    rows = list(void.query("SELECT ?e { ?d <http://rdfs.org/ns/void#exampleResource> ?e }"))
    assert len(rows) == 5
    for row in rows:
        assert any(graphs["asserted"].quads_for_pattern(row["e"], None, None))
    used = {quad.predicate.value for quad in void} | {
        quad.object.value for quad in void if isinstance(quad.object, NamedNode)
    }
    mine = {iri.removeprefix(str(VOID)) for iri in used if iri.startswith(str(VOID))}
    assert mine - {""} <= {str(name).removeprefix(str(VOID)) for name in dir(VOID)} | {"class"}


def test_links_by_predicate_and_namespace():
    whole = NamedNode(f"{BASE}dataset")
    same, seen = term("owl:sameAs"), term("rdfs:seeAlso")
    mine = [NamedNode(f"{INSTANCES}school/{n}") for n in "ab"]
    other = NamedNode("http://www.wikidata.org/entity/Q1")
    triples = [
        Triple(mine[0], same, other),
        Triple(mine[1], same, other),
        Triple(mine[1], same, mine[0]),
        Triple(mine[1], seen, other),
        Triple(other, same, mine[0]),
    ]
    about = Description()
    describe_links(about, whole, triples, INSTANCES)
    found = sorted(t.object.value for t in about if t.predicate == term("void:triples"))
    assert found == ["1", "2"]


def test_an_empty_graph_counts_nothing():
    found = count((), INSTANCES)
    assert (found.triples, found.subjects, found.classes) == (0, 0, {})
