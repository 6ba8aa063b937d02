"""Folding of traditional characters: one to one, and of what the lexicon says."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import ConfigurationError
from kg_builder.text.folding import Folding
from kg_builder.text.genre import Genre, load_genre

HOUSE = Path(__file__).parents[3]
FOLDING = Folding.of(load_genre([HOUSE / "genre"]))
PAIRS = tomllib.loads((HOUSE / "genre/lexicons/traditional.toml").read_text("utf-8"))


@given(st.text(st.one_of(st.characters(), st.sampled_from(PAIRS["from"]))))
def test_a_folded_text_is_as_long_and_stays_folded(text):
    folded = FOLDING.fold(text)
    assert len(folded) == len(text)
    assert FOLDING.fold(folded) == folded


def test_pairs_are_single_characters_told_once():
    assert len(PAIRS["from"]) == len(PAIRS["to"]) == len(set(PAIRS["from"])) > 2000


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("蘭亭街道後灣鎮", "兰亭街道后湾镇"),
        ("國民經濟和社會發展計劃", "国民经济和社会发展计划"),
        ("一般公共預算收入", "一般公共预算收入"),
        ("乾坤著名", "乾坤著名"),
        ("😀\u2028a", "😀\u2028a"),
    ],
)
def test_what_is_folded(printed, folded):
    assert FOLDING.fold(printed) == folded


def test_a_simplified_text_is_itself():
    text = "海淀区" * 10
    assert FOLDING.fold(text) is text


def test_a_genre_without_the_lexicon_folds_nothing():
    assert Folding.of(Genre((), {}, {})).fold("蘭") == "蘭"


@pytest.mark.parametrize(
    "raw", [{"from": "蘭", "to": "兰花"}, {"from": 1}, {"from": "蘭", "to": "蘭"}]
)
def test_pairs_that_are_none_are_told(raw):
    with pytest.raises(ConfigurationError) as raised:
        Folding.of(Genre((), {"traditional": raw}, {}))
    assert raised.value.file == "genre/lexicons/traditional.toml"
