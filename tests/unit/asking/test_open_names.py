"""The names of an open graph: from the file a build left, or made in memory."""

import sqlite3

import pytest

from kg_builder.asking.names import open_names
from kg_builder.graph.opening import open_graph
from kg_builder.pipeline import BuildOptions, build
from kg_builder.text.search.records import Found
from kg_builder.text.search.storage import NAMES_FILE


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("names") / "build"
    build([], BuildOptions(out=out))
    return out


def look_up(path, text, class_name=None):
    with open_graph(path) as graph, open_names(graph) as names:
        return names.lookup(text, class_name)


def rows(path):
    connection = sqlite3.connect(path)
    found = {
        table: connection.execute(f"SELECT * FROM {table}").fetchall()
        for table in ("meta", "record", "class", "name", "key")
    }
    connection.close()
    return found


def test_a_build_leaves_the_index(built, monkeypatch):
    assert (built / NAMES_FILE).is_file()
    monkeypatch.delattr("kg_builder.asking.names.index_of")  # it is not made again
    answer = look_up(built, "八里庄", "Street")
    assert isinstance(answer, Found)
    assert answer.name == "八里庄街道"


def test_terms_and_concepts_are_found_by_those_who_ask(built):
    assert look_up(built, "完工", "status").id == "https://w3id.org/kg-builder/status/completed"
    assert look_up(built, "助餐点", "ontology term").id == (
        "https://w3id.org/kg-builder/ont#Canteen"
    )


def test_a_replaced_name_leads_to_what_replaces_it(built):
    answer = look_up(built, "商业航天五年行动计划", "Policy")
    assert answer.name == "海淀区建设商业航天创新高地行动计划(2024—2028年)"


def test_equal_builds_have_equal_names(built, tmp_path):
    build([], BuildOptions(out=tmp_path / "again"))
    assert rows(built / NAMES_FILE) == rows(tmp_path / "again" / NAMES_FILE)


@pytest.mark.parametrize("damage", ["missing", "damaged", "of another version"])
def test_a_folder_without_a_good_index_is_asked_all_the_same(tmp_path, damage):
    out = tmp_path / "build"
    build([], BuildOptions(out=out))
    path = (out / NAMES_FILE).resolve()
    if damage == "missing":
        path.unlink()
    elif damage == "damaged":
        path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    else:
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE meta SET value = '0' WHERE key = 'version'")
        connection.close()
    assert look_up(out, "八里庄", "Street").name == "八里庄街道"


def test_a_file_of_rdf_is_asked_by_names_too(tmp_path):
    path = tmp_path / "a.ttl"
    path.write_text(
        "<http://x/1> a <https://w3id.org/kg-builder/ont#Street> ;"
        ' <http://www.w3.org/2000/01/rdf-schema#label> "柳溪街道"@zh .',
        "utf-8",
    )
    assert look_up(path, "柳溪", "Street") == Found("http://x/1", "柳溪街道", "part")
