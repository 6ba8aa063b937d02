"""How well prose is read: names, facts and figures against gold that careful readers wrote.

    python -m tests.quality.prose FILE.txt... [--missing] [--extra] [--relations]

prints the scores of open texts (gold beside them: FILE.gold.json), and what was missed or read too
much. It refuses a path in a blind folder.

**Names.** A gold entity is found if a name of an extracted entity (label or other label) is one of
its names (name, alias, surface). Width, script, blanks and outer quotes do not count. `X@Y` is the
X whose key has Y; `X(教育集团)` the X of that type. Typed: also, a class of it is one that the type
(or one of `also_types`) maps to. Extracted entities count against precision if they have a name and
are named on an annotated line, but for those that the gold does not list and that are

- structure (`[entities]` of mapping.toml: report, sections, tables, periods, addresses);
- only derived (a passage's form implies them);
- the frame: the areas of the report, and what only the title line names;
- indicators that only say what an observation of some other thing measures (建筑面积): in the
  gold, those are relations.

**Facts.** A gold fact is found if a path of its relation (mapping.toml) leads from its subject to
its object on its line (a table row may lie two lines off, for a row's cells are lines). Against
precision count the extracted facts on the paths of relations that this gold uses, once each, on
annotated lines. Neutral, where the gold lacks them: those that are only derived; those whose
subject is a neutral entity as above; that something lies in the report's area; those that a gold
fact without a score speaks of; a statement whose date the gold has, and not its wording. Gold
facts without a score: unmapped relations, objects that the gold leaves out, tables without a name.

**Status.** Equal words, adverbs of `genre/lexicons/status.toml` aside; or one within the other (two
characters or more, unless one of them turns the sense: 未, 暂缓); or the same concept of the
lexicon.

**Figures.** The gold facts with a number and a unit: subject, value with its sign, unit and line,
whatever is measured. Numbers are compared in base units (2.6万架次 is 26000架次).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from kg_builder.desk import Reader, ReportInput
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text, Year
from kg_builder.resources import Resources
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.genre import load_genre
from kg_builder.text.grammar.words import Words
from kg_builder.text.numerals import parse_integer
from tests.quality.gold import Mapping, load_gold, plain_name
from tests.quality.paths import View

_SCALES = {"万亿": 10**12, "千万": 10**7, "百万": 10**6, "亿": 10**8, "万": 10**4, "千": 1000}
_RANK = re.compile(r"(?:第([\d一二两三四五六七八九十百]+)|(首))(?:位|名)?$")
_QUANTITIES = {"quantity", "target"}


@dataclass
class Count:
    """Hits and totals of one score; adds up over texts."""

    found: int = 0
    gold: int = 0
    right: int = 0
    read: int = 0

    def __iadd__(self, other):
        for name in ("found", "gold", "right", "read"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    @property
    def precision(self):
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self):
        return self.found / self.gold if self.gold else 1.0

    @property
    def f1(self):
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self):
        return (
            f"P {self.precision:.3f} ({self.right}/{self.read})  "
            f"R {self.recall:.3f} ({self.found}/{self.gold})  F1 {self.f1:.3f}"
        )


@dataclass
class Score:
    """The four scores of a text, and what is behind them."""

    names: Count = field(default_factory=Count)
    typed: Count = field(default_factory=Count)
    facts: Count = field(default_factory=Count)
    figures: Count = field(default_factory=Count)
    unmapped: Counter = field(default_factory=Counter)
    unscored: int = 0
    missed_names: list = field(default_factory=list)
    mistyped: list = field(default_factory=list)
    extra_names: list = field(default_factory=list)
    missed_facts: list = field(default_factory=list)
    extra_facts: list = field(default_factory=list)
    by_relation: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    by_rule: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """Facts of each rule that are right, and those that are not."""

    SUMS = ("names", "typed", "facts", "figures")

    def __iadd__(self, other):
        for name in self.SUMS:
            setattr(self, name, getattr(self, name).__iadd__(getattr(other, name)))
        self.unmapped += other.unmapped
        self.unscored += other.unscored
        for name, (found, gold) in other.by_relation.items():
            self.by_relation[name][0] += found
            self.by_relation[name][1] += gold
        for rule, (right, wrong) in other.by_rule.items():
            self.by_rule[rule][0] += right
            self.by_rule[rule][1] += wrong
        return self

    def sums(self):
        return "\n".join(f"  {name:<8}{getattr(self, name)}" for name in self.SUMS)


class Scorer:
    """Scores extractions against gold, by one mapping and one genre."""

    def __init__(self, genre, mapping=None):
        self.reader = Reader(genre)
        self.mapping = mapping or Mapping.load()
        self.knowledge = Knowledge.of(genre)
        self.folding = self.knowledge.folding
        self.units = {unit.name: unit for unit in self.knowledge.figures.units.values()}

    def score_file(self, text):
        """Score the reader's work on a text with its gold beside it."""
        text = Path(text)
        gold = load_gold(text.with_suffix(".gold.json"), self.mapping, self.folding)
        return self.score_text(text.stem, text.read_bytes(), gold)

    def score_text(self, name, data, gold):
        report = self.reader(ReportInput(name, data))
        source = report.document.source
        return self.score(gold, report.extraction, lambda offset: source.position(offset).line)

    def score(self, gold, extraction, line_of):
        """Return the Score; `line_of` gives the line of an offset."""
        return _Match(self, gold, View(extraction, line_of)).score()

    # --- comparing words and numbers ---

    def plain(self, text):
        return plain_name(text, self.folding)

    def base(self, number, surface):
        """A number in its base unit, and what that is; words that no lexicon has are units too."""
        unit = self.knowledge.figures.unit(self.knowledge.folding.fold(surface))
        if unit:
            return (number * unit.multiplier).normalize(), unit.base
        for scale, factor in _SCALES.items():
            if surface.startswith(scale) and len(surface) > len(scale):
                number_in, base = self.base(number, surface.removeprefix(scale))
                return (number_in * factor).normalize(), base
        return number.normalize(), surface

    def concepts(self, wording):
        """The concepts of a status wording, in front of a work and behind it."""
        found = set()
        for clause in (f"某某工程{wording}", f"{wording}某某工程"):
            for work in self.knowledge.statuses.read(Words(clause, 0), None):
                found.add(work.status.concept)
        return found

    def core(self, wording):
        """A status wording without the adverbs in front."""
        modifier = self.knowledge.statuses.modifier
        while (match := modifier.match(wording)) and 0 < match.end() < len(wording):
            wording = wording[match.end() :]
        return wording

    def same_status(self, gold, wording, concept):
        said = self.plain(gold)
        if concept and concept in self.concepts(said):
            return True
        if not wording:
            return False
        one, two = self.core(said), self.core(self.plain(wording))
        if self.plain(wording) == said or one == two:
            return True
        turns = self.mapping.turns
        if bool(turns.search(said)) != bool(turns.search(self.plain(wording))):
            return False
        return within(one, two)


def within(one, two):
    """Whether one holds the other, of two characters or more."""
    short, long = sorted((one, two), key=len)
    return len(short) >= 2 and short in long


class _Match:
    """One gold against one extraction."""

    def __init__(self, scorer, gold, view):
        self.scorer = scorer
        self.mapping = scorer.mapping
        self.gold = gold
        self.view = view
        self.by_name = defaultdict(list)
        for entity in view.extraction.entities:
            for name in {entity.label, *entity.alt_labels} - {None, ""}:
                self.by_name[scorer.plain(name)].append(entity.id)
        shared = Counter(name for entity in gold.entities.values() for name in entity.names)
        self.shared = {name for name, count in shared.items() if count > 1}
        self.ids = {key: self._candidates(entity) for key, entity in gold.entities.items()}
        self.listed = {node for nodes in self.ids.values() for node in nodes}
        self.neutral = {
            node for node in view.entities if node not in self.listed and self._is_neutral(node)
        }
        self.result = Score()

    def score(self):
        self._score_names()
        self._score_facts()
        self._score_figures()
        return self.result

    # --- names ---

    def _candidates(self, gold):
        """The extracted entities that bear a name of `gold`, the right ones where several do."""
        found = [node for name in sorted(gold.names) for node in self.by_name.get(name, ())]
        found = list(dict.fromkeys(found))
        if gold.place:
            near = [node for node in found if self._in_place(node, gold.place)]
            return near if near or gold.names & self.shared else found
        if gold.names & self.shared:
            return [node for node in found if self._typed(node, gold)] or found
        return found

    def _in_place(self, node, place):
        return any(self.scorer.plain(part) == place for part in node.key)

    def _typed(self, node, gold):
        return bool(self.view.classes(node) & gold.classes)

    def _in_scope(self, lines):
        return self.gold.lines is None or bool(lines & self.gold.lines)

    def _is_neutral(self, node):
        entity = self.view.entities[node]
        if entity.label is None or self.view.classes(node) & self.mapping.structure:
            return True
        if all(mention.reading == "derived" for mention in entity.mentions):
            return True
        return node in self._frame or self._only_measures(node)

    @cached_property
    def _areas(self):
        return {fact.object for fact in self.view.by_predicate["coversArea"]}

    @cached_property
    def _frame(self):
        """What is the report's own: its areas, and what its title line alone names."""
        reports = [entity for entity in self.view.entities.values() if entity.id.type == "Report"]
        title = set().union(*(self._lines(report.mentions) for report in reports))
        nodes = set(self._areas)
        for entity in self.view.entities.values():
            if self._lines(entity.mentions) <= title:
                nodes.add(entity.id)
        return nodes

    def _only_measures(self, node):
        if node.type != "Indicator":
            return False
        observed = [
            reading.object for reading in self.view.readings("Observation(indicator)").get(node, ())
        ]
        return all(self.view.one(one, "about") is not None for one in observed)

    def _lines(self, mentions):
        return {
            line
            for mention in mentions
            for line in range(
                self.view.line_of(mention.span.start),
                self.view.line_of(max(mention.span.start, mention.span.end - 1)) + 1,
            )
        }

    def _score_names(self):
        result = self.result
        typed_nodes = set()
        for key, gold in self.gold.entities.items():
            if gold.nameless:
                continue
            nodes = self.ids[key]
            fitting = [node for node in nodes if self._typed(node, gold)]
            typed_nodes.update(fitting)
            for count, found in ((result.names, nodes), (result.typed, fitting)):
                count.gold += 1
                count.found += bool(found)
            if not nodes:
                result.missed_names.append(gold)
            elif not fitting:
                result.mistyped.append((gold, nodes))
        for node, entity in self.view.entities.items():
            if node in self.neutral:
                continue
            if node not in self.listed and not self._in_scope(self._lines(entity.mentions)):
                continue
            if node in self.listed and self.view.classes(node) & self.mapping.structure:
                continue
            result.names.read += 1
            result.names.right += node in self.listed
            result.typed.read += 1
            result.typed.right += node in typed_nodes
            if node not in self.listed:
                result.extra_names.append(entity)

    # --- facts ---

    def _score_facts(self):
        result = self.result
        matched, excused, enabled = set(), set(), {}
        for fact in self.gold.facts:
            rule = self.mapping.rule(fact)
            if rule is None:
                result.unmapped[fact.relation] += 1
            if rule is None or not self._scored(fact):
                result.unscored += 1
                if rule:
                    excused |= self._excused(fact, rule)
                continue
            enabled[rule] = None
            witnesses = {
                reading.witness
                for reading in self._of(fact.subject, rule)
                if self._on_line(fact, reading) and self._same(fact, rule, reading)
            }
            matched |= witnesses
            result.facts.gold += 1
            result.facts.found += bool(witnesses)
            tally = result.by_relation[fact.relation]
            tally[0] += bool(witnesses)
            tally[1] += 1
            if not witnesses:
                result.missed_facts.append(fact)
        result.facts.right = len(matched)
        for witness in matched:
            result.by_rule[self.view.rule(witness)][0] += 1
        extra = self._too_many(enabled, matched, excused)
        for readings in extra.values():
            if not any(self._excusable(reading) for reading in readings):
                result.extra_facts.append(readings[0])
                result.by_rule[self.view.rule(readings[0].witness)][1] += 1
        result.facts.read = len(matched) + len(result.extra_facts)

    def _too_many(self, enabled, matched, excused):
        """The readings on the paths of the gold's relations that no gold fact says, by witness."""
        # a statement that the gold knows by another of its facts (a date) is none too many
        known = {witness[0] for witness in matched}
        extra = {}
        for rule in enabled:
            for reading in self._all(rule):
                witness = reading.witness
                statement = reading.object == witness[0]
                if witness in matched or witness in excused or (statement and witness[0] in known):
                    continue
                extra.setdefault(witness, []).append(reading)
        return extra

    def _scored(self, fact):
        """Whether a gold fact can be found: all its ends are things that the gold lists."""
        subject = self.gold.entities.get(fact.subject)
        obj = self.gold.entities.get(fact.object_key)
        if subject is None or fact.left_out is not None:
            return False
        return not subject.nameless and not (obj and obj.nameless)

    def _excused(self, fact, rule):
        """The witnesses that say what a gold fact without a score says."""
        name = self.scorer.plain(fact.left_out or "")
        return {
            reading.witness
            for reading in self._of(fact.subject, rule)
            if isinstance(reading.object, EntityId)
            and self.scorer.plain(self.view.label(reading.object) or "") == name
        }

    def _excusable(self, reading):
        return (
            reading.derived
            or reading.subject in self.neutral
            or reading.object in self._areas
            or not self._in_scope(self._lines(reading.evidence))
        )

    def _of(self, key, rule):
        for node in self.ids.get(key, ()):
            for path in (*rule.paths, *rule.also):
                for reading in self.view.readings(path).get(node, ()):
                    if self._admitted(rule, reading):
                        yield reading

    def _all(self, rule):
        for path in rule.paths:
            for readings in self.view.readings(path).values():
                yield from (reading for reading in readings if self._admitted(rule, reading))

    def _admitted(self, rule, reading):
        if rule.measures:
            return self.view.concept(reading.object, "measure") in rule.measures
        return rule.compare != "quantity" or self._value(reading.object) is not None

    def _on_line(self, fact, reading):
        return fact.line in self.view.lines(reading.evidence)

    def _same(self, fact, rule, reading):
        return getattr(self, f"_same_{rule.compare}")(fact, rule, reading.object)

    def _same_exists(self, fact, rule, end):
        return True

    def _same_name(self, fact, rule, end):
        if isinstance(end, EntityId):
            if fact.object_key is not None and end in self.ids[fact.object_key]:
                return True
            end = self.view.label(end)
        return end is not None and self.scorer.plain(_words(end)) in self._names(fact)

    def _names(self, fact):
        entity = self.gold.entities.get(fact.object_key)
        return {self.scorer.plain(fact.object), *(entity.names if entity else ())}

    def _same_words(self, fact, rule, end):
        if isinstance(end, EntityId):
            end = self.view.label(end) or ""
        said = self.scorer.plain(_words(end))
        return any(said == name or within(said, name) for name in self._names(fact))

    def _same_status(self, fact, rule, end):
        wording = self.view.one(end, "verbatim")
        return self.scorer.same_status(
            fact.object, _words(wording) if wording else None, self.view.concept(end, "status")
        )

    def _same_number(self, fact, rule, end):
        numbers = re.findall(r"-?\d+(?:\.\d+)?", _words(end))
        return fact.number is not None and [fact.number] == [Decimal(one) for one in numbers]

    def _same_years(self, fact, rule, end):
        return self._years(end) == {int(year) for year in re.findall(r"\d{4}", fact.object)}

    def _years(self, end):
        if isinstance(end, EntityId):
            years = (self.view.one(end, "startYear"), self.view.one(end, "endYear"))
            return {year.value for year in years if isinstance(year, Year)}
        return {end.value} if isinstance(end, Year) else set()

    def _same_date(self, fact, rule, end):
        """As far as the gold says it: a year, a month of a year, a month alone, years from-to."""
        if isinstance(end, EntityId):
            months = [self.view.one(end, name) for name in ("startMonth", "endMonth")]
            years = self._years(end)
        elif isinstance(end, date):
            months, years = [end.month], {end.year}
        else:
            months, years = [], self._years(end)
        if fact.unit == "月":
            return fact.number is not None and int(fact.number) in _integers(months)
        said = fact.object.split("-")
        if isinstance(end, date) and len(said) == 3:
            return end.isoformat() == fact.object
        wanted = {int(year) for year in re.findall(r"\d{4}", fact.object)}
        month = re.fullmatch(r"\d{4}-(\d{2})(?:-\d{2})?", fact.object)
        return wanted == years and (month is None or int(month[1]) in _integers(months))

    # --- quantities ---

    def _value(self, node):
        """The value of an observation in its base unit, with that unit's name."""
        value = self.view.one(node, "value")
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return None
        unit = self.scorer.units.get(self.view.concept(node, "unit"))
        if unit is None:
            return Decimal(value).normalize(), None
        return (value * unit.multiplier).normalize(), unit.base

    def _same_quantity(self, fact, rule, end):
        read = self._value(end)
        if read is None or fact.number is None:
            return False
        number = _signed(fact.number, rule.sign)
        if fact.unit is None:
            return self.view.one(end, "value") == number
        value, base = self.scorer.base(number, fact.unit)
        if read == (value, base):
            return True
        unknown = base not in self.scorer.units and read[1] in (None, "piece")
        wording = _words(self.view.one(end, "verbatim") or "")
        return unknown and value == read[0] and wording.endswith(base)

    def _same_target(self, fact, rule, end):
        wording = self.scorer.plain(_words(self.view.one(end, "verbatim") or ""))
        if fact.unit is None:
            return bool(wording) and within(wording, self.scorer.plain(fact.object))
        return self._same_quantity(fact, rule, end)

    def _same_rank(self, fact, rule, end):
        said = self.scorer.plain(fact.object)
        match = _RANK.search(said)
        value = self.view.one(end, "value")
        if match is None or not isinstance(value, Decimal | int):
            return False
        wanted = 1 if match[2] else parse_integer(match[1])
        return value == wanted and self._same_scope(said[: match.start()], end)

    def _same_scope(self, scope, end):
        if not scope:
            return True
        concept = self.view.concept(end, "scope")
        if concept and concept == self.mapping.scopes.get(scope):
            return True
        printed = [self.view.one(end, name) or "" for name in ("comparedWith", "verbatim")]
        return any(
            scope in text or (len(text) > 1 and text in scope)
            for text in (self.scorer.plain(_words(one)) for one in printed)
        )

    def _score_figures(self):
        result = self.result
        matched, excused = set(), set()
        for fact in self.gold.facts:
            rule = self.mapping.rule(fact)
            if rule is None or rule.compare not in _QUANTITIES or fact.unit is None:
                continue
            if fact.number is None:
                continue
            witnesses = {
                reading.witness
                for path in self.mapping.default.paths
                for node in self.ids.get(fact.subject, ())
                for reading in self.view.readings(path).get(node, ())
                if self._on_line(fact, reading) and self._same_quantity(fact, rule, reading.object)
            }
            if not self._scored(fact):
                excused |= witnesses
                continue
            matched |= witnesses
            result.figures.gold += 1
            result.figures.found += bool(witnesses)
        extra = {}
        for reading in self._all(self.mapping.default):
            if self.view.concept(reading.object, "measure") != "rank":
                extra.setdefault(reading.witness, []).append(reading)
        for witness in matched | excused:
            extra.pop(witness, None)
        wrong = [
            readings
            for readings in extra.values()
            if not any(self._excusable(reading) for reading in readings)
        ]
        result.figures.right = len(matched)
        result.figures.read = len(matched) + len(wrong)


def _signed(number, sign):
    if not sign:
        return number
    return -abs(number) if sign == "negative" else abs(number)


def _integers(values):
    return {int(value) for value in values if isinstance(value, int | Decimal)}


def _words(value):
    """An end of a path as words."""
    match value:
        case Text(text):
            return text
        case Year(year):
            return str(year)
        case Concept(_, name):
            return name
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return value.isoformat()
    return str(value)


# --- for those who write rules ---


def describe(reading, view):
    """A reading in one line, for people."""
    node = reading.witness[0]
    kind = view.concept(node, "measure") or view.concept(node, "status") or ""
    parts = [view.one(node, name) for name in ("verbatim", "value")]
    said = next((_words(part) for part in parts if part is not None), "")
    end = reading.object
    end = view.label(end) or end.type if isinstance(end, EntityId) else _words(end)
    lines = sorted({view.line_of(item.span.start) for item in reading.evidence})
    subject = view.label(reading.subject) or reading.subject.type
    return f"{lines}: {subject} -{node.type}/{reading.witness[1]} {kind}-> {end} {said}"


def _refuse_blind(path):
    for one in (path.absolute(), path.resolve()):
        if any(part.lower().startswith("blind") for part in one.parts):
            raise SystemExit("texts of a blind set are not looked at: tests/quality/test_blind*.py")


def _show(score, gold, view, *, missing, extra):
    if missing:
        for entity in score.missed_names:
            print("  missed name  ", sorted(entity.lines), entity.title)
        for entity, nodes in score.mistyped:
            classes = sorted({node.type for node in nodes})
            print("  wrong type   ", entity.title, classes, "not", sorted(entity.classes))
        for fact in score.missed_facts:
            print("  missed fact  ", fact.told(gold))
    if extra:
        for entity in score.extra_names:
            print("  extra name   ", entity.id.type, entity.label)
        for reading in score.extra_facts:
            print("  extra fact   ", describe(reading, view))
    if score.unmapped:
        print("  unmapped     ", dict(score.unmapped))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="tests.quality.prose", description="Score open texts.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--gold", type=Path, help="the gold, where it is not beside the text")
    parser.add_argument("--missing", action="store_true", help="print what was missed")
    parser.add_argument("--extra", action="store_true", help="print what was read too much")
    parser.add_argument("--relations", action="store_true", help="print recall by relation")
    given = parser.parse_args(arguments)
    for path in [*given.files, *([given.gold] if given.gold else [])]:
        _refuse_blind(path)
    scorer = Scorer(load_genre(Resources.find().folders("genre")))
    total = Score()
    for path in given.files:
        beside = given.gold or path.with_suffix(".gold.json")
        gold = load_gold(beside, scorer.mapping, scorer.folding)
        report = scorer.reader(ReportInput.load(path))
        source = report.document.source
        view = View(report.extraction, lambda offset, source=source: source.position(offset).line)
        score = _Match(scorer, gold, view).score()
        print(path.stem, score.sums(), sep="\n")
        _show(score, gold, view, missing=given.missing, extra=given.extra)
        total += score
    if len(given.files) > 1:
        print("ALL", total.sums(), sep="\n")
    if given.relations:
        for name, (found, gold) in sorted(total.by_relation.items(), key=lambda item: -item[1][1]):
            print(f"  {found:>4}/{gold:<4} {name}")
    if total.unscored:
        print(f"  facts without a score: {total.unscored}")


if __name__ == "__main__":
    main(sys.argv[1:])
