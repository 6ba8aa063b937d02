"""A pool of warm child processes that many requests share: none waits for long for another's query.

A child works on one item at a time. Most items take milliseconds. One that has used more processor
time than `PATIENCE` is *heavy*: it may go on where fewer than `heavy` such items are under way, at
a lower priority, and another child takes its place for all others; where there are as many, its
child is ended, and it starts again when its turn among the heavy comes. So light items never queue
behind heavy ones, and heavy ones never take more processes than they were given.

An item that outlives its time ends with its child, as one does that kills its child or asks for
more memory than a child has; a new child is started at once.
"""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from kg_builder.errors import KgError, TimeLimitError, WorkerError
from kg_builder.workers import ANSWER_HEAD, Nursery, Warm, item_for_warm, warm_value

T = TypeVar("T")

PATIENCE: Final = 0.25
"""Seconds of processor time after which an item is heavy."""
_HASTE: Final = 0.1
"""The same while others wait for a child."""
_LOOK: Final = 0.05
"""Seconds between two looks at what a child has used."""
_NICER: Final = 15
"""By how much heavy items give way to the rest of the machine."""
_START: Final = 120.0
"""Seconds that a child gets to be ready: a large store takes its time."""
_FAILURES: Final = 5
"""After so many children in a row that did not get ready, whoever waits is told."""


class FullError(WorkerError):
    """There are more items waiting than the pool takes."""

    def __init__(self) -> None:
        super().__init__(
            "服务器正忙：等候的查询太多，请稍后再试",
            "the server is busy: too many queries are waiting, try again in a moment",
        )


class ClosingError(WorkerError):
    """The pool is being closed."""

    def __init__(self) -> None:
        super().__init__(
            "服务器正在停止：查询没有做完",
            "the server is being stopped: the query was not finished",
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """What the children of a pool do, and within which limits."""

    make: Callable[..., Callable[[Path], Callable[[Any], object]]]
    """Prepares what each child needs, see `workers.Nursery`."""
    args: tuple[object, ...]
    size: int
    """Children that stand ready for what is not heavy."""
    heavy: int
    """Heavy items that are worked on at a time."""
    queue: int
    """Items that may wait, and as many heavy ones."""
    memory: int
    file_size: int


class _Event(Enum):
    """What may happen to an item before its answer comes."""

    DEAD = auto()
    HEAVY = auto()
    LATE = auto()
    CLOSING = auto()


class _Line(asyncio.Protocol):
    """Our end of a child's socket: one answer at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._news: asyncio.Future[bytes | _Event] | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # of a stream socket

    def news(self) -> asyncio.Future[bytes | _Event]:
        """Return the answer to come, or what happens before it does."""
        self._news = asyncio.get_running_loop().create_future()
        if self.lost:
            self.tell(_Event.DEAD)
        else:
            self._look()
        return self._news

    def tell(self, news: bytes | _Event) -> None:
        """Tell whoever waits for an answer."""
        if self._news is not None and not self._news.done():
            self._news.set_result(news)

    def data_received(self, data: bytes) -> None:
        self._data += data
        self._look()

    def _look(self) -> None:
        if len(self._data) < ANSWER_HEAD.size:
            return
        size = ANSWER_HEAD.size + ANSWER_HEAD.unpack_from(self._data)[0]
        if len(self._data) < size or self._news is None or self._news.done():
            return
        found = bytes(memoryview(self._data)[ANSWER_HEAD.size : size])
        del self._data[:size]
        self._news.set_result(found)

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost = True
        self.tell(_Event.DEAD)


@dataclass(slots=True, eq=False)
class _Child:
    """A child of the pool, and the item that it works on."""

    warm: Warm
    line: _Line
    deadline: float = math.inf
    items: int = 0
    looked: int = 0
    """The item that it was working on when it was last looked at."""
    used: float = 0.0
    """Seconds of processor time when that item was first looked at."""
    light: bool = True

    def send(self, item: object, deadline: float) -> asyncio.Future[bytes | _Event]:
        self.deadline = deadline
        self.items += 1
        news = self.line.news()
        if self.line.transport is not None:
            left = deadline - asyncio.get_running_loop().time()
            self.line.transport.write(item_for_warm(item, max(left, 0) + 1))
        return news

    def processor_time(self) -> float:
        """Return what it has used, in seconds; the clock where the system does not tell."""
        try:
            with open(f"/proc/{self.warm.pid}/stat", "rb") as file:  # noqa: PTH123 - speed
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def give_way(self) -> None:
        """Lower its priority, for good: among processes, and of its session among sessions.

        A child has a session of its own, and Linux shares out the processors by sessions first
        where autogroups are on, as they are on most machines.
        """
        self.light = False
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self.warm.pid, _NICER)
        with suppress(OSError):
            Path(f"/proc/{self.warm.pid}/autogroup").write_text(str(_NICER))


_TICKS: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class _Turns:
    """So many at a time; the others wait in their order, and no more than `queue` of them."""

    def __init__(self, free: int, queue: int) -> None:
        self._free = free
        self._queue = queue
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def try_take(self) -> bool:
        """Take a turn if there is one for whoever comes now."""
        if self._free <= 0 or self._waiting:
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Wait for a turn. Raises FullError at once where too many wait."""
        if self.try_take():
            return
        if len(self._waiting) >= self._queue:
            raise FullError
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()
            else:
                with suppress(ValueError):
                    self._waiting.remove(turn)
            raise

    def give(self) -> None:
        """Give a turn back, or to whoever waits first."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Pool:
    """Children that do one kind of work; to be started, and closed."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._folder = tempfile.TemporaryDirectory(prefix="kg-pool-")
        self._number = 0
        self._nursery: Nursery | None = None
        self._opening = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "nursery")
        """Waits for the nursery, so that the loop need not."""
        self._idle: deque[_Child] = deque()
        self._waiting: deque[asyncio.Future[_Child]] = deque()
        self._children: set[_Child] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._light = 0
        """Children for what is not heavy: idle, at work, or being started."""
        self._heavy = _Turns(kind.heavy, kind.queue)
        self._closed = False
        self._busy: set[_Child] = set()
        self._watch: asyncio.Task[None] | None = None
        self._failures = 0
        self.replaced = 0
        """How many children have been ended or have died."""

    async def start(self) -> None:
        """Start the children, and return when the first is ready. Raises what making it raises."""
        first = await self._ready()
        self._light = 1
        self._put(first)
        self._fill()
        self._watch = asyncio.get_running_loop().create_task(self._look_on())

    def start_later(self) -> None:
        """Start the children, and return at once: who asks before they are ready waits."""
        self._fill()
        self._watch = asyncio.get_running_loop().create_task(self._look_on())

    @property
    def waiting(self) -> int:
        """How many items wait for a child or for their turn among the heavy."""
        return len(self._waiting) + self._heavy.waiting

    @property
    def is_busy(self) -> bool:
        """Whether anybody waits for an answer."""
        return bool(self._busy or self.waiting)

    @property
    def is_answering(self) -> bool:
        """Whether there are children to ask, or will be in a moment."""
        return not self._closed and any(not child.line.lost for child in self._children)

    async def ask(self, item: object, timeout: float) -> Any:  # noqa: ANN401
        """Return what the child's function returns for an item.

        `timeout` is in seconds from now, waiting included. Raises FullError, ClosingError,
        TimeLimitError, MemoryLimitError, CrashError, or what the function raises.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        child = await self._take(deadline)
        news = await self._work(child, item, deadline)
        if news is not _Event.HEAVY:
            return await self._result(child, news)
        if self._heavy.try_take():
            return await self._go_on(child)
        self._replace(child)
        return await self._start_again(item, deadline)

    async def _work(self, child: _Child, item: object, deadline: float) -> bytes | _Event:
        """Send an item to a child, and return what comes of it."""
        self._busy.add(child)
        try:
            return await child.send(item, deadline)
        except BaseException:  # whoever asked has gone: nobody needs the answer
            self._replace(child)
            raise
        finally:
            self._busy.discard(child)

    async def _look_on(self) -> None:
        """Tell those who wait for a child when their item is heavy, or has outlived its time."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK)
            now = loop.time()
            for child in [child for child in self._idle if child.line.lost]:
                self._idle.remove(child)
                self._replace(child)
            patience = _HASTE if self._waiting else PATIENCE
            for child in list(self._busy):
                if now > child.deadline:
                    child.line.tell(_Event.LATE)
                elif child.light:
                    used = child.processor_time()
                    if child.looked != child.items:
                        child.looked, child.used = child.items, used
                    elif used - child.used > patience:
                        child.line.tell(_Event.HEAVY)

    async def _start_again(self, item: object, deadline: float) -> Any:  # noqa: ANN401
        """Work on an item that is known to be heavy, when its turn comes."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._heavy.take()
        except TimeoutError:
            raise FullError from None
        try:
            child = await self._take(deadline)
            self._promote(child)
            self._busy.add(child)
            return await self._last(child, child.send(item, deadline))
        finally:
            self._heavy.give()

    async def _go_on(self, child: _Child) -> Any:  # noqa: ANN401
        """Let a child finish what has turned out to be heavy; it serves nobody else."""
        try:
            self._promote(child)
            self._busy.add(child)
            return await self._last(child, child.line.news())
        finally:
            self._heavy.give()

    async def _last(self, child: _Child, news: asyncio.Future[bytes | _Event]) -> Any:  # noqa: ANN401
        """Return what a child answers that serves nobody else then."""
        try:
            value = await self._value(child, await news)
        except BaseException:
            self._drop(child)
            raise
        self._drop(child, took_over=True)
        return value

    async def _result(self, child: _Child, news: bytes | _Event) -> Any:  # noqa: ANN401
        if isinstance(news, bytes):
            self._put(child)
            return warm_value(self._kind.make.__name__, news)
        try:
            return await self._value(child, news)
        finally:
            self._replace(child)

    async def _value(self, child: _Child, news: bytes | _Event) -> Any:  # noqa: ANN401
        name = self._kind.make.__name__
        match news:
            case bytes():
                return warm_value(name, news)
            case _Event.DEAD:
                raise await self._in_thread(self._nursery_now().death, child.warm)
            case _Event.CLOSING:
                raise ClosingError
            case _:
                raise TimeLimitError("没有按时完成", "not done in time")

    # children

    async def _take(self, deadline: float) -> _Child:
        """Return a child that is idle. Raises FullError where none is in time."""
        if self._closed:
            raise ClosingError
        while self._idle:
            child = self._idle.popleft()
            if not child.line.lost:
                return child
            self._replace(child)
        if len(self._waiting) >= self._kind.queue:
            raise FullError
        place: asyncio.Future[_Child] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout_at(deadline):
                return await place
        except TimeoutError:
            raise FullError from None
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._put(place.result())
            raise
        finally:
            if not place.done() or place.cancelled():
                with suppress(ValueError):
                    self._waiting.remove(place)

    def _put(self, child: _Child) -> None:
        """Let a child serve whoever waits first, or be idle."""
        if self._closed:
            self._drop(child)
            return
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(child)
                return
        self._idle.append(child)

    def _promote(self, child: _Child) -> None:
        """Let a child go on with a heavy item; another takes its place."""
        child.give_way()
        self._light -= 1
        self._fill()

    def _replace(self, child: _Child) -> None:
        self._light -= 1
        self._drop(child)
        self._fill()

    def _drop(self, child: _Child, *, took_over: bool = False) -> None:
        """End a child, and remove what it has written, unless somebody `took_over` an answer."""
        if child not in self._children:
            return
        self._children.discard(child)
        self._busy.discard(child)
        self.replaced += 1
        if child.line.transport is not None:
            child.line.transport.abort()
        if self._nursery is not None:
            self._thread.submit(self._nursery.end, child.warm)
        if not took_over:  # what it was writing is of no use to anybody, and may be large
            self._thread.submit(shutil.rmtree, child.warm.folder, ignore_errors=True)

    def _fill(self) -> None:
        """Start as many children as are missing."""
        while self._light < self._kind.size and not self._closed:
            self._light += 1
            task = asyncio.get_running_loop().create_task(self._start_one())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start_one(self) -> None:
        try:
            child = await self._ready()
        except (KgError, OSError) as error:
            self._light -= 1
            self._failures += 1
            await self._after_failure(error)
            return
        self._failures = 0
        self._put(child)

    async def _after_failure(self, error: Exception) -> None:
        """Try again, later and later; tell whoever waits when it goes on for long."""
        if self._failures >= _FAILURES:
            while self._waiting:
                place = self._waiting.popleft()
                if not place.done():
                    place.set_exception(error)
        await asyncio.sleep(min(0.1 * 2**self._failures, 5.0))
        self._fill()

    async def _ready(self) -> _Child:
        """Return a new child that is ready."""
        nursery = await self._opened()
        try:
            warm = await self._in_thread(nursery.child)
        except (WorkerError, OSError):
            self._nursery = None  # it has died: the next attempt starts another
            await self._in_thread(nursery.close)
            raise
        line = _Line()
        child = _Child(warm, line)
        self._children.add(child)
        try:
            await asyncio.get_running_loop().create_connection(lambda: line, sock=warm.line)
            async with asyncio.timeout(_START):
                news = await line.news()
            await self._value(child, news)
        except TimeoutError:
            self._drop(child)
            raise TimeLimitError("子进程没有就绪", "a child did not get ready") from None
        except BaseException:
            self._drop(child)
            raise
        return child

    async def _opened(self) -> Nursery:
        """Return the nursery, started and ready."""
        async with self._opening:
            if self._nursery is None:
                self._number += 1
                folder = Path(self._folder.name) / str(self._number)
                folder.mkdir()
                kind = self._kind
                found = await self._in_thread(
                    partial(
                        Nursery,
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
                self._nursery = found
            return self._nursery

    def _nursery_now(self) -> Nursery:
        if self._nursery is None:
            raise ClosingError
        return self._nursery

    async def _in_thread(self, function: Callable[..., T], *args: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(function, *args))

    # the end

    async def close(self) -> None:
        """End the children; what is under way raises ClosingError."""
        if self._closed:
            return
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        for child in list(self._busy):
            child.line.tell(_Event.CLOSING)
        for place in self._waiting:
            if not place.done():
                place.set_exception(ClosingError())
        await asyncio.sleep(0)
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for child in list(self._children):
            self._drop(child)
        nursery, self._nursery = self._nursery, None
        if nursery is not None:
            await self._in_thread(nursery.close)
        self._thread.shutdown(wait=False)
        self._folder.cleanup()
