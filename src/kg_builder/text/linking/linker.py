"""Names to entities: the same name is the same thing, all over a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from kg_builder.model.entity import EntityId
from kg_builder.model.selector import Evidence
from kg_builder.text.grammar.areas import AreaNames
from kg_builder.text.grammar.quantities import EXACT, Figure, FigureReader
from kg_builder.text.grammar.words import Words
from kg_builder.text.linking.short_names import find_short_names
from kg_builder.text.notes.findings import Findings
from kg_builder.text.notes.frame import ReportFrame, derived
from kg_builder.text.numerals import parse_integer
from kg_builder.text.recognition.lexicon import NameLexicon, NameRow
from kg_builder.text.recognition.tokens import Clause, Mention

COLLECTION = "Collection"
_BODY = "Institution"
_CATEGORIES = frozenset({"Project", "Topic"})
"""Classes of names that, counted, may be those of a category of projects: 产业类112个."""
_WITHIN = frozenset({"Street", "Town"})
"""Classes of what lies in the report's own area."""


class Linker:
    """Gives every name of one report its thing.

    What class a name has is settled over the whole report: its end says it, or, where its end
    says nothing, what is said of it (`known` and then the class that a rule supposes).
    """

    def __init__(
        self,
        lexicon: NameLexicon,
        areas: AreaNames,
        figures: FigureReader,
        frame: ReportFrame,
        findings: Findings,
    ) -> None:
        self._figures = figures
        self._industries = [
            label for entity, label in findings.named() if entity.type == "Industry"
        ]
        self._lexicon = lexicon
        self._areas = areas
        self._frame = frame
        self._findings = findings
        self._rows: dict[str, NameRow] = {}
        self._aliases: dict[str, Mention] = {}
        self._named: dict[str, EntityId] = {}
        self._short = find_short_names(())
        own = dict.fromkeys(areas.own_words(frame.area_name, frame.city), frame.area)
        self._areas_named: dict[str, EntityId | None] = dict(own)
        if frame.area_name and frame.area:
            short = frame.area_name.rstrip("区县市旗")
            if len(short) > 1:
                self._areas_named.setdefault(short, frame.area)

    def settle(self, clauses: Sequence[Clause]) -> None:
        """Take in all names of the report before any of them is resolved."""
        self._short = find_short_names(clauses)
        for short, whole in self._short.witnessed.items():
            self._aliases.setdefault(self._findings.page.key(short), whole)
        votes: dict[str, Counter[str]] = {}
        for clause in clauses:
            for token in clause.tokens:
                if token.mention is not None and token.mention.alias is not None:
                    self._aliases.setdefault(
                        self._findings.page.key(token.mention.alias.text), token.mention
                    )
                if token.mention is not None and token.mention.row is not None:
                    key = self._findings.page.key(token.mention.text)
                    votes.setdefault(key, Counter())[token.mention.row.id] += 1
        for key, counts in votes.items():
            best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[0][0]
            self._rows[key] = self._lexicon.rows[best]

    @property
    def row_of_body(self) -> NameRow:
        """The row of the lexicon for public bodies."""
        return self._lexicon.by_type[_BODY]

    def generic(self, mention: Mention) -> bool:
        """Whether a name is of a kind of thing rather than of a thing."""
        if mention.quoted:
            return False
        text = mention.words.plain
        return bool(self._lexicon.generic.fullmatch(text))

    def thing(
        self,
        mention: Mention,
        supposed: str | None = None,
        *,
        counted: bool = False,
        forced: bool = False,
    ) -> EntityId | None:
        """Record the thing of a name; None for a name that is none.

        `supposed` is its class where the name does not say it (or does, and it is `forced`);
        `counted` things are one node.
        """
        whole = self._aliases.get(self._findings.page.key(mention.text))
        if whole is None or whole.text == mention.text:
            return self._thing(mention, supposed, counted=counted, forced=forced)
        entity = self._thing(whole, supposed, counted=counted, forced=forced)
        if entity is not None:
            said = Evidence(mention.words.span)
            self._findings.entity(entity, None, said, alias=mention.text)
        return entity

    def _thing(
        self, mention: Mention, supposed: str | None, *, counted: bool, forced: bool
    ) -> EntityId | None:
        name = mention.text
        key = self._findings.page.key(name)
        if not key:
            return None
        own = self._areas_named.get(mention.words.plain)
        said = Evidence(mention.words.span)
        if own is not None:
            printed = mention.words.plain == self._frame.area_name
            return self._findings.entity(own, None, said if printed else derived(said))
        row = self._rows.get(key) or mention.row
        if supposed is not None and (row is None or forced):
            row = self._lexicon.by_type.get(supposed)
        if row is None:
            return None
        if not counted and not forced and (row.collective or self.generic(mention)):
            return None
        local = () if self._located(row, mention) else self._frame.scope
        if (
            counted
            and row.type in _CATEGORIES
            and self._lexicon.category.search(mention.words.plain)
        ):
            entity = EntityId("ProjectCategory", (*local, key))
            return self._findings.entity(entity, name, said, also=(COLLECTION,))
        if row.type == "Industry":
            shorter = self._lexicon.industry.sub("", name)
            if len(shorter) > 1 and shorter != name:
                entity = EntityId("Industry", (*local, self._findings.page.key(shorter)))
                return self._findings.entity(entity, shorter, said, alias=name)
        entity = EntityId(row.type, (*local, key))
        also = (*row.also, COLLECTION) if counted else row.also
        self._findings.name(mention.words)
        self._named[key] = entity
        if row.type in _WITHIN and self._frame.area is not None:
            self._findings.fact(entity, "within", self._frame.area, derived(said), "named-within")
        return self._findings.entity(entity, name, said, also=also)

    def tell_doubts(self) -> None:
        """Record which things may be the same: names that may be short, without a witness."""
        for short, whole in self._short.possible:
            key = self._findings.page.key
            one, other = self._named.get(key(short.text)), self._named.get(key(whole.text))
            if one is not None and other is not None and one != other:
                said = tuple(derived(Evidence(m.words.span)) for m in (short, whole))
                self._findings.fact(one, "possiblySameAs", other, said, "short-name")

    def has_phase(self, mention: Mention) -> bool:
        """Whether a name ends with a phase, and says of what."""
        match = self._lexicon.phase.search(mention.words.plain)
        return match is not None and match.start() > 1

    def phase(self, mention: Mention, named: Mention) -> EntityId | None:
        """Record the phase that `mention` names alone, of the thing that `named` names whole."""
        match = self._lexicon.phase.match(mention.words.plain)
        own = self._lexicon.phase.search(named.words.plain)
        if match is None or own is None or match["phase"][-1] != own["phase"][-1]:
            return None
        row = self._rows.get(self._findings.page.key(named.text)) or named.row
        if row is None:
            return None
        name = named.text[: own.start("phase")] + match["phase"]
        local = () if self._located(row, named) else self._frame.scope
        entity = EntityId(row.type, (*local, self._findings.page.key(name)))
        said = derived(Evidence(mention.words.span))
        return self._findings.entity(entity, name, said, also=row.also)

    def only_attribute(self, words: Words) -> bool:
        """Whether words name a measure without what is measured: 面积, 率."""
        return self._lexicon.attribute.fullmatch(words.raw) is not None

    def shared_end(self, whole: Mention) -> str:
        """Return the end that the names of a list share with what sums it up.

        Of places that is the head alone: 龙滩、白庙2个重点帮扶镇 are 龙滩镇 and 白庙镇.
        """
        head = self._lexicon.heads.ending(whole.words.plain)
        places = whole.row is not None and whole.row.type in (*_WITHIN, "Village")
        return head[0] if head and places else whole.text

    def joined(self, mention: Mention, end: str, row: NameRow, said: Evidence) -> EntityId:
        """Record a thing whose name shares its end with the others of a list."""
        name = mention.text + end
        local = () if self._located(row, mention) else self._frame.scope
        entity = EntityId(row.type, (*local, self._findings.page.key(name)))
        return self._findings.entity(entity, name, said, also=row.also)

    def topic(self, words: Words) -> tuple[EntityId, Evidence] | None:
        """Record the industry that a sentence opens with."""
        found = self._lexicon.topics.match(words.raw, 0)
        known = next((name for name in self._industries if words.raw.startswith(name)), None)
        match = self._lexicon.topic.match(words.raw)
        length = max(
            len(found[0]) if found else 0,
            len(known) if known else 0,
            match.end("name") if match else 0,
        )
        if not length:
            return None
        row = self._lexicon.by_type["Industry"]
        mention = Mention(words.part(0, length), row)
        entity = self.thing(mention)
        return (entity, Evidence(mention.words.span)) if entity else None

    def heading(self, words: Words) -> tuple[EntityId, Evidence] | None:
        """Record the industry that a heading names, if it is nothing else."""
        match = self._lexicon.enumeration.match(words.raw)
        place = match.end() if match else 0
        rest = words.part(place, len(words.raw))
        found = self.topic(rest)
        if found is None or len(found[1].span) + 2 < len(rest.raw):
            return None
        return found

    def rank(self, words: Words) -> tuple[Figure, Words | None] | None:
        """Return the rank that words print, and among what."""
        match = self._lexicon.rank.match(words.raw)
        if match is None:
            return None
        number = 1 if match["first"] else parse_integer(match["number"])
        unit = self._figures.unit("位")
        if number is None or unit is None:
            return None
        figure = Figure(Decimal(number), unit, EXACT, words)
        return figure, words.group(match, "scope") if match["scope"] else None

    def _located(self, row: NameRow, mention: Mention) -> bool:
        if row.scope == "none":
            return True
        if row.scope == "area":
            return False
        return self._areas.is_located(mention.words.plain, self._frame.area_name)
