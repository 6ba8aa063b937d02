"""The reports: how much of each was read, and its text with every passage linked to its facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode
from starlette.responses import Response

from kg_builder.errors import KgError
from kg_builder.serving.pages.rendering import Renderer, respond
from kg_builder.serving.pages.telling import Shown, Teller

_NAME: Final = re.compile(r"[^/\\\0]{1,200}")


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


class Reports:
    """Lists reports, and makes the pages of their texts, once for each generation."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def listed(self, teller: Teller) -> tuple[ReportView, ...]:
        """Return the reports that the graph was built from."""
        return tuple(self._listed(teller))

    def _listed(self, teller: Teller) -> Iterator[ReportView]:
        base = teller.graph.base or ""
        language = teller.reader.language
        for item in teller.graph.summary.get("reports", ()):
            name = str(item["graph"]).rpartition("/")[2]
            yield ReportView(
                shown=teller.shown(NamedNode(f"{base}id/report/{name}")),
                share=_share(item.get("coverage")),
                tables=len(item.get("tables") or ()),
                warnings=tuple(str(warning[language]) for warning in item.get("warnings", ())),
                unread=tuple(_unread(item.get("unread"), teller)),
                text=teller.reader.url(f"/coverage/{name}") if name in teller.texts else None,
            )

    def page(self, teller: Teller, name: str) -> Response | None:
        """Return the page of a text; None where there is none at hand."""
        if not _NAME.fullmatch(name) or name not in teller.texts:
            return None
        key = ("coverage", name, teller.reader.language)
        kept = teller.knowledge.kept
        if key not in kept:
            kept[key] = self._made(teller, name)
        return respond(str(kept[key]), teller.reader)

    def _made(self, teller: Teller, name: str) -> str:
        from kg_builder.desk import ReportInput, mark_report
        from kg_builder.pages.coverage import coverage_page

        generation = teller.graph.generation
        if generation is None:
            raise KgError("没有正文", "no text")
        roots = teller.knowledge.resources.roots
        project = roots[-1] if len(roots) > 1 else None
        source = ReportInput.load(generation / "source" / f"{name}.txt")
        marked = mark_report(source, project=project)
        home = teller.reader.url("/coverage")
        return coverage_page(marked, teller.reader.language, linked=(self._renderer.asset, home))


def _share(coverage: Any) -> str:  # noqa: ANN401 - as build.json has it
    if isinstance(coverage, dict):
        coverage = coverage.get("share")
    return f"{float(coverage):.0%}" if isinstance(coverage, int | float) else "–"


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
