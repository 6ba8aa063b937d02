"""What a server holds: its settings, and the graph as it stands with the children that ask it.

Whoever serves a request takes `state.now` once: the generation that was current then. When a build
or a contribution has moved the pointer, the next generation is opened beside it, and takes its
place when it is ready; the former one stays open until nobody works on it any more.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from kg_builder.asking.names import open_names
from kg_builder.errors import KgError
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.query.catalogue import Catalogue, StoredQuery, load_catalogue
from kg_builder.model.bilingual import Language
from kg_builder.resources import Resources
from kg_builder.serving.pool import Kind, Pool
from kg_builder.serving.work import make_asking, opens_in_memory
from kg_builder.text.search.index import NameIndex

TIMEOUT: Final = 30.0
_LOOK: Final = 0.5
"""Seconds between two looks at whether the graph has changed."""
_LINGER: Final = 60.0
"""Seconds that a former generation stays open for whoever works on it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server serves; see `kg serve --help`."""

    store: Path
    host: str = "127.0.0.1"
    port: int = 8000
    base: str | None = None
    """Under which address the instance IRIs are reached; None for their own."""
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
    queue: int = 256
    """Queries that may wait."""
    project: Path | None = None
    report: Path | None = None
    """The text of the report, to quote evidence from."""
    language: Language = "zh"
    """Where a client tells none."""
    write_token: str | None = None
    """Whoever knows it may add triples; None: nobody."""
    hosts: tuple[str, ...] = ()
    """Names by which the server is called, besides its own; `*` for any."""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses whose word on where a request comes from is taken (X-Forwarded-For)."""
    max_header: int = 64 << 10
    max_body: int = 10 << 20
    max_query: int = 256 << 10
    """Bytes of a request's head, its body, and the text of a query."""
    per_client: int = 16
    """Queries of one client that may be under way; of this machine's own any number."""
    requests_per_second: float = 100.0
    """Of one client, on average; of this machine's own any number."""
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    send_seconds: float = 60.0
    """How long a client may take to send a request's head and body, and to take what it gets."""
    drain_seconds: float = 8.0
    """How long what is under way may take when the server is told to end."""
    cache: int = 64 << 20
    """Bytes of answers that are kept."""
    log: bool = True
    """Whether each request is told on stderr."""


@dataclass(eq=False)
class Generation:
    """A state of the graph, opened."""

    tag: str
    """Tells one generation from another."""
    graph: OpenGraph
    """For look-ups in this process, which must be quick: never for a stranger's SPARQL."""
    names: NameIndex
    asking: Pool
    """For the queries of strangers."""
    stack: ExitStack
    summary: Mapping[str, object] = field(default_factory=dict)


class State:
    """A server's state; `open` it before use, and `close` it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.resources = Resources.find(settings.project)
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
    def names(self) -> NameIndex:
        """The names of the graph as it stands."""
        return self.now.names

    @property
    def pool(self) -> Pool:
        """The children that answer queries of strangers."""
        return self.now.asking

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
            await _close(self._now)
            self._now = None

    async def stop_work(self) -> None:
        """End what is under way: whoever waits for it is told."""
        self.draining = True
        await self.now.asking.close()

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
                except (KgError, OSError):
                    await asyncio.sleep(10 * _LOOK)  # what there is goes on being served

    async def _opened(self) -> Generation:
        settings = self.settings
        tag = self._current()
        stack = ExitStack()
        try:
            graph, names = await asyncio.to_thread(self._open_here, stack)
            asking = Pool(
                Kind(
                    make=make_asking,
                    args=(settings.store,),
                    size=settings.workers,
                    heavy=settings.workers,
                    queue=settings.queue,
                    memory=settings.memory,
                    file_size=settings.spool,
                )
            )
            await asking.start()
        except BaseException:
            stack.close()
            raise
        return Generation(tag, graph, names, asking, stack, graph.summary)

    def _open_here(self, stack: ExitStack) -> tuple[OpenGraph, NameIndex]:
        path = self.settings.store
        graph = stack.enter_context(open_graph(path, in_memory=opens_in_memory(path)))
        names = stack.enter_context(open_names(graph, self.resources))
        _ = graph.prefixes, graph.prefixed_names
        return graph, names


async def _close_later(former: Generation) -> None:
    try:
        await asyncio.sleep(_LINGER)
    finally:
        await _close(former)


async def _close(generation: Generation) -> None:
    await generation.asking.close()
    generation.stack.close()
