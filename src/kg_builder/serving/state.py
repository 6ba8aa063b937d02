"""What a server holds: its settings, and the graph as it stands with the children that ask it.

Whoever serves a request takes `state.now` once: the generation that was current then. When a build
or a contribution has moved the pointer, the next generation is opened beside it, and takes its
place when it is ready; the former one stays open until nobody works on it any more.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from starlette.requests import Request

from kg_builder.asking.answer import Answer
from kg_builder.asking.names import open_names
from kg_builder.asking.request import Request as AskRequest
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.query.catalogue import Catalogue, StoredQuery, load_catalogue
from kg_builder.model.bilingual import Language
from kg_builder.resources import Resources
from kg_builder.serving.addresses import Proxies
from kg_builder.serving.children import Kind
from kg_builder.serving.court import Add, Added, Judge, Judged, make_court
from kg_builder.serving.desk import Download, make_desk
from kg_builder.serving.log import Log
from kg_builder.serving.paths import Paths
from kg_builder.serving.pool import Pool
from kg_builder.serving.work import Question, make_asking, opens_in_memory
from kg_builder.text.search.index import NameIndex

TIMEOUT: Final = 30.0
MAP_SEARCH: Final = "https://www.openstreetmap.org/search?query={}"
MAKING: Final = 120.0
"""Seconds that a file of the data, or a page about all of it, gets to be made, once."""
_LOOK: Final = 0.5
"""Seconds between two looks at whether the graph has changed."""
_SUITS: Final = 16
"""Submissions that may wait to be judged."""
_WRITE: Final = 120.0
"""Seconds that a contribution gets."""
_LINGER: Final = 60.0
"""Seconds that a former generation stays open for whoever works on it."""
_SHORTLY: Final = 2.0
"""Seconds that it stays open for whoever is about to."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server serves; see `kg serve --help`."""

    store: Path
    host: str = "127.0.0.1"
    port: int = 8000
    base: str | None = None
    """Under which address all of it is reached, instance IRIs too; None for their own."""
    timeout: float = TIMEOUT
    """Seconds that a query gets."""
    max_rows: int | None = None
    """Solutions or triples that a query of a stranger gives at most."""
    workers: int = max(2, os.cpu_count() or 1)
    """Children for what is quick, and as many for what is not."""
    memory: int = 1 << 30
    """Bytes that a query may take."""
    spool: int = 1 << 30
    """Bytes that a result may have."""
    queue: int = 1024
    """Queries that may wait."""
    project: Path | None = None
    report: Path | None = None
    """The text of the report, to quote evidence from."""
    language: Language = "zh"
    """Where a client tells none."""
    contact: str | None = None
    """Where readers report errors: an address of mail, or that of a page to write issues on."""
    map_search: str = MAP_SEARCH
    """The address of a search on a map, with `{}` in the place of the words."""
    write_token: str | None = None
    """Whoever knows it may add triples; None: nobody."""
    hosts: tuple[str, ...] = ()
    """Names by which the server is called, besides its own; `*` for any."""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks whose word on where a request comes from is taken."""
    max_header: int = 64 << 10
    max_body: int = 10 << 20
    max_query: int = 256 << 10
    """Bytes of a request's head, its body, and the text of a query."""
    per_client: int = 16
    """Queries of one client that may be under way; of this machine's own any number."""
    requests_per_second: float = 100.0
    """Of one client, on average; of this machine's own any number."""
    connections_per_client: int = 512
    """Of one client; of this machine's own and its proxies any number."""
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    send_seconds: float = 60.0
    """How long a client may take to send a request's head and body, and to take what it gets."""
    drain_seconds: float = 8.0
    """How long what is under way may take when the server is told to end."""
    cache: int = 64 << 20
    """Bytes of answers that are kept."""
    cors: bool = True
    """Whether pages of other sites may read answers."""
    log: bool = True
    """Whether each request is told on stderr."""


@dataclass(eq=False)
class Generation:
    """A state of the graph, opened."""

    tag: str
    """Tells one generation from another."""
    stamp: str
    """Tells what it holds from what others hold."""
    graph: OpenGraph
    """For look-ups in this process, which must be quick: never for a stranger's SPARQL."""
    names: NameIndex
    paths: Paths
    asking: Pool
    """For the queries of strangers."""
    desk: Pool
    """For the house's own questions: stored queries, documents, descriptions."""
    court: Pool
    """For judging triples, and taking them in."""
    downloads: Downloads
    stack: ExitStack

    @property
    def is_busy(self) -> bool:
        """Whether anybody works on it, or waits for a child of it."""
        return any(pool.is_busy for pool in (self.asking, self.desk, self.court))

    async def close(self) -> None:
        """End its children, and close the graph."""
        for pool in (self.asking, self.desk, self.court):
            await pool.close()
        self.stack.close()


class Downloads:
    """Files of a generation that were asked for and are none of the build's; made once."""

    def __init__(self, desk: Pool, timeout: float) -> None:
        self._desk = desk
        self._timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="kg-data-")
        self._made: dict[str, asyncio.Task[Path]] = {}

    async def get(self, item: Download, name: str) -> Path:
        """Return the file that a download is, by its name. Raises what `Pool.ask` raises."""
        task = self._made.get(name)
        if task is None:
            task = self._made[name] = asyncio.create_task(self._make(item, name))
        try:
            return await asyncio.shield(task)
        except BaseException:
            if task.done():
                self._made.pop(name, None)
            raise

    async def _make(self, item: Download, name: str) -> Path:
        found = await self._desk.ask(item, self._timeout)
        target = Path(self._folder.name) / name
        if found.body.path is not None:
            await asyncio.to_thread(shutil.move, found.body.path, target)
        else:
            target.write_bytes(found.body.data or b"")
        return target

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()


class State:
    """A server's state; `open` it before use, and `close` it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.resources = Resources.find(settings.project)
        self.proxies = Proxies(settings.proxies)
        self.log = Log() if settings.log else None
        self.draining = False
        self.failure: BaseException | None = None
        """Why it could not be opened."""
        self._now: Generation | None = None
        self._watch: asyncio.Task[None] | None = None
        self._former: set[asyncio.Task[None]] = set()
        self._opening = asyncio.Lock()

    @property
    def now(self) -> Generation:
        """The graph as it stands."""
        if self._now is None:
            raise RuntimeError("not open")
        return self._now

    @property
    def graph(self) -> OpenGraph:
        """The graph as it stands, for quick look-ups."""
        return self.now.graph

    @property
    def pool(self) -> Pool:
        """The children that answer queries of strangers."""
        return self.now.asking

    @property
    def desk(self) -> Pool:
        """The children that answer the house's own questions."""
        return self.now.desk

    @property
    def downloads(self) -> Downloads:
        """Files of the data that are made when they are asked for."""
        return self.now.downloads

    @property
    def paths(self) -> Paths:
        """Which path stands for which IRI."""
        return self.now.paths

    @cached_property
    def catalogue(self) -> Catalogue:
        """The stored queries."""
        return load_catalogue(self.resources)

    @cached_property
    def stored(self) -> Mapping[str, StoredQuery]:
        """The stored queries, all read."""
        return dict(self.catalogue)

    @property
    def base(self) -> str | None:
        """The base of the instance IRIs; None for RDF that `kg build` did not make."""
        return self.graph.base

    @cached_property
    def root(self) -> str:
        """The path under which clients reach everything, as a proxy may have it; mostly empty."""
        return Paths(None, self.settings.base).root

    def origin(self, request: Request) -> str:
        """Return the address of this server as clients see it, with a slash at the end."""
        if self.settings.base is not None:
            return self.settings.base
        scheme = "http"
        if request.client is not None and request.client.host in self.proxies:
            scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else "http"
        return f"{scheme}://{request.headers['host']}/"

    def tell(self, event: str, **more: object) -> None:
        """Tell in the log what happened to the server itself."""
        if self.log is not None:
            self.log.event(event, **more)

    def etag(self, name: str) -> str:
        """Return the ETag of what is always the same for one generation."""
        digest = hashlib.sha256(f"{self.now.stamp} {name}".encode()).hexdigest()
        return f'"{digest[:32]}"'

    async def answer(self, request: AskRequest, folder: Path) -> Answer:
        """Return the answer to a question of a page; its spool lies in `folder`.

        Raises what `request.ask` raises, and what `Pool.ask` does.
        """
        pool = self.pool if request.stored is None else self.desk
        item = Question(request, folder)
        found: Answer = await pool.ask(item, self.settings.timeout)
        return found

    async def judge(self, item: Judge) -> Judged:
        """Return the verdict on triples. Raises what reading them and `Pool.ask` raise."""
        found: Judged = await self.now.court.ask(item, self.settings.timeout)
        return found

    async def add(self, item: Add) -> Added:
        """Take triples into the graph, which is as it is then when this returns."""
        found: Added = await self.now.court.ask(item, _WRITE, is_write=True)
        if found.status == "done":
            await self.refresh()
        return found

    async def open(self) -> None:
        """Open the graph. Raises what opening it raises."""
        self._now = await self._opened()
        self._watch = asyncio.create_task(self._look_on())

    async def close(self) -> None:
        """End all children and close the graph."""
        self.draining = True
        for task in (self._watch, *self._former):
            if task is not None:
                task.cancel()
        await asyncio.gather(*self._former, return_exceptions=True)
        if self._now is not None:
            await self._now.close()
            self._now = None

    async def stop_work(self) -> None:
        """End what is under way: whoever waits for it is told."""
        self.draining = True
        for pool in (self.now.asking, self.now.desk, self.now.court):
            await pool.close()

    async def refresh(self) -> None:
        """Take up the generation that is current now, if it is another."""
        async with self._opening:
            if self._current() == self.now.tag:
                return
            former, self._now = self.now, await self._opened()
        task = asyncio.create_task(_close_later(former))
        self._former.add(task)
        task.add_done_callback(self._former.discard)

    def _current(self) -> str:
        try:
            return str((self.settings.store / "current").readlink())
        except OSError:
            return ""

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            if self._current() not in ("", self.now.tag):
                try:
                    await self.refresh()
                except Exception as error:  # noqa: BLE001 - what there is goes on being served
                    self.tell("not-opened", error=f"{type(error).__name__}: {error}")
                    await asyncio.sleep(10 * _LOOK)
                else:
                    self.tell("opened", generation=self.now.tag)

    async def _opened(self) -> Generation:
        tag = self._current()
        stack = ExitStack()
        asking, desk, court = map(Pool, self._kinds())
        try:
            graph, names = await asyncio.to_thread(self._open_here, stack)
            await asyncio.gather(asking.start(), desk.start())
        except BaseException:
            stack.close()
            for pool in (asking, desk, court):
                await pool.close()
            raise
        if graph.base is not None:  # judging takes longer to be ready, and nobody waits for it yet
            court.start_later()
        downloads = Downloads(desk, MAKING)
        stack.callback(downloads.close)
        paths = Paths(graph.base, self.settings.base)
        stamp = _stamp(graph) or f"{tag} {time.time_ns()}"
        return Generation(tag, stamp, graph, names, paths, asking, desk, court, downloads, stack)

    def _kinds(self) -> tuple[Kind, Kind, Kind]:
        settings = self.settings
        limits = {"memory": settings.memory, "file_size": settings.spool}
        asking = Kind(
            make=make_asking,
            args=(settings.store,),
            size=settings.workers,
            heavy=settings.workers,
            queue=settings.queue,
            **limits,
        )
        desk = Kind(
            make=make_desk,
            args=(settings.store, settings.project, settings.report),
            size=settings.workers,
            heavy=1,
            queue=settings.queue,
            **limits,
        )
        court = Kind(
            make=make_court,
            args=(settings.store, settings.project, settings.timeout),
            size=1,
            heavy=1,
            queue=_SUITS,
            **limits,
        )
        return asking, desk, court

    def _open_here(self, stack: ExitStack) -> tuple[OpenGraph, NameIndex]:
        path = self.settings.store
        graph = stack.enter_context(open_graph(path, in_memory=opens_in_memory(path)))
        names = stack.enter_context(open_names(graph, self.resources))
        _ = graph.prefixes, graph.prefixed_names
        return graph, names


def _stamp(graph: OpenGraph) -> str:
    """Return what is equal for equal generations."""
    if graph.generation is None:
        return ""
    try:
        return hashlib.sha256((graph.generation / "checksums.json").read_bytes()).hexdigest()
    except OSError:
        return ""


async def _close_later(former: Generation) -> None:
    """Close a former generation when nobody works on it, or has for long enough."""
    ends = asyncio.get_running_loop().time() + _LINGER
    try:
        await asyncio.sleep(_SHORTLY)
        while former.is_busy and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(_LOOK)
    finally:
        await former.close()
