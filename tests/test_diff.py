"""`kg diff` and `kg cite` as a user meets them, on two states of an invented report.

`pytest tests/test_diff.py --update-goldens` writes tests/diff/ anew (refused in CI); read the diff.
"""

import json
import os
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kg_builder.cli.main import main
from kg_builder.pipeline import BuildOptions, ReportInput, build

ROOT = Path(__file__).resolve().parents[1]
GOLDENS = ROOT / "tests" / "diff"
CHANGES = (
    ("31.26亿元", "33.26亿元"),
    ("芸溪农业科学院牵头", "芸溪农科院牵头"),
    ("芸溪区青禾街28号", "芸溪区青禾街82号"),
)
QUERY = """#+ title: {zh: 某街道的助餐点, en: Canteens of a street}
#+ description: {zh: 列出, en: lists}
#+ parameters:
#+   street:
#+     label: {zh: 街道, en: street}
#+     type: entity
#+     class: Street
#+     examples: [青禾街道]
PREFIX kg: <https://w3id.org/kg-builder/ont#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?name ?place WHERE {
  VALUES ?street { UNDEF }
  ?listing kg:street ?street ; kg:about ?canteen ; kg:address ?place .
  ?canteen rdfs:label ?name
} ORDER BY ?name
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("diff")
    text = (ROOT / "examples" / "yunxi-2025.txt").read_text("utf-8")
    changed = text
    for former, latter in CHANGES:
        assert former in changed
        changed = changed.replace(former, latter)
    for name, words in (("old", text), ("new", changed)):
        (place / f"{name}.txt").write_text(words, "utf-8")
        report = ReportInput.load(place / f"{name}.txt")
        assert build([report], BuildOptions(out=place / name, keep_source=False)).conforms
    (place / "project" / "queries").mkdir(parents=True)
    (place / "project" / "queries" / "street_canteens.rq").write_text(QUERY, "utf-8")
    return place


@pytest.fixture
def kg(folder, monkeypatch, capsys):
    """Run `kg` in the folder; return its exit code, what it printed, and what it complained of."""
    monkeypatch.chdir(folder)

    def run(*arguments, lang="zh"):
        with pytest.raises(SystemExit) as exit_:
            main([*map(str, arguments), "--lang", lang])
        printed = capsys.readouterr()
        return exit_.value.code, printed.out, printed.err

    return run


@pytest.mark.parametrize(
    ("golden", "options", "lang"),
    [
        ("changes.txt", (), "zh"),
        ("changes.en.txt", (), "en"),
        ("changes.md", ("--format", "markdown"), "zh"),
        ("all.txt", ("--graph", "all"), "zh"),
    ],
)
def test_what_is_told_is_the_golden(kg, request, golden, options, lang):
    code, told, _ = kg("diff", "old", "new", "--no-queries", *options, lang=lang)
    assert code == 1
    path = GOLDENS / golden
    if request.config.getoption("--update-goldens"):
        assert not os.environ.get("CI"), "goldens are read in CI, not written"
        path.write_text(told, "utf-8")
    assert told == path.read_text("utf-8")


def test_the_same_is_the_same(kg, folder):
    assert kg("diff", "old", "old", "--no-queries", lang="en")[:2] == (
        0,
        "old → old\nasserted: the same\n",
    )
    code, told, _ = kg("diff", "old", "old/asserted.ttl", "--no-queries", lang="en")
    assert (code, told.splitlines()[1:]) == (0, ["asserted: the same"])
    assert kg("diff", "new", "new/dataset.nq", "--graph", "all", "--format", "ntriples")[:2] == (
        0,
        "",
    )


def test_a_report_whose_lines_moved_says_so_in_one_line(kg, folder):
    text = (folder / "old.txt").read_text("utf-8")
    (folder / "moved.txt").write_text(text.replace("\n", "\n\n", 1), "utf-8")
    report = ReportInput.load(folder / "moved.txt")
    build([report], BuildOptions(out=folder / "moved", keep_source=False))
    code, told, _ = kg("diff", "old", "moved", "--no-queries", lang="en")
    assert code == 0
    _, same, evidence = told.splitlines()
    assert same == "asserted: the same"
    assert "stand elsewhere" in evidence
    assert "0 gained, 0 lost" in evidence
    assert kg("diff", "old", "moved", "--no-queries", "--graph", "evidence")[0] == 1


def test_ntriples_can_be_applied(kg, folder):
    code, patch, _ = kg("diff", "old", "new", "--format", "ntriples")
    assert code == 1
    rows = patch.splitlines()
    _, added, _ = kg("diff", "old", "new", "--only", "added")
    assert added.splitlines() == [row[2:] for row in rows if row.startswith("A ")]
    _, removed, _ = kg("diff", "old", "new", "--only", "removed")
    triples = {name: triples_of(folder / name / "asserted.ttl") for name in ("old", "new")}
    gone, come = (
        {quad.triple for quad in parse(text.encode(), RdfFormat.N_TRIPLES)}
        for text in (removed, added)
    )
    assert (triples["old"] - gone) | come == triples["new"]


def triples_of(path):
    return {quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE)}


def test_queries_that_answer_differently_are_named(kg, folder):
    code, told, _ = kg(
        "diff", "old", "new", "--project", "project", "-o", "told.json", "--format", "json"
    )
    assert (code, told) == (1, "")
    found = json.loads((folder / "told.json").read_text("utf-8"))["queries"]
    (change,) = (item for item in found["changes"] if item["query"] == "street_canteens")
    assert change["arguments"] == {"street": "青禾街道"}
    assert [row[1][-8:] for row in change["lost"]] == ["_青禾街28号>"]
    assert [row[1][-8:] for row in change["gained"]] == ["_青禾街82号>"]
    _, told, _ = kg("diff", "old", "new", "--project", "project")
    assert "street_canteens --street 青禾街道：3 行 → 3 行" in told


def test_release_says_each_reason_in_a_line(kg):
    code, told, reasons = kg("diff", "--release", "old", "new", lang="en")
    assert (code, told) == (1, "")
    first, *others = reasons.splitlines()
    assert "placeholder" in first
    assert others
    assert all("without a tombstone" in line for line in others)


def test_what_cannot_be_compared_ends_with_2(kg, folder):
    assert kg("diff", "old", "nowhere")[0] == 2
    (folder / "bad.ttl").write_text("<a> <b> .", "utf-8")
    code, _, said = kg("diff", "old", "bad.ttl", lang="en")
    assert code == 2
    assert said.startswith("bad.ttl:1:")
    (folder / "plain.ttl").write_text("<x:a> <x:b> 1 .", "utf-8")
    assert kg("diff", "plain.ttl", "plain.ttl", "--graph", "evidence")[0] == 2
    assert kg("diff", "old", "new", "-o", "nowhere/x.txt")[0] == 2


def test_hostile_names_stay_in_their_line(kg, folder):
    name = "a\\n+ b\\u202Ec\\u001B[31m<script>`|*=cmd|' /C calc'!A0[x](javascript:1)"
    (folder / "hostile.ttl").write_text(
        f'<x:a> a <x:T> ; <http://www.w3.org/2000/01/rdf-schema#label> "{name}" .', "utf-8"
    )
    (folder / "none.ttl").write_text("<x:b> a <x:T> .", "utf-8")
    for form in ("text", "markdown"):
        _, told, _ = kg("diff", "none.ttl", "hostile.ttl", "--no-queries", "--format", form)
        assert len([line for line in told.splitlines() if "script" in line]) == 1
        assert "\u202e" not in told
        assert "\x1b" not in told
    assert "\\<script\\>\\`\\|\\*" in told
    assert "\\[x\\](" in told
    _, told, _ = kg("diff", "none.ttl", "hostile.ttl", "--no-queries", "--format", "json")
    assert json.loads(told)["entities"][0]["label"]["zh"].startswith("a\n+ b\u202ec\x1b")


def test_cite_says_what_is_known(kg):
    code, told, said = kg("cite", "青禾街道", "--store", "old", "--format", "gbt7714", lang="zh")
    assert code == 0
    assert "占位符" in said
    entity, report = told.splitlines()
    assert entity.startswith("[1] 青禾街道[DS]. kg_builder ")
    assert "[R]. 第" in report
    assert kg("cite", "没有这个", "--store", "old")[0] == 2


def test_cite_of_a_name_of_several_lists_them(kg, folder):
    (folder / "two.ttl").write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        '<x:a> rdfs:label "甲"@zh . <x:b> rdfs:label "甲" .',
        "utf-8",
    )
    code, _, said = kg("cite", "甲", "--store", "two.ttl", lang="en")
    assert code == 2
    assert "<x:a>" in said
    assert "<x:b>" in said
    assert kg("cite", "<x:a>", "--store", "two.ttl")[0] == 0


def test_a_copied_build_is_the_same(kg, folder):
    shutil.copytree(folder / "old", folder / "copy", symlinks=True)
    assert kg("diff", "old", "copy", "--graph", "all", "--no-queries")[0] == 0
