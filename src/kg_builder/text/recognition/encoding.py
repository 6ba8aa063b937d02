"""Clauses as strings that rules can match: each token one private-use character.

The character tells what a token is (the class of a name, the kind of a figure, the status of a
verb); where it stands tells which token it is. Other words stand as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kg_builder.text.recognition.tokens import Clause, Token

IT: Final = "\ue000"
"""Stands at the start of a clause for the subject of the clause before it."""
_FIRST_CLASS, _FIRST_FIGURE, _FIRST_STATUS = 0xE100, 0xE200, 0xE300
_OTHERS: Final = MappingProxyType(
    {
        "period": "\ue2f0",
        "claim": "\ue2f1",
        "edition": "\ue2f2",
        "attribute": "\ue2f3",
        "rank": "\ue2f4",
        "claim-is": "\ue2f5",
    }
)
_AWARDS: Final = MappingProxyType({"granted": "\ue2f8", "not-granted": "\ue2f9"})
ASIDE: Final = "aside"
"""The kind of token that no rule sees."""
_UNKNOWN: Final = "\ue1ff"
_FIGURES: Final = ("count", "money", "percent", "point", "extent", "other")
_SLOT: Final = re.compile(r"\{([A-Za-z:|.-]+)\}")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A clause as a string, and the token that each character stands for."""

    text: str
    tokens: tuple[Token | None, ...]
    """By place in `text`; None for the characters of other words."""
    places: tuple[tuple[int, int], ...]
    """By place in `text`: the stretch of the clause that it stands for."""

    def group(self, match: re.Match[str], name: str) -> tuple[Token, ...]:
        """Return the tokens of a group that stand for something, in their order."""
        start, end = match.span(name)
        if start < 0:
            return ()
        return tuple(token for token in self.tokens[start:end] if token is not None)

    def stretch(self, match: re.Match[str], name: str) -> tuple[int, int] | None:
        """Return where a group stands in the clause; None for one that is not there or empty."""
        start, end = match.span(name)
        if start < 0 or start == end or self.text[start:end] == IT:
            return None
        return self.places[start][0], self.places[end - 1][1]


@dataclass(frozen=True, slots=True)
class Encoding:
    """What each character stands for."""

    classes: Mapping[str, str]
    statuses: Mapping[str, str]
    groups: Mapping[str, Sequence[str]]
    """Names of groups of classes: `org`, `place`."""
    only_subjects: frozenset[str]
    never_subjects: frozenset[str]
    carried: frozenset[str]
    figure_kinds: Mapping[str, str]
    """By base unit: `money`, `extent` and so on; what is not listed is a `count`."""

    @classmethod
    def of(
        cls,
        classes: Sequence[str],
        statuses: Sequence[str],
        groups: Mapping[str, Sequence[str]],
        only_subjects: Sequence[str],
        never_subjects: Sequence[str],
        carried: Sequence[str],
        figure_kinds: Mapping[str, str],
    ) -> Encoding:
        """Give classes and statuses numbers, in their order."""
        return cls(
            {name: chr(_FIRST_CLASS + n) for n, name in enumerate(dict.fromkeys(classes))},
            {name: chr(_FIRST_STATUS + n) for n, name in enumerate(dict.fromkeys(statuses))},
            groups,
            frozenset(only_subjects),
            frozenset(never_subjects),
            frozenset(carried),
            figure_kinds,
        )

    def encode(self, clause: Clause, *, carries: bool) -> Encoded:
        """Return the clause as a string; `carries` says that a subject may be carried over."""
        text: list[str] = [IT] if carries else []
        tokens: list[Token | None] = [None] if carries else []
        places: list[tuple[int, int]] = [(0, 0)] if carries else []
        raw = clause.words.raw

        def plain(start: int, end: int) -> None:
            for place in range(start, end):
                if not raw[place].isspace():
                    text.append(raw[place])
                    tokens.append(None)
                    places.append((place, place + 1))

        place = 0
        for token in clause.tokens:
            plain(place, token.start)
            char = self._char(token)
            if token.kind == ASIDE:
                pass
            elif char is None:
                plain(token.start, token.end)
            else:
                text.append(char)
                tokens.append(token)
                places.append((token.start, token.end))
            place = token.end
        plain(place, len(raw))
        return Encoded("".join(text), tuple(tokens), tuple(places))

    def _char(self, token: Token) -> str | None:
        if token.mention is not None:
            row = token.mention.row
            return self.classes[row.type] if row else _UNKNOWN
        if token.figure is not None:
            kind = self.figure_kinds.get(token.figure.unit.base, "count")
            return chr(_FIRST_FIGURE + _FIGURES.index(kind))
        if token.word is not None:
            if token.word.award:
                return _AWARDS[token.word.award]
            return self.statuses[token.word.status] if token.word.status else None
        return _OTHERS.get(token.kind)

    def _statuses_but(self, names: frozenset[str]) -> str:
        return "[" + "".join(c for name, c in self.statuses.items() if name not in names) + "]"

    def slots(self) -> dict[str, str]:
        """Return the patterns for the slots of rules, by name."""
        known = "".join(self.classes.values())
        named = {name: f"[{char}]" for name, char in self.classes.items()}
        for group, members in self.groups.items():
            named[group] = "[" + "".join(self.classes[name] for name in members) + "]"
        statuses = "".join(self.statuses.values())
        named |= {f"s:{name}": char for name, char in self.statuses.items()}
        named |= {kind: chr(_FIRST_FIGURE + number) for number, kind in enumerate(_FIGURES)}
        named |= dict(_OTHERS)
        figures = "".join(chr(_FIRST_FIGURE + number) for number in range(len(_FIGURES)))
        modifiers = (
            f"[{_OTHERS['claim']}{_OTHERS['edition']}]*(?:新型|新|首批|一批|国家级|市级|省级)?"
        )
        name = f"[{known}{_UNKNOWN}]"
        listed = f"{modifiers}{name}"
        joins = "(?:、|和|与|及|以及|暨)"
        return named | {
            "known": f"[{known}]",
            "unknown": _UNKNOWN,
            "name": name,
            "one": listed,
            "names": f"{listed}(?:{joins}?{listed})*",
            "status": f"[{statuses}]",
            "does": self._statuses_but(self.only_subjects),
            "did": self._statuses_but(self.never_subjects),
            "went": self._statuses_but(frozenset(self.statuses) - self.carried),
            "award": "[" + "".join(_AWARDS.values()) + "]",
            "granted": _AWARDS["granted"],
            "not-granted": _AWARDS["not-granted"],
            "figure": f"[{figures}]",
            "it": IT,
            "gap": "[^\ue000-\uefff、,，]{0,8}",
            "far": f"[^{known}{_UNKNOWN}{IT}]{{0,24}}?",
            "when": (
                "(?:(?:先后|分别|依次|预计|计划|力争|有望|确保|争取|预期|目标|将|拟|预定|已|均|也)*(?:于|在)?"
                f"(?:{_OTHERS['period']}(?:底|末|初)?(?:之?前|以前)?|[0-9—–~-]+月(?:份|底|末|初|[0-9]+日)?)[、和]?)*"
            ),
            "some": "[^\ue000-\uefff、,，]{0,16}",
        }


def compile_slots(pattern: str, slots: Mapping[str, str]) -> str:
    """Return `pattern` with `{slot}` replaced; raises KeyError for a slot that is none."""
    return _SLOT.sub(lambda match: slots[match[1]], pattern)
