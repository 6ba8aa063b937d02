"""What the name index knows of names: `genre/lexicons/spoken-names.toml` and `traditional.toml`.

Kept within the index itself, so that what is looked up is folded as what was stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from kg_builder.errors import ConfigurationError
from kg_builder.resources import Resources, load_toml

_SPOKEN: Final = "spoken-names"
_LISTS: Final = ("divisions", "endings", "front", "fillers", "words")
_TABLES: Final = ("same", "said")
_KEYS: Final = frozenset({*_LISTS, *_TABLES, "example"})


@dataclass(frozen=True, slots=True)
class SpokenNames:
    """How names are shortened; all but `traditional` as the lexicon writes it."""

    traditional: Mapping[int, str]
    """By code point, the simplified character."""
    divisions: tuple[str, ...]
    endings: tuple[str, ...]
    front: tuple[str, ...]
    fillers: tuple[str, ...]
    words: tuple[str, ...]
    same: Mapping[str, str]
    said: Mapping[str, str]

    def to_json(self) -> str:
        """Return it as text, equal for equal lexicons."""
        table = "".join(chr(code) + char for code, char in sorted(self.traditional.items()))
        data = {
            "traditional": table,
            **{key: list(getattr(self, key)) for key in _LISTS},
            **{key: dict(getattr(self, key)) for key in _TABLES},
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> SpokenNames:
        """Return what `to_json` wrote. Raises ValueError or KeyError for anything else."""
        data = json.loads(text)
        table = data["traditional"]
        pairs = zip(map(ord, table[::2]), table[1::2], strict=True)
        divisions, endings, front, fillers, words = (tuple(data[key]) for key in _LISTS)
        same, said = (MappingProxyType(data[key]) for key in _TABLES)
        return cls(
            MappingProxyType(dict(pairs)), divisions, endings, front, fillers, words, same, said
        )


def load_spoken_names(resources: Resources) -> SpokenNames:
    """Return the lexicon, those of a project laid over it; reads these two files of the genre only.

    Raises ConfigurationError for a file that is not what it should be. Without the files nothing
    is folded and nothing shortened.
    """
    spoken = _load(resources, _SPOKEN)
    raw = spoken[1] if spoken else {}
    file = str(spoken[0]) if spoken else ""
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        raise ConfigurationError(
            f"“{unknown[0]}”不是已知的键", f"`{unknown[0]}` is not a known key", file=file
        )
    traditional = _load(resources, "traditional")
    from kg_builder.text.folding import character_pairs  # not needed to look anything up

    pairs = character_pairs(traditional[1] if traditional else {})
    divisions, endings, front, fillers, words = (_texts(raw, key, file) for key in _LISTS)
    same, said = (_pairs(raw, key, file) for key in _TABLES)
    return SpokenNames(pairs, divisions, endings, front, fillers, words, same, said)


def _load(resources: Resources, stem: str) -> tuple[Path, dict[str, Any]] | None:
    for path in resources.files("genre", f"lexicons/{stem}.toml"):
        return path, load_toml(path)
    return None


def _texts(raw: Mapping[str, Any], key: str, file: str) -> tuple[str, ...]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ConfigurationError(f"“{key}”应为文字列表", f"`{key}` must be texts", file=file)
    return tuple(dict.fromkeys(value))


def _pairs(raw: Mapping[str, Any], key: str, file: str) -> Mapping[str, str]:
    value = raw.get(key, {})
    texts: Sequence[Any] = [*value, *value.values()] if isinstance(value, dict) else [None]
    if not all(isinstance(item, str) and item for item in texts):
        raise ConfigurationError(
            f"“{key}”应为文字对文字", f"`{key}` must map texts to texts", file=file
        )
    return MappingProxyType(dict(value))
