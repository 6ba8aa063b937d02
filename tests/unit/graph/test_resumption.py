"""A closure taken up again from a store gives what closing everything gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Store
from test_inference import THOROUGH, any_ontology, closure, data_triples

from kg_builder.graph.inference import ResumedClosure, compile_ontology
from kg_builder.graph.stored import StoreIndex

ASSERTED, INFERRED = NamedNode("urn:asserted"), NamedNode("urn:inferred")


def stored(data, ontology):
    """A store as a build leaves it."""
    inferred = closure(data, ontology)
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in (*ontology, *data, *inferred))
    store.extend(Quad(t.subject, t.predicate, t.object, ASSERTED) for t in (*ontology, *data))
    store.extend(Quad(t.subject, t.predicate, t.object, INFERRED) for t in inferred)
    return StoreIndex(store, INFERRED, (ASSERTED,))


def as_stored(triples):
    """The triples as Oxigraph keeps them: `01` is `1` there."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return [quad.triple for quad in store]


@THOROUGH
@given(st.lists(data_triples.map(as_stored), min_size=2, max_size=4), any_ontology.map(as_stored))
def test_extending_a_stored_closure_is_closing_the_whole(parts, ontology):
    base, *additions = parts
    index = stored(base, ontology)
    resumed = ResumedClosure(index, compile_ontology(ontology))
    before = closure(base, ontology)
    for more in additions:  # each beside the same store
        change = resumed.extend(more)
        # the store's asserted view has the ontology in it; a closure of the data alone has not
        after = [t for t in closure((*base, *more), ontology) if t not in ontology]
        assert list(change.inferred) == [t for t in after if t not in before]
        assert set(change.promoted) == set(before) & set(more)
        added = {index.triple(*ids) for ids in index.ids()}
        assert added == {*more, *change.inferred} - {*base, *before, *ontology}
