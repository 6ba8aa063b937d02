"""The keys of names: what is left of a name when the ways of writing it are folded away.

Folded are width (NFKC), case, spaces and punctuation, traditional characters, and numerals:
第一〇一中学, 第一百零一中学 and 101中学 have one key. Both sides are folded alike, so no harm comes
to a name that only looks like a number (十一学校, 五道口): 11学校 finds it too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kg_builder.text.numerals import parse_integer
from kg_builder.text.search.lexicon import SpokenNames

LONGEST: Final = 200
"""A folded name longer than this is compared as a whole only."""

Kind = Literal["area", "place", "number", "period", "ending", "front", "filler", "word", "proper"]
"""What a word of a name is, which decides what it costs to leave it out."""

_NOISE = re.compile(r"[\W_]+")
_NUMBER = re.compile(
    r"第?((?:(?<![百千万亿])[零〇一二三四五六七八九两十廿卅])[零〇一二三四五六七八九两十百千万亿廿卅]*)|第(?=\d)"
)
_TOKEN = re.compile(r"\d+(?:\.\d+)*|[a-z]+|.", re.DOTALL)
_BRACKET = re.compile(r"(.+?)[(（]([^()（）]+)[)）]")
_LATIN = re.compile(r"[a-z0-9.]*[a-z][a-z0-9.]*")
_WITHIN_LATIN = re.compile(r"[a-z]{2}")
_YEAR = "年"
_CIRCLE = str.maketrans("○◯", "〇〇")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a folded name."""

    kind: Kind
    tokens: tuple[str, ...]
    """Its characters; digits and Latin letters in a row are one."""

    @property
    def text(self) -> str:
        """The word."""
        return "".join(self.tokens)


def plain(text: str, traditional: Mapping[int, str]) -> str:
    """Return `text` with everything folded but its numerals."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(traditional)
    return _NOISE.sub(_joint, text.translate(_CIRCLE))


def _joint(noise: re.Match[str]) -> str:
    """Return a point where two numbers would run into one (2024—2026), else nothing."""
    before, after = noise.string[: noise.start()][-1:], noise.string[noise.end() :][:1]
    return "." if before.isdecimal() and after.isdecimal() else ""


def with_digits(text: str) -> str:
    """Return a plain text with its numerals as digits."""
    return _NUMBER.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    numeral = match[1]
    if numeral is None:
        return ""
    value = parse_integer(numeral)
    if value is None:
        return match[0]
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return f"{'.' * before.isdecimal()}{value}{'.' * after.isdecimal()}"


def tokens_of(text: str) -> tuple[str, ...]:
    """Return the characters of a folded text; digits and Latin letters in a row are one."""
    return tuple(_TOKEN.findall(text))


def is_latin(text: str) -> bool:
    """Whether a folded text could be pinyin: Latin letters, maybe with digits."""
    return _LATIN.fullmatch(text) is not None


def pinyin_typed(text: str) -> str:
    """Return the key of pinyin as it is typed: no tones, neither as marks nor digits, ü as v."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    text = text.replace("u\u0308", "v")
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"(?<=[a-z])[1-5](?![0-9])", "", text)
    return _NOISE.sub("", text)


def spellings(name: str, traditional: Mapping[int, str]) -> Iterator[str]:
    """Yield the plain texts a name may be said by.

    The first is the name; 熊猫范(互金中心店) is said 互金中心店熊猫范 and 熊猫范 as well.
    """
    yield plain(name, traditional)
    match = _BRACKET.fullmatch(name.strip())
    if match:
        outside, inside = plain(match[1], traditional), plain(match[2], traditional)
        if outside and inside:
            yield inside + outside
            yield outside


class Splitter:
    """Cuts folded names into words, the longest first.

    `areas` and `places` are names of them in the graph; areas are also known without their ending.
    """

    def __init__(
        self, lexicon: SpokenNames, areas: Sequence[str] = (), places: Sequence[str] = ()
    ) -> None:
        self.lexicon = lexicon
        self._kinds: dict[str, Kind] = {}
        fold = self.fold
        self._divisions = frozenset(map(fold, lexicon.divisions))
        self._endings = self._divisions | frozenset(map(fold, lexicon.endings))
        self._longest_ending = max(map(len, self._endings), default=0)
        self._said = {fold(short): fold(whole) for short, whole in lexicon.said.items()}
        self._longest_said = max(map(len, self._said), default=0)
        self._same = {fold(one): fold(other) for one, other in lexicon.same.items()}
        self._areas: tuple[str, ...] = ()
        self._areas = self._known_areas(areas)
        kinds: tuple[tuple[Kind, Sequence[str]], ...] = (
            ("place", [fold(place) for place in places]),
            ("word", [fold(word) for word in lexicon.words]),
            ("filler", [fold(word) for word in lexicon.fillers]),
            ("front", [fold(word) for word in lexicon.front]),
            ("ending", sorted(self._endings)),
            ("area", self._areas),
        )
        for kind, words in kinds:
            self._kinds.update((word, kind) for word in words)
        self._longest = max(map(len, self._kinds), default=0)

    def fold(self, text: str) -> str:
        """Return the key of a text: all folded."""
        return with_digits(plain(text, self.lexicon.traditional))

    def _known_areas(self, areas: Sequence[str]) -> tuple[str, ...]:
        found = set()
        for area in map(self.fold, areas):
            found |= {area, self._without_ending(area) or area}
        return tuple(sorted(found - {""}, key=lambda area: (-len(area), area)))

    def split(self, folded: str) -> tuple[Word, ...]:
        """Return the words of a folded name."""
        words: list[Word] = []
        proper: list[str] = []
        tokens = tokens_of(folded)
        place = 0
        while place < len(tokens):
            kind, length = self._word(tokens, place)
            if not length:
                proper.append(tokens[place])
                place += 1
                continue
            if proper:
                words.append(Word("proper", tuple(proper)))
                proper = []
            words.append(Word(kind, tokens[place : place + length]))
            place += length
        if proper:
            words.append(Word("proper", tuple(proper)))
        return tuple(words)

    def _word(self, tokens: Sequence[str], place: int) -> tuple[Kind, int]:
        """Return the kind of the longest word that starts at `place`, and its number of tokens."""
        if tokens[place][0].isdecimal():
            year = tokens[place + 1 : place + 2] == (_YEAR,)
            return ("period", 2) if year else ("number", 1)
        for length in range(min(self._longest, len(tokens) - place), 0, -1):
            kind = self._kinds.get("".join(tokens[place : place + length]))
            if kind in ("ending", "word") and length == 1 and place + length < len(tokens):
                continue  # one character means an ending at the very end only
            if kind is not None:
                return kind, length
        return "proper", 0

    def is_general(self, folded: str) -> bool:
        """Whether a text only says of what kind things are, and names none (小学, 实验小学)."""
        return all(word.kind in ("ending", "front") for word in self.split(folded))

    def core(self, folded: str) -> str:
        """Return a folded name without the areas in front of it, as far as that still names it."""
        rest = folded
        while True:
            area = next((a for a in self._areas if rest.startswith(a) and len(rest) > len(a)), None)
            if area is None or self._is_bare(rest[len(area) :]):
                return rest
            rest = rest[len(area) :]

    def bare(self, folded: str) -> str:
        """Return a folded name without its ending, as far as that still names it; else itself."""
        return self._without_ending(folded) or folded

    def _without_ending(self, folded: str) -> str | None:
        for length in range(min(self._longest_ending, len(folded) - 1), 0, -1):
            rest = folded[:-length]
            ending = folded[-length:]
            if ending not in self._endings or self._is_bare(rest):
                continue
            if ending in self._divisions or rest not in self._areas:
                return rest
        return None

    def _is_bare(self, rest: str) -> bool:
        """Whether what is left names nothing by itself."""
        return len(rest) < 2 or rest in self._endings

    def expand(self, folded: str) -> str:
        """Return a folded name with the short name it opens with in full."""
        for length in range(min(len(folded), self._longest_said), 1, -1):
            whole = self._said.get(folded[:length])
            if whole is not None and not _WITHIN_LATIN.match(folded, length - 1):
                return folded if folded.startswith(whole) else whole + folded[length:]
        return folded

    def reworded(self, folded: str) -> Iterator[str]:
        """Yield a folded text, and the other ways of saying it, the nearest first."""
        found = dict.fromkeys((folded, self._with_usual_end(folded)))
        for text in tuple(found):
            found[self.expand(text)] = None
        for text in tuple(found):
            found[self._with_number_in_front(text)] = None
        yield from found

    def _with_usual_end(self, folded: str) -> str:
        for end, other in self._same.items():
            if folded.endswith(end) and len(folded) > len(end):
                return folded.removesuffix(end) + other
        return folded

    def _with_number_in_front(self, folded: str) -> str:
        """第二实验小学 is said 实验二小: put a number in front of the word before it."""
        words = list(self.split(folded))
        for place in range(1, len(words)):
            if words[place].kind == "number" and words[place - 1].kind in ("word", "ending"):
                words[place - 1 : place + 1] = [words[place], words[place - 1]]
                return "".join(word.text for word in words)
        return folded
