"""The rules of prose: `genre/rules/clauses.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.model.entity import EntityId
from kg_builder.text.extraction.prose.refine import Refiner
from kg_builder.text.extraction.prose.telling import TellingRule
from kg_builder.text.grammar.data import Data
from kg_builder.text.recognition.encoding import Encoding
from kg_builder.text.recognition.lexicon import NameLexicon

_NOTHING: frozenset[int] = frozenset()

Concepts = tuple[tuple[re.Pattern[str], str], ...]
"""Patterns of words, and the concept that they mean; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class PassageRules:
    """How clauses tell of things."""

    encoding: Encoding
    refiner: Refiner
    rules: tuple[TellingRule, ...]
    by_character: Mapping[str, frozenset[int]]
    """By character: the rules that may fit only where one of its like stands."""
    anywhere: frozenset[int]
    """The rules that may fit every text."""
    roles: Mapping[str, str]
    """By status: the relation of a thing to who brings it about."""
    role_words: Concepts
    """By the words of a verb: the same, before its status is asked."""
    objects: Mapping[str, frozenset[str]]
    """The classes that a relation may point at, where not every class is."""
    organizations: frozenset[str]
    places: frozenset[str]
    apart: frozenset[str]
    """Classes whose things are of no other."""
    winners: Concepts
    """By the name of an honour: the class of what gets it, where its own name tells none."""
    scopes: Concepts
    distinctions: Concepts
    unmeasured: Mapping[str, str]
    """By kind of figure, or class and kind: what a figure without an attribute measures."""

    quoted: str
    """The class of a quotation of which a status is said and whose end tells nothing."""
    alone: frozenset[str]
    """Classes whose things are kept by name alone."""
    of_industry: frozenset[str]
    with_parts: frozenset[str]
    """Classes of things that a list behind them tells the parts of."""
    built: frozenset[str]
    """Classes of things that are built: while they are, they are projects."""
    never_counted: frozenset[str]
    """Of what is of these classes, a count behind it is none of theirs."""

    doing: frozenset[str]
    """Statuses that an organisation brings about rather than is in."""
    building: frozenset[str]
    """Statuses of what is being built."""
    by_count: frozenset[str]
    """Statuses that a count of things tells by itself."""
    put_off: frozenset[str]
    """Statuses with the date behind them by which a thing is then to be."""
    overruled: frozenset[str]
    """Statuses that say less than the verb behind the object, where there is one."""

    not_yet: re.Pattern[str]
    has: re.Pattern[str]
    """Verbs that only say how many of something a thing has."""
    planned: re.Pattern[str]
    """A whole of which a share is how much of it is done: 占年度计划的112%."""
    after: re.Pattern[str]
    """What follows a verb that only says when something else comes about: 建成后."""
    new: re.Pattern[str]
    falls: re.Pattern[str]
    due: re.Pattern[str]
    """By when something is to be; `due_within`: a date without its year."""
    due_within: re.Pattern[str]
    ahead: re.Pattern[str]
    all_of: re.Pattern[str]
    """How a clause opens that speaks of the whole list before it."""
    batch: re.Pattern[str]
    """What stands before a name and says of which batch (group `batch`) it is."""
    authority: re.Pattern[str]
    """Who (group `name`) is asked or decides, in the wording of a status."""
    before_subject: re.Pattern[str]
    """Adverbs that may stand before the subject that a clause opens with."""
    one_of: re.Pattern[str]
    """How a clause opens that speaks of the first (group `first`) or last of the list before it."""
    claim_noise: re.Pattern[str]
    """What is no part of the wording of a claim."""
    award_tail: re.Pattern[str]
    no_award: re.Pattern[str]
    """Names of what is examined, and no honour."""
    award_head: re.Pattern[str]
    """The end of a verb of honour that belongs to the name of the award: 获批国家级."""
    parts: re.Pattern[str]
    """How a clause opens that tells parts of what was counted last: 其中."""
    refers: re.Pattern[str]
    """How a sentence opens that speaks of what the one before spoke of: 该项目."""

    @classmethod
    def of(cls, data: Data, lexicon: NameLexicon, statuses: Sequence[str]) -> PassageRules:
        """Read the rules; raises ConfigurationError for wrong ones."""
        groups = {name: data.part("groups").texts(name) for name in data.part("groups").raw}
        figures, words = data.part("figures"), data.part("words")
        classes, status = data.part("classes"), data.part("statuses")
        encoding = Encoding.of(
            [row.type for row in lexicon.rows.values()],
            statuses,
            groups,
            status.texts("only-subjects"),
            status.texts("never-subjects"),
            status.texts("carried"),
            {base: kind for kind in figures.raw for base in figures.texts(kind)},
        )
        slots = encoding.slots()
        rules = tuple(TellingRule.of(part, slots) for part in data.parts("rule"))
        by_character: dict[str, set[int]] = {}
        for number, rule in enumerate(rules):
            for char in rule.needs[0] if rule.needs else ():
                by_character.setdefault(char, set()).add(number)
        return cls(
            encoding=encoding,
            refiner=Refiner.of(data.part("refine"), lexicon),
            rules=rules,
            by_character={char: frozenset(found) for char, found in by_character.items()},
            anywhere=frozenset(number for number, rule in enumerate(rules) if not rule.needs),
            roles={key: str(value) for key, value in data.part("roles").items()},
            role_words=_concepts(data, "role", "predicate"),
            objects={
                key: frozenset(data.part("objects").texts(key)) for key in data.part("objects").raw
            },
            organizations=frozenset(groups.get("org", ())),
            places=frozenset(groups.get("place", ())),
            apart=frozenset(classes.texts("apart")),
            winners=_concepts(data, "winner", "class"),
            scopes=_concepts(data, "scope"),
            distinctions=_concepts(data, "distinction"),
            unmeasured={key: str(value) for key, value in data.part("unmeasured").items()},
            quoted=classes.text("quoted"),
            alone=frozenset(classes.texts("alone")),
            of_industry=frozenset(classes.texts("of-industry")),
            with_parts=frozenset(classes.texts("with-parts")),
            built=frozenset(classes.texts("built")),
            never_counted=frozenset(classes.texts("never-counted")),
            doing=frozenset(status.texts("doing")),
            building=frozenset(status.texts("building")),
            by_count=frozenset(status.texts("by-count")),
            put_off=frozenset(status.texts("put-off")),
            overruled=frozenset(status.texts("overruled")),
            not_yet=words.pattern("not-yet"),
            has=words.pattern("has"),
            planned=words.pattern("planned"),
            after=words.pattern("after"),
            new=words.pattern("new"),
            falls=words.pattern("falls"),
            due=words.pattern("due"),
            due_within=words.pattern("due-within"),
            ahead=words.pattern("ahead"),
            all_of=words.pattern("all-of"),
            batch=words.pattern("batch"),
            authority=words.pattern("authority"),
            before_subject=words.pattern("before-subject"),
            one_of=words.pattern("one-of"),
            claim_noise=words.pattern("claim-noise"),
            award_tail=words.pattern("award-tail"),
            no_award=words.pattern("no-award"),
            award_head=words.pattern("award-head"),
            parts=words.pattern("parts"),
            refers=words.pattern("refers"),
        )

    def fitting(self, text: str) -> Iterator[TellingRule]:
        """Yield the rules that may fit an encoded clause, in their order."""
        characters = frozenset(text)
        found = set(self.anywhere)
        for char in characters:
            found |= self.by_character.get(char, _NOTHING)
        for number in sorted(found):
            rule = self.rules[number]
            if rule.may_fit(characters):
                yield rule

    def may_be_both(self, one: EntityId, other: EntityId) -> bool:
        """Whether a thing may be of the classes of both: no place is a body, no event either."""
        if one.type != other.type and not self.apart.isdisjoint((one.type, other.type)):
            return False
        return (one.type in self.places) == (other.type in self.places)

    def allows(self, predicate: str, value: EntityId) -> bool:
        """Whether a thing of that class may be what the relation points at."""
        allowed = self.objects.get(predicate)
        return allowed is None or value.type in allowed

    def figure_kind(self, base: str) -> str:
        """Return the kind of figures in a base unit."""
        return self.encoding.figure_kinds.get(base, "count")


def concept(rows: Concepts, text: str) -> str | None:
    """Return the concept of the first pattern that `text` holds."""
    return next((name for pattern, name in rows if pattern.search(text)), None)


def _concepts(data: Data, key: str, value: str = "concept") -> Concepts:
    return tuple((part.pattern("pattern"), part.text(value)) for part in data.parts(key))
