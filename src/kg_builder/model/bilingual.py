"""A text in the two languages of the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def pick(self, language: Language) -> str:
        """Return the words in `language`."""
        return self.zh if language == "zh" else self.en
