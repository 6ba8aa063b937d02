"""A generation of the graph: opened here, with the children that ask it."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg_builder.asking.names import open_names
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.resources import Resources
from kg_builder.serving.children import Kind
from kg_builder.serving.paths import Paths
from kg_builder.serving.pool import Pool
from kg_builder.serving.settings import Settings
from kg_builder.serving.work.adhoc import make_adhoc
from kg_builder.serving.work.opening import opens_in_memory
from kg_builder.serving.work.trusted import Download, make_trusted
from kg_builder.serving.work.validation import make_validation
from kg_builder.text.search.index import NameIndex

MAKING: Final = 120.0
"""Seconds that a file of the data, or a page about all of it, gets to be made, once."""
_SUBMISSIONS: Final = 16
"""Submissions that may wait to be judged."""


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
    adhoc: Pool
    """For the queries of strangers."""
    trusted: Pool
    """For the house's own questions: stored queries, documents, descriptions."""
    validation: Pool
    """For judging triples, and taking them in."""
    downloads: Downloads
    stack: ExitStack

    @property
    def name(self) -> str:
        """What the pointer of a built folder calls it; empty for other RDF."""
        return self.tag.partition(" ")[0]

    @property
    def pools(self) -> tuple[Pool, Pool, Pool]:
        """All its children."""
        return self.adhoc, self.trusted, self.validation

    @property
    def is_busy(self) -> bool:
        """Whether anybody works on it, or waits for a child of it."""
        return any(pool.is_busy for pool in self.pools)

    async def end_work(self) -> None:
        """End its children; whoever waits for one is told."""
        for pool in self.pools:
            await pool.close()

    async def close(self) -> None:
        """End its children, and close the graph."""
        await self.end_work()
        self.stack.close()


class Downloads:
    """Files of a generation that were asked for and are none of the build's; made once."""

    def __init__(self, trusted: Pool, timeout: float) -> None:
        self._trusted = trusted
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
        found = await self._trusted.ask(item, self._timeout)
        target = Path(self._folder.name) / name
        if found.body.path is not None:
            await asyncio.to_thread(shutil.move, found.body.path, target)
        else:
            target.write_bytes(found.body.data or b"")
        return target

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()


def current_tag(store: Path) -> str:
    """Return what tells the present generation of a built folder from others; empty for none.

    A folder that is removed and built anew counts its generations from 1 again: the time at which
    the pointer was set, which nobody can set back, tells them apart.
    """
    pointer = store / "current"
    try:
        return f"{pointer.readlink()} {pointer.lstat().st_ctime_ns}"
    except OSError:
        return ""


async def open_generation(settings: Settings, resources: Resources) -> Generation:
    """Return the present generation, with children that are ready. Raises what opening raises."""
    tag = current_tag(settings.store)
    stack = ExitStack()
    adhoc, trusted, validation = map(Pool, _kinds(settings))
    try:
        graph, names = await asyncio.to_thread(_open_here, settings.store, resources, stack)
        await asyncio.gather(adhoc.start(), trusted.start())
    except BaseException:
        stack.close()
        for pool in (adhoc, trusted, validation):
            await pool.close()
        raise
    if graph.base is not None:  # its child takes longer to be ready, and nobody waits for it yet
        validation.start_later()
    downloads = Downloads(trusted, MAKING)
    stack.callback(downloads.close)
    paths = Paths(graph.base, settings.base)
    stamp = _stamp(graph) or f"{tag} {time.time_ns()}"
    return Generation(tag, stamp, graph, names, paths, adhoc, trusted, validation, downloads, stack)


def _kinds(settings: Settings) -> tuple[Kind, Kind, Kind]:
    """Return what the children do: those for strangers, for the house itself, for submissions."""
    limits = {"memory": settings.memory, "file_size": settings.spool}
    adhoc = Kind(
        make=make_adhoc,
        args=(settings.store,),
        size=settings.workers,
        heavy=settings.workers,
        queue=settings.queue,
        **limits,
    )
    trusted = Kind(
        make=make_trusted,
        args=(settings.store, settings.project, settings.report),
        size=settings.workers,
        heavy=1,
        queue=settings.queue,
        **limits,
    )
    validation = Kind(
        make=make_validation,
        args=(settings.store, settings.project, settings.timeout),
        size=1,
        heavy=1,
        queue=_SUBMISSIONS,
        **limits,
    )
    return adhoc, trusted, validation


def _open_here(store: Path, resources: Resources, stack: ExitStack) -> tuple[OpenGraph, NameIndex]:
    graph = stack.enter_context(open_graph(store, in_memory=opens_in_memory(store)))
    names = stack.enter_context(open_names(graph, resources))
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
