"""Addresses in parts: district, road, house number, building, floor and so on.

A reader that walks the address from left to right and asks at each place which kind of part opens
there. The kinds are data: `genre/rules/address.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg_builder.text.grammar.data import Data
from kg_builder.text.grammar.words import Words, fold
from kg_builder.text.numerals import parse_integer

_IGNORED = "ignored"
_NUMBER = r"(?:\d{1,5}|[一二三四五六七八九十百零〇]{1,5})"
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
_NEVER = r"(?!)"
_FLOOR_DIGITS = re.compile(r"\d+|[一二三四五六七八九十百]+")
_MAX_LENGTH = 300


@dataclass(frozen=True, slots=True)
class AddressPart:
    """A part of an address: the property that holds it, its words, and its number if it is one."""

    name: str
    words: Words
    number: int | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    pattern: str
    once: bool
    start: bool
    after: frozenset[str]
    is_floor: bool


@dataclass(frozen=True, slots=True)
class AddressReader:
    """Reads addresses of one area."""

    kinds: tuple[tuple[_Kind, re.Pattern[str]], ...]
    rest: re.Pattern[str]
    rest_name: str
    landmark: re.Pattern[str]
    ignored: re.Pattern[str]

    def read(self, words: Words) -> tuple[AddressPart, ...]:
        """Return the parts of an address, in its order; none for one over 300 characters."""
        if len(words.raw) > _MAX_LENGTH:
            return ()
        parts: list[AddressPart] = []
        place = 0
        for match in _BRACKETS.finditer(words.raw):
            parts += self._walk(words.part(place, match.start()), parts)
            parts += self._bracketed(words.group(match, 1))
            place = match.end()
        parts += self._walk(words.part(place, len(words.raw)), parts)
        return tuple(parts)

    def _bracketed(self, words: Words) -> list[AddressPart]:
        if not words or self.ignored.search(words.raw):
            return []
        if self.landmark.search(words.raw):
            return [AddressPart("landmark", words)]
        return list(self._walk(words, []))

    def _walk(self, words: Words, before: list[AddressPart]) -> list[AddressPart]:
        found: list[AddressPart] = []
        place = 0
        while place < len(words.raw):
            if words.raw[place] in "、,，;；" and found:
                found += self._alternative(words.part(place + 1, len(words.raw)))
                break
            part, place = self._next(words, place, [*before, *found])
            if part is not None and part.name != _IGNORED:
                found.append(part)
        return found

    @staticmethod
    def _alternative(words: Words) -> Iterator[AddressPart]:
        """Take a second address behind a comma for a hint at where the first one is."""
        if words:
            yield AddressPart("landmark", words)

    def _next(
        self, words: Words, place: int, found: list[AddressPart]
    ) -> tuple[AddressPart | None, int]:
        names = {part.name for part in found}
        opened = bool(names - {"districtName", "streetName"})
        for kind, pattern in self.kinds:
            if (
                (kind.once and kind.name in names)
                or (kind.start and opened)
                or (kind.after and not kind.after & names)
            ):
                continue
            match = pattern.match(words.raw, place)
            if match and match.end() > place:
                return _part(kind, words.group(match)), match.end()
        match = self.rest.match(words.raw, place)
        if match and match.end() > place:
            part = words.group(match)
            known = len(part.raw) > 1 or part.raw.isalnum()
            return (AddressPart(self.rest_name, part) if known else None), match.end()
        return None, place + 1


def address_reader(data: Data, area: str | None, city: str | None) -> AddressReader:
    """Return the reader for addresses of an area; raises ConfigurationError for wrong rules."""
    brackets = data.part("brackets")
    slots = {
        "n": _NUMBER,
        "area": re.escape(area) if area else _NEVER,
        "short": re.escape(re.sub("(?:新区|区|县|市|旗)$", "", area)) if area else _NEVER,
        "city": re.escape(city) if city else "[\u4e00-\u9fff]{2,4}?市",
    }
    kinds = []
    for part in data.parts("part"):
        part.known("name", "pattern", "once", "start", "after", "value")
        kind = _Kind(
            part.text("name"),
            part.text("pattern"),
            part.flag("once"),
            part.flag("start"),
            frozenset(part.texts("after")),
            part.choice("value", "text", "text", "floor") == "floor",
        )
        kinds.append((kind, part.pattern("pattern", **slots)))
    return AddressReader(
        tuple(kinds),
        data.pattern("rest"),
        data.text("rest-part"),
        brackets.pattern("landmark"),
        brackets.pattern("ignored"),
    )


def _part(kind: _Kind, words: Words) -> AddressPart | None:
    if not kind.is_floor:
        return AddressPart(kind.name, words)
    number = _floor(words.text)
    return AddressPart(kind.name, words, number) if number is not None else None


def _floor(text: str) -> int | None:
    """Return the number of a floor: `四层` 4, `地下一层` and `B1` -1, `首层` 1."""
    if text.startswith("首"):
        return 1
    match = _FLOOR_DIGITS.search(text)
    number = parse_integer(match[0]) if match else None
    if number is None:
        return None
    below = text.startswith(("地下", "负", "B", "b", "-"))
    return -number if below else number


def bare_address(text: str, area: str | None, before: Sequence[str] = ()) -> str:
    """Return an address as keys hold it: without the names of areas it lies in, or those `before`.

    So the key is the same whether a report prints 云山区松涛路76号 or 松涛路76号.
    """
    folded = fold(text).replace(" ", "")
    province = r"(?:[\u4e00-\u9fff]{2,4}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,4}?市)?"
    bare = re.sub(f"^{province}{re.escape(area)}", "", folded) if area else folded
    for name in before:
        bare = bare.removeprefix(name)
    return bare or folded
