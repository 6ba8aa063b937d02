"""Empty answers say why, and claim of the report only what its reading proves."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import QueryBoolean, QuerySolutions

import kg_builder
from kg_builder.asking.emptiness import Explainer, explain_empty
from kg_builder.asking.request import Request
from kg_builder.asking.run import answer
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.query.catalogue import load_catalogue
from kg_builder.graph.query.door import closed_door
from kg_builder.graph.query.patterns import outline
from kg_builder.model.notice import Notice
from kg_builder.resources import Resources
from kg_builder.workers import run_in_child

COMPETENCY = Path(__file__).parents[2] / "competency" / "questions.toml"
EVIDENCE = "https://example.org/kg/graph/evidence"
PLATFORM = "高性能芯片测试验证平台"


@pytest.fixture(scope="module")
def published(published_folder: Path) -> Iterator[OpenGraph]:
    """The graph built from the facts in data/ alone: reviewed, without unread passages."""
    with open_graph(published_folder) as graph:
        yield graph


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenGraph]:
    """A graph of a few triples, for queries that multiply solutions."""
    file = tmp_path_factory.mktemp("small") / "small.ttl"
    file.write_text(
        "@prefix kg: <https://w3id.org/kg-builder/ont#> ."
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
        "@prefix x: <http://x/> ."
        'x:a a kg:Canteen ; rdfs:label "甲"@zh ; kg:inStreet x:s ; kg:a x:b ; kg:p 1, "two" .'
        'x:s a kg:Street ; rdfs:label "x" ; kg:p [ a kg:Street ] . x:b kg:b x:a .',
        "utf-8",
    )
    with open_graph(file) as graph:
        yield graph


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenGraph]:
    """The graph of the invented report: nobody has reviewed it, some passages are not read."""
    out = tmp_path_factory.mktemp("example") / "out"
    path = sorted((Path(__file__).parents[3] / "examples").glob("*.txt"))[0]
    report = kg_builder.ReportInput(path.name, path.read_bytes())
    assert kg_builder.build([report], kg_builder.BuildOptions(out=out)).conforms
    with open_graph(out) as graph:
        yield graph


def explained(graph: OpenGraph, query: str) -> dict[str, Notice]:
    """Return the reasons by code, of a query that has no answer."""
    answer = graph.store.query(query, prefixes=dict(graph.prefixes))
    assert isinstance(answer, QuerySolutions | QueryBoolean)
    assert not (answer if isinstance(answer, QueryBoolean) else list(answer))
    reasons = explain_empty(graph, query)
    for reason in reasons:
        assert reason.message.zh
        assert reason.message.en
    return {reason.code: reason for reason in reversed(reasons)}


def place(reason: Notice) -> tuple[int, int]:
    assert reason.position
    return reason.position.line, reason.position.column


@pytest.mark.parametrize(
    ("query", "code", "column", "words"),
    [
        ("ASK { ?x rdfs:labl '海淀区'@zh }", "unknown-term", 10, "rdfs:label"),
        ("ASK { ?x a kg:Canteens }", "unknown-term", 12, "kg:Canteen"),
        ("ASK { street:海淀区_八里庄街 ?p ?x }", "unknown-term", 7, "street:海淀区_八里庄街道"),
        ("ASK { ?x <http://nowhere.example/p> ?y }", "unknown-term", 10, "does not have"),
        ("ASK { ?x rdfs:label '八里庄街道' }", "near-literal", 21, "language tag @zh"),
        ("ASK { ?x rdfs:label '八里庄街道'@en }", "near-literal", 21, "@zh"),
        ("ASK { ?x rdfs:label '海淀食堂７０后红餐厅'@zh }", "near-literal", 21, "width"),
        ("ASK { ?x rdfs:label '八里庄 街道'@zh }", "near-literal", 21, "blanks"),
        ("ASK { ?x rdfs:label '八里莊街道'@zh }", "near-literal", 21, "script"),
        ("ASK { ?x rdfs:label '八里庄'@zh }", "unknown-literal", 21, "contain"),
        ("ASK { ?x rdfs:label '八里庄街到'@zh }", "unknown-literal", 21, "八里庄街道"),
        ("ASK { ?x kg:startYear 2019 }", "near-literal", 23, "gYear, not integer"),
        ("ASK { ?x kg:startYear '2019' }", "near-literal", 23, "gYear, not string"),
        ("ASK { ?x kg:serialFirst '1' }", "near-literal", 25, "integer, not string"),
        ("ASK { ?x kg:headline 'true' }", "near-literal", 22, "boolean, not string"),
        ("ASK { VALUES ?n { '八里庄街道' } ?x rdfs:label ?n }", "near-literal", 19, "@zh"),
        ("ASK { ?x rdfs:label ?n FILTER(?n = '八里庄街道') }", "near-literal", 36, "@zh"),
        ("ASK { ?x a sh:NodeShape }", "unknown-term", 12, "sh:NodeShape"),
        ("ASK { ?f rdf:subject ?s }", "in-named-graph", 7, "write GRAPH"),
        (
            f"ASK {{ GRAPH <{EVIDENCE}> {{ ?x kg:inStreet ?s }} }}",
            "not-in-graph",
            55,
            "move it out",
        ),
        (
            "ASK { GRAPH ?g { ?c rdfs:label ?l . ?f rdf:subject ?c } }",
            "not-in-graph",
            18,
            "move it",
        ),
        ("ASK { ?s a kg:Street ; kg:inStreet ?x }", "wrong-direction", 24, "swap"),
        ("ASK { ?x a kg:Canteen . ?x a kg:School }", "no-join", 25, "kg:School"),
        ("ASK { ?x kg:inStreet ?y FILTER(?y = 3) }", "condition", 25, "FILTER"),
        ("ASK { ?x kg:inStreet ?y MINUS { ?x ?p ?q } }", "condition", 25, "MINUS"),
        ("SELECT ?x { ?x a kg:Canteen } LIMIT 0", "modifier", 31, "LIMIT 0"),
        ("SELECT ?x { ?x a kg:Canteen } OFFSET 999", "modifier", 31, "OFFSET 999"),
        (
            "SELECT ?s { ?x kg:inStreet ?s } GROUP BY ?s HAVING(COUNT(?x) > 99)",
            "modifier",
            45,
            "HAVING",
        ),
    ],
)
def test_what_empties_a_query_is_named(
    published: OpenGraph, query: str, code: str, column: int, words: str
) -> None:
    found = explained(published, query)
    assert code in found, found
    assert place(found[code]) == (1, column)
    assert words in found[code].message.en


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?x rdfs:labl '海淀区'@zh }",
        "ASK { ?x rdfs:label '八里庄街道' }",
        "ASK { ?s a kg:Street ; kg:inStreet ?x }",
        "ASK { ?f rdf:subject ?s }",
        "ASK { ?x a kg:Canteen ; kg:inStreet/rdfs:label '八里庄街道' ; kg:brand ?b }",
    ],
)
def test_of_the_report_nothing_is_said_where_the_query_errs(
    published: OpenGraph, query: str
) -> None:
    assert not explained(published, query).keys() & {
        "not-said",
        "not-found",
        "cell-empty",
        "unread",
    }


def test_the_culprit_is_no_larger_than_need_be(published: OpenGraph) -> None:
    query = """SELECT * {
      ?x a kg:Canteen ; rdfs:label ?name ; kg:hasAddress ?address ; kg:inStreet ?street .
      ?street rdfs:label ?called . ?street a kg:Village .
    }"""
    found = explained(published, query)
    assert "kg:inStreet" in found["no-join"].message.en
    assert "kg:Village" in found["no-join"].message.en
    assert "hasAddress" not in found["no-join"].message.en
    assert place(found["no-join"]) == (3, 36)


def test_an_empty_cell_is_what_the_report_does_not_say(published: OpenGraph) -> None:
    query = """SELECT ?m {
      ?group kg:namedAfter/rdfs:label "中国人民大学附属中学"@zh ; kg:hasMember/rdfs:label ?m
    }"""
    reason = explained(published, query)["cell-empty"]
    assert "the report does not say" in reason.message.en
    assert "成员校" in reason.message.zh
    assert "第 88 行" in reason.message.zh


def test_of_a_cell_with_words_it_is_not_said_to_be_empty(published: OpenGraph) -> None:
    query = """SELECT ?m {
      ?group kg:hasMember/rdfs:label "北京市育英中学"@zh, "海淀区"@zh ; kg:hasMember ?m
    }"""
    assert not explained(published, query).keys() & {"cell-empty", "not-said"}


def test_what_a_reviewed_reading_without_gaps_does_not_have_is_not_said(
    published: OpenGraph,
) -> None:
    query = f'SELECT ?x {{ ?p rdfs:label "{PLATFORM}"@zh ; kg:affiliatedTo ?x }}'
    reason = explained(published, query)["not-said"]
    assert "lines 7, 17" in reason.message.en
    assert "ends early" in reason.message.en


def test_another_value_than_the_one_asked_for_is_no_silence(published: OpenGraph) -> None:
    """The thing has a value: that it is not this one says nothing about the report."""
    for query in (
        f'ASK {{ ?p rdfs:label "{PLATFORM}"@zh ; kg:builtBy/rdfs:label "海淀区"@zh }}',
        f'ASK {{ ?p rdfs:label "{PLATFORM}"@zh ; a kg:School }}',
        f'ASK {{ ?p rdfs:label "{PLATFORM}"@zh ; rdfs:label ?l FILTER(?l = "海淀区"@zh) }}',
        f'ASK {{ ?p rdfs:label "{PLATFORM}"@zh ; kg:builtBy ?o . ?o a kg:Street }}',
    ):
        found = explained(published, query)
        assert found
        assert not found.keys() & {"not-said", "cell-empty", "not-found"}, query


def test_what_no_thing_is_named_for_is_not_said_to_be_unsaid(published: OpenGraph) -> None:
    found = explained(published, "SELECT ?x { ?x a kg:Village ; kg:affiliatedTo ?y }")
    assert "no-join" in found
    assert not found.keys() & {"not-said", "cell-empty"}


def test_a_part_that_the_copy_does_not_have(published: OpenGraph) -> None:
    query = 'SELECT ?l { ?s a kg:Section ; kg:sectionNumber "(三)" ; rdfs:label ?l }'
    found = explained(published, query)
    assert "5 parts are declared" in found["not-in-copy"].message.en
    assert not found.keys() & {"not-said"}


def test_what_was_not_read_is_said_and_nothing_is_claimed(example: OpenGraph) -> None:
    query = 'SELECT ?x { ?p rdfs:label "柳浦区域养老服务中心店"@zh ; kg:affiliatedTo ?x }'
    found = explained(example, query)
    assert "not-said" not in found
    report = example.summary["reports"][0]
    assert str(len(report["unread"])) in found["unread"].message.en
    assert str(report["unread"][0]["line"]) in found["unread"].message.en


def test_a_reading_that_nobody_reviewed_proves_no_silence(
    published: OpenGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    (report,) = published.summary["reports"]
    other = {**published.summary, "reports": [{**report, "decisions": {"applied": 0}}]}
    unreviewed = OpenGraph(published.store, published.path, published.generation)
    unreviewed.__dict__["summary"] = other  # as a build without decisions leaves it
    query = f'SELECT ?x {{ ?p rdfs:label "{PLATFORM}"@zh ; kg:affiliatedTo ?x }}'
    found = explained(unreviewed, query)
    assert "not-said" not in found
    assert "nobody has reviewed" in found["not-found"].message.en


def test_a_cell_of_a_table_that_was_not_read_whole_is_not_said_to_be_empty(
    published: OpenGraph,
) -> None:
    (report,) = published.summary["reports"]
    tables = [{**table, "unread_cells": 1} for table in report["tables"]]
    gaps = OpenGraph(published.store, published.path, published.generation)
    gaps.__dict__["summary"] = {**published.summary, "reports": [{**report, "tables": tables}]}
    query = """SELECT ?m {
      ?group kg:namedAfter/rdfs:label "中国人民大学附属中学"@zh ; kg:hasMember/rdfs:label ?m
    }"""
    found = explained(gaps, query)
    assert not found.keys() & {"cell-empty", "not-said"}
    assert "unread" in found


def test_other_rdf_has_no_reading(tmp_path: Path) -> None:
    file = tmp_path / "other.ttl"
    file.write_text('<http://x/a> <http://x/price> "v"@zh .', "utf-8")
    with open_graph(file) as graph:
        found = explained(graph, "ASK { ?s <http://x/price> 'v' }")
        assert set(found) == {"near-literal"}
        assert "@zh" in found["near-literal"].message.en
        assert (
            "<http://x/price>"
            in explained(graph, "ASK { ?s <http://x/prize> ?o }")["unknown-term"].message.en
        )


def explain_behind_a_closed_door(path: Path, queries: list[str]) -> list[set[str]]:
    with open_graph(path) as graph:
        explainer = Explainer(graph)
        with closed_door():
            return [{reason.code for reason in explainer.explain(query)} for query in queries]


def test_it_needs_no_file_once_it_is_made(published: OpenGraph) -> None:
    queries = [
        "ASK { ?x rdfs:label '八里莊街道'@zh }",
        "ASK { ?x rdfs:labl ?y }",
        f'SELECT ?x {{ ?p rdfs:label "{PLATFORM}"@zh ; kg:affiliatedTo ?x }}',
    ]
    found = run_in_child(explain_behind_a_closed_door, published.path, queries, timeout=60)
    assert ["near-literal" in found[0], "unknown-term" in found[1], "not-said" in found[2]] == [
        True,
        True,
        True,
    ]


def test_it_stops_when_it_may_ask_no_more(published: OpenGraph) -> None:
    query = "ASK { ?x a kg:Canteen ; kg:inStreet ?s ; rdfs:label ?l . ?s a kg:Village }"
    assert "no-join" in {reason.code for reason in explain_empty(published, query)}
    few = Explainer(published).explain(query, probes=2)
    assert "no-join" not in {reason.code for reason in few}
    assert "no-join" not in {reason.code for reason in explain_empty(published, query, seconds=0)}


HOSTILE = st.sampled_from(
    [
        *("?s ?p ?o .", "?s kg:inStreet ?o .", "?o a kg:Village .", "[] kg:p [ a kg:Street ] ."),
        *(
            "?s rdfs:label 'a\"\\n<script>' .",
            '?s rdfs:label """=cmd|\'/C\'"""@zh .',
            "FILTER(?s = 1)",
        ),
        *(
            "OPTIONAL { ?s ?q ?r }",
            "{ ?s a kg:X } UNION { ?s a kg:Y }",
            "MINUS { ?s a kg:Canteen }",
        ),
        *("VALUES (?s ?t) { (UNDEF 'x') }", "BIND(1/0 AS ?z)", "?s (kg:a|^kg:b)*/!kg:c '١'@ar ."),
        *("GRAPH ?g { ?a rdf:subject ?s . FILTER(?a < 3) }", "{ SELECT ?s { ?s a kg:Nothing } }"),
        *(
            "?s kg:p (1 'two' ?three) .",
            "FILTER NOT EXISTS { ?s a kg:Canteen }",
            "{ ?s kg:p 1, 2 ; . }",
        ),
        *("LATERAL { ?s ?k ?v }", '?s kg:p "\u202eabc" .', "_:b kg:p '\\uD800x' ."),
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(HOSTILE, max_size=5),
    st.sampled_from(["SELECT *", "ASK", "CONSTRUCT {?s ?p ?o} WHERE"]),
)
def test_no_query_brings_it_down(small: OpenGraph, parts: list[str], form: str) -> None:
    explain_empty(small, f"{form} {{ {' '.join(parts)} }}")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        HOSTILE.filter(lambda part: "LATERAL" not in part and "uD800" not in part),
        max_size=4,
        unique=True,
    )
)
def test_the_pieces_together_are_the_query(small: OpenGraph, parts: list[str]) -> None:
    query = f"ASK {{ {' '.join(parts)} }}"
    store, prefixes = small.store, dict(small.prefixes)
    shape = outline(query)
    assert shape is not None
    again = store.query(shape.ask(shape.parts), prefixes=prefixes)
    assert bool(again) == bool(store.query(query, prefixes=prefixes))


UNANSWERABLE = {
    "70a97571e71f": "not-said",
    "2461c61d40fe": "not-in-copy",
    "60fb1df934eb": "cell-empty",
    "6160c466372b": "not-said",
}


@pytest.mark.parametrize("key", UNANSWERABLE)
def test_a_question_that_the_report_does_not_answer(
    published: OpenGraph, tmp_path: Path, key: str
) -> None:
    """What is said stands first: an empty cell, a part that is not in the copy, or silence."""
    mapped = tomllib.loads(COMPETENCY.read_text("utf-8"))["question"]
    (question,) = [item for item in mapped if item["question"] == key]
    stored = load_catalogue(Resources.find())[question["query"]]
    values = {
        name: (words,) if isinstance(words, str) else tuple(words)
        for name, words in question["parameters"].items()
    }
    request = Request(stored.text, store=published.path, stored=stored, values=values)
    found = answer(request, tmp_path)
    assert found.size == 0
    assert UNANSWERABLE[key] in {reason.code for reason in found.reasons}


def test_a_class_and_a_property_of_the_ontology_that_no_data_uses(published: OpenGraph) -> None:
    unused = {
        "no-instances": "?t a owl:Class FILTER NOT EXISTS { GRAPH ?g { ?x a ?t } }",
        "unused-property": "?t a owl:ObjectProperty FILTER NOT EXISTS { GRAPH ?g { ?x ?t ?y } }",
    }
    for code, where in unused.items():
        query = f"SELECT ?t {{ {where} FILTER(STRSTARTS(STR(?t), STR(kg:))) }} LIMIT 1"
        rows = published.store.query(query, prefixes=dict(published.prefixes))
        assert isinstance(rows, QuerySolutions)
        (row,) = rows
        pattern = f"?x a {row['t']}" if code == "no-instances" else f"?x {row['t']} ?y"
        found = explained(published, f"ASK {{ {pattern} }}")
        assert "the ontology has" in found[code].message.en
        assert not found.keys() & {"unknown-term", "no-match"}
