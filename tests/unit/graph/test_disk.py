from __future__ import annotations

import os
from pathlib import Path

import pytest

from kg_builder.errors import OutputError
from kg_builder.graph.disk import replacing, replacing_folder


def fill(path: Path, words: bytes) -> None:
    with replacing(path) as stream:
        stream.write(words)


def test_a_file_is_replaced_whole_with_the_permissions_of_the_user(tmp_path):
    path = tmp_path / "out.ttl"
    fill(path, b"one")
    fill(path, b"two")
    assert path.read_bytes() == b"two"
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_former_file_and_nothing_else(tmp_path):
    path = tmp_path / "out.ttl"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as stream:
        stream.write(b"new" * (1 // len(b"")))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.ttl").write_bytes(b"old")
    link = tmp_path / "link.ttl"
    link.symlink_to("real.ttl")
    fill(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real.ttl").read_bytes() == b"new"


def test_a_device_stays_a_device():
    fill(Path(os.devnull), b"x")
    assert Path(os.devnull).is_char_device()


def test_a_folder_is_no_file_to_write(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        fill(tmp_path / "out", b"x")
    with pytest.raises(OutputError, match="cannot be written"):
        fill(tmp_path / "missing" / "out", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "made" / "tables"
    for words in ("one", "two"):
        with replacing_folder(path) as folder:
            (folder / words).write_text(words)
    assert [entry.name for entry in path.iterdir()] == ["two"]
    with pytest.raises(ZeroDivisionError), replacing_folder(path) as folder:
        (folder / "three").write_text("three" * (1 // (folder / "three").write_text("")))
    assert [entry.name for entry in path.iterdir()] == ["two"]
    assert [entry.name for entry in path.parent.iterdir()] == ["tables"]
    with pytest.raises(ZeroDivisionError), replacing_folder(tmp_path / "a" / "b"):
        raise ZeroDivisionError
    assert not (tmp_path / "a").exists()


def test_links_in_a_circle_are_an_error_and_stay(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for way in (replacing, replacing_folder):
        with pytest.raises(OutputError, match="circle"), way(tmp_path / "a"):
            pass
    assert (tmp_path / "a").is_symlink()
