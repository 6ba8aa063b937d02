"""What a publisher says of a distribution, since the graph cannot know it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import quote, urlsplit

from kg_builder.errors import InputError
from kg_builder.graph.iris import is_iri

_EMAIL: Final = re.compile(r"[^\s@<>\"'()\\,;:]+@[^\s@<>\"'()\\,;:]+")
_WORDS: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_RESERVED: Final = ":/?#[]@!$&'()*+,;=%~"


@dataclass(frozen=True, slots=True)
class DistributionOptions:
    """Options of a distribution. What is None is unknown, and left out of what is written.

    `download_base` is where the files will stand (default: the base of the graph), `homepage` a
    page about them, `publisher` a name, `contact` an e-mail or web address, `endpoint` that of a
    SPARQL service, `released` the day of the release, `version` that of the data (default: that of
    the tool that built it). Raises InputError for an address that is none, or words that break a
    line.
    """

    download_base: str | None = None
    homepage: str | None = None
    publisher: str | None = None
    contact: str | None = None
    endpoint: str | None = None
    released: date | None = None
    version: str | None = None

    def __post_init__(self) -> None:
        for name in ("download_base", "homepage", "endpoint"):
            value = getattr(self, name)
            if value is not None and not is_web_address(value):
                raise _refused(name, value, "应是 http(s) 网址", "is an http(s) address")
        if self.contact is not None and not is_contact(self.contact):
            raise _refused("contact", self.contact, "应是邮箱或网址", "is an e-mail or web address")
        for name in ("publisher", "version"):
            value = getattr(self, name)
            if value is not None and (not value.strip() or not _WORDS.fullmatch(value)):
                raise _refused(name, value, "应是一行文字", "is one line of words")
        if self.download_base is not None and not self.download_base.endswith("/"):
            object.__setattr__(self, "download_base", self.download_base + "/")


def is_web_address(text: str) -> bool:
    """Return whether `text` is an IRI that a browser opens, without what changes its meaning."""
    try:
        parts = urlsplit(text)
        is_reached = bool(parts.hostname) and parts.port != 0  # one too large is a ValueError
        return parts.scheme in ("http", "https") and is_reached and is_iri(text)
    except ValueError:
        return False


def is_contact(text: str) -> bool:
    """Return whether `text` is an address of mail, or of the web."""
    return is_web_address(text) or (_EMAIL.fullmatch(text) is not None and is_iri(f"mailto:{text}"))


def as_uri(iri: str) -> str:
    """Return an IRI in ASCII (RFC 3987, 3.1): what it holds beyond is percent-encoded."""
    return quote(iri, safe=_RESERVED)


def parse_day(text: str) -> date:
    """Return the day that `text` writes as `2026-11-23`. Raises InputError for any other text."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _refused("released", text, "应写作 2026-11-23", "is written 2026-11-23") from error


def _refused(name: str, value: str, zh: str, en: str) -> InputError:
    option = "--sparql-endpoint" if name == "endpoint" else f"--{name.replace('_', '-')}"
    return InputError(f"{option} {zh}，不是“{value}”", f"{option} {en}, not {value!r}")
