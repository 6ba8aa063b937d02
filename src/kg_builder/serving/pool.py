"""A pool of warm child processes that many requests share: none waits for long for another's query.

Most items take milliseconds. Where all children are busy, items wait in one line; a child that is
done takes its share of them at once, and answers one after another. An item that has used more
processor time than `_HEAVY_AFTER` is *heavy*: what its child has besides goes back to the line. It
may go on where fewer than `heavy` such items are under way, at a lower priority, and another child
takes its place for all others; where there are as many, its child is ended, and it starts again
when its turn among the heavy comes (what writes goes on at once). So light items never queue behind
heavy ones for long, and heavy ones never take more processes than they were given.

An item that outlives its time ends with its child, as one does that kills its child or asks for
more memory than a child has; a new child is started at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, Final

from kg_builder.errors import KgError, TimeLimitError, WorkerError
from kg_builder.serving.children import Child, Children, Job, Kind

_HEAVY_AFTER: Final = 0.25
"""Seconds of processor time after which an item is heavy."""
_HEAVY_AFTER_IF_AWAITED: Final = 0.1
"""The same while others wait for its child."""
_INTERVAL: Final = 0.05
"""Seconds between two looks at what children have used."""
_SHARE: Final = 8
"""Items that a child takes at once, at most."""
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


class Pool:
    """Children that do one kind of work; to be started, and closed."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._children = Children(kind)
        self._alive: set[Child] = set()
        self._idle: deque[Child] = deque()
        self._waiting: deque[Job] = deque()
        self._light = 0
        """Children for what is not heavy: idle, at work, or being started."""
        self._turns = kind.heavy
        """How many more heavy items may be worked on."""
        self._heavy: deque[Job] = deque()
        """Heavy items that wait for their turn."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._failures = 0
        self._closed = False
        self.replaced = 0
        """How many children have been ended or have died."""

    async def start(self) -> None:
        """Start the children, and return when the first is ready. Raises what making it raises."""
        first = await self._children.start()
        self._light = 1
        self._add(first)
        self.start_later()

    def start_later(self) -> None:
        """Start the children, and return at once: who asks before they are ready waits."""
        self._fill()
        self._watch = asyncio.get_running_loop().create_task(self._watch_children())

    @property
    def waiting(self) -> int:
        """How many items wait for a child or for their turn among the heavy."""
        return len(self._waiting) + len(self._heavy)

    @property
    def is_busy(self) -> bool:
        """Whether anybody waits for an answer."""
        return bool(self.waiting or any(child.jobs for child in self._alive))

    @property
    def is_answering(self) -> bool:
        """Whether there are children to ask."""
        return not self._closed and bool(self._alive)

    async def ask(self, item: object, timeout: float, *, is_write: bool = False) -> Any:  # noqa: ANN401
        """Return what the child's function returns for an item.

        `timeout` is in seconds from now, waiting included. What writes is never begun anew. Raises
        FullError, ClosingError, TimeLimitError, MemoryLimitError, CrashError, or what the function
        raises.
        """
        if self._closed:
            raise ClosingError
        loop = asyncio.get_running_loop()
        job = Job(item, loop.time() + timeout, loop.create_future(), is_write)
        if self._idle:
            self._idle.popleft().give((job,))
        elif len(self._waiting) < self._kind.queue:
            self._waiting.append(job)
        else:
            raise FullError
        try:
            answer = await job.answer
        except asyncio.CancelledError:
            if not job.answer.cancelled() and job.answer.exception() is None:
                self._children.discard(job.answer.result())  # it came at the same moment
            raise
        return self._children.value(answer)

    # what children tell

    def _assign(self, child: Child) -> None:
        """Give a child that is idle its share of what waits."""
        if not child.light:
            self._end(child)
            return
        share = min(-(-len(self._waiting) // self._kind.size), _SHARE)
        jobs: list[Job] = []
        while self._waiting and len(jobs) < share:
            job = self._waiting.popleft()
            if not job.answer.done():
                jobs.append(job)
        if jobs:
            child.give(jobs)
        else:
            self._idle.append(child)

    def _on_death(self, child: Child) -> None:
        """Tell whoever waits for a child that it has died, and of what."""
        job = child.jobs[0] if child.jobs else None
        self._remove(child)
        self._spawn(self._report_death(child, job))

    async def _report_death(self, child: Child, job: Job | None) -> None:
        error: WorkerError = ClosingError()
        try:
            error = await self._children.death(child)
        finally:
            if job is not None:
                job.fail(error)
            self._children.end(child)

    async def _watch_children(self) -> None:
        """See to items that are heavy, have outlived their time, or that nobody waits for."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_INTERVAL)
            now = loop.time()
            for child in [child for child in self._alive if child.jobs]:
                self._check(child, now)
            for line in (self._waiting, self._heavy):
                for job in line:
                    if now > job.deadline:
                        job.fail(FullError())
            self._waiting = deque(job for job in self._waiting if not job.answer.done())
            self._heavy = deque(job for job in self._heavy if not job.answer.done())

    def _check(self, child: Child, now: float) -> None:
        job = child.jobs[0]
        hurry = self._waiting or len(child.jobs) > 1
        if now > job.deadline:
            job.fail(TimeLimitError("没有按时完成", "not done in time"))
            self._end(child)
        elif not child.light:
            if job.answer.done():
                self._end(child)
        elif child.has_used(_HEAVY_AFTER_IF_AWAITED if hurry else _HEAVY_AFTER):
            self._make_heavy(child, job)

    def _make_heavy(self, child: Child, job: Job) -> None:
        """Let a child go on with a heavy item if it may, else end it."""
        if job.answer.done():
            self._end(child)
        elif self._turns > 0 or job.is_write:
            self._turns -= 1  # below none where it writes: others wait the longer
            self._light -= 1
            child.lower_priority()
            self._requeue(child)
            self._fill()
        else:
            self._end(child)
            if len(self._heavy) < self._kind.queue:
                self._heavy.append(job)
            else:
                job.fail(FullError())

    # children

    def _add(self, child: Child) -> None:
        """Let a child that is ready serve; a heavy one that has its job already works on it."""
        self._alive.add(child)
        child.idle, child.lost = self._assign, self._on_death
        if child.is_lost:
            self._on_death(child)
        elif not child.jobs:
            self._assign(child)

    def _requeue(self, child: Child) -> None:
        """Take all jobs but its first from a child: they wait, before others."""
        while len(child.jobs) > 1:
            self._waiting.appendleft(child.jobs.pop())
        while self._idle and self._waiting:
            self._assign(self._idle.popleft())

    def _end(self, child: Child) -> None:
        """End a child; another takes its place. Its first job is whoever's who calls this."""
        self._remove(child)
        self._children.end(child)

    def _remove(self, child: Child) -> None:
        """Let another child take the place of one that ends."""
        self._alive.discard(child)
        if child in self._idle:
            self._idle.remove(child)
        self.replaced += 1
        self._requeue(child)
        if child.light:
            self._light -= 1
            self._fill()
        else:
            self._turns += 1
            self._start_heavy()

    def _start_heavy(self) -> None:
        while self._heavy and self._turns > 0 and not self._closed:
            job = self._heavy.popleft()
            if not job.answer.done():
                self._turns -= 1
                self._spawn(self._run_heavy(job))

    async def _run_heavy(self, job: Job) -> None:
        """Let a child of its own work on a heavy item."""
        try:
            child = await self._children.start()
        except (KgError, OSError) as error:
            self._turns += 1
            job.fail(error)
        else:
            child.lower_priority()
            child.give((job,))
            self._add(child)
        finally:
            if self._closed:
                job.fail(ClosingError())

    def _fill(self) -> None:
        """Start as many children as are missing."""
        while self._light < self._kind.size and not self._closed:
            self._light += 1
            self._spawn(self._start_light())

    async def _start_light(self) -> None:
        try:
            child = await self._children.start()
        except (KgError, OSError) as error:
            self._light -= 1
            self._failures += 1
            await self._after_failure(error)
            return
        self._failures = 0
        self._add(child)

    async def _after_failure(self, error: Exception) -> None:
        """Try again, later and later; tell whoever waits when it goes on for long."""
        if self._failures >= _FAILURES:
            for job in self._waiting:
                job.fail(error)
        await asyncio.sleep(min(0.1 * 2**self._failures, 5.0))
        self._fill()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # the end

    async def close(self) -> None:
        """End the children; what is under way raises ClosingError."""
        if self._closed:
            return
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        under_way = [job for child in self._alive for job in child.jobs]
        for job in (*under_way, *self._waiting, *self._heavy):
            job.fail(ClosingError())
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for child in list(self._alive):
            self._end(child)
        await self._children.close()
