"""`kg why`, `kg show`, `kg schema` as a user meets them; what they print of the invented report.

`tests/shown/NAME.txt` holds a command and what it prints; `--update-goldens` writes them anew.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import RdfFormat, Store, parse
from rdflib.plugins.sparql import prepareQuery

from kg_builder.graph.opening import open_graph

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "yunxi-2025.txt"
SHOWN = sorted((ROOT / "tests" / "shown").glob("*.txt"))


def kg(*arguments, cwd, **environment):
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, env=env, timeout=120)


def said(done):
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    said(kg("build", EXAMPLE, cwd=folder))
    return folder


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_what_is_printed_is_as_before(path, place, request):
    command, _, expected = path.read_text("utf-8").partition("\n")
    printed = said(kg(*command.removeprefix("$ kg ").split(), cwd=place))
    if request.config.getoption("--update-goldens"):
        if os.environ.get("CI"):
            pytest.fail("goldens are not updated in CI")
        path.write_text(f"{command}\n{printed}", "utf-8")
    else:
        assert printed == expected


def test_there_are_goldens_of_every_command():
    commands = {path.read_text("utf-8").split()[2] for path in SHOWN}
    assert commands == {"why", "show", "schema"}


def test_words_are_quoted_only_from_the_text_that_was_read(place, tmp_path):
    assert said(kg("build", EXAMPLE, "--no-source", "-o", tmp_path / "bare", cwd=tmp_path))
    ask = ("why", "柳浦街道", "a", "kg:Street", "--store", tmp_path / "bare", "--lang", "en")
    assert "“柳浦街道”" not in said(kg(*ask, cwd=tmp_path))
    assert "“柳浦街道”" in said(kg(*ask, "--report", EXAMPLE, cwd=tmp_path))
    other = tmp_path / "other.txt"
    other.write_text("别的报告\n" + EXAMPLE.read_text("utf-8"), "utf-8")
    done = kg(*ask, "--report", other, cwd=tmp_path)
    assert done.returncode == 0
    assert "“柳浦街道”" not in done.stdout.decode()
    assert "not the text that was read" in done.stderr.decode()


def test_a_triple_that_does_not_hold_is_said_plainly_and_what_does_hold_is_shown(place):
    text = said(kg("why", "柳浦街道", "位于", "不在此处", "--lang", "en", cwd=place))
    assert "Neither asserted nor inferred." in text
    assert "芸溪区  line 1" in text
    assert "the graph has none" in said(
        kg("why", "柳浦街道", "kg:inTier", "--lang", "en", cwd=place)
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("why", "没有这个", "a"), "没有这个"),
        (("why", "柳浦街道", "没有这个"), "没有这个"),
        (("why", "柳浦街道", "a", '"x"@'), "literal"),
        (("show", "<not an iri>"), "not an IRI"),
        (("show", "https://example.org/nothing"), "says nothing"),
        (("show", "指标"), "kg:Indicator"),
        (("schema", "没有这个"), "没有这个"),
        (("show", "x", "--store", "nowhere"), "nowhere"),
        (("why", "柳浦街道", "a", "--report", "nowhere.txt"), "nowhere.txt"),
    ],
)
def test_what_cannot_be_found_is_one_line_and_exit_2(place, arguments, words):
    done = kg(*arguments, "--lang", "en", cwd=place)
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert words in line
    assert done.stdout == b""


def test_json_and_turtle_and_markdown_are_what_they_say(place):
    ask = ("show", "政府投资项目")
    data = json.loads(said(kg(*ask, "--format", "json", cwd=place)))
    assert data["label"] == "政府投资项目"
    figures = {
        fact["object"]["value"]
        for stated in data["statements"]
        for fact in stated["facts"]
        if fact["property"]["iri"].endswith("#verbatim")
    }
    assert figures == {"86项", "57.83亿元", "79项"}
    assert all(stated["evidence"] for stated in data["statements"])
    turtle = said(kg(*ask, "--format", "turtle", cwd=place))
    triples = {quad.triple for quad in parse(turtle.encode(), format=RdfFormat.TURTLE)}
    store = Store.read_only(str(place / "build" / "store"))
    assert triples
    assert all(any(store.quads_for_pattern(*triple, None)) for triple in triples)
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == len(triples)
    assert said(kg(*ask, "--format", "markdown", cwd=place)).startswith("# 政府投资项目")


def test_the_pattern_of_every_class_runs_in_both_engines_and_has_an_answer(place):
    from kg_builder.asking.schema import class_use, classes_in

    with open_graph(place / "build") as graph:
        found = classes_in(graph)
        assert len(found) > 40
        for item in found:
            use = class_use(graph, item.term)
            assert use.count == item.count
            assert list(graph.store.query(use.pattern)), use.pattern
            prepareQuery(use.pattern)


HOSTILE = r"""
@prefix ex: <http://example.com/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex:a a ex:Person ; rdfs:label "A\u001B[31m\u202Eevil\n<script>`|*_=cmd|x\u2028\u0007"@en ;
    skos:altLabel "甲"@zh ; ex:knows ex:b , [ ex:name "x" ] ; ex:name "=1+1" .
ex:b a ex:Person ; skos:altLabel "甲" ; ex:name "]](x)" .
<http://example.com/x/> a <http://example.com/类> ; ex:name "" .
"""


@pytest.fixture
def hostile(tmp_path):
    (tmp_path / "h.ttl").write_text(HOSTILE, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "http://example.com/a"),
        ("show", "http://example.com/a", "--format", "markdown"),
        ("show", "http://example.com/x/"),
        ("why", "http://example.com/a", "http://example.com/knows"),
        ("why", "http://example.com/a", "rdfs:label"),
        ("schema",),
        ("schema", "http://example.com/Person"),
        ("schema", "http://example.com/类"),
    ],
)
def test_hostile_names_neither_steer_the_terminal_nor_break_a_line(hostile, arguments):
    text = said(kg(*arguments, "--store", "h.ttl", cwd=hostile))
    assert text
    assert not [c for c in text if c != "\n" and not c.isprintable()]
    if "markdown" in arguments:
        assert "<script>" not in text


def test_a_name_that_several_have_lists_them(hostile):
    done = kg("show", "甲", "--store", "h.ttl", "--lang", "en", cwd=hostile)
    assert done.returncode == 2
    assert "<http://example.com/a>; <http://example.com/b>" in done.stderr.decode()


def test_json_of_hostile_names_keeps_them(hostile):
    text = said(
        kg("show", "http://example.com/a", "--store", "h.ttl", "--format", "json", cwd=hostile)
    )
    assert json.loads(text)["labels"][0]["value"].startswith("A\x1b[31m\u202eevil\n<script>")


def test_an_answer_comes_at_once(place):
    start = time.process_time()
    before = os.times()
    said(kg("why", "柳浦街道", "a", "kg:Entity", cwd=place))
    after = os.times()
    spent = after.children_user + after.children_system
    spent -= before.children_user + before.children_system
    assert spent < 1.0
    assert time.process_time() - start < 1.0


def test_the_form_of_every_class_lacks_nothing_but_to_be_filled_in(place, tmp_path):
    """What `kg schema CLASS --template` prints conforms but for the places that say so."""
    from kg_builder.asking.schema import classes_in
    from kg_builder.asking.template import TO_CHANGE, template_of
    from kg_builder.graph.submission.reading import read_submission
    from kg_builder.judging.judge import Question, judging
    from kg_builder.resources import Resources

    question = Question(Resources.find(), place / "build")
    with judging(question) as judge, open_graph(place / "build") as graph:
        classes = [item.term for item in classes_in(graph) if "kg-builder/ont#" in item.term.value]
        assert len(classes) > 30
        for term in classes:
            form = template_of(graph, term, "zh")
            new = read_submission(form.encode(), name="new.ttl", format="turtle")
            found = judge((new,)).verdict.results
            assert found, term
            wrong = [item.message.en for item in found if item.result.severity == "Violation"]
            assert all(TO_CHANGE in words for words in wrong), (term, wrong)
            mended = form.replace(f"{TO_CHANGE}：", "").replace(TO_CHANGE, "新")
            new = read_submission(mended.encode(), name="new.ttl", format="turtle")
            left = [r for r in judge((new,)).verdict.results if r.result.severity == "Violation"]
            assert not left, (term, left)


def test_a_listing_made_by_the_form_is_found_by_the_stored_query(place, tmp_path):
    form = said(kg("schema", "CanteenListing", "--template", cwd=place))
    new = tmp_path / "new.ttl"
    for old, name in (
        ("请改_助餐点列名", "云溪区_2025通知_晨光食堂"),
        ("请改_助餐点", "云溪区_柳浦街道_晨光食堂"),
        ("请改_地址", "云溪区_2025通知_晨光食堂"),
        ("请改_文件", "云溪区_2025_通知"),
        ("https://example.org/请改", "https://example.org/notice"),
    ):
        assert old in form
        form = form.replace(old, name)
    street = form.partition("kg:street ")[2].split()[0]
    new.write_text(form.replace("请改：", "晨光"), "utf-8")
    kg("build", EXAMPLE, "-o", tmp_path / "build", cwd=tmp_path)
    said(kg("add", new, "--source", "https://example.org/notice", "--by", "王敏", cwd=tmp_path))
    shown = said(kg("query", "canteens_of_street", "--street", street, cwd=tmp_path))
    assert "晨光" in shown
    assert said(kg("verify", cwd=tmp_path))


def test_a_form_needs_a_class_and_a_built_graph(place, tmp_path):
    done = kg("schema", "--template", "--lang", "en", cwd=place)
    assert done.returncode == 2
    assert "kg schema Canteen --template" in done.stderr.decode()
    other = tmp_path / "other.ttl"
    other.write_text("<https://example.org/a> a <https://example.org/B> .", "utf-8")
    ask = ("schema", "https://example.org/B", "--template", "--store", other, "--lang", "en")
    done = kg(*ask, cwd=tmp_path)
    assert done.returncode == 2
    assert "kg build" in done.stderr.decode()
