"""Children that run one function on many items, several at a time."""

from __future__ import annotations

import functools
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kg_builder.workers.answers import answer, call, output, preamble, requests, value_of
from kg_builder.workers.interpreter import death, end, end_in_time, interpreter, name_of
from kg_builder.workers.limits import Limits

if TYPE_CHECKING:
    from concurrent.futures import Future

R = TypeVar("R")
T = TypeVar("T")

_AHEAD: Final = 2
"""Items under way or waiting for their turn, per child: enough to keep all of them busy."""


def map_in_children(
    make: Callable[..., Callable[[T], R]], *args: object, items: Iterable[T], jobs: int
) -> Generator[R, None, None]:
    """Yield `make(*args)(item)` for every item, in order, worked out by `jobs` children.

    Each child calls `make` once. Items are taken as they are needed and few answers wait, so
    neither needs to fit into memory as a whole. What the function prints goes nowhere.

    Close the iterator (`contextlib.closing`) where it may be left early: that, an error and an
    interrupt end the children at once. A child whose parent was killed ends after its item.

    Raises what the function raises for an item, in its place, or what `make` raises; CrashError
    where a child died; WorkerError for an answer that cannot be pickled.
    """
    name = name_of(make)
    waiting: deque[Future[tuple[_Child, bytes | None]]] = deque()
    children: list[_Child] = []
    idle: SimpleQueue[_Child] = SimpleQueue()
    from concurrent.futures import ThreadPoolExecutor  # slow to import, and seldom needed

    # a thread per child waits for it; the children are ended by this one alone
    threads = ThreadPoolExecutor(jobs)
    try:
        for _ in range(jobs):
            children.append(_Child(make, args))
            idle.put(children[-1])
        for item in items:
            waiting.append(threads.submit(_ask_one_of, idle, item))
            if len(waiting) == _AHEAD * jobs:
                yield _value(name, *waiting.popleft().result())
        while waiting:
            yield _value(name, *waiting.popleft().result())
    finally:
        for child in children:
            end(child.process)
        threads.shutdown(cancel_futures=True)
        for child in children:
            child.close()


class _Child:
    """A child process that answers one request after another."""

    def __init__(self, make: Callable[..., object], args: tuple[object, ...]) -> None:
        """Start it; it will make its function at the first request."""
        self.process = interpreter(serve, subprocess.DEVNULL)
        with suppress(BrokenPipeError):  # whoever asks it will hear of its end
            self._send(preamble(pickle.dumps((make, args))))

    def ask(self, item: object) -> bytes | None:
        """Return the answer, pickled; None where the child has died."""
        assert self.process.stdout  # noqa: S101 - a pipe, see `interpreter`
        try:
            self._send(pickle.dumps(pickle.dumps(item)))
            answered = pickle.load(self.process.stdout)  # noqa: S301 - written by `serve`
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            return None
        assert isinstance(answered, bytes)  # noqa: S101 - as `serve` writes it
        return answered

    def _send(self, request: bytes) -> None:
        assert self.process.stdin  # noqa: S101 - a pipe, see `interpreter`
        self.process.stdin.write(request)
        self.process.stdin.flush()

    def close(self) -> None:
        """Close the pipes of a child that has ended."""
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(BrokenPipeError):  # of what it was no more there to read
                if pipe:
                    pipe.close()


def _ask_one_of(idle: SimpleQueue[_Child], item: object) -> tuple[_Child, bytes | None]:
    """Ask an idle child; also a dead one is put back, to answer that it is dead."""
    child = idle.get()
    try:
        return child, child.ask(item)
    finally:
        idle.put(child)


def _value(name: str, child: _Child, answered: bytes | None) -> Any:  # noqa: ANN401 - see R
    """Return the value that a child answered, or raise what it raised."""
    if answered is None:
        end_in_time(child.process)
        raise death(name, child.process.returncode, b"")
    return value_of(name, answered)


def serve() -> None:
    """Answer the requests on stdin one after another until there are no more, in the child."""
    received = requests(sys.stdin.buffer)
    with output() as answers:
        Limits().impose()
        made = functools.cache(functools.partial(call, next(received)))
        for item in received:
            pickle.dump(answer(_use, made, item), answers)
            answers.flush()


def _use(made: Callable[[], Callable[..., object]], item: bytes) -> object:
    return made()(pickle.loads(item))  # noqa: S301 - written by _Child
