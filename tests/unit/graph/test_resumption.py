"""A closure taken up again from a store gives what closing everything gives."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple
from test_inference import THOROUGH, any_ontology, closure, data_triples, read

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import ResumedClosure, compile_ontology, infer
from kg_builder.graph.ontology import load_ontology
from kg_builder.graph.publication import load_published
from kg_builder.graph.stored import StoreIndex
from kg_builder.graph.vocabulary import DEFAULT_BASE, expand
from kg_builder.resources import Resources

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


def test_the_published_graph_from_any_part_of_it():
    """Half of it, then the rest, with statements about ontology terms and literals besides."""
    resources = Resources.find()
    ontology = load_ontology(resources.ontology)
    parts = load_published(resources, DEFAULT_BASE)
    facts = as_stored(dict.fromkeys(t for part in parts for t in part.asserted))
    chance = random.Random(5)
    links = [p for p in sorted(ontology.properties, key=str) if "kg-builder" in p.value]
    nodes = sorted({t.subject for t in facts}, key=str)
    odd = [*sorted(ontology.concepts, key=str)[:5], Literal("无"), Literal("1")]
    strange = [
        Triple(chance.choice(nodes), p, chance.choice(odd))
        for p in (expand("about"), expand("partOf"), expand("within"), expand("hasMember"), *links)
    ]
    strange += [Triple(odd[n % 5], p, chance.choice(nodes)) for n, p in enumerate(links)]
    own = set(ontology.triples)
    facts = [t for t in dict.fromkeys([*facts, *strange]) if t not in own]
    rules = compile_ontology(ontology.triples)
    whole = set(infer(TripleIndex(facts), rules))
    for share in (0.5, 0.9, 0.99, 1):
        chance.shuffle(facts)
        base, more = facts[: int(share * len(facts))], facts[int(share * len(facts)) :]
        before = set(infer(TripleIndex(base), rules))
        change = ResumedClosure(stored(base, ontology.triples), rules).extend(more)
        assert set(change.inferred) == whole - before - own
        assert set(change.promoted) == before & set(more)


def test_hidden_statements_are_premises_of_what_is_not_hidden():
    ontology = read(
        ":has owl:inverseOf :about . :member owl:propertyChainAxiom ( :has :who ) ."
        ":memberOf owl:inverseOf :member . :k :broader :j ."
    )
    resumed = ResumedClosure(
        stored(read(":s :about :k . :t :about '1' ."), ontology), compile_ontology(ontology)
    )
    change = resumed.extend(read(":s :who :a . :t :who :b ."))
    assert set(change.inferred) == set(read(":a :memberOf :k . :b :memberOf '1' ."))
