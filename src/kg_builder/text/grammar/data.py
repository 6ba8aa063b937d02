"""Checked access to the TOML of lexicons, rules and row templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg_builder.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Data:
    """A TOML table, the file it stands in and its place there."""

    raw: Mapping[str, object]
    file: str
    place: str = ""

    def refuse(self, key: str, zh: str, en: str) -> ConfigurationError:
        """Return the error for a key: what is wrong with it."""
        name = f"{self.place}.{key}" if self.place else key
        return ConfigurationError(f"“{name}”{zh}", f"`{name}` {en}", file=self.file)

    def known(self, *keys: str) -> None:
        """Refuse any key but these."""
        for key in self.raw:
            if key not in keys:
                raise self.refuse(key, "不是已知的键", f"is not a known key ({', '.join(keys)})")

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.raw

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it has to be there."""
        value = self.raw.get(key, default)
        if not isinstance(value, str):
            raise self.refuse(key, "应为文字", "must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where the key is missing."""
        value = self.raw.get(key, ())
        items = (value,) if isinstance(value, str) else value
        if not isinstance(items, tuple | list) or not all(isinstance(i, str) for i in items):
            raise self.refuse(key, "应为文字列表", "must be a list of texts")
        return tuple(items)

    def flag(self, key: str) -> bool:
        """Return true or false, false where the key is missing."""
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, "应为 true 或 false", "must be true or false")
        return value

    def number(self, key: str, default: int) -> int:
        """Return an integer."""
        value = self.raw.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refuse(key, "应为整数", "must be an integer")
        return value

    def choice(self, key: str, default: str, *choices: str) -> str:
        """Return one of the choices."""
        value = self.text(key, default)
        if value not in choices:
            listed = ", ".join(choices)
            raise self.refuse(key, f"应为 {listed} 之一", f"must be one of {listed}")
        return value

    def pattern(self, key: str, default: str | None = None, **slots: str) -> re.Pattern[str]:
        """Return a regular expression, `{name}` replaced by the slot of that name."""
        return self.compiled(key, self.text(key, default), **slots)

    def compiled(self, key: str, text: str, **slots: str) -> re.Pattern[str]:
        """Compile `text`, found at `key`."""
        for name, slot in slots.items():
            text = text.replace("{" + name + "}", slot)
        try:
            return re.compile(text)
        except re.error as error:
            raise self.refuse(
                key, f"不是正则表达式：{error}", f"is not a regular expression: {error}"
            ) from error

    def part(self, key: str) -> Data:
        """Return the table at `key`, an empty one where it is missing."""
        value = self.raw.get(key, {})
        if not isinstance(value, Mapping):
            raise self.refuse(key, "应为表", "must be a table")
        return Data(value, self.file, f"{self.place}.{key}" if self.place else key)

    def parts(self, key: str) -> tuple[Data, ...]:
        """Return the list of tables at `key`; a single table counts as a list of one."""
        value = self.raw.get(key, ())
        items = (value,) if isinstance(value, Mapping) else value
        if not isinstance(items, tuple | list) or not all(isinstance(i, Mapping) for i in items):
            raise self.refuse(key, "应为表的列表", "must be a list of tables")
        name = f"{self.place}.{key}" if self.place else key
        return tuple(Data(item, self.file, f"{name}[{n}]") for n, item in enumerate(items, 1))

    def items(self) -> Iterator[tuple[str, object]]:
        """Yield the keys with their raw values."""
        return iter(self.raw.items())


def alternatives(words: tuple[str, ...] | list[str]) -> str:
    """Return a pattern for any of `words`, the longest first."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word) for word in ordered) + ")"
