"""Looking around: the first page, search, classes and their members, what points at a thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kg_builder.graph.iris import is_iri
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.serving.pages.browsing import class_groups, class_page, links_page
from kg_builder.serving.pages.charts import house_charts
from kg_builder.serving.pages.finding import find, front, suggestions
from kg_builder.serving.pages.house import GET, House
from kg_builder.serving.pages.reader import reader_of
from kg_builder.serving.pages.telling import Teller


class Looking:
    """Answers for these pages."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[BaseRoute]:
        """Return what a server mounts."""
        return [
            Route("/", self.home, methods=GET),
            Route("/search", self.search, methods=GET),
            Route("/suggest", self.suggest, methods=GET),
            Route("/browse", self.browse, methods=GET),
            Route("/browse/{name}", self.members, methods=GET),
            Route("/links", self.links, methods=GET),
            Route("/charts", self.charts, methods=GET),
        ]

    async def home(self, request: Request) -> Response:
        """Show the first page."""
        return await self._house.page(request, "home.html", lambda teller: {"f": front(teller)})

    async def search(self, request: Request) -> Response:
        """Show what is called as somebody typed, or nearly so."""
        text = request.query_params.get("q", "").strip()[:200]
        return await self._house.page(
            request, "search.html", lambda teller: {"typed": text, "s": find(teller, text)}
        )

    async def suggest(self, request: Request) -> Response:
        """Return what somebody may be typing, for the script of the search field."""
        reader = reader_of(request)
        text = request.query_params.get("q", "")[:200]
        class_name = request.query_params.get("class") or None
        found = await self._house.run(
            lambda: suggestions(self._house.teller(reader), text, class_name)
        )
        return JSONResponse(found, headers={"Vary": "Accept-Language"})

    async def browse(self, request: Request) -> Response:
        """List the classes, with how many things are of each; or the members of any one."""
        iri = request.query_params.get("class", "")
        if iri:
            return await self._members(request, iri)
        return await self._house.page(
            request, "browse.html", lambda teller: {"groups": class_groups(teller)}
        )

    async def members(self, request: Request) -> Response:
        """List the members of a class of ours."""
        return await self._members(request, PREFIXES["kg"] + request.path_params["name"])

    async def _members(self, request: Request, iri: str) -> Response:
        def values(teller: Teller) -> Mapping[str, Any] | None:
            page = class_page(teller, NamedNode(iri)) if is_iri(iri) else None
            return None if page is None else {"c": page}

        return await self._house.page(request, "members.html", values)

    async def links(self, request: Request) -> Response:
        """List all that points at a thing by one property."""
        to, by = (request.query_params.get(name, "") for name in ("to", "by"))

        def values(teller: Teller) -> Mapping[str, Any] | None:
            if not (is_iri(to) and is_iri(by)):
                return None
            page = links_page(teller, NamedNode(to), NamedNode(by))
            return None if page is None else {"l": page}

        return await self._house.page(request, "links.html", values)

    async def charts(self, request: Request) -> Response:
        """Show the charts of the house."""
        return await self._house.page(
            request, "charts.html", lambda teller: {"charts": house_charts(teller)}
        )
