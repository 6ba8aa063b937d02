"""Names to entities: the same name is the same thing, all over a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kg_builder.model.entity import EntityId
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.areas import AreaNames
from kg_builder.text.extraction.findings import Findings
from kg_builder.text.extraction.statements import ReportFrame
from kg_builder.text.recognition.lexicon import NameLexicon, NameRow
from kg_builder.text.recognition.tokens import Clause, Mention

COLLECTION = "Collection"


class Linker:
    """Gives every name of one report its thing.

    What class a name has is settled over the whole report: its end says it, or, where its end
    says nothing, what is said of it (`known` and then the class that a rule supposes).
    """

    def __init__(
        self, lexicon: NameLexicon, areas: AreaNames, frame: ReportFrame, findings: Findings
    ) -> None:
        self._lexicon = lexicon
        self._areas = areas
        self._frame = frame
        self._findings = findings
        self._rows: dict[str, NameRow] = {}
        own = {word: frame.area for word in areas.own_words(frame.area_name, frame.city)}
        self._areas_named: dict[str, EntityId | None] = dict(own)
        if frame.area_name and frame.area:
            short = frame.area_name.rstrip("区县市旗")
            if len(short) > 1:
                self._areas_named.setdefault(short, frame.area)

    def settle(self, clauses: Iterable[Clause]) -> None:
        """Take in all names of the report before any of them is resolved."""
        votes: dict[str, Counter[str]] = {}
        for clause in clauses:
            for token in clause.tokens:
                if token.mention is not None and token.mention.row is not None:
                    key = self._findings.page.key(token.mention.text)
                    votes.setdefault(key, Counter())[token.mention.row.id] += 1
        for key, counts in votes.items():
            best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[0][0]
            self._rows[key] = self._lexicon.rows[best]

    def generic(self, mention: Mention) -> bool:
        """Whether a name is of a kind of thing rather than of a thing."""
        if mention.quoted:
            return False
        text = mention.words.plain
        return bool(self._lexicon.generic.fullmatch(text))

    def thing(
        self, mention: Mention, supposed: str | None = None, *, counted: bool = False
    ) -> EntityId | None:
        """Record the thing of a name; None for a name that is none.

        `supposed` is its class where the name does not say it; `counted` things are one node.
        """
        name = mention.text
        key = self._findings.page.key(name)
        if not key:
            return None
        own = self._areas_named.get(mention.words.plain)
        said = Evidence(mention.words.span)
        if own is not None:
            return self._findings.entity(own, None, said)
        row = self._rows.get(key) or mention.row
        if row is None and supposed is not None:
            row = self._lexicon.by_type.get(supposed)
        if row is None:
            return None
        if not counted and (row.collective or self.generic(mention)):
            return None
        local = () if self._located(row, mention) else self._frame.scope
        entity = EntityId(row.type, (*local, key))
        also = (*row.also, COLLECTION) if counted else row.also
        self._findings.name(mention.words)
        return self._findings.entity(entity, name, said, also=also)

    def _located(self, row: NameRow, mention: Mention) -> bool:
        if row.scope == "none":
            return True
        if row.scope == "area":
            return False
        return self._areas.is_located(mention.words.plain, self._frame.area_name)
