"""A built folder survives what happens to builders: kill -9, a full disk, another builder."""

from __future__ import annotations

import multiprocessing
import random
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store, Triple

from kg_builder.errors import BusyError, OutputError
from kg_builder.graph.generations import Output, open_current, reading
from kg_builder.graph.serialization import nquads_of_graphs
from kg_builder.graph.store import write_store

# Children start from a clean server process: a fork of this one would inherit its open stores.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["kg_builder.graph.generations", "kg_builder.graph.store"])

NODE = NamedNode("http://example.org/x")
FILES = ("asserted.ttl", "inferred.ttl", "evidence.ttl", "dataset.nq", "build.json")
LONG = 20_000


def build(out: Path, token: int, wait: float = 0.0) -> None:
    """Build a generation that says `token` in every file and in the store."""
    with Output(out, wait=wait).generation() as folder:
        for name in FILES:
            (folder / name).write_text(f"{token:09}" * LONG)
        (folder / "source").mkdir()
        (folder / "source" / "x.txt").write_text(str(token))
        triple = Triple(NODE, NODE, Literal(str(token)))
        write_store(folder / "store", nquads_of_graphs([(NODE, [triple])]))


def tokens(folder: Path) -> set[int]:
    """Return every token that a generation says; raise where a file is missing or cut short."""
    found = {int((folder / "source" / "x.txt").read_text())}
    for name in FILES:
        text = (folder / name).read_text()
        assert len(text) == 9 * LONG
        found |= {int(text[:9]), int(text[-9:])}
    return found | {int(quad.object.value) for quad in Store.read_only(str(folder / "store"))}


def build_for_ever(out: Path, start: int, done: Connection) -> None:
    for token in range(start, start + 1_000_000):
        build(out, token)
        done.send(token)


def read_for_ever(out: Path, seen: Connection) -> None:
    while True:
        with reading(out) as folder:
            found = [int((folder / name).read_text()[:9]) for name in FILES]
            time.sleep(0.001)
            found += [int((folder / name).read_text()[-9:]) for name in FILES]
        seen.send(sorted(set(found)))


def build_under_a_limit(out: Path, done: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (9 * LONG - 1, 9 * LONG - 1))
    try:
        build(out, 2)
    except OutputError as error:
        done.send(error.render("en"))


def hold(out: Path, seconds: float, done: Connection) -> None:
    with Output(out).locked():
        done.send("held")
        time.sleep(seconds)


@contextmanager
def child(target: object, *arguments: object) -> Iterator[Connection]:
    """Run a function in a process of its own; it is killed -9 at the end of the block."""
    here, there = SERVER.Pipe(duplex=False)
    process = SERVER.Process(target=target, args=(*arguments, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.kill()
        process.join()


def drain(pipe: Connection) -> list[object]:
    """Return all that a killed child has sent whole."""
    found = []
    with suppress(EOFError, OSError):
        while pipe.poll():
            found.append(pipe.recv())
    return found


def test_a_kill_at_any_instant_leaves_one_whole_generation(tmp_path: Path, slow: bool) -> None:
    out = tmp_path / "build"
    chance = random.Random(20240)
    last = 0
    for _ in range(200 if slow else 20):
        with child(build_for_ever, out, last + 1) as done:
            assert done.poll(20)
            time.sleep(chance.uniform(0, 0.06))
        acknowledged = [last, *drain(done)][-1]
        (last,) = tokens(open_current(out))
        assert last in {acknowledged, acknowledged + 1}
        assert tokens(out) == {last}
    last += 1
    build(out, last)
    assert tokens(open_current(out)) == {last}
    assert len(list((out / ".generations").iterdir())) == 2
    assert all(entry.exists() for entry in out.iterdir())


def test_readers_never_see_a_mixed_or_missing_state(tmp_path: Path) -> None:
    out = tmp_path / "build"
    build(out, 0)
    with (
        child(build_for_ever, out, 1) as done,
        child(read_for_ever, out) as first,
        child(read_for_ever, out) as second,
    ):
        start = time.monotonic()
        built: list[object] = []
        seen: list[object] = []
        states: set[str] = set()
        while time.monotonic() < start + 1.5 or min(len(built), len(states), len(seen) - 8) < 3:
            assert time.monotonic() < start + 60  # a machine that does much else may need a while
            assert first.poll(20)
            assert second.poll(20)
            found = [first.recv(), second.recv()]
            seen += found
            states |= set(map(str, found))
            built += drain(done)
    assert all(len(found) == 1 for found in seen)


def test_two_builders_never_mix_and_a_kill_gives_the_lock_back(tmp_path: Path) -> None:
    out = tmp_path / "build"
    build(out, 1)
    with child(hold, out, 60) as done:
        assert done.recv() == "held"
        with pytest.raises(BusyError):
            build(out, 2)
        assert tokens(open_current(out)) == {1}
    build(out, 3)
    assert tokens(open_current(out)) == {3}


def test_a_builder_may_wait_for_another(tmp_path: Path) -> None:
    out = tmp_path / "build"
    with child(hold, out, 0.3) as done:
        assert done.recv() == "held"
        with pytest.raises(BusyError):
            build(out, 1)
        build(out, 2, wait=20)
    assert tokens(open_current(out)) == {2}


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs limits on file size")
def test_a_file_that_cannot_grow_leaves_the_former_state(tmp_path: Path) -> None:
    out = tmp_path / "build"
    build(out, 1)
    with child(build_under_a_limit, out) as done:
        assert done.poll(20)
        assert "cannot be written (File too large): make room on the disk" in done.recv()
    assert tokens(open_current(out)) == {1}
    assert len(list((out / ".generations").iterdir())) == 1
