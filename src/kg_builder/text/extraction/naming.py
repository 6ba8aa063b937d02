"""Names as statements: what a name tells by itself of the thing that bears it.

云泉软件园二期 is a second phase, whatever is said of it; 华岚大学附属中学 belongs to 华岚大学. The
rules are data: `genre/rules/naming.toml`. All facts are derived: a passage's form implies them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Text
from kg_builder.model.selector import Evidence
from kg_builder.text.grammar.areas import AreaNames
from kg_builder.text.grammar.data import Data, alternatives
from kg_builder.text.grammar.periods import PeriodReader
from kg_builder.text.grammar.words import Words, mended, restored
from kg_builder.text.notes.findings import Findings
from kg_builder.text.notes.frame import ReportFrame, derived
from kg_builder.text.recognition.lexicon import NameLexicon

_COLLECTION = frozenset({"Collection"})
_LITERALS = ("text", "string", "period")
_TOPIC = "Topic"
_SLOT = re.compile(r"\{[a-z]+\}")
_LONGEST = 80
"""A name longer than this is a passage: it tells nothing."""


@dataclass(frozen=True, slots=True)
class NameTelling:
    """A property, the group of the pattern that gives its value, and what kind that is."""

    predicate: str
    group: str
    literal: str | None
    """`text`, `string` or `period`; None for a thing."""
    classes: tuple[str, ...] = ()
    met: bool = False
    """Only what the report names elsewhere."""


@dataclass(frozen=True, slots=True)
class NamingRule:
    """What names of some classes tell, where the pattern fits."""

    id: str
    classes: tuple[str, ...]
    pattern: re.Pattern[str]
    needs: re.Pattern[str]
    """Words of which the name holds one."""
    every: bool
    tells: tuple[NameTelling, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]

    def read(self, name: str) -> Iterator[tuple[NameTelling, int, int]]:
        """Yield what a name (in simplified characters) tells, with the place in it."""
        if self.needs.search(name) is None:
            return
        for match in self.pattern.finditer(name):
            for telling in self.tells:
                start, end = match.span(telling.group)
                if end > start >= 0:
                    yield telling, start, end
            if not self.every:
                return


@dataclass(frozen=True, slots=True)
class BrandRule:
    """Which runs of characters are brands, if two names of a report share them."""

    classes: tuple[str, ...]
    branch: re.Pattern[str]
    shortest: int
    never: re.Pattern[str]
    prefix: re.Pattern[str]
    common: re.Pattern[str]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]

    def find(self, names: Iterable[str]) -> list[str]:
        """Return the brands among the names of one report, sorted."""
        ordered = sorted(set(names))
        branches = [name for name in ordered if self.branch.search(name)]
        found = {
            shared
            for one, two in pairwise(branches)
            if (shared := self._shared(one, two)) is not None
        }
        for name in ordered:
            match = self.prefix.match(name)
            if match and not self.common.search(match["brand"]):
                brand = match["brand"]
                if any(other != brand and other.endswith(brand) for other in ordered):
                    found.add(brand)
        return sorted(found)

    def place(self, name: str, brand: str) -> int | None:
        """Return where a name bears a brand: in front, or behind, 店 aside."""
        if name.startswith(brand):
            return 0
        place = len(name.removesuffix("店")) - len(brand)
        return place if place > 0 and name.startswith(brand, place) else None

    def _shared(self, one: str, two: str) -> str | None:
        pairs = zip(one, two, strict=False)
        common = "".join(char for char, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        shared = re.split(r"[(（]|店$", common)[0]
        if len(shared) < self.shortest or self.never.search(shared):
            return None
        return shared


@dataclass(frozen=True, slots=True)
class NamingRules:
    """All that names tell."""

    rules: tuple[NamingRule, ...]
    by_class: Mapping[str, tuple[re.Pattern[str], tuple[NamingRule, ...]]]
    """The rules for names of a class, and the words of which a name has to hold one."""
    unnamed: re.Pattern[str]
    """Words that name no thing in particular."""
    brand: BrandRule | None

    @classmethod
    def of(cls, data: Data) -> NamingRules:
        """Read the rules; raises ConfigurationError for wrong ones."""
        data.known("unnamed", "slots", "rule", "brand")
        slots = {name: data.part("slots").text(name) for name, _ in data.part("slots").items()}
        rules = tuple(_rule(part, slots) for part in data.parts("rule"))
        brand = _brand(data.part("brand")) if data.has("brand") else None
        return cls(rules, _by_class(rules), data.pattern("unnamed", "(?!)"), brand)


def _by_class(
    rules: Sequence[NamingRule],
) -> dict[str, tuple[re.Pattern[str], tuple[NamingRule, ...]]]:
    found: dict[str, list[NamingRule]] = {}
    for rule in rules:
        for name in rule.classes:
            found.setdefault(name, []).append(rule)
    return {
        name: (re.compile("|".join(dict.fromkeys(rule.needs.pattern for rule in own))), tuple(own))
        for name, own in found.items()
    }


def _rule(data: Data, slots: Mapping[str, str]) -> NamingRule:
    data.known("id", "classes", "pattern", "needs", "every", "tell", "positive", "negative")
    pattern = data.pattern("pattern", **slots)
    if unknown := _SLOT.search(pattern.pattern):
        raise data.refuse(
            "pattern", f"没有槽 {unknown[0]}", f"names a slot that is none: {unknown[0]}"
        )
    needs = data.texts("needs")
    if not needs:
        raise data.refuse("needs", "不可为空", "must not be empty")
    return NamingRule(
        data.text("id"),
        data.texts("classes"),
        pattern,
        re.compile(alternatives(needs)),
        data.flag("every"),
        tuple(_telling(data, text, pattern) for text in data.texts("tell")),
        data.texts("positive"),
        data.texts("negative"),
    )


def _telling(data: Data, text: str, pattern: re.Pattern[str]) -> NameTelling:
    words = text.split()
    met = len(words) == 4 and words[3] == "met"
    if len(words) - met != 3 or words[1] not in pattern.groupindex:
        raise data.refuse("tell", f"不可读：{text}", f"cannot be read: {text}")
    predicate, group, kind = words[:3]
    if kind in _LITERALS:
        return NameTelling(predicate, group, kind)
    return NameTelling(predicate, group, None, tuple(kind.split("|")), met)


def _brand(data: Data) -> BrandRule:
    data.known("classes", "branch", "shortest", "never", "prefix", "common", "positive", "negative")
    prefix = data.pattern("prefix")
    if "brand" not in prefix.groupindex:
        raise data.refuse("prefix", "缺少组 brand", "needs the group brand")
    return BrandRule(
        data.texts("classes"),
        data.pattern("branch"),
        data.number("shortest", 3),
        data.pattern("never"),
        prefix,
        data.pattern("common"),
        data.texts("positive"),
        data.texts("negative"),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What a rule found in a name, before it is a fact."""

    entity: EntityId
    name: str
    rule: str
    telling: NameTelling
    start: int
    end: int


class NameTeller:
    """Adds to the findings of one report what its names tell."""

    def __init__(
        self,
        rules: NamingRules,
        names: NameLexicon,
        areas: AreaNames,
        periods: PeriodReader,
        frame: ReportFrame,
        findings: Findings,
    ) -> None:
        self._rules = rules
        self._names = names
        self._areas = areas
        self._periods = periods
        self._frame = frame
        self._findings = findings
        self._page = findings.page
        self._met: dict[str, list[EntityId]] = {}

    def read(self) -> None:
        """Record what the names met so far tell."""
        met = list(self._findings.named())
        told: list[_Told] = []
        for entity, label in met:
            if entity.type in self._rules.by_class:
                told += self._read(entity, label)
        if told:
            for entity, _ in met:
                self._met.setdefault(entity.key[-1], []).append(entity)
        for one in told:
            self._tell(one)
        self._brands(met)

    def _read(self, entity: EntityId, label: str) -> list[_Told]:
        words, rules = self._rules.by_class[entity.type]
        name = self._page.folding.fold(label)
        if words.search(name) is None or len(name) > _LONGEST:
            return []
        if self._findings.is_a(entity, _COLLECTION):
            return []
        return [
            _Told(entity, name, rule.id, telling, start, end)
            for rule in rules
            for telling, start, end in rule.read(name)
        ]

    # --- one telling ---

    def _tell(self, told: _Told) -> None:
        entity, telling, rule = told.entity, told.telling, told.rule
        said = self._said(entity, told.name, told.start, told.end)
        plain = told.name[told.start : told.end]
        if telling.literal == "period":
            match = self._periods.match(Words(plain, 0))
            if match is not None:
                period = self._findings.period(match.period, said, rule)
                self._findings.fact(entity, telling.predicate, period, said, rule)
            return
        words = self._words(said[0], plain)
        if telling.literal is not None:
            value = Text(words) if telling.literal == "text" else words
            self._findings.fact(entity, telling.predicate, value, said, rule)
            return
        thing = self._thing(telling, plain, words, said)
        # said the other way round, it would make a circle
        if thing is None or self._findings.says(thing, telling.predicate, entity):
            return
        if thing != entity:
            self._findings.fact(entity, telling.predicate, thing, said, rule)

    def _thing(
        self, telling: NameTelling, plain: str, words: str, said: Sequence[Evidence]
    ) -> EntityId | None:
        """Return the thing that a part of a name names; None where it is none in particular."""
        if self._rules.unnamed.search(plain) or self._names.generic.fullmatch(plain):
            return None
        key = self._page.key(plain)
        for known in self._met.get(key, ()):
            if self._findings.is_a(known, telling.classes) and not self._findings.is_a(
                known, _COLLECTION
            ):
                return self._findings.entity(known, None, said)
        if telling.met or not key:
            return None
        found = self._names.heads.ending(plain)
        row = found[1] if found and found[1].type in telling.classes else None
        type_name = row.type if row else telling.classes[0]
        scoped = row or self._names.by_type.get(type_name)
        everywhere = (scoped is not None and scoped.scope == "none") or (
            (scoped is None or scoped.scope == "named")
            and self._areas.is_located(plain, self._frame.area_name)
        )
        entity = EntityId(type_name, (key,) if everywhere else (*self._frame.scope, key))
        return self._findings.entity(entity, words, said, also=row.also if row else ())

    # --- evidence ---

    def _said(self, entity: EntityId, name: str, start: int, end: int) -> tuple[Evidence, ...]:
        """Return the part of each passage that prints the name, as derived evidence."""
        found = []
        mentions = self._findings.mentions(entity)
        for mention in mentions:
            words = self._page.words(mention.span)
            text, origin = mended(words)
            if text != name:
                continue
            part = Words(text, words.start).part(start, end)
            if origin is not None:
                part = restored(Words(text, 0).part(start, end), words, origin)
            found.append(Evidence(part.span, "derived", mention.table, mention.row, mention.column))
        return tuple(found) or tuple(derived(mention) for mention in mentions[:1])

    def _words(self, said: Evidence, plain: str) -> str:
        """Return the words as printed, where the evidence has just them."""
        words = self._page.words(said.span)
        return words.text if words.plain == plain else plain

    # --- brands ---

    def _brands(self, met: Iterable[tuple[EntityId, str]]) -> None:
        rule = self._rules.brand
        if rule is None:
            return
        named = [
            (entity, self._page.folding.fold(label))
            for entity, label in met
            if entity.type in rule.classes
        ]
        for brand in rule.find(name for _, name in named):
            thing = EntityId(_TOPIC, (*self._frame.scope, self._page.key(brand)))
            for entity, name in named:
                place = rule.place(name, brand)
                if place is None:
                    continue
                said = self._said(entity, name, place, place + len(brand))
                self._findings.entity(thing, self._words(said[0], brand), said)
                self._findings.fact(entity, "brand", thing, said, "name-brand")
