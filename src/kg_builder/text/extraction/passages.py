"""Prose into facts: what sentences and bullets say of the things they name.

Clauses are scanned for names (`text.recognition`), names become things (`text.linking`), and rules
over the clause tell what is said of them (`genre/rules/clauses.toml`). What a clause does not name
is carried over from the clause before it, and marked so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as dataclass_replace
from datetime import date

from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text
from kg_builder.model.selector import Evidence, Span
from kg_builder.text.extraction.clauses import PREVIOUS
from kg_builder.text.extraction.data import Data
from kg_builder.text.extraction.findings import Findings
from kg_builder.text.extraction.parsers import MAX_VERBATIM
from kg_builder.text.extraction.quantities import Figure
from kg_builder.text.extraction.statements import (
    Dated,
    Named,
    Observed,
    Statements,
    carried,
    derived,
)
from kg_builder.text.extraction.telling import AHEAD, Telling, TellingRule
from kg_builder.text.extraction.words import Words, split
from kg_builder.text.extraction.works import last_day
from kg_builder.text.linking.linker import Linker
from kg_builder.text.recognition.clauses import ClauseScanner
from kg_builder.text.recognition.encoding import IT, Encoded, Encoding
from kg_builder.text.recognition.lexicon import NameLexicon
from kg_builder.text.recognition.tokens import Clause, Mention, Token

_MAX_CLAUSE = 400
_COLONS = ("：", ":")
_NEAR = 12
"""A date stands no further than so many characters from its verb."""
_LONGEST_ELIDED = 4
"""What is left of a name, whose end another of its list has, is no longer than this."""
_COUNT, _RANK = "数量", "位次"
_PLANNED = "planned"
_WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class PassageRules:
    """How clauses tell of things."""

    encoding: Encoding
    rules: tuple[TellingRule, ...]
    roles: Mapping[str, str]
    doing: frozenset[str]
    """Statuses that an organisation brings about rather than is in."""
    organizations: frozenset[str]
    scopes: tuple[tuple[re.Pattern[str], str], ...]
    distinctions: tuple[tuple[re.Pattern[str], str], ...]
    unmeasured: Mapping[str, str]
    """By class and kind of figure: what a figure without an attribute measures."""
    not_yet: re.Pattern[str]
    new: re.Pattern[str]
    category: re.Pattern[str]
    """Names of projects that are counted and no more than a kind of them."""
    all_of: re.Pattern[str]
    """How a clause opens that speaks of the whole list before it."""
    falls: re.Pattern[str]
    building: frozenset[str]
    due: re.Pattern[str]
    ahead: re.Pattern[str]
    award_tail: re.Pattern[str]
    objects: Mapping[str, frozenset[str]]
    """The classes that a relation may point at, where not every class is."""

    @classmethod
    def of(cls, data: Data, lexicon: NameLexicon, statuses: Sequence[str]) -> PassageRules:
        """Read the rules; raises ConfigurationError for wrong ones."""
        groups = {name: data.part("groups").texts(name) for name in data.part("groups").raw}
        figures = data.part("figures")
        kinds = {base: kind for kind in figures.raw for base in figures.texts(kind)}
        classes = [row.type for row in lexicon.rows.values()]
        subjects = data.part("subjects")
        encoding = Encoding.of(
            classes,
            statuses,
            groups,
            subjects.texts("only"),
            subjects.texts("never"),
            subjects.texts("carried"),
            kinds,
        )
        slots = encoding.slots()
        return cls(
            encoding,
            tuple(TellingRule.of(part, slots) for part in data.parts("rule")),
            {key: str(value) for key, value in data.part("roles").items()},
            frozenset(subjects.texts("doing")),
            frozenset(groups.get("org", ())),
            tuple((p.pattern("pattern"), p.text("concept")) for p in data.parts("scope")),
            tuple((p.pattern("pattern"), p.text("concept")) for p in data.parts("distinction")),
            {key: str(value) for key, value in data.part("unmeasured").items()},
            data.pattern("not-yet"),
            data.pattern("new"),
            data.pattern("category"),
            data.pattern("all-of"),
            data.pattern("falls"),
            frozenset(data.texts("building")),
            data.pattern("due"),
            data.pattern("ahead"),
            data.pattern("award-tail"),
            {key: frozenset(data.part("objects").texts(key)) for key in data.part("objects").raw},
        )

    def allows(self, predicate: str, value: EntityId) -> bool:
        """Whether a thing of that class may be what the relation points at."""
        allowed = self.objects.get(predicate)
        return allowed is None or value.type in allowed


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of prose and what its place in the report says of it."""

    words: Words
    industry: tuple[EntityId, Evidence] | None = None
    plan: Dated | None = None
    """The period planned, where the passage stands in the plan."""
    known: tuple[tuple[EntityId, Evidence], ...] = ()
    """Things that the passage names and that the row of its table has read already."""
    table: int | None = None


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a figure was said of: a thing, an indicator of it, or an indicator alone."""

    about: tuple[EntityId, Evidence] | None
    indicator: Named

    def carried(self) -> _Measured:
        """Return the same for a clause that does not name it."""
        about = (self.about[0], carried(self.about[1])) if self.about else None
        return _Measured(about, Named(self.indicator.name, carried(self.indicator.said)))


@dataclass(slots=True)
class _Context:
    """What a passage has set so far."""

    subject: tuple[EntityId, Evidence] | None = None
    industry: tuple[EntityId, Evidence] | None = None
    dated: Dated | None = None
    plan: Dated | None = None
    listed: list[tuple[EntityId, Evidence]] = field(default_factory=list)
    """The things of the last list of several."""
    phased: Mention | None = None
    """The last name that ends with a phase: what 二期 alone is the second phase of."""
    ahead: tuple[str, list[tuple[EntityId, Evidence]]] | None = None
    """A relation whose subject the next clause names, and what it points at."""
    counted: set[EntityId] = field(default_factory=set)
    """The things of the passage that are many."""
    measured: list[_Measured] = field(default_factory=list)
    """What the last clause with figures measured, in its order."""


class PassageReader:
    """Reads the prose of one document."""

    def __init__(
        self, scanner: ClauseScanner, rules: PassageRules, linker: Linker, said: Statements
    ) -> None:
        self._scanner = scanner
        self._rules = rules
        self._linker = linker
        self._said = said
        self._findings: Findings = said.findings

    def read(self, passages: Iterable[Passage], understood: Mapping[int, Named]) -> None:
        """Record what the passages say.

        The clauses that start at a key of `understood` are read already, each of an indicator.
        """
        scanned = [
            (passage, [list(self._clauses(sentence)) for sentence in split(passage.words, "。！!？?\n")])
            for passage in passages
        ]
        self._linker.settle(
            clause for _, sentences in scanned for clauses in sentences for clause in clauses
        )
        for passage, sentences in scanned:
            context = _Context(industry=passage.industry, plan=passage.plan)
            for sentence_number, clauses in enumerate(sentences):
                context.subject = None
                context.dated = None
                context.measured = []
                if sentence_number == 0 and clauses:
                    self._topic_sentence(clauses, context)
                for clause in clauses:
                    indicator = understood.get(clause.words.start)
                    known = _known_in(clause, passage.known)
                    if known is not None:
                        context.subject = known
                    elif indicator is not None:
                        context.measured = [_Measured(None, indicator)]
                    else:
                        _ClauseTeller(self, clause, context).tell()

    def _clauses(self, sentence: Words) -> Iterable[Clause]:
        for part in split(sentence, "；;，,:："):
            if len(part.raw) <= _MAX_CLAUSE:
                yield self._scanner.scan(part)

    def _topic_sentence(self, clauses: list[Clause], context: _Context) -> None:
        """Take the industry that a passage opens with: a short sentence, or a word and a colon."""
        first = clauses[0]
        words = first.words
        if not words.raw or any(token.figure for token in first.tokens):
            return
        headed = self._findings.source.text[words.span.end : words.span.end + 1] in _COLONS
        if len(clauses) > 1 and not headed:
            return
        topic = self._linker.heading(words) if headed else self._linker.topic(words)
        if topic is not None:
            context.industry = topic
            self._findings.read(words.span)

    # what a teller needs

    @property
    def rules(self) -> PassageRules:
        """The rules."""
        return self._rules

    @property
    def linker(self) -> Linker:
        """The linker of the report."""
        return self._linker

    @property
    def said(self) -> Statements:
        """Where statements are recorded."""
        return self._said


class _ClauseTeller:
    """Tells what one clause says."""

    def __init__(self, reader: PassageReader, clause: Clause, context: _Context) -> None:
        self._rules = reader.rules
        self._linker = reader.linker
        self._said = reader.said
        self._findings = reader.said.findings
        self._clause = clause
        self._context = context
        self._told = False
        self._rule = ""
        self._used: set[Token] = set()
        self._measured: list[tuple[int, _Measured]] = []
        self._figures: set[Token] = set()
        self._counted: set[EntityId] = set()
        self._kept_ahead = False
        self._elided_sets: dict[Token, list[tuple[EntityId, Evidence]]] = {}
        self._doers: set[EntityId] = set()
        self._encoded = Encoded("", (), ())

    def tell(self) -> None:
        """Apply the rules in their order; record what was told and that it was read."""
        self._date()
        encoded = self._rules.encoding.encode(
            self._clause, carries=self._context.subject is not None
        )
        subject = self._context.subject
        following: tuple[EntityId, Evidence] | None = None
        self._encoded = encoded
        for rule in self._rules.rules:
            for match in rule.pattern.finditer(encoded.text):
                self._rule = rule.id
                for telling in rule.tells:
                    found = self._one(telling, rule, encoded, match)
                    if found is not None:
                        following = found
        self._name_all()
        if self._measured:
            ordered = [item for _, item in sorted(self._measured, key=lambda pair: pair[0])]
            self._context.measured = list(dict.fromkeys(ordered))
        self._take_ahead(following)
        if following is not None:
            self._context.subject = following
        elif subject is None and not self._told:
            self._context.subject = None
        if self._told:
            self._findings.read(self._clause.words.span)

    def _take_ahead(self, subject: tuple[EntityId, Evidence] | None) -> None:
        """Give the clause's subject the relation that the clause before left open."""
        ahead = self._context.ahead
        if ahead is None or self._kept_ahead:
            return
        self._context.ahead = None
        if subject is not None:
            for value, said in ahead[1]:
                both = (subject[1], carried(said))
                self._findings.fact(subject[0], ahead[0], value, both, "fields-ahead")

    def _name_all(self) -> None:
        """Record the things of which a clause says nothing that a rule knows."""
        for token in self._clause.tokens:
            mention = token.mention
            if mention is None or mention.row is None or token in self._used:
                continue
            if mention.row.type in _ALONE and not mention.row.id.startswith("short"):
                self._linker.thing(mention)

    def _date(self) -> None:
        for token in self._clause.tokens:
            if token.kind == "period" and token.period is not None:
                if token.start <= 2:
                    span = self._clause.span(token, token)
                    self._context.dated = Dated(token.period, Evidence(span))
                return

    # --- one telling ---

    def _fresh(self, tokens: tuple[Token, ...]) -> list[Figure]:
        """Return the figures of tokens, none if a rule before has told one of them."""
        if any(token in self._figures for token in tokens):
            return []
        return [token.figure for token in tokens if token.figure is not None]

    def _tell_figures(self, tokens: tuple[Token, ...]) -> None:
        self._figures.update(token for token in tokens if token.figure is not None)

    def _one(
        self, telling: Telling, rule: TellingRule, encoded: Encoded, match: re.Match[str]
    ) -> tuple[EntityId, Evidence] | None:
        groups = [
            (name, encoded.group(match, name), IT in (match[name] or ""))
            if name in match.re.groupindex
            else (name, (), False)
            for name in telling.groups
        ]
        action = telling.action
        if action == "status":
            self._status(self._things(groups[0], rule, groups[1][1]), groups[1][1])
        elif action == "subject":
            things = self._things(groups[0], rule, ())
            return things[-1] if things else None
        elif action == "topic":
            self._topic(groups[0], rule)
        elif action == "claim":
            self._claim(self._things(groups[0], rule, ()), groups[1][1])
        elif action == "edition":
            self._edition(self._things(groups[0], rule, ()), groups[1][1])
        elif action == "count":
            return self._count(groups, rule)
        elif action == AHEAD:
            self._context.ahead = (telling.predicate or "", self._things(groups[0], rule, ()))
            self._kept_ahead = True
        elif action == "count-it":
            self._count_it(groups)
        elif action in ("figure", "before"):
            measure = PREVIOUS if action == "before" else rule.measure
            self._figure(groups, rule, match, measure)
        elif action == "award":
            self._award(groups, rule)
        elif action == "member":
            self._member(groups, rule)
        elif action == "rank":
            self._rank(groups, rule)
        elif action == "elided":
            self._elided(groups, rule)
        elif action == "growth":
            self._growth(groups, match, telling)
        elif action == "gap":
            self._gap(groups, match)
        elif action == "pair-measures":
            self._pair_measures(groups)
        elif action == "pair":
            self._pair(groups, telling, match)
        elif action in ("relation", "pairs"):
            self._relation(telling, groups, rule)
        return None

    def _things(
        self,
        group: tuple[str, tuple[Token, ...], bool],
        rule: TellingRule,
        verb: tuple[Token, ...],
        *,
        counted: bool = False,
        supposed: str | None = None,
        forced: bool = False,
    ) -> list[tuple[EntityId, Evidence]]:
        """Return the things that a group names, or the one carried over."""
        name, tokens, it = group
        found: list[tuple[EntityId, Evidence]] = []
        if it and self._context.subject is not None:
            if self._rules.all_of.match(self._clause.words.raw) and self._context.listed:
                return [(entity, carried(said)) for entity, said in self._context.listed]
            entity, said = self._context.subject
            return [(entity, carried(said))]
        supposed = supposed or rule.supposed.get(name)
        if supposed is None and verb and verb[0].word is not None:
            supposed = verb[0].word.object
        mentions = [token.mention for token in tokens if token.mention is not None]
        if supposed is None and len(mentions) > 1:
            last = mentions[-1].row
            supposed = last.type if last else None
        for token in tokens:
            if token.mention is None:
                continue
            if token in self._elided_sets:
                found += self._elided_sets[token]
                continue
            if supposed is None and verb and token.mention.row is None and token.mention.quoted:
                supposed = "Topic"
            entity_id = self._phase(token.mention) or self._linker.thing(
                token.mention, supposed, counted=counted, forced=forced
            )
            if entity_id is not None:
                self._used.add(token)
                found.append((entity_id, Evidence(token.mention.words.span)))
                self._industry(entity_id, Evidence(token.mention.words.span))
        if len(found) > 1:
            self._context.listed = found
        return found

    def _phase(self, mention: Mention) -> EntityId | None:
        """Return the thing of which a clause names the phase alone: 二期."""
        if self._linker.phase_of(mention):
            self._context.phased = mention
            return None
        if self._context.phased is None:
            return None
        return self._linker.phase(mention, self._context.phased)

    def _industry(self, entity: EntityId, said: Evidence) -> None:
        industry = self._context.industry
        if industry is None or entity.type not in _OF_INDUSTRY:
            return
        evidence = (carried(industry[1]), said)
        self._findings.fact(entity, "inIndustry", industry[0], evidence, "industry-context")

    def _topic(self, group: tuple[str, tuple[Token, ...], bool], rule: TellingRule) -> None:
        things = self._things(group, rule, ())
        if things and things[0][0].type == "Industry":
            self._context.industry = things[0]
            self._told = True

    # --- statements ---

    def _where(self, *tokens: Sequence[Token]) -> Evidence:
        """Return the passage from the first to the last of some tokens."""
        found = sorted((token.start, token.end) for group in tokens for token in group)
        start = self._clause.words.start
        return Evidence(Span(start + found[0][0], start + max(end for _, end in found)))

    def _status(
        self, things: list[tuple[EntityId, Evidence]], verb: tuple[Token, ...]
    ) -> None:
        if not verb or verb[0].word is None or verb[0].word.status is None:
            return
        words = self._clause.words.part(verb[0].start, verb[0].end)
        concept, kind = verb[0].word.status, self._kind(verb[0])
        due = self._due(verb[0])
        if due is not None:
            kind = "plan"
        if due is not None or (kind == "plan" and self._is_ahead(verb[0])):
            concept = _PLANNED
        if verb[0].word.status in _OVERRULED and self._overruled(verb[0]):
            return
        for entity, said in things:
            if entity in self._doers:
                continue
            if entity in self._counted and concept in _SAID_BY_COUNT:
                continue
            if said.span.start < words.start and self._does(entity, verb[0].word.status):
                continue
            self._state_status(entity, said, concept, words, kind, due)

    def _overruled(self, verb: Token) -> bool:
        """Whether a verb behind the object says more: 推动…投产, 支持…研发…."""
        named = False
        for token in self._clause.tokens:
            if token.start <= verb.start:
                continue
            named = named or token.mention is not None
            if named and token.word is not None and token.word.status is not None:
                return True
        return False

    def _does(self, entity: EntityId, status: str) -> bool:
        """Whether the thing is who does it, not what it is done to."""
        return entity.type in self._rules.organizations and status in self._rules.doing

    def _state_status(
        self,
        entity: EntityId,
        said: Evidence,
        concept: str,
        words: Words,
        kind: str,
        due: tuple[date, Evidence] | None,
    ) -> None:
        said_status = Evidence(words.span)
        statements = self._said
        dated = self._dated()
        when = dated.period.key if dated and dated is not statements.frame.reports else ()
        local = statements.frame.local(entity)
        key = statements.key(*local, concept, words.text, *when)
        if due is not None:
            key = (*key, due[0].isoformat())
        statement = EntityId("StatusStatement", key)
        both = (said, said_status)
        statements.state(statement, said_status, kind, dated, self._rule)
        self._findings.fact(statement, "about", entity, both, self._rule)
        if concept in self._rules.building and entity.type in _BUILT:
            self._findings.entity(entity, None, said, also=("Project",))
        status = Concept("status", concept)
        self._findings.fact(statement, "status", status, said_status, self._rule)
        if len(words.text) <= MAX_VERBATIM:
            self._findings.fact(statement, "verbatim", words.text, said_status, self._rule)
        if due is not None:
            day, evidence = due
            self._findings.fact(statement, "plannedCompletion", day, evidence, self._rule)
        self._told = True

    def _due(self, verb: Token) -> tuple[date, Evidence] | None:
        """Return by when it is to be, where the clause says it before the verb."""
        match = None
        for match in self._rules.due.finditer(self._clause.words.raw, 0, verb.start):
            pass
        year = self._said.frame.year
        if match is None or verb.start - match.end() > _NEAR:
            return None
        ahead = self._rules.ahead.search(self._clause.words.raw, 0, match.start())
        if not ahead and not self._context.plan and (year is None or int(match["year"]) <= year):
            return None
        day = last_day(int(match["year"]), match["month"], match["day"])
        return (day, Evidence(self._clause.words.group(match).span)) if day else None

    def _is_ahead(self, verb: Token) -> bool:
        before = self._clause.words.raw[max(0, verb.start - 6) : verb.start]
        return self._rules.not_yet.search(before) is not None

    def _kind(self, verb: Token) -> str:
        if self._context.plan is not None or self._is_ahead(verb):
            return "plan"
        return "actual"

    def _dated(self) -> Dated | None:
        return self._context.dated or self._context.plan

    def _claim(
        self, things: list[tuple[EntityId, Evidence]], claim: tuple[Token, ...]
    ) -> None:
        if not claim:
            return
        words = self._clause.words.part(claim[0].start, claim[0].end)
        text = re.sub(r"^(?:目前|当前|迄今)?(?:是|为|属|系)?(?:在)?|的$", "", words.text)
        scope = _concept(self._rules.scopes, text)
        kind = _concept(self._rules.distinctions, text)
        if kind is None:
            return
        for entity, said in things:
            local = self._said.frame.local(entity)
            statement = EntityId("DistinctionClaim", self._said.key(*local, text))
            where = Evidence(words.span)
            self._said.state(statement, where, "actual", None, self._rule)
            self._findings.fact(statement, "about", entity, (said, where), self._rule)
            if scope:
                self._findings.fact(statement, "scope", Concept("scope", scope), where, self._rule)
            distinction = Concept("distinction", kind)
            self._findings.fact(statement, "distinction", distinction, where, self._rule)
            if len(text) <= MAX_VERBATIM:
                self._findings.fact(statement, "verbatim", text, where, self._rule)
            self._told = True

    def _edition(
        self, things: list[tuple[EntityId, Evidence]], edition: tuple[Token, ...]
    ) -> None:
        for entity, _ in things:
            if edition:
                where = self._where(edition)
                words = self._clause.words.part(edition[0].start, edition[0].end)
                self._findings.fact(entity, "edition", Text(words.text), where, self._rule)
                self._told = True

    # --- figures ---

    def _count(
        self, groups: list[tuple[str, tuple[Token, ...], bool]], rule: TellingRule
    ) -> tuple[EntityId, Evidence] | None:
        verb = groups[2][1] if len(groups) > 2 else ()
        figures = self._fresh(groups[1][1])
        if not figures:
            return None
        if rule.id == _BEHIND and self._counts_of_subject(groups, verb, figures[0]):
            return None
        things = self._things(groups[0], rule, (), counted=True)
        if not things:
            return None
        entity, said = things[-1]
        self._counted.add(entity)
        self._context.counted.add(entity)
        figure = figures[0]
        self._tell_figures(groups[1][1])
        measure = rule.measure or "level"
        if verb and self._rules.new.search(self._clause.text(verb[0])):
            measure = "change"
        self._record(_Measured((entity, said), Named(_COUNT, derived(said))), figure, measure)
        return entity, said

    def _counts_of_subject(
        self,
        groups: list[tuple[str, tuple[Token, ...], bool]],
        verb: tuple[Token, ...],
        figure: Figure,
    ) -> bool:
        """Record a count as one of what the sentence speaks of: …论坛,参会嘉宾1200余人.

        So it is where no verb of its own makes the things that are counted.
        """
        subject = self._context.subject
        tokens = groups[0][1]
        if subject is None or not tokens or tokens[-1].mention is None:
            return False
        if subject[0].type in _COUNTED_ALONE or subject[0] in self._context.counted:
            return False
        word = verb[0].word if verb else None
        if word is not None and word.status != "added":
            return False
        if not verb and tokens[-1].mention.row is not None and self._clause.tokens[0].kind == "name":
            if self._clause.tokens[0] is not tokens[-1]:
                return False
        mention = tokens[-1].mention
        self._used.update(tokens)
        self._tell_figures(groups[1][1])
        measure = "change" if verb and self._rules.new.search(self._clause.text(verb[0])) else "level"
        named = Named(mention.text, Evidence(mention.words.span))
        self._record(_Measured((subject[0], carried(subject[1])), named), figure, measure)
        return True

    def _count_it(self, groups: list[tuple[str, tuple[Token, ...], bool]]) -> None:
        """Record a count of what the clause before counted: 其中年内新建7家."""
        figures = self._fresh(groups[1][1])
        subject = self._context.subject
        if not figures or subject is None:
            return
        self._tell_figures(groups[1][1])
        verb = groups[2][1] if len(groups) > 2 else ()
        new = verb and self._rules.new.search(self._clause.text(verb[0]))
        item = _Measured((subject[0], carried(subject[1])), Named(_COUNT, derived(subject[1])))
        self._record(item, figures[0], "change" if new else "level")

    def _figure(
        self,
        groups: list[tuple[str, tuple[Token, ...], bool]],
        rule: TellingRule,
        match: re.Match[str],
        measure: str | None,
    ) -> None:
        figures = self._fresh(groups[1][1])
        if not figures:
            return
        things = self._things(groups[0], rule, ())
        attribute = self._stretch(match, groups[2][0]) if len(groups) > 2 else None
        if not things and (attribute is None or self._linker.only_attribute(attribute)):
            return
        self._tell_figures(groups[1][1])
        self._measure(things[-1] if things else None, figures[0], attribute, measure)

    def _growth(
        self,
        groups: list[tuple[str, tuple[Token, ...], bool]],
        match: re.Match[str],
        telling: Telling,
    ) -> None:
        """Record how what was measured before grew: one figure, or one for each (分别)."""
        figures = self._fresh(groups[0][1])
        verb = self._stretch(match, telling.groups[1])
        if verb is None:
            return
        sign = -1 if self._rules.falls.search(verb.raw) else 1
        measured = self._growing(groups, match, telling, len(figures)) if figures else []
        if measured:
            self._tell_figures(groups[0][1])
        for item, figure in zip(measured, figures, strict=False):
            signed = dataclass_replace(figure, value=sign * figure.value)
            percent = figure.unit.name == "percent"
            self._record(item, signed, "growth" if percent else "change", verb)

    def _gap(
        self, groups: list[tuple[str, tuple[Token, ...], bool]], match: re.Match[str]
    ) -> None:
        """Record by how much what was measured lies above or below something."""
        figures = self._fresh(groups[0][1])
        verb, than = self._stretch(match, "verb"), self._stretch(match, "than")
        items = self._gapped(match)
        if not figures or verb is None or than is None or items is None:
            return
        self._tell_figures(groups[0][1])
        sign = -1 if self._rules.falls.search(verb.raw) else 1
        signed = dataclass_replace(figures[0], value=sign * figures[0].value)
        self._record(items, signed, "gap", verb, than)

    def _gapped(self, match: re.Match[str]) -> _Measured | None:
        subject = self._stretch(match, "subject")
        tokens = self._encoded.group(match, "subject")
        if subject is not None and tokens and tokens[-1].mention is None:
            return _Measured(None, Named(subject.text, Evidence(subject.span)))
        if tokens and tokens[-1].mention is not None:
            entity = self._linker.thing(tokens[-1].mention, counted=True)
            said = Evidence(tokens[-1].mention.words.span)
            return _Measured((entity, said), Named(_COUNT, derived(said))) if entity else None
        return self._context.measured[-1].carried() if self._context.measured else None

    def _growing(
        self,
        groups: list[tuple[str, tuple[Token, ...], bool]],
        match: re.Match[str],
        telling: Telling,
        count: int,
    ) -> list[_Measured]:
        attribute = self._stretch(match, telling.groups[2]) if len(telling.groups) > 2 else None
        if attribute is None:
            own = [item for _, item in sorted(self._measured, key=lambda pair: pair[0])]
            items = [item.carried() for item in own or self._context.measured]
            return items if len(items) == count else items[-1:] if count == 1 else []
        token = groups[2][1][0] if groups[2][1] else None
        if token is None or token.mention is None:
            subject = self._context.subject
            about = (subject[0], carried(subject[1])) if subject else None
            return [_Measured(about, Named(attribute.text, Evidence(attribute.span)))]
        entity = self._linker.thing(token.mention, counted=True)
        if entity is None:
            return []
        self._used.add(token)
        said = Evidence(token.mention.words.span)
        return [_Measured((entity, said), Named(_COUNT, derived(said)))]

    def _stretch(self, match: re.Match[str], group: str) -> Words | None:
        """Return the words of a group, names and other words alike."""
        where = self._encoded.stretch(match, group)
        return self._clause.words.part(*where) if where else None

    def _measure(
        self,
        about: tuple[EntityId, Evidence] | None,
        figure: Figure,
        attribute: Words | None,
        measure: str | None,
    ) -> None:
        """Record a figure of a thing; without an attribute its unit says what it measures."""
        if attribute:
            named = Named(attribute.text, Evidence(attribute.span))
        elif about is not None:
            kind = self._rules.encoding.figure_kinds.get(figure.unit.base, "count")
            names = self._rules.unmeasured
            name = names.get(f"{about[0].type}-{kind}") or names.get(kind, _COUNT)
            named = Named(name, derived(about[1]))
        else:
            return
        self._record(_Measured(about, named), figure, measure or "level")

    def _pair(
        self,
        groups: list[tuple[str, tuple[Token, ...], bool]],
        telling: Telling,
        match: re.Match[str],
    ) -> None:
        """Give each thing of the list before its own of the figures: 分别为…、…."""
        figures = self._fresh(groups[0][1])
        if len(figures) < 2 or len(figures) != len(self._context.listed):
            return
        attribute = self._stretch(match, telling.groups[1]) if len(telling.groups) > 1 else None
        self._tell_figures(groups[0][1])
        for (entity, said), figure in zip(self._context.listed, figures, strict=True):
            self._measure((entity, carried(said)), figure, attribute, None)

    def _pair_measures(self, groups: list[tuple[str, tuple[Token, ...], bool]]) -> None:
        """Give each measure of a list its figure: 城镇、农村居民收入分别为…和…."""
        figures = self._fresh(groups[1][1])
        tokens = groups[0][1]
        if len(figures) != len(tokens):
            return
        self._tell_figures(groups[1][1])
        words = [self._clause.words.part(token.start, token.end) for token in tokens]
        subject = self._context.subject
        about = (subject[0], carried(subject[1])) if subject else None
        for token, item, figure in zip(tokens, words, figures, strict=True):
            self._used.add(token)
            name = item.text
            if token.kind != "attribute":
                name += _shared_tail(name, words[-1].text)
            said = Evidence(item.span)
            named = Named(name, said if name == item.text else derived(said))
            self._record(_Measured(about, named), figure, "level")

    def _part_of_subject(self, entity: EntityId, said: Evidence) -> None:
        """Make a thing part of what the sentence speaks of, if both are of one class."""
        if self._context.subject is None:
            return
        of, of_said = self._context.subject
        if of.type == entity.type and of != entity and of.type in _WITH_PARTS:
            both = (said, carried(of_said))
            self._findings.fact(entity, "partOf", of, both, self._rule)

    def _elided(
        self, groups: list[tuple[str, tuple[Token, ...], bool]], rule: TellingRule
    ) -> None:
        """Make the things of a list that share the end of their name: 种子、天使2支子基金."""
        whole = groups[1][1][0].mention if groups[1][1] else None
        if whole is None or whole.row is None:
            return
        members = [token.mention for token in groups[0][1] if token.mention is not None]
        if whole.row.collective or any(len(m.text) > _LONGEST_ELIDED for m in members):
            self._member(groups, rule)
            return
        listed: list[tuple[EntityId, Evidence]] = []
        for token in groups[0][1]:
            if token.mention is not None:
                said = derived(Evidence(token.mention.words.span))
                entity = self._linker.joined(token.mention, whole, said)
                self._used.add(token)
                listed.append((entity, said))
                self._part_of_subject(entity, said)
        self._context.listed = listed
        self._elided_sets[groups[1][1][0]] = listed
        self._told = True

    def _rank(
        self, groups: list[tuple[str, tuple[Token, ...], bool]], rule: TellingRule
    ) -> None:
        things = self._things(groups[0], rule, ())
        if not things or not groups[1][1]:
            return
        token = groups[1][1][0]
        words = self._clause.words.part(token.start, token.end)
        ranked = self._linker.rank(words)
        if ranked is None:
            return
        figure, scope = ranked
        entity, said = things[-1]
        item = _Measured((entity, said), Named(_RANK, derived(said)))
        self._record(item, figure, "rank", compared=scope)

    def _record(
        self,
        item: _Measured,
        figure: Figure,
        measure: str,
        verb: Words | None = None,
        compared: Words | None = None,
    ) -> None:
        kind = "plan" if self._context.plan is not None else "actual"
        said = Evidence(figure.words.span)
        verbatim = figure.words.text
        if verb is not None and figure.value < 0:
            said = Evidence(Span(verb.start, figure.words.span.end))
            verbatim = self._findings.page.words(said.span).text
        self._said.observe(
            Observed(
                indicator=item.indicator,
                measure=measure,
                figure=figure,
                said=said,
                verbatim=verbatim,
                kind=kind,
                dated=self._dated(),
                about=item.about,
                compared=compared,
            ),
            self._rule,
        )
        self._measured.append((figure.words.start, item))
        self._told = True

    # --- honours, sets, relations ---

    def _award(
        self, groups: list[tuple[str, tuple[Token, ...], bool]], rule: TellingRule
    ) -> None:
        verb = groups[2][1]
        if not verb or verb[0].word is None:
            return
        outcome = verb[0].word.award or _GRANTED
        for award, award_said in self._awards(groups[1][1]):
            for entity, said in self._things(groups[0], rule, ()):
                if entity == award:
                    continue
                local = self._said.frame.local(entity)
                key = self._said.key(*local, *award.key, outcome)
                statement = EntityId("AwardStatement", key)
                where = self._where(verb)
                self._said.state(statement, where, "actual", self._dated(), self._rule)
                both = (said, where)
                self._findings.fact(statement, "about", entity, both, self._rule)
                self._findings.fact(statement, "award", award, award_said, self._rule)
                self._findings.fact(
                    statement, "outcome", Concept("outcome", outcome), where, self._rule
                )
                words = self._clause.words.part(verb[0].start, verb[0].end)
                self._findings.fact(statement, "verbatim", words.text, where, self._rule)
                self._told = True

    def _awards(self, tokens: tuple[Token, ...]) -> list[tuple[EntityId, Evidence]]:
        """Return the awards that tokens name, without 名单 and the like behind them."""
        found: list[tuple[EntityId, Evidence]] = []
        for token in tokens:
            if token.mention is None:
                continue
            words = token.mention.words
            tail = self._rules.award_tail.search(words.raw)
            if tail and tail.start() > 2:
                words = words.part(0, tail.start())
            if words.raw[:1] in "“「" and words.raw[-1:] in "”」":
                words = words.part(1, len(words.raw) - 1)
            mention = dataclass_replace(token.mention, words=words)
            entity = self._linker.thing(mention, "Award", forced=True)
            self._used.add(token)
            if entity is not None:
                found.append((entity, Evidence(words.span)))
        return found

    def _member(
        self, groups: list[tuple[str, tuple[Token, ...], bool]], rule: TellingRule
    ) -> None:
        sets = self._things(groups[1], rule, (), counted=True)
        if not sets:
            return
        whole, whole_said = sets[-1]
        for entity, said in self._things(groups[0], rule, (), supposed=whole.type):
            if entity != whole:
                both = (said, whole_said)
                self._part_of_subject(entity, said)
                if whole.type in _ALONE:
                    self._findings.entity(entity, None, said, also=(whole.type,))
                self._findings.fact(entity, "inCollection", whole, both, self._rule)
                self._told = True

    def _relation(
        self,
        telling: Telling,
        groups: list[tuple[str, tuple[Token, ...], bool]],
        rule: TellingRule,
    ) -> None:
        predicate = telling.predicate
        if predicate == "@role":
            verb = groups[2][1]
            status = verb[0].word.status if verb and verb[0].word else None
            predicate = self._rules.roles.get(status or "")
        if predicate is None:
            return
        verb = groups[2][1] if len(groups) > 2 else ()
        subjects = self._things(groups[0], rule, verb)
        values = self._things(groups[1], rule, ())
        if telling.action == "pairs":
            pairs = list(zip(subjects, values, strict=False)) if _paired(subjects, values) else []
        else:
            pairs = [(subject, value) for subject in subjects for value in values]
        for (subject, said), (value, value_said) in pairs:
            if subject == value or not self._rules.allows(predicate, value):
                continue
            if predicate in _OF_DOERS:
                self._doers.add(value)
            self._findings.fact(subject, predicate, value, (said, value_said), self._rule)
            self._told = True


_ALONE = frozenset(
    {
        "Alliance", "Cluster", "Event", "Fund", "Institution", "Park", "Platform", "Policy",
        "Project", "School", "Product", "Company", "Street", "Town", "Place", "Road", "Village",
    }
)  # fmt: skip
"""Classes whose things are kept by name alone."""
_OF_DOERS = frozenset(
    {
        "ledBy", "builtBy", "developedBy", "operatedBy", "organizedBy", "foundedBy", "issuedBy",
        "supportedBy", "partner",
    }
)  # fmt: skip
"""Relations to who does something."""
_GRANTED = "granted"
_BEHIND = "count-behind"
"""The rule of counts behind what they count."""
_WITH_PARTS = frozenset({"Park", "Fund", "Platform", "Cluster"})
"""Classes of things that a list behind them tells the parts of."""
_BUILT = frozenset({"Platform", "Park", "Institution", "School"})
"""Classes of things that are built: while they are, they are projects."""
_COUNTED_ALONE = frozenset({"Topic", "Industry", "Policy"})
"""Of what is of these classes, a count is none of theirs."""
_SAID_BY_COUNT = frozenset(
    {"added", "introduced", "cultivated", "built", "founded", "issued", "completed", "under-way"}
)
"""Statuses that a count of things tells by itself."""
_OVERRULED = frozenset({"under-way", "supported"})
"""Statuses that say less than the verb behind the object, where there is one."""
_OF_INDUSTRY = frozenset(
    {
        "Alliance", "Cluster", "Company", "Event", "Fund", "Institution", "Park", "Platform",
        "Policy", "Project", "Product",
    }
)  # fmt: skip


def _shared_tail(name: str, last: str) -> str:
    """Return the end of the last name of a list that an earlier one shares with it.

    城镇居民 shares 人均可支配收入 with 农村居民人均可支配收入: it starts behind what both have.
    """
    for length in range(min(4, len(name)), 0, -1):
        place = last.find(name[-length:])
        if place >= 0:
            return last[place + length :]
    return last


def _paired(
    left: Sequence[tuple[EntityId, Evidence]], right: Sequence[tuple[EntityId, Evidence]]
) -> bool:
    return len(left) == len(right)


def _known_in(
    clause: Clause, known: tuple[tuple[EntityId, Evidence], ...]
) -> tuple[EntityId, Evidence] | None:
    """Return the last of `known` that the clause names."""
    found = [pair for pair in known if clause.words.span.contains(pair[1].span)]
    return found[-1] if found else None


def _concept(rows: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str | None:
    return next((concept for pattern, concept in rows if pattern.search(text)), None)
