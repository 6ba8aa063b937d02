"""What new triples do to the published graph, against validating everything before and after."""

from __future__ import annotations

import random

import pytest
from context_support import assert_same_effect, layout
from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.conformance import load_shapes
from kg_builder.graph.ontology import load_ontology
from kg_builder.graph.publication import load_published
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE, expand
from kg_builder.resources import Resources


@pytest.fixture(scope="module")
def world():
    resources = Resources.find()
    ontology = load_ontology(resources.ontology)
    shapes = load_shapes(resources.files("shapes", "*.ttl"), ontology)
    parts = load_published(resources, DEFAULT_BASE)
    facts = list(dict.fromkeys(triple for part in parts for triple in part.asserted))
    return ontology, shapes, facts


class Mutations:
    """Submissions made of what is known: right, wrong and half."""

    def __init__(self, seed, facts, ontology):
        self.random = random.Random(seed)
        self.facts = facts
        self.nodes = sorted({t.subject for t in facts}, key=str)
        self.by_subject = {}
        self.by_predicate = {}
        for triple in facts:
            self.by_subject.setdefault(triple.subject, []).append(triple)
            self.by_predicate.setdefault(triple.predicate, []).append(triple)
        self.classes = sorted(ontology.classes, key=str)
        self.properties = sorted(
            (p for p in ontology.properties if "kg-builder" in p.value), key=str
        )
        self.concepts = sorted(ontology.concepts, key=str)

    def dropped(self):
        """Triples to leave out: of some nodes all, of others some."""
        chance = self.random
        whole = {t for node in chance.sample(self.nodes, 12) for t in self.by_subject[node]}
        return list(whole) + chance.sample(self.facts, 25)

    def node(self):
        kinds = [self.random.choice(self.nodes)] * 6
        fresh = NamedNode(f"{DEFAULT_BASE}id/x/{self.random.randrange(3)}")
        return self.random.choice([*kinds, fresh, self.random.choice(self.concepts)])

    def value(self, predicate):
        same = [t.object for t in self.by_predicate.get(predicate, ())] or [self.node()]
        odd = [self.node(), Literal("无"), Literal("无", language="zh"), Literal(7)]
        return self.random.choice([self.random.choice(same)] * 3 + odd)

    def one(self):
        kind = self.random.randrange(8)
        known = self.random.choice(self.facts)
        if kind == 0:
            return Triple(self.node(), RDF_TYPE, self.random.choice(self.classes))
        if kind == 1:
            other = self.random.choice(self.by_predicate[RDF_TYPE])
            return Triple(known.subject, RDF_TYPE, other.object)
        if kind == 2:
            predicate = self.random.choice(self.properties)
            return Triple(known.subject, predicate, self.value(predicate))
        if kind == 3:
            about = self.random.choice([expand("about"), expand("within"), expand("partOf")])
            return Triple(known.subject, about, self.node())
        if kind == 4:
            return known
        if kind == 5:
            return Triple(self.node(), known.predicate, known.object)
        return Triple(known.subject, known.predicate, self.value(known.predicate))

    def copied(self):
        """A node over again under another name, but for a triple or two."""
        node = self.random.choice(self.nodes)
        fresh = NamedNode(f"{DEFAULT_BASE}id/y/{self.random.randrange(3)}")
        found = [Triple(fresh, t.predicate, t.object) for t in self.by_subject[node]]
        return self.random.sample(found, max(1, len(found) - self.random.randrange(3)))


@pytest.mark.parametrize("seed", range(9))
def test_mutations_of_the_published_graph(world, seed):
    ontology, shapes, facts = world
    mutations = Mutations(seed, facts, ontology)
    dropped = mutations.dropped()
    base = [t for t in facts if t not in set(dropped)]
    if seed % 3 == 0:  # a graph that had results before
        base += [mutations.one() for _ in range(15)]
    additions = [
        dropped,
        mutations.random.sample(dropped, 8) + [mutations.one() for _ in range(6)],
        [*mutations.copied(), *mutations.copied(), mutations.one()],
    ]
    axioms = set(ontology.triples)
    for more in additions:
        more[:] = [t for t in dict.fromkeys(more) if t not in axioms]
    effects = assert_same_effect(
        base, additions, ontology.triples, shapes, of=layout(base, ontology.triples)
    )
    assert any(effect.caused for effect in effects)
    assert any(effect.inferred for effect in effects)
    assert any(effect.resolved for effect in effects)
