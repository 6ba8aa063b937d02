"""The reports: how much of each was read, and its text with every passage linked to its facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg_builder.serving.pages.house import GET, House
from kg_builder.serving.pages.reader import Reader, reader_of
from kg_builder.serving.pages.rendering import respond
from kg_builder.serving.pages.telling import Shown, Teller

_HASH: Final = re.compile(r"_[0-9a-f]{8}$")


@dataclass(frozen=True, slots=True)
class Unread:
    """A passage that was not read."""

    line: int
    kind: str
    characters: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report, and how well it was read."""

    shown: Shown
    share: str
    tables: int
    warnings: tuple[str, ...]
    unread: tuple[Unread, ...]
    text: str | None
    """The address of its text, where that is at hand."""


def report_shown(teller: Teller, node: NamedNode) -> Shown:
    """Return a report by its title; one that has none by its area, and that it has none."""
    found = teller.shown(node)
    if teller.graph.label(node, teller.reader.language):
        return found
    area = _HASH.sub("", node.value.rpartition("/")[2]).replace("_", " ")
    return replace(
        found, words=area + teller.reader.t("（无标题的文本）", " (a text without title)")
    )


class Reports:
    """Lists reports, and makes the pages of their texts, once for each generation."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[BaseRoute]:
        """Return what a server mounts."""
        return [
            Route("/coverage", self.coverage, methods=GET),
            Route("/coverage/{name}", self.report, methods=GET),
        ]

    async def coverage(self, request: Request) -> Response:
        """List the reports, and how much of each was read."""
        return await self._house.page(
            request, "coverage.html", lambda teller: {"reports": self.listed(teller)}
        )

    async def report(self, request: Request) -> Response:
        """Show the text of a report, every passage linked to its facts."""
        reader = reader_of(request)
        name = request.path_params["name"]
        found = await self._house.run(lambda: self.page(self._house.teller(reader), name))
        return self._house.failure(reader, 404) if found is None else found

    def listed(self, teller: Teller) -> tuple[ReportView, ...]:
        """Return the reports that the graph was built from."""
        return tuple(self._listed(teller))

    def _listed(self, teller: Teller) -> Iterator[ReportView]:
        base = teller.graph.base or ""
        for item in teller.graph.summary.get("reports", ()):
            name = str(item["graph"]).rpartition("/")[2]
            yield ReportView(
                shown=report_shown(teller, NamedNode(f"{base}id/report/{name}")),
                share=_share(item.get("coverage")),
                tables=len(item.get("tables") or ()),
                warnings=tuple(_warned(item, teller.reader)),
                unread=tuple(_unread(item.get("unread"), teller)),
                text=teller.reader.url(f"/coverage/{name}")
                if name in teller.knowledge.texts
                else None,
            )

    def page(self, teller: Teller, name: str) -> Response | None:
        """Return the page of a text; None where there is none at hand."""
        path = teller.knowledge.texts.get(name)
        if path is None:
            return None
        key = ("coverage", name, teller.reader.language)
        made = teller.knowledge.once(key, lambda: self._made(teller, path))
        return respond(made, teller.reader)

    def _made(self, teller: Teller, path: Path) -> str:
        from kg_builder.desk import ReportInput, mark_report
        from kg_builder.pages.coverage import coverage_page

        roots = teller.knowledge.resources.roots
        project = roots[-1] if len(roots) > 1 else None
        marked = mark_report(ReportInput.load(path), project=project)
        home = teller.reader.url("/coverage")
        return coverage_page(
            marked,
            teller.reader.language,
            linked=(partial(self._house.renderer.asset, teller.reader), home),
        )


def _share(coverage: Any) -> str:  # noqa: ANN401 - as build.json has it
    if isinstance(coverage, dict):
        coverage = coverage.get("share")
    return f"{float(coverage):.0%}" if isinstance(coverage, int | float) else "–"


def _warned(item: Mapping[str, Any], reader: Reader) -> Iterator[str]:
    for warning in item.get("warnings", ()):
        line, words = warning.get("line"), str(warning[reader.language])
        yield reader.t(f"第 {line} 行：{words}", f"Line {line}: {words}") if line else words


def _unread(items: Any, teller: Teller) -> Iterator[Unread]:  # noqa: ANN401 - as build.json has it
    kinds = {
        "paragraph": teller.reader.t("段落", "paragraph"),
        "cell": teller.reader.t("单元格", "cell"),
        "bullet": teller.reader.t("条目", "bullet"),
    }
    for item in items or ():
        if isinstance(item, dict):
            kind = str(item.get("kind", ""))
            yield Unread(
                int(item.get("line", 0)), kinds.get(kind, kind), int(item.get("characters", 0))
            )
