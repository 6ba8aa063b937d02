"""Lexical spaces of the XSD datatypes: whether a literal is well formed.

The grammars are those of W3C XML Schema Definition Language 1.1 Part 2: Datatypes, section 3
(white space is not collapsed: RDF takes the lexical form as it stands).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal

from kg_builder.graph.shacl.vocabulary import XSD

_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DAYTIME = (
    r"(?:[0-9]+D(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
    r"|T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)"
)
_NAME_START = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    r"\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_MORE = _NAME_START + r"\-.0-9\u00b7\u0300-\u036f\u203f\u2040"
_INTEGER = r"[+-]?[0-9]+"
_FLOAT = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN"
_NCNAME = rf"[{_NAME_START}][{_NAME_MORE}]*"
_GRAMMARS: Final[Mapping[str, str]] = {
    "boolean": r"true|false|1|0",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "float": _FLOAT,
    "double": _FLOAT,
    "integer": _INTEGER,
    "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?",
    "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?",
    "time": rf"{_TIME}{_ZONE}?",
    "gYear": rf"{_YEAR}{_ZONE}?",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": rf"--{_MONTH}{_ZONE}?",
    "gMonthDay": rf"--{_MONTH}-{_DAY}{_ZONE}?",
    "gDay": rf"---{_DAY}{_ZONE}?",
    "duration": rf"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?{_DAYTIME}?",
    "dayTimeDuration": rf"-?P{_DAYTIME}",
    "yearMonthDuration": r"-?P(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "base64Binary": (
        r"(?:(?:[A-Za-z0-9+/] ?){4})*"
        r"(?:(?:[A-Za-z0-9+/] ?){3}[A-Za-z0-9+/]"
        r"|(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?="
        r"|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?"
    ),
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "normalizedString": r"[^\r\n\t]*",
    "token": r"(?:[^\r\n\t ]+(?: [^\r\n\t ]+)*)?",
    "Name": rf"[:{_NAME_START}][:{_NAME_MORE}]*",
    "NCName": _NCNAME,
    "NMTOKEN": rf"[:{_NAME_MORE}]+",
}
_INTEGER_RANGES: Final[Mapping[str, tuple[int | None, int | None]]] = {
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
INTEGERS: Final = frozenset({"integer", *_INTEGER_RANGES})
_DATED: Final = frozenset({"dateTime", "dateTimeStamp", "date", "gMonthDay"})
_DATE_PART = re.compile(r"(?:(-?[0-9]{4,})|-)-([0-9]{2})-([0-9]{2})")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month of the proleptic Gregorian calendar."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not leap else _MONTH_DAYS[month - 1]


def big_int(digits: str) -> int:
    """Return the integer of a signed digit string; one too long for Python is cut to 4,000 digits.

    Only the sign and the order of magnitude of such a number matter to its callers.
    """
    return int(digits[:4000])


def _date_exists(text: str) -> bool:
    match = _DATE_PART.match(text)
    if match is None:
        return False
    year, month, day = match.groups()
    return int(day) <= days_in_month(int(year[-4:]) if year else 2000, int(month))


def _in_range(low: int | None, high: int | None) -> Callable[[str], bool]:
    whole = re.compile(_INTEGER)

    def check(text: str) -> bool:
        if whole.fullmatch(text) is None:
            return False
        number = big_int(text)
        return (low is None or number >= low) and (high is None or number <= high)

    return check


def _matches(name: str) -> Callable[[str], bool]:
    fullmatch = re.compile(_GRAMMARS[name]).fullmatch
    if name in _DATED:
        return lambda text: fullmatch(text) is not None and _date_exists(text)
    return lambda text: fullmatch(text) is not None


def _anything(_text: str) -> bool:
    return True


@lru_cache(maxsize=256)
def lexical_check(datatype: str) -> Callable[[str], bool]:
    """Return the test of a datatype's lexical forms; unknown datatypes accept every form."""
    local = datatype.removeprefix(XSD) if datatype.startswith(XSD) else ""
    if local in _INTEGER_RANGES:
        return _in_range(*_INTEGER_RANGES[local])
    return _matches(local) if local in _GRAMMARS else _anything


def is_well_formed(literal: Literal) -> bool:
    """Return whether a literal's lexical form is in the lexical space of its datatype."""
    return lexical_check(literal.datatype.value)(literal.value)


KNOWN: Final = MappingProxyType(
    {XSD + name: name for name in (*_GRAMMARS, *_INTEGER_RANGES, "string")}
)
"""IRI → local name of the XSD datatypes whose lexical forms are checked."""
