"""Statements that a clause makes of things: statuses, claims, editions, honours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.parsers import MAX_VERBATIM
from kg_builder.text.extraction.prose.rules import concept
from kg_builder.text.extraction.prose.scene import Group, Scene, Thing
from kg_builder.text.extraction.prose.telling import TellingRule
from kg_builder.text.extraction.works import ACTUAL, PLAN, last_day
from kg_builder.text.grammar.periods import Period
from kg_builder.text.grammar.words import Words
from kg_builder.text.notes.frame import Dated
from kg_builder.text.recognition.lexicon import Word
from kg_builder.text.recognition.tokens import Token

STATEMENTS = frozenset({"status", "claim", "edition", "award"})

_PLANNED = "planned"
_GRANTED = "granted"
_AWARD = "Award"
_NEAR = 12
"""A date stands no further than so many characters from its verb."""
_BEFORE = 6
"""So many characters before a verb may say that it has not come about."""
_SHORTEST_AWARD = 3
_SHORTEST_WORDING = 2
_TO = "至到为于"
"""What a verb may end with and its wording does not: 扩围至."""


class StatusTeller:
    """Tells statuses, claims, editions and honours."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def tell(self, action: str, groups: Sequence[Group], rule: TellingRule) -> None:
        """Do what one of `STATEMENTS` asks."""
        first, second, third = groups
        match action:
            case "status":
                self.status(first, second, rule)
            case "claim":
                self.claim(first, second, rule)
            case "edition":
                self.edition(first, second, rule)
            case "award":
                self.award(first, second, third, rule)

    # --- status ---

    def status(self, group: Group, verb: Group, rule: TellingRule) -> None:
        """Record how the things of a group stand, by a verb."""
        scene, token = self._scene, verb.verb
        things = scene.all_of_it() if group.it else scene.things(group, rule, token)
        if token is None or token.word is None or token.word.status is None:
            return
        rest = scene.clause.words.raw[token.end :]
        if token.start in scene.silent or scene.rules.after.match(rest):
            return
        if token.word.status in scene.rules.overruled and self._overruled(token):
            return
        for thing in things:
            if not self._is_doer(thing, token, token.word.status):
                self._state(thing, token, token.word.status)

    def _is_doer(self, thing: Thing, verb: Token, status: str) -> bool:
        """Whether the thing does what the verb says, or the verb only counts it."""
        scene, (entity, said) = self._scene, thing
        if entity in scene.doers:
            return True
        if said.span.start in scene.counted_at and status in scene.rules.by_count:
            return True
        if entity in scene.counted and status in scene.rules.by_count:
            return True
        ahead = said.span.start < scene.clause.words.start + verb.start
        return ahead and entity.type in scene.rules.organizations and status in scene.rules.doing

    def _overruled(self, verb: Token) -> bool:
        """Whether a verb behind the object says more: 推动…投产, 支持…研发…."""
        named = False
        for token in self._scene.clause.tokens:
            if token.start <= verb.start:
                continue
            named = named or token.mention is not None
            if named and token.word is not None and token.word.status is not None:
                return True
        return False

    def _state(self, thing: Thing, verb: Token, status: str) -> None:
        scene, (entity, said) = self._scene, thing
        words = scene.words(verb)
        dated = self._date(verb)
        due = (dated[0], dated[2]) if dated and self._is_due(verb, dated[0]) else None
        when = (dated[1] if dated and due is None else None) or scene.dated
        ahead = self._is_ahead(verb)
        planned = due is not None or ahead or scene.context.plan is not None
        named = _PLANNED if due is not None or ahead else status
        where = Evidence(words.span)
        scene.put_in_industry(entity, said)
        wording = words.text.rstrip(_TO) if len(words.text) > _SHORTEST_WORDING else words.text
        statement = self._statement("StatusStatement", entity, named, wording, when, due)
        scene.said.state(statement, where, PLAN if planned else ACTUAL, when, scene.rule)
        scene.fact(statement, "about", entity, (said, where))
        scene.fact(statement, "status", Concept("status", named), where)
        if len(wording) <= MAX_VERBATIM:
            scene.fact(statement, "verbatim", wording, where)
        if due is not None:
            scene.fact(statement, "plannedCompletion", *due)
        if status in scene.rules.building and entity.type in scene.rules.built:
            scene.findings.entity(entity, None, said, also=("Project",))

    def _statement(
        self,
        type_: str,
        entity: EntityId,
        named: str,
        wording: str,
        dated: Dated | None,
        due: tuple[date, Evidence] | None,
    ) -> EntityId:
        frame = self._scene.said.frame
        when = dated.period.key if dated and dated is not frame.reports else ()
        by = (due[0].isoformat(),) if due else ()
        return EntityId(
            type_, self._scene.said.key(*frame.local(entity), named, wording, *when, *by)
        )

    def _date(self, verb: Token) -> tuple[date, Dated | None, Evidence] | None:
        """Return the date that the clause says before a verb: its last day, and its month.

        One without a year is of the year that is planned, else of the year reported.
        """
        scene, raw = self._scene, self._scene.clause.words.raw
        found = [
            match
            for pattern in (scene.rules.due, scene.rules.due_within)
            for match in pattern.finditer(raw, 0, verb.start)
        ]
        match = max(found, key=re.Match.end, default=None)
        if match is not None and verb.start - match.end() > _NEAR:
            match = None
        if verb.word is not None and verb.word.status in scene.rules.put_off:
            match = scene.rules.due.match(raw, verb.end) or match
        if match is None:
            return None
        spoken = scene.context.plan or scene.context.dated or scene.said.frame.reports
        printed = match.groupdict().get("year")
        year = int(printed) if printed else spoken.period.end_year if spoken else None
        day = last_day(year, match["month"], match["day"]) if year else None
        if year is None or day is None:
            return None
        said = Evidence(scene.clause.words.group(match).span)
        if match["month"] is None:
            return day, None, said
        return day, Dated(Period(year, year, "month", day.month, day.month), said), said

    def _is_due(self, verb: Token, day: date) -> bool:
        """Whether the date before a verb is one by which something is yet to be."""
        scene = self._scene
        raw, year = scene.clause.words.raw, scene.said.frame.year
        if scene.context.plan is not None or scene.rules.ahead.search(raw, 0, verb.start):
            return True
        return year is not None and day.year > year

    def _is_ahead(self, verb: Token) -> bool:
        before = self._scene.clause.words.raw[max(0, verb.start - _BEFORE) : verb.start]
        return self._scene.rules.not_yet.search(before) is not None

    # --- claims and editions ---

    def claim(self, group: Group, claim: Group, rule: TellingRule) -> None:
        """Record that a report calls things the first of their kind, or the only ones."""
        scene = self._scene
        things = scene.things(group, rule)
        if claim.words is None:
            return
        text = scene.rules.claim_noise.sub("", claim.words.text)
        distinction = concept(scene.rules.distinctions, text)
        if distinction is None or not 0 < len(text) <= MAX_VERBATIM:
            return
        where = Evidence(claim.words.span)
        scope = concept(scene.rules.scopes, text)
        for entity, said in things:
            local = scene.said.frame.local(entity)
            statement = EntityId("DistinctionClaim", scene.said.key(*local, text))
            scene.said.state(statement, where, ACTUAL, None, scene.rule)
            scene.fact(statement, "about", entity, (said, where))
            if scope:
                scene.fact(statement, "scope", Concept("scope", scope), where)
            scene.fact(statement, "distinction", Concept("distinction", distinction), where)
            scene.fact(statement, "verbatim", text, where)

    def edition(self, group: Group, edition: Group, rule: TellingRule) -> None:
        """Record which of its kind an event is: 第五届."""
        for entity, _ in self._scene.things(group, rule):
            if edition.words is not None:
                said = Evidence(edition.words.span)
                self._scene.fact(entity, "edition", Text(edition.words.text), said)

    # --- honours ---

    def award(self, group: Group, award: Group, verb: Group, rule: TellingRule) -> None:
        """Record that things received an honour, or did not."""
        scene = self._scene
        if verb.verb is None or verb.verb.word is None:
            return
        outcome = _outcome(verb.verb.word)
        wording = scene.words(verb.verb)
        where = Evidence(wording.span)
        head = scene.rules.award_head.search(wording.raw)
        level = wording.part(head.start(), len(wording.raw)) if head else None
        for honour, honour_said in self._awards(award.tokens, level):
            winner = concept(scene.rules.winners, honour.key[-1])
            for entity, said in scene.things(group, rule, supposed=winner):
                if entity == honour:
                    continue
                local = scene.said.frame.local(entity)
                key = scene.said.key(*local, *honour.key, outcome)
                statement = EntityId("AwardStatement", key)
                scene.said.state(statement, where, ACTUAL, scene.dated, scene.rule)
                scene.put_in_industry(entity, said)
                scene.fact(statement, "about", entity, (said, where))
                scene.fact(statement, "award", honour, honour_said)
                scene.fact(statement, "outcome", Concept("outcome", outcome), where)
                scene.fact(statement, "verbatim", wording.text, where)

    def _awards(self, tokens: Sequence[Token], level: Words | None) -> list[Thing]:
        """Return the awards that tokens name, without 名单 and the like behind them.

        `level` is what the verb has swallowed of the first: 国家级 of 获批国家级.
        """
        found: list[Thing] = []
        for token in tokens:
            if token.mention is None or self._scene.rules.no_award.search(token.mention.words.raw):
                continue
            words = token.mention.words
            if level is not None and level.span.end == words.start:
                words = self._scene.clause.words.part(token.start - len(level.raw), token.end)
            words = self._bare(words)
            mention = replace(token.mention, words=words)
            self._scene.used.add(token.start)
            entity = self._scene.linker.thing(mention, _AWARD, forced=True)
            if entity is not None:
                found.append((entity, Evidence(words.span)))
                self._scene.tell_batch(token, found[-1])
        return found

    def _bare(self, words: Words) -> Words:
        tail = self._scene.rules.award_tail.search(words.raw)
        if tail and tail.start() >= _SHORTEST_AWARD:
            words = words.part(0, tail.start())
        if words.raw[:1] in "“「" and words.raw[-1:] in "”」":
            words = words.part(1, len(words.raw) - 1)
        return words


def _outcome(word: Word) -> str:
    return word.award or _GRANTED
