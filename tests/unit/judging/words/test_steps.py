"""Walking paths with their triples agrees with the walk that validation makes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl.paths import Walker
from kg_builder.judging.words.facts import Facts
from kg_builder.judging.words.steps import path_of, walk

NODES = [NamedNode(f"x:{name}") for name in "abcde"]
STEPS = [NamedNode(f"x:p{number}") for number in range(2)]
TRIPLES = st.lists(
    st.builds(Triple, st.sampled_from(NODES), st.sampled_from(STEPS), st.sampled_from(NODES)),
    max_size=12,
)
PATHS = st.recursive(
    st.sampled_from([str(step) for step in STEPS]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("*+?")).map(lambda it: f"({it[0]}){it[1]}"),
        inner.map(lambda it: f"^({it})"),
        st.tuples(inner, st.sampled_from("/|"), inner).map(lambda it: f"({it[0]}){it[1]}({it[2]})"),
    ),
    max_leaves=4,
)


@given(TRIPLES, PATHS, st.sampled_from(NODES))
def test_values_are_those_of_validation(triples: list[Triple], path: str, focus: NamedNode) -> None:
    data = TripleIndex(triples)
    number = data.intern(focus)
    expected = {data.term(found) for found in Walker(path_of(path), data).values(number)}
    assert set(walk(Facts(triples), focus, path).values) == expected


@given(TRIPLES, PATHS, st.sampled_from(NODES))
def test_the_triples_that_lead_to_a_value_suffice(
    triples: list[Triple], path: str, focus: NamedNode
) -> None:
    found = walk(Facts(triples), focus, path)
    for value in found.values:
        leading = found.leading_to(value)
        assert set(leading) <= set(triples)
        assert value in walk(Facts(leading), focus, path).values


def test_the_last_step_comes_first() -> None:
    a, b, c = NODES[:3]
    p, q = STEPS
    triples = [Triple(a, p, b), Triple(b, q, c)]
    found = walk(Facts(triples), a, f"{p}/{q}")
    assert found.leading_to(c) == (triples[1], triples[0])
