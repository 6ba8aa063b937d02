"""What is at hand while a clause is read: the clause, what came before it, and where facts go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Text, Value
from kg_builder.model.selector import Evidence, Span
from kg_builder.text.extraction.prose.rules import PassageRules
from kg_builder.text.extraction.prose.telling import SIGNED, TellingRule
from kg_builder.text.extraction.statements import Named, Statements
from kg_builder.text.grammar.words import Words
from kg_builder.text.linking.linker import Linker
from kg_builder.text.notes.frame import Dated, carried
from kg_builder.text.recognition.encoding import IT, Encoded
from kg_builder.text.recognition.tokens import Clause, Mention, Token

_BEFORE_SUBJECT = ("period", "edition", "claim")
"""What may stand before the subject that a clause opens with."""

Thing = tuple[EntityId, Evidence]
"""A thing and the passage that names it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a figure was said of: a thing, an indicator of it, or an indicator alone."""

    about: Thing | None
    indicator: Named

    def carried(self) -> Measured:
        """Return the same for a clause that does not name it."""
        about = (self.about[0], carried(self.about[1])) if self.about else None
        return Measured(about, Named(self.indicator.name, carried(self.indicator.said)))


@dataclass(slots=True)
class Context:
    """What a passage has set so far."""

    subject: Thing | None = None
    before: Thing | None = None
    """What the last sentence with a subject spoke of: what 该项目 means."""
    industry: Thing | None = None
    dated: Dated | None = None
    plan: Dated | None = None
    """The period planned, where the passage stands in the plan."""
    listed: Sequence[Thing] = ()
    """The things of the last list of several."""
    still_listed: bool = False
    """Whether this sentence has listed them."""
    signed: Sequence[Thing] = ()
    """The bodies that have signed something in this sentence."""
    phased: Mention | None = None
    """The last name that ends with a phase: what 二期 alone is the second phase of."""
    ahead: tuple[str, Sequence[Thing]] | None = None
    """A relation whose subject the next clause names, and what it points at."""
    counted: set[EntityId] = field(default_factory=set)
    """The things of the passage that are many."""
    latest: tuple[Thing, str] | None = None
    """What the sentence counted last, and in what unit."""
    whole: tuple[Thing, str] | None = None
    """What the clause counts the parts of, and in what unit: 其中…12家."""
    measured: Sequence[Measured] = ()
    """What the last clause with figures measured, in its order."""
    sentence: dict[Measured, None] = field(default_factory=dict)
    """What the sentence has measured so far, each once, in its order."""

    def new_sentence(self) -> None:
        """Forget what no sentence takes over from the one before it."""
        self.before = self.subject or self.before
        self.subject = None
        self.signed = ()
        self.still_listed = False
        self.dated = None
        self.measured = ()
        self.sentence = {}
        self.latest = None
        self.whole = None

    def measure(self, measured: Sequence[Measured]) -> None:
        """Take in what a clause has measured."""
        self.measured = measured
        self.sentence |= dict.fromkeys(measured)


@dataclass(frozen=True, slots=True)
class Group:
    """What a group of a rule's pattern caught: its tokens, or the subject carried over (`it`)."""

    name: str
    tokens: tuple[Token, ...]
    it: bool
    clause: Clause
    where: tuple[int, int] | None
    """The stretch of the clause; None for a group that caught nothing or only `it`."""

    @property
    def words(self) -> Words | None:
        """The words of the stretch."""
        return self.clause.words.part(*self.where) if self.where else None

    @property
    def verb(self) -> Token | None:
        """The first token, if it is a verb."""
        return self.tokens[0] if self.tokens and self.tokens[0].word is not None else None


class Scene:
    """One clause being read."""

    def __init__(
        self,
        clause: Clause,
        context: Context,
        rules: PassageRules,
        linker: Linker,
        said: Statements,
    ) -> None:
        self.clause = clause
        self.context = context
        self.rules = rules
        self.linker = linker
        self.said = said
        self.findings = said.findings
        if context.subject is None and rules.refers.match(clause.words.raw):
            context.subject = context.before
        one = rules.one_of.match(clause.words.raw)
        if one is not None and len(context.listed) > 1:
            context.subject = context.listed[0 if one["first"] else -1]
        if rules.parts.match(clause.words.raw):
            context.whole = context.latest
        self.encoded: Encoded = rules.encoding.encode(clause, carries=context.subject is not None)
        self.rule = ""
        """The rule that is telling."""
        self.told = False
        self.used: set[int] = set()
        """Where the names start that a rule has told something of."""
        self.counted: set[EntityId] = set()
        self.counted_at: set[int] = set()
        """Where the names stand of what a figure counts."""
        self.doers: set[EntityId] = set()
        """Those who do something in this clause: nothing else is done to them in it."""
        self.silent: set[int] = set()
        """Where the verbs start that only say what a thing has: 设置床位320张."""
        self.elided: dict[int, Sequence[Thing]] = {}
        """By where the name of a set starts: the things of the list that share its end."""
        self.sets: dict[int, Thing] = {}
        """By where its name starts: the set that such a list is summed up by."""
        self.keeps_ahead = False
        self.whole: Thing | None = None
        """The set whose members the clause lists: what the next one may speak of."""
        self._nothing = Group("", (), it=False, clause=clause, where=None)
        self._signed = Group(SIGNED, (), it=False, clause=clause, where=None)
        self._resolved: dict[tuple[int, str | None, bool], list[Thing]] = {}

    def group(self, match: re.Match[str], name: str) -> Group:
        """Return what a group caught; a name that is no group of the rule catches nothing."""
        if name not in match.re.groupindex:
            return self._nothing if name != SIGNED else self._signed
        where = self.encoded.stretch(match, name)
        tokens = self.encoded.group(match, name)
        return Group(name, tokens, IT in (match[name] or ""), self.clause, where)

    def fact(
        self, subject: EntityId, predicate: str, value: Value, said: Evidence | Sequence[Evidence]
    ) -> None:
        """Record a fact of the rule that is telling."""
        self.findings.fact(subject, predicate, value, said, self.rule)
        self.told = True

    def words(self, token: Token) -> Words:
        """Return the words of a token."""
        return self.clause.words.part(token.start, token.end)

    @property
    def dated(self) -> Dated | None:
        """The period that the sentence or the section speaks of, if it is not the report's."""
        return self.context.dated or self.context.plan

    @property
    def subject(self) -> Thing | None:
        """The subject carried over from the clause before."""
        if self.context.subject is None:
            return None
        return self.context.subject[0], carried(self.context.subject[1])

    def things(
        self,
        group: Group,
        rule: TellingRule,
        verb: Token | None = None,
        *,
        counted: bool = False,
        supposed: str | None = None,
    ) -> list[Thing]:
        """Return the things that a group names, or the one carried over.

        A name whose end tells nothing is of the class `supposed`, else of that which the rule or
        the verb supposes, else of that of the last name of its list.
        """
        if group.it and self.subject is not None:
            if self.rules.all_of.match(self.clause.words.raw) and self.context.listed:
                return [(entity, carried(said)) for entity, said in self.context.listed]
            return [self.subject]
        supposed = supposed or self._supposed(group, rule, verb)
        found: list[Thing] = []
        for token in group.tokens:
            if token.start in self.elided:
                found += self.elided[token.start]
            elif token.mention is not None:
                found += self._thing(token, token.mention, supposed, verb, counted=counted)
        if len(found) > 1:
            self.keep_list(found)
        return found

    def keep_list(self, things: Sequence[Thing]) -> None:
        """Keep a list of things: what 分别 is said of, and what goes on without a subject."""
        self.context.listed = things
        self.context.still_listed = True

    def all_of_it(self) -> Sequence[Thing]:
        """Return what a clause without a subject of its own speaks of: a list, if one opened it."""
        context = self.context
        if context.subject is None:
            return ()
        listed = context.listed if context.still_listed else ()
        if any(entity == context.subject[0] for entity, _ in listed):
            return [(entity, carried(said)) for entity, said in listed]
        return [(context.subject[0], carried(context.subject[1]))]

    def _supposed(self, group: Group, rule: TellingRule, verb: Token | None) -> str | None:
        supposed = rule.supposed.get(group.name)
        if supposed is None and verb is not None and verb.word is not None:
            supposed = verb.word.object
        mentions = [token.mention for token in group.tokens if token.mention is not None]
        if supposed is None and len(mentions) > 1 and mentions[-1].row is not None:
            supposed = mentions[-1].row.type
        return supposed

    def _thing(
        self,
        token: Token,
        mention: Mention,
        supposed: str | None,
        verb: Token | None,
        *,
        counted: bool,
    ) -> list[Thing]:
        if supposed is None and verb is not None and mention.row is None and mention.quoted:
            supposed = self.rules.quoted
        key = (token.start, supposed, counted)
        found = self._resolved.get(key) or self._settled(token, mention, supposed)
        if found is None:
            entity = self._phase(mention) or self.linker.thing(mention, supposed, counted=counted)
            said = Evidence(mention.words.span)
            found = self._resolved[key] = [(entity, said)] if entity is not None else []
        if found:
            self.used.add(token.start)
            self.tell_batch(token, found[-1])
        return found

    def _settled(self, token: Token, mention: Mention, supposed: str | None) -> list[Thing] | None:
        """Return what a rule before has made of a name.

        What was counted is known, even by a name that is a kind's alone; a name whose end tells
        nothing is of the class that the first rule supposed.
        """
        if mention.row is not None:
            return self._resolved.get((token.start, supposed, True))
        return self._made(token)

    def _made(self, token: Token) -> list[Thing] | None:
        """Return what the first rule that met a name has made of it."""
        made = (
            things
            for (start, _, _), things in self._resolved.items()
            if start == token.start and things
        )
        return next(made, None)

    def tell_batch(self, token: Token, thing: Thing) -> None:
        """Record the batch that the clause puts a thing in: 第六批国家生态文明建设示范区."""
        batch = self.rules.batch.search(self.clause.words.raw, 0, token.start)
        if batch is not None:
            words = self.clause.words.group(batch, "batch")
            said = (Evidence(words.span), thing[1])
            self.findings.fact(thing[0], "batch", Text(words.text), said, "name-batch")

    def _phase(self, mention: Mention) -> EntityId | None:
        """Return the thing of which a clause names the phase alone: 二期."""
        if self.linker.has_phase(mention):
            self.context.phased = mention
            return None
        if self.context.phased is None:
            return None
        return self.linker.phase(mention, self.context.phased)

    def before(self, place: int) -> Thing | None:
        """Return the thing that the clause names last before a place."""
        for token in reversed(self.clause.tokens):
            if token.mention is None or token.end > place:
                continue
            if made := self._made(token):
                return made[-1]
            entity = self.linker.thing(token.mention) if token.mention.row else None
            return (entity, Evidence(token.mention.words.span)) if entity else None
        return None

    def put_in_industry(self, entity: EntityId, said: Evidence) -> None:
        """Put a thing of which a clause says something into the industry that its passage is on."""
        industry = self.context.industry
        if industry is not None and entity.type in self.rules.of_industry:
            evidence = (carried(industry[1]), said)
            self.findings.fact(entity, "inIndustry", industry[0], evidence, "industry-context")

    def name_authority(self, verb: Token) -> None:
        """Record the body that the wording of a status names: 报市发展改革委审批."""
        words = self.words(verb)
        found = self.rules.authority.search(words.raw)
        if found is not None:
            row = self.linker.row_of_body
            self.linker.thing(Mention(words.group(found, "name"), row))

    def opening(self) -> tuple[Thing, Token] | None:
        """Return the thing that the clause opens with, and where it stands."""
        for token in self.clause.tokens:
            if token.mention is not None:
                entity = self.linker.thing(token.mention) if token.mention.row else None
                if entity is None or entity.type not in self.rules.alone:
                    return None
                return (entity, Evidence(token.mention.words.span)), token
            adverb = self.rules.before_subject.fullmatch(self.words(token).raw)
            if token.kind not in _BEFORE_SUBJECT and adverb is None:
                return None
        return None

    def span(self, start: Words, end: Words) -> Span:
        """Return the span from one stretch to another."""
        return Span(start.start, end.span.end)
