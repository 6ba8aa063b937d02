"""The pages and their addresses: who answers for which."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg_builder.graph.iris import is_iri
from kg_builder.model.bilingual import Bilingual
from kg_builder.serving.pages.asking import Asking
from kg_builder.serving.pages.checking import Checking
from kg_builder.serving.pages.entity import entity_view
from kg_builder.serving.pages.finding import front
from kg_builder.serving.pages.house import GET, House
from kg_builder.serving.pages.looking import Looking
from kg_builder.serving.pages.reader import Reader, reader_of
from kg_builder.serving.pages.record import record_view
from kg_builder.serving.pages.rendering import respond
from kg_builder.serving.pages.reports import Reports
from kg_builder.serving.pages.site import Site
from kg_builder.serving.pages.static import asset_response

_KEPT: Final = 2000
"""Pages of entities kept as they were made, for each generation."""


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._house = House(site)
        self._rooms = (
            Looking(self._house),
            Asking(self._house),
            Checking(site, self._house.renderer),
            Reports(self._house),
        )
        self.ontology: dict[str, bytes] = {}
        """The documentation of the ontology by language: it takes long, and never changes."""
        self._made: OrderedDict[tuple[str, Reader, str], str] = OrderedDict()

    def routes(self) -> list[BaseRoute]:
        """Return what a server mounts."""
        rooms = [route for room in self._rooms for route in room.routes()]
        return [*rooms, Route("/assets/{name}", self.asset, methods=GET)]

    def warm_up(self) -> None:
        """Look up what pages tell of the whole graph before somebody waits for it."""
        self._house.warm_up(front)

    def close(self) -> None:
        """End the thread that makes pages."""
        self._house.close()

    # what other parts of the server ask for

    async def entity(self, request: Request, iri: str) -> Response:
        """Return the page of an IRI; 404 where the graph says nothing of it, 410 if withdrawn."""
        reader = reader_of(request)
        # with the whole address, since links to the page in other languages repeat it
        key = (iri, reader, datetime.now(UTC).date().isoformat())
        made = self._made.get(key) if self._house.is_current else None
        if made is not None:
            self._made.move_to_end(key)
            return respond(made, reader)
        return await self._house.run(lambda: self._entity(reader, iri, key))

    def failure(self, request: Request, status: int, detail: Bilingual | None = None) -> Response:
        """Return the page that says that something went wrong, and where to go from there."""
        reader = reader_of(request)
        return self._house.failure(reader, status, reader.pick(detail) if detail else "")

    def _entity(self, reader: Reader, iri: str, key: tuple[str, Reader, str]) -> Response:
        if not self._house.is_current:
            self._made.clear()
        teller = self._house.teller(reader)
        view = entity_view(teller, self._site, NamedNode(iri)) if is_iri(iri) else None
        if view is None and is_iri(iri):
            record = record_view(teller, self._site, NamedNode(iri))
            if record is not None:
                return self._house.renderer.page("record.html", reader, e=record)
        if view is None:
            words = reader.t("图里没有", "The graph does not have ") + iri
            return self._house.failure(
                reader, 404, words, reader.t("没有这个条目", "There is no such entry")
            )
        html = self._house.renderer.html("entity.html", reader, {"e": view})
        if view.withdrawn:
            return respond(html, reader, 410)
        # an address may be long, and every link to another language repeats it
        if not reader.query:
            self._made[key] = html
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return respond(html, reader)

    async def asset(self, request: Request) -> Response:
        """Return a script or the style, as they were built."""
        found = asset_response(request.path_params["name"])
        return self.failure(request, 404) if found is None else found
