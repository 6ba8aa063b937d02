"""Short forms: how well a text fits a name that it may have been cut from.

People cut a name by its words: they take some whole or by their first characters, and leave others
out, in the order of the name (人|大|附|中 of 中国|人民|大学|附属|中学). What that costs is
added up; the cheapest reading counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Final

from kg_builder.text.search.keys import Kind, Word

LEFT_OUT: Final[Mapping[Kind, float]] = MappingProxyType(
    {
        "area": 0.1,
        "front": 0.3,
        "filler": 0.3,
        "period": 0.5,
        "ending": 0.6,
        "place": 0.8,
        "word": 1.0,
        "number": 3.0,
        "proper": 3.0,
    }
)
"""What it costs to leave out a word: what tells a thing apart is not left out."""
_NAMING: Final = ("proper", "place")
"""What names a thing; taken whole or by two characters or more, it tells which is meant."""
_OWING: Final = ("word", "place", "ending")
"""What is left out only where something is taken that tells: 北京中学 is not 北京大学附属中学."""
_FIRST: Final = 0.1
"""A word by its first characters."""
_PICKED: Final = 0.6
"""A word by some of its characters, the first among them."""
_LAST: Final = 0.3
"""An ending by its last character (开芯院 ends as 研究院)."""
_WITHIN: Final = 2.0
"""A word by characters that are not its first."""
_FRONT: Final = 0.8
"""At most that for leaving out all that stands before the text, which is the end of the name."""
_LEFT: Final = 0.3
"""For each character of a name within the name that is left out behind those that are taken."""

CLEARLY: Final = 0.45
"""By how much the best name has to fit better than the next."""
LISTED: Final = 1.5
"""Beyond what is taken for meant, names up to so much are still proposed."""


def limit(length: int) -> float:
    """Return up to what cost a text of so many characters is taken for a short form."""
    return min(0.6 + 0.35 * length, 3.0)


def cost(text: str, words: Sequence[Word]) -> float:
    """Return what it costs to read `text` as a short form of a name; infinity where it is none."""
    whole = "".join(word.text for word in words)
    best = _aligned(text, words)
    return min(best, _FRONT) if len(text) > 2 and whole.endswith(text) else best


def _aligned(text: str, words: Sequence[Word]) -> float:
    @cache
    def rest(place: int, number: int, told: bool, owed: bool) -> float:  # noqa: FBT001
        """Return the cost of what follows.

        `told`: a word was taken that tells what is meant; `owed`: one has to be, for what was
        left out.
        """
        if number == len(words):
            paid = place == len(text) and (told or not owed)
            return 0.0 if paid else inf
        word = words[number]
        left_out = rest(place, number + 1, told, owed or word.kind in _OWING)
        best = LEFT_OUT[word.kind] + left_out
        for end, price in _taken(text, place, word):
            naming = word.kind in _NAMING
            enough = end - place > 1 or end - place == len(word.text)
            tells = word.kind == "word" or (naming and enough)
            owes = naming and not enough
            best = min(best, price + rest(end, number + 1, told or tells, owed or owes))
        return best

    return rest(0, 0, False, False)  # noqa: FBT003


def _taken(text: str, place: int, word: Word) -> Iterator[tuple[int, float]]:
    """Yield how far the characters of a word go on in `text` from `place`, and the price."""
    end, taken, straight = place, 0, True
    first = text.startswith(word.tokens[0], place)
    for token in word.tokens:
        if not text.startswith(token, end) or _cuts_number(text, end + len(token)):
            straight = False
            continue
        end += len(token)
        taken += 1
        if not first:
            is_last = word.kind == "ending" and token is word.tokens[-1] and taken == 1
            yield end, _LAST if is_last else _WITHIN
        elif not straight:
            yield end, _PICKED
        else:
            left = len(word.tokens) - taken
            yield end, max(_FIRST, _LEFT * left if word.kind in _NAMING else 0) if left else 0.0


def _cuts_number(text: str, end: int) -> bool:
    return text[end - 1].isdecimal() and text[end : end + 1].isdecimal()
