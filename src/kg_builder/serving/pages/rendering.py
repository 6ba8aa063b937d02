"""From a template to a response: everything escaped, nothing that a browser may run or fetch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from kg_builder.pages.markup import harmless
from kg_builder.serving.pages.reader import Reader
from kg_builder.version import VERSION

ASSETS: Final = Path(__file__).parents[1] / "assets"
"""What `web/` builds: committed, and served as it stands."""

SECURITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self'",
                "connect-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            )
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)
"""Headers of every page: nothing inline runs, nothing comes from elsewhere, nobody frames it."""


class Renderer:
    """Fills templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_finalize,
        )
        self._environment.filters["count"] = _count

    @cached_property
    def _version(self) -> str:
        """A word that changes whenever an asset does, so that browsers may keep them for long."""
        digest = hashlib.sha256(VERSION.encode())
        for path in sorted(ASSETS.iterdir()):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:10]

    def asset(self, reader: Reader, name: str) -> str:
        """Return the address of an asset."""
        return f"{reader.root}/assets/{name}?v={self._version}"

    def html(self, template: str, reader: Reader, values: Mapping[str, Any]) -> str:
        """Return a page as text."""
        return self._environment.get_template(template).render(
            values, r=reader, t=reader.t, url=reader.url, asset=partial(self.asset, reader)
        )

    def page(
        self, template: str, reader: Reader, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Return a page as a response."""
        return respond(self.html(template, reader, values), reader, status)


def respond(html: str, reader: Reader, status: int = 200) -> HTMLResponse:
    """Return HTML as a response with the headers that every page has."""
    headers = {
        **SECURITY,
        "Content-Language": "zh-Hans" if reader.language == "zh" else "en",
        "Vary": "Accept-Language, Accept",
        "Cache-Control": "no-cache" if status == 200 else "no-store",
    }
    return HTMLResponse(html, status, headers)


def _finalize(value: object) -> object:
    """Take out of words what acts on a reader's screen; what is markup already stays."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _count(value: int) -> str:
    return f"{value:,}"
