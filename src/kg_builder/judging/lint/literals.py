"""Literals that are none by the grammar of their datatype (W3C XML Schema 1.1 Part 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal

from kg_builder.asking.near_terms import shown_literal
from kg_builder.graph.shacl.datatypes import KNOWN, days_in_month, is_well_formed
from kg_builder.graph.submission.wording import bad_iri
from kg_builder.graph.vocabulary import expand
from kg_builder.judging.lint.findings import Kind, about, instead
from kg_builder.judging.lint.mending import mend_literal
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Raw
from kg_builder.model.bilingual import Bilingual

_EXPECTED: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        "decimal": Bilingual(
            "小数只由半角数字、正负号和一个小数点组成，例如 12.5，没有 e、逗号和“万”“亿”",
            "a decimal is of digits, a sign and one point alone, such as 12.5, without e, commas "
            "or 万 and 亿",
        ),
        "integer": Bilingual(
            "整数只由半角数字和正负号组成，例如 1200，没有小数点、逗号和“万”“亿”",
            "an integer is of digits and a sign alone, such as 1200, without a point, commas or "
            "万 and 亿",
        ),
        "boolean": Bilingual("真假值只有 true 与 false", "a boolean is true or false"),
        "date": Bilingual("日期写作 2025-02-28", "a date is written 2025-02-28"),
        "dateTime": Bilingual(
            "日期时间写作 2025-02-28T09:30:00", "a date and time is written 2025-02-28T09:30:00"
        ),
        "time": Bilingual("时间写作 09:30:00", "a time is written 09:30:00"),
        "gYear": Bilingual(
            "年份至少四位数字，例如 2024", "a year is of four digits or more, such as 2024"
        ),
        "gYearMonth": Bilingual("年月写作 2024-03", "a month of a year is written 2024-03"),
    }
)
_ANY_URI: Final = expand("xsd:anyURI").value
_WHOLE: Final = re.compile(".*(?:[Ii]nteger|[Ll]ong|[Ii]nt|[Ss]hort|[Bb]yte)")
_DATE: Final = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})(?:T.*|Z|[+-].*)?")


def ill_formed(task: Task) -> Iterator[Raw]:
    """Yield the literals whose lexical form is not of their datatype, with the form it must be."""
    for triple in task.triples:
        literal = triple.object
        if not isinstance(literal, Literal):
            continue
        fault = fault_of(literal)
        if fault is None:
            continue
        mended = mend_literal(literal, literal.datatype)
        fixes = (
            () if mended is None else (instead(triple, "object", mended, shown_literal(mended)),)
        )
        yield about(Kind.LEXICAL_FORM, triple, "object", fault, fixes=fixes)


def fault_of(literal: Literal) -> Bilingual | None:
    """Return why a literal is none of its datatype, and what to write in its place; None if it is.

    XML Schema lets an address be any text; one that no browser could follow is told all the same.
    """
    why = None if literal.language else _why(literal)
    if why is None:
        return None
    mended = mend_literal(literal, literal.datatype)
    zh, en = "请改正", "correct it"
    if mended is not None:
        zh, en = f"请改成 {shown_literal(mended)}", f"write {shown_literal(mended)}"
    shown = shown_literal(literal)
    return Bilingual(f"{shown} 写得不对：{why.zh}；{zh}", f"{shown} is ill-formed: {why.en}; {en}")


def _why(literal: Literal) -> Bilingual | None:
    if literal.datatype.value == _ANY_URI:
        return bad_iri(literal.value)
    if is_well_formed(literal):
        return None
    local = KNOWN.get(literal.datatype.value, "")
    day = _no_such_day(literal.value) if local.startswith("date") else None
    if day is not None:
        return day
    if _WHOLE.fullmatch(local) and local != "integer":
        expected = _EXPECTED["integer"]
        return Bilingual(
            f"{expected.zh}，且须在 xsd:{local} 的范围之内",
            f"{expected.en}, and is within the range of xsd:{local}",
        )
    form = Bilingual(f"不是 xsd:{local} 的写法", f"it is no form of xsd:{local}")
    return _EXPECTED.get(local, form)


def _no_such_day(text: str) -> Bilingual | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match[1], int(match[2]), int(match[3])
    if not 1 <= month <= 12:
        return Bilingual(f"没有 {month} 月", f"there is no month {month}")
    last = days_in_month(int(year[-4:]), month)
    if 1 <= day <= last:
        return None
    return Bilingual(
        f"没有这一天：{year} 年 {month} 月有 {last} 天",
        f"there is no such day: {year}-{match[2]} has {last} days",
    )
