"""Findings: entities and facts as they are met, each kept once with all its passages."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.entity import Entity, EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.fact import Concept, Fact, Value, Year
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Evidence, Span, merge_spans
from kg_builder.text.grammar.periods import Period
from kg_builder.text.grammar.words import LONG_NAME, Page, Words

_SHOWN = 40
"""So many characters of the report a message may hold."""

Said = Evidence | Sequence[Evidence]


@dataclass(slots=True)
class _Met:
    label: str | None
    mentions: list[Evidence]
    alt_labels: dict[str, None]
    also_types: dict[str, None]


@dataclass(slots=True)
class _Told:
    rule: str
    evidence: list[Evidence]


_FactKey = tuple[EntityId, str, type, Value]


class Findings:
    """Collects what is found in one document."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.source = page.source
        self._entities: dict[EntityId, _Met] = {}
        self._facts: dict[_FactKey, _Told] = {}
        self._described: dict[tuple[EntityId, str], tuple[Evidence, tuple[Value, ...]]] = {}
        self._values: dict[tuple[EntityId, str], tuple[Value, Evidence]] = {}
        self._periods: set[tuple[Period | Evidence, ...]] = set()
        self._notices: list[Notice] = []
        self._long: set[Span] = set()
        self._read: list[Span] = []

    def entity(
        self,
        entity: EntityId,
        label: str | None,
        said: Said,
        *,
        also: Iterable[str] = (),
        alias: str | None = None,
    ) -> EntityId:
        """Record that an entity is named; another name than the first becomes an alternative."""
        mentions = [said] if isinstance(said, Evidence) else list(said)
        met = self._entities.get(entity)
        if met is None:
            met = self._entities[entity] = _Met(label, mentions, {}, {})
        elif label is not None and label != met.label:
            if met.label is None:
                met.label = label
            else:
                met.alt_labels[label] = None
        if alias is not None:
            met.alt_labels[alias] = None
        if met.mentions is not mentions:
            met.mentions += mentions
        for name in also:
            if name != entity.type:
                met.also_types[name] = None
        return entity

    def named(self) -> Iterator[tuple[EntityId, str]]:
        """Yield the things met so far that have a name, with it."""
        for entity, met in self._entities.items():
            if met.label is not None:
                yield entity, met.label

    def mentions(self, entity: EntityId) -> tuple[Evidence, ...]:
        """Return the passages that name a thing met before."""
        return tuple(self._entities[entity].mentions)

    def is_a(self, entity: EntityId, classes: Container[str]) -> bool:
        """Whether one of the classes of a thing met before is among `classes`."""
        if entity.type in classes:
            return True
        return any(name in classes for name in self._entities[entity].also_types)

    def has(self, entity: EntityId) -> bool:
        """Whether the entity was met before."""
        return entity in self._entities

    def says(self, subject: EntityId, predicate: str, value: Value) -> bool:
        """Whether a fact was recorded before."""
        return (subject, predicate, type(value), value) in self._facts

    def fact(self, subject: EntityId, predicate: str, value: Value, said: Said, rule: str) -> None:
        """Record a fact with the passage or passages that say it."""
        evidence = (said,) if isinstance(said, Evidence) else said
        key = (subject, predicate, type(value), value)
        new = _Told(rule, list(evidence))
        told = self._facts.setdefault(key, new)
        if told is not new:
            told.evidence += evidence

    def name(self, words: Words) -> str:
        """Return the name that words print, with a warning where it is over-long."""
        if len(words.text) > LONG_NAME and words.span not in self._long:
            self._long.add(words.span)
            self.notice(
                "long-name",
                f"名称有 {len(words.text)} 字，恐非名称，请核对：{shown(words.text)}",
                f"a name of {len(words.text)} characters, perhaps none: {shown(words.text)}",
                words.span,
            )
        return words.text

    def single(
        self, subject: EntityId, predicate: str, value: Value, evidence: Evidence, rule: str
    ) -> bool:
        """Record a fact whose predicate holds one value; return False if it holds another."""
        known, _ = self._values.setdefault((subject, predicate), (value, evidence))
        if (type(known), known) != (type(value), value):
            return False
        self.fact(subject, predicate, value, evidence, rule)
        return True

    def described(
        self, subject: EntityId, predicate: str, values: Sequence[Value], evidence: Evidence
    ) -> Evidence | None:
        """Note what a passage says of a thing; return the earlier passage that said otherwise.

        One passage may give several values of a predicate (the landmarks of an address).
        """
        first, known = self._described.setdefault((subject, predicate), (evidence, tuple(values)))
        return None if set(values) <= set(known) else first

    def place_of(self, subject: EntityId, predicate: str) -> Evidence:
        """Return the passage that gave the one value of a predicate."""
        return self._values[subject, predicate][1]

    def period(self, period: Period, said: Said, rule: str) -> EntityId:
        """Record a period with its bounds."""
        known: tuple[Period | Evidence, ...] = (
            (period, said) if isinstance(said, Evidence) else (period, *said)
        )
        entity = EntityId("Period", period.key)
        if known in self._periods:
            return entity
        self._periods.add(known)
        self.entity(entity, period.label, said)
        self.fact(entity, "startYear", Year(period.start_year), said, rule)
        self.fact(entity, "endYear", Year(period.end_year), said, rule)
        self.fact(entity, "periodSpan", Concept("span", period.span), said, rule)
        if period.start_month is not None and period.end_month is not None:
            self.fact(entity, "startMonth", period.start_month, said, rule)
            self.fact(entity, "endMonth", period.end_month, said, rule)
        return entity

    def read(self, *spans: Span) -> None:
        """Record that passages were understood."""
        self._read.extend(span for span in spans if len(span))

    def notice(self, code: str, zh: str, en: str, span: Span, related: Span | None = None) -> None:
        """Record a warning at a passage."""
        position = self.source.position
        self._notices.append(
            Notice(
                code,
                Bilingual(zh, en),
                position(span.start),
                position(related.start) if related else None,
            )
        )

    def result(self) -> Extraction:
        """Return what was found, facts of unknown subjects included, in the order of finding."""
        entities = tuple(
            Entity(
                entity,
                met.label,
                _unique(met.mentions),
                tuple(label for label in met.alt_labels if label != met.label)
                if met.alt_labels
                else (),
                tuple(met.also_types),
            )
            for entity, met in self._entities.items()
        )
        facts = tuple(
            Fact(subject, predicate, value, _unique(told.evidence), told.rule)
            for (subject, predicate, _, value), told in self._facts.items()
        )
        return Extraction(entities, facts, tuple(self._notices), tuple(merge_spans(self._read)))


def shown(text: str) -> str:
    """Return what a message may quote of a text."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _unique(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return each passage once, in the order of finding."""
    return tuple(evidence) if len(evidence) == 1 else tuple(dict.fromkeys(evidence))
