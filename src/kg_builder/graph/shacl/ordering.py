"""The order of literals: SPARQL's `<`, extended to all ordered XSD datatypes.

SPARQL 1.1, section 17.3, orders numbers, plain strings, booleans and xsd:dateTime; dates, times,
the g-types and durations are ordered as XML Schema 1.1 Part 2 says. Where one value has a time zone
and the other has none, they are ordered only if every zone from -14:00 to +14:00 agrees.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias
from typing import Literal as Choice

from pyoxigraph import Literal

from kg_builder.graph.shacl.datatypes import INTEGERS, KNOWN, days_in_month, is_well_formed

Order: TypeAlias = Choice[-1, 0, 1]
Key: TypeAlias = tuple[str, object]
"""The family of a value (only values of one family are comparable) and its sort key."""

_MOMENT = re.compile(
    r"(?:(?P<year>-?[0-9]{4,})|-)?(?:-(?P<month>[0-9]{2})?)?(?:-(?P<day>[0-9]{2}))?"
    r"(?:T?(?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2}(?:\.[0-9]+)?))?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DURATION = re.compile(
    r"(-)?P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?"
    r"(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?"
)
_MOMENTS: Final[Mapping[str, str]] = {
    "dateTimeStamp": "dateTime",
    **{name: name for name in ("dateTime", "date", "time", "gYear", "gYearMonth")},
    **{name: name for name in ("gMonth", "gMonthDay", "gDay")},
}
_DURATIONS = frozenset({"duration", "dayTimeDuration", "yearMonthDuration"})
_FOURTEEN_HOURS = Decimal(14 * 3600)
_MAX_DIGITS = 4000


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01, by Howard Hinnant's civil calendar algorithm."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _moment(text: str, kind: str) -> tuple[Decimal, bool] | None:
    """Seconds on the time line, and whether a time zone fixes them."""
    if kind in ("gMonth", "gMonthDay", "gDay"):
        text = {"gMonth": "1972", "gMonthDay": "1972", "gDay": "1972-12"}[kind] + text[
            {"gMonth": 1, "gMonthDay": 1, "gDay": 2}[kind] :
        ]
    if kind == "time":
        text = "1972-12-31T" + text
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    year, month = int(part["year"]), int(part["month"] or 1)
    day = min(int(part["day"] or 1), days_in_month(year, month))
    seconds = Decimal(_days(year, month, day) * 86400)
    if part["h"]:
        seconds += int(part["h"]) * 3600 + int(part["m"]) * 60 + Decimal(part["s"])
    zone = part["zone"]
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds, bool(zone)


def _duration(text: str) -> tuple[Decimal, Decimal] | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    sign = -1 if match[1] else 1
    years, months, days, hours, minutes, seconds = (Decimal(g or 0) for g in match.groups()[1:])
    return sign * (years * 12 + months), sign * (
        days * 86400 + hours * 3600 + minutes * 60 + seconds
    )


def _floating(text: str) -> float:
    return float({"INF": "inf", "+INF": "inf", "-INF": "-inf"}.get(text, text))


def _single(text: str) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", _floating(text)))[0])
    except OverflowError:
        return _floating("-INF" if text.startswith("-") else "INF")


_NUMBERS: Final[Mapping[str, Callable[[str], float | Decimal]]] = {
    "float": _single,
    "double": _floating,
    "decimal": Decimal,
    **dict.fromkeys(INTEGERS, Decimal),
}


def sort_key(literal: Literal) -> Key | None:
    """Return what a literal is ordered by, or None where SPARQL and XSD order nothing."""
    if literal.language:
        return None
    name = KNOWN.get(literal.datatype.value)
    if name is None or not is_well_formed(literal):
        return None
    text = literal.value
    if name == "string":
        return "string", text
    if name in _NUMBERS:
        return "number", _NUMBERS[name](text)
    if name == "boolean":
        return "boolean", text in ("true", "1")
    if len(text) > _MAX_DIGITS:
        return None
    if name in _MOMENTS:
        moment = _moment(text, name)
        return None if moment is None else (_MOMENTS[name], moment)
    if name in _DURATIONS:
        duration = _duration(text)
        return None if duration is None else ("duration", duration)
    return None


def _sign(a: object, b: object) -> Order | None:
    if a == b:
        return 0
    if a < b:  # type: ignore[operator]
        return -1
    return 1 if a > b else None  # type: ignore[operator]


def _compare_moments(a: tuple[Decimal, bool], b: tuple[Decimal, bool]) -> Order | None:
    if a[1] == b[1]:
        return _sign(a[0], b[0])
    if a[0] + _FOURTEEN_HOURS < b[0]:
        return -1
    return 1 if a[0] - _FOURTEEN_HOURS > b[0] else None


def _compare_durations(a: tuple[Decimal, Decimal], b: tuple[Decimal, Decimal]) -> Order | None:
    months, seconds = _sign(a[0], b[0]), _sign(a[1], b[1])
    if months == seconds or seconds == 0:
        return months
    return seconds if months == 0 else None


def _compare_numbers(a: float | Decimal, b: float | Decimal) -> Order | None:
    if type(a) is not type(b):
        a, b = float(a), float(b)
    return _sign(a, b)


def compare_keys(a: Key | None, b: Key | None) -> Order | None:
    """Return -1, 0 or 1 for two sort keys; None where they cannot be compared."""
    if a is None or b is None or a[0] != b[0]:
        return None
    family = a[0]
    if family == "number":
        return _compare_numbers(a[1], b[1])  # type: ignore[arg-type]
    if family in ("string", "boolean"):
        return _sign(a[1], b[1])
    if family == "duration":
        return _compare_durations(a[1], b[1])  # type: ignore[arg-type]
    return _compare_moments(a[1], b[1])  # type: ignore[arg-type]
