"""Figures that a clause says of things: counts, measures, growth, gaps, ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.clauses import PREVIOUS
from kg_builder.text.extraction.prose.scene import Group, Measured, Scene, Thing
from kg_builder.text.extraction.prose.telling import TellingRule
from kg_builder.text.extraction.statements import Named, Observed
from kg_builder.text.extraction.works import ACTUAL, PLAN
from kg_builder.text.grammar.quantities import Figure
from kg_builder.text.grammar.words import Words
from kg_builder.text.notes.frame import carried, derived
from kg_builder.text.recognition.tokens import Mention

FIGURES = frozenset(
    {"count", "count-behind", "count-it", "figure", "before", "growth", "gap", "share", "rank"}
)
PAIRS = frozenset({"pair", "pair-of", "pair-measures"})

_COUNT, _RANK = "数量", "位次"
_LEVEL, _CHANGE, _GROWTH, _GAP = "level", "change", "growth", "gap"
_TOPIC = "Topic"
_RATIOS = frozenset({"percent", "times"})
_ADDED, _SHARE, _COMPLETION = "added", "share", "completion"
_LONGEST_SHARED = 4
"""Two names of a list share no more characters than this in front of the end they share."""


class FigureTeller:
    """Tells figures; the first rule that tells a figure has it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._told: set[int] = set()
        self._measured: list[tuple[int, Measured]] = []
        self._had: set[int] = set()
        """Where the figures end that count what the subject has."""

    @property
    def measured(self) -> list[Measured]:
        """What the clause measured, in the order of the text."""
        ordered = sorted(self._measured, key=lambda pair: pair[0])
        return list(dict.fromkeys(item for _, item in ordered))

    def tell(
        self, action: str, groups: Sequence[Group], subject: Group, rule: TellingRule
    ) -> Thing | None:
        """Do what one of `FIGURES` asks; return what it counted."""
        first, second, third = groups
        match action:
            case "count":
                return self.count(first, second, third, rule)
            case "count-behind":
                return self.count_of_subject(first, second, third, rule)
            case "count-it":
                self.count_it(first, second)
            case "figure" | "before":
                self.figure(first, second, third, rule, before=action == "before")
            case "growth":
                self.growth(first, second, third, self._owner(subject, rule))
            case "gap":
                self.gap(first, second, third, subject)
            case "share":
                self.share(first, second)
            case "rank":
                self.rank(first, second, rule)
        return None

    def tell_pairs(self, action: str, groups: Sequence[Group], rule: TellingRule) -> None:
        """Do what one of `PAIRS` asks."""
        first, second, third = groups
        match action:
            case "pair":
                self.pair(first, second)
            case "pair-of":
                self.pair_of(first, second, third, rule)
            case "pair-measures":
                self.pair_measures(first, second)

    def _fresh(self, group: Group) -> list[Figure]:
        """Return the figures of a group, none if a rule before has told one of them."""
        if any(token.start in self._told for token in group.tokens):
            return []
        return [token.figure for token in group.tokens if token.figure is not None]

    def _take(self, group: Group) -> None:
        self._told.update(token.start for token in group.tokens if token.figure is not None)

    # --- counts ---

    def count(self, group: Group, figure: Group, verb: Group, rule: TellingRule) -> Thing | None:
        """Record how many of something there are; return it."""
        scene = self._scene
        figures = self._fresh(figure)
        things = scene.things(group, rule, counted=True) if figures else []
        if not things:
            return None
        entity, said = scene.sets.get(group.tokens[-1].start, things[-1])
        scene.counted.add(entity)
        scene.context.counted.add(entity)
        if not self._closes_list(group):
            scene.counted_at.add(said.span.start)
        self._take(figure)
        measured = Measured((entity, said), Named(_COUNT, derived(said)))
        self._record(measured, figures[0], self._counted(verb))
        self._part((entity, said), figures[0].unit.name)
        return entity, said

    def _part(self, thing: Thing, unit: str) -> None:
        """Record what is counted as a part of the whole that the sentence has counted before."""
        context = self._scene.context
        if context.whole is None:
            context.latest = thing, unit
            return
        (whole, said), whole_unit = context.whole
        if unit == whole_unit and thing[0] != whole:
            self._scene.fact(thing[0], "inCollection", whole, (thing[1], carried(said)))

    def count_of_subject(
        self, group: Group, figure: Group, verb: Group, rule: TellingRule
    ) -> Thing | None:
        """Record a count as one of what the sentence speaks of: …论坛,参会嘉宾1200余人.

        So it is where no verb of its own makes the things that are counted; else it is theirs.
        """
        scene, figures = self._scene, self._fresh(figure)
        mention = group.tokens[-1].mention if group.tokens else None
        subject = self._has(group, verb) if figures else None
        if subject is not None:
            self._had.add(figure.tokens[-1].end)
        elif figures and self._counts_subject(group, verb):
            subject = scene.subject
        if subject is None or mention is None:
            return self.count(group, figure, verb, rule)
        scene.used.update(token.start for token in group.tokens)
        scene.counted_at.add(mention.words.span.start)
        self._take(figure)
        named = Named(mention.text, Evidence(mention.words.span))
        self._record(Measured(subject, named), figures[0], self._counted(verb))
        return None

    def _has(self, group: Group, verb: Group) -> Thing | None:
        """Return what has so many of them: 平台接入停车场215个、泊位5.8万个."""
        scene = self._scene
        if verb.words is not None:
            if not scene.rules.has.fullmatch(verb.words.raw):
                return None
            scene.silent.add(verb.tokens[0].start)
        else:
            before = [token for token in scene.clause.tokens if token.end <= group.tokens[0].start]
            if len(before) < 2 or before[-1].kind != "mark" or before[-2].end not in self._had:
                return None
        opening = scene.opening()
        if opening is not None and opening[1].start < group.tokens[0].start:
            scene.used.add(opening[1].start)
            return opening[0]
        return scene.subject

    def _closes_list(self, group: Group) -> bool:
        """Whether what is counted ends a list of names: 建成甲、乙和公寓2860套."""
        start = group.tokens[0].start
        before = [token for token in self._scene.clause.tokens if token.end <= start]
        return len(before) > 1 and before[-1].kind == "mark" and before[-2].mention is not None

    def _counts_subject(self, group: Group, verb: Group) -> bool:
        scene = self._scene
        subject = scene.context.subject
        if subject is None or subject[0].type in scene.rules.never_counted:
            return False
        if subject[0] in scene.context.counted:
            return False
        if verb.verb is not None and verb.verb.word is not None:
            return verb.verb.word.status == _ADDED
        last, first = group.tokens[-1], scene.clause.tokens[0]
        return not (last.mention and last.mention.row and first.kind == "name" and first != last)

    def count_it(self, figure: Group, verb: Group) -> None:
        """Record a count of what the clause before counted: 其中年内新建7家."""
        figures, subject = self._fresh(figure), self._scene.subject
        if figures and subject is not None:
            self._take(figure)
            measured = Measured(subject, Named(_COUNT, derived(subject[1])))
            self._record(measured, figures[0], self._counted(verb))

    def _counted(self, verb: Group) -> str:
        is_new = verb.words is not None and self._scene.rules.new.search(verb.words.raw)
        return _CHANGE if is_new else _LEVEL

    # --- measures ---

    def figure(
        self, group: Group, figure: Group, attribute: Group, rule: TellingRule, *, before: bool
    ) -> None:
        """Record a figure of a thing, or of a measure that names what it measures."""
        figures = self._fresh(figure)
        if not figures:
            return
        things = self._scene.things(group, rule)
        words = attribute.words
        if not things and (words is None or self._scene.linker.only_attribute(words)):
            return
        self._take(figure)
        if attribute.tokens and attribute.tokens[-1].mention is not None:
            self._had.add(figure.tokens[-1].end)
        scene = self._scene
        scene.counted_at.update(said.span.start for one, said in things if one.type == _TOPIC)
        measure = PREVIOUS if before else rule.measure or _LEVEL
        self._measure(things[-1] if things else None, figures[0], words, measure)

    def _measure(
        self, about: Thing | None, figure: Figure, attribute: Words | None, measure: str
    ) -> None:
        """Record a figure; without an attribute its unit says what it measures."""
        if attribute:
            named = Named(attribute.text, Evidence(attribute.span))
        elif about is not None:
            kind = self._scene.rules.figure_kind(figure.unit.base)
            names = self._scene.rules.unmeasured
            keys = (f"{about[0].type}-{kind}", figure.unit.base, kind)
            name = next((names[key] for key in keys if key in names), _COUNT)
            named = Named(name, derived(about[1]))
        else:
            return
        self._record(Measured(about, named), figure, measure)

    def pair(self, figures: Group, attribute: Group) -> None:
        """Give each thing of the list before its own of the figures: 分别为…、…."""
        values, listed = self._fresh(figures), self._scene.context.listed
        if len(values) < 2 or len(values) != len(listed):
            return
        self._take(figures)
        for (entity, said), figure in zip(listed, values, strict=True):
            self._measure((entity, carried(said)), figure, attribute.words, _LEVEL)

    def pair_of(self, things: Group, figures: Group, attribute: Group, rule: TellingRule) -> None:
        """Give each thing of a list its own figure of one measure: 甲、乙分别新增学位…个、…个."""
        scene, values = self._scene, self._fresh(figures)
        listed = scene.things(things, rule)
        words = attribute.words
        if len(values) < 2 or len(values) != len(listed) or words is None:
            return
        self._take(figures)
        scene.used.update(token.start for token in attribute.tokens)
        scene.doers.update(entity for entity, _ in listed)
        for thing, figure in zip(listed, values, strict=True):
            self._measure(thing, figure, words, _LEVEL)

    def pair_measures(self, items: Group, figures: Group) -> None:
        """Give each measure of a list its figure: 城镇、农村居民收入分别为…和…."""
        scene, values = self._scene, self._fresh(figures)
        if not values or len(values) != len(items.tokens):
            return
        self._take(figures)
        scene.used.update(token.start for token in items.tokens)
        opening = scene.opening()
        about = scene.subject
        if opening is not None and opening[1].start < items.tokens[0].start:
            about = opening[0]
        words = [scene.words(token) for token in items.tokens]
        for token, item, figure in zip(items.tokens, words, values, strict=True):
            said = Evidence(item.span)
            named = Named(item.text, said)
            if token.kind != "attribute":
                named = Named(item.text + shared_end(item.text, words[-1].text), derived(said))
            self._record(Measured(about, named), figure, _LEVEL)

    # --- growth, gaps, ranks ---

    def growth(self, figures: Group, verb: Group, of: Group, owner: Thing | None) -> None:
        """Record how what was measured before grew: one figure, or one for each (分别).

        Where `of` is a measure, `owner` is what has it, else what the clause speaks of.
        """
        values = self._fresh(figures)
        if verb.words is None or not values:
            return
        items = self._grown(of, len(values), owner)
        if items:
            self._take(figures)
        for item, figure in zip(items, values, strict=False):
            measure = _GROWTH if figure.unit.name in _RATIOS else _CHANGE
            self._record(item, self._signed(figure, verb.words), measure, verb.words)

    def gap(self, figure: Group, verb: Group, than: Group, subject: Group) -> None:
        """Record by how much what was measured lies above or below something."""
        figures = self._fresh(figure)
        if not figures or verb.words is None or than.words is None:
            return
        items = self._grown(subject, 1)
        if items:
            self._take(figure)
            signed = self._signed(figures[0], verb.words)
            self._record(items[-1], signed, _GAP, verb.words, than.words)

    def share(self, figure: Group, of: Group) -> None:
        """Record what share of something larger is what was measured last: 占全市的38%."""
        figures = self._fresh(figure)
        items = self._grown(None, len(figures)) if figures else ()
        if not items or of.words is None:
            return
        self._take(figure)
        planned = self._scene.rules.planned.search(of.words.raw)
        for item, value in zip(items, figures, strict=True):
            if planned:
                self._record(item, value, _COMPLETION)
            else:
                self._record(item, value, _SHARE, compared=of.words)

    def _owner(self, group: Group, rule: TellingRule) -> Thing | None:
        things = self._scene.things(group, rule)
        return things[-1] if things else None

    def _signed(self, figure: Figure, verb: Words) -> Figure:
        falls = self._scene.rules.falls.search(verb.raw)
        return replace(figure, value=-figure.value) if falls else figure

    def _grown(
        self, of: Group | None, count: int, owner: Thing | None = None
    ) -> Sequence[Measured]:
        """Return what grew: what the group names, else what was measured last."""
        scene = self._scene
        if of is None or of.words is None:
            items = [item.carried() for item in self.measured or scene.context.measured]
            if count > 1 and len(items) != count:
                latest = [*islice(reversed(scene.context.sentence), count)]
                items = [item.carried() for item in reversed(latest)]
            return items if len(items) == count else items[-1:] if count == 1 else []
        mentions = [token.mention for token in of.tokens if token.mention is not None]
        if count > 1:
            named = [self._named(mention, owner) for mention in mentions]
            return [item for item in named if item] if len(named) == count and all(named) else []
        mention = of.tokens[-1].mention if of.tokens else None
        owner = owner or scene.subject
        if mention is None and owner is None and scene.linker.only_attribute(of.words):
            return [item.carried() for item in scene.context.measured[-1:]]
        if mention is None:
            return [Measured(owner, Named(of.words.text, Evidence(of.words.span)))]
        item = self._named(mention, owner)
        return [item] if item is not None else []

    def _named(self, mention: Mention, owner: Thing | None) -> Measured | None:
        """Return what a name says was measured: how many of it, or a measure of no class."""
        scene, said = self._scene, Evidence(mention.words.span)
        entity = scene.linker.thing(mention, counted=True)
        if entity is not None:
            scene.used.add(mention.words.start - scene.clause.words.start)
            return Measured((entity, said), Named(_COUNT, derived(said)))
        return Measured(owner, Named(mention.text, said)) if mention.row is None else None

    def rank(self, group: Group, rank: Group, rule: TellingRule) -> None:
        """Record the place of a thing among others: 全市第六位."""
        things = self._scene.things(group, rule)
        ranked = self._scene.linker.rank(rank.words) if rank.words else None
        if things and ranked is not None:
            figure, scope = ranked
            entity, said = things[-1]
            measured = Measured((entity, said), Named(_RANK, derived(said)))
            self._record(measured, figure, "rank", compared=scope)

    def _record(
        self,
        item: Measured,
        figure: Figure,
        measure: str,
        verb: Words | None = None,
        compared: Words | None = None,
    ) -> None:
        scene = self._scene
        said, verbatim = Evidence(figure.words.span), figure.words.text
        if verb is not None and figure.value < 0:
            said = Evidence(scene.span(verb, figure.words))
            verbatim = scene.findings.page.words(said.span).text
        observed = Observed(
            indicator=item.indicator,
            measure=measure,
            figure=figure,
            said=said,
            verbatim=verbatim,
            kind=PLAN if scene.context.plan is not None else ACTUAL,
            dated=scene.dated,
            about=item.about,
            compared=compared,
        )
        scene.said.observe(observed, scene.rule)
        self._measured.append((figure.words.start, item))
        scene.told = True


def shared_end(name: str, last: str) -> str:
    """Return the end of the last name of a list that an earlier one shares with it.

    城镇居民 shares 人均可支配收入 with 农村居民人均可支配收入: it starts behind what both have.
    """
    for length in range(min(_LONGEST_SHARED, len(name)), 0, -1):
        place = last.find(name[-length:])
        if place >= 0:
            return last[place + length :]
    return last
