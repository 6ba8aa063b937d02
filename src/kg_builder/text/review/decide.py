"""Applying decisions: what was read, and a reviewer's last word on it.

Anchors are found first; things become what they are (merges, other classes and keys); then things,
facts and statements are added, taken away and put right. The order of the decisions says nothing:
what would depend on it is a contradiction, and refused before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.decision import ClassName, Decision, Verdict
from kg_builder.model.document import Document
from kg_builder.model.entity import Entity, EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.fact import Fact, Text, Value
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Evidence, Position, Span, merge_spans
from kg_builder.text.genre import Genre
from kg_builder.text.notes.frame import derived
from kg_builder.text.review.anchors import locate
from kg_builder.text.review.checks import check_decisions, whole
from kg_builder.text.review.ledger import NAME, OTHER_NAME, Ledger
from kg_builder.text.review.renames import (
    TOMBSTONE,
    fact_key,
    is_rename,
    rename_entities,
    rename_facts,
    renamed,
    renames,
    target,
    with_statements,
)
from kg_builder.text.review.statements import RULE, Minter
from kg_builder.text.review.table import STATEMENTS

_MOVED = Bilingual("决定所据的文字已变或不唯一", "the passage of the decision has changed")
_UNSAID = Bilingual("这段文字已不说这件事", "the passage no longer says this")
_UNKNOWN = Bilingual("没有这个事物", "there is no such thing")
_IDLE = Bilingual("决定已无须执行", "the decision is no longer needed")


def decide(
    document: Document, read: Extraction, decisions: Sequence[Decision], genre: Genre
) -> Extraction:
    """Return what was read, with the decisions applied; applying them again changes nothing.

    A decision whose passage has changed, or that names a thing which is not there, is left out with
    a notice. Raises ConfigurationError for decisions that contradict each other, or a statement
    that cannot be made; the error names the file and the line.
    """
    if not decisions:
        return read
    check_decisions(decisions)
    return _Review(document, read, decisions, genre).result()


class _Review:
    def __init__(
        self, document: Document, read: Extraction, decisions: Sequence[Decision], genre: Genre
    ) -> None:
        self._read = read
        self._document = document
        self._genre = genre
        self._minter: Minter | None = None
        self._notices: list[Notice] = []
        self._verdicts = self._located(decisions)
        self._chosen, self._causes = self._renames()
        self._ledger = Ledger(
            rename_entities(read.entities, self._chosen), rename_facts(read.facts, self._chosen)
        )

    @property
    def _mint(self) -> Minter:
        if self._minter is None:
            self._minter = Minter(self._document, self._genre)
        return self._minter

    def result(self) -> Extraction:
        self._bury()
        # what is named must be there before facts name it
        steps: tuple[tuple[Callable[[Decision], bool], Callable[[Verdict], bool]], ...] = (
            (_adds_thing, self._add_thing),
            (whole, self._remove),
            (_takes, self._take),
            (_adds_statement, self._add_statement),
            (_stands, self._stand),
        )
        for belongs, apply in steps:
            for verdict in tuple(self._verdicts):
                if belongs(verdict.decision) and not apply(verdict):
                    self._verdicts.remove(verdict)
        ledger = self._ledger
        spans = [item.said.span for item in self._verdicts if item.decision.action != "reject"]
        return Extraction(
            tuple(ledger.entities.values()),
            tuple(ledger.facts.values()),
            (*self._read.notices, *self._notices),
            tuple(merge_spans([*self._read.read, *spans])),
            tuple(self._verdicts),
            tuple(ledger.decided()),
        )

    def _located(self, decisions: Sequence[Decision]) -> list[Verdict]:
        places = locate(self._document.source.text, (item.anchor for item in decisions))
        verdicts = []
        for decision in decisions:
            span = places.get(decision.anchor)
            if span is None:
                self._notice("stale-decision", _MOVED, decision)
            else:
                verdicts.append(Verdict(decision, self._said(decision, span)))
        return sorted(verdicts, key=lambda item: (item.said.span, item.decision.digest))

    def _said(self, decision: Decision, span: Span) -> Evidence:
        """Return the passage of a decision: derived where it lacks the words that are given."""
        given = [decision.details.get("indicator", "")]
        value = decision.object if decision.new is None else decision.new
        if isinstance(value, Text):
            given.append(value.value)
        said = Evidence(span)
        passage = "".join(self._document.source.text[span.start : span.end].split())
        lacks = any("".join(words.split()) not in passage for words in given)
        return derived(said) if lacks else said

    def _notice(self, code: str, message: Bilingual, decision: Decision) -> None:
        thing = "|".join(decision.subject.key)[:40] if decision.subject else ""
        what = f"{decision.action} {thing} {decision.predicate}".strip()
        self._notices.append(
            Notice(
                code,
                Bilingual(
                    f"{message.zh}（决定第 {decision.line} 行：{what}）",
                    f"{message.en} (line {decision.line} of the decisions: {what})",
                ),
                Position(decision.anchor.line, 1),
            )
        )

    # --- things that are other things

    def _renames(self) -> tuple[dict[EntityId, EntityId], dict[EntityId, Verdict]]:
        """Return what things become, statements among them, and by which verdict."""
        direct = {
            item.decision.subject: item
            for item in self._verdicts
            if is_rename(item.decision) and item.decision.subject is not None
        }
        chosen = renames(item.decision for item in direct.values())
        known = {entity.id for entity in self._read.entities}
        known |= {
            item.decision.subject
            for item in self._verdicts
            if _adds_thing(item.decision) and item.decision.subject is not None
        }
        made = {
            chosen.get(new := target(item.decision), new)
            for old, item in direct.items()
            if item.decision.action == "correct" and old in known
        }
        for old, item in direct.items():
            if chosen[old] not in known | made:
                self._notice("unknown-entity", _UNKNOWN, item.decision)
                self._verdicts.remove(item)
                del chosen[old]
        local = {thing: self._local(thing) for thing in {*chosen, *chosen.values()}}
        everything = with_statements(chosen, self._read.facts, local)
        causes = {old: direct[old] for old in chosen}
        for fact in self._read.facts:
            cause = causes.get(fact.object) if isinstance(fact.object, EntityId) else None
            if cause is not None and fact.subject in everything:
                causes.setdefault(fact.subject, cause)
        return everything, causes

    def _local(self, thing: EntityId) -> tuple[str, ...]:
        return self._mint.frame.local(thing)

    def _bury(self) -> None:
        """Record by whose word things and facts have moved, and where old IRIs lead."""
        ledger = self._ledger
        known = {entity.id for entity in self._read.entities}
        labels = {entity.id: entity for entity in self._read.entities}
        for old, new in self._chosen.items():
            verdict = self._causes[old]
            if old in known and new in ledger.entities:
                if new in known:
                    self._decide_other_names(labels[old], new, verdict)
                else:
                    ledger.decide_names(new, verdict)
            given_up: tuple[tuple[str, Value], ...] = (
                ("dcterms:isReplacedBy", new),
                ("owl:deprecated", True),
            )
            for predicate, value in given_up:
                fact = Fact(old, predicate, value, (verdict.said,), RULE)
                ledger.facts[fact_key(old, predicate, value)] = fact
                ledger.decide(old, predicate, value, verdict)
        for fact in self._read.facts:
            if fact.predicate in TOMBSTONE:
                continue
            subject = self._chosen.get(fact.subject, fact.subject)
            moved = renamed(fact.object, self._chosen)
            for thing in (fact.subject, fact.object):
                if isinstance(thing, EntityId) and thing in self._causes and moved is not None:
                    ledger.decide(subject, fact.predicate, moved, self._causes[thing])

    def _decide_other_names(self, old: Entity, new: EntityId, verdict: Verdict) -> None:
        names = (old.label, *old.alt_labels)
        for name in names:
            if name is not None and name in self._ledger.entities[new].alt_labels:
                self._ledger.decide(new, OTHER_NAME, Text(name), verdict)

    # --- one decision each; False where it could not be applied

    def _add_thing(self, verdict: Verdict) -> bool:
        decision = verdict.decision
        thing = self._subject(decision)
        value = decision.object
        if isinstance(value, ClassName):
            return True  # further classes come when every thing is there
        if thing not in self._ledger.entities:
            label = value.value if isinstance(value, Text) else thing.key[-1]
            entity = Entity(thing, label, (verdict.said,))
            self._ledger.add(Extraction((entity,), (), (), ()), verdict)
            return True
        self._ledger.decide(thing, "a", ClassName(thing.type), verdict)
        if isinstance(value, Text):
            self._ledger.stand(thing, NAME, value, verdict)
        return True

    def _remove(self, verdict: Verdict) -> bool:
        decision = verdict.decision
        thing = self._subject(decision)
        entity = self._ledger.entities.get(thing)
        if entity is None:
            self._notice("idle-decision", _IDLE, decision)
            return True
        if not _overlap(verdict.said.span, entity.mentions):
            self._notice("stale-decision", _UNSAID, decision)
            return False
        self._ledger.remove(thing)
        return True

    def _take(self, verdict: Verdict) -> bool:
        """Take away what reject and correct say is wrong."""
        decision = verdict.decision
        value = renamed(decision.object, self._chosen)
        if value is None:
            return True
        subject = self._subject(decision)
        said = self._ledger.passages(subject, decision.predicate, value)
        if said and not _overlap(verdict.said.span, said):
            self._notice("stale-decision", _UNSAID, decision)
            return False
        if said:
            self._ledger.drop(subject, decision.predicate, value)
        elif decision.action == "reject":
            self._notice("idle-decision", _IDLE, decision)
        return True

    def _add_statement(self, verdict: Verdict) -> bool:
        decision = replace(
            verdict.decision,
            subject=self._subject(verdict.decision),
            object=renamed(verdict.decision.object, self._chosen),
        )
        found = self._mint.statement(decision, verdict.said)
        made = {entity.id for entity in found.entities}
        objects = [fact.object for fact in found.facts if isinstance(fact.object, EntityId)]
        if not all(self._there(thing, verdict) for thing in objects if thing not in made):
            self._notice("unknown-entity", _UNKNOWN, verdict.decision)
            return False
        self._ledger.add(found, verdict)
        return True

    def _stand(self, verdict: Verdict) -> bool:
        """Let what accept, correct and add say stand."""
        decision = verdict.decision
        value = decision.new if decision.action == "correct" else decision.object
        value = renamed(value, self._chosen)
        subject = self._subject(decision)
        things = [subject, *([value] if isinstance(value, EntityId) else [])]
        if not all(self._there(thing, verdict) for thing in things):
            self._notice("unknown-entity", _UNKNOWN, decision)
            return False
        if value is None:
            self._ledger.decide_names(subject, verdict)
        else:
            self._ledger.stand(subject, decision.predicate, value, verdict)
        return True

    def _subject(self, decision: Decision) -> EntityId:
        if decision.subject is None:
            raise TypeError("a decision without a subject")
        return self._chosen.get(decision.subject, decision.subject)

    def _there(self, thing: EntityId, verdict: Verdict) -> bool:
        """Whether a thing is known; a period comes to be by being named."""
        if thing in self._ledger.entities:
            return True
        found = self._mint.period(thing, verdict.said) if thing.type == "Period" else None
        if found is not None:
            self._ledger.add(found, verdict)
        return found is not None


def _adds_thing(decision: Decision) -> bool:
    return (
        decision.action == "add"
        and decision.predicate == "a"
        and not isinstance(decision.object, ClassName)
    )


def _adds_statement(decision: Decision) -> bool:
    return decision.action == "add" and decision.predicate in STATEMENTS


def _takes(decision: Decision) -> bool:
    return (
        decision.action in ("reject", "correct") and not is_rename(decision) and not whole(decision)
    )


def _stands(decision: Decision) -> bool:
    if is_rename(decision) or _adds_thing(decision) or _adds_statement(decision):
        return False
    return decision.action in ("accept", "correct", "add")


def _overlap(span: Span, said: Iterable[Evidence]) -> bool:
    return any(item.span.start < span.end and span.start < item.span.end for item in said)
