"""The toolbox of cell parsers: what a row template can ask of the words of a cell.

Each parser takes words and gives items: the words that name the item, a value where there is one,
and named fields. What they look for is told by the template; what they know comes from lexicons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Final, Protocol

from kg_builder.model.fact import Concept
from kg_builder.text.extraction.addresses import AddressReader
from kg_builder.text.extraction.sayings import Reading, Saying, read_saying
from kg_builder.text.extraction.works import StatusReader, clauses
from kg_builder.text.grammar.data import Data
from kg_builder.text.grammar.periods import Period, PeriodReader
from kg_builder.text.grammar.quantities import Figure, FigureReader, Unit
from kg_builder.text.grammar.words import Words, split

MAX_VERBATIM = 12
"""Wording of the report longer than this is prose: it is kept as a span alone."""

ItemValue = Period | Figure | Concept | str | int | date | None


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of an item: its words, and its value where it is more than words."""

    words: Words
    value: ItemValue = None

    @property
    def text(self) -> str:
        """The field as words."""
        return str(self.value) if isinstance(self.value, str | int) else self.words.text


@dataclass(frozen=True, slots=True)
class Item:
    """What a parser found: the words that name it, and its fields."""

    words: Words
    fields: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    value: ItemValue = None


def mapped(item: Item, place: Callable[[Words], Words]) -> Item:
    """Return the item with all of its words put where `place` says."""
    fields = {
        name: tuple(Field(place(part.words), _mapped(part.value, place)) for part in parts)
        for name, parts in item.fields.items()
    }
    return Item(place(item.words), fields, _mapped(item.value, place))


def _mapped(value: ItemValue, place: Callable[[Words], Words]) -> ItemValue:
    return replace(value, words=place(value.words)) if isinstance(value, Figure) else value


@dataclass(frozen=True, slots=True)
class Tools:
    """The readers that parsers lean on, and what is known of the report."""

    figures: FigureReader
    periods: PeriodReader
    statuses: StatusReader
    addresses: AddressReader
    targets: tuple[Saying, ...]
    year: int | None
    """The year reported: what is due after it is a plan."""


class Parser(Protocol):
    """Turns the words of a cell into items."""

    def parse(self, words: Words, tools: Tools) -> Iterable[Item]:
        """Yield the items in `words`, in their order."""


@dataclass(frozen=True, slots=True)
class TextParser:
    """The whole cell."""

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:  # noqa: ARG002
        """Yield the cell as one item."""
        yield Item(words)


@dataclass(frozen=True, slots=True)
class ListParser:
    """A list, split at any of `separators` outside brackets and quotes."""

    separators: str
    tail: str

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:  # noqa: ARG002
        """Yield the members of the list."""
        for part in split(words, self.separators, tail=self.tail):
            yield Item(part)


@dataclass(frozen=True, slots=True)
class PatternParser:
    """A regular expression: its group `name` names the item, or else the whole match does.

    The other groups become fields; those whose names start with `figure` are read as figures.
    """

    pattern: re.Pattern[str]
    every: bool
    """Every match, else the first alone."""

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:
        """Yield what the pattern matches."""
        for match in self.pattern.finditer(words.raw):
            yield self._item(match, words, tools)
            if not self.every:
                return

    @staticmethod
    def _item(match: re.Match[str], words: Words, tools: Tools) -> Item:
        fields: dict[str, tuple[Field, ...]] = {}
        for name, text in match.groupdict().items():
            if name == "name" or not text:
                continue
            part = words.group(match, name)
            value = tools.figures.read(part) if name.startswith("figure") else None
            fields[name] = (Field(part, value),)
        named = "name" in match.groupdict() and match["name"]
        return Item(words.group(match, "name" if named else 0), fields)


@dataclass(frozen=True, slots=True)
class PeriodParser:
    """A period: a year, a range of years, a half-year, a quarter, a month."""

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:
        """Yield the first period."""
        found = tools.periods.find(words)
        if found:
            yield Item(found.words, {}, found.period)


_SERIAL = re.compile(r"(\d{1,6})(?:\s*[-—–－~～至到]+\s*(\d{1,6}))?\.?")


@dataclass(frozen=True, slots=True)
class SerialParser:
    """A serial number or a range of them (`1-42`): the fields `first` and `last`."""

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:  # noqa: ARG002
        """Yield the number or range that the cell is."""
        match = _SERIAL.fullmatch(words.raw)
        if match is None:
            return
        first, last = int(match[1]), int(match[2] or match[1])
        if 0 < first <= last:
            whole = Field(words, first)
            yield Item(words, {"first": (whole,), "last": (Field(words, last),)}, first)


@dataclass(frozen=True, slots=True)
class QuantityParser:
    """A figure with its unit; a cell without one takes that of the header, or of the caption.

    A caption's unit is taken if it measures what `unit` or `like` does, or if it is the only one.
    Where nothing prints a unit, `unit` is the usual one.
    """

    unit: str
    like: str

    def parse(
        self,
        words: Words,
        tools: Tools,
        header_unit: str | None = None,
        caption_units: tuple[str, ...] = (),
    ) -> Iterator[Item]:
        """Yield the figure that the cell is."""
        unit = tools.figures.unit(header_unit) if header_unit else None
        if unit is None and caption_units:
            unit = self._of_caption(caption_units, tools)
        if unit is None and self.unit:
            unit = tools.figures.unit(self.unit)
        figure = tools.figures.read(words, unit)
        if figure:
            yield Item(words, {}, figure)

    def _of_caption(self, printed: tuple[str, ...], tools: Tools) -> Unit | None:
        units = [unit for text in printed if (unit := tools.figures.unit(text))]
        alike = tools.figures.unit(self.like or self.unit) if self.like or self.unit else None
        if alike is None:
            return units[0] if len(printed) == 1 and units else None
        return next((unit for unit in units if unit.base == alike.base), None)


@dataclass(frozen=True, slots=True)
class TargetParser:
    """A target that says a figure (`增长6%左右`, `1.4万亿元`), with the field `measure`.

    One that says none is an item without a value.
    """

    each: bool = False
    """The cell says several, between commas (`186.3亿元,增长6.1%`)."""

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:
        """Yield the target that the cell is, or each of them."""
        parts = list(split(words, ",，;；")) if self.each else [words]
        for part in parts:
            yield self._item(part, tools)

    @staticmethod
    def _item(words: Words, tools: Tools) -> Item:
        said = read_saying(words, 0, Reading(tools.targets, tools.figures, ()))
        if said is None or said.words.span != words.span:
            return Item(words)
        measure = Field(said.words, Concept("measure", said.saying.measure))
        return Item(words, {"measure": (measure,)}, said.figure)


@dataclass(frozen=True, slots=True)
class WorksParser:
    """Works and how they stand; the fields `status`, `verbatim`, `kind`, `due`."""

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:
        """Yield the works whose status is said."""
        for clause in clauses(words):
            for work in tools.statuses.read(clause, tools.year):
                status = work.status
                fields = {
                    "status": (Field(status.words, Concept("status", status.concept)),),
                    "kind": (Field(work.due_words or status.words, Concept("kind", work.kind)),),
                }
                if len(status.words.text) <= MAX_VERBATIM:
                    fields["verbatim"] = (Field(status.words),)
                if work.due_words and work.due:
                    fields["due"] = (Field(work.due_words, work.due),)
                yield Item(work.name, fields)


@dataclass(frozen=True, slots=True)
class StatusParser:
    """How the thing of a row stands: the fields `status`, `kind`, `verbatim`.

    The first clause that is a wording of the lexicon from end to end tells the status; a short
    cell that is none is kept by its words alone.
    """

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:
        """Yield one item for the cell."""
        for clause in clauses(words):
            status = tools.statuses.wording(clause)
            if status is None:
                continue
            kind = Field(status.words, Concept("kind", tools.statuses.kind(status)))
            fields = {
                "status": (Field(status.words, Concept("status", status.concept)),),
                "kind": (kind,),
            }
            if len(status.words.text) <= MAX_VERBATIM:
                fields["verbatim"] = (Field(status.words),)
            yield Item(status.words, fields)
            return
        if 0 < len(words.text) <= MAX_VERBATIM:
            yield Item(words, {"verbatim": (Field(words),)})


@dataclass(frozen=True, slots=True)
class AddressParser:
    """An address; its parts are the fields."""

    def parse(self, words: Words, tools: Tools) -> Iterator[Item]:
        """Yield the address as one item."""
        fields: dict[str, tuple[Field, ...]] = {}
        for part in tools.addresses.read(words):
            fields[part.name] = (*fields.get(part.name, ()), Field(part.words, part.number))
        yield Item(words, fields)


def _list(data: Data) -> ListParser:
    separators = data.text("separators", "、")
    if not separators:
        raise data.refuse("separators", "不可为空", "must not be empty")
    return ListParser(separators, data.text("tail", ""))


_Maker = Callable[[Data, Mapping[str, str]], Parser]

PARSERS: Final[Mapping[str, tuple[tuple[str, ...], _Maker]]] = MappingProxyType(
    {
        "text": ((), lambda _data, _slots: TextParser()),
        "list": (("separators", "tail"), lambda data, _slots: _list(data)),
        "pattern": (
            ("pattern", "every"),
            lambda data, slots: PatternParser(data.pattern("pattern", **slots), data.flag("every")),
        ),
        "period": ((), lambda _data, _slots: PeriodParser()),
        "serial": ((), lambda _data, _slots: SerialParser()),
        "quantity": (
            ("unit", "like"),
            lambda data, _slots: QuantityParser(data.text("unit", ""), data.text("like", "")),
        ),
        "target": (("each",), lambda data, _slots: TargetParser(data.flag("each"))),
        "status": ((), lambda _data, _slots: StatusParser()),
        "works": ((), lambda _data, _slots: WorksParser()),
        "address": ((), lambda _data, _slots: AddressParser()),
    }
)
"""By the name that a template calls it: the parameters it takes, and how it is made."""


def make_parser(data: Data, slots: Mapping[str, str]) -> Parser:
    """Return the parser a template asks for; `slots` are put into its patterns."""
    name = data.text("parser", "text")
    if name not in PARSERS:
        known = ", ".join(PARSERS)
        raise data.refuse("parser", f"没有解析器 {name}（有 {known}）", f"must be one of {known}")
    return PARSERS[name][1](data, slots)


def parser_parameters(data: Data) -> tuple[str, ...]:
    """Return the keys that the parser of `data` takes."""
    return PARSERS.get(data.text("parser", "text"), ((),))[0]
