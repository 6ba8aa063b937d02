"""The closure against owlrl, and what it promises besides."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg_builder.errors import ConfigurationError, InputError, TimeLimitError
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import Closure, compile_ontology, infer, infer_with_owlrl
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.workers import run_in_child

ONTOLOGY = Path(__file__).parents[3] / "ontology"
THOROUGH = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
QUICK = settings(THOROUGH, max_examples=100)


def name(local: str) -> NamedNode:
    return NamedNode("https://example.org/" + local)


def read(turtle: str) -> tuple[Triple, ...]:
    prefixes = "".join(f"@prefix {key}: <{value}> .\n" for key, value in PREFIXES.items())
    text = f"{prefixes}@prefix : <https://example.org/> .\n{turtle}"
    return tuple(quad.triple for quad in parse(text.encode(), format=RdfFormat.TURTLE))


# Small worlds: few names, so that rules meet.

CLASSES = [name(f"C{i}") for i in range(5)]
PROPERTIES = [name(f"p{i}") for i in range(4)]
CONCEPTS = [name(f"k{i}") for i in range(2)]
THINGS = [name(f"i{i}") for i in range(4)]
LITERALS = [
    Literal("1", datatype=expand("xsd:integer")),
    Literal("01", datatype=expand("xsd:integer")),
    Literal("1.0", datatype=expand("xsd:decimal")),
    Literal("一", language="zh"),
    Literal("一"),
]

a_class, a_property = st.sampled_from(CLASSES), st.sampled_from(PROPERTIES)
a_range = st.sampled_from([*CLASSES, expand("xsd:integer"), expand("owl:Thing")])


def axiom(predicate: str, subject: Any, object_: Any) -> st.SearchStrategy[tuple[Triple, ...]]:
    return st.builds(lambda s, o: (Triple(s, expand(predicate), o),), subject, object_)


def of_kind(kind: str) -> st.SearchStrategy[tuple[Triple, ...]]:
    return axiom("rdf:type", a_property, st.just(expand(kind)))


def chain_triples(target: NamedNode, steps: list[NamedNode]) -> tuple[Triple, ...]:
    key = hashlib.sha256(repr((target, steps)).encode()).hexdigest()[:8]
    cells = [BlankNode(f"c{key}x{i}") for i in range(len(steps))]
    nodes = [*cells, expand("rdf:nil")]
    triples = [Triple(target, expand("owl:propertyChainAxiom"), nodes[0])]
    for i, (cell, step) in enumerate(zip(cells, steps, strict=True)):
        triples.append(Triple(cell, expand("rdf:first"), step))
        triples.append(Triple(cell, expand("rdf:rest"), nodes[i + 1]))
    return tuple(triples)


AXIOMS: dict[str, st.SearchStrategy[tuple[Triple, ...]]] = {
    "subClassOf": axiom("rdfs:subClassOf", a_class, a_class),
    "equivalentClass": axiom("owl:equivalentClass", a_class, a_class),
    "subPropertyOf": axiom("rdfs:subPropertyOf", a_property, a_property),
    "labels": axiom("rdfs:subPropertyOf", a_property, st.just(expand("rdfs:label"))),
    "equivalentProperty": axiom("owl:equivalentProperty", a_property, a_property),
    "inverseOf": axiom("owl:inverseOf", a_property, a_property),
    "symmetric": of_kind("owl:SymmetricProperty"),
    "transitive": of_kind("owl:TransitiveProperty"),
    "domain": axiom("rdfs:domain", a_property, a_range),
    "range": axiom("rdfs:range", a_property, a_range),
    "chain": st.builds(chain_triples, a_property, st.lists(a_property, min_size=2, max_size=4)),
    "disjoint": axiom("owl:disjointWith", a_class, a_class),
    "declared": axiom("rdf:type", a_class, st.just(expand("owl:Class"))),
    "fact": st.builds(
        lambda s, p, o: (Triple(s, p, o),),
        st.sampled_from(CONCEPTS),
        a_property,
        st.sampled_from([*CONCEPTS, THINGS[0], LITERALS[0]]),
    ),
}

a_link = st.builds(
    Triple,
    st.sampled_from([*THINGS, *THINGS, *CONCEPTS]),
    a_property,
    st.sampled_from([*THINGS, *THINGS, *CONCEPTS, *LITERALS]),
)
a_membership = st.builds(Triple, st.sampled_from(THINGS), st.just(RDF_TYPE), a_class)
data_triples = st.lists(a_link | a_membership, min_size=1, max_size=14, unique=True)


def ontologies(kinds: Iterable[str]) -> st.SearchStrategy[tuple[Triple, ...]]:
    some = st.one_of([AXIOMS[kind] for kind in kinds])
    return st.lists(some, min_size=1, max_size=9).map(
        lambda parts: tuple(dict.fromkeys(chain.from_iterable(parts)))
    )


any_ontology = ontologies(AXIOMS)


def closure(data: Iterable[Triple], ontology: Iterable[Triple]) -> tuple[Triple, ...]:
    return infer(TripleIndex(data), compile_ontology(ontology))


@pytest.fixture(scope="module")
def owlrl() -> Iterator[Callable[..., tuple[Triple, ...]]]:
    """owlrl in one child for all cases, to save the start of an interpreter for each."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:

        def run(function: Callable[..., Any], *args: Any, timeout: float) -> Any:
            return pool.submit(function, *args).result(timeout)

        yield lambda data, ontology: infer_with_owlrl(data, ontology, timeout=100, run=run)


@pytest.mark.parametrize("kind", AXIOMS)
def test_each_kind_of_axiom_alone_gives_what_owlrl_gives(owlrl, kind):
    @settings(THOROUGH, max_examples=12)
    @given(data_triples, ontologies([kind]))
    def check(data, ontology):
        assert closure(data, ontology) == owlrl(data, ontology)

    check()


def test_all_kinds_of_axiom_together_give_what_owlrl_gives(owlrl):
    @THOROUGH
    @given(data_triples, any_ontology)
    def check(data, ontology):
        assert closure(data, ontology) == owlrl(data, ontology)

    check()


@QUICK
@given(data_triples, any_ontology)
def test_what_is_inferred_is_new_sorted_and_no_noise(data, ontology):
    inferred = closure(data, ontology)
    assert not set(inferred) & set(data)
    assert list(inferred) == sorted(set(inferred), key=str)
    mentioned = {term for triple in ontology for term in triple}
    for triple in inferred:
        assert triple.subject in {*THINGS, *CONCEPTS} - mentioned
        assert triple.object not in (expand("owl:Thing"), expand("xsd:integer"))


@QUICK
@given(data_triples, any_ontology)
def test_the_closure_of_a_closure_adds_nothing(data, ontology):
    assert closure((*data, *closure(data, ontology)), ontology) == ()


@QUICK
@given(data_triples, data_triples, any_ontology)
def test_more_data_never_entails_less(data, more, ontology):
    small = {*data, *closure(data, ontology)}
    large = {*data, *more, *closure((*data, *more), ontology)}
    assert small <= large


@QUICK
@given(st.lists(data_triples, min_size=2, max_size=3), any_ontology)
def test_extending_a_closure_is_closing_the_whole(parts, ontology):
    extended = Closure(TripleIndex(parts[0]), compile_ontology(ontology))
    for part in parts[1:]:
        before = set(extended.inferred())
        change = extended.extend(part)
        assert (before | set(change.inferred)) - set(change.promoted) == set(extended.inferred())
        assert set(change.promoted) == before & set(part)
    whole = list(chain.from_iterable(parts))
    assert extended.inferred() == closure(whole, ontology)
    assert {extended.index.triple(*ids) for ids in extended.index.ids()} == {
        *whole,
        *extended.inferred(),
    }
    assert len(extended.index) == len(set(whole)) + len(extended)


@QUICK
@given(data_triples, any_ontology)
def test_the_index_may_hold_the_ontology_too(data, ontology):
    index = TripleIndex((*ontology, *data))
    inferred = infer(index, compile_ontology(ontology))
    assert inferred == closure(data, ontology)
    assert len(index) == len({*ontology, *data}) + len(inferred)


@QUICK
@given(st.data(), data_triples, any_ontology)
def test_the_order_of_the_input_does_not_matter(drawn, data, ontology):
    other_data = drawn.draw(st.permutations(data))
    other_ontology = drawn.draw(st.permutations(ontology))
    assert closure(other_data, other_ontology) == closure(data, ontology)


def test_premises_about_concepts_and_literals_count_but_are_not_told():
    ontology = read(
        ":inBaseUnit owl:propertyChainAxiom ( :unit :base ) . :wan :base :yuan ."
        ":has owl:inverseOf :of . :like owl:propertyChainAxiom ( :has :of ) ."
    )
    data = read(':o :unit :wan . :x :has "1" . :y :has "1" .')
    told = {str(triple.predicate).rpartition("/")[2][:-1] for triple in closure(data, ontology)}
    assert told == {"inBaseUnit", "like"}
    assert closure(read(":o :unit :wan ."), ontology) == read(":o :inBaseUnit :yuan .")


def test_an_extension_finds_premises_old_new_and_hidden():
    ontology = read(
        ":inBaseUnit owl:propertyChainAxiom ( :unit :base ) . :wan :base :yuan ."
        ":has owl:inverseOf :about . :member owl:propertyChainAxiom ( :has :who ) ."
        ":memberOf owl:inverseOf :member . :peer owl:propertyChainAxiom ( :memberOf :member ) ."
    )
    closed = Closure(TripleIndex(read(":s :who :a . :g :member :b .")), compile_ontology(ontology))
    change = closed.extend(read(":s :about :g . :s :unit :wan ."))
    told = ":a :memberOf :g ; :peer :a, :b . :b :peer :a . :g :has :s ; :member :a ."
    assert set(change.inferred) == {*read(told), *read(":s :inBaseUnit :yuan .")}
    assert closed.extend(read(":b :peer :a .")).promoted == read(":b :peer :a .")


def test_what_an_inverse_says_of_a_concept_or_a_literal_classes_the_thing():
    ontology = read(":of owl:inverseOf :has . :of rdfs:range :C . :k a :Kind .")
    data = read(':x :has "1" . :y :has :k .')
    assert closure(data, ontology) == read(":x a :C . :y a :C .")


def test_labels_of_concepts_are_left_to_the_ontology():
    ontology = read('skos:prefLabel rdfs:subPropertyOf rdfs:label . :k skos:prefLabel "甲"@zh .')
    data = read(':x skos:prefLabel "乙"@zh ; :p :k .')
    assert closure(data, ontology) == read(':x rdfs:label "乙"@zh .')


@pytest.mark.parametrize(
    "turtle",
    [
        ":a owl:sameAs :b .",
        ":p a owl:FunctionalProperty .",
        ":p a owl:InverseFunctionalProperty .",
        ":p a owl:ReflexiveProperty .",
        ":C owl:intersectionOf ( :A :B ) .",
        ":C owl:unionOf ( :A :B ) .",
        ":C owl:oneOf ( :a :b ) .",
        ":C owl:hasKey ( :p ) .",
        ":C owl:disjointUnionOf ( :A :B ) .",
        ":C rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :a ] .",
        ":C rdfs:subClassOf [ a owl:Restriction ] .",
        "[] owl:someValuesFrom :C .",
        "[] owl:allValuesFrom :C .",
        ":C owl:equivalentClass [] .",
        ":p owl:inverseOf [] .",
        ":p rdfs:domain [] .",
        ":p owl:propertyChainAxiom ( :q ) .",
        ":p owl:propertyChainAxiom ( :q [] ) .",
        ":p owl:propertyChainAxiom :list . :list rdf:first :q .",
        ":p owl:propertyChainAxiom :l . :l rdf:first :q ; rdf:rest :l .",
        ":p rdfs:subPropertyOf rdf:type .",
        ":p rdfs:subPropertyOf owl:sameAs .",
        "owl:Thing rdfs:subClassOf :C .",
        ":C owl:equivalentClass owl:Thing .",
        ":C rdfs:subClassOf owl:Class .",
    ],
)
def test_an_axiom_beyond_the_rules_is_refused_by_name(turtle):
    with pytest.raises(ConfigurationError) as caught:
        compile_ontology(read(turtle))
    assert "http" in caught.value.render("zh")
    assert "http" in caught.value.render("en")


def test_axioms_that_entail_nothing_about_instances_are_accepted():
    ontology = read(
        "<https://example.org/> a owl:Ontology ; owl:versionInfo '1' ; owl:imports <urn:x> ."
        ":A a owl:Class ; owl:disjointWith :B . :p a owl:ObjectProperty, owl:AsymmetricProperty ."
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B ) . :old owl:deprecated true ."
        ":p owl:propertyDisjointWith :q . :A rdfs:subClassOf owl:Thing . :n a rdfs:Datatype ."
    )
    assert closure(read(":x a :A ; :p :y ."), ontology) == ()


@pytest.mark.parametrize(
    "turtle", [":x owl:sameAs :y .", ":A rdfs:subClassOf :B .", ":p a owl:TransitiveProperty ."]
)
def test_axioms_in_data_are_refused(turtle):
    rules = compile_ontology(read(":A rdfs:subClassOf :Z ."))
    with pytest.raises(InputError):
        infer(TripleIndex(read(turtle)), rules)
    closed = Closure(TripleIndex(read(":x a :A .")), rules)
    with pytest.raises(InputError):
        closed.extend(read(":y a :A ." + turtle))
    assert len(closed.index) == 2


def test_a_transitive_chain_and_a_ring_cost_what_they_give():
    ontology = read(":p a owl:TransitiveProperty .")
    path = [Triple(name(f"n{i}"), name("p"), name(f"n{i + 1}")) for i in range(300)]
    ring = [*path, Triple(name("n300"), name("p"), name("n0"))]
    start = time.process_time()
    assert len(Closure(TripleIndex(path), compile_ontology(ontology))) == 300 * 299 // 2
    assert len(Closure(TripleIndex(reversed(path)), compile_ontology(ontology))) == 300 * 299 // 2
    assert len(Closure(TripleIndex(ring), compile_ontology(ontology))) == 301 * 301 - 301
    assert time.process_time() - start < 3


def infer_here_and_look_for_owlrl() -> tuple[int, bool]:
    inferred = infer_with_owlrl(read(":x :p :y ."), read(":p rdfs:range :C ."))
    return len(inferred), "owlrl" in sys.modules


def test_owlrl_runs_in_a_child_of_its_own():
    assert run_in_child(infer_here_and_look_for_owlrl, timeout=100) == (1, False)


def test_owlrl_can_be_stopped():
    with pytest.raises(TimeLimitError):
        infer_with_owlrl(read(":x :p :y ."), read(":p rdfs:range :C ."), timeout=0.01)


# The project's own ontology.


def own_ontology() -> tuple[Triple, ...]:
    files = [*ONTOLOGY.glob("*.ttl"), *ONTOLOGY.glob("taxonomies/*.ttl")]
    found = (quad.triple for file in sorted(files) for quad in parse(path=file))
    return tuple(dict.fromkeys(found))


def data_with_every_property(ontology: Iterable[Triple], things: int = 6) -> list[Triple]:
    """Instances of every class, joined by every property, in a fixed disorder."""
    kinds = {expand("owl:" + kind) for kind in ("ObjectProperty", "TransitiveProperty")}
    plain = {expand("owl:DatatypeProperty"), expand("owl:AnnotationProperty")}
    found: dict[str, list[NamedNode]] = {"class": [], "object": [], "plain": [], "concept": []}
    for triple in sorted(ontology, key=str):
        if triple.predicate == RDF_TYPE and isinstance(triple.subject, NamedNode):
            for group, members in (
                ("class", {expand("owl:Class")}),
                ("object", kinds),
                ("plain", plain),
                ("concept", {expand("skos:Concept")}),
            ):
                if triple.object in members:
                    found[group].append(triple.subject)
    nodes = [name(f"i{i}") for i in range(things)]
    data = [Triple(name(f"of{i}"), RDF_TYPE, term) for i, term in enumerate(found["class"])]
    for i, term in enumerate(found["object"]):
        for j in range(2):
            data.append(Triple(nodes[(i + j) % things], term, nodes[(i * 3 + j * 2 + 1) % things]))
        if found["concept"]:
            data.append(
                Triple(nodes[i % things], term, found["concept"][i % len(found["concept"])])
            )
    data += [
        Triple(nodes[i % things], term, Literal(str(i))) for i, term in enumerate(found["plain"])
    ]
    return data


def test_the_project_s_ontology_gives_what_owlrl_gives(owlrl):
    ontology = own_ontology()
    if not ontology:
        pytest.skip("no ontology yet")
    data = data_with_every_property(ontology)
    inferred = closure(data, ontology)
    assert inferred == owlrl(data, ontology)
    assert len(inferred) > len(data) / 2


DETERMINISM = """
import hashlib, sys
sys.path[:0] = {paths!r}
import test_inference as t
ontology = t.own_ontology() or t.read(":p a owl:TransitiveProperty .")
data = t.data_with_every_property(ontology)
text = "".join(f"{{triple}}\\n" for triple in t.closure(data, ontology))
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_hash_seed_does_not_matter():
    script = DETERMINISM.format(paths=[str(Path(__file__).parent), *sys.path])
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(digests) == 1
