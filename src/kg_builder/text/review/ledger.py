"""Entities and facts under review: what stands, what goes, and by whose word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg_builder.model.decision import ClassName, Decided, Object, Verdict
from kg_builder.model.entity import Entity, EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.fact import Fact, Text
from kg_builder.model.selector import Evidence
from kg_builder.text.review.renames import TOMBSTONE, FactKey, fact_key
from kg_builder.text.review.statements import RULE

NAME = "rdfs:label"
OTHER_NAME = "skos:altLabel"
_ESSENTIAL = frozenset({"about", "indicator", "award", "group", "member"})
"""A statement without one of these says nothing: it goes with what it points to."""


class Ledger:
    """What is known of one report while decisions are applied."""

    def __init__(self, entities: dict[EntityId, Entity], facts: dict[FactKey, Fact]) -> None:
        self.entities = entities
        self.facts = facts
        self._decided: dict[tuple[FactKey, str], Decided] = {}

    def decide(self, subject: EntityId, predicate: str, value: Object, verdict: Verdict) -> None:
        """Record that a triple stands by a verdict."""
        key = fact_key(subject, predicate, value)
        item = Decided(subject, predicate, value, verdict)
        self._decided.setdefault((key, verdict.decision.digest), item)

    def decide_names(self, entity: EntityId, verdict: Verdict) -> None:
        """Record that the class and the names of a thing stand by a verdict."""
        for predicate, value in _namings(self.entities[entity]):
            self.decide(entity, predicate, value, verdict)

    def passages(self, subject: EntityId, predicate: str, value: Object) -> tuple[Evidence, ...]:
        """Return the passages that say a triple; none where it is not known."""
        fact = self.facts.get(fact_key(subject, predicate, value))
        found = fact.evidence if fact else ()
        entity = self.entities.get(subject)
        if entity is not None and (predicate, value) in set(_namings(entity)):
            found = (*found, *entity.mentions)
        return found

    def stand(self, subject: EntityId, predicate: str, value: Object, verdict: Verdict) -> None:
        """Let a triple about a known thing stand."""
        known = self.passages(subject, predicate, value)
        entity = self.entities.get(subject)
        if not known and entity is not None and predicate in ("a", NAME):
            self.entities[subject] = _named(entity, predicate, value, verdict.said)
        elif not known and not isinstance(value, ClassName):
            fact = Fact(subject, predicate, value, (verdict.said,), RULE)
            self.facts[fact_key(subject, predicate, value)] = fact
        self.decide(subject, predicate, value, verdict)

    def drop(self, subject: EntityId, predicate: str, value: Object) -> None:
        """Take a triple away."""
        self.facts.pop(fact_key(subject, predicate, value), None)
        entity = self.entities.get(subject)
        if entity is None:
            return
        if isinstance(value, ClassName) and predicate == "a":
            kept = tuple(name for name in entity.also_types if name != value.name)
            self.entities[subject] = replace(entity, also_types=kept)
        elif isinstance(value, Text) and predicate == OTHER_NAME:
            kept = tuple(name for name in entity.alt_labels if name != value.value)
            self.entities[subject] = replace(entity, alt_labels=kept)
        elif isinstance(value, Text) and predicate == NAME and entity.label == value.value:
            self.entities[subject] = replace(entity, label=None)

    def add(self, found: Extraction, verdict: Verdict) -> None:
        """Join what a decision adds: things with their names, and facts."""
        for entity in found.entities:
            known = self.entities.get(entity.id)
            self.entities[entity.id] = _joined(known, entity) if known else entity
            self.decide_names(entity.id, verdict)
        for fact in found.facts:
            key = fact_key(fact.subject, fact.predicate, fact.object)
            known_fact = self.facts.get(key)
            if known_fact:
                evidence = tuple(dict.fromkeys((*known_fact.evidence, *fact.evidence)))
                self.facts[key] = replace(known_fact, evidence=evidence)
            else:
                self.facts[key] = fact
            self.decide(fact.subject, fact.predicate, fact.object, verdict)

    def remove(self, thing: EntityId) -> None:
        """Take a thing away: its facts, the statements about it, and what only these pointed to."""
        waiting = [thing]
        gone: set[EntityId] = set()
        loose: set[EntityId] = set()
        while waiting:
            gone.update(waiting)
            facts = [fact for fact in self.facts.values() if _mentions(fact, gone)]
            waiting = []
            for fact in facts:
                del self.facts[fact_key(fact.subject, fact.predicate, fact.object)]
                if fact.subject not in gone and fact.predicate in _ESSENTIAL:
                    waiting.append(fact.subject)
                if isinstance(fact.object, EntityId):
                    loose.add(fact.object)
        pointed = {fact.object for fact in self.facts.values()}
        for item in loose - gone:
            entity = self.entities.get(item)
            if entity is not None and entity.label is None and item not in pointed:
                gone.add(item)
        for item in gone:
            self.entities.pop(item, None)
        for key in [key for key, fact in self.facts.items() if fact.subject in gone]:
            del self.facts[key]

    def decided(self) -> Iterator[Decided]:
        """Yield the triples that stand by a verdict, those since taken away left out."""
        for (key, _), item in self._decided.items():
            if key in self.facts or self.passages(item.subject, item.predicate, item.object):
                yield item


def _mentions(fact: Fact, things: set[EntityId]) -> bool:
    pointed = isinstance(fact.object, EntityId) and fact.object in things
    return pointed or (fact.subject in things and fact.predicate not in TOMBSTONE)


def _namings(entity: Entity) -> Iterator[tuple[str, Object]]:
    for name in (entity.id.type, *entity.also_types):
        yield "a", ClassName(name)
    if entity.label is not None:
        yield NAME, Text(entity.label)
    for label in entity.alt_labels:
        yield OTHER_NAME, Text(label)


def _named(entity: Entity, predicate: str, value: Object, said: Evidence) -> Entity:
    mentions = tuple(dict.fromkeys((*entity.mentions, said)))
    if isinstance(value, ClassName):
        return replace(entity, mentions=mentions, also_types=(*entity.also_types, value.name))
    if isinstance(value, Text) and predicate == NAME:
        others = tuple(name for name in entity.alt_labels if name != value.value)
        return replace(entity, mentions=mentions, label=value.value, alt_labels=others)
    return entity


def _joined(known: Entity, more: Entity) -> Entity:
    label = known.label if known.label is not None else more.label
    names = (*known.alt_labels, *((more.label,) if more.label else ()), *more.alt_labels)
    return replace(
        known,
        label=label,
        mentions=tuple(dict.fromkeys((*known.mentions, *more.mentions))),
        alt_labels=tuple(name for name in dict.fromkeys(names) if name != label),
        also_types=tuple(dict.fromkeys((*known.also_types, *more.also_types))),
    )
