"""Rules of prose: what a pattern over an encoded clause tells.

The rules are data: `genre/rules/clauses.toml`; their language is described in `genre/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kg_builder.text.grammar.data import Data
from kg_builder.text.recognition.encoding import compile_slots

ROLE = "@role"
"""In a predicate's stead: the relation of a thing to who brings its status about."""
SIGNED = "signed"
"""In a group's stead: the bodies that the sentence says have signed something."""
_NONE = "none"
"""In a group's stead: nothing."""
_ACTIONS: Final = MappingProxyType(
    {
        "subject": (1, 1),
        "topic": (1, 1),
        "signed": (1, 1),
        "silent": (1, 1),
        "status": (2, 2),
        "claim": (2, 2),
        "edition": (2, 2),
        "award": (3, 3),
        "count": (2, 3),
        "count-behind": (2, 3),
        "count-it": (1, 2),
        "figure": (2, 3),
        "before": (2, 3),
        "growth": (2, 3),
        "gap": (3, 3),
        "share": (2, 2),
        "rank": (2, 2),
        "pair": (1, 2),
        "pair-of": (3, 3),
        "pair-measures": (2, 2),
        "member": (2, 2),
        "elided": (2, 2),
    }
)
"""What a rule may tell besides relations, and of how many groups at least and at most."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that a rule tells: an action on groups of the pattern, or a relation.

    `relation` has subject, value and the verb of a role; `pairs` relates two lists one by one;
    `ahead` keeps the value for the subject of the next clause.
    """

    action: str
    groups: tuple[str, ...]
    predicate: str = ""

    @property
    def three(self) -> tuple[str, str, str]:
        """The groups, filled up to three."""
        first, second, third, *_ = (*self.groups, _NONE, _NONE)
        return first, second, third


@dataclass(frozen=True, slots=True)
class TellingRule:
    """A rule: where the pattern fits, it tells."""

    id: str
    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]
    """Sets of characters: without one of each the pattern fits nowhere."""
    tells: tuple[Telling, ...]
    supposed: Mapping[str, str]
    """Classes of names whose end tells nothing, by group."""
    measure: str | None
    """The measure of figures; None for the level."""
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]

    def may_fit(self, characters: frozenset[str]) -> bool:
        """Whether the pattern may fit a text of these characters: quick, and never wrongly no."""
        return not any(need.isdisjoint(characters) for need in self.needs)

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
            needed(data.text("pattern"), slots),
            tuple(_telling(data, text, pattern) for text in data.texts("tell")),
            supposed,
            data.text("measure", "") or None,
            data.texts("positive"),
            data.texts("negative"),
        )


def _telling(data: Data, text: str, pattern: re.Pattern[str]) -> Telling:
    telling = _parsed(text.split())
    known = {*pattern.groupindex, _NONE, SIGNED}
    if telling is None or any(group not in known for group in telling.groups):
        raise data.refuse("tell", f"不可读：{text}", f"cannot be read: {text}")
    return telling


def _parsed(words: list[str]) -> Telling | None:
    match words:
        case ["ahead", predicate, value]:
            return Telling("ahead", (value,), predicate)
        case ["pairs", subject, predicate, value]:
            return Telling("pairs", (subject, value), predicate)
        case [action, *groups] if action in _ACTIONS:
            least, most = _ACTIONS[action]
            return Telling(action, tuple(groups)) if least <= len(groups) <= most else None
        case [subject, predicate, value, *verb] if len(verb) <= 1:
            return Telling("relation", (subject, value, *verb), predicate)
    return None


def needed(pattern: str, slots: Mapping[str, str]) -> tuple[frozenset[str], ...]:
    """Return what every text holds that `pattern` fits: a character of each of these sets.

    Slots and Chinese characters count that are not optional; of alternatives, each gives one set,
    and all of these together are one.
    """
    stack: list[_Group] = [_Group()]
    for token in _TOKEN.finditer(pattern):
        optional = _OPTIONAL.match(pattern, token.end()) is not None
        if token["open"]:
            stack.append(_Group(negative="!" in token["open"]))
        elif token["close"] and len(stack) > 1:
            group = stack.pop()
            if not (optional or group.negative):
                stack[-1].needs += group.all()
        elif token["bar"]:
            stack[-1].next()
        elif token["word"] and not optional:
            stack[-1].needs.append(frozenset(token["word"]))
        elif token["slot"] and not optional and token["slot"] not in _MAY_BE_EMPTY:
            slot = "name" if token["slot"] in _NAMES else token["slot"]
            marks = frozenset(char for char in slots[slot] if "\ue000" <= char <= "\uefff")
            stack[-1].needs += [marks] if marks else []
    return tuple(sorted(dict.fromkeys(stack[0].all()), key=len)) if len(stack) == 1 else ()


@dataclass(slots=True)
class _Group:
    negative: bool = False
    needs: list[frozenset[str]] = field(default_factory=list)
    alternatives: list[list[frozenset[str]]] = field(default_factory=list)

    def next(self) -> None:
        """Begin the next alternative."""
        self.alternatives.append(self.needs)
        self.needs = []

    def all(self) -> list[frozenset[str]]:
        """Return what every alternative needs."""
        if not self.alternatives:
            return self.needs
        every = [*self.alternatives, self.needs]
        if not all(every):
            return []
        return [frozenset().union(*(min(needs, key=len) for needs in every))]


_TOKEN = re.compile(
    r"\\.|\[\^?[^\]]*\]|(?P<open>\((?:\?(?:P<[^>]+>|:|=|!|<=|<!))?)|(?P<close>\))|(?P<bar>\|)"
    r"|\{(?P<slot>[A-Za-z:.-]+)\}|(?P<word>[\u4e00-\u9fff])"
)
_OPTIONAL = re.compile(r"[?*]|\{0")
_MAY_BE_EMPTY = frozenset({"gap", "some", "far", "when"})
_NAMES = frozenset({"names", "one"})
"""Slots that always hold a name, whatever else may stand around it."""
