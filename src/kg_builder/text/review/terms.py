"""How decisions write things and values: one word, a colon, and the rest.

    Platform:海淀区|某平台   status:completed   text:某某   decimal:3.5   class:Collection

`data/README.md` describes the forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from kg_builder.model.decision import ClassName, Object
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text, Year

_CLASS = re.compile(r"[A-Z][A-Za-z0-9]{0,79}")
_CONCEPT = re.compile(r"[a-z][a-z0-9-]{0,79}")
_YEAR = re.compile(r"[0-9]{4}")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?")
_BOOLEANS: Final[Mapping[str, bool]] = MappingProxyType({"true": True, "false": False})


class TermError(ValueError):
    """A cell that is no term; its message says so in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read_term(text: str) -> Object:
    """Return the thing or value that `text` writes. Raises TermError."""
    word, colon, rest = text.partition(":")
    if not colon or not rest:
        raise TermError(
            f"“{_shown(text)}”不是“类型:值”（如 text:某某、Platform:海淀区|某平台）",
            f"{_shown(text)!r} is not TYPE:VALUE (text:某某, Platform:海淀区|某平台)",
        )
    if _CLASS.fullmatch(word):
        return EntityId(word, _key(text, rest))
    reader = _LITERALS.get(word)
    value: Object | None
    if reader is not None:
        value = reader(rest)
    else:
        both = _CONCEPT.fullmatch(word) and _CONCEPT.fullmatch(rest)
        value = Concept(word, rest) if both else None
    if value is None:
        raise TermError(f"“{_shown(text)}”的值写法不对", f"{_shown(text)!r} has no such value")
    return value


def write_term(term: Object) -> str:
    """Return how a decision writes `term`."""
    match term:
        case EntityId(name, key):
            return f"{name}:{'|'.join(escape(part, '|') for part in key)}"
        case ClassName(name):
            return f"class:{name}"
        case Concept(scheme, name):
            return f"{scheme}:{name}"
        case Text(words):
            return f"text:{words}"
        case Year(year):
            return f"year:{year:04d}"
        case bool():
            return f"boolean:{'true' if term else 'false'}"
        case int():
            return f"integer:{term}"
        case Decimal():
            return f"decimal:{term:f}"
        case date():
            return f"date:{term.isoformat()}"
        case str():
            return f"string:{term}"


def escape(text: str, separator: str) -> str:
    r"""Return `text` with a backslash before each separator and backslash."""
    return text.replace("\\", "\\\\").replace(separator, "\\" + separator)


def split(text: str, separator: str) -> Iterator[str]:
    """Yield the parts of `text` between separators, escapes resolved."""
    part: list[str] = []
    escaped = False
    for char in text:
        if escaped:
            # a backslash before anything else is itself
            part.append(char if char in ("\\", separator) else "\\" + char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == separator:
            yield "".join(part)
            part = []
        else:
            part.append(char)
    if escaped:
        part.append("\\")
    yield "".join(part)


def _key(text: str, rest: str) -> tuple[str, ...]:
    key = tuple(part.strip() for part in split(rest, "|"))
    if not all(key):
        raise TermError(
            f"“{_shown(text)}”的键有空的部分", f"{_shown(text)!r} has an empty part in its key"
        )
    return key


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None


def _class(text: str) -> ClassName | None:
    return ClassName(text) if _CLASS.fullmatch(text) else None


_LITERALS: Final[Mapping[str, Callable[[str], Object | None]]] = MappingProxyType(
    {
        "text": Text,
        "string": str,
        "integer": lambda text: int(text) if _INTEGER.fullmatch(text) else None,
        "decimal": lambda text: Decimal(text) if _DECIMAL.fullmatch(text) else None,
        "year": lambda text: Year(int(text)) if _YEAR.fullmatch(text) else None,
        "date": _date,
        "boolean": _BOOLEANS.get,
        "class": _class,
    }
)


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
