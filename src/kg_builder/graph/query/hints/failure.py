"""A text that is no query, and the words for what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg_builder.graph.query.tokens import Token
from kg_builder.model.bilingual import Bilingual

AGGREGATES: Final = frozenset("COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT".split())

FUNCTIONS: Final = AGGREGATES | frozenset(
    "STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN"
    " UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS"
    " MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF"
    " STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE TRIPLE"
    " SUBJECT PREDICATE OBJECT ISTRIPLE LANGDIR HASLANG HASLANGDIR STRLANGDIR ADJUST".split()
)

MODIFIERS: Final = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
"""In the order in which they must stand; LIMIT and OFFSET may change places."""

TERMS: Final = frozenset({"variable", "iri", "name", "string", "number", "blank"})


@dataclass(frozen=True, slots=True)
class Hint:
    """What is wrong at a place of the text."""

    place: int
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Failure:
    """A text that an engine refused: its solid tokens, and the one that the engine stopped at."""

    text: str
    solid: tuple[Token, ...]
    stop: int
    """Index in `solid`; as many as there are tokens where the engine stopped at the end."""
    reason: str
    """What the engine says."""
    prefixes: Mapping[str, str]

    @property
    def place(self) -> int:
        """Where the engine stopped."""
        return self.solid[self.stop].start if self.stop < len(self.solid) else len(self.text)

    def token(self, index: int) -> Token | None:
        """Return a solid token; None before the first and behind the last."""
        return self.solid[index] if 0 <= index < len(self.solid) else None


def say(place: int, zh: str, en: str) -> Hint:
    """Return a hint in both languages."""
    return Hint(place, Bilingual(zh, en))


def is_call(failure: Failure, place: int) -> bool:
    """Whether a bracket follows the token at an index."""
    after = failure.token(place + 1)
    return after is not None and after.text == "("


def select_lists(failure: Failure) -> Iterator[tuple[int, int]]:
    """Yield where what each SELECT lists begins and ends, by index."""
    for place, token in enumerate(failure.solid):
        if token.is_word("SELECT"):
            end = place + 1
            while end < len(failure.solid) and not (
                failure.solid[end].text == "{"
                or failure.solid[end].is_word("WHERE")
                or failure.solid[end].is_word("FROM")
            ):
                end += 1
            yield place + 1, end


def nearest(word: str, known: frozenset[str] | set[str]) -> str | None:
    """Return what a misspelt word was probably meant to be."""
    from rapidfuzz.distance import OSA

    most = max(1, len(word) // 3)
    ranked = sorted(
        (OSA.distance(word.lower(), other.lower(), score_cutoff=most), other) for other in known
    )
    return ranked[0][1] if ranked and ranked[0][0] <= most and len(word) > 1 else None


def meant_zh(near: str | None) -> str:
    """Return the question whether something near was meant, in Chinese."""
    return f"；是不是 {near}？" if near else ""


def meant_en(near: str | None) -> str:
    """Return the question whether something near was meant, in English."""
    return f"; did you mean {near}?" if near else ""
