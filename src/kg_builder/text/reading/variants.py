"""Traditional script: looked at in simplified script to tell what a line or a cell is."""

from __future__ import annotations

from dataclasses import replace

from kg_builder.errors import ConfigurationError
from kg_builder.model.document import Source
from kg_builder.text.genre import Genre

_LOOKED_AT = 200_000
"""A text whose beginning is in simplified script is taken to be so throughout."""


def plain_source(source: Source, genre: Genre) -> Source:
    """Return `source` in simplified script, character by character, so that spans hold for both.

    The pairs are those of `lexicons/variants.toml`; text in simplified script comes back as it is.
    Raises ConfigurationError where the pairs do not match.
    """
    raw = genre.lexicons.get("variants", {})
    traditional, simplified = raw.get("traditional", ""), raw.get("simplified", "")
    if (
        not isinstance(traditional, str)
        or not isinstance(simplified, str)
        or len(traditional) != len(simplified)
    ):
        raise ConfigurationError(
            "traditional 与 simplified 应为等长的文字",
            "`traditional` and `simplified` must be texts of one length",
            file="lexicons/variants.toml",
        )
    text = source.text
    if frozenset(traditional).isdisjoint(text[:_LOOKED_AT]):
        return source
    return replace(source, text=text.translate(str.maketrans(traditional, simplified)))
