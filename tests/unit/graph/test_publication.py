"""The published facts in data/: what is wrong there is named with its file."""

import json

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.errors import ConfigurationError
from kg_builder.graph.publication import (
    load_published,
    load_records,
    record_for,
    write_published,
)
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE, RDFS_LABEL, expand
from kg_builder.resources import Resources

REPORT = NamedNode(DEFAULT_BASE + "id/report/云溪区_2025")
TRIPLES = [
    Triple(REPORT, RDF_TYPE, expand("Report")),
    Triple(REPORT, RDFS_LABEL, Literal("报告", language="zh")),
]


def write_record(folder, name, **fields):
    fields = {"sha256": "a", "text_sha256": "b", **fields}
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())
    (folder / f"{name}.source.toml").write_text(text, "utf-8")


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def publish(data, name):
    write_record(data, name)
    write_published(data, name, TRIPLES, (), {"name": name})


def published(data, base=DEFAULT_BASE):
    return load_published(Resources((data.parent,)), base)


@pytest.mark.parametrize("name", ["yunxi-2025", "a[1]*"])
def test_what_is_published_is_loaded_under_any_base(data, name):
    publish(data, name)
    base = "https://data.example.cn/"
    (found,) = published(data, base)
    assert found.name == name
    assert found.graph == NamedNode(base + "graph/report/云溪区_2025")
    assert {triple.subject for triple in found.asserted} == {
        NamedNode(base + "id/report/云溪区_2025")
    }


def test_one_report_is_published_once(data):
    publish(data, "one")
    publish(data, "two")
    with pytest.raises(ConfigurationError, match="as one and as two"):
        published(data)


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "other"}'])
def test_a_damaged_account_is_named(data, text):
    publish(data, "one")
    (data / "one.reading.json").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as error:
        published(data)
    assert error.value.render("en").startswith(str(data / "one.reading.json"))


def test_a_missing_file_is_named(data):
    write_record(data, "one")
    with pytest.raises(ConfigurationError, match=r"one\.ttl"):
        published(data)


def test_records_are_found_by_bytes_first_and_by_the_later_folder(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    write_record(first, "bytes", sha256="1", text_sha256="2")
    write_record(second, "text", sha256="3", text_sha256="2")
    records = load_records(first, second)
    found = [record_for(records, *sums) for sums in (("1", "2"), ("9", "2"), ("9", "9"))]
    assert [record and record.name for record in found] == ["bytes", "text", None]


@pytest.mark.parametrize(
    "fields", [{"retrieved": "2025"}, {"nonsense": "x"}, {"title": 1}, {"address": "a b"}]
)
def test_a_wrong_field_of_a_record_is_named(data, fields):
    write_record(data, "one", **fields)
    with pytest.raises(ConfigurationError) as error:
        load_records(data)
    assert error.value.file == str(data / "one.source.toml")
    assert repr(next(iter(fields))) in error.value.render("en")
