"""Reports of one and the same verdict, in every format."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pyoxigraph import parse

from kg_builder.asking.results.tabular import Style
from kg_builder.graph.submission.reading import read_placed
from kg_builder.judging.judge import Question, judge_alone, report_of
from kg_builder.judging.lint import Kind
from kg_builder.judging.reports import json_document
from kg_builder.judging.reports.lines import Lines
from kg_builder.judging.reports.rdf import RDF_FORMATS
from kg_builder.judging.reports.report import UNMET_TARGET, Report
from kg_builder.judging.reports.terms import component_help
from kg_builder.judging.reports.text import text_report
from kg_builder.judging.reports.writing import FORMATS, format_of_file, write_report
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, FilePlace, Fix
from kg_builder.resources import Resources

SCHEMA = Path(json_document.__file__).with_name("report.schema.json")
SH = "http://www.w3.org/ns/shacl#"
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:PersonShape a sh:NodeShape ; sh:targetClass ex:Person ;
    sh:property [ sh:path ex:age ; sh:datatype xsd:integer ; sh:message "An age is a number" ] ;
    sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:severity sh:Warning ] ;
    sh:property [ sh:path ex:nick ; sh:maxLength 3 ; sh:severity sh:Info ] ;
    sh:property [ sh:path ex:nick ; sh:maxLength 2 ; sh:severity ex:Grave ] .
ex:Nobody a sh:NodeShape ; sh:targetClass ex:Persom ; sh:nodeKind sh:IRI .
"""
DATA = """@prefix ex: <http://example.org/> .
ex:a a ex:Person ; ex:age "𠀀老" ; ex:name "A" ; ex:nick "绰号很长" .
ex:b a ex:Person ; ex:age 3 .
"""
ENGLISH, CHINESE = Style("en"), Style("zh")


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Report:
    """Return the report of a violation, two warnings (one of the shapes), an info and another."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "shapes.ttl").write_text(SHAPES, "utf-8")
    (folder / "data.ttl").write_text(DATA, "utf-8")
    shapes, data = (
        replace(read_placed(folder / name), name=name) for name in ("shapes.ttl", "data.ttl")
    )
    question = Question(Resources.find(), shapes=(shapes,))
    made = report_of(judge_alone((data,), question), question, fail_on="violation")
    first = made.verdict.results[0]
    start = DATA.index('"𠀀老"')
    title = Bilingual("写成 8", "write 8")
    mended = replace(first, fixes=(Fix(title, (Edit("data.ttl", Span(start, start + 4), "8"),)),))
    results = (mended, *made.verdict.results[1:])
    return replace(made, verdict=replace(made.verdict, results=results))


def test_every_format_is_written(report):
    for name in FORMATS:
        if name != "html":
            assert write_report(report, name, ENGLISH), name


def test_the_format_of_a_file_is_that_of_its_suffix():
    names = {"a.SARIF": "sarif", "a.jsonld": "json-ld", "a.log": "text", "b.html": "html"}
    assert {name: format_of_file(Path(name)) for name in names} == names


@pytest.mark.parametrize(
    ("fail_on", "without", "passes"),
    [
        ("none", "", True),
        ("violation", "", False),
        ("violation", "violation", False),  # a severity of the shapes' own is as grave
        ("violation", "violation other", True),
        ("warning", "violation other", False),
        ("warning", "violation other warning", True),
        ("info", "violation other warning", False),
        ("info", "violation other warning info", True),
    ],
)
def test_how_grave_a_result_must_be(report, fail_on, without, passes):
    kinds = {"Violation": "violation", "Warning": "warning", "Info": "info"}
    left = tuple(
        item
        for item in report.verdict.results
        if kinds.get(item.result.severity, "other") not in without.split()
    )
    made = replace(report, fail_on=fail_on, verdict=replace(report.verdict, results=left))
    assert made.passes == passes


def test_what_stood_before_does_not_count(report):
    standing = tuple(replace(item, standing=True) for item in report.verdict.results)
    made = replace(report, verdict=replace(report.verdict, results=standing))
    assert made.passes
    assert made.verdict.conforms
    assert made.standing() == 5
    assert sum(made.counts().values()) == 0
    text = text_report(made, ENGLISH)
    assert "data.ttl:2:27: violation (failing already): An age is a number" in text
    assert "5 results failed before" in text
    turtle = write_report(made, "turtle", ENGLISH).decode()
    assert "sh:conforms true" in turtle
    assert "sh:result " not in turtle


def test_text_reads_like_a_compiler(report):
    lines = text_report(report, ENGLISH).splitlines()
    start = lines.index("data.ttl:2:27: violation: An age is a number")
    assert lines[start + 1] == "    " + DATA.splitlines()[1]
    # a Chinese character takes two columns
    assert lines[start + 2] == "    " + " " * 26 + "^" * 6
    assert "    fix: write 8" in lines
    patch = lines.index("    fix: write 8") + 1
    assert lines[patch].startswith('      - ex:a a ex:Person ; ex:age "𠀀老"')
    assert lines[patch + 1].startswith("      + ex:a a ex:Person ; ex:age 8 ;")
    assert "    shape: shapes.ttl:5:17 (sh:Datatype)" in lines
    assert lines[-1] == (
        "data.ttl: does not conform: 1 violation, 2 warnings, 1 info, 1 other"
        " (6 triples, 2 nodes checked)"
    )


def test_many_results_of_a_kind_are_counted_by_shape(report):
    first, *others = report.verdict.results
    results = (*([first] * 300), *others)
    made = replace(report, limit=2, verdict=replace(report.verdict, results=results))
    lines = text_report(made, ENGLISH).splitlines()
    start = next(n for n, line in enumerate(lines) if "300 violations" in line)
    assert lines[start + 1] == "  300 × sh:Datatype  shapes.ttl:5:17"
    assert "  1 × kg:UnmetTarget" in lines
    assert lines[-1] == "2 of 304 results are listed (--max-results; 0 lists all)"


def test_text_in_chinese_and_in_colour(report):
    plain = text_report(report, CHINESE)
    assert "data.ttl:2:27: 违规：An age is a number" in plain
    assert "不合格：违规 1，警告 2，提示 1，其他 1（6 条三元组，检查了 2 个节点）" in plain
    assert "\x1b" not in plain
    coloured = text_report(report, replace(CHINESE, colour=True))
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain
    assert coloured != plain


@pytest.mark.parametrize("limit", [0, 1, 3, 5, 9])
def test_a_limit_cuts_the_listing_alone(report, limit):
    made = replace(report, limit=limit)
    data = json.loads(write_report(made, "json", ENGLISH))
    assert data["listed"] == len(data["results"]) == min(limit, 5)
    assert data["total"] == 5
    assert data["counts"] == {
        "violation": 1, "warning": 2, "info": 1, "other": 1, "standing": 0,
    }  # fmt: skip
    text = text_report(made, ENGLISH)
    assert (f"{limit} of 5 results are listed" in text) == (limit < 5)
    assert "1 violation, 2 warnings, 1 info, 1 other" in text
    (run,) = json.loads(write_report(made, "sarif", ENGLISH))["runs"]
    assert len(run["results"]) == min(limit, 5)
    told = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert any("of 5 results" in words for words in told) == (limit < 5)
    assert (b"of 5 results" in write_report(made, "turtle", ENGLISH)) == (limit < 5)
    assert b"sh:conforms false" in write_report(made, "turtle", ENGLISH)


def test_new_results_are_cut_last(report):
    first, *others = report.verdict.results
    results = (replace(first, standing=True), *others)
    made = replace(report, limit=4, verdict=replace(report.verdict, results=results))
    assert list(made.listed()) == others


def test_json_is_as_its_schema_says(report):
    schema = json.loads(SCHEMA.read_bytes())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    data = json.loads(write_report(report, "json", ENGLISH))
    validator.validate(data)
    assert data["files"][0]["sha256"] == hashlib.sha256(DATA.encode()).hexdigest()
    (edit,) = data["results"][0]["fixes"][0]["edits"]
    assert DATA[edit["start"] : edit["end"]] == '"𠀀老"'
    assert validator.is_valid({**data, "version": 2}) is False
    for name in data:
        assert not validator.is_valid({key: data[key] for key in data if key != name}), name


def test_a_standard_report_holds_what_shacl_finds(report):
    found = {}
    for name, form in RDF_FORMATS.items():
        triples = {quad.triple for quad in parse(write_report(report, name, ENGLISH), form)}
        results = [t.object for t in triples if t.predicate.value == SH + "result"]
        assert len(results) == 4, name
        assert not any(str(t.object) == f"<{UNMET_TARGET}>" for t in triples)
        about = {t.predicate.value for t in triples if t.subject in results}
        found[name] = about
        assert about <= {
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
            *(
                SH + part
                for part in (
                    *("resultSeverity", "sourceConstraintComponent", "focusNode", "value"),
                    *("sourceShape", "resultPath", "resultMessage"),
                )
            ),
        }
        shapes = {t.object for t in triples if t.predicate.value == SH + "sourceShape"}
        paths = {t.subject for t in triples if t.predicate.value == SH + "path"}
        assert shapes == paths, name  # what has no name is repeated
    assert len({frozenset(about) for about in found.values()}) == 1


def test_sarif_is_as_the_standard_asks(report):
    log = json.loads(write_report(report, "sarif", CHINESE))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert re.fullmatch("[a-z]{2}", run["language"])
    assert [item["location"]["uri"] for item in run["artifacts"]] == ["data.ttl"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical["region"]["startLine"] >= 1
    first = run["results"][0]
    assert first["level"] == "error"
    region = first["locations"][0]["physicalLocation"]["region"]
    line = DATA.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == '"𠀀老"'
    (fix,) = first["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["deletedRegion"] == region
    assert replacement["insertedContent"] == {"text": "8"}
    assert {item["level"] for item in run["results"]} == {"error", "warning", "note"}
    shape = first["relatedLocations"][-1]["physicalLocation"]
    assert (shape["artifactLocation"]["uri"], shape["region"]["startLine"]) == ("shapes.ttl", 5)


def test_every_check_of_ours_is_explained_to_sarif():
    for kind in Kind:
        assert component_help(kind.component), kind


NAMES = (
    "普通.ttl",
    "a b#c?.ttl",
    "x\n\x1b[31m\u202e.ttl",
    "\udcff.ttl",
    "<script>.ttl",
    "/etc/a b",
)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_file_is_harmless(report, name):
    place = FilePlace(name, 2, 27, 2, 31)
    first, *others = report.verdict.results
    item = replace(first, place=place, related=(place,), fixes=())
    made = replace(
        report,
        files=(replace(report.files[0], name=name),),
        verdict=replace(report.verdict, results=(item, *others)),
    )
    for form in ("text", "table"):
        written = write_report(made, form, ENGLISH).decode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", written)
    assert json.loads(write_report(made, "json", ENGLISH))["results"][0]["place"]["file"] == name
    (run,) = json.loads(write_report(made, "sarif", ENGLISH))["runs"]
    uri = run["artifacts"][0]["location"]["uri"]
    assert re.fullmatch(r"(?:file://)?[!-~]+", uri)
    assert not set("<> #?").intersection(uri)


TEXTS = st.text("ab𠀀\t \r\n", max_size=40)


@given(TEXTS, st.data())
def test_places_and_offsets_are_one(text, data):
    lines = Lines(text)
    offset = data.draw(st.integers(0, len(text)))
    found = lines.position(offset)
    assert lines.offset(found.line, found.column) == offset
    assert lines.number(offset) == found.line
    joined = re.sub("\r\n?", "\n", text)
    assert [lines.line(n + 1) for n in range(len(lines))] == joined.split("\n")


@given(TEXTS, TEXTS, st.data())
def test_a_patch_takes_the_old_lines_away_and_puts_the_new_in(text, new, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edited = re.split("\r\n?|\n", text[:start] + new + text[end:])
    before = re.split("\r\n?|\n", text)
    patch = list(Lines(text).patch([Edit("f", Span(start, end), new)]))
    removed = [line for sign, line in patch if sign == "-"]
    added = [line for sign, line in patch if sign == "+"]
    if "\r" in text or "\r" in new:
        return  # an edit may part or join the two characters of a line's end
    if edited == before:
        assert patch == []
    assert len(before) - len(removed) == len(edited) - len(added)
    assert is_within(removed, before)
    assert is_within(added, edited)


def is_within(part, whole):
    return any(whole[i : i + len(part)] == part for i in range(len(whole) + 1))
