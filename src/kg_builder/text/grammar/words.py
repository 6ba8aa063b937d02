"""Words of a report with their place in it: what every part of the extraction hands on.

Parts are always cut from the untouched source, so that a span is exact; names are cleaned only
when they leave the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kg_builder.model.document import Source
from kg_builder.model.selector import Span
from kg_builder.text.folding import Folding
from kg_builder.text.reading import characters

LONGEST_CLAUSE = 400
"""A clause longer than this is no sentence of a report: it is left unread, with a warning."""
LONG_NAME = 200
"""A name longer than this is probably a passage: it is kept, with a warning."""

_OPEN = "([{（［【〔《〈「『“‘"
_CLOSE = ")]}）］】〕》〉」』”’"
_PAIRS = dict(zip(_OPEN, _CLOSE, strict=True))
_DEEPEST = 16
"""Brackets nested deeper than this are ordinary characters."""
_ALSO_CLOSES = {")": "）", "）": ")"}

_WIDE = "\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef“”‘’—…·"
_BROKEN = re.compile(rf"(?<=[{_WIDE}])[ \t\r\n]+(?=[{_WIDE}])")
_PINYIN = re.compile(
    r"(?<=[\u4e00-\u9fff])[(（][a-z]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{0,4}[)）]"
)
"""How a rare character is read, in a bracket behind it: no part of the name."""
_BLANK = re.compile(r"[ \t\r\n]+")


def clean(text: str) -> str:
    """Return `text` as a name or literal: broken Chinese words mended, blanks folded, XML-safe.

    Blanks between two Chinese characters are a break of the layout and go; elsewhere (`Studio 54`)
    a run of them becomes one space. Characters that XML 1.0 cannot hold go, as everywhere.
    """
    if text.isalnum():
        return text
    safe = _PINYIN.sub("", characters.clean(text))
    if _BLANK.search(safe):
        safe = _BLANK.sub(" ", _BROKEN.sub("", safe))
    return safe


def fold(text: str) -> str:
    """Return the form of a name that keys are made of: equal for spellings of equal names."""
    return clean(unicodedata.normalize("NFKC", text))


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of the source: what patterns look at, and where it starts."""

    raw: str
    """The text, its traditional characters folded."""
    start: int
    printed: str | None = None
    """The text as printed, where that differs."""

    @property
    def span(self) -> Span:
        """The span of the words in the source."""
        return Span(self.start, self.start + len(self.raw))

    @property
    def text(self) -> str:
        """The words as a name or literal: in the characters of the report."""
        return clean(self.raw if self.printed is None else self.printed)

    @property
    def plain(self) -> str:
        """The words as a name in folded characters, for keys and patterns."""
        return self.text if self.printed is None else clean(self.raw)

    def __bool__(self) -> bool:
        return bool(self.raw.strip(characters.BLANK))

    def part(self, start: int, end: int) -> Words:
        """Return the words from `start` to `end`, offsets within these words, trimmed."""
        span = characters.trimmed(self.raw, start, end)
        printed = self.printed[span.start : span.end] if self.printed is not None else None
        return Words(self.raw[span.start : span.end], self.start + span.start, printed)

    def group(self, match: re.Match[str], name: str | int = 0) -> Words:
        """Return what a group of `match` (of a search in `raw`) covers."""
        return self.part(*match.span(name))


@dataclass(frozen=True, slots=True)
class Page:
    """A source as the extraction looks at it: folded, every place where it was."""

    source: Source
    folding: Folding
    folded: str

    @classmethod
    def of(cls, source: Source, folding: Folding) -> Page:
        """Fold a source."""
        return cls(source, folding, folding.fold(source.text))

    def words(self, span: Span) -> Words:
        """Return the words of a span."""
        raw = self.folded[span.start : span.end]
        if self.folded is self.source.text:
            return Words(raw, span.start)
        printed = self.source.quote(span)
        return Words(raw, span.start, printed if printed != raw else None)

    def key(self, name: str) -> str:
        """Return the form of a name that keys are made of: equal in either script."""
        return fold(self.folding.fold(name))


def mended(words: Words) -> tuple[str, list[int] | None]:
    """Return the cleaned text of `words`, and the offset of each of its characters in the raw text.

    The offsets are None where nothing was cleaned.
    """
    text = words.plain
    if text == words.raw:
        return text, None
    origin: list[int] = []
    place = 0
    for char in text:
        while words.raw[place] != char and not (char == " " and words.raw[place] in "\t\r\n\u3000"):
            place += 1
        origin.append(place)
        place += 1
    return text, origin


def restored(part: Words, words: Words, origin: list[int]) -> Words:
    """Return the words of `words` that `part`, cut from their mended text, stands for."""
    if not part.raw:
        return words.part(0, 0)
    end = part.start + len(part.raw) - 1
    return words.part(origin[part.start], origin[end] + 1)


def split(words: Words, separators: str, *, tail: str = "") -> Iterator[Words]:
    """Yield the parts between any of `separators`, brackets and quotes opaque, empty ones left out.

    A bracket that never closes is taken for an ordinary character. Characters of `tail` at the end
    of a part are dropped.
    """
    raw = words.raw
    start = 0
    for cut in [*_cuts(raw, separators), len(raw)]:
        end = cut
        while end > start and raw[end - 1] in tail + characters.BLANK:
            end -= 1
        part = words.part(start, end)
        if part.raw:
            yield part
        start = cut + 1


def _cuts(raw: str, separators: str) -> list[int]:
    """Return where separators stand outside brackets and quotes; linear in the text.

    What stands after a bracket that never closes is not inside it: those cuts are kept.
    """
    stack: list[tuple[str, int]] = []
    cuts: list[int] = []
    for match in re.finditer(f"[{re.escape(separators + _OPEN + _CLOSE)}]", raw):
        char = match[0]
        if char in separators:
            if not _inside_number(raw, match.start()):
                cuts.append(match.start())
        elif char in _PAIRS:
            if len(stack) < _DEEPEST:
                stack.append((_PAIRS[char], len(cuts)))
        elif stack:
            _close(stack, cuts, char)
    return cuts


def _close(stack: list[tuple[str, int]], cuts: list[int], char: str) -> None:
    """Close the nearest bracket that `char` fits, forgetting the cuts made inside it."""
    for depth in range(len(stack) - 1, -1, -1):
        if char in (stack[depth][0], _ALSO_CLOSES.get(stack[depth][0])):
            del cuts[stack[depth][1] :]
            del stack[depth:]
            return


def _inside_number(raw: str, place: int) -> bool:
    """Whether the comma at `place` groups digits: `1,508.6`."""
    return (
        raw[place] in ",，"
        and raw[place - 1 : place].isdigit()
        and raw[place + 1 : place + 4].isdigit()
        and len(raw[place + 1 : place + 4]) == 3
        and not raw[place + 4 : place + 5].isdigit()
    )
