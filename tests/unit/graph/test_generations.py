from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg_builder.errors import BusyError, OutputError, StoreError
from kg_builder.graph.generations import (
    Output,
    open_current,
    reading,
    rejected_folder,
    remove_rejected,
)
from kg_builder.graph.serialization import nquads_of_graphs
from kg_builder.graph.store import write_store
from kg_builder.version import FORMAT

NODE = NamedNode("http://example.org/x")


def build(out: Path, token: str, names: tuple[str, ...] = ("asserted.ttl", "build.json")) -> Path:
    with Output(out).generation() as folder:
        for name in names:
            (folder / name).write_text(token)
    return folder


def fail(out: Path) -> None:
    """A build that ends in an exception, with a file written that no other build writes."""
    with Output(out).generation() as folder:
        (folder / "other.ttl").write_text("2")
        raise RuntimeError


def fail_rejected(out: Path) -> None:
    with rejected_folder(out) as folder:
        (folder / "a.ttl").write_text("2")
        raise RuntimeError


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "build"


def test_a_generation_appears_as_a_whole(out: Path) -> None:
    with Output(out).generation() as folder:
        (folder / "asserted.ttl").write_text("1")
        (folder / "source").mkdir()
        (folder / "source" / "x.txt").write_text("海淀")
        assert not (out / "asserted.ttl").exists()
        with pytest.raises(StoreError, match="run kg build -o"):
            open_current(out)
    assert open_current(out) == folder.resolve()
    assert (out / "asserted.ttl").read_text() == "1"
    assert (out / "source" / "x.txt").read_text() == "海淀"
    assert entries(out) == [
        ".generations",
        ".lock",
        "asserted.ttl",
        "contributions",
        "current",
        "source",
    ]


def test_links_are_relative_so_that_the_folder_can_move(out: Path, tmp_path: Path) -> None:
    build(out, "1")
    out.rename(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "build.json").read_text() == "1"
    build(tmp_path / "elsewhere", "2")
    assert (tmp_path / "elsewhere" / "build.json").read_text() == "2"


def test_a_name_that_the_new_generation_lacks_is_gone(out: Path) -> None:
    build(out, "1", ("asserted.ttl", "source"))
    build(out, "2", ("asserted.ttl",))
    assert not os.path.lexists(out / "source")


def test_the_previous_generation_stays_and_older_ones_go(out: Path) -> None:
    first, second, third = (build(out, token) for token in "123")
    assert not first.exists()
    assert (second / "build.json").read_text() == "2"
    assert open_current(out) == third.resolve()


def test_a_generation_that_is_read_stays(out: Path) -> None:
    build(out, "1")
    with reading(out) as folder:
        for token in "2345":
            build(out, token)
        assert (folder / "build.json").read_text() == "1"
    build(out, "6")
    assert not folder.exists()


def test_contributions_are_never_touched(out: Path) -> None:
    (out / "contributions").mkdir(parents=True)
    (out / "contributions" / "1.ttl").write_text("x")
    build(out, "1")
    with pytest.raises(RuntimeError):
        fail(out)
    build(out, "2")
    assert (out / "contributions" / "1.ttl").read_text() == "x"


def test_a_failed_build_leaves_the_former_state(out: Path) -> None:
    build(out, "1")
    before = entries(out), open_current(out)
    with pytest.raises(RuntimeError):
        fail(out)
    assert (entries(out), open_current(out)) == before
    assert entries(out / ".generations") == ["1"]


@pytest.mark.parametrize("there", [False, True])
def test_a_failed_first_build_leaves_nothing(out: Path, there: bool) -> None:
    out.parent.mkdir()
    if there:
        out.mkdir()
    with pytest.raises(RuntimeError):
        fail(out)
    assert out.exists() == there
    assert not there or entries(out) == []


def test_what_a_killed_build_left_is_removed(out: Path) -> None:
    build(out, "1")
    left = out / ".generations" / "2"
    left.mkdir()
    (left / "asserted.ttl").write_text("half")
    (out / ".generations" / "next").symlink_to(".generations/2")
    (out / "other.ttl").symlink_to("current/other.ttl")
    build(out, "2")
    assert (out / "asserted.ttl").read_text() == "2"
    assert entries(left) == [".format", "asserted.ttl", "build.json"]
    assert not os.path.lexists(out / "other.ttl")
    assert entries(out / ".generations") == ["1", "2"]


def test_one_builder_at_a_time(out: Path) -> None:
    with Output(out).generation():
        with pytest.raises(BusyError, match="another build holds"):
            build(out, "2")
        with pytest.raises(BusyError), Output(out, wait=0.1).locked():
            pass
    build(out, "3")


def test_a_lock_that_is_held_serves_several_steps(out: Path) -> None:
    output = Output(out)
    with output.locked():
        with output.generation() as folder:
            (folder / "asserted.ttl").write_text("1")
        with pytest.raises(BusyError):
            build(out, "2")
        with output.generation() as folder:
            (folder / "asserted.ttl").write_text("3")
    assert (out / "asserted.ttl").read_text() == "3"


def test_a_folder_of_somebody_else_is_refused(out: Path) -> None:
    out.mkdir(parents=True)
    (out / "thesis.doc").write_text("x")
    with pytest.raises(OutputError, match="not made by kg build"):
        build(out, "1")
    assert entries(out) == ["thesis.doc"]


def test_a_file_in_the_way_is_refused_and_kept(out: Path) -> None:
    build(out, "1", ("asserted.ttl",))
    (out / "build.json").write_text("mine")
    with pytest.raises(OutputError, match="not made by kg build") as caught:
        build(out, "2")
    assert caught.value.file == str(out / "build.json")
    assert (out / "build.json").read_text() == "mine"
    assert (out / "asserted.ttl").read_text() == "1"


def test_a_pointer_that_is_no_link_is_refused(out: Path) -> None:
    build(out, "1")
    (out / "current").unlink()
    (out / "current").mkdir()
    with pytest.raises(OutputError, match="move it away"):
        build(out, "2")


@pytest.mark.parametrize("name", ["current", "contributions"])
def test_a_generation_cannot_take_the_names_of_the_folder(out: Path, name: str) -> None:
    with pytest.raises(OutputError):
        build(out, "1", (name,))
    assert not out.exists()


@pytest.mark.parametrize("part", ["", "deeper/still"])
def test_a_file_is_no_folder(tmp_path: Path, part: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        build(tmp_path / "file" / part, "1")


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_failure_removes_the_folders_that_it_made_and_no_other(tmp_path: Path, kept: int) -> None:
    out = tmp_path / "a" / "b" / "c"
    there = [tmp_path / "a", tmp_path / "a" / "b"][:kept]
    for folder in there:
        folder.mkdir()
    for action in (fail, fail_rejected):
        with pytest.raises(RuntimeError):
            action(out)
        assert sorted(tmp_path.rglob("*")) == there
    with pytest.raises(OutputError):
        build(out / ("x" * 300), "1")
    assert sorted(tmp_path.rglob("*")) == there


def test_a_folder_that_was_made_stays_where_somebody_has_put_something(tmp_path: Path) -> None:
    def disturbed(out: Path) -> None:
        with Output(out).generation():
            (tmp_path / "a" / "mine.txt").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        disturbed(tmp_path / "a" / "b" / "c")
    assert list(tmp_path.rglob("*.txt")) == [tmp_path / "a" / "mine.txt"]
    assert entries(tmp_path / "a") == ["mine.txt"]


def test_errors_name_the_folder_first_and_say_the_mend(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.doc").write_text("x")
    (tmp_path / "file").write_text("x")
    with Output(out).generation(), pytest.raises(BusyError) as busy:
        build(out, "2")
    with pytest.raises(OutputError) as foreign:
        build(other, "1")
    with pytest.raises(OutputError) as file:
        build(tmp_path / "file", "1")
    with pytest.raises(OutputError) as below:
        build(tmp_path / "file" / "out", "1")
    with pytest.raises(StoreError) as empty:
        open_current(other)
    for caught, place in (
        (busy, out),
        (foreign, other),
        (file, tmp_path / "file"),
        (below, tmp_path / "file" / "out"),
        (empty, other),
    ):
        for language in ("zh", "en"):
            first, _, rest = caught.value.render(language).partition(": ")
            assert first == str(place)
            assert str(place) not in rest.partition("kg build -o")[0]
    assert "write elsewhere" in below.value.render("en")


@contextmanager
def unprivileged() -> Iterator[Path]:
    """Give a folder that cannot be written, even where the tests are run by root."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        yield folder
    finally:
        os.seteuid(user)
        shutil.rmtree(folder)


def test_a_read_only_folder_is_one_clear_error() -> None:
    with unprivileged() as folder:
        with pytest.raises(OutputError, match=r"Permission denied.*write elsewhere") as caught:
            build(folder / "build", "1")
        with pytest.raises(OutputError, match="Permission denied"):
            build(folder, "1")
        with pytest.raises(OutputError), rejected_folder(folder / "build"):
            pass
        assert entries(folder) == []
    assert "\n" not in caught.value.render("zh")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_error(out: Path) -> None:
    build(out, "1")
    with (
        pytest.raises(OutputError, match=r"No space left on device.*make room"),
        Output(out).generation(),
        Path("/dev/full").open("w") as file,
    ):
        file.write("x" * 100_000)
    assert (out / "asserted.ttl").read_text() == "1"
    assert entries(out / ".generations") == ["1"]


def test_an_error_about_another_file_is_not_taken_for_ours(out: Path) -> None:
    with pytest.raises(FileNotFoundError), Output(out).generation():
        Path("/nowhere/at/all").read_text()


def test_another_format_is_refused_with_the_mend(out: Path) -> None:
    folder = build(out, "1")
    (folder / ".format").write_text(f"{FORMAT + 1}\n")
    for action in (open_current, lambda path: build(path, "2")):
        with pytest.raises(StoreError, match=r"upgrade kg-builder$"):
            action(out)
    (folder / ".format").write_text(f"{FORMAT - 1}\n")
    with pytest.raises(StoreError, match=r"run kg build -o .* again, contributions/ is kept"):
        open_current(out)
    build(out, "2")
    assert (open_current(out) / "build.json").read_text() == "2"


def test_a_folder_without_a_graph_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run kg build -o"), reading(tmp_path / "build"):
        pass


def test_a_rejected_build_replaces_the_former_one_as_a_whole(out: Path) -> None:
    target = out.with_name("build.rejected")
    for token, name in (("1", "a.ttl"), ("2", "b.ttl")):
        with rejected_folder(out) as folder:
            (folder / name).write_text(token)
        assert entries(target) == [".format", name]
    assert entries(out.parent) == ["build.rejected"]


def test_a_failure_keeps_the_former_rejected_build(out: Path) -> None:
    with rejected_folder(out) as folder:
        (folder / "a.ttl").write_text("1")
    with pytest.raises(RuntimeError):
        fail_rejected(out)
    assert (out.with_name("build.rejected") / "a.ttl").read_text() == "1"
    assert entries(out.parent) == ["build.rejected"]


def test_a_good_build_removes_the_rejected_one_if_it_is_ours(out: Path) -> None:
    target = out.with_name("build.rejected")
    with rejected_folder(out) as folder:
        (folder / "a.ttl").write_text("1")
        remove_rejected(out)  # one that is being written is left alone
    assert entries(target) == [".format", "a.ttl"]
    remove_rejected(out)
    assert entries(out.parent) == []
    remove_rejected(out)
    target.mkdir()
    (target / "mine.txt").write_text("x")
    remove_rejected(out)
    assert entries(out.parent) == ["build.rejected"]
    assert entries(target) == ["mine.txt"]


def test_a_rejected_build_spares_a_folder_of_somebody_else(out: Path) -> None:
    mine = out.with_name("build.rejected")
    mine.mkdir(parents=True)
    with pytest.raises(OutputError, match="move it away"), rejected_folder(out):
        pass
    assert mine.exists()


def test_one_rejected_build_at_a_time(out: Path) -> None:
    with rejected_folder(out) as folder:
        (folder / "a.ttl").write_text("1")
        with pytest.raises(BusyError), rejected_folder(out):
            pass
    assert entries(out.parent) == ["build.rejected"]


def test_leftovers_of_a_killed_rejection_are_replaced(out: Path) -> None:
    staging = out.with_name(".build.rejected.new")
    (staging / "store").mkdir(parents=True)
    (staging / "a.ttl").write_text("half")
    with rejected_folder(out) as folder:
        assert entries(folder) == []
    assert entries(out.parent) == ["build.rejected"]


def test_the_store_is_closed_and_whole(tmp_path: Path) -> None:
    triples = [Triple(NODE, NODE, Literal(str(number))) for number in range(100)]
    write_store(tmp_path / "store", nquads_of_graphs([(NODE, triples)]))
    found = Store.read_only(str(tmp_path / "store"))
    assert set(found) == {Quad(*triple, NODE) for triple in triples}


def test_a_store_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"store cannot be written .*: check") as caught:
        write_store(tmp_path / "file" / "store", "")
    assert caught.value.file == str(tmp_path / "file" / "store")
