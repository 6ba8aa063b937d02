"""The child processes of a pool: one at work, and what starts and ends them."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from kg_builder.errors import CrashError, TimeLimitError, WorkerError
from kg_builder.serving.work.messages import Found
from kg_builder.workers import Forked, ForkServer
from kg_builder.workers.answers import FRAME, value_of
from kg_builder.workers.forkserver import item_for
from kg_builder.workers.interpreter import name_of

T = TypeVar("T")

_NICER: Final = 15
"""By how much heavy items give way to the rest of the machine."""
_START: Final = 120.0
"""Seconds that a child gets to be ready: a large store takes its time."""
_TAKEN_OVER: Final = 2.0
"""Seconds in which a file that an ended child has answered with is taken over, long since."""
_TICKS: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Kind:
    """What the children of a pool do, and within which limits."""

    make: Callable[..., Callable[[Path], Callable[[Any], object]]]
    """Prepares what each child needs, see `workers.ForkServer`."""
    args: tuple[object, ...]
    size: int
    """Children that stand ready for what is not heavy."""
    heavy: int
    """Heavy items that are worked on at a time."""
    queue: int
    """Items that may wait, and as many heavy ones."""
    memory: int
    file_size: int


@dataclass(slots=True, eq=False)
class Job:
    """An item that somebody waits for."""

    item: object
    deadline: float
    answer: asyncio.Future[bytes]
    """Done too when whoever asked has gone."""
    is_write: bool = False
    """Whether it changes the graph: then it goes on however heavy it is."""

    def fail(self, error: Exception) -> None:
        """Tell whoever waits that there will be no answer, and why."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Child(asyncio.Protocol):
    """A child at work, and our end of its socket: it answers its jobs in their order."""

    def __init__(self, forked: Forked, unwanted: Callable[[bytes], None]) -> None:
        """Talk to a child; `unwanted` is called with an answer that nobody waits for any more."""
        self.forked = forked
        self._unwanted = unwanted
        self.jobs: deque[Job] = deque()
        self.light = True
        self.is_lost = False
        self.idle: Callable[[Child], None] = _nothing
        """Called when all its jobs are answered."""
        self.lost: Callable[[Child], None] = _nothing
        """Called when its socket is closed."""
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._answered = 0
        self._looked = -1
        """How many jobs it had answered when it was last looked at."""
        self._used = 0.0
        """Seconds of processor time then."""

    def give(self, jobs: Iterable[Job]) -> None:
        """Let it work on jobs, when it has done what it has."""
        assert self._transport is not None  # noqa: S101 - it is connected before it is given work
        now = asyncio.get_running_loop().time()
        found = list(jobs)
        self.jobs += found
        self._transport.writelines(
            [item_for(job.item, max(job.deadline - now, 0) + 1) for job in found]
        )

    # a protocol of the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where to write."""
        self._transport = cast("asyncio.Transport", transport)  # of a stream socket

    def data_received(self, data: bytes) -> None:
        """Hand its answers over."""
        self._data += data
        place = 0
        while len(self._data) >= place + FRAME.size and self.jobs:
            start = place + FRAME.size
            end = start + FRAME.unpack_from(self._data, place)[0]
            if len(self._data) < end:
                break
            job = self.jobs.popleft()
            self._answered += 1
            answer = bytes(memoryview(self._data)[start:end])
            if not job.answer.done():
                job.answer.set_result(answer)
            else:
                self._unwanted(answer)
            place = end
        del self._data[:place]
        if place and not self.jobs:
            self.idle(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell that it is lost."""
        self.is_lost = True
        self.lost(self)

    def abort(self) -> None:
        """Hear no more from it."""
        if self._transport is not None:
            self._transport.abort()

    def has_used(self, seconds: float) -> bool:
        """Whether its present job has taken more processor time than so much, between two looks."""
        used = self._processor_time()
        if self._looked != self._answered:
            self._looked, self._used = self._answered, used
        return used - self._used > seconds

    def _processor_time(self) -> float:
        """Return what it has used, in seconds; the clock where the system does not tell."""
        try:
            with open(f"/proc/{self.forked.pid}/stat", "rb") as file:  # noqa: PTH123 - speed
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def lower_priority(self) -> None:
        """Lower its priority, for good: among processes, and of its session among sessions.

        A child has a session of its own, and Linux shares out the processors by sessions first
        where autogroups are on, as they are on most machines.
        """
        self.light = False
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self.forked.pid, _NICER)
        with suppress(OSError):
            Path(f"/proc/{self.forked.pid}/autogroup").write_text(str(_NICER))


class Children:
    """Starts children of a kind, and ends them; to be closed."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._folder = tempfile.TemporaryDirectory(prefix="kg-pool-")
        self._number = 0
        self._fork_server: ForkServer | None = None
        self._opening = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "fork-server")
        """Waits for the fork server, so that the loop need not."""

    async def start(self) -> Child:
        """Return a new child that is ready. Raises WorkerError, or what preparing it raises."""
        fork_server = await self._opened()
        try:
            forked = await self._in_thread(fork_server.child)
        except (WorkerError, OSError):
            if self._fork_server is fork_server:  # it has died: the next attempt starts another
                self._fork_server = None
            await self._in_thread(fork_server.close)
            raise
        loop = asyncio.get_running_loop()
        greeting = Job(None, math.inf, loop.create_future())
        child = Child(forked, self.discard)
        child.jobs.append(greeting)
        child.lost = lambda _: greeting.fail(EOFError())
        try:
            await loop.create_connection(lambda: child, sock=forked.line)
            async with asyncio.timeout(_START):
                self.value(await greeting.answer)
        except EOFError:
            error = await self.death(child)
            self.end(child)
            raise error from None
        except TimeoutError:
            self.end(child)
            raise TimeLimitError("子进程没有就绪", "a child did not get ready") from None
        except BaseException:
            self.end(child)
            raise
        child.lost = _nothing
        return child

    async def _opened(self) -> ForkServer:
        """Return the fork server, started and ready."""
        async with self._opening:
            if self._fork_server is None:
                self._number += 1
                folder = Path(self._folder.name) / str(self._number)
                folder.mkdir()
                kind = self._kind
                found = await self._in_thread(
                    partial(
                        ForkServer,
                        kind.make,
                        *kind.args,
                        folder=folder,
                        memory=kind.memory,
                        file_size=kind.file_size,
                    )
                )
                try:
                    await self._in_thread(found.ready)
                except BaseException:
                    self._thread.submit(found.close)
                    raise
                self._fork_server = found
            return self._fork_server

    def value(self, answer: bytes) -> Any:  # noqa: ANN401 - whatever the function returns
        """Return what a child has answered, or raise what its function raised."""
        return value_of(name_of(self._kind.make), answer)

    def discard(self, answer: bytes) -> None:
        """Remove the file of an answer whose asker has gone: nobody else knows of it."""
        with suppress(Exception):  # it tells of an error, and has none
            found = self.value(answer)
            if isinstance(found, Found) and found.body.path is not None:
                found.body.path.unlink(missing_ok=True)

    async def death(self, child: Child) -> WorkerError:
        """Return the error that says how a child died."""
        if self._fork_server is None:
            return CrashError("子进程已经结束", "the child has ended")
        return await self._in_thread(self._fork_server.death, child.forked)

    def end(self, child: Child) -> None:
        """End a child at once; what it was writing, which may be large, is removed."""
        child.lost = _nothing
        child.abort()
        if self._fork_server is not None:
            self._thread.submit(self._fork_server.end, child.forked)
        asyncio.get_running_loop().call_later(_TAKEN_OVER, _remove, child.forked.folder)

    async def close(self) -> None:
        """End all of them."""
        fork_server, self._fork_server = self._fork_server, None
        if fork_server is not None:
            await self._in_thread(fork_server.close)
        self._thread.shutdown(wait=False)
        self._folder.cleanup()

    async def _in_thread(self, function: Callable[..., T], *args: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(function, *args))


def _remove(folder: Path) -> None:
    work = partial(shutil.rmtree, folder, ignore_errors=True)
    asyncio.get_running_loop().run_in_executor(None, work)


def _nothing(_child: Child) -> None:
    """Do nothing."""
