"""Words: cleaning, mending, splitting."""

import pytest

from kg_builder.text.grammar.words import Words, clean, fold, mended, restored, split


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("实验 学校", "实验学校"),
        ("实验\n学校", "实验学校"),
        ("Café 老友记", "Café 老友记"),
        ("Studio  54", "Studio 54"),
        ("a\u2028b\u0085c", "a\u2028b\u0085c"),
        ("甲\u0000乙", "甲乙"),
        ('“引"号<&>\\”', '“引"号<&>\\”'),
    ],
)
def test_a_name_is_mended_and_kept(raw, name):
    assert clean(raw) == name


def test_keys_fold_full_width():
    assert fold("798（店）") == "798(店)"


@pytest.mark.parametrize(
    ("raw", "separators", "parts"),
    [
        ("甲、乙(丙、丁)、戊", "、", ["甲", "乙(丙、丁)", "戊"]),
        ("推行“甲,乙”,设立丙", ",，", ["推行“甲,乙”", "设立丙"]),
        ("甲(一期、乙", "、", ["甲(一期", "乙"]),
        ("甲)、乙", "、", ["甲)", "乙"]),
        ("总额1,508.6亿元,增长5%", ",", ["总额1,508.6亿元", "增长5%"]),
        ("、、", "、", []),
        ("((((((((((((((((((((甲、乙", "、", ["((((((((((((((((((((甲", "乙"]),
    ],
)
def test_lists_are_split_outside_brackets(raw, separators, parts):
    assert [part.raw for part in split(Words(raw, 0), separators)] == parts


def test_spans_survive_mending():
    words = Words("甲 乙\n学校", 10)
    text, origin = mended(words)
    assert text == "甲乙学校"
    found = restored(Words(text[2:], 2), words, origin)
    assert (found.raw, found.start) == ("学校", 14)
    assert restored(Words("甲乙", 0), words, origin).raw == "甲 乙"


def test_a_million_brackets_end_soon():
    raw = "(" * 500_000 + "、" + ")" * 500_000
    assert len(list(split(Words(raw, 0), "、"))) >= 1
