"""What the name index answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

How = Literal["exact", "folded", "said", "part", "short", "pinyin", "initials", "near"]
"""How what was said fits the name that was found, the surest first.

- `exact`: character by character;
- `folded`: but for width, case, spaces, punctuation, script and the way numbers are written;
- `said`: by a short name of its own (北科大 for 北京科技大学);
- `part`: without the area in front or the ending (八里庄 for 八里庄街道);
- `short`: cut as people cut names (人大附中);
- `pinyin`, `initials`: in Latin letters;
- `near`: almost; only ever a proposal.
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be meant: `name` is what it is called, `matched` the name that fits."""

    id: str
    name: str
    matched: str
    how: How
    classes: tuple[str, ...] = ()
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The one thing that is meant."""

    id: str
    name: str
    how: How


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two or more things that may be meant, equally well."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is called so; `near` are the names that come closest, the nearest first."""

    near: tuple[Candidate, ...] = ()


Answer = Found | Ambiguous | Unknown


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing of the index with all that it is found by, for an index of another make."""

    id: str
    names: tuple[str, ...]
    """The preferred one first."""
    classes: tuple[str, ...]
    """The most specific first, superclasses included."""
    qualifier: str
    """What tells it from others of its name, as its street."""
    apart: bool
    """Found only by those who ask for one of its classes."""
    keys: Mapping[str, tuple[str, ...]]
    """By kind (`exact`, `folded`, `part`, `pinyin`, `initials` …), what it is looked up by."""
