"""The genre's data files, and what is said of wrong ones."""

from pathlib import Path

import pytest

from kg_builder.errors import ConfigurationError
from kg_builder.text.genre import header_forms, header_unit, load_genre

HOUSE = Path(__file__).parents[3] / "genre"
KIND = """
id = "libraries"
label = { zh = "图书馆", en = "Libraries" }
captions = ["图书馆"]

[[column]]
id = "name"
headers = ["馆名", "^.*图书馆名称$"]
holds = "name"
required = true

[[column]]
id = "address"
headers = ["馆址"]
holds = "address"

[[node]]
class = "Library"
"""


def kind_file(folder: Path, text: str, name: str = "libraries") -> Path:
    (folder / "tables").mkdir(exist_ok=True)
    path = folder / "tables" / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_house_has_its_kinds():
    genre = load_genre([HOUSE])
    assert {
        "canteens",
        "education-groups",
        "projects",
        "reforms",
        "industry-system",
        "indicators",
    } <= {kind.id for kind in genre.tables}
    assert "cell-types" in genre.lexicons
    assert "outline" in genre.rules
    for kind in genre.tables:
        for column in kind.columns:
            assert column.holds in genre.lexicons["cell-types"], (kind.id, column.id)


def test_a_kind_of_ones_own(tmp_path):
    kind_file(tmp_path, KIND)
    genre = load_genre([HOUSE, tmp_path])
    kind = genre.table("libraries")
    assert kind is not None
    assert kind.template["node"] == ({"class": "Library"},)
    assert kind.column("name").required
    assert genre.table("canteens") is not None
    with pytest.raises(TypeError):
        kind.template["node"] = ()


def test_a_later_folder_lies_over_an_earlier_one(tmp_path):
    kind_file(tmp_path, KIND.replace("libraries", "canteens"), "canteens")
    kind = load_genre([HOUSE, tmp_path]).table("canteens")
    assert [column.id for column in kind.columns] == ["name", "address"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "libraries"', "id = 3", "`id`"),
        ('captions = ["图书馆"]', 'captions = ["("]', "captions"),
        ("^.*图书馆名称$", "^(", "headers"),
        ('holds = "name"', "", "holds"),
        ("required = true", "", "required"),
        ("required = true", "requierd = true", "requierd"),
        ('label = { zh = "图书馆", en = "Libraries" }', "", "label"),
        ('headers = ["馆址"]', "headers = []", "headers"),
        ('id = "address"', 'id = "name"', "column"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, old, new, words):
    path = kind_file(tmp_path, KIND.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_genre([tmp_path])
    assert words in caught.value.message.en
    assert caught.value.file == str(path)


def test_a_syntax_error_has_its_line(tmp_path):
    kind_file(tmp_path, 'id = "a"\nlabel = ?\n')
    with pytest.raises(ConfigurationError) as caught:
        load_genre([tmp_path])
    assert (caught.value.line, caught.value.column) == (2, 9)


def test_a_file_that_is_not_utf8(tmp_path):
    path = kind_file(tmp_path, KIND)
    path.write_bytes('id = "甲"'.encode("gb18030"))
    with pytest.raises(ConfigurationError) as caught:
        load_genre([tmp_path])
    assert "not UTF-8" in caught.value.message.en
    assert caught.value.file == str(path)


def test_two_kinds_of_one_id(tmp_path):
    kind_file(tmp_path, KIND)
    kind_file(tmp_path, KIND, "other")
    with pytest.raises(ConfigurationError):
        load_genre([tmp_path])


def test_header_words():
    assert header_forms("面积(平方米)") == ("面积(平方米)", "面积")
    assert "举措" in header_forms("2027年 举措")
    assert header_forms("２０２７年") == ("2027年",)
    assert header_unit("面积（平方米）") == "平方米"
    assert header_unit("面积") is None
