"""A contribution: triples that somebody brought, with who says so, when, and after what source.

The history of an output folder is a row of entries, numbered from 1 and never changed:

    add       a batch of triples
    retract   triples that earlier batches hold, which leave them
    undo      an earlier entry, which counts no more
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from kg_builder.errors import InputError

Kind = Literal["add", "retract", "undo"]

_LONGEST: Final = 2000
_WHEN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Marks that turn the direction of writing: with them a line can be made to read as another."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who brings triples, when (UTC, to the second), and the source of the claim.

    Texts are kept exactly as they are given; one that could not stand in one line of a listing as
    what it is, is refused. Raises InputError.
    """

    by: str
    when: str
    source: str | None = None
    """A document, a URL or a person; None where only entries of the history are undone."""

    def __post_init__(self) -> None:
        _check_text(self.by, "--by")
        if self.source is not None:
            _check_text(self.source, "--source")
        if not _WHEN.fullmatch(self.when):
            raise ValueError(f"not a time in UTC: {self.when!r}")

    @classmethod
    def now(cls, by: str, source: str | None = None) -> Provenance:
        """Return the provenance of what is brought at this moment."""
        return cls(by, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), source)


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """A file as it was handed in: what it was called, its checksum, and where it is kept."""

    name: str
    sha256: str
    kept: str
    """Its name in the folder of the entry, which is ours."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the history, as its `batch.json` has it; `number` counts from 1."""

    number: int
    id: str
    kind: Kind
    provenance: Provenance
    base: str
    """The base of the instance IRIs when it was made."""
    files: tuple[SubmittedFile, ...]
    triples: int
    data_sha256: str
    of: int | None = None
    """The entry that an `undo` undoes."""


def _check_text(text: str, option: str) -> None:
    """Raise InputError for a text that is empty, endless, or could not stand in a line as it is."""
    if not text.strip():
        raise InputError(f"{option} 不能是空的", f"{option} must not be empty")
    if len(text) > _LONGEST:
        raise InputError(
            f"{option} 有 {len(text)} 个字，最多 {_LONGEST} 个：请给出处的名称或网址",
            f"{option} has {len(text)} characters, at most {_LONGEST}: give a title or a URL",
        )
    for place, letter in enumerate(text, 1):
        if _is_unfit(letter):
            name = unicodedata.name(letter, f"U+{ord(letter):04X}")
            raise InputError(
                f"{option} 的第 {place} 个字是控制字符（{name}）：请去掉它",
                f"character {place} of {option} is a control character ({name}): leave it out",
            )


def _is_unfit(letter: str) -> bool:
    """Whether a character breaks lines, steers terminals or directions, or is none in XML."""
    return (
        unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
        or letter in _TURNING
        or ord(letter) & 0xFFFE == 0xFFFE
        or 0xFDD0 <= ord(letter) <= 0xFDEF
    )
