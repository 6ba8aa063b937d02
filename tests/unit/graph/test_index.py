"""The index is a set of triples, whichever way it is asked."""

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import TripleIndex

IDS = st.integers(0, 11)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), IDS, st.integers(0, 1), IDS),
        st.tuples(st.just("add_pairs"), st.integers(0, 1), st.lists(st.tuples(IDS, IDS))),
        st.tuples(st.just("discard"), st.integers(0, 1), st.lists(st.tuples(IDS, IDS))),
        st.tuples(st.just("look_back"), st.integers(0, 1)),
    ),
    max_size=30,
)


def node(name):
    return NamedNode(f"urn:{name}")


@given(STEPS)
def test_it_holds_what_was_added_and_not_taken_out(steps):
    index, known = TripleIndex(), set()
    for number in range(12):
        assert index.intern(node(number)) == number
    for kind, *given_ in steps:
        match kind, given_:
            case "add", (s, p, o):
                assert index.add_ids(s, p, o) == ((s, p, o) not in known)
                known.add((s, p, o))
            case "add_pairs", (p, pairs):
                new = index.add_pairs(p, pairs)
                before = set(known)
                known |= {(s, p, o) for s, o in pairs}
                assert len(new) == len(known) - len(before)
                assert {(s, p, o) for s, o in new} == known - before
            case "discard", (p, pairs):
                index.discard_pairs(p, pairs)
                known -= {(s, p, o) for s, o in pairs}
            case "look_back", (p,):
                index.by_object(p)
    assert len(index) == len(known)
    assert set(index.ids()) == known
    assert set(index.predicates()) == {p for _, p, _ in known}
    for p in (0, 1):
        forth = {s: {o for a, b, o in known if (a, b) == (s, p)} for s in range(12)}
        back = {o: {s for s, b, c in known if (b, c) == (p, o)} for o in range(12)}
        assert {s: set(found) for s, found in index.by_subject(p).items()} == _some(forth)
        assert {o: set(found) for o, found in index.by_object(p).items()} == _some(back)
        for number in range(12):
            assert set(index.objects(number, p)) == forth[number]
            assert len(index.objects(number, p)) == len(forth[number])
            assert len(index.subjects(p, number)) == len(back[number])
            assert all(index.has(number, p, o) for o in forth[number])


def _some(found):
    return {key: values for key, values in found.items() if values}


def test_ids_come_in_the_order_of_first_sight_few_or_many():
    order = [7, 3, 9, 1, 8, 2, 6, 4, 5, 11, 10]
    index = TripleIndex()
    ids = [index.intern(node(number)) for number in range(12)]
    for number in order:
        index.add_ids(ids[0], ids[1], ids[number])
    assert list(index.objects(ids[0], ids[1])) == [ids[number] for number in order]


def test_a_term_is_found_and_a_triple_is_in_it_or_not():
    triple = Triple(node("s"), node("p"), Literal("v"))
    index = TripleIndex([triple, triple])
    assert len(index) == 1
    assert triple in index
    assert Triple(node("s"), node("p"), Literal("w")) not in index
    assert index.literals == {index.find(Literal("v"))}
    assert index.triple(*next(index.ids())) == triple
