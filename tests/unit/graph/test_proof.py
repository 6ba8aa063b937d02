"""Proofs: of everything inferred there is one, its leaves are given, and its steps are sound."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple
from tests.unit.graph.test_inference import QUICK, any_ontology, data_triples, read

from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.inference.proof import Proof, Prover, read_axioms
from kg_builder.graph.inference.schema import Statement
from kg_builder.graph.vocabulary import RDF_TYPE, expand

GRAPH = "https://example.org/graph/"
REPORT, INFERRED, EVIDENCE, ONTOLOGY = (
    NamedNode(GRAPH + name) for name in ("report/a", "inferred", "evidence", "ontology")
)


def store_of(data: Iterable[Triple], ontology: Iterable[Triple]) -> Store:
    """A store as a build leaves it."""
    index = TripleIndex(data)
    inferred = infer(TripleIndex(data), compile_ontology(ontology))
    store = Store()
    parts = {
        REPORT: [index.triple(*ids) for ids in index.ids()],
        INFERRED: inferred,
        ONTOLOGY: list(ontology),
    }
    for name, triples in parts.items():
        for triple in triples:
            store.add(Quad(*triple, name))
            store.add(Quad(*triple, DefaultGraph()))
    return store


def prover(store: Store, ontology: Iterable[Triple]) -> Prover:
    return Prover(store, read_axioms(ontology), INFERRED, EVIDENCE)


def given_in(store: Store, *graphs: NamedNode) -> set[Statement]:
    """What is given, as the store has it: it writes 01 as 1."""
    return {
        Statement(*quad.triple)
        for name in graphs
        for quad in store.quads_for_pattern(None, None, None, name)
    }


def as_instance(term: Term, hidden: dict[Term, NamedNode]) -> Term:
    """A name for what the engine tells nothing of, so that it tells of it."""
    if term in hidden:
        return hidden[term]
    return term


def is_sound(step: Proof) -> bool:
    """Whether the engine itself concludes the step from its premises and its axiom alone."""
    assert step.axiom is not None
    statements = [step.conclusion, *(premise.conclusion for premise in step.premises)]
    linked = [s for s in statements if s.predicate != RDF_TYPE]
    members = {s.subject for s in statements} | {s.object for s in linked}
    # a membership in a datatype is told of nothing, so it gets a class for its test
    renamed: dict[Term, NamedNode] = {
        term: NamedNode(f"urn:test:{number}")
        for number, term in enumerate(sorted(members, key=str))
    }

    def told(statement: Statement) -> Triple:
        return Triple(
            as_instance(statement.subject, renamed),
            statement.predicate,
            statement.object
            if statement.predicate == RDF_TYPE
            else as_instance(statement.object, renamed),
        )

    goal = told(step.conclusion)
    premises = [told(premise.conclusion) for premise in step.premises]
    axioms = list(step.axiom.triples)
    if goal.predicate == RDF_TYPE and str(goal.object).startswith("<http://www.w3.org/"):
        stand_in = NamedNode("urn:test:class")
        axioms = [Triple(t.subject, t.predicate, stand_in) for t in axioms]
        goal = Triple(goal.subject, RDF_TYPE, stand_in)
    return goal in premises or goal in infer(TripleIndex(premises), compile_ontology(axioms))


def check(proof: Proof | None, given_: set[Statement], ontology: set[Triple]) -> None:
    assert proof is not None
    assert set(proof.leaves()) <= given_
    for step in proof.steps():
        assert step.axiom is not None
        assert set(step.axiom.triples) <= ontology
        assert is_sound(step), step


@QUICK
@given(data_triples, any_ontology)
def test_whatever_is_inferred_has_a_sound_proof_from_what_is_given(data, ontology):
    store = store_of(data, ontology)
    ours = prover(store, ontology)
    statements = given_in(store, REPORT, ONTOLOGY)
    for quad in store.quads_for_pattern(None, None, None, INFERRED):
        proof = ours.prove(quad.triple)
        assert proof is not None, quad
        assert (proof.axiom is None) == (proof.conclusion in statements)
        check(proof, statements, set(ontology))
        assert proof == prover(store, ontology).prove(quad.triple)


@QUICK
@given(data_triples, data_triples, any_ontology)
def test_what_is_neither_given_nor_inferred_has_none(data, others, ontology):
    store = store_of(data, ontology)
    ours = prover(store, ontology)
    mentioned = {term for triple in ontology for term in triple}
    for triple in others:
        known = any(store.quads_for_pattern(*triple, DefaultGraph()))
        if known or triple.subject not in mentioned:
            assert (ours.prove(triple) is not None) == known


def test_a_proof_has_the_fewest_layers_and_names_its_axioms():
    ontology = read(
        ":inStreet owl:propertyChainAxiom ( :hasStatement :street ) ."
        ":hasStatement owl:inverseOf :about . :within a owl:TransitiveProperty ."
        ":inStreet rdfs:subPropertyOf :within . :within rdfs:domain :Place ."
        ":Place rdfs:subClassOf :Thing . :Canteen rdfs:subClassOf :Thing ."
    )
    data = read(":l :about :c ; :street :s . :s :within :d . :d :within :b . :c a :Canteen .")
    store = store_of(data, ontology)

    def rules(turtle: str) -> list[str]:
        (goal,) = read(turtle)
        proof = prover(store, ontology).prove(goal)
        assert proof is not None
        return [step.axiom.rule for step in proof.steps() if step.axiom]

    assert rules(":c a :Canteen .") == []
    assert rules(":c a :Thing .") == ["cax-sco"]
    assert rules(":c :inStreet :s .") == ["prp-spo2", "prp-inv"]
    assert rules(":c :within :b .") == ["prp-trp", "prp-spo1", "prp-spo2", "prp-inv"]
    assert rules(":s a :Thing .") == ["cax-sco", "prp-dom"]
    assert prover(store, ontology).prove(*read(":c :within :c .")) is None


def test_a_long_way_is_one_step_and_is_found_soon():
    ontology = read(":within a owl:TransitiveProperty .")
    data = read("".join(f":n{i} :within :n{i + 1} ." for i in range(120)))
    (goal,) = read(":n0 :within :n120 .")
    proof = prover(store_of(data, ontology), ontology).prove(goal)
    assert proof is not None
    assert len(proof.premises) == 120
    assert is_sound(proof)


def test_premises_that_are_told_of_nothing_are_found():
    ontology = read(
        ":has owl:inverseOf :of . :like owl:propertyChainAxiom ( :has :of ) ."
        ":size rdfs:range xsd:integer . xsd:integer rdfs:subClassOf :Number ."
        ":of rdfs:range :C ."
    )
    data = read(':x :has "1" . :y :has "1" . :z :size :w .')
    store = store_of(data, ontology)
    for text in (":x :like :y .", ":x a :C .", ":w a :Number ."):
        (goal,) = read(text)
        check(
            prover(store, ontology).prove(goal),
            {Statement(*triple) for triple in data},
            set(ontology),
        )


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    from kg_builder.pipeline import BuildOptions, build

    out = tmp_path_factory.mktemp("published") / "out"
    build([], BuildOptions(out=out))
    return out


def test_every_inferred_triple_of_the_published_graph_has_a_sound_proof(published: Path):
    store = Store.read_only(str(published / "store"))
    base = "https://example.org/kg/graph/"
    inferred, evidence = NamedNode(base + "inferred"), NamedNode(base + "evidence")
    ontology = [
        quad.triple
        for quad in store.quads_for_pattern(None, None, None, NamedNode(base + "ontology"))
    ]
    ours = Prover(store, read_axioms(ontology), inferred, evidence)
    stated = set(ontology)
    given_ = given_in(
        store,
        *(
            name
            for name in store.named_graphs()
            if isinstance(name, NamedNode)
            and (name.value.startswith(base + "report/") or name.value == base + "ontology")
        ),
    )
    goals = [quad.triple for quad in store.quads_for_pattern(None, None, None, inferred)]
    assert len(goals) > 3000
    for goal in goals:
        proof = ours.prove(goal)
        assert proof is not None, goal
        assert proof.axiom is not None
        assert set(proof.leaves()) <= given_
        for step in proof.steps():
            assert step.axiom is not None
            assert set(step.axiom.triples) <= stated
            assert is_sound(step)


def test_literals_and_hostile_names_are_terms_like_others():
    ontology = read(":says rdfs:subPropertyOf :tells .")
    words = Literal('<script>"\n\u202e=cmd|x', language="zh")
    data = [
        Triple(NamedNode("https://example.org/a"), NamedNode("https://example.org/says"), words)
    ]
    goal = Triple(data[0].subject, NamedNode("https://example.org/tells"), words)
    proof = prover(store_of(data, ontology), ontology).prove(goal)
    assert proof is not None
    assert proof.premises[0].conclusion.object == words
    assert expand("rdf:type") == RDF_TYPE
