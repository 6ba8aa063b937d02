"""Places: the offending triple, its subject for what is missing, what touches an old node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Triple
from tests.unit.judging.words.shapes import HEAD, ONTOLOGY, compiled, read

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.validation import validate
from kg_builder.judging.raw import Raw
from kg_builder.judging.words import Material, Rules, place_results
from kg_builder.model.selector import Span
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import PlacedResult

EX = "https://example.org/invented/"
OLD = ":old a :Canteen ; rdfs:label '幸福食堂'@zh ; :street :hp .\n:seen :within :old .\n"


@contextmanager
def opened(folder: Path, text: str = OLD) -> Iterator[OpenGraph]:
    path = folder / "store.ttl"
    path.write_text(HEAD + ONTOLOGY + text, "utf-8")
    with open_graph(path) as graph:
        yield graph


def in_context(
    shapes: str, data: str, folder: Path, inferred: Sequence[Triple] = ()
) -> tuple[Submission, tuple[PlacedResult, ...]]:
    """Judge data together with a graph that was there before."""
    submission = read(data, "data.ttl", folder)
    rules = compiled(shapes, folder)
    with opened(folder) as graph:
        stands = [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, None)]
        report = validate(TripleIndex([*stands, *submission.triples, *inferred]), rules)
        ontology = read(ONTOLOGY + ":in rdfs:subPropertyOf :street .", "ontology.ttl", folder)
        material = Material(
            (submission,), rules, graph, ontology=ontology.triples, inferred=inferred
        )
        return submission, place_results(report.results, material)


def where(submission: Submission, item: PlacedResult) -> str:
    """Return the text that a result points at."""
    place = item.place
    assert place is not None
    line = submission.text.split("\n")[place.line - 1]
    assert place.line == place.end_line
    return line[place.column - 1 : place.end_column - 1]


def test_an_old_node_is_placed_at_the_new_type_of_what_it_points_to(tmp_path: Path) -> None:
    shape = (
        ":S sh:targetClass :Canteen ;"
        " sh:property [ sh:path :street ; sh:not [ sh:class :District ] ] ."
    )
    submission, (item,) = in_context(shape, ":hp :nick 'x' ; a :District .", tmp_path)
    assert item.result.focus_node == f"<{EX}old>"
    assert where(submission, item) == ":District"
    assert "幸福食堂" in item.explanation.zh
    assert "不是这份文件新写的" in item.explanation.zh
    assert "not described in this file" in item.explanation.en


def test_too_many_of_an_old_node_are_placed_at_the_new_one(tmp_path: Path) -> None:
    shape = (
        ":S sh:targetNode :old ;"
        " sh:property [ sh:path [ sh:inversePath :within ] ; sh:maxCount 1 ] ."
    )
    submission, (item,) = in_context(shape, ":new :within :old .", tmp_path)
    assert where(submission, item) == ":new"
    assert "（原有）" in item.explanation.zh
    assert "(there before)" in item.explanation.en


def test_what_an_old_node_lacks_is_placed_where_it_is_mentioned(tmp_path: Path) -> None:
    shape = ":S sh:targetObjectsOf :kind ; sh:property [ sh:path :seats ; sh:minCount 1 ] ."
    submission, (item,) = in_context(shape, ":new :kind :old .", tmp_path)
    assert where(submission, item) == ":old"


def test_what_is_inferred_is_placed_at_its_premise(tmp_path: Path) -> None:
    shape = ":S sh:targetNode :new ; sh:property [ sh:path :street ; sh:class :Street ] ."
    inferred = [Triple(*(NamedNode(EX + name) for name in ("new", "street", "hf")))]
    submission, (item,) = in_context(shape, ":new :nick 'x' ; :in :hf .", tmp_path, inferred)
    assert where(submission, item) == ":hf"
    assert "推出" in item.explanation.zh
    assert "follows from" in item.explanation.en


def test_a_result_that_touches_nothing_has_no_place(tmp_path: Path) -> None:
    shape = ":S sh:targetNode :old ; sh:property [ sh:path :seats ; sh:minCount 1 ] ."
    _, (item,) = in_context(shape, ":new :nick 'x' .", tmp_path)
    assert item.place is None
    assert "幸福食堂" in item.explanation.zh


@pytest.mark.parametrize("most", [0, 1, 5])
def test_results_are_cut_after_they_are_sorted(tmp_path: Path, most: int) -> None:
    shape = ":S sh:targetSubjectsOf :nick ; sh:property [ sh:path :seats ; sh:minCount 1 ] ."
    data = read(":z :nick 'x' .\n:a :nick 'x' .\n:m :nick 'x' .\n", "data.ttl", tmp_path)
    rules = compiled(shape, tmp_path)
    results = validate(TripleIndex(data.triples), rules).results
    found = place_results([*results, *results], Material((data,), rules), most=most)
    names = [item.result.focus_node.removeprefix(f"<{EX}")[0] for item in found]
    assert names == list("zam")[:most]


def test_files_come_in_their_order_and_name_by_their_own_prefixes(tmp_path: Path) -> None:
    shape = ":S sh:targetSubjectsOf :nick ; sh:property [ sh:path :seats ; sh:minCount 1 ] ."
    rules = compiled(shape, tmp_path)
    first = read(":b :nick 'x' .", "z.ttl", tmp_path)
    path = tmp_path / "a.ttl"
    path.write_text(f"@prefix : <x:/> . @prefix e: <{EX}> . e:a e:nick 'x' .", "utf-8")
    from kg_builder.graph.submission.reading import read_placed

    second = read_placed(path)
    results = validate(TripleIndex([*first.triples, *second.triples]), rules).results
    found = place_results(results, Material((first, second), rules), standing=results[:1])
    assert [Path(item.place.file).name for item in found if item.place] == ["z.ttl", "a.ttl"]
    assert ["“:b”" in found[0].explanation.zh, "“e:a”" in found[1].explanation.zh] == [True, True]
    assert [item.standing for item in found] == [False, True]


def test_raw_results_keep_their_words_places_and_mends(tmp_path: Path) -> None:
    data = read(":a :nick 'x' .", "data.ttl", tmp_path)
    result = ValidationResult(
        f"<{EX}a>", None, None, "Info", "x:Component", "<x:Component>", ('"字"@zh', '"word"@en')
    )
    material = Material((data,))
    (spanned,) = place_results([Raw(result, span=Span(0, 7), file=data.name)], material)
    (placed,) = place_results([Raw(result, (data.triples[0],), "predicate")], material)
    (bare,) = place_results([Raw(result)], material)
    assert [where(data, item) for item in (spanned, placed, bare)] == ["@prefix", ":nick", ":a"]
    assert (bare.message.zh, bare.explanation.en) == ("字", "word")


def test_rules_may_be_kept_for_several_submissions(tmp_path: Path) -> None:
    shape = ":S sh:targetSubjectsOf :nick ; sh:property [ sh:path :seats ; sh:minCount 1 ] ."
    rules = compiled(shape, tmp_path)
    ontology = read(ONTOLOGY, "ontology.ttl", tmp_path).triples
    kept = Rules(rules, ontology)
    for text in (":a :nick 'x' .", ":b :nick 'y' ."):
        data = read(text, "data.ttl", tmp_path)
        results = validate(TripleIndex(data.triples), rules).results
        found = place_results(results, Material((data,), kept=kept))
        assert found == place_results(results, Material((data,), rules, ontology=ontology))
        assert len(found) == 1
