"""How text gets into a page: escaped, and with nothing in it that acts on the reader's screen."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from types import MappingProxyType
from typing import Final

from kg_builder.model.bilingual import Bilingual

_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20) if code not in (9, 10, 13)}
_DIRECTIONS: Final = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
_ACTING: Final[Mapping[int, str]] = MappingProxyType(
    {
        **_PICTURES,
        **dict.fromkeys((*range(0x7F, 0xA0), *_DIRECTIONS), "\N{REPLACEMENT CHARACTER}"),
    }
)
"""Control characters, which HTML forbids, and those that turn the direction of what follows."""


def harmless(text: str) -> str:
    """Return `text` without characters that act on a screen; one character stays one character."""
    return text.translate(_ACTING)


def shown(text: str) -> str:
    """Return `text` for an element or a quoted attribute; one character stays one character."""
    return escape(harmless(text))


def both(words: Bilingual, tag: str = "span") -> str:
    """Return words in both languages, each in an element that says so and can be hidden."""
    return both_html(shown(words.zh), shown(words.en), tag)


def both_html(zh: str, en: str, tag: str = "span") -> str:
    """Return HTML in both languages; what is the same in both stands once."""
    if zh == en:
        return zh if tag == "span" else f"<{tag}>{zh}</{tag}>"
    return f'<{tag} lang="zh">{zh}</{tag}><{tag} lang="en">{en}</{tag}>'


def content_policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page that has this style and script alone.

    Everything else is refused, requests of any kind included (CSP level 3, hash sources).
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(content: str) -> str:
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode("ascii")
