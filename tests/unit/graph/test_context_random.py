"""What new triples do, against validating everything before and after, on random small worlds."""

from __future__ import annotations

from context_support import as_stored, assert_same_effect
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple
from shacl_support import EX, triples
from test_inference import chain_triples
from test_shacl_random import CLASSES, PROPERTIES, SUBCLASS, data_triples, shapes_graphs

from kg_builder.graph.shacl import compile_shapes
from kg_builder.graph.vocabulary import expand

THOROUGH = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
a_class, a_property = st.sampled_from(CLASSES), st.sampled_from(PROPERTIES)


def axiom(predicate, subject, object_):
    return st.builds(lambda s, o: [Triple(s, expand(predicate), o)], subject, object_)


an_axiom = st.one_of(
    axiom("rdfs:subClassOf", a_class, a_class),
    axiom("rdfs:subPropertyOf", a_property, a_property),
    axiom("owl:inverseOf", a_property, a_property),
    axiom("rdfs:domain", a_property, a_class),
    axiom("rdfs:range", a_property, a_class),
    axiom("rdf:type", a_property, st.just(expand("owl:TransitiveProperty"))),
    st.builds(chain_triples, a_property, st.lists(a_property, min_size=2, max_size=2)),
)
ontologies = st.lists(an_axiom, max_size=5).map(
    lambda parts: as_stored(t for p in parts for t in p)
)
facts = data_triples.map(lambda found: as_stored(t for t in found if t.predicate != SUBCLASS))
additions = st.lists(facts.flatmap(lambda found: st.just(found[:4])), min_size=1, max_size=3)


@THOROUGH
@given(facts, additions, ontologies, shapes_graphs())
def test_random_shapes_over_random_data(data, more, ontology, shapes):
    effects = assert_same_effect(data, more, ontology, compile_shapes(shapes))
    event(f"something changed: {any(e.caused or e.resolved for e in effects)}")


QUERIES = [
    "SELECT $this WHERE { $this ex:P+ $this }",
    "SELECT $this ?value WHERE { $this ex:P ?value . FILTER NOT EXISTS { ?value ex:Q ?x } }",
    "SELECT $this ?value WHERE { ?value ex:P $this . OPTIONAL { ?value ex:Q ?x . ?x ex:R ?y }"
    " FILTER (!BOUND(?y)) }",
    "SELECT $this ?value WHERE { $this ex:P/^ex:Q ?value . FILTER (?value != $this) }",
    "SELECT $this WHERE { $this ex:P ?a . ?b ex:Q ?a ; ex:R ?c FILTER EXISTS"
    " { ?c ex:P|ex:Q $this } }",
    "SELECT $this ?value WHERE { { $this ex:P ?value } UNION { $this ex:Q ?o . ?o ex:R ?value } }",
    "SELECT $this (COUNT(?v) AS ?n) WHERE { $this ex:P ?o . ?o ex:Q ?v } GROUP BY $this"
    " HAVING (COUNT(?v) > 1)",
    "SELECT $this ?value WHERE { $this ex:P ?o . { SELECT $this ?o (COUNT(?x) AS ?n)"
    " WHERE { $this ex:R ?o . ?o ex:Q ?x } GROUP BY $this ?o } FILTER (?n > 0)"
    " BIND(?o AS ?value) }",
    "SELECT $this WHERE { $this (ex:P|^ex:Q)+ ?o . ?o a ex:C1 FILTER NOT EXISTS"
    " { ?o ex:R ?x FILTER NOT EXISTS { ?x ex:P ?y } } }",
    "SELECT $this ?value WHERE { $this a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* ex:C2 ;"
    " ex:P ?value }",
    "SELECT $this ?value WHERE { $this ex:P ?value . FILTER (STRLEN(STR(?value)) < 20) }",
    "SELECT $this WHERE { $this ex:P ex:n1 . ex:n2 ex:Q $this }",
]
BEYOND = [
    "SELECT $this WHERE { $this ex:P ?a . ?b ex:Q ?c FILTER (?a = ?c) }",
    "SELECT $this ?value WHERE { $this ?any ?value . ?value ex:Q ?x }",
    "SELECT $this WHERE { $this ex:P ?o . FILTER EXISTS { ex:n1 ex:R ex:n2 } }",
    "SELECT $this WHERE { $this !ex:P ?o . ?o ex:Q ?x }",
]


def in_sparql(texts):
    """Shapes with a query each, the names of the predicates drawn."""

    def shape(number, text, names, target):
        for sign, name in zip("PQR", names, strict=True):
            text = text.replace(f"ex:{sign}", f"ex:p{name}")
        return (
            f"ex:S{number} a sh:NodeShape ; {target} ; sh:sparql [ sh:prefixes ex: ; "
            f'sh:select """{text}""" ] .\n'
        )

    targets = ["sh:targetClass ex:C0", "sh:targetSubjectsOf ex:p0", "sh:targetObjectsOf ex:p1"]
    one = st.tuples(
        st.sampled_from(texts),
        st.tuples(*[st.integers(0, 2)] * 3),
        st.sampled_from([*targets, "sh:targetNode ex:n0, ex:n1"]),
    )
    prefix = f'ex: sh:declare [ sh:prefix "ex" ; sh:namespace "{EX}" ] .\n'
    return st.lists(one, min_size=1, max_size=2).map(
        lambda found: triples(prefix + "".join(shape(n, *item) for n, item in enumerate(found)))
    )


@THOROUGH
@given(facts, additions, ontologies, in_sparql(QUERIES))
def test_random_queries_over_random_data(data, more, ontology, shapes):
    compiled = compile_shapes(shapes)
    effects = assert_same_effect(data, more, ontology, compiled)
    assert not any(effect.notes for effect in effects)
    event(f"something changed: {any(e.caused or e.resolved for e in effects)}")


@settings(THOROUGH, max_examples=100)
@given(facts, additions, ontologies, in_sparql(BEYOND), shapes_graphs())
def test_a_query_that_needs_the_whole_graph_says_so_and_is_right(
    data, more, ontology, shapes, others
):
    compiled = compile_shapes([*shapes, *others])
    effects = assert_same_effect(data, more, ontology, compiled)
    for effect in effects:
        assert effect.notes
        assert all("whole graph" in note.en and "\n" not in note.zh for note in effect.notes)


RECURSIVE = [
    "ex:S a sh:NodeShape ; sh:property [ sh:path ex:P ; sh:node ex:S ; sh:class ex:C1 ] .",
    "ex:S a sh:NodeShape ; sh:property ex:Q1 . ex:Q1 sh:path ex:P ; sh:minCount 1 ;"
    " sh:property ex:Q1, ex:Q2 . ex:Q2 sh:path ex:Q ; sh:nodeKind sh:IRI .",
    "ex:S a sh:NodeShape ; sh:or ( [ sh:class ex:C1 ] [ sh:property [ sh:path ex:P ;"
    " sh:qualifiedValueShape ex:S ; sh:qualifiedMinCount 1 ] ] ) .",
    "ex:S a sh:NodeShape ; sh:node ex:T . ex:T sh:property [ sh:path [ sh:inversePath ex:P ] ;"
    " sh:node ex:U ] . ex:U sh:property [ sh:path ex:Q ; sh:maxCount 1 ; sh:node ex:T ] .",
    "ex:S a sh:NodeShape ; sh:property ex:Q1 . ex:S2 a sh:NodeShape ; sh:targetClass ex:C2 ;"
    " sh:property ex:Q1, ex:Q2 . ex:Q1 sh:path ex:P ; sh:class ex:C1 ; sh:maxCount 1 ;"
    " sh:property ex:Q2 . ex:Q2 sh:path ( ex:Q ex:R ) ; sh:class ex:C0 ; sh:minCount 1 .",
]


@THOROUGH
@given(facts, additions, ontologies, st.data())
def test_shapes_that_share_and_repeat_each_other(data, more, ontology, drawn):
    text = drawn.draw(st.sampled_from(RECURSIVE))
    for sign in "PQR":
        text = text.replace(f"ex:{sign} ", f"ex:p{drawn.draw(st.integers(0, 2))} ")
    text += drawn.draw(
        st.sampled_from(
            [" ex:S sh:targetClass ex:C0 .", " ex:S sh:targetSubjectsOf ex:p1, ex:p2 ."]
        )
    )
    assert_same_effect(data, more, ontology, compile_shapes(triples(text)))
