"""Numbers are read exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.numerals import parse_integer, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("1,234.50", "1234.50"),
        ("１，０００", "1000"),
        ("−0.9", "-0.9"),
        ("+3", "3"),
        ("1.2万", "12000"),
        ("1.4万亿", "1400000000000"),
        ("12亿", "1200000000"),
        ("3千万", "30000000"),
        ("十", "10"),
        ("十九", "19"),
        ("二十", "20"),
        ("一百零五", "105"),
        ("两千三", "2300"),
        ("两千零三", "2003"),
        ("三万五", "35000"),
        ("三万五千", "35000"),
        ("一亿零五万", "100050000"),
        ("一百零五万三千", "1053000"),
        ("三千零五十亿", "305000000000"),
        ("二〇二四", "2024"),
        ("一点五", "1.5"),
        ("负三", "-3"),
        ("廿一", "21"),
        ("壹佰贰拾", "120"),
        ("〇", "0"),
        ("两", "2"),
    ],
)
def test_number(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12,34",
        "1.",
        "abc",
        "12项",
        "一一百",
        "十十",
        "亿",
        "万",
        "1e3",
        "NaN",
        "1_000",
        "十"[:0],
        "9" * 99,
    ],
)
def test_no_number(text):
    assert parse_number(text) is None


@given(st.integers(0, 10**16 - 1))
def test_every_whole_number_in_chinese(number):
    assert parse_number(chinese(number)) == number


@given(st.integers(0, 10**15), st.integers(0, 99))
def test_every_decimal(whole, cents):
    assert parse_number(f"{whole:,}.{cents:02}") == Decimal(f"{whole}.{cents:02}")


@given(st.text(max_size=80))
def test_anything(text):
    parse_number(text)


def test_whole_numbers():
    assert parse_integer("二十六") == 26
    assert parse_integer("1.5") is None


def chinese(number: int) -> str:
    if number == 0:
        return "零"
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if low and low < unit // 10 else ""
            return chinese(high) + name + (gap + chinese(low) if low else "")
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += "零一二三四五六七八九"[digit] + name
        elif text and number and not text.endswith("零"):
            text += "零"
    return text
