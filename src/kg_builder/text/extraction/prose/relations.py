"""Relations that a clause tells between things: who did what, sets and their members."""

from __future__ import annotations

from collections.abc import Sequence

from kg_builder.model.entity import EntityId
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.prose.rules import concept
from kg_builder.text.extraction.prose.scene import Group, Scene, Thing
from kg_builder.text.extraction.prose.telling import ROLE, SIGNED, Telling, TellingRule
from kg_builder.text.notes.frame import carried, derived

_LONGEST_ELIDED = 4
"""What is left of a name, whose end another of its list has, is no longer than this."""


class RelationTeller:
    """Tells relations, members of sets, and lists that share the end of their names."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def tell(self, telling: Telling, groups: Sequence[Group], rule: TellingRule) -> None:
        """Do what a rule asks of things and others."""
        first, second, third = groups
        match telling.action:
            case "member":
                self.member(first, second, rule)
            case "elided":
                self.elided(first, second, rule)
            case "signed":
                self.signed(first, rule)
            case "ahead":
                self.ahead(telling.predicate, first, rule)
            case action:
                paired = action == "pairs"
                self.relation(telling.predicate, first, second, third, rule, paired=paired)

    def relation(
        self,
        predicate: str,
        subject: Group,
        value: Group,
        verb: Group,
        rule: TellingRule,
        *,
        paired: bool,
    ) -> None:
        """Record a relation of all things of a group to all of another, or one by one."""
        scene = self._scene
        if predicate == ROLE:
            predicate = self._role(verb)
        if not predicate:
            return
        subjects = scene.things(subject, rule, verb.verb)
        values = self._signed() if value.name == SIGNED else scene.things(value, rule)
        if paired:
            same = len(subjects) == len(values)
            pairs = list(zip(subjects, values, strict=True)) if same else []
        else:
            pairs = [(one, other) for one in subjects for other in values]
        for one, other in pairs:
            self._relate(one, predicate, other)

    def _role(self, verb: Group) -> str:
        """Return how one who does what a verb says stands to the thing."""
        rules, token = self._scene.rules, verb.verb
        if token is None or token.word is None or verb.words is None:
            return ""
        said = concept(rules.role_words, verb.words.raw)
        return said or rules.roles.get(token.word.status or "", "")

    def signed(self, group: Group, rule: TellingRule) -> None:
        """Keep the bodies that sign something, for what they then build together."""
        self._scene.context.signed = self._scene.things(group, rule)

    def _signed(self) -> list[Thing]:
        return [(entity, carried(said)) for entity, said in self._scene.context.signed]

    def _relate(self, subject: Thing, predicate: str, value: Thing) -> None:
        scene = self._scene
        if subject[0] == value[0] or not scene.rules.allows(predicate, value[0]):
            return
        if predicate in scene.rules.roles.values() or predicate == "partner":
            scene.doers.add(value[0])
        scene.fact(subject[0], predicate, value[0], (subject[1], value[1]))

    def ahead(self, predicate: str, value: Group, rule: TellingRule) -> None:
        """Keep a relation for the subject of the next clause: 聚焦…等场景,形成…."""
        self._scene.context.ahead = (predicate, self._scene.things(value, rule))
        self._scene.keeps_ahead = True

    def take_ahead(self, subject: Thing | None) -> None:
        """Give the clause's subject the relation that the clause before left open."""
        scene, ahead = self._scene, self._scene.context.ahead
        if ahead is None or scene.keeps_ahead:
            return
        scene.context.ahead = None
        if subject is not None:
            for value, said in ahead[1]:
                scene.fact(subject[0], ahead[0], value, (subject[1], carried(said)))

    def member(self, members: Group, whole: Group, rule: TellingRule) -> None:
        """Record the members of a set: 甲、乙等5个中心."""
        scene = self._scene
        sets = scene.things(whole, rule, counted=True)
        if not sets:
            return
        entity, said = scene.whole = sets[-1]
        for member, member_said in scene.things(members, rule, supposed=entity.type):
            if member == entity:
                continue
            self._part_of_subject(member, member_said)
            if entity.type in scene.rules.alone and scene.rules.may_be_both(member, entity):
                scene.findings.entity(member, None, member_said, also=(entity.type,))
            scene.fact(member, "inCollection", entity, (member_said, said))

    def elided(self, members: Group, whole: Group, rule: TellingRule) -> None:
        """Make the things of a list that share the end of their name: 种子、天使2支子基金."""
        scene = self._scene
        named = whole.tokens[0].mention if whole.tokens else None
        mentions = [token.mention for token in members.tokens if token.mention is not None]
        if named is None or named.row is None:
            return
        if named.row.collective or any(len(m.text) > _LONGEST_ELIDED for m in mentions):
            self.member(members, whole, rule)
            return
        scene.used.update(token.start for token in members.tokens)
        listed: list[Thing] = []
        end = scene.linker.shared_end(named)
        for mention in mentions:
            said = derived(Evidence(mention.words.span))
            entity = scene.linker.joined(mention, end, named.row, said)
            listed.append((entity, said))
            self._part_of_subject(entity, said)
        scene.keep_list(listed)
        token, words = whole.tokens[0], Evidence(named.words.span)
        summed = scene.linker.thing(named, counted=True)
        if summed is not None:
            scene.sets[token.start] = summed, words
        if end == named.text:
            scene.elided[token.start] = listed
        elif summed is not None:
            for member, said in listed:
                scene.fact(member, "inCollection", summed, (said, words))
        named_tokens = (token for token in members.tokens if token.mention is not None)
        for each, thing in zip(named_tokens, listed, strict=True):
            scene.elided[each.start] = [thing]
        scene.told = True

    def _part_of_subject(self, entity: EntityId, said: Evidence) -> None:
        """Make a thing part of what the sentence speaks of, if both are of one class."""
        subject = self._scene.subject
        if subject is None or subject[0] == entity or subject[0].type != entity.type:
            return
        if entity.type in self._scene.rules.with_parts:
            self._scene.fact(entity, "partOf", subject[0], (said, subject[1]))
