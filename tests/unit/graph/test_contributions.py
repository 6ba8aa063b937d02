from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.errors import InputError, StoreError
from kg_builder.graph.contributions import (
    Batch,
    History,
    Provenance,
    Submitted,
    batch_id,
    canonical,
    check_batches,
    graph_of,
    make_batch,
    read_batches,
    read_unlisted,
    remove_leftovers,
    write_batch,
)

BASE = "https://example.org/kg/"
WHO = Provenance("王敏", "2026-01-02T03:04:05Z", "《通知》第 7 号")
LETTERS = "abcdef"


def triple(name: str) -> Triple:
    return Triple(NamedNode(f"{BASE}id/x/{name}"), NamedNode(f"{BASE}p"), Literal(name))


def batch(number: int, kind: str, names: str = "", of: int | None = None) -> Batch:
    triples = [triple(name) for name in names]
    return make_batch(number, kind, WHO, BASE, triples, of=of)  # type: ignore[arg-type]


def names_in(history: History) -> set[str]:
    return {
        found.object.value  # type: ignore[union-attr]
        for triples in history.graphs().values()
        for found in triples
    }


def states(history: History) -> list[str]:
    return [item.state for item in history.standings()]


def history(*batches: Batch) -> History:
    return History(BASE, batches)


def test_a_batch_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    files = [Submitted("我的 文件.ttl", ".ttl", b"# \xe4\xbd\xa0"), Submitted("-", ".nt", b"")]
    made = make_batch(1, "add", WHO, BASE, [triple("b"), triple("a"), triple("b")], files)
    write_batch(tmp_path, made, files)
    (read,) = read_batches(tmp_path, {1: made.sha256}, BASE)
    assert read == made
    assert read.entry.triples == 2
    assert [item.name for item in read.entry.files] == ["我的 文件.ttl", "-"]
    folder = tmp_path / "contributions" / "1"
    assert (folder / "submitted-1.ttl").read_bytes() == b"# \xe4\xbd\xa0"
    assert (folder / "data.nt").read_bytes() == canonical([triple("a"), triple("b")])


def test_another_base_moves_the_triples_and_the_graph(tmp_path: Path) -> None:
    made = batch(1, "add", "a")
    write_batch(tmp_path, made)
    other = "https://data.example.cn/"
    (read,) = read_batches(tmp_path, {1: made.sha256}, other)
    assert str(read.triples[0].subject) == f"<{other}id/x/a>"
    moved = History(other, (read,))
    assert list(moved.graphs()) == [graph_of(other, made.entry.id)]


def test_the_id_depends_on_the_triples_who_and_the_source_alone() -> None:
    data = canonical([triple("a")])
    later = Provenance(WHO.by, "2030-01-01T00:00:00Z", WHO.source)
    assert batch_id(data, WHO) == batch_id(data, later)
    others = {
        batch_id(data, Provenance("b", WHO.when, "c\nd".replace("\n", " "))),
        batch_id(data, Provenance("b c", WHO.when, "d")),
        batch_id(data, WHO),
        batch_id(canonical([triple("b")]), WHO),
    }
    assert len(others) == 4


@pytest.mark.parametrize("name", ["batch.json", "data.nt", "submitted-1.ttl"])
def test_every_flipped_byte_is_found_and_the_batch_named(tmp_path: Path, name: str) -> None:
    files = [Submitted("a.ttl", ".ttl", b"<a:a> <a:a> <a:a> .")]
    made = make_batch(1, "add", WHO, BASE, [triple("a")], files)
    write_batch(tmp_path, made, files)
    path = tmp_path / "contributions" / "1" / name
    good = path.read_bytes()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(StoreError, match=r"contribution 1 .*restore") as caught:
            check_batches(tmp_path, {1: made.sha256})
        assert caught.value.file == str(path)
    path.unlink()
    with pytest.raises(StoreError, match="contribution 1"):
        check_batches(tmp_path, {1: made.sha256})
    path.write_bytes(good)
    check_batches(tmp_path, {1: made.sha256})


def test_leftovers_go_and_nothing_else(tmp_path: Path) -> None:
    for number in (1, 2):
        write_batch(tmp_path, batch(number, "add", "a"))
    (tmp_path / "contributions" / "3").mkdir()
    (tmp_path / "contributions" / "notes.txt").write_text("mine")
    remove_leftovers(tmp_path, [1])
    there = sorted(path.name for path in (tmp_path / "contributions").iterdir())
    assert there == ["1", "notes.txt"]


def test_without_a_list_all_count_and_a_gap_is_a_damage(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_batch(tmp_path, batch(number, "add", LETTERS[number]))
    assert [item.entry.number for item in read_unlisted(tmp_path, BASE)] == [1, 2, 3]
    shutil.rmtree(tmp_path / "contributions" / "2")
    with pytest.raises(StoreError, match="contribution 2 is missing"):
        read_unlisted(tmp_path, BASE)


def test_undo_retract_and_undoing_these() -> None:
    one, two = batch(1, "add", "ab"), batch(2, "add", "bc")
    assert names_in(history(one, two)) == set("abc")
    undone = history(one, two, batch(3, "undo", of=2))
    assert (names_in(undone), states(undone)) == (set("ab"), ["live", "undone", "live"])
    again = history(*undone.batches, batch(4, "undo", of=3))
    assert (names_in(again), states(again)) == (set("abc"), ["live", "live", "undone", "live"])
    less = history(one, two, batch(3, "retract", "b"))
    assert (names_in(less), states(less)) == (set("ac"), ["partly", "partly", "live"])
    none = history(one, batch(2, "retract", "ab"))
    assert (names_in(none), states(none)) == (set(), ["retracted", "live"])
    assert not none.evidence()
    back = history(*none.batches, batch(3, "add", "a"))
    assert names_in(back) == set("a")


operations = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sets(st.sampled_from(LETTERS), min_size=1)),
        st.tuples(st.just("retract"), st.sets(st.sampled_from(LETTERS), min_size=1)),
        st.tuples(st.just("undo"), st.integers(1, 8)),
    ),
    max_size=8,
)


@given(operations)
def test_a_history_is_that_of_the_entries_left_when_undone_ones_are_struck(
    wanted: list[tuple[str, object]],
) -> None:
    """The reference: strike entries from the last undo on backwards, then play what is left."""
    batches: list[Batch] = []
    for kind, what in wanted:
        number = len(batches) + 1
        if kind == "undo":
            assert isinstance(what, int)
            if what >= number or states(History(BASE, tuple(batches)))[what - 1] == "undone":
                continue
            batches.append(batch(number, "undo", of=what))
        else:
            batches.append(batch(number, kind, "".join(sorted(what))))  # type: ignore[call-overload]
    struck: set[int] = set()
    for item in reversed(batches):
        if item.entry.kind == "undo" and item.entry.number not in struck:
            assert item.entry.of is not None
            struck.add(item.entry.of)
    held: dict[int, set[Triple]] = {}
    for item in batches:
        if item.entry.number in struck:
            continue
        if item.entry.kind == "add":
            held[item.entry.number] = set(item.triples)
        for triples in held.values():
            if item.entry.kind == "retract":
                triples -= set(item.triples)
    found = History(BASE, tuple(batches))
    assert {t for triples in found.graphs().values() for t in triples} == set().union(
        *held.values()
    )
    assert {item.entry.number: item.live for item in found.standings() if item.live} == {
        number: len(triples) for number, triples in held.items() if triples
    }
    told = {t.subject for t in found.evidence() if "#" not in str(t.subject)}
    assert told == set(found.graphs())


UNFIT = ["\n", "\r", "\t", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\u200f"]


@pytest.mark.parametrize("letter", [*UNFIT, "\ud800", "\ufffe", "\uffff", "\ufdd0"])
def test_a_text_that_could_forge_a_line_is_refused(letter: str) -> None:
    for by, source, option in ((f"a{letter}b", "x", "--by"), ("a", f"x{letter}2  me", "--source")):
        with pytest.raises(InputError, match=f"character 2 of {option}") as caught:
            Provenance(by, WHO.when, source)
        assert "\n" not in caught.value.render("zh")


def test_other_texts_are_kept_exactly(tmp_path: Path) -> None:
    text = '"quoted" \\n <b>  {"a": 1} 《甲》’; DROP TABLE 𠮷 é e\u0301 ' * 40
    made = make_batch(1, "add", Provenance(text, WHO.when, text), BASE, [triple("a")])
    write_batch(tmp_path, made)
    (read,) = read_batches(tmp_path, {1: made.sha256}, BASE)
    assert read.entry.provenance.by == read.entry.provenance.source == text
    literals = {t.object.value for t in history(read).evidence() if isinstance(t.object, Literal)}
    assert text in literals


@pytest.mark.parametrize("text", ["", "  ", "\u3000", "x" * 2001, "长" * 10_000])
def test_an_empty_or_endless_text_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--source (must not be empty|has \d+ characters)"):
        Provenance("me", WHO.when, text)


def test_a_url_is_a_primary_source_and_another_text_is_none() -> None:
    url = Provenance("me", WHO.when, "https://example.cn/通知/7")
    for who, count in ((url, 1), (WHO, 0)):
        told = history(make_batch(1, "add", who, BASE, [triple("a")])).evidence()
        found = [t for t in told if str(t.predicate).endswith("hadPrimarySource>")]
        assert len(found) == count


def test_what_build_json_lists_holds_no_time_but_the_entries(tmp_path: Path) -> None:
    made = batch(1, "add", "a")
    (item,) = json.loads(json.dumps(history(made).summary()))
    assert item["when"] == WHO.when
    assert item["sha256"] == made.sha256
    assert (item["triples"], item["live"], item["state"]) == (1, 1, "live")
