"""A child's interpreter: how it is started, how it is ended, and what its end means."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from kg_builder.errors import CrashError, TimeLimitError, WorkerError
from kg_builder.workers.answers import out_of_memory

_BOOTSTRAP: Final = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from {module} import {function}; {function}()"
)
_MARK: Final = "kg-child"
"""The `-X` option that tells a child that it is one."""
_GRACE: Final = 5.0
"""Seconds that a child which has closed its pipe gets to end, and to say how."""
_TUNABLES: Final = "GLIBC_TUNABLES"
_TCACHE: Final = "glibc.malloc.tcache_count=200"
"""Short queries take and give back the same small blocks, more than the seven of each size that
glibc has at hand: a fifth of their time (`bench_serve`) for a megabyte. Other systems ignore it."""
_NO_MEMORY: Final = (b"memory allocation of", b"MemoryError", b"out of memory", b"bad_alloc")
"""What runtimes print before they abort for want of memory (Rust, CPython, glibc, C++)."""


def interpreter(
    serve: Callable[[], None], complaints: int, line: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a child that runs `serve`, over pipes or one socket; its stderr is `complaints`."""
    bootstrap = _BOOTSTRAP.format(module=serve.__module__, function=serve.__name__)
    return subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-P", "-X", _MARK, "-c", bootstrap],
        stdin=subprocess.PIPE if line is None else line,
        stdout=subprocess.PIPE if line is None else subprocess.DEVNULL,
        stderr=complaints,
        env={_TUNABLES: _TCACHE, **os.environ},
        # an interrupt from the terminal reaches the parent alone; a child's own children are of
        # its group, and end with it
        start_new_session=_MARK not in sys._xoptions,
    )


def name_of(function: Callable[..., object]) -> str:
    """Return what messages call a function."""
    return f"{function.__module__}.{function.__qualname__}"


def end(process: subprocess.Popen[bytes]) -> None:
    """End a child, and what it may have started; one that has ended stays as it is."""
    if process.returncode is not None:
        return
    kill_group(process.pid)
    process.wait()


def end_in_time(process: subprocess.Popen[bytes]) -> None:
    """End a child that is about to end of itself, if that takes too long."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    end(process)


def kill_group(pid: int) -> None:
    """Kill a process and its group."""
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def death(name: str, code: int, complaints: bytes) -> WorkerError:
    """Return the error that says how a child ended without an answer."""
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        return TimeLimitError(f"{name} 耗尽了处理器时间", f"{name} ran out of processor time")
    if any(words in complaints for words in _NO_MEMORY):
        return out_of_memory(name)
    try:
        how = signal.Signals(-code).name
    except ValueError:
        how = str(code)
    return CrashError(f"{name} 的进程意外结束（{how}）", f"the process of {name} died ({how})")
