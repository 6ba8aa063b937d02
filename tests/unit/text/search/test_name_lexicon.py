"""What is known of how names are said: the lexicon's own examples, and what is refused."""

import tomllib
from pathlib import Path

import pytest

from kg_builder.errors import ConfigurationError
from kg_builder.model.name_record import NamedThings, NameRecord
from kg_builder.resources import Resources
from kg_builder.text.search.index import index_of
from kg_builder.text.search.lexicon import SpokenNames, load_spoken_names
from kg_builder.text.search.records import Found

HOUSE = Path(__file__).parents[4]
RAW = tomllib.loads((HOUSE / "genre/lexicons/spoken-names.toml").read_text("utf-8"))
LEXICON = load_spoken_names(Resources.find())


@pytest.mark.parametrize(
    "example", RAW["example"], ids=lambda item: f"{item['says']} {item.get('means')}"
)
def test_examples(example):
    names = [*example["among"], *([example["means"]] if "means" in example else [])]
    records = tuple(NameRecord(f"http://x/{name}", (name,), ("Thing",)) for name in names)
    with index_of(NamedThings(records, ("海州市",)), LEXICON) as index:
        answer = index.lookup(example["says"])
        assert index.lookup(example["says"], "Thing") == answer
    if "means" in example:
        assert isinstance(answer, Found), answer
        assert answer.name == example["means"]
    else:
        assert not isinstance(answer, Found), answer


def test_no_word_stands_in_two_lists():
    lists = ("divisions", "endings", "front", "fillers", "words")
    words = [word for key in lists for word in RAW[key]]
    assert sorted(words) == sorted(set(words))


def test_it_is_kept_as_text():
    text = LEXICON.to_json()
    assert SpokenNames.from_json(text) == LEXICON
    assert SpokenNames.from_json(text).to_json() == text


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("wards = ['区']", "wards"),
        ("endings = '区'", "endings"),
        ("endings = ['']", "endings"),
        ("words = [1]", "words"),
        ("said = ['北大']", "said"),
        ("[said]\n北大 = 1", None),
        ("[said]\n'北大' = 1", "said"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(tmp_path, text, key):
    path = tmp_path / "genre" / "lexicons" / "spoken-names.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_spoken_names(Resources.find(tmp_path))
    assert raised.value.file == str(path)
    assert key is None or key in str(raised.value)


def test_a_project_says_it_otherwise(tmp_path):
    path = tmp_path / "genre" / "lexicons" / "spoken-names.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[said]\n'海科大' = '海州科技大学'\n", "utf-8")
    mine = load_spoken_names(Resources.find(tmp_path))
    assert dict(mine.said) == {"海科大": "海州科技大学"}
    assert mine.endings == ()
    assert mine.traditional == LEXICON.traditional
