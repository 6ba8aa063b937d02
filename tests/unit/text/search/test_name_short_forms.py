"""Short forms: what a name may be cut to, and what not."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.resources import Resources
from kg_builder.text.search.keys import Splitter
from kg_builder.text.search.lexicon import load_spoken_names
from kg_builder.text.search.short_forms import cost, limit

SPLITTER = Splitter(load_spoken_names(Resources.find()), ["海州市"], ["柳溪"])


def price(said, name):
    return cost(SPLITTER.fold(said), SPLITTER.split(SPLITTER.fold(name)))


@pytest.mark.parametrize(
    ("said", "better", "worse"),
    [
        ("人大附中", "中国人民大学附属中学", "中国人民大学附属中学分校"),
        ("海州附中", "海州大学附属中学", "海州师范大学附属中学"),
        ("柳溪三小", "海州市柳溪第三小学", "海州市柳溪第三小学新都校区"),
        ("芯片院", "芯片研究院", "开源芯片研究院"),
    ],
)
def test_the_tighter_fit_is_cheaper(said, better, worse):
    assert price(said, better) < price(said, worse)
    assert price(said, better) <= limit(len(said))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("一中", "海州市第一〇一中学"),
        ("三小", "海州市第十三小学"),
        ("10中", "第101中学"),
        ("海州", "海州大学"),
        ("海州中学", "海州大学附属中学"),
        ("海州小学", "海州市柳溪小学"),
        ("中附大人", "中国人民大学附属中学"),
        ("海州大学附属中学", "海州附中"),
    ],
)
def test_what_is_no_short_form(said, name):
    assert price(said, name) == inf


def test_what_tells_a_thing_apart_is_not_left_out():
    for name in ("海州市第三小学", "海州市翠屏小学"):
        assert price("海州小学", name) > limit(len("海州小学"))


@given(st.text(), st.text())
def test_any_texts_are_compared(said, name):
    assert price(said, name) >= 0


@given(st.text(st.sampled_from("海州市柳溪第一三小学大附属中")))
def test_a_name_is_its_own_short_form_for_nothing(name):
    assert price(name, name) == 0
