"""Which worked examples two graphs answer differently."""

import pytest

from kg_builder.asking.comparison import Answer, Question, compare_answers
from kg_builder.graph.opening import open_graph
from kg_builder.model.bilingual import Bilingual

TITLE = Bilingual("题", "title")


@pytest.fixture
def graphs(tmp_path):
    texts = {
        "old": "<x:a> <x:p> 1, 2 . <x:b> <x:p> 3 ; <x:n> 1 . <x:c> <x:n> 2 .",
        "new": "<x:a> <x:p> 1, 4 . <x:b> <x:p> 3 ; <x:n> 2 . <x:c> <x:n> 1 .",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.ttl").write_text(text, "utf-8")
    with open_graph(tmp_path / "old.ttl") as old, open_graph(tmp_path / "new.ttl") as new:
        yield old, new


def asked(graphs, *texts):
    old, new = graphs
    questions = [Question(f"q{number}", TITLE, (), text, text) for number, text in enumerate(texts)]
    return compare_answers(old, new, questions, timeout=60)


def test_rows_are_compared_as_a_bag(graphs):
    found = asked(
        graphs,
        "SELECT ?v WHERE { <x:a> <x:p> ?v }",
        "SELECT ?v WHERE { <x:b> <x:p> ?v }",
        "ASK { <x:a> <x:p> 4 }",
        "CONSTRUCT WHERE { <x:a> <x:p> ?v }",
        "SELECT ?s WHERE { ?s <x:n> ?n }",
    )
    assert (found.queries, found.examples) == (5, 5)
    values, yes, triples = found.changes
    number = '"{}"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert (values.query, values.lost, values.gained) == (
        "q0",
        ((number.format(2),),),
        ((number.format(4),),),
    )
    assert (yes.lost, yes.gained) == ((("false",),), (("true",),))
    assert len(triples.lost) == len(triples.gained) == 1


def test_rows_are_compared_as_a_sequence_where_they_are_ordered(graphs):
    (change,) = asked(graphs, "SELECT ?s WHERE { ?s <x:n> ?n } ORDER BY ?n").changes
    assert (change.lost, change.gained) == ((), ())
    assert change.old.rows == change.new.rows[::-1]


def test_a_graph_that_cannot_answer_is_no_quiet_one(graphs):
    old, new = graphs
    why = Bilingual("没有", "none")
    text = "SELECT ?v WHERE { <x:b> <x:p> ?v }"
    one_side = Question("q", TITLE, (("street", "某"),), why, text)
    neither = Question("q", TITLE, (), why, why)
    (change,) = compare_answers(old, new, [one_side, neither], timeout=60).changes
    assert change.old == Answer(problem=why)
    assert len(change.new.rows) == 1
    assert change.arguments == (("street", "某"),)


def test_nothing_asked_nothing_told(graphs):
    assert asked(graphs).changes == ()
