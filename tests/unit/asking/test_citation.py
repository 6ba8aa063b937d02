"""Citations: what is known is said, in the order of each style, and nothing else."""

import json
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from kg_builder.asking.citation import cite_answer, cite_entity, cited
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual

HEADER = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())
DAY = date(2026, 1, 31)
ENTITY = """<https://d.test/id/s> a kg:Street ; rdfs:label "某街道"@zh .
kg:Street rdfs:label "街道"@zh, "street"@en .
<x:f> rdf:subject <https://d.test/id/s> ; rdf:predicate rdfs:label ; prov:wasQuotedFrom <x:p> .
<x:g> rdf:subject <https://d.test/id/s> ; rdf:predicate kg:area ; prov:wasQuotedFrom <x:q> .
<x:p> oa:hasSource <x:r> ; kg:line 7 ; kg:column 2 ; kg:path "一 › 表1" .
<x:q> oa:hasSource <x:r> ; kg:line 9 ; kg:column 1 .
<x:r> a kg:Report ; rdfs:label "报告标签"@zh .
"""
RECORD = """<x:c> dcterms:isFormatOf <x:r> ; dcterms:title "某区报告"@zh ;
  dcterms:publisher "某办"@zh ;
  dcterms:identifier "某政发〔2025〕1号"@zh ; dcterms:issued "2025-02-03"^^xsd:date ;
  kg:retrieved "2025-03-04"^^xsd:date ; dcat:landingPage <https://gov.test/a_b> ;
  dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
"""


def opened(text):
    store = Store()
    store.load(input=(HEADER + text).encode(), format=RdfFormat.TURTLE)
    return OpenGraph(store, Path("a.ttl"))


def words(text, style, language="zh", node="https://d.test/id/s"):
    return cited(cite_entity(opened(text), NamedNode(node)), style, language, DAY)


def test_gbt7714_with_all_that_a_record_may_know():
    assert words(ENTITY + RECORD, "gbt7714").splitlines() == [
        "[1] 某街道[DS/OL]. [2026-01-31]. https://d.test/id/s.",
        "[2] 某办. 某区报告: 某政发〔2025〕1号[R/OL]. 2025: 第7行(2025-02-03)[2025-03-04]."
        " https://gov.test/a_b.",
    ]


def test_gbt7714_leaves_out_what_is_not_known():
    _, report = words(ENTITY, "gbt7714").splitlines()
    assert report == "[2] 报告标签[R]. 第7行."
    assert words(ENTITY, "gbt7714", node="x:r") == "报告标签[R]."
    year = ENTITY + '<x:c> dcterms:isFormatOf <x:r> ; dcterms:issued "2025"^^xsd:gYear .'
    assert words(year, "gbt7714").splitlines()[1] == "[2] 报告标签[R]. 2025: 第7行."
    wrong = ENTITY + '<x:c> dcterms:isFormatOf <x:r> ; dcterms:issued "去年" .'
    assert words(wrong, "gbt7714").splitlines()[1] == report


def test_plain_text_in_both_languages():
    assert words(ENTITY + RECORD, "text").splitlines() == [
        "某街道（街道），https://d.test/id/s。",
        "出处：某办，《某区报告》，某政发〔2025〕1号，2025-02-03 发布，"
        "https://gov.test/a_b （2025-03-04 查阅），第 7 行第 2 字（一 › 表1）。",
        "数据：数据许可 https://creativecommons.org/licenses/by/4.0/，2026-01-31 查阅。",
    ]
    assert words(ENTITY, "text", "en").splitlines() == [
        "某街道 (street), https://d.test/id/s.",
        "Source: 报告标签, line 7, column 2 (一 › 表1).",
        "Data: accessed 2026-01-31.",
    ]


def test_a_decision_is_cited_with_who_and_when():
    decision = """<x:f> kg:decision <x:d> .
<x:d> kg:decidedBy "某人" ; dcterms:date "2026-01-02"^^xsd:date ; kg:reason "名称有误"@zh ."""
    assert "审阅人的决定：某人，2026-01-02，名称有误。" in words(ENTITY + decision, "text")


def test_csl_json_has_only_what_is_known():
    dataset, report = json.loads(words(ENTITY + RECORD, "csl"))
    assert (dataset["type"], dataset["URL"]) == ("dataset", "https://d.test/id/s")
    assert report["author"] == [{"literal": "某办"}]
    assert report["issued"] == {"date-parts": [[2025, 2, 3]]}
    assert set(json.loads(words(ENTITY, "csl"))[1]) == {"id", "type", "title", "language", "note"}


def test_bibtex_escapes_what_latex_would_run():
    hostile = ENTITY.replace("某街道", r"50%_{\\input} & $x$ #1 ~^\\n")
    entry = words(hostile, "bibtex").split("\n\n")[0]
    assert (
        r"title = {50\%\_\{\textbackslash{}input\} \& \$x\$ \#1"
        r" \textasciitilde{}\textasciicircum{}\textbackslash{}n},"
    ) in entry
    assert "url = {https://gov.test/a_b}" in words(ENTITY + RECORD, "bibtex")


@pytest.mark.parametrize("style", ["text", "gbt7714"])
def test_a_name_with_line_ends_stays_in_its_line(style):
    plain = words(ENTITY, style)
    assert len(words(ENTITY.replace("某街道", r"某\n街\r\n道"), style).splitlines()) == len(
        plain.splitlines()
    )


def test_an_answer_is_cited_by_its_question_and_what_went_in():
    graph = opened(ENTITY + RECORD)
    title = Bilingual("某街道在哪里", "Where is it")
    found = cite_answer(graph, title, [NamedNode("https://d.test/id/s"), NamedNode("x:unknown")])
    assert cited(found, "gbt7714", "zh", DAY).splitlines() == [
        "[1] 某街道在哪里[DS].",
        "[2] 某办. 某区报告: 某政发〔2025〕1号[R/OL]. 2025: 第7行(2025-02-03)[2025-03-04]."
        " https://gov.test/a_b.",
    ]


def test_many_places_are_counted():
    more = "".join(
        f"<x:f> prov:wasQuotedFrom <x:p{n}> . <x:p{n}> oa:hasSource <x:r> ; kg:line {n} ."
        for n in range(20, 25)
    )
    assert "第7, 20, 21行等6行" in words(ENTITY + more, "gbt7714")
    assert "另有 3 处" in words(ENTITY + more, "text")
