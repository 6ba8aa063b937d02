"""Rules of prose: what a pattern over an encoded clause tells.

The rules are data: `genre/rules/clauses.toml`; their language is described in `genre/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.text.extraction.data import Data
from kg_builder.text.recognition.encoding import compile_slots

AHEAD = "ahead"
"""A relation of what the next clause speaks of."""
_PAIRS = "pairs"
"""A relation between the things of two lists, one by one."""
_NONE = "none"
"""In a group's stead: nothing."""
ACTIONS = {
    "status": (2, 2),
    "claim": (2, 2),
    "edition": (2, 2),
    "count": (2, 3),
    "count-it": (2, 3),
    "figure": (2, 3),
    "before": (2, 3),
    "award": (3, 3),
    "member": (2, 2),
    "topic": (1, 1),
    "subject": (1, 1),
    "rank": (2, 2),
    "elided": (2, 2),
    "pair": (1, 2),
    "pair-measures": (2, 2),
    "growth": (2, 3),
    "gap": (3, 3),
}
"""What a rule may tell besides relations, and with how many groups."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that a rule tells: an action on groups of the pattern, or a relation."""

    action: str
    groups: tuple[str, ...]
    predicate: str | None = None


@dataclass(frozen=True, slots=True)
class TellingRule:
    """A rule: where the pattern fits, it tells."""

    id: str
    pattern: re.Pattern[str]
    tells: tuple[Telling, ...]
    supposed: Mapping[str, str]
    """Classes of names whose end tells nothing, by group."""
    measure: str | None
    """The measure of figures; None for the level."""
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]

    @classmethod
    def of(cls, data: Data, slots: Mapping[str, str]) -> TellingRule:
        """Read a rule; raises ConfigurationError for a wrong one."""
        data.known("id", "pattern", "tell", "as", "measure", "positive", "negative")
        try:
            text = compile_slots(data.text("pattern"), slots)
        except KeyError as error:
            raise data.refuse(
                "pattern", f"没有槽 {error}", f"names a slot that is none: {error}"
            ) from error
        pattern = data.compiled("pattern", text)
        supposed = {key: str(value) for key, value in data.part("as").items()}
        return cls(
            data.text("id"),
            pattern,
            tuple(_telling(data, text, pattern) for text in data.texts("tell")),
            supposed,
            data.text("measure", "") or None,
            data.texts("positive"),
            data.texts("negative"),
        )


def _telling(data: Data, text: str, pattern: re.Pattern[str]) -> Telling:
    words = text.split()
    if words and words[0] == AHEAD:
        fits = len(words) == 3
        telling = Telling(AHEAD, (words[2],), words[1]) if fits else Telling("", ())
    elif words and words[0] == _PAIRS:
        fits = len(words) == 4
        telling = (
            Telling(_PAIRS, (words[1], words[3]), words[2]) if fits else Telling("", ())
        )
    elif words and words[0] in ACTIONS:
        least, most = ACTIONS[words[0]]
        telling = Telling(words[0], tuple(words[1:]))
        fits = least <= len(words) - 1 <= most
    else:
        fits = len(words) in (3, 4)
        telling = (
            Telling("relation", (words[0], *words[2:]), words[1]) if fits else Telling("", ())
        )
    known = {*pattern.groupindex, _NONE}
    if not fits or any(group not in known for group in telling.groups):
        raise data.refuse("tell", f"不可读：{text}", f"cannot be read: {text}")
    return telling
