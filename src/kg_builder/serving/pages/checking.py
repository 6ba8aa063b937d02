"""The page that checks triples: paste or drop them, see what is wrong and where, take the mends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg_builder.errors import BusyError, KgError, WorkerError
from kg_builder.graph.submission.formats import SUFFIXES
from kg_builder.serving.pages.house import GET
from kg_builder.serving.pages.reader import Reader, reader_of
from kg_builder.serving.pages.rendering import Renderer
from kg_builder.serving.pages.site import Pasted, Site

MOST: Final = 4 << 20
"""Bytes that are taken on the page; more goes through the API or the command line."""
LISTED: Final = 200
"""Results that are told with words and mends; the others are counted."""
_FORMATS: Final = {
    "turtle": "Turtle",
    "trig": "TriG",
    "nt": "N-Triples",
    "nquads": "N-Quads",
    "json-ld": "JSON-LD",
    "xml": "RDF/XML",
}
_SUFFIXES: Final = {
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "nt",
    ".nq": "nquads",
    ".jsonld": "json-ld",
    ".rdf": "xml",
    ".xml": "xml",
}
_ENDINGS: Final = {name: suffix for suffix, name in reversed(_SUFFIXES.items())}
_EXAMPLE: Final = """@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <https://example.org/mine/> .

ex:canteen a kg:Canteeen ;
  rdfs:label "示例食堂" ;
  kg:inStreet "八里庄街道" .
"""


@dataclass(frozen=True, slots=True)
class _Given:
    """What somebody handed in."""

    text: str
    name: str
    format: str
    fix: bool


class Checking:
    """Answers for the page."""

    def __init__(self, site: Site, renderer: Renderer) -> None:
        self._site = site
        self._renderer = renderer

    def routes(self) -> list[BaseRoute]:
        """Return what a server mounts."""
        return [Route("/validate", self.respond, methods=[*GET, "POST"])]

    async def respond(self, request: Request) -> Response:
        """Return the form, or what was found of what came by it."""
        reader = reader_of(request)
        if request.method != "POST":
            example = "example" in request.query_params
            return self._page(reader, 200, text=_EXAMPLE if example else "")
        try:
            given = await _read(request, reader)
        except KgError as error:
            return self._page(reader, 413, error=reader.pick(error.message))
        except UnicodeDecodeError:
            words = reader.t(
                "文件不是 UTF-8 文字；请转成 UTF-8", "The file is not UTF-8; convert it"
            )
            return self._page(reader, 400, error=words)
        except (MultiPartException, ValueError):
            words = reader.t("读不了所交的表单", "The form cannot be read")
            return self._page(reader, 400, error=words)
        if not given.text.strip():
            words = reader.t(
                "没有内容：请粘贴或选一个文件", "Nothing is there: paste, or choose a file"
            )
            return self._page(reader, 400, error=words, format_name=given.format)
        return await self._judged(given, reader)

    async def _judged(self, given: _Given, reader: Reader) -> Response:
        data = given.text.encode("utf-8", "replace")
        shown: Mapping[str, Any] = {"text": given.text, "format_name": given.format}
        try:
            judged = await self._site.judge(data, given.name, given.format, reader.language)
            mends = 0
            if given.fix and judged.mended is not None:
                mends = judged.mends
                shown = {"text": judged.mended, "format_name": given.format}
                judged = await self._site.judge(
                    judged.mended.encode(), given.name, given.format, reader.language
                )
        except (WorkerError, BusyError) as error:
            return self._page(reader, 503, error=reader.pick(error.message), **shown)
        except KgError as error:
            return self._page(
                reader,
                400,
                error=reader.pick(error.message),
                place=(error.line, error.column),
                excerpt=error.excerpt or _line(given.text, error.line),
                **shown,
            )
        return self._page(reader, 200, judged=judged, mends=mends, **shown)

    def _page(
        self,
        reader: Reader,
        status: int,
        *,
        text: str = "",
        format_name: str = "turtle",
        error: str | None = None,
        place: tuple[int | None, int | None] = (None, None),
        excerpt: str | None = None,
        judged: Pasted | None = None,
        mends: int = 0,
    ) -> Response:
        parts = judged and judged.parts
        return self._renderer.page(
            "validate.html",
            reader,
            status,
            text=text,
            format_name=format_name,
            formats=_FORMATS,
            error=error,
            place=place,
            excerpt=excerpt,
            judged=judged,
            parts=parts
            and {
                name: Markup(getattr(parts, name))  # noqa: S704 - written by the house, escaped
                for name in ("counts", "notes", "files", "results")
            },
            state=parts.state if parts else "",
            heading=reader.pick(parts.heading) if parts else "",
            mends=mends,
        )


def _line(text: str, number: int | None) -> str | None:
    """Return a line of a text, counted from one."""
    lines = text.split("\n")
    return lines[number - 1] if number and number <= len(lines) else None


async def _read(request: Request, reader: Reader) -> _Given:
    """Return what a form brings; a file goes before what was pasted."""
    async with request.form(max_files=1, max_fields=10, max_part_size=MOST) as form:
        fix = form.get("do") == "fix"
        chosen = str(form.get("format", "turtle"))
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            data = await file.read(MOST + 1)
            if len(data) > MOST:
                raise KgError(
                    f"文件大于 {MOST >> 20} MiB：请用 kg validate 或接口",
                    f"the file is larger than {MOST >> 20} MiB: use kg validate or the API",
                )
            suffix = PurePosixPath(file.filename).suffix.lower()
            chosen = _SUFFIXES.get(suffix, chosen) if suffix in SUFFIXES else chosen
            name = PurePosixPath(file.filename.replace("\\", "/")).name[:100]
            return _Given(data.decode("utf-8-sig"), name, _known(chosen), fix)
        kind = _known(chosen)
        text = str(form.get("text", "")).replace("\r\n", "\n")
        name = reader.t("所粘贴的内容", "pasted") + _ENDINGS.get(kind, "")
        return _Given(text, name, kind, fix)


def _known(name: str) -> str:
    return name if name in _FORMATS else "turtle"
