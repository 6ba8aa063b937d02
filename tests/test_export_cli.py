"""`kg export` as a command: what goes out, where to, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

import kg_builder
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.select import Selection, select
from kg_builder.graph.opening import open_graph
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE, expand
from tests.unit.graph.export.export_support import OXIGRAPH, RDFLIB, canonical, rdflib_quads

REPORT = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "build"
    report = next(REPORT.glob("*.txt"))
    kg_builder.build([kg_builder.ReportInput.load(report)], kg_builder.BuildOptions(out=folder))
    return folder


def kg(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kg_builder", "export", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, cwd=cwd, env=environment, check=False)


def test_by_default_asserted_turtle_goes_to_stdout(built):
    done = kg("--store", str(built))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (built / "asserted.ttl").read_bytes()
    assert (
        kg("--store", str(built), "--graph", "inferred").stdout
        == (built / "inferred.ttl").read_bytes()
    )


@pytest.mark.parametrize("form", [form for form in Format if form.suffix])
def test_every_format_comes_back_equal(built, tmp_path, form):
    out = tmp_path / f"all{form.suffix}"
    assert kg("--store", str(built), "--graph", "all", "-o", str(out)).returncode == 0
    named = [
        quad
        for quad in parse(path=built / "dataset.nq", format=RdfFormat.N_QUADS)
        if quad.graph_name not in (DefaultGraph(), NamedNode(f"{DEFAULT_BASE}graph/ontology"))
    ]
    if form.keeps_graphs:
        wanted = canonical(named)
    else:
        wanted = frozenset(str(quad.triple) for quad in named)
    data = out.read_bytes()
    found = list(parse(input=data, format=OXIGRAPH[form]))
    if form.keeps_graphs:
        assert canonical(found) == wanted
    else:
        assert frozenset(str(quad.triple) for quad in found) == wanted
    assert sorted(path.name for path in tmp_path.iterdir()) == [out.name]
    asserted = kg("--store", str(built), "--format", form.value).stdout
    assert len(rdflib_quads(asserted, form)) == len(
        set(parse(input=asserted, format=OXIGRAPH[form]))
    )
    assert form in RDFLIB


def test_a_class_gives_its_instances_inferred_ones_too(built):
    with open_graph(built) as opened:
        graphs = select(opened, "asserted", Selection((expand("Place"),)))
        triples = [triple for found in graphs.values() for triple in found]
        kinds = {triple.object for triple in triples if triple.predicate == RDF_TYPE}
    assert {expand("Park"), expand("Road")} <= kinds
    assert expand("ReformMeasure") not in kinds


def test_an_entity_gives_what_is_said_of_it_with_its_evidence(built):
    done = kg("--store", str(built), "--entity", "柳浦街道", "--graph", "all", "--format", "nquads")
    quads = list(parse(input=done.stdout, format=RdfFormat.N_QUADS))
    street = NamedNode(f"{DEFAULT_BASE}id/street/芸溪区_柳浦街道")
    assert any(quad.subject == street for quad in quads)
    assert any(quad.object == street and quad.predicate == expand("street") for quad in quads)
    passages = {quad.object for quad in quads if quad.predicate == expand("prov:wasQuotedFrom")}
    lined = {quad.subject for quad in quads if quad.predicate == expand("line")}
    assert passages
    assert passages <= lined
    by_iri = kg("--store", str(built), "--entity", street.value)
    assert by_iri.stdout == kg("--store", str(built), "--entity", "street:芸溪区_柳浦街道").stdout


def test_tables_replace_only_tables(built, tmp_path):
    folder = tmp_path / "tables"
    for _ in range(2):
        done = kg("--store", str(built), "--format", "csv", "-o", str(folder))
        assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / "Canteen.csv").is_file()
    assert json.loads((folder / "csv-metadata.json").read_bytes())["dc:creator"] == "kg export"
    (folder / "mine.txt").write_text("x")
    done = kg("--store", str(built), "--format", "csv", "-o", str(folder))
    assert done.returncode == 2
    assert b"mine.txt" in done.stderr
    assert (folder / "mine.txt").read_text() == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "a.txt"], "suffix"),
        (["--format", "csv"], "give -o DIR"),
        (["--bom"], "--bom is for csv"),
        (["--class", "Canten"], "Canteen"),
        (["--entity", "没有这个"], "nothing in the graph is called"),
        (["-o", "missing/a.ttl"], "cannot be written"),
        (["--graph", "none"], "--graph"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(built, tmp_path, arguments, said):
    done = kg("--store", str(built), *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert said in line
    assert not list(tmp_path.iterdir())


def test_a_name_of_two_things_lists_them(tmp_path):
    (tmp_path / "a.ttl").write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        '<http://x.example/a> rdfs:label "甲"@zh . <http://x.example/b> rdfs:label "甲" .',
        "utf-8",
    )
    done = kg("--store", str(tmp_path), "--entity", "甲")
    assert done.returncode == 2
    assert b"<http://x.example/a>; <http://x.example/b>" in done.stderr


def test_other_rdf_has_a_default_graph_and_named_ones(tmp_path):
    (tmp_path / "a.trig").write_text("<urn:a> a <urn:B> . <urn:g> { <urn:c> a <urn:D> }", "utf-8")
    assert kg("--store", str(tmp_path)).stdout == b"<urn:a>\n    a <urn:B> .\n"
    whole = kg("--store", str(tmp_path), "--graph", "all", "--format", "trig").stdout
    assert whole == b"<urn:a>\n    a <urn:B> .\n\n<urn:g> {\n    <urn:c>\n        a <urn:D> .\n}\n"
    done = kg("--store", str(tmp_path), "--graph", "evidence")
    assert done.returncode == 2
    assert b"kg build" in done.stderr


def test_blank_nodes_of_other_rdf_have_equal_labels_in_every_run(tmp_path):
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:b> [ <urn:c> ( 1 2 ) ] , [] .", "utf-8")
    first, second = (kg("--store", str(tmp_path)) for _ in range(2))
    assert first.stdout == second.stdout
    assert canonical(parse(input=first.stdout, format=RdfFormat.TURTLE)) == canonical(
        parse(path=tmp_path / "a.ttl")
    )


def test_an_error_leaves_the_old_file(tmp_path):
    (tmp_path / "a.ttl").write_text('<urn:a> <http://x.example/(b)> "x" .', "utf-8")
    out = tmp_path / "out.rdf"
    out.write_text("old")
    done = kg("--store", str(tmp_path / "a.ttl"), "-o", str(out))
    assert done.returncode == 2
    assert b"XML name" in done.stderr
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "out.rdf"]


def test_a_reader_that_leaves_is_no_error(built):
    command = f"{sys.executable} -m kg_builder export --store {built} --graph all | head -n 1"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_has_examples_in_both_languages():
    assert "kg export --format csv" in kg("--help", "--lang", "en").stdout.decode()
    assert "例如" in kg("--help", "--lang", "zh").stdout.decode()


def test_a_portable_page_is_written_and_replaces_none_but_its_own(built, tmp_path):
    page = tmp_path / "page.html"
    done = kg("--store", str(built), "--portable", str(page), "--lang", "en")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"a double click opens it" in done.stdout
    assert b"generator" in page.read_bytes()[:2000]
    assert kg("--store", str(built), "--portable", str(page)).returncode == 0
    page.write_text("the report itself", "utf-8")
    assert kg("--store", str(built), "--portable", str(page)).returncode == 2
    assert page.read_text("utf-8") == "the report itself"


def test_options_that_do_not_go_with_a_portable_page_are_refused(built, tmp_path):
    page, store = str(tmp_path / "page.html"), ("--store", str(built))
    for others in (
        ("--portable", page, "--format", "turtle"),
        ("--portable", page, "--dist", str(tmp_path / "dist")),
        ("--portable", page, "--publisher", "X"),
        ("--source",),
    ):
        assert kg(*store, *others).returncode == 2, others
    assert not Path(page).exists()


def test_words_of_the_report_are_in_the_page_only_if_wanted(built, tmp_path):
    import gzip
    import re
    from base64 import b64decode

    def quotes(page: Path) -> dict[str, str]:
        found = re.search(r'id="back">([^<]*)<', page.read_text("utf-8"))
        assert found is not None
        data: dict[str, dict[str, str]] = json.loads(gzip.decompress(b64decode(found[1])))
        return data["quotes"]

    page = tmp_path / "page.html"
    assert kg("--store", str(built), "--portable", str(page)).returncode == 0
    assert quotes(page) == {}
    assert kg("--store", str(built), "--portable", str(page), "--source").returncode == 0
    text = next(REPORT.glob("*.txt")).read_text("utf-8-sig")
    assert len(quotes(page)) > 100
    assert all(words in text for words in quotes(page).values())
    bare = tmp_path / "bare"
    report = kg_builder.ReportInput.load(next(REPORT.glob("*.txt")))
    kg_builder.build([report], kg_builder.BuildOptions(out=bare, keep_source=False))
    done = kg("--store", str(bare), "--portable", str(page), "--source", "--lang", "en")
    assert done.returncode == 2
    assert b"the text of no report is at hand" in done.stderr
