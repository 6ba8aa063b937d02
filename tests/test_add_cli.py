"""`kg add`, `history`, `undo`, `retract`, `verify`, `backup` as a user meets them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from tests.contributing import PREFIXES, build

GOOD = PREFIXES + 'canteen:新 a kg:Canteen ; rdfs:label "新食堂"@zh .\n'
BAD = PREFIXES + 'canteen:坏 a kg:Cantine ; rdfs:label "坏"@zh .\n'


def kg(
    *arguments: object, cwd: Path, data: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, env=env, input=data, timeout=120)


def said(done: subprocess.CompletedProcess[bytes], code: int = 0) -> str:
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode()


def complained(done: subprocess.CompletedProcess[bytes], code: int = 2) -> str:
    assert done.returncode == code, done.stdout.decode()
    return done.stderr.decode()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a graph in build/, two files, and contributions 1 (good.ttl) and 2 (its -)."""
    folder = tmp_path_factory.mktemp("cli")
    assert build(folder / "build").conforms
    (folder / "good.ttl").write_text(GOOD)
    (folder / "bad.ttl").write_text(BAD)
    told = said(kg("add", "good.ttl", "--source", "街道 通知", "--by", "王敏", cwd=folder))
    assert told == "contribution 1: 2 new, 0 there already, 2 inferred, 0 gone\n"
    said(kg("undo", "1", cwd=folder, KG_CONTRIBUTOR="李雷"))
    return folder


def test_history_is_a_line_for_each_and_json(place: Path) -> None:
    lines = said(kg("history", cwd=place)).splitlines()
    assert len(lines) == 2
    assert lines[0].split("  ")[2:] == ["王敏", "add 2", "undone", "街道 通知", "good.ttl"]
    assert lines[1].split("  ")[2:] == ["李雷", "undo 1", "live"]
    items = json.loads(said(kg("history", "--format", "json", cwd=place)))
    assert [item["kind"] for item in items] == ["add", "undo"]
    assert items[0]["graph"].startswith("https://example.org/kg/graph/contribution/")
    assert "已撤销" in said(kg("history", "--lang", "zh", cwd=place))


def test_a_dry_run_lists_what_would_change_with_labels(place: Path) -> None:
    told = said(kg("add", "good.ttl", "--source", "x", "--dry-run", "--lang", "zh", cwd=place))
    assert "新的 (2)" in told
    assert "新食堂" in told
    assert "试运行" in told


def test_violations_are_listed_as_validate_lists_them_and_refuse(place: Path) -> None:
    done = kg("add", "bad.ttl", "--source", "x", cwd=place)
    told = said(done, 1)
    assert "bad.ttl:5:" in told
    assert "did you mean" in told
    assert done.stderr.decode() == "refused: the graph is as it was\n"
    validated = said(kg("validate", "bad.ttl", cwd=place), 1)
    assert told == validated


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "good.ttl"), "--source"),
        (("add", "good.ttl", "--source", ""), "--source must not be empty"),
        (("add", "good.ttl", "--source", "a\nb"), "character 2 of --source"),
        (("add", "good.ttl", "--source", "a\u202eb"), "character 2 of --source"),
        (("add", "good.ttl", "--source", "x" * 10_000), "has 10000 characters, at most 2000"),
        (("add", "good.ttl", "--source", "x", "--by", "a\x1b[2J"), "character 2 of --by"),
        (("add", "nowhere.ttl", "--source", "x"), "nowhere.ttl: no such file"),
        (("add", "-", "--source", "x"), "-df"),
        (("add", "empty.ttl", "--source", "x"), "empty.ttl: holds no triples"),
        (("undo", "9"), "no contribution 9; the last is 2"),
        (("undo", "1"), "contribution 1 is undone already"),
        (("undo", "0"), "0"),
        (("retract", "good.ttl"), "good.ttl:5:1: "),
        (("backup", "build/x"), "lies in the folder"),
        (("backup", "."), "a backup replaces nothing"),
        (("verify", "--store", "nowhere"), "kg build"),
        (("history", "--store", "nowhere"), "run kg build -o nowhere first"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(
    arguments: tuple[str, ...], words: str, place: Path
) -> None:
    (place / "empty.ttl").touch()
    before = said(kg("history", cwd=place))
    told = complained(kg(*arguments, cwd=place))
    assert words in told
    assert told.count("\n") == 1
    assert said(kg("history", cwd=place)) == before


def test_without_a_graph_of_ones_own_it_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "good.ttl").write_text(GOOD)
    told = complained(kg("add", "good.ttl", "--source", "x", cwd=tmp_path))
    assert told == "build: there is no graph of your own; run kg build first\n"


def test_who_says_so_is_told_everywhere(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    said(kg("backup", out, cwd=place))
    source = '"引号" <b> \\n 与 https://example.cn/7'
    added = kg(
        *("add", "-", "-df", "turtle", "--source", source, "--by", "王敏", "--store", out),
        cwd=place,
        data=GOOD.encode(),
    )
    assert "contribution 3: 2 new" in said(added)
    words = f"(batch 3), source: {source}"
    why = said(kg("why", "新食堂", "a", "--store", out, cwd=place))
    assert "contributed by 王敏 on 20" in why
    assert why.count(words) == 3  # the class, and what follows from it twice
    asked = "SELECT ?n { ?c a schema:FoodEstablishment ; rdfs:label ?n FILTER(?n = '新食堂'@zh) }"
    assert words in said(kg("sparql", asked, "--evidence", "--store", out, cwd=place))
    card = json.loads(said(kg("show", "新食堂", "--format", "json", "--store", out, cwd=place)))
    assert card["label"] == "新食堂"
    exported = said(kg("export", "--format", "nquads", "--store", out, cwd=place))
    assert sum("/graph/contribution/" in line for line in exported.splitlines()) == 2
    assert "sound" in said(kg("verify", "--store", out, cwd=place))
    assert "1 of them" not in said(kg("history", "--store", out, cwd=place))


def test_damage_is_exit_1_with_the_file_and_the_way_out(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    said(kg("backup", out, cwd=place))
    path = out / "current" / "evidence.ttl"
    path.write_bytes(path.read_bytes() + b" ")
    told = complained(kg("verify", "--store", out, cwd=place), 1)
    assert "evidence.ttl: was changed" in told
    assert "restore it from a backup, or run kg build" in told
    data = out / "contributions" / "1" / "data.nt"
    data.write_bytes(data.read_bytes()[1:])
    told = complained(kg("verify", "--store", out, cwd=place), 1)
    assert "--discard-contributions" in told
    for command in (("history",), ("show", "海淀区"), ("sparql", "ASK {}")):
        assert "contribution 1 was changed" in complained(kg(*command, "--store", out, cwd=place))


@pytest.mark.parametrize(
    "command", [("cite", "新食堂"), ("sparql", "SELECT ?c { ?c rdfs:label '新食堂'@zh }", "--cite")]
)
def test_what_was_contributed_is_cited_with_who_and_its_source(
    place: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    out = tmp_path / "copy"
    said(kg("backup", out, cwd=place))
    source = "https://example.cn/7"
    said(kg("add", "good.ttl", "--source", source, "--by", "王敏", "--store", out, cwd=place))
    style = ("--format",) if command[0] == "cite" else ()

    def cited(name: str) -> str:
        done = kg(*command, *style, name, "--store", out, "--lang", "en", cwd=place)
        return said(done) if style else complained(done, 0)

    assert "contributed by 王敏 on 20" in cited("text")
    assert f"(batch 3), source: {source}.\n" in cited("text")
    assert f"] 王敏. contribution 3, source: {source}[Z]. 20" in cited("gbt7714")
    assert f"url = {{{source}}}" in cited("bibtex")
    csl = cited("csl")
    entry = json.loads(csl[csl.index("[\n") : csl.rindex("]") + 1])[-1]
    assert entry["author"] == [{"literal": "王敏"}]
    assert entry["URL"] == source


@pytest.mark.parametrize("whole", [True, False])
def test_a_damaged_build_folder_is_never_passed_over_for_the_published_graph(
    place: Path, tmp_path: Path, whole: bool
) -> None:
    shutil.copytree(place / "build", tmp_path / "build", symlinks=True)
    pointer = tmp_path / "build" / "current"
    generation = pointer.resolve()
    pointer.unlink()
    ask = ("sparql", "ASK { ?c rdfs:label '柳浦街道'@zh }")
    if whole:  # as cp -L and zip copy it
        shutil.copytree(generation, pointer)
        assert said(kg(*ask, cwd=tmp_path)) == "true\n"
        told = complained(kg("history", cwd=tmp_path))
        assert told.startswith("build: is a copy without its links")
    else:
        told = complained(kg(*ask, cwd=tmp_path))
        assert told == "build: holds no graph made by kg build; run kg build -o build\n"
    assert told.count("\n") == 1


def test_a_distribution_says_who_brought_a_batch_and_its_source(
    place: Path, tmp_path: Path
) -> None:
    out, source = tmp_path / "copy", 'https://example.cn/"7"'
    said(kg("backup", out, cwd=place))
    said(kg("add", "good.ttl", "--source", source, "--by", "王敏", "--store", out, cwd=place))
    said(kg("export", "--dist", tmp_path / "dist", "--store", out, cwd=place))
    void = Store()
    void.load(path=str(tmp_path / "dist" / "void.ttl"), format=RdfFormat.TURTLE)
    titles = {quad.object.value for quad in void if quad.predicate.value.endswith("/title")}
    assert f"What 王敏 contributed (batch 3), source: {source}" in titles
    assert f"王敏贡献的事实（第 3 批），依据：{source}" in titles
