"""Scripts and style: the files that `web/` builds, and those of the coverage page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.responses import Response

from kg_builder.pages import coverage
from kg_builder.serving.pages.rendering import ASSETS

_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def asset_response(name: str) -> Response | None:
    """Return an asset by its plain name; None for what is none."""
    data = _data(name)
    kind = _TYPES.get(Path(name).suffix)
    if data is None or kind is None:
        return None
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    return Response(data, media_type=kind, headers=headers)


def _data(name: str) -> bytes | None:
    if name in coverage.FILES:
        return coverage.file_of(name).encode()
    known = {path.name: path for path in ASSETS.iterdir() if path.is_file()}
    return known[name].read_bytes() if name in known else None
