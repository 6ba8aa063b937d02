"""Keys of names: what is folded away, what stands, and how a name is cut into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.resources import Resources
from kg_builder.text.search.keys import (
    Splitter,
    is_latin,
    pinyin_typed,
    plain,
    spellings,
    tokens_of,
    with_digits,
)
from kg_builder.text.search.lexicon import load_spoken_names

LEXICON = load_spoken_names(Resources.find())
SPLITTER = Splitter(LEXICON, ["海州市", "柳江区"], ["柳溪"])


@pytest.mark.parametrize(
    "ways",
    [
        [
            "第一〇一中学",
            "第一零一中学",
            "第一百零一中学",
            "101中学",
            "１０１ 中学",
            "第101中学",
            "第一○一中學",
        ],
        ["十一学校", "11学校"],
        ["第三小学", "三小学", "3小学"],
        ["6G", "６Ｇ", "6 g", "6-G"],
        ["“人工智能+”行动计划", "人工智能行动计划", "《人工智能＋》行动计划"],
        ["六十六号餐厅", "66号餐厅"],
        ["八里庄街道", "八里莊街道", "八里庄 街道", "\u202e八里庄\u200b街道", "八里庄·街道"],
        ["RISC-V", "risc v", "ＲＩＳＣ—Ｖ"],
        ["二〇二四年", "2024年"],
        ["两证合一", "2证合1"],
    ],
)
def test_one_key_however_it_is_written(ways):
    assert len({SPLITTER.fold(way) for way in ways}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024—2026年", "20242026年"),
        ("示范区4.0", "示范区40"),
        ("百万庄", "1000000庄"),
        ("2024年三", "20243年"),
        ("2024三年", "20243年"),
        ("第一小学", "第十一小学"),
        ("万泉小学", "泉小学"),
    ],
)
def test_what_has_another_key(one, other):
    assert SPLITTER.fold(one) != SPLITTER.fold(other)


@given(st.text())
def test_folding_takes_any_text_and_leaves_letters_and_digits(text):
    folded = SPLITTER.fold(text)
    assert all(char.isalnum() or char == "." for char in folded)
    assert "".join(tokens_of(folded)) == folded
    assert "".join(word.text for word in SPLITTER.split(folded)) == folded
    folded.encode()  # no half of a surrogate pair is left


@given(st.text())
def test_pinyin_as_typed_is_of_any_text(text):
    assert not set(pinyin_typed(text)) & set(" \t\n'-·_")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Zhōng guān cūn", "zhongguancun"),
        ("zhong1guan1cun1", "zhongguancun"),
        ("lǜ'yuán", "lvyuan"),
        ("Lü Yuan", "lvyuan"),
        ("101 zhongxue", "101zhongxue"),
        ("ＺＧＣ", "zgc"),
    ],
)
def test_pinyin_as_it_is_typed(typed, key):
    assert pinyin_typed(typed) == key
    assert is_latin(key)


def test_only_latin_letters_could_be_pinyin():
    assert not is_latin("101")
    assert not is_latin("中关村a")
    assert not is_latin("")


def kinds(name):
    return [(word.kind, word.text) for word in SPLITTER.split(SPLITTER.fold(name))]


def test_a_name_is_cut_into_words_of_kinds():
    assert kinds("海州市柳江区柳溪第三小学") == [
        ("area", "海州市"),
        ("area", "柳江区"),
        ("place", "柳溪"),
        ("number", "3"),
        ("ending", "小学"),
    ]
    assert kinds("海州大学附属中学") == [
        ("area", "海州"),
        ("ending", "大学"),
        ("word", "附属"),
        ("ending", "中学"),
    ]
    assert kinds("2024年翠屏") == [("period", "2024年"), ("proper", "翠屏")]


@pytest.mark.parametrize(
    ("name", "core", "bare"),
    [
        ("海州市柳江区翠屏小学", "翠屏小学", "海州市柳江区翠屏"),
        ("柳江街道", "柳江街道", "柳江"),
        ("海州大学", "海州大学", "海州大学"),
        ("海州市", "海州市", "海州"),
        ("小学", "小学", "小学"),
    ],
)
def test_areas_and_endings_are_left_out_as_far_as_a_name_is_left(name, core, bare):
    assert SPLITTER.core(name) == core
    assert SPLITTER.bare(name) == bare


@pytest.mark.parametrize(
    ("said", "among"),
    [
        ("实验二小", "2实验小"),
        ("柳溪街道办事处", "柳溪街道"),
        ("北科大附小", "北京科技大学附小"),
        ("GDP", "地区生产总值"),
    ],
)
def test_other_ways_of_saying_it(said, among):
    assert among in list(SPLITTER.reworded(SPLITTER.fold(said)))


def test_a_bracket_is_said_in_front_or_left_out():
    assert list(spellings("熊猫范(互金中心店)", {})) == [
        "熊猫范互金中心店",
        "互金中心店熊猫范",
        "熊猫范",
    ]
    for odd in ("(", "()", "甲()", "(甲)", "甲(乙", "甲(乙)丙", "甲((乙))"):
        assert list(spellings(odd, {})) == [plain(odd, {})]


def test_numbers_stay_apart():
    assert with_digits("2024三年") == "2024.3年"
    assert with_digits("三2024") == "3.2024"
