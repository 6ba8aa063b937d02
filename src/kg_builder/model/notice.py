"""Warnings: what a reader of the report should look at, none of which stops the work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Position

MAX_NOTICES: Final = 100
"""Of one code: a reader of warnings needs no more to see what is wrong."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning with the place it speaks of.

    `code` is a stable kebab-case word that scripts can rely on; the message names values of at
    most 40 characters of the report.
    """

    code: str
    message: Bilingual
    position: Position | None = None
    related: Position | None = None
    """A second place, for instance the other side of a sum that does not add up."""


def capped(notices: Iterable[Notice], most: int = MAX_NOTICES) -> tuple[Notice, ...]:
    """Return the notices in the order of their places, at most `most` of a code.

    A last notice of the code says how many more there are.
    """
    kept: list[Notice] = []
    counts: dict[str, int] = {}
    for notice in sorted(notices, key=_place):
        counts[notice.code] = counts.get(notice.code, 0) + 1
        if counts[notice.code] <= most:
            kept.append(notice)
    for code, count in counts.items():
        if count > most:
            more = count - most
            kept.append(
                Notice(code, Bilingual(f"另有 {more} 处同类情况", f"{more} more like this"))
            )
    return tuple(kept)


def _place(notice: Notice) -> tuple[bool, int, int]:
    position = notice.position
    return (False, position.line, position.column) if position else (True, 0, 0)
