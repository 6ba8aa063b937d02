"""What a server holds: its settings, and the graph as it stands with the children that ask it.

Whoever serves a request takes `state.now` once: the generation that was current then. When a build
or a contribution has moved the pointer, the next generation is opened beside it, and takes its
place when it is ready; the former one stays open until nobody works on it any more.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from starlette.requests import Request

from kg_builder.asking.answer import Answer
from kg_builder.asking.request import Request as AskRequest
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.catalogue import StoredQuery, load_catalogue
from kg_builder.resources import Resources
from kg_builder.serving.addresses import Proxies
from kg_builder.serving.generation import Downloads, Generation, current_tag, open_generation
from kg_builder.serving.log import Log
from kg_builder.serving.paths import Paths
from kg_builder.serving.pool import Pool
from kg_builder.serving.settings import Settings
from kg_builder.serving.work.messages import Question
from kg_builder.serving.work.validation import Add, Added, Judge, Judged

_LOOK: Final = 0.5
"""Seconds between two looks at whether the graph has changed."""
_WRITE: Final = 120.0
"""Seconds that a contribution gets."""
_LINGER: Final = 60.0
"""Seconds that a former generation stays open for whoever works on it."""
_SHORTLY: Final = 2.0
"""Seconds that it stays open for whoever is about to."""


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
    def adhoc(self) -> Pool:
        """The children that answer queries of strangers."""
        return self.now.adhoc

    @property
    def trusted(self) -> Pool:
        """The children that answer the house's own questions."""
        return self.now.trusted

    @property
    def downloads(self) -> Downloads:
        """Files of the data that are made when they are asked for."""
        return self.now.downloads

    @property
    def paths(self) -> Paths:
        """Which path stands for which IRI."""
        return self.now.paths

    @cached_property
    def stored(self) -> Mapping[str, StoredQuery]:
        """The stored queries, all read."""
        return dict(load_catalogue(self.resources))

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
        is_https = (
            self.proxies.pass_on(request.scope)
            and request.headers.get("x-forwarded-proto") == "https"
        )
        return f"{'https' if is_https else 'http'}://{request.headers['host']}/"

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
        pool = self.adhoc if request.stored is None else self.trusted
        item = Question(request, folder)
        found: Answer = await pool.ask(item, self.settings.timeout)
        return found

    async def judge(self, item: Judge) -> Judged:
        """Return the verdict on triples. Raises what reading them and `Pool.ask` raise."""
        found: Judged = await self.now.validation.ask(item, self.settings.timeout)
        return found

    async def add(self, item: Add) -> Added:
        """Take triples into the graph, which is as it is then when this returns."""
        found: Added = await self.now.validation.ask(item, _WRITE, is_write=True)
        if found.status == "done":
            await self.refresh()
        return found

    async def open(self) -> None:
        """Open the graph. Raises what opening it raises."""
        self._now = await open_generation(self.settings, self.resources)
        self._watch = asyncio.create_task(self._watch_pointer())

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
        await self.now.end_work()

    async def refresh(self) -> None:
        """Take up the generation that is current now, if it is another."""
        async with self._opening:
            if current_tag(self.settings.store) == self.now.tag:
                return
            former, self._now = self.now, await open_generation(self.settings, self.resources)
        task = asyncio.create_task(_close_later(former))
        self._former.add(task)
        task.add_done_callback(self._former.discard)

    async def _watch_pointer(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            if current_tag(self.settings.store) not in ("", self.now.tag):
                try:
                    await self.refresh()
                except Exception as error:  # noqa: BLE001 - what there is goes on being served
                    self.tell("not-opened", error=f"{type(error).__name__}: {error}")
                    await asyncio.sleep(10 * _LOOK)
                else:
                    self.tell("opened", generation=self.now.name)


async def _close_later(former: Generation) -> None:
    """Close a former generation when nobody works on it, or has for long enough."""
    ends = asyncio.get_running_loop().time() + _LINGER
    try:
        await asyncio.sleep(_SHORTLY)
        while former.is_busy and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(_LOOK)
    finally:
        await former.close()
