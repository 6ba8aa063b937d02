"""The language of row templates: a new kind of table is a new file; what is wrong is told."""

import shutil
from pathlib import Path

import pytest

from kg_builder.errors import ConfigurationError
from kg_builder.text.extraction import Extractor
from kg_builder.text.extraction.template import TemplateReader
from kg_builder.text.genre import Column, HeaderWords, load_genre
from kg_builder.text.grammar.data import Data
from kg_builder.text.reading import read

HOUSE = Path(__file__).parents[4]
NAME = Column("name", HeaderWords(frozenset({"名称"}), None), "name", required=True)

PARKS = """
id = "parks"
label = { zh = "口袋公园", en = "Pocket parks" }
captions = ['口袋公园']

[[column]]
id = "name"
headers = ["公园名称"]
holds = "name"
required = true

[[column]]
id = "size"
headers = ["公园规模"]
holds = "number"

# --- what a row says ---
[[node]]
id = "park"
class = "Park"
from = { cell = "name" }
scope = "area"

[[node]]
id = "size"
class = "Observation"
statement = true
of = "park"
figure = { cell = "size", parser = "quantity", unit = "平方米" }
indicator = "面积"
facts = { listOrder = { order = "table" } }
"""


def test_a_new_kind_of_table_is_a_new_file(tmp_path):
    shutil.copytree(HOUSE / "genre", tmp_path / "genre")
    (tmp_path / "genre" / "tables" / "parks.toml").write_text(PARKS, "utf-8")
    genre = load_genre([tmp_path / "genre"])
    text = "口袋公园名录\n公园名称 |\n公园规模 |\n柳岸公园 |\n3,500 |\n青石公园 |\n约800 |\n"
    extraction = Extractor(genre).extract(read(text.encode(), "试", genre))
    values = {str(fact.object) for fact in extraction.facts if fact.predicate == "normalizedValue"}
    assert [item.label for item in extraction.entities if item.id.type == "Park"] == [
        "柳岸公园",
        "青石公园",
    ]
    assert values == {"3500", "800"}


NODE = {"id": "a", "class": "A", "from": {"cell": "name"}}


@pytest.mark.parametrize(
    "raw",
    [
        {"node": [{**NODE, "klass": "B"}]},
        {"node": [{**NODE, "from": {"cell": "nowhere"}}]},
        {"node": [{**NODE, "from": {"cell": "name", "parser": "magic"}}]},
        {"node": [{**NODE, "from": {"cell": "name", "header": "name"}}]},
        {"node": [{**NODE, "from": {"parser": "text"}}]},
        {"node": [{**NODE, "from": {"cell": "name", "parser": "pattern", "pattern": "("}}]},
        {"node": [{**NODE, "from": {"cell": "name", "parser": "list", "separators": ""}}]},
        {"node": [{**NODE, "facts": {"p": "b"}}]},
        {"node": [{**NODE, "facts": {"p": 3}}]},
        {"node": [{**NODE, "facts": {"p": {"concept": "actual"}}}]},
        {"node": [{**NODE, "key": ["b"]}]},
        {"node": [{**NODE, "scope": "world"}]},
        {"node": [{**NODE, "needs": ["b"]}]},
        {"node": [NODE, NODE]},
        {"node": [{"id": "a"}]},
        {"node": "a"},
        {"node": [{**NODE, "statement": True, "of": "b"}]},
        {"check": [{"check": "sum", "parts": "a", "whole": "b"}]},
        {"check": [{"check": "prime", "parts": "a"}]},
        {"rows": []},
    ],
)
def test_what_is_wrong_in_a_template_is_told_with_its_file(raw):
    with pytest.raises(ConfigurationError) as raised:
        TemplateReader([NAME], {}).read(Data(raw, "tables/a.toml"))
    assert raised.value.file == "tables/a.toml"
    assert raised.value.message.zh
    assert raised.value.message.en


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("lexicons/units.toml", "unit = []"),
        ("lexicons/units.toml", 'unit = [{ name = "a", surfaces = ["甲"], multiplier = "x" }]'),
        (
            "lexicons/status.toml",
            '[[status]]\nconcept = "a"\nafter = ["("]\n[not-yet]\nconcept="b"',
        ),
        ("rules/periods.toml", '[[period]]\nspan = "year"\npattern = "a"'),
        ("rules/figures.toml", '[[qualifier]]\nbound = "about"\nbefore = ["约"]'),
        ("rules/address.toml", '[[part]]\nname = "a"\npattern = "("'),
        ("lexicons/areas.toml", 'located = ["("]'),
    ],
)
def test_what_is_wrong_in_a_lexicon_or_rule_is_told(tmp_path, path, text):
    shutil.copytree(HOUSE / "genre", tmp_path / "genre")
    (tmp_path / "genre" / path).write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        Extractor(load_genre([tmp_path / "genre"]))
    assert raised.value.file == f"genre/{path}"
