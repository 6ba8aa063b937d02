"""Decisions that cannot all hold: found before any text is looked at, in any order of lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kg_builder.model.decision import ClassName, Decision, Object
from kg_builder.model.entity import EntityId
from kg_builder.text.review.renames import (
    FactKey,
    contradiction,
    fact_key,
    is_rename,
    renamed,
    renames,
)
from kg_builder.text.review.table import STATEMENTS

NAME = "rdfs:label"


def check_decisions(decisions: Sequence[Decision]) -> None:
    """Raise ConfigurationError, with the line, where decisions contradict each other.

    A thing merged into two things or in a circle; a fact that stands and goes; a fact corrected
    into two; a thing with two names; a thing rejected of which a fact stands.
    """
    chosen = renames(decisions)
    stand: dict[FactKey, Decision] = {}
    gone: dict[FactKey, Decision] = {}
    rejected: dict[Object, Decision] = {}
    fixed: dict[FactKey, tuple[Object | None, Decision]] = {}
    for decision in decisions:
        if whole(decision):
            rejected.setdefault(_subject(decision, chosen), decision)
        for key in standing(decision, chosen):
            stand.setdefault(key, decision)
        old = going(decision, chosen)
        if old is not None:
            gone.setdefault(old, decision)
            new = renamed(decision.new, chosen)
            first, other = fixed.setdefault(old, (new, decision))
            if first != new:
                raise contradiction(decision, other)
    for key, decision in stand.items():
        against = gone.get(key) or rejected.get(key[0]) or _of_rejected(key, rejected)
        if against is not None:
            raise contradiction(decision, against)
    _check_names(stand)
    _check_statements(decisions, chosen, rejected)


def whole(decision: Decision) -> bool:
    """Whether the decision rejects a thing with all that is said of it."""
    return decision.action == "reject" and decision.predicate == "a" and decision.object is None


def standing(decision: Decision, chosen: dict[EntityId, EntityId]) -> Iterator[FactKey]:
    """Yield the triples that stand by the decision's word alone, statements of `add` left out."""
    if is_rename(decision) or decision.subject is None:
        return
    value: Object | None
    if decision.action == "correct":
        value = decision.new
    elif decision.action == "accept" or (
        decision.action == "add" and decision.predicate not in STATEMENTS
    ):
        value = decision.object
    else:
        return
    subject = _subject(decision, chosen)
    value = renamed(value, chosen)
    if value is not None:
        names = decision.predicate == "a" and not isinstance(value, ClassName)
        yield fact_key(subject, NAME if names else decision.predicate, value)


def going(decision: Decision, chosen: dict[EntityId, EntityId]) -> FactKey | None:
    """Return the triple that the decision takes away."""
    if decision.action not in ("reject", "correct") or is_rename(decision):
        return None
    value = renamed(decision.object, chosen)
    if value is None:
        return None
    return fact_key(_subject(decision, chosen), decision.predicate, value)


def _subject(decision: Decision, chosen: dict[EntityId, EntityId]) -> EntityId:
    if decision.subject is None:
        raise TypeError("a decision without a subject")
    return chosen.get(decision.subject, decision.subject)


def _of_rejected(key: FactKey, rejected: dict[Object, Decision]) -> Decision | None:
    value = key[3]
    return rejected.get(value) if isinstance(value, EntityId) else None


def _check_names(stand: dict[FactKey, Decision]) -> None:
    names: dict[EntityId, tuple[Object, Decision]] = {}
    for (subject, predicate, _, value), decision in stand.items():
        if predicate == NAME:
            known, other = names.setdefault(subject, (value, decision))
            if known != value:
                raise contradiction(decision, other)


def _check_statements(
    decisions: Iterable[Decision],
    chosen: dict[EntityId, EntityId],
    rejected: dict[Object, Decision],
) -> None:
    for decision in decisions:
        adds = decision.action == "add" or (
            decision.action == "accept" and decision.predicate == "a"
        )
        if adds and (against := rejected.get(_subject(decision, chosen))):
            raise contradiction(decision, against)
