"""Child processes with limits: for parsing what nobody vouches for, and for engines that may die.

A child is a fresh interpreter (never a fork: other threads hold locks) that runs one function and
ends. It is told the function by its name, so the function stands at the top of a module; what goes
in and out is pickled. Ending the child is the one sure way to stop code that does not return to
the interpreter.
"""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

from kg_builder.errors import CrashError, MemoryLimitError, TimeLimitError, WorkerError

R = TypeVar("R")

_BOOTSTRAP = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from kg_builder.workers import _serve; _serve()"
)
_NO_MEMORY = (b"memory allocation of", b"MemoryError", b"out of memory", b"bad_alloc")
"""What runtimes print before they abort for want of memory (Rust, CPython, glibc, C++)."""


def run_in_child(
    function: Callable[..., R], *args: object, timeout: float, memory: int | None = None
) -> R:
    """Return `function(*args)`, run in a child process.

    `timeout` is in seconds of wall clock; `memory` is the child's address space in bytes, the
    interpreter's own (some 100 MB) included, and holds where the system keeps such a limit (Linux
    does, macOS does not). What the function prints goes nowhere.

    Raises TimeLimitError, MemoryLimitError or CrashError; whatever the function itself raises is
    raised here, and WorkerError in its place where it cannot be pickled.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    request = (
        pickle.dumps(sys.path)
        + pickle.dumps((memory, (math.ceil(timeout) + 1) * (os.cpu_count() or 1)))
        + pickle.dumps((function, args))
    )
    with subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-P", "-c", _BOOTSTRAP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # an interrupt from the terminal reaches the parent alone
    ) as process:
        try:
            answer, complaints = process.communicate(request, timeout)
        except subprocess.TimeoutExpired:
            raise TimeLimitError(
                f"{name} 未能在 {timeout:g} 秒内完成",
                f"{name} did not end within {timeout:g} s",
            ) from None
        finally:
            if process.returncode is None:
                _end(process)
    if process.returncode:
        raise _death(name, process.returncode, complaints)
    value, error = _unpack(name, answer)
    if error is not None:
        raise error
    return value  # type: ignore[no-any-return]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the child, and what it may have started."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _unpack(name: str, answer: bytes) -> tuple[Any, BaseException | None]:
    try:
        value, error = pickle.loads(answer)  # noqa: S301 - written by _serve of this module
    except Exception as problem:  # noqa: BLE001 - unpickling may raise anything
        return None, WorkerError(
            f"{name} 的结果无法读取：{problem}", f"the answer of {name} cannot be read: {problem}"
        )
    if isinstance(error, MemoryError):
        return None, _out_of_memory(name)
    return value, error


def _out_of_memory(name: str) -> MemoryLimitError:
    return MemoryLimitError(f"{name} 耗尽了内存", f"{name} ran out of memory")


def _death(name: str, code: int, complaints: bytes) -> WorkerError:
    """Return the error that says how a child ended without an answer."""
    if code == -signal.SIGXCPU:
        return TimeLimitError(f"{name} 耗尽了处理器时间", f"{name} ran out of processor time")
    if any(words in complaints for words in _NO_MEMORY):
        return _out_of_memory(name)
    try:
        how = signal.Signals(-code).name
    except ValueError:
        how = str(code)
    return CrashError(f"{name} 的进程意外结束（{how}）", f"the process of {name} died ({how})")


def _serve() -> None:
    """Run the request on stdin, in the child."""
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what the function prints must not run into the answer
        _limit(*pickle.load(requests))  # noqa: S301 - written by run_in_child of this module
        answers.write(_answer(requests))


def _answer(requests: BinaryIO) -> bytes:
    try:
        function, args = pickle.load(requests)  # noqa: S301 - written by run_in_child
        return pickle.dumps((function(*args), None))
    except Exception as error:  # noqa: BLE001 - it is raised again in the parent
        error.add_note("".join(traceback.format_exception(error)).rstrip())
        return _pickled_error(error)


def _pickled_error(error: Exception) -> bytes:
    """Return the error pickled, or a description of it where it does not survive that."""
    try:
        answer = pickle.dumps((None, error))
        pickle.loads(answer)  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - pickling may raise anything
        text = f"{type(error).__name__}: {error}"
        return pickle.dumps((None, WorkerError(f"子进程出错：{text}", f"a child failed: {text}")))
    return answer


def _limit(memory: int | None, cpu_seconds: int) -> None:
    """Limit this process; a limit that the system does not have is left out.

    The limit on processor time ends a child whose parent was killed.
    """
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: cpu_seconds}
    if memory is not None:
        limits[resource.RLIMIT_AS] = memory
    for kind, value in limits.items():
        with contextlib.suppress(ValueError, OSError):
            _, hard = resource.getrlimit(kind)
            if hard != resource.RLIM_INFINITY:
                value = min(value, hard)
            resource.setrlimit(kind, (value, hard))
