"""Mends do what they promise: applied, the file parses and the result is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.judging.words.shapes import CASES, EVEN, HEAD, ONTOLOGY, compiled, of_case, read
from tests.unit.judging.words.test_placing import opened

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.validation import validate
from kg_builder.judging.fixes import apply_fixes
from kg_builder.judging.words import Material, place_results
from kg_builder.model.verdict import PlacedResult

WITH_MENDS = """Class of text/Datatype/Datatype ill-formed/Pattern as it is/LanguageIn untagged/In/
In of things/Closed""".replace("\n", "").split("/")


def results_on(name: str, text: str, folder: Path) -> tuple[PlacedResult, ...]:
    data = read(text.removeprefix(HEAD), "data.ttl", folder)
    ontology = read(ONTOLOGY, "ontology.ttl", folder).triples
    shape = f":CanteenShape a sh:NodeShape ; sh:targetNode :c ; {CASES[name]['asked']} ."
    rules = compiled(EVEN + shape, folder)
    report = validate(TripleIndex([*ontology, *data.triples]), rules)
    return place_results(report.results, Material((data,), rules, ontology=ontology))


@pytest.mark.parametrize("name", CASES)
def test_a_mend_ends_its_result_and_makes_no_other(name: str, tmp_path: Path) -> None:
    submission, results = of_case(name, tmp_path)
    assert any(item.fixes for item in results) == (name in WITH_MENDS)
    for item in results:
        for fix in item.fixes:
            after = results_on(name, apply_fixes(submission.text, [fix]), tmp_path)
            assert len(after) < len(results)
            assert item.result not in [other.result for other in after]


@pytest.mark.parametrize(
    ("asked", "data", "expected"),
    [
        (":street ; sh:class :Street", ":street '湖畔街道'", ":street :hp"),
        (":street ; sh:class :Area", ":street '湖畔街道'@zh", ":street :hp"),
        (":street ; sh:class :Street", ":street '松溪区'", None),
        (":street ; sh:class :Street ; sh:nodeKind sh:IRI", ":street 'subdistrict'", None),
        (
            ":kind ; sh:nodeKind sh:IRI",
            ":kind 'https://example.org/a'",
            ":kind <https://example.org/a>",
        ),
        (":seats ; sh:datatype xsd:integer", ":seats '１２'", ":seats 12"),
        (":seats ; sh:datatype xsd:integer", ":seats '12,000'", ":seats 12000"),
        (":seats ; sh:datatype xsd:integer ; sh:maxInclusive 99", ":seats '12,000'", None),
        (":seats ; sh:datatype xsd:integer", ":seats '约十二'", None),
        (":nick ; sh:datatype rdf:langString", ":nick '食堂'", ':nick "食堂"@zh'),
        (":nick ; sh:not [ sh:pattern '^ ' ]", ":nick ' 食堂'@zh", ':nick "食堂"@zh'),
        (":nick ; sh:maxLength 2", ":nick ' 食堂 '", ':nick "食堂"'),
        (":nick ; sh:maxLength 2", ":nick '大食堂'", None),
        (":kind ; sh:in ( 'large' 'small' )", ":kind 'smal'", ':kind "small"'),
        (":kind ; sh:in ( 'aab' 'aac' )", ":kind 'aad'", None),
    ],
)
def test_a_mend_is_proposed_only_where_it_is_plain(
    asked: str, data: str, expected: str | None, tmp_path: Path
) -> None:
    submission = read(f":c a :Canteen ; {data} .", "data.ttl", tmp_path)
    rules = compiled(f":S sh:targetNode :c ; sh:property [ sh:path {asked} ] .", tmp_path)
    with opened(tmp_path) as graph:
        stands = [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, None)]
        report = validate(TripleIndex([*stands, *submission.triples]), rules)
        (item, *_) = place_results(report.results, Material((submission,), rules, graph))
    mended = {apply_fixes(submission.text, [fix]) for fix in item.fixes}
    if expected is None:
        assert not mended
    else:
        assert submission.text.replace(data, expected) in mended


def test_https_is_proposed_for_http_where_that_exists(tmp_path: Path) -> None:
    data = ":c a :Canteen ; :street <http://example.org/invented/hp> ."
    submission = read(data, "data.ttl", tmp_path)
    rules = compiled(
        ":S sh:targetNode :c ; sh:property [ sh:path :street ; sh:class :Street ] .", tmp_path
    )
    with opened(tmp_path) as graph:
        stands = [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, None)]
        report = validate(TripleIndex([*stands, *submission.triples]), rules)
        (item,) = place_results(report.results, Material((submission,), rules, graph))
    (fix,) = item.fixes
    assert apply_fixes(submission.text, [fix]).endswith(":c a :Canteen ; :street :hp .")


def test_the_inverse_property_is_proposed_where_it_is_the_other_way_round(tmp_path: Path) -> None:
    old = OLD_INVERSE
    submission = read(":hf :within :hp .", "data.ttl", tmp_path)
    shape = (
        ":S sh:targetSubjectsOf :within ; sh:property [ sh:path :within ; sh:class :District ] ."
    )
    rules = compiled(shape, tmp_path)
    with opened(tmp_path, old) as graph:
        stands = [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, None)]
        report = validate(TripleIndex([*stands, *submission.triples]), rules)
        (item,) = place_results(report.results, Material((submission,), rules, graph))
    (fix,) = item.fixes
    assert apply_fixes(submission.text, [fix]).endswith(":hf :holds :hp .")
    assert "“holds”" in fix.title.en


OLD_INVERSE = """:holds <http://www.w3.org/2002/07/owl#inverseOf> :within ;
    rdfs:label "包含"@zh , "holds"@en ."""
