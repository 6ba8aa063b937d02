"""What new triples do, against validating everything before and after, on random small worlds."""

from __future__ import annotations

from context_support import as_stored, assert_same_effect
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple
from test_inference import chain_triples
from test_shacl_random import CLASSES, PROPERTIES, SUBCLASS, data_triples, shapes_graphs

from kg_builder.graph.shacl import compile_shapes
from kg_builder.graph.vocabulary import expand

THOROUGH = settings(
    max_examples=400,
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
