"""Contributions from end to end: taken in, taken back, replayed, and never lost."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Store, Triple

from kg_builder.asking.results.tabular import Style
from kg_builder.errors import BusyError, InputError, KgError, OutputError, StoreError
from kg_builder.graph.backup import back_up
from kg_builder.graph.contributions import Provenance, Submitted, history_of, load_history
from kg_builder.graph.generations import Output, open_current
from kg_builder.graph.opening import open_graph
from kg_builder.graph.verification import verify
from kg_builder.graph.vocabulary import RDF_TYPE
from kg_builder.judging.reports.text import text_report
from kg_builder.judging.transaction import Options, retract, submit, undo
from kg_builder.resources import Resources
from tests.contributing import (
    QUICK,
    TEXT_FILES,
    WHO,
    build,
    canteen,
    copied,
    quads,
    turtle,
)

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["kg_builder.judging.transaction", "tests.contributing"])

CANTEEN = NamedNode("https://w3id.org/kg-builder/ont#Canteen")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "build"
    assert build(out).conforms
    return out


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    return copied(built, tmp_path / "build")


def numbers(out: Path) -> list[int]:
    """Return the entries that the store which opens lists."""
    with open_graph(out) as graph:
        return [item["number"] for item in graph.summary["contributions"]]


def listing(out: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((out / "build.json").read_bytes())["contributions"]
    return found


def sound(out: Path) -> bool:
    found = verify(out, Resources.find())
    assert not found.damages, found.damages
    return True


def test_a_batch_comes_in_with_all_that_follows_and_who_says_so(out: Path) -> None:
    before = quads(out)
    outcome = submit(out, canteen(1), WHO)
    assert outcome.status == "done"
    assert len(outcome.new) == 2
    assert CANTEEN not in {t.object for t in outcome.inferred}
    after = quads(out)
    assert before < after
    graph = NamedNode(f"https://example.org/kg/graph/contribution/{outcome.batch.entry.id}")
    assert {q.triple for q in after if q.graph_name == graph} == set(outcome.new)
    told = {str(q.predicate).rpartition("/")[2] for q in after - before if q.subject == graph}
    assert {"prov#wasAttributedTo>", "prov#generatedAtTime>", "source>"} <= told
    assert listing(out)[0]["source"] == WHO.source
    assert sound(out)


def test_the_same_file_twice_changes_nothing(out: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    before = open_current(out)
    again = submit(out, canteen(1), Provenance("other", WHO.when, "elsewhere"), QUICK)
    assert (again.status, open_current(out), numbers(out)) == ("unchanged", before, [1])


def test_violations_refuse_the_whole(out: Path) -> None:
    before = open_current(out)
    bad = turtle('canteen:a a kg:Canteen ; rdfs:label "甲"@zh . canteen:b a kg:NoSuchClass .')
    outcome = submit(out, bad, WHO, QUICK)
    assert outcome.status == "refused"
    assert open_current(out) == before
    assert not list((out / "contributions").iterdir())


def test_a_dry_run_changes_nothing_and_says_what_would(out: Path) -> None:
    before = open_current(out)
    found = submit(out, canteen(1), WHO, Options(dry_run=True))
    assert (found.status, len(found.new), open_current(out)) == ("would", 2, before)
    assert found.inferred
    assert not list((out / "contributions").iterdir())


def test_a_batch_needs_a_source(out: Path) -> None:
    with pytest.raises(InputError, match="source"):
        submit(out, canteen(1), Provenance("me", WHO.when), QUICK)


def test_undo_gives_back_the_store_as_it_was_but_for_nothing(out: Path) -> None:
    before = quads(out)
    submit(out, canteen(1), WHO)
    assert undo(out, 1, WHO).status == "done"
    assert quads(out) == before
    names = Store.read_only(str(out / "current" / "store")).named_graphs()
    assert not [name for name in names if "/contribution/" in str(name)]
    assert [item["state"] for item in listing(out)] == ["undone", "live"]
    for number, words in ((1, "undone already"), (7, "no contribution 7; the last is 2")):
        with pytest.raises(InputError, match=words):
            undo(out, number, WHO, QUICK)
    assert undo(out, 2, WHO, QUICK).status == "done"
    assert [item["state"] for item in listing(out)] == ["live", "undone", "live"]
    assert sound(out)


def test_what_comes_back_is_told_as_new(out: Path) -> None:
    triples = set(submit(out, canteen(1), WHO, QUICK).new)
    assert len(triples) == 2
    taken = undo(out, 1, WHO, QUICK)
    assert taken.new == ()
    assert triples <= set(taken.gone)
    for number in (2, 3):
        back = undo(out, number, WHO, replace(QUICK, dry_run=True))
        assert set(back.new) == (triples if number == 2 else set())
        undo(out, number, WHO, QUICK)
    undo(out, 4, WHO, QUICK)
    retract(out, canteen(1), WHO, QUICK)
    assert set(undo(out, 6, WHO, QUICK).new) == triples


def test_what_an_undo_would_break_is_told_by_its_name(out: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    submit(out, turtle("canteen:试1 a kg:Entity ."), WHO, QUICK)
    refused = undo(out, 1, WHO, QUICK)
    (result,) = refused.report.verdict.results
    assert (refused.status, result.place) == ("refused", None)
    assert result.message.en.startswith("试1号食堂 (canteen:试1): An entity must have")
    assert result.message.zh.startswith("试1号食堂（canteen:试1）：")
    assert "\nwhat is left of the graph: does not conform: 1 violation\n" in text_report(
        refused.report, Style("en")
    )


def test_retracting_takes_contributed_triples_alone(out: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    with_one = quads(out)
    submit(out, canteen(2), WHO, QUICK)
    assert retract(out, canteen(2), WHO, QUICK).status == "done"
    assert quads(out) == with_one
    with pytest.raises(InputError, match="is not in the graph"):
        retract(out, canteen(3), WHO, QUICK)
    said = next(q for q in with_one if "/graph/report/" in str(q.graph_name))
    line = f"{said.subject} {said.predicate} {said.object} ."
    with pytest.raises(InputError, match=r"was not contributed; .*kg review"):
        retract(out, turtle(line), WHO, QUICK)
    assert numbers(out) == [1, 2, 3]


def test_a_rebuild_replays_byte_for_byte(out: Path, tmp_path: Path) -> None:
    submit(out, canteen(1), WHO)
    submit(out, [*canteen(2), *turtle('canteen:试1 rdfs:label "Try 1"@en .', "b.ttl")], WHO)
    undo(out, 1, WHO)
    incremental = {name: (out / name).read_bytes() for name in (*TEXT_FILES, "checksums.json")}
    store = quads(out)
    assert build(out).conforms
    assert {name: (out / name).read_bytes() for name in incremental} == incremental
    assert quads(out) == store
    assert (out / "contributions" / "2" / "submitted-2.ttl").is_file()
    fresh = tmp_path / "fresh"  # the contributions alone make the graph anew
    fresh.mkdir()
    shutil.copytree(out / "contributions", fresh / "contributions")
    assert build(fresh).conforms
    assert {name: (fresh / name).read_bytes() for name in incremental} == incremental


def test_discarding_drops_them_and_nothing_else(out: Path, built: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    assert build(out, discard=True).conforms
    assert (out / "dataset.nq").read_bytes() == (built / "dataset.nq").read_bytes()
    assert not list((out / "contributions").iterdir())


def test_another_base_moves_contributions_too(out: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    assert build(out, base="https://data.example.cn/").conforms
    text = (out / "asserted.ttl").read_text()
    assert "https://data.example.cn/id/canteen/" in text
    assert "example.org/kg/id" not in text


def test_another_base_leaves_the_terms_of_the_house(tmp_path: Path) -> None:
    """Their namespaces begin with this base."""
    out = tmp_path / "build"
    build(out, base="https://w3id.org/kg-builder/")
    submit(out, canteen(1), WHO, QUICK)
    build(out)
    typed = {quad.subject for quad in quads(out) if quad.object == CANTEEN}
    assert NamedNode("https://example.org/kg/id/canteen/试1") in typed
    assert not [quad for quad in quads(out) if "example.org/kg/ont#" in str(quad)]


def test_a_retraction_takes_no_named_graphs(out: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    (file,) = turtle('<http://x/g> { canteen:试1 rdfs:label "试1号食堂"@zh . }')
    with pytest.raises(InputError, match="http://x/g"):
        retract(out, [Submitted("a.trig", ".trig", file.content)], WHO, QUICK)
    assert numbers(out) == [1]


def test_other_shapes_validate_all_anew(out: Path) -> None:
    """What was found by some shapes is never joined with what is found by others."""
    project = out.parent / "project"
    (project / "shapes").mkdir(parents=True)
    (project / "shapes" / "own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <http://x/> ."
        " @prefix kg: <https://w3id.org/kg-builder/ont#> ."
        " x:s a sh:NodeShape ; sh:targetClass kg:Canteen ; sh:severity sh:Warning ; sh:in () ."
    )
    own = Resources.find(project)
    with open_graph(out) as graph:
        canteens = len(list(graph.store.quads_for_pattern(None, RDF_TYPE, CANTEEN, DefaultGraph())))

    def results() -> int:
        return len(json.loads((out / "build.json").read_bytes())["validation"]["results"])

    outcome = submit(out, canteen(1), WHO, Options(resources=own))
    assert outcome.report.verdict.standing_elsewhere == {"Warning": canteens}
    assert len(outcome.report.verdict.results) == 1
    assert outcome.report.verdict.notes
    assert results() == canteens + 1
    assert not verify(out, own).damages
    assert not verify(out, own).notes
    assert sound(out)
    assert verify(out, Resources.find()).notes
    submit(out, canteen(2), WHO, Options(resources=own))
    assert results() == canteens + 2
    submit(out, canteen(3), WHO, QUICK)
    assert results() == 0
    assert sound(out)


def test_a_build_that_fails_by_a_batch_names_it_and_loses_none(out: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    submit(out, canteen(2), WHO, QUICK)
    before = open_current(out)
    project = out.parent / "project"
    (project / "shapes").mkdir(parents=True)
    (project / "shapes" / "own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <http://x/> ."
        " @prefix canteen: <https://example.org/kg/id/canteen/> ."
        " @prefix kg: <https://w3id.org/kg-builder/ont#> ."
        " x:s a sh:NodeShape ; sh:targetClass kg:Canteen ; sh:not [ sh:in ( canteen:试2 ) ] ."
    )
    import kg_builder
    from tests.contributing import example

    options = kg_builder.BuildOptions(out=out, project=project)
    result = kg_builder.build([example()], options)
    assert (result.conforms, result.conflict) == (False, 2)
    assert open_current(out) == before
    assert out.with_name("build.rejected").is_dir()
    assert numbers(out) == [1, 2]
    refused = undo(out, 1, WHO, Options(resources=Resources.find(project)))
    assert refused.status == "refused"
    assert undo(out, 2, WHO, QUICK).status == "done"
    assert kg_builder.build([example()], options).conforms


def test_a_build_tells_of_what_a_batch_speaks_that_the_report_has_no_more(out: Path) -> None:
    import kg_builder
    from tests.contributing import example

    with open_graph(out) as graph:
        found = sorted(
            q.subject.value for q in graph.store.quads_for_pattern(None, RDF_TYPE, CANTEEN)
        )
    there, other = found[:2]
    submit(out, canteen(1), WHO, QUICK)
    alias = turtle(f'<{there}> schema:alternateName "别称"@zh ; rdfs:seeAlso <{other}> .')
    assert submit(out, alias, WHO, QUICK).status == "done"
    options = kg_builder.BuildOptions(out=out)
    assert kg_builder.build([example()], options).adrift == ()
    text = example().data.decode()
    with open_graph(out) as graph:
        name = graph.label(NamedNode(there), "zh")
    assert name is not None
    assert name in text
    changed = kg_builder.ReportInput("report.txt", text.replace(name, "改名餐厅").encode())
    result = kg_builder.build([changed], options)
    assert (result.conforms, result.adrift) == (True, ((2, there),))
    assert numbers(out) == [1, 2]
    assert undo(out, 2, WHO, QUICK).status == "done"
    assert kg_builder.build([changed], options).adrift == ()


POOL = (
    *(f'canteen:p{n} a kg:Canteen ; rdfs:label "p{n}"@zh .' for n in range(3)),
    "canteen:p0 a kg:Entity .",  # follows from its class: promoted
    "canteen:p1 a schema:FoodEstablishment, kg:Canteen .",
    'canteen:p0 rdfs:label "P0"@en . canteen:p1 rdfs:label "P1"@en .',
)


@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_gives_what_a_rebuild_gives(
    seed: int, out: Path, built: Path, tmp_path: Path, slow: bool
) -> None:
    """Adds, retractions, undoings and rebuilds, of promoted and of reported triples too."""
    if seed > 1 and not slow:
        pytest.skip("one of the longer runs")
    chance = random.Random(seed)
    reported = sorted(str(q.triple) for q in quads(built) if "/report/" in str(q.graph_name))
    pool = [*POOL, *(f"{line} ." for line in chance.sample(reported, 2))]
    for _ in range(6):
        kind = chance.choice(["add", "add", "add", "undo", "retract", "build"])
        some = turtle("\n".join(chance.sample(pool, chance.randint(1, 3))))
        with suppress(InputError):  # nothing to undo, or not contributed
            if kind == "add":
                submit(out, some, WHO, QUICK)  # or it is refused: a thing without a name
            elif kind == "undo":
                undo(out, chance.randint(1, max(numbers(out), default=1)), WHO, QUICK)
            elif kind == "retract":
                retract(out, some, WHO, QUICK)
            else:
                assert build(out).conforms
    store, summary = quads(out), json.loads((out / "build.json").read_bytes())
    assert sound(out)
    assert build(out).conforms
    assert quads(out) == store
    assert json.loads((out / "build.json").read_bytes()) == summary


# --- nothing is lost ---


def change_for_ever(out: Path, done: Connection) -> None:
    """Add, and now and then undo; tell of each entry once it is acknowledged."""
    for number in range(1, 1_000_000):
        last = max(numbers(out), default=0)
        if number % 3 == 0 and last:
            with suppress(InputError):
                done.send(undo(out, last, WHO, QUICK).batch.entry.number)
        else:
            outcome = submit(out, canteen(last + 1000 * number), WHO, QUICK)
            if outcome.status == "done":
                done.send(outcome.batch.entry.number)


def read_for_ever(out: Path, seen: Connection) -> None:
    """Tell whether what opens is a whole: every live batch there with all its triples."""
    while True:
        with open_graph(out) as graph:
            history = history_of(out, graph.summary)
            wanted = {name: len(triples) for name, triples in history.graphs().items()}
            found = {
                name: sum(1 for _ in graph.store.quads_for_pattern(None, None, None, name))
                for name in graph.store.named_graphs()
                if "/contribution/" in str(name)
            }
        seen.send(wanted == found)


def add_under_a_limit(out: Path, most: int, done: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        done.send(submit(out, canteen(1), WHO).status)
    except KgError as error:
        done.send(error.render("en"))


def hold(out: Path, seconds: float, done: Connection) -> None:
    with Output(out).locked():
        done.send("held")
        time.sleep(seconds)


@contextmanager
def child(target: object, *arguments: object) -> Iterator[Connection]:
    """Run a function in a process of its own; it is killed -9 at the end of the block."""
    here, there = SERVER.Pipe(duplex=False)
    process = SERVER.Process(target=target, args=(*arguments, there), daemon=False)
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.kill()
        process.join()


def drain(pipe: Connection) -> list[int]:
    found: list[int] = []
    with suppress(EOFError, OSError):
        while pipe.poll():
            found.append(pipe.recv())
    return found


def test_killed_at_any_instant_all_that_was_acknowledged_is_there(out: Path, slow: bool) -> None:
    chance = random.Random(20240)
    last = 0
    for _ in range(200 if slow else 20):
        with child(change_for_ever, out) as done:
            started = time.monotonic()
            assert done.poll(60)
            # within the next transaction, wherever that is
            time.sleep(chance.uniform(0, time.monotonic() - started))
        acknowledged = max([last, *drain(done)])
        found = numbers(out)
        assert found == list(range(1, len(found) + 1))
        assert len(found) in (acknowledged, acknowledged + 1)
        last = len(found)
        with open_graph(out) as graph:
            history = history_of(out, graph.summary)
            for name, triples in history.graphs().items():
                held = graph.store.quads_for_pattern(None, None, None, name)
                assert {quad.triple for quad in held} == set(triples)
            prefix = "https://example.org/kg/graph/contribution/"
            there = {n for n in graph.store.named_graphs() if str(n)[1:].startswith(prefix)}
            assert there == set(history.graphs())
    submit(out, canteen(999_999), WHO)
    assert sound(out)
    folders = {path.name for path in (out / "contributions").iterdir()}
    assert folders == {str(number) for number in numbers(out)}
    store = quads(out)
    assert build(out).conforms
    assert quads(out) == store


def test_readers_never_see_half_a_commit(out: Path) -> None:
    with child(change_for_ever, out) as done, child(read_for_ever, out) as seen:
        found = []
        while len(found) < 10 or len(drain(done)) == 0:
            assert seen.poll(60)
            found.append(seen.recv())
            if len(found) > 500:
                break
    assert all(found)


def test_two_writers_wait_or_are_told(out: Path) -> None:
    with child(hold, out, 60) as done:
        assert done.recv() == "held"
        with pytest.raises(BusyError):
            submit(out, canteen(1), WHO, Options(wait=0.1))
        assert submit(out, canteen(1), WHO, Options(dry_run=True)).status == "would"
    with child(hold, out, 0.5) as done:
        assert done.recv() == "held"
        assert submit(out, canteen(1), WHO, Options(wait=60, with_text=False)).status == "done"
    assert numbers(out) == [1]


@pytest.mark.parametrize("most", [100, 60_000, 200_000])
def test_a_disk_that_is_full_leaves_the_former_state(out: Path, most: int) -> None:
    before, there = open_current(out), quads(out)
    with child(add_under_a_limit, out, most) as done:
        assert done.poll(60)
        said = done.recv()
    assert "make room on the disk" in said or "check the disk's room" in said
    assert "\n" not in said
    assert (open_current(out), quads(out), numbers(out)) == (before, there, [])
    assert not list((out / "contributions").iterdir())
    assert submit(out, canteen(1), WHO, QUICK).status == "done"


def bound_by_permissions(tmp_path: Path) -> list[str]:
    """Return what to write before a command so that a mode binds it, whoever runs the tests.

    Root may write everywhere by one of its capabilities, which is taken away here.
    """
    if os.geteuid() != 0:
        return []
    command = ["setpriv", "--bounding-set=-dac_override"]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    if shutil.which("setpriv") is None:
        pytest.skip("root, and no setpriv: nothing here is read-only")
    if subprocess.run([*command, "touch", closed / "a"], capture_output=True).returncode == 0:
        pytest.skip("root keeps its capabilities here: nothing is read-only")
    return command


def test_a_read_only_folder_is_one_clear_line(out: Path, tmp_path: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    bound = bound_by_permissions(tmp_path)
    undoing = [*bound, sys.executable, "-m", "kg_builder", "undo", "1", "--store", str(out)]
    undoing += ["--by", "a tester", "--source", "a test", "--no-files", "--lang", "en"]
    folders = [path for path in (out, *out.rglob("*")) if path.is_dir() and not path.is_symlink()]
    try:
        for path in folders:
            path.chmod(0o555)
        refused = subprocess.run(undoing, capture_output=True, text=True, timeout=120)
        tried = subprocess.run([*undoing, "--dry-run"], capture_output=True, text=True, timeout=120)
    finally:
        for path in folders:
            path.chmod(0o755)
    assert refused.returncode == 2
    assert "Permission denied" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert tried.returncode == 0, tried.stderr
    assert numbers(out) == [1]


def test_nothing_of_an_old_generation_is_written_to(out: Path) -> None:
    """Generations share files by links: whoever wrote to one of these would write to both."""
    submit(out, canteen(1), WHO)
    kept = open_current(out)
    before = {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()}
    shared = {path for path in before if path.stat().st_nlink > 1}
    assert any(path.suffix == ".sst" for path in shared)
    submit(out, canteen(2), WHO)
    undo(out, 2, WHO, QUICK)
    assert not kept.exists() or {path: path.read_bytes() for path in before} == before
    for path in open_current(out).rglob("*"):
        if path.is_file() and path.stat().st_nlink > 1:
            kind = path.name if path.parent.name != "source" else "source"
            assert path.suffix == ".sst" or kind.startswith(("OPTIONS-", "names.", "source"))


# --- damage ---


def test_a_flipped_byte_in_a_batch_is_said_by_whatever_opens(out: Path) -> None:
    submit(out, canteen(1), WHO, QUICK)
    path = out / "contributions" / "1" / "data.nt"
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)
    for action in (
        lambda: numbers(out),
        lambda: submit(out, canteen(2), WHO, QUICK),
        lambda: build(out),
        lambda: back_up(out, out.parent / "copy"),
    ):
        with pytest.raises(StoreError, match="contribution 1 was changed"):
            action()
    assert [item.part for item in verify(out, Resources.find()).damages] == ["contributions"]
    assert build(out, discard=True).conforms
    assert numbers(out) == []


def test_verify_finds_a_flipped_byte_in_any_file(out: Path) -> None:
    submit(out, canteen(1), WHO)
    chance = random.Random(7)
    generation = open_current(out)
    for path in sorted(generation.rglob("*")):
        if not path.is_file() or not path.stat().st_size or path.name == ".format":
            continue
        good = path.read_bytes()
        place = chance.randrange(len(good))
        changed = good[:place] + bytes([good[place] ^ 16]) + good[place + 1 :]
        path.unlink()  # it may be a link to the generation before
        path.write_bytes(changed)
        name = path.relative_to(generation).as_posix()
        places = {item.place for item in damages_of_files(out)}
        assert places, name
        assert name in places or name == ".checksums"
        path.write_bytes(good)
    assert sound(out)


def test_verify_finds_a_name_that_leads_elsewhere(out: Path) -> None:
    """As an editor, or `sed -i`, leaves a file in the place of the link."""
    shown = out / "asserted.ttl"
    text = shown.read_text("utf-8")
    shown.unlink()
    shown.write_text(text, "utf-8")
    assert sound(out)
    shown.write_text(text.replace("2025", "2026"), "utf-8")
    (out / "dataset.nq").unlink()
    found = verify(out, Resources.find()).damages
    assert [(item.part, item.place) for item in found] == [
        ("files", str(shown)),
        ("files", str(out / "dataset.nq")),
    ]


def damages_of_files(out: Path) -> list[object]:
    from kg_builder.graph.checksums import changed_files
    from kg_builder.graph.verification import Damage
    from kg_builder.model.bilingual import Bilingual

    try:
        found = list(changed_files(open_current(out)))
    except StoreError:
        return [Damage("files", ".checksums", Bilingual("", ""))]
    return [Damage("files", name, Bilingual(how, how)) for name, how in found]


@pytest.mark.parametrize(
    "name", ["dataset.nq", "asserted.ttl", "evidence.ttl", "names.sqlite", "build.json", "source"]
)
def test_damage_is_not_taken_over_by_what_is_added(out: Path, name: str) -> None:
    submit(out, canteen(1), WHO)
    path = open_current(out) / name
    path = next(path.iterdir()) if path.is_dir() else path
    data = path.read_bytes()
    path.unlink()  # it may be a link to the generation before
    path.write_bytes(data.replace(b"2025", b"2026") if name != "names.sqlite" else data + b"x")
    for change in (lambda: submit(out, canteen(2), WHO), lambda: undo(out, 1, WHO)):
        with pytest.raises(StoreError, match=r"is damaged \(.*\), nothing was written"):
            change()
    assert numbers(out) == [1]
    assert not (out / "contributions" / "2").exists()
    assert build(out).conforms
    assert submit(out, canteen(2), WHO).status == "done"
    assert sound(out)


@pytest.mark.parametrize(
    "graph", ["", "graph/inferred", "graph/evidence", "contribution", "report"]
)
def test_verify_finds_a_quad_that_came_or_went(out: Path, graph: str) -> None:
    """Done to the store by its own engine: every checksum of its files is right."""
    from kg_builder.graph.checksums import read_digests, write_checksums

    submit(out, canteen(1), WHO)
    generation = open_current(out)
    digests = read_digests(generation)
    store = Store(generation / "store")
    wanted = [q for q in store if graph and f"{graph}" in str(q.graph_name)]
    quad = min(wanted or [q for q in store if not str(q.graph_name).startswith("<")], key=str)
    store.remove(quad)
    store.flush()
    del store
    write_checksums(generation, digests)
    found = verify(out, Resources.find()).damages
    assert any(item.part == "store" for item in found), found
    assert (
        any(item.part in ("graph", "contributions") for item in found) or graph == "graph/evidence"
    )


def test_a_damaged_list_loses_no_contribution(out: Path) -> None:
    submit(out, canteen(1), WHO)
    store = quads(out)
    path = open_current(out) / "build.json"
    path.write_bytes(path.read_bytes().replace(b'"number": 1', b'"number": 2'))
    with pytest.raises(StoreError):
        numbers(out)
    assert build(out).conforms
    assert quads(out) == store
    assert numbers(out) == [1]


def test_a_folder_without_a_format_that_knows_contributions_is_migrated(out: Path) -> None:
    """As version 1 left it: no list, no checksums."""
    generation = open_current(out)
    (generation / ".format").write_text("1\n")
    for name in ("checksums.json", ".checksums"):
        (generation / name).unlink()
    with pytest.raises(StoreError, match=r"format version 1, .*run kg build -o .* again"):
        submit(out, canteen(1), WHO, QUICK)
    assert build(out).conforms
    assert submit(out, canteen(1), WHO, QUICK).status == "done"


# --- backup ---


def test_a_backup_opens_by_itself_and_shares_nothing(out: Path, tmp_path: Path) -> None:
    submit(out, canteen(1), WHO)
    target = tmp_path / "backups" / "monday"
    assert back_up(out, target).contributions == 1
    store = quads(out)
    inodes = {path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    assert not inodes & {path.stat().st_ino for path in target.rglob("*") if path.is_file()}
    shutil.rmtree(out)
    assert quads(target) == store
    assert sound(target)
    assert submit(target, canteen(2), WHO, QUICK).status == "done"
    assert numbers(target) == [1, 2]


def test_a_backup_replaces_nothing_and_copies_no_damage(out: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").write_text("x")
    with pytest.raises(OutputError, match="a backup replaces nothing"):
        back_up(out, tmp_path / "mine")
    with pytest.raises(OutputError, match="lies in the folder"):
        back_up(out, out / "backup")
    path = open_current(out) / "dataset.nq"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(StoreError, match=r"is damaged \(dataset.nq\), nothing was backed up"):
        back_up(out, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    "name", ["contributions/1/data.nt", "current/build.json", "current/.checksums"]
)
def test_a_backup_of_what_lacks_a_file_names_it_where_it_was(
    out: Path, tmp_path: Path, name: str
) -> None:
    submit(out, canteen(1), WHO, QUICK)
    (out / name).unlink()
    with pytest.raises(StoreError) as caught:
        back_up(out, tmp_path / "copy")
    told = caught.value
    assert told.file in (str(out), str(out / name))
    assert Path(name).name in f"{told.file} {told.message.en}"
    assert not (tmp_path / "copy").exists()


def test_a_backup_is_made_while_others_write(out: Path, tmp_path: Path) -> None:
    with child(change_for_ever, out) as done:
        assert done.poll(60)
        for number in range(3):
            back_up(out, tmp_path / str(number))
    for number in range(3):
        target = tmp_path / str(number)
        assert numbers(target)
        assert load_history(target, "https://example.org/kg/").listed()


def test_a_triple_that_a_report_says_too_stays_when_the_batch_goes(out: Path) -> None:
    said = min((q for q in quads(out) if "/graph/report/" in str(q.graph_name)), key=str)
    line = f"{said.subject} {said.predicate} {said.object} ."
    before = quads(out)
    outcome = submit(out, turtle(line), WHO)
    assert (outcome.status, outcome.new, len(outcome.known)) == ("done", (), 1)
    assert Triple(said.subject, said.predicate, said.object) in {
        q.triple for q in quads(out) if "/contribution/" in str(q.graph_name)
    }
    undo(out, 1, WHO)
    assert quads(out) == before
