"""`kg validate` as a user meets it: in the context of the published graph, and standalone."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

import kg_builder
from kg_builder.cli.main import main

SH = "http://www.w3.org/ns/shacl#"
HEAD = """@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix canteen: <https://example.org/kg/id/canteen/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""
BROKEN = HEAD + 'canteen:测试区_测试街道_新店_测试路1号 a kg:Canten ;\n    rdfs:label "新店"@zh .\n'
GOOD = HEAD + 'canteen:测试区_测试街道_新店_测试路1号 a kg:Canteen ;\n    rdfs:label "新店"@zh .\n'
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:PersonShape a sh:NodeShape ; sh:targetClass ex:Person ;
    sh:property [ sh:path ex:age ; sh:datatype xsd:integer ; sh:message "An age is a number" ] ;
    sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:severity sh:Warning ] .
"""
DATA = """@prefix ex: <http://example.org/> .
ex:a a ex:Person ; ex:age "old" ; ex:name "A" .
ex:b a ex:Person ; ex:age 3 .
ex:c a ex:Student ; ex:age "young" .
"""
ONTOLOGY = """@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:Student a rdfs:Class ; rdfs:subClassOf ex:Person .
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in (
        ("broken.ttl", BROKEN),
        ("good.ttl", GOOD),
        ("shapes.ttl", SHAPES),
        ("data.ttl", DATA),
        ("ontology.ttl", ONTOLOGY),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def kg(folder, published_folder, capsys):
    """Run `kg validate` in the folder; return its exit code, stdout and stderr."""

    def run(*arguments, lang="en", store=published_folder):
        shapes = {"-s", "--shapes", "--shacl"} & set(arguments)
        where = [] if shapes or store is None else ["--store", store]
        with pytest.raises(SystemExit) as exit_:
            main(["validate", *map(str, (*arguments, *where)), "--lang", lang])
        printed = capsys.readouterr()
        return exit_.value.code, printed.out, printed.err

    return run


def shell(*arguments, stdin=b"", **environment):
    return subprocess.run(
        [sys.executable, "-m", "kg_builder", "validate", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )


# --- in context ---


def test_a_misspelt_class_is_told_with_its_place_and_mend(kg):
    code, out, err = kg("broken.ttl")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    column = BROKEN.splitlines()[5].index("kg:Canten") + 1
    assert lines[0].startswith(f"broken.ttl:6:{column}: violation: ")
    assert "kg:Canteen" in lines[0]
    assert lines[1] == "    " + BROKEN.splitlines()[5]
    assert lines[2].strip() == "^" * len("kg:Canten")
    assert any(line.startswith("broken.ttl: does not conform: 1 violation") for line in lines)
    assert "kg validate broken.ttl --fix -o broken-mended.ttl" in lines[-1]


def test_the_same_in_chinese(kg):
    code, out, _ = kg("broken.ttl", lang="zh")
    assert code == 1
    assert re.search(r"^broken\.ttl:6:\d+: 违规：本体里没有类 kg:Canten", out)
    assert "不合格：违规 1" in out


def test_a_shape_is_told_by_its_file_and_line(kg, folder):
    (folder / "number.ttl").write_text(
        HEAD + "canteen:测试区_测试街道_新店_测试路1号 a kg:Canteen ; rdfs:label 5 .\n", "utf-8"
    )
    code, out, _ = kg("number.ttl", "-f", "json")
    assert code == 1
    places = [item["shape_place"] for item in json.loads(out)["results"]]
    assert places
    for place in filter(None, places):
        shape = Path(place["file"]).read_text("utf-8").splitlines()[place["line"] - 1]
        assert shape[place["column"] - 1 :].strip()


def test_files_are_judged_together(kg, folder):
    (folder / "more.ttl").write_text(GOOD.replace("新店", "老店"), "utf-8")
    code, out, _ = kg("good.ttl", "more.ttl", "broken.ttl", "-f", "json")
    report = json.loads(out)
    assert [file["name"] for file in report["files"]] == ["good.ttl", "more.ttl", "broken.ttl"]
    assert report["triples"] == len(
        {*read(GOOD), *read(GOOD.replace("新店", "老店")), *read(BROKEN)}
    )
    assert code == 1
    assert {item["place"]["file"] for item in report["results"] if item["place"]} >= {"broken.ttl"}


def test_a_fault_that_stands_in_two_files_is_told_in_each(kg, folder):
    (folder / "again.ttl").write_text("\n" + BROKEN, "utf-8")
    code, out, _ = kg("broken.ttl", "again.ttl", "-f", "json")
    report = json.loads(out)
    assert (code, report["total"], report["counts"]["violation"]) == (1, 2, 2)
    places = [(item["place"]["file"], item["place"]["line"]) for item in report["results"]]
    assert places == [("broken.ttl", 6), ("again.ttl", 7)]
    edits = [item["fixes"][0]["edits"][0] for item in report["results"]]
    assert [edit["file"] for edit in edits] == ["broken.ttl", "again.ttl"]


def test_schema_triples_blank_nodes_and_named_graphs_are_violations(kg, folder):
    (folder / "rules.trig").write_text(
        HEAD
        + "kg:Canteen rdfs:subClassOf kg:School .\n"
        + '_:x a kg:Canteen ; rdfs:label "无名"@zh .\n'
        + "canteen:图 { canteen:某 a kg:Canteen }\n",
        "utf-8",
    )
    code, out, _ = kg("rules.trig", "-f", "json")
    assert code == 1
    found = {
        item["component"].rpartition("#")[2].removesuffix("ConstraintComponent"): item["place"]
        for item in json.loads(out)["results"]
    }
    assert {"SchemaTriple", "BlankNode", "NamedGraph"} <= set(found)
    assert [found[name]["line"] for name in ("SchemaTriple", "BlankNode")] == [6, 7]


def test_other_shapes_in_the_context_of_a_store(kg, folder, published_folder):
    (folder / "own.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://example.org/Short> a sh:NodeShape ; sh:targetClass kg:Canteen ;
    sh:property [ sh:path rdfs:label ; sh:maxLength 1 ] .
""",
        "utf-8",
    )
    code, out, _ = kg("good.ttl", "-s", "own.ttl", "--store", published_folder, "-f", "json")
    report = json.loads(out)
    assert code == 1
    assert report["mode"] == "context"
    new = [item for item in report["results"] if not item["standing"]]
    assert [item["place"]["line"] for item in new if "MaxLength" in item["component"]] == [7]
    assert sum(report["standing_elsewhere"].values()) > 1
    assert any("whole graph" in note["en"] for note in report["notes"])


RULES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix e: <http://e.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""


def test_other_rdf_may_state_its_own_axioms(kg, folder):
    (folder / "store.ttl").write_text(
        RULES
        + """e:a e:lives e:b . e:Cat rdfs:subClassOf e:Animal . e:lives rdfs:domain e:Animal .
e:kin owl:propertyChainAxiom ( e:parent e:sibling ) . e:x e:parent e:y .
""",
        "utf-8",
    )
    (folder / "own.ttl").write_text(
        RULES
        + """e:S a sh:NodeShape ; sh:targetClass e:Animal ; sh:property [ sh:path e:name ;
    sh:maxCount 1 ] , [ sh:path e:age ; sh:minCount 1 ] .
e:T a sh:NodeShape ; sh:targetSubjectsOf e:kin ; sh:property [ sh:path e:no ; sh:minCount 1 ] .
""",
        "utf-8",
    )
    (folder / "more.ttl").write_text(
        RULES + "e:c a e:Cat ; e:name 1 , 2 .\ne:a e:name 1 , 2 .\ne:y e:sibling e:z .\n", "utf-8"
    )
    code, out, _ = kg("more.ttl", "-s", "own.ttl", "--store", "store.ttl", "-f", "json")
    report = json.loads(out)
    found = [
        (item["focus_node"][-2:-1], item["component"].removeprefix(SH))
        for item in report["results"]
        if item["component"].startswith(SH)
    ]
    assert (code, sorted(found)) == (
        1,
        [
            ("a", "MaxCountConstraintComponent"),
            ("c", "MaxCountConstraintComponent"),
            ("c", "MinCountConstraintComponent"),
            ("x", "MinCountConstraintComponent"),
        ],
    )
    assert report["standing_elsewhere"] == {"Violation": 1}


def test_what_other_shapes_no_longer_find_is_neither_standing_nor_counted(kg, folder):
    (folder / "store.ttl").write_text(RULES + "e:a a e:C . e:b a e:C .\n", "utf-8")
    (folder / "own.ttl").write_text(
        RULES
        + """e:S a sh:NodeShape ; sh:targetClass e:C ; sh:sparql [ sh:select
    "SELECT $this WHERE { $this a ?c FILTER NOT EXISTS { $this <http://e.org/p> ?o } }" ] .
""",
        "utf-8",
    )
    (folder / "more.ttl").write_text(RULES + "e:a e:p 1 .\n", "utf-8")
    _, out, _ = kg("more.ttl", "-s", "own.ttl", "--store", "store.ttl", "-f", "json")
    report = json.loads(out)
    assert not [item for item in report["results"] if item["component"].startswith(SH)]
    assert report["standing_elsewhere"] == {"Violation": 1}


# --- standalone ---


def read(text, form=RdfFormat.TURTLE):
    return {quad.triple for quad in parse(text.encode(), format=form)}


def results_of(text, form=RdfFormat.TURTLE):
    """Return what tells the results of a standard report from each other."""
    names = ("focusNode", "resultPath", "value", "resultSeverity", "sourceConstraintComponent")
    triples = read(text, form)
    found = []
    for triple in triples:
        if triple.predicate.value == SH + "result":
            about = {
                t.predicate.value: str(t.object) for t in triples if t.subject == triple.object
            }
            found.append(tuple(about.get(SH + name) for name in names))
    return sorted(found, key=str)


def pyshacl(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "pyshacl", *arguments, "-f", "turtle"],
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("-e", "ontology.ttl"),
        ("-e", "ontology.ttl", "-i", "rdfs"),
        ("-e", "ontology.ttl", "-i", "both"),
    ],
    ids=["plain", "ontology", "rdfs", "both"],
)
def test_a_standard_report_holds_what_pyshacl_finds(kg, more):
    code, out, _ = kg("data.ttl", "-s", "shapes.ttl", *more, "-f", "turtle")
    theirs, report = pyshacl("data.ttl", "-s", "shapes.ttl", *more)
    assert (code, theirs) == (1, 1)
    assert results_of(out) == results_of(report)
    assert len(results_of(out)) == (4 if "-i" in more or more else 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("ex:Person ;", "ex:Persn ;"), "did you mean ex:Person"),
        (("sh:targetClass ex:Person ;", ""), "nothing would be checked"),
        (("sh:", "ex:"), "holds no shapes"),
        (("sh:minCount 1", "sh:minCount 1, 2"), "ill-formed shape"),
        (("sh:minCount 1", 'sh:pattern "(a+)+(b+)+(?=c)"'), "could run for ever"),
        (("sh:minCount 1", "sh:in _:l"), "a cyclic or broken list"),
    ],
    ids=["misspelt", "no target", "no shapes", "ill-formed", "redos", "list"],
)
def test_what_checks_nothing_or_cannot_be_run_never_conforms(kg, folder, change, said):
    (folder / "wrong.ttl").write_text(SHAPES.replace(*change), "utf-8")
    code, out, err = kg("data.ttl", "-s", "wrong.ttl")
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("wrong.ttl:")
    assert len(err.splitlines()) == 1


def test_one_misspelt_target_of_two_is_a_warning_at_its_place(kg, folder):
    other = "ex:Other a sh:NodeShape ; sh:targetClass ex:Persom ; sh:nodeKind sh:IRI .\n"
    (folder / "two.ttl").write_text(SHAPES + other, "utf-8")
    line, column = SHAPES.count("\n") + 1, other.index("ex:Persom") + 1
    code, out, _ = kg("data.ttl", "-s", "two.ttl")
    assert code == 1
    assert f"two.ttl:{line}:{column}: warning: " in out
    assert "did you mean ex:Person?" in out
    _, turtle, _ = kg("data.ttl", "-s", "two.ttl", "-f", "turtle")
    assert len(results_of(turtle)) == 2  # the standard report holds what SHACL finds


def test_what_shacl_does_not_have_is_a_warning_at_its_place(kg, folder):
    text = SHAPES.replace("sh:minCount 1", "sh:minCuont 1 ; sh:rule [ a sh:SPARQLRule ]")
    (folder / "typo.ttl").write_text(text, "utf-8")
    code, out, _ = kg("data.ttl", "-s", "typo.ttl")
    assert code == 1
    line = next(n for n, part in enumerate(text.splitlines(), 1) if "minCuont" in part)
    assert re.search(rf"^typo\.ttl:{line}:\d+: warning: .*did you mean sh:minCount\?$", out, re.M)
    assert re.search("^note: .*SHACL-AF.*: sh:rule$", out, re.M)


def test_what_is_hardly_meant_is_remarked_where_no_shape_sees_it(kg, folder):
    text = DATA.replace("ex:b a", 'ex:b ex:knows ex:a、ex:c ; ex:born "2024-02-30"^^ex:d ; a')
    text = text.replace("ex:d ;", "<http://www.w3.org/2001/XMLSchema#date> ;")
    text = text.replace("ex:age 3", 'ex:age "３"^^<http://www.w3.org/2001/XMLSchema#integer>')
    (folder / "meant.ttl").write_text(text, "utf-8")
    code, out, _ = kg("meant.ttl", "-s", "shapes.ttl", "-f", "json")
    report = json.loads(out)
    assert (code, report["total"]) == (1, 3)  # as SHACL has it: the age is a result, told once
    glued, born = (note["en"] for note in report["notes"])
    assert glued.startswith("meant.ttl:3:15: Chinese punctuation is a part of a name: ex:a、ex:c")
    assert re.match(r"meant\.ttl:3:35: .*2024-02-30.* is ill-formed", born)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT $this WHERE { SERVICE <http://example.org/> { $this ?p ?o } }", "SERVICE"),
        ("SELECT $this FROM <file:///etc/passwd> WHERE { $this ?p ?o }", "FROM"),
        ("LOAD <http://example.org/>", "LOAD"),
    ],
    ids=["service", "from", "load"],
)
def test_queries_of_shapes_reach_nothing(kg, folder, query, said):
    (folder / "query.ttl").write_text(
        SHAPES + f'ex:PersonShape sh:sparql [ sh:select "{query}" ] .\n', "utf-8"
    )
    code, out, err = kg("data.ttl", "-s", "query.ttl")
    assert (code, out) == (2, "")
    assert re.match(r"query\.ttl:\d+:\d+: ", err)
    assert said in err


def test_a_query_without_end_is_ended(kg, folder):
    (folder / "many.ttl").write_text(
        "@prefix ex: <http://example.org/> .\n"
        + "".join(f"ex:n{i} a ex:Person ; ex:name {i} .\n" for i in range(400)),
        "utf-8",
    )
    (folder / "query.ttl").write_text(
        SHAPES
        + 'ex:PersonShape sh:sparql [ sh:select """SELECT $this WHERE { $this ?p ?o . ?a ?b ?c .'
        + " ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?c), STR(?f), STR(?i))) > 1000) }"
        + '""" ] .\n',
        "utf-8",
    )
    code, out, err = kg("many.ttl", "-s", "query.ttl", "--timeout", "3")
    assert (code, out) == (124, "")
    assert err.startswith("query.ttl: the check did not end within 3 s")


# --- input ---


def test_stdin_needs_a_format(folder):
    shapes = ("-s", "shapes.ttl", "--lang", "en")
    without = shell("-", *shapes, stdin=DATA.encode())
    assert without.returncode == 2
    assert b"-df" in without.stderr
    given = shell("-", "-df", "turtle", *shapes, stdin=DATA.encode())
    assert given.returncode == 1
    assert given.stdout.startswith(b"-:2:27: violation: An age is a number")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.ttl",), "missing.ttl: no such file"),
        (("data.ttl", "-s", "http://example.org/shapes.ttl"), "nothing is fetched"),
        (("http://example.org/data.ttl",), "nothing is fetched"),
        (("data.ttl", "-s", "shapes.ttl", "-a"), "SHACL-AF"),
        (("data.ttl", "-s", "shapes.ttl", "-j"), "SHACL-JS"),
        (("data.ttl", "-s", "shapes.ttl", "-im"), "owl:imports"),
        (("data.ttl", "-i", "rdfs"), "go with -s"),
        (("data.ttl", "--fix"), "give -o"),
        (("data.ttl", "--fix", "-o", "shapes.ttl"), "not overwritten"),
        (("data.ttl", "--fix", "-o", "data.ttl"), "not overwritten"),
        (("data.ttl", "-s", "shapes.ttl", "-o", "shapes.ttl"), "not overwritten"),
        (("data.ttl", "-o", "data.ttl"), "not overwritten"),
        (("data.ttl", "--fail-on", "info", "-w"), "disagree"),
        (("data.ttl", "ontology.ttl", "--fix", "-o", "x.ttl"), "one file at a time"),
        (("data.ttl", "-s", "shapes.ttl", "-df", "n3"), "n3"),
        (("data.ttl", "--store", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(kg, folder, arguments, said):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    code, out, err = kg(*arguments, store=None if "--store" in arguments else "nowhere")
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_syntax_errors_have_a_place(kg, folder):
    (folder / "bad.ttl").write_text(GOOD.replace("rdfs:label", "rdfs label"), "utf-8")
    code, out, err = kg("bad.ttl")
    assert (code, out) == (2, "")
    assert re.match(r"bad\.ttl:7:\d+: ", err)


def test_named_graphs_alone_are_merged_only_when_asked(kg, folder):
    (folder / "data.trig").write_text(
        DATA.replace("ex:a a", "ex:g { ex:a a").replace('"A" .', '"A" }'), "utf-8"
    )
    code, out, err = kg("data.trig", "-s", "shapes.ttl")
    assert (code, out) == (2, "")
    assert re.match(r"data\.trig:2:\d+: .*--merge-graphs", err)
    code, out, _ = kg("data.trig", "-s", "shapes.ttl", "--merge-graphs", "-f", "json")
    assert code == 1
    assert json.loads(out)["results"][0]["place"]["line"] == 2


def test_blank_nodes_of_two_files_are_two(kg, folder):
    for name, age in (("one.ttl", 1), ("two.ttl", 2)):
        (folder / name).write_text(
            f"@prefix ex: <http://example.org/> .\n_:p a ex:Person ; ex:name {age} .\n", "utf-8"
        )
    (folder / "one-name.ttl").write_text(SHAPES.replace("sh:minCount 1", "sh:maxCount 1"), "utf-8")
    code, out, _ = kg("one.ttl", "two.ttl", "-s", "one-name.ttl", "-f", "json")
    assert code == 0
    assert json.loads(out)["focus_nodes"] == 2


# --- output ---


def test_a_file_takes_the_format_of_its_suffix(kg, folder):
    for name, start in (("out.html", "<!DOCTYPE html>"), ("out.txt", "broken.ttl:6:")):
        code, out, _ = kg("broken.ttl", "-o", name)
        assert (code, out) == (1, "")
        assert (folder / name).read_text("utf-8").startswith(start)


HOSTILE = 'x<script>alert("1")</script>\x1b[31m\u202e&\n.ttl'


@pytest.mark.parametrize("name", ["text", "html"])
def test_hostile_names_and_values_stay_harmless(kg, folder, name):
    evil = HOSTILE.replace("/", "_")
    (folder / evil).write_text(
        DATA.replace('"old"', r'"</code><script>alert(1)</script>\u001B[2J\u202E"'), "utf-8"
    )
    code, out, _ = kg(evil, "-s", "shapes.ttl", "-f", name)
    assert code == 1
    if name in ("text", "html"):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", out)
    if name == "html":
        assert "<script" not in out
        assert "&lt;script&gt;alert(1)" in out


def test_a_name_that_is_no_text_is_one_line(folder):
    name = b"\xff\xfe.ttl"
    (folder / os.fsdecode(name)).write_bytes(DATA.encode())
    done = shell(name, b"-s", b"shapes.ttl", b"--lang", b"en")
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert b"UTF-8" in done.stderr


def test_the_exit_code_follows_what_counts(kg, folder):
    (folder / "warned.ttl").write_text(DATA.replace('"old"', "4"), "utf-8")
    for options, expected in ((("-w",), 0), (("--allow-infos",), 1), (("--fail-on", "info"), 1)):
        code, out, _ = kg("warned.ttl", "-s", "shapes.ttl", *options)
        assert code == expected, options
        assert "1 warning" in out


@pytest.mark.parametrize("name", ["text", "turtle", "json-ld"])
def test_a_cut_listing_says_so(kg, name):
    code, out, err = kg("data.ttl", "-s", "shapes.ttl", "--max-results", "1", "-f", name)
    assert code == 1
    assert "1 of 2 results" in (out if name == "text" else err)


def test_colours_only_where_somebody_looks(kg):
    _, out, _ = kg("broken.ttl")
    assert "\x1b" not in out


def test_the_help_is_in_both_languages(kg):
    for lang, word in (("zh", "检验新的三元组"), ("en", "Judge new triples")):
        code, out, _ = kg("--help", lang=lang, store=None)
        assert code == 0
        assert word in out
        assert "kg validate new.ttl --fix -o mended.ttl" in out


def test_the_same_from_python(folder, published_folder):
    report = kg_builder.validate("broken.ttl", store=str(published_folder))
    assert not report.passes
    assert report.verdict.count("Violation") == report.counts()["violation"] == 1
    alone = kg_builder.validate(folder / "data.ttl", shapes=["shapes.ttl"], fail_on="none")
    assert alone.passes
    assert not alone.verdict.conforms
    with pytest.raises(kg_builder.InputError, match="no such file"):
        kg_builder.validate("missing.ttl", shapes=["shapes.ttl"])


# --- mending ---


def test_plain_mends_are_made_in_another_file_and_judged(kg, folder):
    code, out, err = kg("broken.ttl", "--fix", "-o", "mended.ttl")
    assert "1 mend" in err
    assert (folder / "mended.ttl").read_text("utf-8") == BROKEN.replace("kg:Canten ", "kg:Canteen ")
    assert (folder / "broken.ttl").read_text("utf-8") == BROKEN
    assert out.splitlines()[-1 - ("elsewhere" in out.splitlines()[-1])].startswith("mended.ttl: ")
    assert kg("broken.ttl", "--fix", "-o", "mended.ttl")[0] == 2
    (folder / "mended.ttl").write_text("old", "utf-8")
    assert kg("broken.ttl", "--fix", "-o", "mended.ttl", "--force")[0] == code
    assert "kg:Canteen" in (folder / "mended.ttl").read_text("utf-8")


def test_nothing_to_mend_writes_nothing(kg, folder):
    code, out, err = kg("good.ttl", "--fix", "-o", "mended.ttl")
    assert "nothing to mend" in err
    assert not (folder / "mended.ttl").exists()
    assert code == kg("good.ttl")[0]
    assert out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("relative.ttl", "<a> a <http://example.org/Person> ."),
        ("relative.jsonld", '{"@id": "a", "@type": "http://example.org/Person"}'),
        (
            "relative.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://example.org/">'
            '<Person rdf:about="a"/></rdf:RDF>',
        ),
    ],
)
def test_relative_iris_have_a_base_or_are_refused(kg, folder, name, text):
    (folder / name).write_text(text, "utf-8")
    code, out, err = kg(name, "-s", "shapes.ttl")
    assert (code, out) == (2, "")
    assert "relative IRI" in err
    base = ("--base", "http://data.example/")
    code, out, _ = kg(name, "-s", "shapes.ttl", "-f", "turtle", "--fail-on", "warning", *base)
    assert code == 1
    assert "<http://data.example/a>" in out
    assert kg(name, "-s", "shapes.ttl", "--base", "a b")[0] == 2


def test_shapes_that_are_switched_off_check_nothing_and_say_so(kg, folder):
    text = (folder / "shapes.ttl").read_text("utf-8")
    off = re.sub(r"a sh:NodeShape ;", "a sh:NodeShape ; sh:deactivated true ;", text)
    (folder / "off.ttl").write_text(off, "utf-8")
    code, out, _ = kg("data.ttl", "-s", "off.ttl")
    assert code == 0
    assert "nothing was checked" in out
    assert "conforms" not in out
    assert "sh:conforms true" in kg("data.ttl", "-s", "off.ttl", "-f", "turtle")[1]


LISTING = (
    HEAD
    + """@prefix listing: <https://example.org/kg/id/canteen-listing/> .
@prefix district: <https://example.org/kg/id/district/> .

canteen:海淀区_八里庄街道_晨光食堂_阜成路1号 a kg:Canteens ;
    rdfs:label "晨光食堂"@zh ;
    kg:inStreet <https://example.org/kg/id/street/八里庄街道> .
listing:海淀区_通知_晨光食堂 a kg:CanteenListing ;
    kg:about canteen:海淀区_八里庄街道_晨光食堂_阜成路1号 ;
    kg:address "阜成路1号" ;
    kg:area district:海淀区 ;
    kg:period "2024"^^xsd:gYear ;
    kg:statedIn <https://www.example.cn/notice/7> .
"""
)


def test_what_follows_from_a_misspelt_class_is_told_once(kg, folder):
    (folder / "listing.ttl").write_text(LISTING, "utf-8")
    code, out, _ = kg("listing.ttl")
    assert code == 1
    assert "2 other results follow from this (line 13): with this mended, gone" in out
    assert "listing.ttl:13:" not in out
    _, data, _ = kg("listing.ttl", "-f", "json")
    results = json.loads(data)["results"]
    following = [item for item in results if item["follows"]]
    assert len(following) == 2
    assert {item["follows"]["line"] for item in following} == {9}
    shown = {item["place"]["line"] for item in results}
    assert 13 in shown  # programs get every result
    _, page, _ = kg("listing.ttl", "-f", "html")
    assert page.count("follows from another fault") == 2


def test_messages_lead_to_what_the_graph_has_and_to_forms_for_what_it_lacks(kg, folder):
    (folder / "listing.ttl").write_text(LISTING, "utf-8")
    _, out, _ = kg("listing.ttl")
    assert "kg schema Address --template" in out
    assert "kg schema Document --template" in out
    assert "type kg:Document" not in out
    assert "?." not in out
    assert "+     kg:period <https://example.org/kg/id/period/2024> ;" in out
    (hint,) = [line for line in out.splitlines() if "can be made for you" in line]
    assert "kg validate listing.ttl --fix -o listing-mended.ttl" in hint
    code, out, _ = kg("listing.ttl", "--fix", "-o", "listing-mended.ttl")
    assert code == 1
    mended = (folder / "listing-mended.ttl").read_text("utf-8")
    assert "a kg:Canteen ;" in mended
    assert "kg:Canteens and" not in out


def test_a_street_by_its_bare_name_is_mended(kg, folder):
    text = LISTING.replace("kg:Canteens", "kg:Canteen")
    (folder / "listing.ttl").write_text(text, "utf-8")
    _, out, _ = kg("listing.ttl", lang="zh")
    assert "改成 八里庄街道" in out
    assert "？。" not in out


def test_what_is_missing_is_told_with_what_the_graph_has_there(kg, folder):
    text = LISTING.replace("    kg:area district:海淀区 ;\n", "")
    (folder / "listing.ttl").write_text(text, "utf-8")
    _, out, _ = kg("listing.ttl")
    assert "In the graph it often is 海淀区 (district:海淀区)." in out
