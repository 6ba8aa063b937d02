"""A site of the pages alone, for tests: real HTTP, the graph and the engine as they are."""

import asyncio
import contextlib
import socket
import threading
from pathlib import Path
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from kg_builder.asking.request import ask
from kg_builder.graph.opening import open_graph
from kg_builder.graph.vocabulary import HOUSE
from kg_builder.resources import Resources
from kg_builder.serving.pages import Pages
from kg_builder.serving.pages.checking import judge_pasted
from kg_builder.workers import run_in_child


class LocalSite:
    """What the pages need, done in the simplest way."""

    map_search = "https://www.openstreetmap.org/search?query={}"

    def __init__(self, graph, store, contact=None):
        self.graph = graph
        self.store = store
        self.contact = contact
        self.resources = Resources.find()

    def href(self, iri):
        base = self.graph.base
        if base and iri.startswith(base):
            return "/" + quote(iri.removeprefix(base), safe="/:@!$&'()*+,;=-._~")
        if iri.startswith(HOUSE):
            rest = iri.removeprefix(HOUSE).replace("#", "/")
            return "/ontology/" + quote(rest, safe="/:@!$&'()*+,;=-._~")
        return None

    def documents(self, iri):
        href = self.href(iri)
        suffixes = {"Turtle": ".ttl", "JSON-LD": ".jsonld", "RDF/XML": ".rdf", "N-Triples": ".nt"}
        return {name: f"{href}{suffix}" for name, suffix in suffixes.items()} if href else {}

    async def ask(self, request, folder):
        return await asyncio.to_thread(ask, request, folder)

    async def judge(self, text, name, format_name, language):
        given = (self.store, self.resources, text, name, format_name, language)
        return await asyncio.to_thread(run_in_child, judge_pasted, *given, timeout=60)


def make_app(site):
    pages = Pages(site)

    async def thing(request):
        return await pages.entity(request, site.graph.base + request.path_params["rest"])

    async def term(request):
        rest = request.path_params["rest"].replace("ont/", "ont#", 1)
        return await pages.entity(request, HOUSE + rest)

    async def any_entity(request):
        return await pages.entity(request, request.query_params["iri"])

    async def missing(request, error):
        return pages.failure(request, 404)

    routes = [
        *pages.routes(),
        Route("/entity", any_entity),
        Route("/ontology/{rest:path}", term),
    ]
    if site.graph.base:
        routes.append(Route("/{rest:path}", thing))
    return Starlette(routes=routes, exception_handlers={404: missing})


@contextlib.contextmanager
def serving(store, port=0, contact=None):
    """Serve the pages of a built folder; give the address."""
    with open_graph(Path(store)) as graph:
        app = make_app(LocalSite(graph, Path(store), contact))
        listener = socket.create_server(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


if __name__ == "__main__":
    import sys

    with serving(sys.argv[1], int(sys.argv[2])) as address:
        print(address, flush=True)
        threading.Event().wait()
