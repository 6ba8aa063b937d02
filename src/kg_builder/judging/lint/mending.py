"""Rewriting a literal in another datatype, where it can only mean one thing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.iris import is_iri
from kg_builder.graph.shacl.datatypes import lexical_check
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.text.numerals import parse_integer, parse_number

_XSD: Final = PREFIXES["xsd"]
_STRING: Final = _XSD + "string"
_ANY_URI: Final = _XSD + "anyURI"
_LANG_STRING: Final = PREFIXES["rdf"] + "langString"
_LONGEST: Final = 64
_MOST_DIGITS: Final = 40
_EXPONENT: Final = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)[eE]([+-]?[0-9]{1,2})")
_NUMERAL: Final = "[0-9零〇○一二三四五六七八九十廿卅]"
_DAY: Final = re.compile(
    rf"({_NUMERAL}{{4}})\s*[年/.\-]\s*({_NUMERAL}{{1,3}})\s*[月/.\-]\s*({_NUMERAL}{{1,3}})\s*[日号]?"
)
_COMPACT_DAY: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH: Final = re.compile(rf"({_NUMERAL}{{4}})\s*[年/.\-]\s*({_NUMERAL}{{1,3}})\s*月?")
_YEAR: Final = re.compile(rf"({_NUMERAL}{{4}})\s*年?度?")
_CLOCK: Final = re.compile(
    r"([0-9]{1,2})[:时点]([0-9]{2})(?:[:分]([0-9]{2}(?:\.[0-9]+)?)秒?|分?)(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE_AND_CLOCK: Final = re.compile(rf"({_DAY.pattern}?)(?:\s*[Tt]\s*|\s+)({_CLOCK.pattern})")
_MIDNIGHT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T00:00:00(?:\.0+)?")
_TRUTH: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("true", "yes", "t", "y", "是", "真", "有", "对"), "true"),
        **dict.fromkeys(("false", "no", "f", "n", "否", "假", "无", "不是"), "false"),
    }
)
_AS_IT_STANDS: Final = ("anyURI", "normalizedString", "token", "language")
_WHOLE_NUMBERS: Final = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort"),
    "unsignedByte",
)
_CHINESE: Final = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD: Final = re.compile("[A-Za-z]{2}")


def mend_literal(literal: Literal, wanted: NamedNode) -> Literal | None:
    """Return what a literal must have meant as one of datatype `wanted`; None if that is not plain.

    Nothing is guessed: `2024年` is a year, `24` is none; `1e3` is the decimal 1000, and no integer
    comes of 1.5. For `rdf:langString` the tag follows the script, Chinese or Latin.
    """
    datatype = wanted.value
    text = literal.value
    if datatype == _LANG_STRING:
        new = _tagged(text)
    elif datatype == _STRING:
        new = Literal(text)
    else:
        new = _typed(text, wanted)
    return new if new is not None and new != literal else None


def _tagged(text: str) -> Literal | None:
    if _CHINESE.search(text):
        return Literal(text, language="zh")
    return Literal(text, language="en") if _LATIN_WORD.search(text) else None


def _typed(text: str, wanted: NamedNode) -> Literal | None:
    if len(text) > _LONGEST:
        return None
    # any text is an xsd:anyURI, but hardly meant as one
    fits = is_iri if wanted.value == _ANY_URI else lexical_check(wanted.value)
    for form in _forms(unicodedata.normalize("NFKC", text).strip(), wanted.value):
        if fits(form):
            return Literal(form, datatype=wanted)
    return None


def _forms(text: str, datatype: str) -> Iterator[str]:
    local = datatype.removeprefix(_XSD)
    if local != datatype and local in (*_REWRITING, *_AS_IT_STANDS):
        yield text
        form = _REWRITING[local](text) if local in _REWRITING else None
        if form is not None:
            yield form


def _number(text: str) -> Decimal | None:
    match = _EXPONENT.fullmatch(text)
    if match:
        return Decimal(match[0])
    return parse_number(text)


def _integer(text: str) -> str | None:
    value = _number(text)
    if value is None or value != value.to_integral_value() or value.adjusted() > _MOST_DIGITS:
        return None
    return str(int(value))


def _decimal(text: str) -> str | None:
    value = _number(text)
    if value is None or abs(value.adjusted()) > _MOST_DIGITS:
        return None
    return format(value, "f")


def _float(text: str) -> str | None:
    value = _number(text)
    return None if value is None else str(value)


def _boolean(text: str) -> str | None:
    return _TRUTH.get(text.casefold())


def _date(text: str) -> str | None:
    midnight = _MIDNIGHT.fullmatch(text)
    if midnight:
        return midnight[1]
    match = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    return _dashed(match[1], match[2], match[3]) if match else None


def _moment(text: str) -> str | None:
    match = _DATE_AND_CLOCK.fullmatch(text)
    if match is None:
        return None
    day, clock = _date(match[1]), _time(match[5])
    return f"{day}T{clock}" if day and clock else None


def _time(text: str) -> str | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    return f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}{match[4] or ''}"


def _month_of_year(text: str) -> str | None:
    match = _MONTH.fullmatch(text)
    return _dashed(match[1], match[2]) if match else None


def _year(text: str) -> str | None:
    match = _YEAR.fullmatch(text)
    return _dashed(match[1]) if match else None


def _dashed(year: str, *rest: str) -> str | None:
    numbers = [parse_integer(part) for part in (year, *rest)]
    if any(number is None for number in numbers):
        return None
    first, *others = numbers
    return "-".join([f"{first:04}", *(f"{number:02}" for number in others)])


_REWRITING: Final[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
    {
        **dict.fromkeys(_WHOLE_NUMBERS, _integer),
        "decimal": _decimal,
        "double": _float,
        "float": _float,
        "boolean": _boolean,
        "date": _date,
        "dateTime": _moment,
        "time": _time,
        "gYearMonth": _month_of_year,
        "gYear": _year,
    }
)
