"""Chinese punctuation is seen where it does harm, mended, and left alone where it belongs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from kg_builder.graph.query.punctuation import mended, warnings
from kg_builder.graph.vocabulary import PREFIXES


def codes(text: str) -> list[tuple[str, int, int]]:
    return [
        (notice.code, notice.position.line, notice.position.column)
        for notice in warnings(text)
        if notice.position
    ]


@pytest.mark.parametrize(
    ("text", "right", "place"),
    [
        ("ASK { ?s ?p ?v。 }", "ASK { ?s ?p ?v. }", (1, 15)),
        ("ASK { ?s ?p ?街道， 1 }", "ASK { ?s ?p ?街道, 1 }", (1, 16)),
        ("ASK {\n ?s a kg:Canteen；kg:p 1 }", "ASK {\n ?s a kg:Canteen;kg:p 1 }", (2, 17)),
        ("ASK { ?s kg：p 1 }", "ASK { ?s kg:p 1 }", (1, 12)),
        ("ASK { FILTER（1 = 1） }", "ASK { FILTER(1 = 1) }", (1, 13)),
        ("ASK { ？s ?p 1 }", "ASK { ?s ?p 1 }", (1, 7)),
        ("ASK ｛ ?s ?p 1 ｝", "ASK { ?s ?p 1 }", (1, 5)),
        ("ASK { ?s ?p “甲，乙” }", 'ASK { ?s ?p "甲，乙" }', (1, 13)),
        ("ASK { ?s ?p “a”@zh }", 'ASK { ?s ?p "a"@zh }', (1, 13)),
        ("ASK { ?s ?p ‘a’ }", "ASK { ?s ?p 'a' }", (1, 13)),
        ("ASK { ?s　?p 1 }", "ASK { ?s ?p 1 }", (1, 9)),
        ("ASK { ?s ?p ?o FILTER(?o ＞ ３) }", "ASK { ?s ?p ?o FILTER(?o > 3) }", (1, 26)),
        ("ASK { ?s ?p ?o FILTER(?o ≥ 3) }", "ASK { ?s ?p ?o FILTER(?o >= 3) }", (1, 26)),
        ("ＡＳＫ { ?s ?p 1 }", "ASK { ?s ?p 1 }", (1, 1)),
        ("SELECT ?a、?b { ?a ?p ?b }", "SELECT ?a ?b { ?a ?p ?b }", (1, 10)),
        ("SELECT ?v。 { ?v ?p ?b }", "SELECT ?v  { ?v ?p ?b }", (1, 10)),
        ("\ufeffASK { ?s ?p 1 }", "ASK { ?s ?p 1 }", (1, 1)),
        ("ASK { ?s\u00a0?p 1 }", "ASK { ?s ?p 1 }", (1, 9)),
        ("ASK { kg：a　?p 1 }", "ASK { kg:a ?p 1 }", (1, 9)),
        ("ASK { ?s1 ?p ?s１ }", "ASK { ?s1 ?p ?s1 }", (1, 16)),
    ],
)
def test_a_slip_is_placed_and_mended(text: str, right: str, place: tuple[int, int]) -> None:
    assert ("full-width", *place) in codes(text)
    assert mended(text) == right
    Store().query(right, prefixes=dict(PREFIXES))


def test_the_message_says_what_to_write() -> None:
    (notice,) = warnings("ASK { ?s ?p ?v。 }")
    assert "`。`" in notice.message.en
    assert "?v。" in notice.message.en
    assert "write ." in notice.message.en
    assert "「。」" in notice.message.zh
    assert "改成 ." in notice.message.zh


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?街道 { ?街道 rdfs:label '八里庄，（一）。'@zh }",
        'SELECT ?s { ?s ?p """“甲”，\n乙。""" }',
        "SELECT ?s { ?s <http://x/（一）> 1 } # 注释，有标点。",
        "SELECT ?助餐点 ?名称 { ?助餐点 rdfs:label ?名称 }",
        "SELECT ?s { ?s kg:海淀区_八里庄街道 ?o . ?o kg:ＩＴ产业 1 }",
        "SELECT (COUNT(?s) AS ?数量) ?t { ?s a ?t } GROUP BY ?t",
        "SELECT * { ?s ?p ?o FILTER(?o < 3 && STR(?s) > '，') }",
        "SELECT ?x { SELECT ?x { ?x ?p ?o } }",
        "SELECT ?v { ?s ?p ?o } VALUES ?v { 1 }",
    ],
)
def test_what_belongs_is_left_alone(text: str) -> None:
    assert warnings(text) == ()
    assert mended(text) == text


def test_a_variable_that_only_a_slip_parts_from_another() -> None:
    text = "SELECT ?v {\n ?s kg:p ?v。 ?s kg:q ?w }"
    assert ("look-alike", 2, 10) in codes(text)
    assert ("look-alike", 2, 10) not in codes("SELECT ?v {\n ?s kg:p ?v . ?s kg:q ?w }")


def test_a_variable_asked_for_and_nowhere_bound() -> None:
    (notice,) = warnings("SELECT ?nmae ?s { ?s rdfs:label ?name }")
    assert notice.code == "unbound"
    assert "?name" in notice.message.en
    assert warnings("SELECT ?s (STR(?s) AS ?new) { ?s ?p ?o }") == ()


MIXED = st.text(
    alphabet=st.sampled_from(list("?ab:{}() \n'\"“”‘’，。（）＜＞？＃　#<>.;=12１ａ《》"))
)


@given(MIXED)
def test_mending_is_done_once(text: str) -> None:
    once = mended(text)
    assert not [notice for notice in warnings(once) if notice.code == "full-width"]
    assert mended(once) == once
