"""Clauses into tokens: verbs, figures and periods are found, names are what lies between.

Brackets, quotation marks and title marks are opaque: they are parts of names, or names themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from kg_builder.text.grammar.periods import PeriodReader
from kg_builder.text.grammar.quantities import EXACT, Figure, FigureReader
from kg_builder.text.grammar.words import Words
from kg_builder.text.recognition.lexicon import NameLexicon, NameRow
from kg_builder.text.recognition.names import (
    ASIDE,
    BRACKET,
    NUMBER,
    QUOTED,
    TITLE,
    NameReader,
)
from kg_builder.text.recognition.tokens import Clause, Token
from kg_builder.text.recognition.verbs import ISSUED, VerbJudge

_CLOSING = {
    "《": "》", "〈": "〉", "“": "”", "‘": "’", "「": "」", "『": "』", "(": ")", "（": "）",
    "[": "]", "【": "】",
}  # fmt: skip
_TITLE, _QUOTE = "《〈", "“‘「『"
_GOING_ON = frozenset({"under-way", "supported", "planned"})
_COPULAS = frozenset("是为属系")
# What stands before a claim where the claim itself begins with no copula.
_SAYING_OF = ("成为", "作为", "这是", "也是", "即")
_CLOSERS = frozenset("》〉”’」』")
_LONGEST_OPAQUE = 120
_MASKED = re.compile(
    r"[《〈“‘「『(（\[【\d+-]"
    # a number in numerals, with the start of its unit: 四十七家, 一千二百万吨
    r"|(?<![第一二三四五六七八九十百千廿])[一二两三四五六七八九]?[十百千廿]"
    r"[一二三四五六七八九十百千零万亿家个所座项名人户吨张套件米公平元亩]"
)
_DIGITS = re.compile(r"[\d.,]*")
_YEAR = re.compile(r"(?:19|20)\d\d\s?(?:年|[-—–~～至]+(?:19|20)\d\d)")
_MONTH = re.compile(
    r"(?:\d{1,2}\s*[-—–~～至]\s*)?(?:1[0-2]|0?[1-9])\s?月(?:份|底|末|初|中旬|上旬|下旬|(?:3[01]|[12]\d|0?[1-9])日)?(?!\d)"
)
_NUMERALS = frozenset("一二两三四五六七八九十")
_PARTING = ",，;；:：。!！?？\u3000Ø•■➢★▲●◆※"
_SOMETIMES_PARTING = " –-"
_CONJUNCTION = re.compile(r"以及|[、和与及暨]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch that is no name material: where names end."""

    start: int
    end: int
    token: Token


class ClauseScanner:
    """Scans clauses for tokens."""

    def __init__(
        self,
        lexicon: NameLexicon,
        figures: FigureReader,
        periods: PeriodReader,
        known: Mapping[str, NameRow],
    ) -> None:
        """Take what is known; `known` are names that the document's tables print."""
        self._lexicon = lexicon
        self._figures = figures
        self._periods = periods
        self._names = NameReader(lexicon, known)
        self._verbs = VerbJudge(lexicon, self._names)
        self._parting = frozenset(
            (*lexicon.words.openings, *_PARTING, *_SOMETIMES_PARTING, *_NUMERALS, "、")
        )
        self._bounds = tuple(sorted(figures.bounds["before"], key=len, reverse=True))

    def scan(self, words: Words) -> Clause:
        """Return the clause with its tokens."""
        clause = Clause(words)
        masked, pieces = self._mask(words)
        tokens: list[Token] = []
        place = 0
        for piece in self._boundaries(masked, pieces, words):
            if piece.start > place:
                tokens += self._run(words, masked, place, piece.start, tokens)
            tokens.append(piece.token)
            place = piece.end
        if place < len(masked):
            tokens += self._run(words, masked, place, len(masked), tokens)
        clause.tokens = _joined(tokens)
        return clause

    # --- what is opaque ---

    def _mask(self, words: Words) -> tuple[str, dict[int, _Piece]]:
        """Return the clause with quoted stretches blotted out, and the figures and periods."""
        raw = words.raw
        out = list(raw)
        pieces: dict[int, _Piece] = {}
        place = 0
        while found := _MASKED.search(raw, place):
            place = found.start()
            end = self._opaque(raw, place, out) if raw[place] in _CLOSING else None
            if end is not None and self._is_aside(raw, place, end):
                pieces[place] = _Piece(place, end, Token("aside", place, end))
                out[place:end] = ASIDE * (end - place)
            if end is None and raw[place] not in _CLOSING:
                piece = self._number(words, place)
                if piece is not None:
                    pieces[piece.start] = piece
                    out[piece.start : piece.end] = NUMBER * (piece.end - piece.start)
                    end = piece.end
                else:
                    end = max(_DIGITS.match(raw, place).end(), place + 1)  # type: ignore[union-attr]
            place = place + 1 if end is None else end
        return "".join(out), pieces

    @staticmethod
    def _opaque(raw: str, place: int, out: list[str]) -> int | None:
        """Blot out a stretch between marks; return where it ends, None for one that does not."""
        end = raw.find(_CLOSING[raw[place]], place + 1, place + _LONGEST_OPAQUE)
        if end < 0:
            return None
        char = raw[place]
        mark = TITLE if char in _TITLE else QUOTED if char in _QUOTE else BRACKET
        out[place : end + 1] = mark * (end + 1 - place)
        return end + 1

    def _is_aside(self, raw: str, place: int, end: int) -> bool:
        """Whether a bracket says something of what stands before it: （规模2亿元）."""
        if place == 0 or raw[place] not in "(（":
            return False
        return self._lexicon.aside.fullmatch(raw, place + 1, end - 1) is not None

    def _number(self, words: Words, place: int) -> _Piece | None:
        raw = words.raw
        before = raw[place - 1] if place else ""
        if before and (self._lexicon.latin_unit.match(before) or before == "第"):
            return None
        noun = self._lexicon.words.match(raw, place)
        if (noun and noun[1].kind == "noun") or self._lexicon.of_name.search(raw, 0, place):
            return None
        month = _MONTH.match(raw, place)
        if month:
            end = month.end()
            return _Piece(place, end, Token("word", place, end))
        if _YEAR.match(raw, place):
            found = self._periods.match(words.part(place, len(raw)))
            if found is not None:
                end = place + len(found.words.raw)
                return _Piece(place, end, Token("period", place, end, period=found.period))
        start = place
        for bound in self._bounds:
            if raw.endswith(bound, 0, place):
                start = place - len(bound)
                break
        if self._lexicon.specification.match(raw, place):
            return None
        figure = self._figures.match(words, start) or self._summed(words, place)
        if figure is None:
            return None
        end = figure.words.span.end - words.start
        if (
            figure.unit.name == "magnitude"
            or raw[end : end + 1] == "级"
            or self._inside_name(raw, place, end)
        ):
            return None
        return _Piece(start, end, Token("figure", start, end, figure=figure))

    def _summed(self, words: Words, place: int) -> Figure | None:
        """Return the count that sums up a list of places: 龙泉、西山2街道."""
        match = self._lexicon.places_summed.match(words.raw, place)
        unit = self._figures.unit("个")
        if match is None or unit is None or "、" not in words.raw[:place]:
            return None
        return Figure(Decimal(match["number"]), unit, EXACT, words.group(match, "number"))

    def _inside_name(self, raw: str, place: int, end: int) -> bool:
        """Whether the unit is the start of a word: 3号线, 5G, 12米长."""
        unit = raw[place:end].lstrip("0123456789., ")
        return unit.isascii() and unit.isalpha() and raw[end : end + 1].isalnum()

    # --- where names end ---

    def _boundaries(
        self, masked: str, pieces: Mapping[int, _Piece], words: Words
    ) -> Iterator[_Piece]:
        start = 0
        place = self._verbs.document_said_of(masked)
        specials = self._specials(masked)
        while place < len(masked):
            piece = pieces.get(place) or specials.get(place)
            if piece is None:
                if masked[place] not in self._parting:
                    place += 1
                    continue
                piece = self._boundary(masked, place, words, start)
            if piece is None:
                place += self._noun(masked, start, place)
                continue
            yield piece
            start = place = piece.end
            if piece.token.word is not None and piece.token.word.status in ISSUED:
                place = self._verbs.document(masked, place)

    def _noun(self, masked: str, start: int, place: int) -> int:
        """Return how much stands at `place` that parts no names: a word, or a character."""
        found = self._lexicon.words.match(masked, place)
        if found is None or found[1].kind not in ("noun", "verb"):
            return 1
        if found[1].kind == "verb" and self._verbs.straddles(masked, start, place):
            return 1
        return len(found[0])

    def _boundary(self, masked: str, place: int, words: Words, start: int) -> _Piece | None:
        """Return what parts names at `place`; `start` is where the run before it starts."""
        char = masked[place]
        opening = place == start
        if TITLE <= char <= ASIDE:
            return None
        if char == "、":
            return _Piece(place, place + 1, Token("mark", place, place + 1))
        if char in _PARTING or (char in _SOMETIMES_PARTING and opening):
            return _Piece(place, place + 1, Token("word", place, place + 1))
        if char in _NUMERALS:
            piece = self._spelt_count(words, place)
            if piece is not None and (opening or self._names.sums_up(masked, piece.end)):
                return piece
        found = self._lexicon.words.match(masked, place)
        if found is None or found[1].kind == "noun":
            return None
        text, word = found
        end = place + len(text)
        if not opening and word.kind == "opening":
            return None
        if not opening and word.kind == "between" and masked[end : end + 1] != NUMBER:
            named = self._names.ends(masked[start:place])
            if not named or self._verbs.pairs(masked, start, place, end):
                return None
        if word.kind == "verb" and not self._verbs.parts(masked, start, place, end, word):
            return None
        return _Piece(place, end, Token("word", place, end, word=word))

    def _specials(self, masked: str) -> dict[int, _Piece]:
        """Return the claims, editions, ranks and wordings of a status, by where they start."""
        found: dict[int, _Piece] = {}
        characters = frozenset(masked)
        for phrase in self._lexicon.phrases:
            if characters.isdisjoint(phrase.needs):
                continue
            for match in phrase.pattern.finditer(masked):
                token = Token("word", *match.span(), word=phrase.word)
                found.setdefault(match.start(), _Piece(*match.span(), token))
        for kind, pattern, triggers in (
            ("edition", self._lexicon.edition, "届"),
            ("claim", self._lexicon.claim, "首一先领独最"),
            ("rank", self._lexicon.rank, "第首榜"),
        ):
            if not characters.isdisjoint(triggers):
                for match in pattern.finditer(masked):
                    if match.end() > match.start():
                        said = f"{kind}-is" if self._is_predicate(kind, masked, match) else kind
                        found[match.start()] = _Piece(*match.span(), Token(said, *match.span()))
        return found

    def _is_predicate(self, kind: str, masked: str, match: re.Match[str]) -> bool:
        """Whether a claim is said of what stands before it: 系全省首个."""
        before = masked[: match.start()]
        return kind == "claim" and (match[0][0] in _COPULAS or before.endswith(_SAYING_OF))

    def _spelt_count(self, words: Words, place: int) -> _Piece | None:
        match = self._lexicon.counted.match(words.raw, place)
        if match is None:
            return None
        figure = self._figures.read(words.part(place, match.end()))
        if figure is None:
            return None
        return _Piece(place, match.end(), Token("figure", place, match.end(), figure=figure))

    # --- names ---

    def _run(
        self, words: Words, masked: str, start: int, end: int, before: list[Token]
    ) -> list[Token]:
        """Return the tokens of a run without verbs: names, and conjunctions between them."""
        cuts = [(start, start)]
        for match in _CONJUNCTION.finditer(masked, start, end):
            listed = bool(before) and before[-1].kind == "mark"
            if self._joins(masked, cuts[-1][1], match, end, listed=listed):
                cuts.append(match.span())
        cuts += _between_quotes(words.raw, masked, start, end)
        cuts = [*sorted(cuts), (end, end)]
        tokens: list[Token] = []
        for (_, left), (right, after) in pairwise(cuts):
            tokens += self._names.read(words, masked, left, right)
            if after > right:
                tokens.append(Token("mark", right, after))
        return tokens

    def _joins(
        self, masked: str, left: int, match: re.Match[str], end: int, *, listed: bool
    ) -> bool:
        """Whether a conjunction stands between two names, not inside one.

        In a list (`listed`) one side that is a name is enough.
        """
        before, after = masked[left : match.start()], masked[match.end() : end]
        if self._within_word(masked, match):
            return False
        if not before or not after:
            return True
        if self._names.industry(before) and not self._names.industry(after):
            return False
        sides = (self._names.ends(before), self._names.starts(after))
        return any(sides) and len(before) > 1 if listed else all(sides)

    def _within_word(self, masked: str, match: re.Match[str]) -> bool:
        """Whether the conjunction is a character of a word that parts no names: 和 of 和平."""
        for start in range(max(0, match.start() - 2), match.start() + 1):
            found = self._lexicon.words.match(masked, start)
            if found and found[1].kind == "noun" and start + len(found[0]) > match.start():
                return True
        return False


def _between_quotes(raw: str, masked: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the places where one quotation follows another at once: “甲”“乙”."""
    return [
        (place, place)
        for place in range(start + 1, end)
        if masked[place] == masked[place - 1] in TITLE + QUOTED
        and raw[place] in _TITLE + _QUOTE
        and raw[place - 1] in _CLOSERS
    ]


def _joined(tokens: list[Token]) -> list[Token]:
    """Join verbs of a status that follow each other at once: 建成投用, 推动建设.

    The first one's status is that of both, unless it says no more than that something goes on.
    """
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.end == token.start
            and before.word is not None
            and token.word is not None
            and before.word.status
            and token.word.status
        ):
            word = token.word if before.word.status in _GOING_ON else before.word
            joined[-1] = Token("word", before.start, token.end, word=word)
        else:
            joined.append(token)
    return joined
