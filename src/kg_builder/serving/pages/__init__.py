"""The pages for people: made of what the graph holds, read without a script, in two languages.

`routes` are mounted by the server, which asks `entity_page` for the page of an IRI where somebody
wants HTML, and `error_page` for that of an error. Who serves in another way makes `Pages` of a
`Site` of their own.
"""

from __future__ import annotations

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from kg_builder.model.bilingual import Bilingual
from kg_builder.serving.pages.pages import Pages
from kg_builder.serving.pages.served import ServedSite, Serving
from kg_builder.serving.pages.site import Site

__all__ = ["Pages", "ServedSite", "Site", "entity_page", "error_page", "pages_of", "routes"]


def pages_of(state: Serving) -> Pages:
    """Return the pages of a server, made once and kept with its state."""
    kept = vars(state)
    if "pages" not in kept:
        kept["pages"] = Pages(ServedSite(state))
    found: Pages = kept["pages"]
    return found


def routes(state: Serving) -> list[BaseRoute]:
    """Return the routes of the pages for people."""
    return pages_of(state).routes()


async def entity_page(request: Request, state: Serving, iri: NamedNode | str) -> Response:
    """Return the page of an IRI."""
    return await pages_of(state).entity(request, iri if isinstance(iri, str) else iri.value)


def error_page(
    request: Request, state: Serving, status: int, detail: Bilingual | None = None
) -> Response:
    """Return the page that says what went wrong."""
    return pages_of(state).failure(request, status, detail)
