"""What two graphs do not share: by lines, whatever the blank nodes are called."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from kg_builder.errors import InputError
from kg_builder.graph.changes import changes
from kg_builder.graph.comparison import (
    compare,
    compare_evidence,
    difference,
    lines,
    name_blank_nodes,
)
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand

B = "https://data.test/kg/id/"
HOSTILE = "\0\t\n\r\x0b\x1f\x7f\x85\u2028\u202e\"'\\<>{}|^` .;#_:“”（）😀"


def graph(triples, name=None):
    store = Store()
    store.extend(Quad(*triple, name or DefaultGraph()) for triple in triples)
    return OpenGraph(store, Path("a.ttl"))


def iri(name):
    return NamedNode(B + name)


texts = st.text(
    st.one_of(st.sampled_from(HOSTILE), st.characters(exclude_categories=["Cs"])), max_size=8
)
nodes = st.sampled_from([iri(f"thing/{letter}") for letter in "甲乙丙丁"])
values = st.one_of(
    nodes,
    texts.map(Literal),
    texts.map(lambda text: Literal(text, language="zh")),
    st.integers(0, 3).map(Literal),
)
predicates = st.sampled_from(
    [
        *(RDFS_LABEL, expand("about"), expand("value"), expand("street")),
        *(expand("dcterms:isReplacedBy"), expand("owl:deprecated")),
    ]
)
facts = st.builds(Triple, nodes, predicates, values)
types = st.builds(
    Triple,
    nodes,
    st.just(RDF_TYPE),
    st.sampled_from([expand("Canteen"), expand("Observation"), expand("Passage")]),
)
graphs = st.lists(st.one_of(facts, types), max_size=14, unique=True)
blanks = st.sampled_from([BlankNode(f"b{number}") for number in range(4)])
blank_facts = st.builds(
    Triple,
    st.one_of(blanks, nodes),
    st.sampled_from([expand("address"), expand("value")]),
    st.one_of(blanks, values),
)


@given(graphs, graphs)
def test_the_difference_applied_to_old_gives_new(old, new):
    before, after = graph(old), graph(new)
    found = compare(before, after)
    applied = (lines(before, "all") - encoded(found.removed)) | encoded(found.added)
    assert applied == lines(after, "all")
    read = {quad.triple for quad in parse(b"\n".join(applied), RdfFormat.N_TRIPLES)}
    assert read == set(new)
    assert found.same == (set(old) == set(new))


def encoded(found):
    return {line.encode() for line in found}


@given(graphs)
def test_a_graph_does_not_differ_from_itself(triples):
    found = compare(graph(triples), graph(list(reversed(triples))))
    assert found.same
    assert changes(found, graph(triples), graph(triples)).entities == ()


@given(graphs, graphs)
def test_every_changed_triple_is_told_once(old, new):
    before, after = graph(old), graph(new)
    found = compare(before, after)
    told = changes(found, before, after)
    removed, added = list(told.evidence.removed), list(told.evidence.added)
    for entity in told.entities:
        went, came = entity.lines()
        removed += went
        added += came
    assert sorted(removed) == sorted(found.removed)
    assert sorted(added) == sorted(found.added)


@given(st.lists(blank_facts, max_size=8), st.lists(blank_facts, max_size=8), st.randoms())
@settings(max_examples=150)
def test_blank_nodes_are_the_same_exactly_if_the_graphs_are_isomorphic(old, new, random):
    assert named_lines(old) == named_lines(renamed(old, random))
    assert (named_lines(old) == named_lines(new)) == (canonical(old) == canonical(new))


def named_lines(triples):
    blank = [triple for triple in set(triples) if BlankNode in map(type, triple)]
    return sorted(name_blank_nodes(sorted(f"{triple} .".encode() for triple in blank))) + sorted(
        f"{triple} .".encode() for triple in set(triples) - set(blank)
    )


def renamed(triples, random):
    labels = [f"x{number}" for number in range(4)]
    random.shuffle(labels)

    def other(term):
        return BlankNode(labels[int(term.value[1:])]) if isinstance(term, BlankNode) else term

    return [Triple(*map(other, triple)) for triple in random.sample(triples, len(triples))]


def canonical(triples):
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def test_a_change_in_one_blank_node_leaves_the_others_alone():
    first, second, third = (BlankNode(name) for name in "abc")
    shared = [
        Triple(iri("x"), expand("address"), first),
        Triple(first, RDFS_LABEL, Literal("一")),
        Triple(iri("y"), expand("address"), second),
    ]
    old = graph([*shared, Triple(second, RDFS_LABEL, Literal("二"))])
    new = graph([*shared, Triple(second, RDFS_LABEL, Literal("三"))])
    found = compare(old, new)
    assert len(found.removed) == len(found.added) == 2
    assert not any("一" in line for line in (*found.removed, *found.added))
    (told,) = changes(found, old, new).entities
    assert told.entity.node == f"<{B}y>"
    assert {part.kind for part in told.statements} == {"added", "removed"}
    copies = [Triple(iri("x"), expand("address"), node) for node in (first, third)]
    assert not compare(graph(copies[:1]), graph(copies)).same  # two nodes alike are still two


def test_words_that_look_like_a_blank_node_are_words():
    triple = Triple(iri("x"), RDFS_LABEL, Literal("a _:b c"))
    assert compare(graph([triple]), graph([])).removed == (f"{triple} .",)


def test_the_graphs_of_a_dataset_file_are_known_by_their_names():
    base = "https://data.test/kg/"
    store = Store()
    for layer in ("inferred", "evidence", "ontology", "report/r"):
        for name in (NamedNode(f"{base}graph/{layer}"), DefaultGraph()):
            store.add(Quad(iri(layer), RDFS_LABEL, Literal("x"), name))
    dataset = OpenGraph(store, Path("dataset.nq"))
    for selection, wanted in (("asserted", "report/r"), ("inferred", "inferred")):
        assert lines(dataset, selection) == {f'<{B}{wanted}> {RDFS_LABEL} "x" .'.encode()}
    assert len(lines(dataset, "all")) == 4
    with pytest.raises(InputError, match="no graph inferred"):
        lines(graph([]), "inferred")


def test_what_stands_elsewhere_is_counted_by_fact():
    base = "https://data.test/kg/"
    evidence = NamedNode(f"{base}graph/evidence")

    def reified(fact, passage, line):
        yield Triple(iri(fact), expand("rdf:subject"), iri("x"))
        yield Triple(iri(fact), expand("prov:wasQuotedFrom"), iri(passage))
        yield Triple(iri(passage), expand("line"), Literal(line))

    def opened(*facts):
        found = graph([triple for fact in facts for triple in reified(*fact)], evidence)
        found.store.add(
            Quad(iri("o"), RDFS_LABEL, Literal("o"), NamedNode(f"{base}graph/ontology"))
        )
        return found

    old = opened(("stays", "p1", 1), ("line", "p2", 2), ("span", "p3", 3), ("goes", "p4", 4))
    new = opened(("stays", "p1", 1), ("line", "p2", 7), ("span", "p9", 3), ("comes", "p5", 4))
    found = compare_evidence(old, new)
    assert (found.moved, found.gained, found.lost) == (2, 1, 1)
    assert compare_evidence(old, graph([])) is None


def test_difference_of_lines_is_sorted():
    assert difference({b"b", b"a", b"c"}, {b"c", b"d"}).removed == ("a", "b")
