"""Literals rewritten in another datatype, where they can only mean one thing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kg_builder.graph.shacl.datatypes import KNOWN, is_well_formed
from kg_builder.graph.vocabulary import expand
from kg_builder.judging.lint import mend_literal

STRING = expand("xsd:string")


@pytest.mark.parametrize(
    ("text", "datatype", "form"),
    [
        ("1e3", "decimal", "1000"),
        ("1.5E-2", "decimal", "0.015"),
        ("1e300", "decimal", None),
        ("6.5%", "decimal", None),
        (" 12.5 ", "decimal", "12.5"),
        ("１２．５", "decimal", "12.5"),
        ("1,234.50", "decimal", "1234.50"),
        ("1.4万亿", "decimal", "1400000000000"),
        ("3亿", "integer", "300000000"),
        ("1e3", "integer", "1000"),
        ("1.5", "integer", None),
        ("3.0", "integer", "3"),
        ("一百零五", "integer", "105"),
        ("约5", "integer", None),
        ("300", "byte", None),
        ("-1", "nonNegativeInteger", None),
        ("12.0", "byte", "12"),
        ("1.2万", "double", "12000"),
        ("是", "boolean", "true"),
        ("FALSE", "boolean", "false"),
        ("也许", "boolean", None),
        ("2024年", "gYear", "2024"),
        ("2024年度", "gYear", "2024"),
        ("二〇二四年", "gYear", "2024"),
        ("24", "gYear", None),
        ("24年", "gYear", None),
        ("2024-05", "gYear", None),
        ("2024年3月", "gYearMonth", "2024-03"),
        ("2024-3", "gYearMonth", "2024-03"),
        ("2024年13月", "gYearMonth", None),
        ("2024年3月5日", "date", "2024-03-05"),
        ("二〇二四年十二月三十一日", "date", "2024-12-31"),
        ("2024/3/5", "date", "2024-03-05"),
        ("20240305", "date", "2024-03-05"),
        ("2024-02-30", "date", None),
        ("2024-03-05T00:00:00", "date", "2024-03-05"),
        ("2024-03-05T10:00:00", "date", None),
        ("2024年3月5日 9:30", "dateTime", "2024-03-05T09:30:00"),
        ("2024-03-05", "dateTime", None),
        ("9:30", "time", "09:30:00"),
        ("９：３０", "time", "09:30:00"),
        (" http://a.example/x ", "anyURI", "http://a.example/x"),
        ("官网", "anyURI", None),
        ("x", "nothing", None),
    ],
)
def test_forms(text: str, datatype: str, form: str | None) -> None:
    wanted = expand(f"xsd:{datatype}")
    expected = None if form is None else Literal(form, datatype=wanted)
    assert mend_literal(Literal(text), wanted) == expected


def test_words_get_the_tag_of_their_script() -> None:
    wanted = expand("rdf:langString")
    assert mend_literal(Literal("食堂"), wanted) == Literal("食堂", language="zh")
    assert mend_literal(Literal("Canteen"), wanted) == Literal("Canteen", language="en")
    assert mend_literal(Literal("12"), wanted) is None
    assert mend_literal(Literal("食堂", language="zh"), STRING) == Literal("食堂")


def test_what_is_right_is_left_as_it_is() -> None:
    assert mend_literal(Literal("2024", datatype=expand("xsd:gYear")), expand("xsd:gYear")) is None


@given(st.text(max_size=80), st.sampled_from(sorted(KNOWN)))
def test_a_mended_literal_is_well_formed_and_stays(text: str, datatype: str) -> None:
    wanted = NamedNode(datatype)
    mended = mend_literal(Literal(text), wanted)
    if mended is not None:
        assert mended.datatype == wanted
        assert is_well_formed(mended)
        assert mend_literal(mended, wanted) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, max_value=10**12, min_value=0))
def test_a_number_keeps_its_value(number: Decimal) -> None:
    for written in (f"{number:,}", f"{number:e}", f"{number}"):
        mended = mend_literal(Literal(written), expand("xsd:decimal"))
        assert mended is not None
        assert Decimal(mended.value) == number
