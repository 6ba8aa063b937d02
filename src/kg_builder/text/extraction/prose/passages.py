"""Passages of prose: their sentences and clauses, and what each takes from the one before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kg_builder.model.entity import EntityId
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.prose.figures import FIGURES, PAIRS, FigureTeller
from kg_builder.text.extraction.prose.relations import RelationTeller
from kg_builder.text.extraction.prose.rules import PassageRules
from kg_builder.text.extraction.prose.scene import Context, Measured, Scene, Thing
from kg_builder.text.extraction.prose.statuses import STATEMENTS, StatusTeller
from kg_builder.text.extraction.prose.telling import Telling, TellingRule
from kg_builder.text.extraction.statements import Named, Statements
from kg_builder.text.grammar.words import LONGEST_CLAUSE, Words, split
from kg_builder.text.linking.linker import Linker
from kg_builder.text.notes.frame import Dated
from kg_builder.text.recognition.clauses import ClauseScanner
from kg_builder.text.recognition.encoding import ASIDE
from kg_builder.text.recognition.tokens import Clause

_COLONS = ("：", ":")
_INDUSTRY = "Industry"
_DATE_OPENS = 2
"""A period within so many characters of a clause's start is that of the sentence."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of prose and what its place in the report says of it."""

    words: Words
    industry: Thing | None = None
    plan: Dated | None = None
    """The period planned, where the passage stands in the plan."""
    known: tuple[Thing, ...] = ()
    """Things that the passage names and that the row of its table has read already."""


class PassageReader:
    """Reads the prose of one document."""

    def __init__(
        self, scanner: ClauseScanner, rules: PassageRules, linker: Linker, said: Statements
    ) -> None:
        self._scanner = scanner
        self._rules = rules
        self._linker = linker
        self._said = said

    def read(self, passages: Iterable[Passage], understood: Mapping[int, Named]) -> None:
        """Record what the passages say.

        The clauses that start at a key of `understood` are read already, each of an indicator.
        All names are settled before anything is told, so that a name is one thing everywhere.
        """
        scanned = [(passage, self._sentences(passage)) for passage in passages]
        self._linker.settle(
            [
                each
                for _, sentences in scanned
                for clauses in sentences
                for clause in clauses
                for each in clause.all()
            ]
        )
        for passage, sentences in scanned:
            context = Context(industry=passage.industry, plan=passage.plan)
            for number, clauses in enumerate(sentences):
                context.new_sentence()
                if number == 0 and clauses:
                    self._topic(clauses, context)
                for clause in clauses:
                    self._clause(clause, context, passage, understood)
        self._linker.tell_doubts()

    def _sentences(self, passage: Passage) -> list[list[Clause]]:
        return [list(self._clauses(sentence)) for sentence in split(passage.words, "。！!？?\n")]

    def _clauses(self, sentence: Words) -> Iterator[Clause]:
        for part in split(sentence, "；;，,:："):
            if len(part.raw) <= LONGEST_CLAUSE:
                clause = self._rules.refiner.refine(self._scanner.scan(part))
                for token in clause.tokens:
                    if token.kind == ASIDE:
                        inner = part.part(token.start + 1, token.end - 1)
                        clause.asides[token.start] = list(self._clauses(inner))
                yield clause
            else:
                self._said.findings.notice(
                    "long-clause",
                    f"分句长达 {len(part.raw)} 个字，未读",
                    f"a clause of {len(part.raw)} characters: not read",
                    part.span,
                )

    def _clause(
        self,
        clause: Clause,
        context: Context,
        passage: Passage,
        understood: Mapping[int, Named],
    ) -> None:
        known = [pair for pair in passage.known if clause.words.span.contains(pair[1].span)]
        indicator = understood.get(clause.words.start)
        if known:
            context.subject = known[-1]
        elif indicator is not None:
            context.measure([Measured(None, indicator)])
        else:
            scene = Scene(clause, context, self._rules, self._linker, self._said)
            _ClauseTeller(scene).tell()
            for start, inner in clause.asides.items():
                owner = scene.before(start)
                if owner is not None:
                    self._aside(inner, owner, context, passage)

    def _aside(
        self, clauses: Sequence[Clause], owner: Thing, context: Context, passage: Passage
    ) -> None:
        """Read what a bracket says of the thing before it; the sentence goes on without it."""
        latest = context.latest
        whole = latest if latest is not None and latest[0][0] == owner[0] else None
        aside = replace(context, subject=owner, whole=whole)
        for clause in clauses:
            self._clause(clause, aside, passage, {})

    def _topic(self, clauses: Sequence[Clause], context: Context) -> None:
        """Take the industry that a passage opens with: a short sentence, or a word and a colon."""
        words = clauses[0].words
        if not words.raw or any(token.figure for token in clauses[0].tokens):
            return
        end = words.span.end
        headed = self._said.findings.source.text[end : end + 1] in _COLONS
        if len(clauses) > 1 and not headed:
            return
        topic = self._linker.heading(words) if headed else self._linker.topic(words)
        if topic is not None:
            context.industry = topic
            self._said.findings.read(words.span)


class _ClauseTeller:
    """Tells what one clause says, by all rules that fit it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._statuses = StatusTeller(scene)
        self._figures = FigureTeller(scene)
        self._relations = RelationTeller(scene)

    def tell(self) -> None:
        """Apply the rules in their order; record what was told, and that the clause was read."""
        scene = self._scene
        self._date()
        following: Thing | None = None
        text = scene.encoded.text
        for rule in scene.rules.fitting(text):
            for match in rule.pattern.finditer(text):
                scene.rule = rule.id
                for telling in rule.tells:
                    following = self._one(telling, rule, match) or following
        self._name_all()
        self._relations.take_ahead(following)
        if self._figures.measured:
            scene.context.measure(self._figures.measured)
        following = scene.whole or following or self._opening()
        if following is not None:
            scene.context.subject = following
        if scene.told:
            scene.findings.read(scene.clause.words.span)

    def _date(self) -> None:
        """Take the period that the clause opens with for the rest of the sentence."""
        for token in self._scene.clause.tokens:
            if token.period is not None:
                if token.start <= _DATE_OPENS:
                    said = Evidence(self._scene.words(token).span)
                    self._scene.context.dated = Dated(token.period, said)
                return

    def _opening(self) -> Thing | None:
        """Return the thing that the clause opens with: what the next one may speak of."""
        opening = self._scene.opening()
        return opening[0] if opening else None

    def _name_all(self) -> None:
        """Record the things of which the clause says nothing that a rule knows."""
        scene = self._scene
        for token in scene.clause.tokens:
            if token.word is not None and token.word.status is not None:
                scene.name_authority(token)
            mention = token.mention
            if mention is None or mention.row is None or token.start in scene.used:
                continue
            if mention.row.type in scene.rules.alone and not mention.row.short:
                scene.linker.thing(mention)

    def _one(self, telling: Telling, rule: TellingRule, match: re.Match[str]) -> Thing | None:
        """Record one thing that a rule tells; return what the next clause may speak of."""
        scene = self._scene
        groups = [scene.group(match, name) for name in telling.three]
        if telling.action in FIGURES:
            return self._figures.tell(telling.action, groups, scene.group(match, "subject"), rule)
        if telling.action in PAIRS:
            self._figures.tell_pairs(telling.action, groups, rule)
        elif telling.action in STATEMENTS:
            self._statuses.tell(telling.action, groups, rule)
        elif telling.action in ("relation", "pairs", "ahead", "member", "elided", "signed"):
            self._relations.tell(telling, groups, rule)
        elif telling.action == "topic":
            self._take_topic(scene.things(groups[0], rule))
        elif telling.action == "silent":
            scene.silent.update(token.start for token in groups[0].tokens)
        elif telling.action == "subject":
            things = scene.things(groups[0], rule)
            return things[-1] if things else None
        return None

    def _take_topic(self, things: Sequence[tuple[EntityId, Evidence]]) -> None:
        if things and things[0][0].type == _INDUSTRY:
            self._scene.context.industry = things[0]
            self._scene.told = True
