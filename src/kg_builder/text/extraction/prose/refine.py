"""Tokens as the rules of prose need them: verbs and measures that names have swallowed come off.

A scanner that knows no grammar cuts names as long as they may be. What stands next to them tells
more: before a count, 服务企业 is a verb and a name; before a length, X建筑面积 is a name and a
measure; 底前 behind a year is none at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg_builder.text.grammar.data import Data
from kg_builder.text.grammar.words import Words
from kg_builder.text.recognition.lexicon import NameLexicon, NameRow
from kg_builder.text.recognition.tokens import Clause, Mention, Token

_SHORTEST = 2
_FAR = 2
"""A count stands no further than so many characters behind what it counts."""


@dataclass(frozen=True, slots=True)
class Refiner:
    """Takes apart what is no name."""

    lexicon: NameLexicon
    lead: re.Pattern[str]
    """Verbs that a counted name has swallowed."""
    filler: re.Pattern[str]
    """What stands before a name that tells nothing, or is told as one though it is none."""
    tail: re.Pattern[str]
    """Adverbs that a name before a verb has swallowed."""
    opening: re.Pattern[str]
    """Verbs in front of a name that the scanner does not know."""
    bare: re.Pattern[str]
    """Words that name what is counted, though they are too general to be names."""
    kind: re.Pattern[str]
    """Verbs that tell, before such a word, of what kind it is: 新签约项目."""
    members: frozenset[str]
    """What such a word follows where it only sums up a list: 等."""
    phase: re.Pattern[str]
    """A phase right behind a name."""
    owner: re.Pattern[str]
    """Words that only refer to what the measure is of: 项目 of 项目总投资."""
    total: re.Pattern[str]
    """Measures that only say that something is counted: 总数."""
    measured: frozenset[str]
    """Classes of ends that are measures if a figure follows."""

    @classmethod
    def of(cls, data: Data, lexicon: NameLexicon) -> Refiner:
        """Read the patterns; raises ConfigurationError for wrong ones."""
        return cls(
            lexicon,
            data.pattern("lead"),
            data.pattern("filler"),
            data.pattern("tail"),
            data.pattern("opening"),
            data.pattern("bare"),
            data.pattern("kind"),
            frozenset(data.texts("members")),
            data.pattern("phase"),
            data.pattern("owner"),
            data.pattern("total"),
            frozenset(data.texts("measured")),
        )

    def refine(self, clause: Clause) -> Clause:
        """Return the clause with its tokens taken apart."""
        tokens, place = clause.tokens, 0
        refined: list[Token] = []
        for number, token in enumerate(tokens):
            following = tokens[number + 1] if number + 1 < len(tokens) else None
            if token.figure is not None and token.start > place:
                refined += self._bare(clause.words, refined, place, token.start)
            if token.mention is not None and token.mention.row is not None:
                token = self._phased(clause.words, token, token.mention, following)
            if token.kind == "attribute" and following is not None:
                refined.append(self._counted(clause.words, token, tokens[number + 1 :]))
            elif token.mention is None or token.mention.quoted:
                refined.append(token)
            else:
                refined += self._parts(clause.words, token, token.mention, following)
            place = token.end
        clause.tokens = refined
        return clause

    def _bare(self, words: Words, before: list[Token], start: int, end: int) -> Sequence[Token]:
        """Find a general word right before a figure, with the verb before it: 新签约项目58个."""
        found = self.bare.search(words.raw[start:end])
        if found is None:
            return ()
        first, last = start + found.start("name"), start + found.end("name")
        verb = before[-1] if before else None
        if verb is not None and verb.end == first:
            if words.raw[verb.start : verb.end] in self.members:
                return ()
            if self.kind.fullmatch(words.raw[verb.start : verb.end]):
                first = before.pop().start
        row = self._head(words.raw[first:last])
        if row is None:
            return ()
        return (Token("name", first, last, mention=Mention(words.part(first, last), row)),)

    def _phased(
        self, words: Words, token: Token, mention: Mention, following: Token | None
    ) -> Token:
        """Give a name the phase that stands behind it."""
        found = self.phase.match(words.raw, token.end)
        if found is None or (following is not None and following.start < found.end()):
            return token
        whole = words.part(token.start, found.end())
        return replace(token, end=found.end(), mention=replace(mention, words=whole))

    def _counted(self, words: Words, token: Token, after: Sequence[Token]) -> Token:
        """Return the name of what is counted in a measure that says no more: 企业总数."""
        figure = next((other for other in after[:_FAR] if other.figure is not None), None)
        owner = self.owner.match(words.raw, token.start, token.end)
        if owner is not None:
            return replace(token, start=owner.end())
        found = self.total.search(words.raw, token.start, token.end)
        if figure is None or found is None or found.start() - token.start < _SHORTEST:
            return token
        name = words.part(token.start, found.start())
        row = self._head(name.raw)
        if row is None or self.lexicon.generic.fullmatch(name.raw):
            return token
        return Token("name", token.start, found.start(), mention=Mention(name, row))

    def _parts(
        self, words: Words, token: Token, mention: Mention, following: Token | None
    ) -> Sequence[Token]:
        raw = words.raw[token.start : token.end]
        claim = self.lexicon.claim.match(raw)
        if claim is not None and 0 < claim.end() < len(raw):
            return self._claimed(words, token, token.start + claim.end())
        if self.filler.fullmatch(raw):
            return ()
        if mention.row is None:
            cut = self._unknown(words, token, raw)
            if cut is not token:
                return (cut,)
        opening = self.opening.match(raw)
        if opening is not None:
            name = words.part(token.start + opening.end(), token.end)
            mention = replace(mention, words=name, row=self._head(name.raw))
            return (Token("name", token.start + opening.end(), token.end, mention=mention),)
        figure = following is not None and following.figure is not None
        if not figure or following is None or following.start - token.end > _FAR:
            return (token,)
        lead = self.lead.match(raw)
        if lead is not None and len(raw) - lead.end() >= _SHORTEST:
            return self._led(words, token, mention, lead)
        return self._measure(words, token, mention, raw)

    def _claimed(self, words: Words, token: Token, cut: int) -> Sequence[Token]:
        """Take a claim off the name behind it: 成为全国首个零碳数据中心."""
        name = words.part(cut, token.end)
        row = self._head(name.raw)
        claim = Token("claim", token.start, cut)
        if row is None:
            return (claim,)
        return (claim, Token("name", cut, token.end, mention=Mention(name, row)))

    def _unknown(self, words: Words, token: Token, raw: str) -> Token:
        """Return what is left of a name whose end tells nothing."""
        tail = self.tail.search(raw)
        if tail is None or tail.start() < _SHORTEST or token.mention is None:
            return token
        end = token.start + tail.start()
        name = words.part(token.start, end)
        mention = replace(token.mention, words=name, row=self._head(name.raw))
        return Token("name", token.start, end, mention=mention)

    def _led(
        self, words: Words, token: Token, mention: Mention, lead: re.Match[str]
    ) -> Sequence[Token]:
        """Take the verb off a counted name: 新建充电桩1260个, 服务企业420家."""
        place, start = token.start, token.start + lead.end()
        found = self.lexicon.words.match(words.raw, token.start + lead.start("verb"))
        verbs: list[Token] = []
        if found is not None and found[1].status is not None:
            place = token.start + lead.start("verb")
            verbs.append(Token("word", place, place + len(found[0]), word=found[1]))
        name = words.part(start, token.end)
        row = self._head(name.raw) if mention.row is None else mention.row
        mention = replace(mention, words=name, row=row)
        return (*verbs, Token("name", start, token.end, mention=mention))

    def _measure(self, words: Words, token: Token, mention: Mention, raw: str) -> Sequence[Token]:
        """Take the measure off a name: X建筑面积21万平方米."""
        if mention.row is not None and mention.row.type not in self.measured:
            return (token,)
        found = self.lexicon.attribute.search(raw)
        if found is None or found.start() < _SHORTEST:
            return (token,)
        row = self._head(raw[: found.start()])
        if row is None or row.collective or row.type in self.measured:
            return (token,)
        if self.lexicon.generic.fullmatch(raw[: found.start()]):
            return (token,)
        cut = token.start + found.start()
        named = replace(mention, words=words.part(token.start, cut), row=row, alias=None)
        return (
            Token("name", token.start, cut, mention=named),
            Token("attribute", cut, token.end),
        )

    def _head(self, name: str) -> NameRow | None:
        whole = self.lexicon.whole.get(name)
        if whole is not None:
            return whole
        found = self.lexicon.heads.ending(name)
        return found[1] if found else None
