from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg_builder.errors import StoreError
from kg_builder.graph.checksums import (
    Digest,
    changed_files,
    digests_of_lines,
    read_digests,
    read_files,
    write_checksums,
)
from kg_builder.graph.serialization import ends_of_lines

NODE = NamedNode("http://example.org/x")
GRAPH = NamedNode("http://example.org/图")


def triple(number: int) -> Triple:
    return Triple(NODE, NODE, Literal(f"行\n{number}"))


numbers = st.sets(st.integers(0, 50), max_size=12)


@given(numbers, numbers)
def test_a_digest_knows_no_order_and_follows_what_comes_and_goes(
    first: set[int], second: set[int]
) -> None:
    ones, others = [triple(n) for n in first], [triple(n) for n in second - first]
    whole = Digest.of([*ones, *others])
    assert whole == Digest.of([*reversed(others), *reversed(ones)])
    assert whole == Digest.of(ones).plus(others)
    assert whole.minus(others) == Digest.of(ones)
    assert (whole == Digest.of(ones)) == (not others)
    assert whole.triples == len(ones) + len(others)


def test_a_digest_can_be_made_by_anyone() -> None:
    line = b'<http://example.org/x> <http://example.org/x> "\\u884C" .\n'.decode("unicode_escape")
    data = '<http://example.org/x> <http://example.org/x> "行" .\n'.encode()
    assert line.encode() == data
    value = int.from_bytes(hashlib.sha256(data).digest())
    assert Digest.of([Triple(NODE, NODE, Literal("行"))]) == Digest(1, value)


def test_digests_of_a_dataset_are_those_of_its_graphs() -> None:
    graphs = {DefaultGraph(): [triple(1), triple(2)], GRAPH: [triple(2), triple(3)]}
    found = digests_of_lines(ends_of_lines(graphs.items()))
    assert found == {name: Digest.of(triples) for name, triples in graphs.items()}


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    folder = tmp_path / "1"
    (folder / "store").mkdir(parents=True)
    (folder / "source").mkdir()
    for name in ("asserted.ttl", "build.json", "timings.json", "store/1.sst", "source/x.txt"):
        (folder / name).write_text(name)
    write_checksums(folder, {GRAPH: Digest.of([triple(1)]), DefaultGraph(): Digest()})
    return folder


def test_every_flipped_byte_of_every_file_is_found(generation: Path) -> None:
    assert list(changed_files(generation)) == []
    for path in sorted(generation.rglob("*")):
        if not path.is_file():
            continue
        good = path.read_bytes()
        for place in range(len(good)):
            path.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
            try:
                assert list(changed_files(generation)), (path, place)
            except StoreError:
                assert path.name == ".checksums"
        path.write_bytes(good)
    assert list(changed_files(generation)) == []


def test_a_file_more_or_less_is_found(generation: Path) -> None:
    (generation / "source" / "x.txt").unlink()
    (generation / "new.txt").write_text("x")
    assert list(changed_files(generation)) == [("new.txt", "unknown"), ("source/x.txt", "missing")]


def test_what_is_the_same_in_equal_builds_is_listed_apart(generation: Path) -> None:
    text = (generation / "checksums.json").read_text()
    for name in ("asserted.ttl", "build.json", "source/x.txt"):
        assert f'"{name}"' in text
    for name in ("timings.json", "store/1.sst"):
        assert name not in text
        assert name in read_files(generation)
    assert read_digests(generation) == {GRAPH: Digest.of([triple(1)])}


def test_a_link_keeps_its_checksum_and_another_file_does_not(
    generation: Path, tmp_path: Path
) -> None:
    later = tmp_path / "2"
    (later / "store").mkdir(parents=True)
    (later / "store" / "1.sst").hardlink_to(generation / "store" / "1.sst")
    (later / "build.json").write_text("another")
    write_checksums(later, {}, generation)
    assert list(changed_files(later)) == []
    assert read_files(later)["build.json"] != read_files(generation)["build.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"graphs": {"x": 1}}', '{"graphs": {"": {}}}'])
def test_checksums_that_cannot_be_read_say_what_to_do(generation: Path, text: str) -> None:
    (generation / "checksums.json").write_text(text)
    with pytest.raises(StoreError, match="run kg build again"):
        read_digests(generation)
