"""What the cells of a column look like: `lexicons/cell-types.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from kg_builder.errors import ConfigurationError
from kg_builder.text.genre import Genre

STRONG = 2.0
FAIR = 0.5
NEVER = -4.0

_BEGINNING, _END = 300, 100
"""Longer texts are judged by so many characters of their beginning and end."""
_REMEMBERED = 50_000


@dataclass(slots=True)
class CellType:
    """How well a text fits a column. Scores are remembered for the time of one reading."""

    name: str
    strong: re.Pattern[str] | None
    fair: re.Pattern[str] | None
    never: re.Pattern[str] | None
    label: re.Pattern[str] | None
    otherwise: float
    longest: int | None
    sentences: bool
    """Cells may be whole sentences, so that one without a closing bar is no prose for that."""
    unread_beyond: int | None
    """Beyond this length, the cell is not read, and a notice says so."""
    _scores: dict[str, float] = field(default_factory=dict, repr=False)

    def score(self, text: str) -> float:
        """Return how well `text` fits: STRONG, FAIR, NEVER or what the type says otherwise."""
        score = self._scores.get(text)
        if score is None:
            score = self._judge(text)
            if len(self._scores) < _REMEMBERED:
                self._scores[text] = score
        return score

    def _judge(self, text: str) -> float:
        if self.longest is not None and len(text) > self.longest:
            return NEVER
        if len(text) > _BEGINNING + _END:
            text = text[:_BEGINNING] + text[-_END:]
        if self.never is not None and self.never.search(text):
            return NEVER
        if self.label is not None and self.label.search(text):
            return NEVER
        if self.strong is not None and self.strong.search(text):
            return STRONG
        if self.fair is not None and self.fair.search(text):
            return FAIR
        return self.otherwise


def cell_types(genre: Genre) -> Mapping[str, CellType]:
    """Compile the cell types that the genre's columns use.

    Raises ConfigurationError for a type that is missing or wrong.
    """
    raw = genre.lexicons.get("cell-types", {})
    label = _compiled("label", raw, None) if "label" in raw else None
    types: dict[str, CellType] = {}
    for kind in genre.tables:
        for column in kind.columns:
            if column.holds in types:
                continue
            if column.holds not in raw:
                raise ConfigurationError(
                    f"列 {column.id} 的单元格类型 {column.holds} 没有定义",
                    f"column {column.id} holds {column.holds}, a cell type nobody defines",
                    file=kind.file,
                )
            types[column.holds] = _compiled(column.holds, raw, label.strong if label else None)
    return types


def _compiled(name: str, raw: Mapping[str, object], label: re.Pattern[str] | None) -> CellType:
    try:
        entry = cast(Mapping[str, object], raw[name])
        return CellType(
            name=name,
            strong=_any_of(entry.get("strong", ())),
            fair=_any_of(entry.get("fair", ())),
            never=_any_of(entry.get("never", ())),
            label=label,
            otherwise=float(cast(float, entry.get("otherwise", 0))),
            longest=_number(entry, "longest"),
            sentences=bool(entry.get("sentences", False)),
            unread_beyond=_number(entry, "unread_beyond"),
        )
    except (AttributeError, TypeError, ValueError, re.error) as error:
        raise ConfigurationError(
            f"单元格类型 {name} 有误: {error}",
            f"cell type {name} is wrong: {error}",
            file="lexicons/cell-types.toml",
        ) from error


def _any_of(patterns: object) -> re.Pattern[str] | None:
    if not isinstance(patterns, Sequence) or isinstance(patterns, str):
        raise TypeError(f"{patterns!r} should be a list of regular expressions")
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


def _number(entry: Mapping[str, object], key: str) -> int | None:
    value = entry.get(key)
    return None if value is None else int(cast(int, value))
