"""The gold of prose as records, and the one mapping from its words to the ontology's."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from kg_builder.text.numerals import parse_number

HERE = Path(__file__).resolve().parent
_QUOTES = {"“": "”", "「": "」", "『": "』", "《": "》", "〈": "〉", '"': '"', "‘": "’"}
_KINDS = str.maketrans({"「": "“", "」": "”", "『": "“", "』": "”", **dict.fromkeys("—–‐‑−~", "-")})


def plain_name(text, folding):
    """A name as it is compared: width, script, blanks, kinds of quotes and outer quotes aside."""
    name = folding.fold(unicodedata.normalize("NFKC", str(text)))
    name = re.sub(r"\s+", "", name)
    while len(name) > 2 and _QUOTES.get(name[0]) == name[-1] and name[0] not in name[1:-1]:
        name = name[1:-1]
    return name.translate(_KINDS)


@dataclass(frozen=True)
class Rule:
    """What a relation of the gold means: where its object stands, and how it is compared."""

    paths: tuple[str, ...]
    compare: str = "name"
    measures: frozenset[str] = frozenset()
    sign: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """The mapping file."""

    types: dict
    rules: dict
    prefixes: dict
    default: Rule
    dates: Rule
    date_units: frozenset[str]
    unmapped: dict
    structure: frozenset[str]
    suffixes: dict
    nameless: tuple[str, ...]
    turns: re.Pattern
    scopes: dict

    @classmethod
    def load(cls, path=HERE / "mapping.toml"):
        raw = tomllib.loads(path.read_text("utf-8"))
        rules, default = {}, None
        for part in raw["relation"]:
            rule = Rule(
                tuple(part.get("paths", ())),
                part.get("compare", "name"),
                frozenset(part.get("measures", ())),
                part.get("sign", ""),
                tuple(part.get("also", ())),
            )
            for name in part["names"]:
                if name in rules or name in raw["unmapped"]:
                    raise ValueError(f"mapped twice: {name}")
                rules[name] = rule
            if part.get("default"):
                default = rule
        entities = raw["entities"]
        return cls(
            {name: frozenset(classes) for name, classes in raw["types"].items()},
            {name: rule for name, rule in rules.items() if not name.endswith("*")},
            {name[:-1]: rule for name, rule in rules.items() if name.endswith("*")},
            default,
            Rule((), "date", also=tuple(raw["date"]["also"])),
            frozenset(raw["date"]["units"]),
            raw["unmapped"],
            frozenset(entities["structure"]),
            entities["suffixes"],
            tuple(entities["nameless"]),
            re.compile(raw["status"]["turns"]),
            raw["rank"]["scopes"],
        )

    def rule(self, fact):
        """The rule of a gold fact; None where there is none."""
        if fact.relation in self.rules:
            return self.rules[fact.relation]
        for start, rule in self.prefixes.items():
            if fact.relation.startswith(start):
                return rule
        if fact.relation in self.unmapped or fact.number is None:
            return None
        return self.dates if fact.unit in self.date_units else self.default

    def classes(self, types):
        return frozenset().union(*(self.types.get(name, frozenset()) for name in types))


@dataclass(frozen=True)
class GoldEntity:
    """A thing that a reader finds. `names` are plain names; `place` tells two of one name apart."""

    key: str
    title: str
    names: frozenset[str]
    classes: frozenset[str]
    lines: frozenset[int]
    place: str = ""
    nameless: bool = False


@dataclass(frozen=True)
class GoldFact:
    line: int
    subject: str
    relation: str
    object: str
    unit: str | None
    object_key: str | None = None
    left_out: str | None = None
    """The name of an object that the gold does not list: not scored."""

    @property
    def number(self):
        text = self.object.replace(",", "")
        try:
            return Decimal(text)
        except ArithmeticError:
            return parse_number(text)

    def told(self, gold):
        """The fact in one line, for people."""
        subject = gold.entities[self.subject].title
        return f"[{self.line}] {subject} -{self.relation}-> {self.object}{self.unit or ''}"


@dataclass(frozen=True)
class Gold:
    entities: dict
    facts: tuple
    lines: frozenset[int] | None
    """The lines that were annotated; None for all."""
    types: frozenset[str] = field(default_factory=frozenset)


def load_gold(path, mapping, folding):
    """Read a gold file, of either format."""
    return read_gold(json.loads(Path(path).read_text("utf-8")), mapping, folding)


def read_gold(raw, mapping, folding):
    """Return the Gold of either format: ids and names, or names alone."""
    entities, by_name = {}, {}
    types = set()
    for part in raw["entities"]:
        entity = _entity(part, mapping, folding)
        entities[entity.key] = entity
        types.update((part["type"], *part.get("also_types", ())))
        for name in [part["name"], *part.get("aliases", ())]:
            by_name.setdefault(name, entity.key)
    facts = []
    for part in raw["facts"]:
        subject = part["subject"]
        obj = part.get("object")
        named = part.get("value_type") == "entity"
        if "value_type" not in part:
            subject = subject if subject in entities else by_name.get(subject, subject)
        key = obj if named else by_name.get(obj) if isinstance(obj, str) else None
        listed = key in entities
        facts.append(
            GoldFact(
                part["line"],
                subject,
                part["relation"],
                str(obj if not (named and listed) else entities[key].title),
                part.get("unit"),
                key if listed else None,
                str(part.get("objectName", obj)) if named and not listed else None,
            )
        )
    lines = frozenset(raw["lines"]) if "lines" in raw else None
    return Gold(entities, tuple(facts), lines, frozenset(types))


def _entity(part, mapping, folding):
    title = part["name"]
    base, _, place = title.partition("@")
    names = {base, *part.get("aliases", ()), *part.get("surface", ())}
    names = {plain_name(name, folding) for name in names}
    types = [part["type"], *part.get("also_types", ())]
    for suffix in mapping.suffixes:
        names |= {name.removesuffix(f"({suffix})") for name in names}
    return GoldEntity(
        part.get("id", title),
        title,
        frozenset(names),
        mapping.classes(types),
        frozenset(part["lines"]),
        plain_name(place, folding) if place else "",
        any(re.search(pattern, title) for pattern in mapping.nameless),
    )
