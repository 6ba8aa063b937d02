"""Things that are other things: merges, and things with another class or key.

The old thing's facts and names move to the new one; statements whose key names the old one get the
key they would have had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kg_builder.errors import ConfigurationError
from kg_builder.model.decision import Decision, Object
from kg_builder.model.entity import Entity, EntityId
from kg_builder.model.fact import Fact

TOMBSTONE = frozenset({"dcterms:isReplacedBy", "owl:deprecated"})
"""What is said of an IRI that was given up: it keeps its own."""
FIRST_ONLY = frozenset({"verbatim", "listOrder"})
"""Of these a statement holds one: where two statements become one, the first's stays."""

Renames = Mapping[EntityId, EntityId]


def is_rename(decision: Decision) -> bool:
    """Whether the decision says that a thing is another, or has another class or key."""
    return decision.action == "merge" or (
        decision.action == "correct"
        and decision.predicate == "a"
        and isinstance(decision.new, EntityId)
    )


def target(decision: Decision) -> EntityId:
    """Return what a rename's subject becomes."""
    new = decision.object if decision.action == "merge" else decision.new
    if not isinstance(new, EntityId):
        raise TypeError("not a rename")
    return new


def renames(decisions: Iterable[Decision]) -> dict[EntityId, EntityId]:
    """Return what each thing becomes in the end.

    Raises ConfigurationError, with the line, where a thing becomes two things, or itself.
    """
    direct: dict[EntityId, tuple[EntityId, Decision]] = {}
    for decision in decisions:
        if not is_rename(decision) or decision.subject is None:
            continue
        new = target(decision)
        known = direct.setdefault(decision.subject, (new, decision))
        if known[0] != new:
            raise contradiction(decision, known[1])
    final: dict[EntityId, EntityId] = {}
    for old in direct:
        final[old] = _end(old, direct)
    return final


def _end(old: EntityId, direct: Mapping[EntityId, tuple[EntityId, Decision]]) -> EntityId:
    new, decision = direct[old]
    seen = {old}
    while new in direct:
        if new in seen:
            raise ConfigurationError(
                "合并或改名成了一个圈",
                "merges or renames go in a circle",
                file=decision.file,
                line=decision.line,
                column=1,
            )
        seen.add(new)
        new = direct[new][0]
    return new


def contradiction(one: Decision, other: Decision) -> ConfigurationError:
    """Return the error of two decisions that cannot both hold; the later line is to blame."""
    first, second = sorted((one, other), key=lambda item: item.line)
    return ConfigurationError(
        f"与第 {first.line} 行矛盾",
        f"contradicts line {first.line}",
        file=second.file,
        line=second.line,
        column=1,
    )


def with_statements(
    chosen: Renames, facts: Iterable[Fact], local: Mapping[EntityId, tuple[str, ...]]
) -> dict[EntityId, EntityId]:
    """Return `chosen` and what becomes of statements whose key holds a renamed thing's.

    `local` gives the part of a thing's key that its statements hold. A statement whose new key is
    another's keeps its own: a report can say two things of one thing.
    """
    everything = dict(chosen)
    facts = tuple(facts)
    taken = {fact.subject for fact in facts} | set(chosen.values())
    for fact in facts:
        old, statement = fact.object, fact.subject
        if not isinstance(old, EntityId) or old not in chosen or fact.predicate in TOMBSTONE:
            continue
        now = everything.get(statement, statement)
        new = EntityId(statement.type, _replaced(now.key, local[old], local[chosen[old]]))
        if statement not in chosen and new not in taken:
            taken.add(new)
            everything[statement] = new
    return everything


def _replaced(key: tuple[str, ...], old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    for start in range(len(key) - len(old) + 1):
        if key[start : start + len(old)] == old:
            return (*key[:start], *new, *key[start + len(old) :])
    return key


def renamed(term: Object | None, chosen: Renames) -> Object | None:
    """Return the term, or what it becomes."""
    return chosen.get(term, term) if isinstance(term, EntityId) else term


def rename_entities(entities: Iterable[Entity], chosen: Renames) -> dict[EntityId, Entity]:
    """Return the entities by id; names of what was merged become alternative names."""
    result: dict[EntityId, Entity] = {}
    late: list[Entity] = []
    for entity in entities:
        if entity.id in chosen:
            late.append(entity)
        else:
            result[entity.id] = entity
    for entity in late:
        new = chosen[entity.id]
        known = result.get(new)
        result[new] = replace(entity, id=new) if known is None else _joined(known, entity)
    return result


def _joined(kept: Entity, gone: Entity) -> Entity:
    label = kept.label if kept.label is not None else gone.label
    names = (*kept.alt_labels, *((gone.label,) if gone.label else ()), *gone.alt_labels)
    return replace(
        kept,
        label=label,
        mentions=tuple(dict.fromkeys((*kept.mentions, *gone.mentions))),
        alt_labels=tuple(name for name in dict.fromkeys(names) if name != label),
        also_types=tuple(
            name
            for name in dict.fromkeys((*kept.also_types, *gone.also_types))
            if name != kept.id.type
        ),
    )


FactKey = tuple[EntityId, str, type, Object]


def fact_key(subject: EntityId, predicate: str, value: Object) -> FactKey:
    """Return what tells a fact from others; `1` and `True` are two values."""
    return subject, predicate, type(value), value


def rename_facts(facts: Iterable[Fact], chosen: Renames) -> dict[FactKey, Fact]:
    """Return the facts by key, of what things have become; what nobody renames comes first."""
    result: dict[FactKey, Fact] = {}
    moved: list[Fact] = []
    for fact in facts:
        new = fact if fact.predicate in TOMBSTONE else _moved(fact, chosen)
        if new is fact:
            _join(result, fact)
        else:
            moved.append(new)
    held = {(fact.subject, fact.predicate) for fact in result.values()}
    for new in moved:
        place = (new.subject, new.predicate)
        clash = place in held and new.predicate in FIRST_ONLY
        if new.subject != new.object and not clash:
            held.add(place)
            _join(result, new)
    return result


def _moved(fact: Fact, chosen: Renames) -> Fact:
    subject = chosen.get(fact.subject, fact.subject)
    value = fact.object
    if isinstance(value, EntityId):
        value = chosen.get(value, value)
    if subject == fact.subject and value == fact.object:
        return fact
    return replace(fact, subject=subject, object=value)


def _join(facts: dict[FactKey, Fact], fact: Fact) -> None:
    key = fact_key(fact.subject, fact.predicate, fact.object)
    known = facts.get(key)
    if known is not None:
        evidence = tuple(dict.fromkeys((*known.evidence, *fact.evidence)))
        fact = replace(known, evidence=evidence)
    facts[key] = fact
