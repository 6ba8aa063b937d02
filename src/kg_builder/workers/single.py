"""A child that runs one function and ends; it may be started ahead, to stand by."""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from kg_builder.errors import TimeLimitError
from kg_builder.workers.answers import answer, call, output, preamble, value_of
from kg_builder.workers.interpreter import death, end, interpreter, name_of
from kg_builder.workers.limits import Limits, backstop

R = TypeVar("R")


def run_in_child(
    function: Callable[..., R],
    *args: object,
    timeout: float,
    memory: int | None = None,
    file_size: int | None = None,
) -> R:
    """Return `function(*args)`, run in a child process.

    `timeout` is in seconds of wall clock; `memory` is the child's address space in bytes, the
    interpreter's own (some 100 MB) included, and holds where the system keeps such a limit (Linux
    does, macOS does not). `file_size` is how many bytes a file may have that the child writes: more
    is an OSError there (EFBIG). What the function prints goes nowhere.

    Raises TimeLimitError, MemoryLimitError or CrashError; whatever the function itself raises is
    raised here, and WorkerError in its place where it cannot be pickled.
    """
    request = preamble(()) + _request(function, args, timeout, memory, file_size)
    process = interpreter(serve, subprocess.PIPE)
    return _outcome(process, function, request, timeout)  # type: ignore[no-any-return]


class Standby:
    """A child started ahead: it has its imports done when there is work for it.

    It answers one call and ends, as every child does; the next call starts one of its own unless
    `prepare` has been called in between, which is for moments when nobody waits. To be closed (it
    is a context manager); a child whose parent was killed ends by itself. Threads may share it.
    """

    def __init__(self, *modules: str) -> None:
        """Start a child that imports `modules`."""
        self._modules = modules
        self._ready: deque[subprocess.Popen[bytes]] = deque()
        self.prepare()

    def prepare(self) -> None:
        """Start a child if none stands by."""
        if self._ready:
            return
        process = interpreter(serve, subprocess.PIPE)
        assert process.stdin  # noqa: S101 - a pipe, see `interpreter`
        with suppress(BrokenPipeError):  # its end is seen when it is asked
            process.stdin.write(preamble(self._modules))
            process.stdin.flush()
        self._ready.append(process)

    def run(
        self,
        function: Callable[..., R],
        *args: object,
        timeout: float,
        memory: int | None = None,
        file_size: int | None = None,
    ) -> R:
        """Return `function(*args)` as `run_in_child` does, and raise what that raises."""
        process = self._taken()
        if process is None:
            return run_in_child(
                function, *args, timeout=timeout, memory=memory, file_size=file_size
            )
        request = _request(function, args, timeout, memory, file_size)
        return _outcome(process, function, request, timeout)  # type: ignore[no-any-return]

    def _taken(self) -> subprocess.Popen[bytes] | None:
        """Return the child that stands by, for one call; None where none does, or it has died."""
        try:
            process = self._ready.popleft()
        except IndexError:
            return None
        if process.poll() is None:
            return process
        with process:
            return None

    def close(self) -> None:
        """End the child that stands by, if one does."""
        while self._ready:
            with self._ready.popleft() as process:
                end(process)

    def __enter__(self) -> Standby:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _request(
    function: Callable[..., object],
    args: tuple[object, ...],
    timeout: float,
    memory: int | None,
    file_size: int | None,
) -> bytes:
    limits = Limits(memory, backstop(timeout), file_size)
    return pickle.dumps(limits) + pickle.dumps((function, args))


def _outcome(
    process: subprocess.Popen[bytes],
    function: Callable[..., object],
    request: bytes,
    timeout: float,
) -> Any:  # noqa: ANN401 - see R
    """Send a child its request, and return or raise what came of it."""
    name = name_of(function)
    with process:
        try:
            answered, complaints = process.communicate(request, timeout)
        except subprocess.TimeoutExpired:
            raise TimeLimitError(
                f"{name} 未能在 {timeout:g} 秒内完成",
                f"{name} did not end within {timeout:g} s",
            ) from None
        finally:
            end(process)
    if process.returncode:
        raise death(name, process.returncode, complaints)
    return value_of(name, answered)


def serve() -> None:
    """Run the request on stdin, in the child."""
    requests = sys.stdin.buffer
    with output() as answers:
        for module in pickle.load(requests):  # noqa: S301 - written by this module
            importlib.import_module(module)
        pickle.load(requests).impose()  # noqa: S301 - written by this module
        answers.write(answer(call, requests.read()))
    os._exit(0)  # somebody waits: what an interpreter tidies up at its end takes 10 ms
