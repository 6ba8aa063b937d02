"""What a context answers, where one can see why; the proofs at large are in test_context_*.py."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from context_support import assert_same_effect, context_of, layout
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple
from shacl_support import triples

from kg_builder.errors import InputError
from kg_builder.graph.context import Context, open_context
from kg_builder.graph.context.texts import NotUnderstoodError, patterns
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.shacl import compile_shapes
from kg_builder.graph.shacl.sparql import Query
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE, RDFS_LABEL, expand
from kg_builder.model.validation import ValidationResult
from kg_builder.pipeline import BuildOptions, build
from kg_builder.resources import Resources

CANTEEN = NamedNode(f"{DEFAULT_BASE}id/canteen/新")


def context(data: str, shapes: str, ontology: str = "", old=()) -> Context:
    place = layout(triples(data), triples(ontology))
    return context_of(place, compile_shapes(triples(shapes)), old)


def result(focus, path, component="urn:c", severity="Violation", **more):
    return ValidationResult(focus, path, None, severity, component, "<urn:s>", (), **more)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("context") / "out"
    build((), BuildOptions(out=out))
    with open_graph(out) as graph:
        yield open_context(graph, Resources.find())


def described(node, cls, label):
    return [
        Triple(node, RDF_TYPE, expand(cls)),
        Triple(node, RDFS_LABEL, Literal(label, language="zh")),
    ]


def test_a_good_submission_causes_nothing(built):
    effect = built.effect_of(described(CANTEEN, "Canteen", "新助餐点"))
    assert effect.caused == effect.resolved == effect.standing == ()
    assert set(effect.new) == set(described(CANTEEN, "Canteen", "新助餐点"))
    assert Triple(CANTEEN, RDF_TYPE, expand("Entity")) in effect.inferred
    assert effect.focus_nodes == 1
    assert effect.notes == ()


def test_what_the_graph_has_is_not_new(built):
    known = next(iter(built._layout.asserted()))
    effect = built.effect_of([known, known])
    assert effect.new == effect.inferred == effect.promoted == effect.caused == ()
    assert effect.focus_nodes == 0


def test_an_old_node_that_breaks_is_told(built):
    found = built._layout.store.quads_for_pattern(None, expand("inTier"), None, DefaultGraph())
    industry = next(found).subject
    effect = built.effect_of([Triple(industry, RDF_TYPE, expand("Statement"))])
    assert {r.focus_node for r in effect.caused} >= {str(industry)}


def test_an_inferred_triple_that_is_asserted_is_promoted(built):
    inferred = next(t for t in built._layout.inferred() if t.predicate != RDF_TYPE)
    effect = built.effect_of([inferred])
    assert effect.promoted == effect.new == (inferred,)
    assert effect.inferred == ()


def test_an_unknown_term_is_a_result_as_in_a_build(built):
    effect = built.effect_of([Triple(CANTEEN, RDF_TYPE, expand("Cantine"))])
    assert [r.component.rpartition("#")[2] for r in effect.caused] == [
        "UnknownTermConstraintComponent"
    ]


def test_axioms_are_refused_and_leave_no_trace(built):
    good = described(CANTEEN, "Canteen", "新助餐点")
    before = built.effect_of(good)
    with pytest.raises(InputError):
        built.effect_of([*good, Triple(expand("Canteen"), expand("rdfs:subClassOf"), CANTEEN)])
    assert built.effect_of(good) == before


def test_other_rdf_is_closed_and_validated_first():
    store = Store()
    for triple in described(CANTEEN, "Canteen", "助餐点"):
        store.add(Quad(triple.subject, triple.predicate, triple.object, NamedNode("urn:some")))
    other = NamedNode("urn:unnamed")
    store.add(Quad(other, RDF_TYPE, expand("Canteen")))
    opened = open_context(OpenGraph(store, path=None), Resources.find())
    effect = opened.effect_of(described(CANTEEN, "Canteen", "助餐点"))
    assert effect.new == ()
    assert sum(effect.elsewhere.values()) > 0
    mended = opened.effect_of(described(other, "Canteen", "另一助餐点"))
    assert {r.focus_node for r in mended.resolved} == {"<urn:unnamed>"}
    assert mended.elsewhere == {}


SHAPES = """
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:class ex:D ] ,
    [ sh:path [ sh:inversePath ex:q ] ; sh:maxCount 1 ] .
"""


def test_a_result_is_found_backwards_through_a_path():
    judged = context("ex:a a ex:C ; ex:p ex:v . ex:v a ex:D .", SHAPES)
    effect = judged.effect_of(triples("ex:x ex:q ex:a . ex:y ex:q ex:a ."))
    assert [(r.focus_node, r.path) for r in effect.caused] == [
        ("<http://example.org/a>", "^<http://example.org/q>")
    ]


def test_a_new_link_to_what_conforms_causes_nothing():
    shapes = """
    ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:class ex:D ] ,
        [ sh:path ( ex:p ex:m ) ; sh:class ex:D ; sh:node [ sh:property [
            sh:path ex:n ; sh:hasValue 1 ] ] ] .
    """
    data = "ex:a a ex:C . ex:v a ex:D ; ex:m ex:w . ex:w a ex:D ; ex:n 1 ."
    judged = context(data, shapes)
    assert judged.effect_of(triples("ex:a ex:p ex:v .")).caused == ()
    bad = judged.effect_of(triples("ex:a ex:p ex:v . ex:v ex:m ex:u . ex:u a ex:D ."))
    assert [r.value for r in bad.caused] == ["<http://example.org/u>"]


def test_what_is_mended_is_resolved_and_the_rest_counted():
    data = "ex:a a ex:C ; ex:p ex:v , ex:w . ex:b a ex:C ; ex:p ex:v ."
    effects = assert_same_effect(
        triples(data), [triples("ex:v a ex:D .")], (), compile_shapes(triples(SHAPES))
    )
    assert {r.focus_node for r in effects[0].resolved} == {
        "<http://example.org/a>",
        "<http://example.org/b>",
    }
    assert effects[0].elsewhere == {"Violation": 1}


def test_standing_results_are_those_on_the_node_and_path_of_a_triple():
    p, q = "<http://example.org/p>", "<http://example.org/q>"
    a, b = "<http://example.org/a>", "<http://example.org/b>"
    old = [
        result(a, p),
        result(a, q),
        result(b, f"^{p}", severity="Warning"),
        result(b, p),
        result(a, None),
        result(b, None, severity="Info"),
    ]
    effect = context("ex:a ex:p ex:c .", SHAPES, old=old).effect_of(triples("ex:a ex:p ex:b ."))
    assert {(r.focus_node, r.path) for r in effect.standing} == {
        (a, p),
        (b, f"^{p}"),
        (a, None),
    }
    assert effect.elsewhere == {"Info": 1, "Violation": 2}


def test_a_class_that_was_only_inferred_counts_for_new_where_it_is_asserted():
    shapes = "ex:S sh:targetNode ex:b ; sh:property [ sh:path ex:r ; sh:class ex:C ] ."
    judged = context("ex:a ex:p ex:v . ex:b ex:r ex:a .", shapes, "ex:p rdfs:domain ex:C .")
    effect = judged.effect_of(triples("ex:a a ex:C ."))
    assert effect.promoted == tuple(triples("ex:a a ex:C ."))
    assert [r.focus_node for r in effect.resolved] == ["<http://example.org/b>"]


def test_many_triples_are_checked_with_the_whole(monkeypatch):
    data, shapes = "ex:a a ex:C ; ex:p ex:v , ex:w .", compile_shapes(triples(SHAPES))
    more = triples("ex:v a ex:D . ex:z ex:q ex:a . ex:y ex:q ex:a ; ex:r ex:a . ex:x a ex:C .")
    ontology = triples("ex:r rdfs:subPropertyOf ex:p . ex:p rdfs:range ex:D .")
    around = assert_same_effect(triples(data), [more], ontology, shapes)
    monkeypatch.setattr("kg_builder.graph.context.context._MANY", 1)
    whole = assert_same_effect(triples(data), [more], ontology, shapes)
    assert replace(whole[0], focus_nodes=0) == replace(around[0], focus_nodes=0)
    assert whole[0].focus_nodes == 2


def test_a_property_shape_in_common_causes_nothing_twice():
    shapes = """
    ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property ex:P .
    ex:T a sh:NodeShape ; sh:targetClass ex:D ; sh:property ex:P .
    ex:P sh:path ex:p ; sh:nodeKind sh:IRI ; sh:minCount 2 .
    """
    judged = context('ex:a a ex:C ; ex:p "x" .', shapes)
    assert judged.effect_of(triples("ex:a a ex:D .")).caused == ()


def test_a_hub_costs_no_more_than_a_leaf():
    """30,000 statements about one thing: one more, and one more name, are checked alone."""
    shapes = """
    ex:S a sh:NodeShape ; sh:targetClass ex:Thing ;
        sh:property [ sh:path ex:has ; sh:class ex:Statement ] ,
            [ sh:path ex:name ; sh:maxCount 1 ] .
    ex:T a sh:NodeShape ; sh:targetSubjectsOf ex:about ;
        sh:property [ sh:path ex:about ; sh:class ex:Thing ; sh:minCount 1 ] .
    """
    ontology = "ex:has owl:inverseOf ex:about ."
    many = "".join(f"ex:s{n} a ex:Statement ; ex:about ex:hub .\n" for n in range(30_000))
    judged = context(f"ex:hub a ex:Thing ; ex:name 'a' .\n{many}", shapes, ontology)
    start = time.process_time()
    effect = judged.effect_of(triples("ex:new ex:about ex:hub . ex:hub ex:name 'b' ; a ex:Other ."))
    assert time.process_time() - start < 0.3
    assert {(r.focus_node, r.path) for r in effect.caused} == {
        ("<http://example.org/hub>", "<http://example.org/has>"),
        ("<http://example.org/hub>", "<http://example.org/name>"),
    }
    assert judged._session.index.cached < 100


def test_a_long_session_begins_anew(monkeypatch, built):
    good = described(CANTEEN, "Canteen", "新助餐点")
    before, session = built.effect_of(good), built._session
    monkeypatch.setattr("kg_builder.graph.context.context._MOST_CACHED", -1)
    assert built.effect_of(good) == before
    assert built._session is not session


def read(text: str) -> list[tuple[str, str]]:
    query = Query(text, (("ex", "http://example.org/"),))
    found = patterns(query, {"this"})
    return [
        (p.start.rpartition(" ")[2], p.path.text.replace("http://example.org/", "")) for p in found
    ]


def test_a_query_is_walked_from_this():
    assert read("SELECT $this { ?a ex:p $this ; ex:q ?b . ?b ex:r ex:c }") == [
        ("this", "^<p>"),
        ("a", "<q>"),
        ("b", "<r>"),
    ]
    assert read("SELECT $this { $this (ex:p|^ex:q)+/a ?x }") == [
        (
            "this",
            "((<p>|(^<q>))+)/<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
        )
    ]


def test_a_pattern_is_rather_walked_from_its_subject():
    """`?hub` is reached from both; all that has it for an object must not be visited."""
    found = read("SELECT $this { $this ex:p ?hub ; ex:q ?x . ?x ex:p ?hub }")
    assert found == [("this", "<p>"), ("this", "<q>"), ("x", "<p>")]


@pytest.mark.parametrize(
    "where",
    [
        "$this ?p ?o",
        "?a ex:p ?b",
        "$this ex:p ?x . ex:a ex:p ex:b",
        "$this !ex:p ?o",
        "$this ex:p [ ex:q ?x ]",
        "$this ex:p ( 1 )",
        "$this unknown:p ?o",
        "GRAPH $shapesGraph { $this ex:p ?o }",
        "$this ex:p ?o . FILTER EXISTS { ?a ex:q ?b }",
        "OPTIONAL { $this ex:p ?o } ?o ex:q ?x",
        "{ $this ex:p ?o } " * 201,
    ],
)
def test_a_query_beyond_this_is_not_understood(where):
    with pytest.raises(NotUnderstoodError):
        read(f"SELECT $this WHERE {{ {where} }}")


def test_a_component_that_asks_is_followed_from_the_value_too():
    shapes = """
    ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/" ] .
    ex:Known a sh:ConstraintComponent ; sh:parameter [ sh:path ex:knownAs ] ; sh:validator [
        sh:prefixes ex: ; sh:ask "ASK { $value ex:q ?x . ?x ex:name $knownAs }" ] .
    ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; ex:knownAs "n" ] .
    """
    data = "ex:a a ex:C ; ex:p ex:v . ex:v ex:q ex:x . ex:b a ex:C ; ex:p ex:v , ex:w ."
    effects = assert_same_effect(
        triples(data),
        [triples('ex:x ex:name "n" .'), triples('ex:w ex:q ex:z . ex:z ex:name "n" , "o" .')],
        (),
        compile_shapes(triples(shapes)),
    )
    assert {r.focus_node[-2:-1] for r in effects[0].resolved} == {"a", "b"}
    assert {r.focus_node[-2:-1] for r in effects[1].resolved} == {"b"}
    assert not effects[0].notes
