"""Review from outside: `kg review`, and decisions in `kg build` and `kg publish`."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kg_builder
from kg_builder.graph.conformance import check
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.resources import Resources

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "tests" / "reports" / "merged-cells" / "source.txt").read_bytes()
HEADER = "action line start end sha256 subject predicate object new with who date why".split()
HALL = "Canteen:桐坞区|望澜街道|望澜大食堂|滨江路18号一层"
OLD = "Canteen:桐坞区|望澜街道|老码头餐厅|码头路3号院2号楼底商"


def kg(*arguments, cwd, **environment):
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, env=env, timeout=120)


def table(path, *rows):
    """Write a draft: each row is action, words, line and the other cells."""
    lines = [HEADER]
    for action, line, words, cells in rows:
        found = dict.fromkeys(HEADER, "") | {"action": action, "line": str(line), "sha256": words}
        found |= {"who": "张三", "why": "核对原文"} | cells
        lines.append([found[name] for name in HEADER])
    path.write_text("".join("\t".join(cells) + "\n" for cells in lines), "utf-8", newline="")
    return path


def line_of(words):
    text = TEXT.decode()
    return text.count("\n", 0, text.index(words)) + 1


DRAFT = (
    ("merge", line_of("老码头餐厅"), "老码头餐厅", {"subject": OLD, "object": HALL}),
    (
        "reject",
        line_of("晚晴助餐点"),
        "晚晴助餐点",
        {"subject": "Canteen:晚晴助餐点", "predicate": "a"},
    ),
    (
        "add",
        line_of("江风社区食堂"),
        "江风社区",
        {"subject": "Platform:桐坞区|江风平台", "predicate": "a", "object": "text:江风平台"},
    ),
    (
        "add",
        line_of("江风社区食堂"),
        "江风社区食堂",
        {"subject": "Platform:江风平台", "predicate": "status", "object": "status:completed",
         "with": "verbatim=建成"},
    ),
    (
        "add",
        line_of("江风社区食堂"),
        "江风",
        {"subject": "Platform:江风平台", "predicate": "figure", "object": "string:约5.6亿元",
         "with": "indicator=总投资"},
    ),
    (
        "correct",
        line_of("青坪食堂"),
        "青坪食堂",
        {"subject": "Canteen:青坪食堂", "predicate": "rdfs:label", "object": "text:青坪食堂",
         "new": "text:青坪大食堂"},
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with a report, a source record, and decisions completed from a draft."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "report.txt").write_bytes(TEXT)
    data = folder / "project" / "data"
    data.mkdir(parents=True)
    digest = hashlib.sha256(TEXT).hexdigest()
    record = f'title = "试"\nsha256 = "{digest}"\ntext_sha256 = "{digest}"\n'
    (data / "tongwu.source.toml").write_text(record, "utf-8")
    table(folder / "draft.tsv", *DRAFT)
    done = kg(
        "review",
        "report.txt",
        "--complete",
        "draft.tsv",
        "-o",
        data / "tongwu.decisions.tsv",
        cwd=folder,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return folder


def test_a_draft_is_completed_sorted_and_completing_it_again_changes_nothing(desk):
    path = desk / "project" / "data" / "tongwu.decisions.tsv"
    text = path.read_text("utf-8")
    starts = [int(line.split("\t")[2]) for line in text.splitlines()[1:]]
    assert len(starts) == len(DRAFT)
    assert starts == sorted(starts)
    done = kg("review", "report.txt", "--complete", "draft.tsv", "--decisions", path, cwd=desk)
    assert done.stdout.decode() == text


@pytest.fixture(scope="module")
def built(desk):
    done = kg("build", "report.txt", "--project", "project", "-o", "out", cwd=desk)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return desk / "out"


def test_build_finds_decisions_by_the_source_record_and_conforms(built):
    text = (built / "asserted.ttl").read_text("utf-8")
    assert "青坪大食堂" in text
    assert "晚晴助餐点" not in text
    assert "dcterms:isReplacedBy canteen:桐坞区_望澜街道_望澜大食堂_滨江路18号一层" in text
    assert "owl:deprecated true" in text
    assert '"decisions"' in (built / "build.json").read_text("utf-8")


def test_decisions_can_be_left_out_or_given(desk, built):
    arguments = ("build", "report.txt", "--project", "project")
    plain = kg(*arguments, "--no-decisions", "-o", "plain", cwd=desk)
    other = kg("build", "report.txt", "-o", "other", cwd=desk)
    assert (plain.returncode, other.returncode) == (0, 0)
    same = [(desk / name / "asserted.ttl").read_bytes() for name in ("plain", "other")]
    assert same[0] == same[1] != (built / "asserted.ttl").read_bytes()
    given = desk / "project" / "data" / "tongwu.decisions.tsv"
    assert kg("build", "report.txt", "--decisions", given, "-o", "given", cwd=desk).returncode == 0
    assert (desk / "given" / "asserted.ttl").read_bytes() == (built / "asserted.ttl").read_bytes()
    two = kg("build", "--decisions", given, "-o", "none", cwd=desk)
    assert two.returncode == 2


@pytest.fixture(scope="module")
def published(desk):
    data = desk / "published"
    shutil.copytree(desk / "project" / "data", data)
    assert kg("publish", "report.txt", "-o", data, cwd=desk).returncode == 0
    return data


def test_reading_plus_decisions_gives_what_is_published(desk, built, published):
    data = published
    kept = desk / "project" / "data" / "tongwu.decisions.tsv"
    assert (data / "tongwu.decisions.tsv").read_bytes() == kept.read_bytes()
    # the prefixes of the two files differ, their triples do not
    ours, theirs = (
        path.read_text("utf-8").split("\n\n", 1)[1]
        for path in (data / "tongwu.ttl", built / "asserted.ttl")
    )
    assert ours == theirs
    first = {path.name: path.read_bytes() for path in data.iterdir()}
    assert kg("publish", "report.txt", "-o", data, cwd=desk).returncode == 0
    assert {path.name: path.read_bytes() for path in data.iterdir()} == first


def test_decisions_on_another_text_of_the_report_are_not_lost(desk, published):
    """The checksum fits no record; the report does, and each decision finds its own passage."""
    shutil.copytree(published, desk / "other-project" / "data")
    changed = TEXT.decode().replace("青坪食堂", "青坪饭堂")
    (desk / "changed.txt").write_text(changed, "utf-8", newline="")
    done = kg("build", "changed.txt", "--project", "other-project", "-o", "changed", cwd=desk)
    assert done.returncode == 0
    (line,) = [line for line in done.stderr.decode().splitlines() if "stale-decision" in line]
    assert line.startswith(f"changed.txt:{line_of('青坪食堂')}:")
    assert "晚晴助餐点" not in (desk / "changed" / "asserted.ttl").read_text("utf-8")


def test_every_triple_that_stands_by_a_decision_says_by_whose(desk, built):
    data = desk / "project"
    report = kg_builder.ReportInput.load(desk / "report.txt")
    options = {"project": data, "keep_source": False}
    result = kg_builder.build([report], kg_builder.BuildOptions(out=desk / "api", **options))
    plain = kg_builder.build(
        [report], kg_builder.BuildOptions(out=desk / "api-plain", use_decisions=False, **options)
    )
    about = {}
    for triple in result.graph.evidence:
        about.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple.object)
    decided = {
        (
            found[expand("rdf:subject")][0],
            found[expand("rdf:predicate")][0],
            str(found[expand("rdf:object")][0]),
        )
        for found in about.values()
        if expand("decision") in found
    }
    new = set(result.graph.asserted_triples()) - set(plain.graph.asserted_triples())
    assert new
    assert {(t.subject, t.predicate, str(t.object)) for t in new} <= decided
    nodes = [found for found in about.values() if expand("Decision") in found.get(RDF_TYPE, [])]
    assert len(nodes) == len(DRAFT)
    assert {found[expand("decidedBy")][0].value for found in nodes} == {"张三"}


def test_the_evidence_of_decisions_fits_its_shapes(desk):
    report = kg_builder.ReportInput.load(desk / "report.txt")
    options = kg_builder.BuildOptions(out=desk / "api", project=desk / "project")
    result = kg_builder.build([report], options)
    resources = Resources.find()
    ontology = kg_builder.load_ontology(resources.ontology)
    files = resources.files("shapes", "evidence.ttl")
    found = check(files, (*ontology.triples, *result.graph.evidence), (), ontology)
    assert found.violations() == ()


def test_the_list_is_for_reading_and_for_pasting(desk):
    listed = kg("review", "report.txt", "--limit", "2", cwd=desk)
    lines = listed.stdout.decode().splitlines()
    assert listed.returncode == 0
    assert all(line.startswith("report.txt:") for line in lines[:-1])
    assert "facts to look at" in lines[-1]
    rows = kg("review", "report.txt", "--limit", "0", "--format", "tsv", cwd=desk).stdout.decode()
    header, *rest = rows.splitlines()
    assert header.split("\t") == HEADER
    assert {len(line.split("\t")) for line in rest} == {len(HEADER)}
    # unsigned lines decide nothing
    (desk / "unsigned.tsv").write_text(rows, "utf-8", newline="")
    done = kg("build", "report.txt", "--decisions", "unsigned.tsv", "-o", "unsigned", cwd=desk)
    assert (done.returncode, done.stderr.decode().split(": ")[1]) == (2, "who")


def test_the_text_kept_in_a_store_is_enough(desk, built):
    done = kg("review", "--store", "out", "--project", "project", "--limit", "1", cwd=desk)
    assert done.returncode == 0
    assert done.stdout.decode().count("桐坞区_2025_计划报告.txt:") >= 2
    none = kg("review", "--store", "nowhere", cwd=desk)
    assert (none.returncode, none.stdout) == (2, b"")
    assert none.stderr.decode().startswith("nowhere: ")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_table_ends_the_build_with_its_place(desk, lang):
    path = table(desk / "wrong.tsv", ("add", 1, "x", {}))
    done = kg(
        "build", "report.txt", "--decisions", path.name, "-o", "wrong", "--lang", lang, cwd=desk
    )
    assert done.returncode == 2
    assert done.stderr.decode().startswith("wrong.tsv:2:7: start")
    assert not (desk / "wrong").exists()


def test_a_term_that_the_ontology_has_not_is_told_with_its_line(desk):
    draft = table(
        desk / "unknown.tsv",
        (
            "add",
            line_of("青坪食堂"),
            "青坪食堂",
            {"subject": "Canteen:青坪食堂", "predicate": "noSuchProperty", "object": "integer:1"},
        ),
    )
    done = kg("review", "report.txt", "--complete", draft.name, "-o", "unknown-done.tsv", cwd=desk)
    assert done.returncode == 0
    done = kg("build", "report.txt", "--decisions", "unknown-done.tsv", "-o", "wrong", cwd=desk)
    assert done.returncode == 2
    assert done.stderr.decode().startswith("unknown-done.tsv:2:1: ")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_speaks_both_languages(desk, lang):
    text = kg("review", "--help", "--lang", lang, cwd=desk).stdout.decode()
    assert ("可能相同" in text) == (lang == "zh")
    assert "--complete" in text


def test_the_page_of_the_report_shows_what_was_decided(desk):
    arguments = ("coverage", "report.txt", "--project", "project", "-o", "page.html")
    done = kg(*arguments, cwd=desk)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert "江风平台" in (desk / "page.html").read_text("utf-8")


def test_a_list_refuses_what_only_a_draft_or_one_report_has_use_for(tmp_path):
    (tmp_path / "report.txt").write_bytes(TEXT)
    empty = table(tmp_path / "mine.tsv")
    run = kg("review", "report.txt", "-o", "list.tsv", cwd=tmp_path)
    assert (run.returncode, b"--complete" in run.stderr) == (2, True)
    assert not (tmp_path / "list.tsv").exists()
    (tmp_path / "build" / "source").mkdir(parents=True)
    for name in "ab":
        (tmp_path / "build" / "source" / f"{name}.txt").write_bytes(TEXT)
    run = kg("review", "--decisions", empty, cwd=tmp_path)
    assert (run.returncode, b"one report" in run.stderr) == (2, True)
