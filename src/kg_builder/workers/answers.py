"""What a child is asked and answers, pickled: the value that a function returned, or its error."""

from __future__ import annotations

import os
import pickle
import struct
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Final

from kg_builder.errors import MemoryLimitError, WorkerError

FRAME: Final = struct.Struct("<Q")
"""What stands before an answer on a socket: how many bytes it has."""

# in the child


def output() -> BinaryIO:
    """Return where answers go: what the function prints must not run into them."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def requests(stream: BinaryIO) -> Iterator[Any]:
    """Yield what the parent has pickled into a stream, until its end."""
    with suppress(EOFError):
        while True:
            yield pickle.load(stream)  # noqa: S301 - written by the parent


def call(request: bytes) -> Any:  # noqa: ANN401 - whatever the function returns
    """Call the function of a pickled `(function, args)`. Raises what that raises."""
    function, args = pickle.loads(request)  # noqa: S301 - written by the parent
    return function(*args)


def answer(work: Callable[..., object], *args: object) -> bytes:
    """Return what `work(*args)` returns or raises, pickled."""
    try:
        return pickle.dumps((work(*args), None))
    except Exception as error:  # noqa: BLE001 - it is raised again in the parent
        error.add_note("".join(traceback.format_exception(error)).rstrip())
        return _pickled_error(error)


def made(work: Callable[..., Any], *args: object) -> tuple[Any, bytes]:
    """Return what `work(*args)` makes, None where it raises, and the answer that tells which."""
    found: list[Any] = []
    told = answer(lambda: found.append(work(*args)))
    return (found[0] if found else None), told


def framed(answer: bytes) -> bytes:
    """Return an answer as it goes over a socket."""
    return FRAME.pack(len(answer)) + answer


def _pickled_error(error: Exception) -> bytes:
    """Return the error pickled, or a description of it where it does not survive that."""
    try:
        answer = pickle.dumps((None, error))
        pickle.loads(answer)  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - pickling may raise anything
        text = f"{type(error).__name__}: {error}"
        return pickle.dumps((None, WorkerError(f"子进程出错：{text}", f"a child failed: {text}")))
    return answer


# in the parent


def preamble(*parts: object) -> bytes:
    """Return what a child is sent first: where its modules lie, and what each kind of child asks.

    They are pickled one after another: the child can unpickle the others only after the first.
    """
    return b"".join(map(pickle.dumps, (sys.path, *parts)))


def value_of(name: str, answer: bytes) -> Any:  # noqa: ANN401 - whatever the function returns
    """Return what the function `name` returned in a child, or raise what it raised.

    Raises WorkerError for an answer that cannot be unpickled, MemoryLimitError for MemoryError.
    """
    try:
        value, error = pickle.loads(answer)  # noqa: S301 - written by `answer` of this module
    except Exception as problem:  # noqa: BLE001 - unpickling may raise anything
        raise WorkerError(
            f"{name} 的结果无法读取：{problem}", f"the answer of {name} cannot be read: {problem}"
        ) from None
    if isinstance(error, MemoryError):
        raise out_of_memory(name)
    if error is not None:
        raise error
    return value


def out_of_memory(name: str) -> MemoryLimitError:
    """Return the error of a function for which the memory of its child was not enough."""
    return MemoryLimitError(f"{name} 耗尽了内存", f"{name} ran out of memory")
