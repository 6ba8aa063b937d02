"""Text that is changed is the text that would have been written anew."""

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg_builder.graph.serialization import nquads_of_graphs, turtle, with_lines, with_subjects
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand

BASE = "https://example.org/kg/"
SUBJECTS = st.sampled_from(
    [
        NamedNode(f"{BASE}id/canteen/甲"),
        NamedNode(f"{BASE}id/canteen/甲_乙"),
        NamedNode(f"{BASE}id/canteen/甲（一）"),
        NamedNode(f"{BASE}id/street/甲"),
        NamedNode(f"{BASE}id/report/甲#L1"),
        NamedNode("http://elsewhere/a"),
        expand("Canteen"),
    ]
)
OBJECTS = st.one_of(
    SUBJECTS,
    st.text(st.sampled_from('甲\n\r\u2028\x85". @prefix;,\\ '), max_size=6).map(Literal),
    st.sampled_from([Literal(1), Literal("1.50", datatype=expand("xsd:decimal"))]),
)
TRIPLES = st.sets(
    st.builds(
        Triple,
        SUBJECTS,
        st.sampled_from([RDF_TYPE, RDFS_LABEL, expand("about"), NamedNode("http://elsewhere/p")]),
        OBJECTS,
    ),
    max_size=12,
)


@given(TRIPLES, TRIPLES)
def test_turtle_with_more_is_turtle_of_all(old, come):
    every = old | come
    touched = {triple.subject for triple in come}
    about = [triple for triple in every if triple.subject in touched]
    assert with_subjects(turtle(old, base=BASE), about, base=BASE) == turtle(every, base=BASE)


@given(TRIPLES, TRIPLES, TRIPLES)
def test_lines_with_more_and_less_are_the_lines_of_what_is_left(old, come, gone):
    graphs = (DefaultGraph(), NamedNode("urn:g"))

    def written(triples):
        return nquads_of_graphs((graph, triples) for graph in graphs)

    data = with_lines(written(old).encode(), written(come - old), written(gone & old))
    assert data.decode() == written((old - gone) | (come - old))
