"""A child that prepares what others need, does nothing else, and forks itself for each of them.

The parent's end is `ForkServer`; what runs in the child is `serve`, and in the children that it
forks `forked.serve`. It is the one that may fork: no thread of it holds a lock. Each forked child
answers over a socket of its own, so that a server's loop waits for many of them at a time.
"""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from kg_builder.errors import WorkerError
from kg_builder.workers import forked
from kg_builder.workers.answers import FRAME, call, framed, made, preamble, value_of
from kg_builder.workers.interpreter import death, end_in_time, interpreter, kill_group, name_of
from kg_builder.workers.limits import Limits, backstop

_ORDER: Final = struct.Struct("<cq")
"""What a fork server is told: what to do, and with which child."""
_REPLY: Final = struct.Struct("<q")
"""What it replies: the process of a new child, or the exit code of one that has ended."""
_FORK, _KILL, _CODE = b"f", b"k", b"c"
_STILL_ALIVE: Final = 1 << 32
_GRACE: Final = 5.0
"""Seconds that a child which has closed its socket gets to end."""
_POLL: Final = 0.02


@dataclass(frozen=True, slots=True)
class Forked:
    """A child that was forked: its process, our end of its socket, and a folder of its own."""

    pid: int
    line: socket.socket
    folder: Path


class ForkServer:
    """The parent's end. Its methods wait: call them in a thread. Threads may share it.

    To be closed.
    """

    def __init__(
        self,
        prepare: Callable[..., Callable[[Path], Callable[[Any], object]]],
        *args: object,
        folder: Path,
        memory: int | None = None,
        file_size: int | None = None,
    ) -> None:
        """Start it: it calls `prepare(*args)`, once.

        Each child calls what that returns with a folder of its own, within `folder`, and what that
        returns on each item that it is sent. It may take `memory` bytes more than it starts with.
        """
        self._name = name_of(prepare)
        self._folder = folder
        self._number = 0
        self._lock = threading.Lock()
        self._line, theirs = socket.socketpair()
        with theirs, (folder / forked.COMPLAINTS).open("wb") as stderr:
            self._process = interpreter(serve, stderr.fileno(), theirs.fileno())
        limits = Limits(memory, file_size=file_size)
        with suppress(BrokenPipeError):  # its end is seen when it is asked
            self._line.sendall(preamble(limits, str(folder), pickle.dumps((prepare, args))))

    def ready(self) -> None:
        """Return when it has prepared what children need. Raises what that raises."""
        with self._lock:
            size = FRAME.unpack(self._read(FRAME.size))[0]
            answer = self._read(size)
        value_of(self._name, answer)

    def child(self) -> Forked:
        """Return a new child. Raises CrashError where the fork server has died."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            self._number += 1
            folder = self._folder / str(self._number)
            folder.mkdir()
            order = _ORDER.pack(_FORK, self._number)
            try:
                socket.send_fds(self._line, [order], [theirs.fileno()])
                pid = _REPLY.unpack(self._read(_REPLY.size))[0]
            except (OSError, WorkerError):
                ours.close()
                raise
        return Forked(pid, ours, folder)

    def end(self, child: Forked) -> None:
        """End a child at once, and what it has started."""
        with suppress(OSError), self._lock:
            self._line.sendall(_ORDER.pack(_KILL, child.pid))

    def death(self, child: Forked) -> WorkerError:
        """Return the error that says how a child ended which has closed its socket."""
        ends = time.monotonic() + _GRACE
        code = _STILL_ALIVE
        while code == _STILL_ALIVE and time.monotonic() < ends:
            with self._lock:
                try:
                    self._line.sendall(_ORDER.pack(_CODE, child.pid))
                    code = _REPLY.unpack(self._read(_REPLY.size))[0]
                except (OSError, WorkerError):
                    break
            if code == _STILL_ALIVE:
                time.sleep(_POLL)
        return death(self._name, code, _complaints(child.folder))

    def close(self) -> None:
        """End it, and all its children."""
        self._line.close()
        end_in_time(self._process)

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self._line.recv(size - len(found))
            if not part:
                end_in_time(self._process)
                raise death(self._name, self._process.returncode, _complaints(self._folder))
            found += part
        return found


def item_for(item: object, seconds: float) -> bytes:
    """Return what is sent to a forked child: an item, and when it ends if nobody ends it before."""
    return pickle.dumps((backstop(seconds), pickle.dumps(item)))


def _complaints(folder: Path) -> bytes:
    """Return what a process has written to stderr, as far as it is there."""
    try:
        return (folder / forked.COMPLAINTS).read_bytes()
    except OSError:
        return b""


# in the child


def serve() -> None:
    """Prepare what children need, and fork for each, until the socket at stdin is closed."""
    requests = sys.stdin.buffer
    limits: Limits = pickle.load(requests)  # noqa: S301 - written by ForkServer
    folder = Path(pickle.load(requests))  # noqa: S301 - written by ForkServer
    replace(limits, memory=None).impose()
    # in a thread that is gone before the first fork: engines draw lots by a seed of each thread,
    # and what is forked with a seed draws the same UUIDs as its siblings
    with ThreadPoolExecutor(1) as thread:
        request = pickle.load(requests)  # noqa: S301 - written by ForkServer
        prepared, answer = thread.submit(made, call, request).result()
    control = socket.socket(fileno=os.dup(0))
    control.sendall(framed(answer))
    gc.freeze()  # what has been made stays where it is: children share it
    if prepared is not None:
        _Forks(prepared, control, folder, limits.memory).serve()
    shutil.rmtree(folder, ignore_errors=True)  # whoever started this may have been killed
    os._exit(0)


class _Forks:
    """The forked children, as the fork server knows them."""

    def __init__(
        self, prepared: forked.Prepared, control: socket.socket, folder: Path, memory: int | None
    ) -> None:
        self._prepared = prepared
        self._control = control
        self._folder = folder
        self._memory = memory
        self._alive: set[int] = set()
        self._dying: set[int] = set()

    def serve(self) -> None:
        """Do what is ordered until the socket is closed, and end all children then."""
        while True:
            order, fds, _, _ = socket.recv_fds(self._control, _ORDER.size, 1)
            if len(order) < _ORDER.size:
                break
            what, number = _ORDER.unpack(order)
            if what == _FORK:
                self._fork(number, fds[0])
            elif what == _CODE:
                self._control.sendall(_REPLY.pack(self._code(number)))
            elif number in self._alive:
                kill_group(number)
                self._dying.add(number)
            self._reap()
        for pid in self._alive:
            kill_group(pid)

    def _fork(self, number: int, line: int) -> None:
        pid = os.fork()
        if not pid:
            self._control.close()
            forked.serve(self._prepared, self._folder / str(number), line, self._memory)
        os.close(line)
        self._alive.add(pid)
        self._control.sendall(_REPLY.pack(pid))

    def _code(self, pid: int) -> int:
        """Return the exit code of a child; 0 where it has been told, or nobody knows it."""
        if pid not in self._alive:
            return 0
        found, status = os.waitpid(pid, os.WNOHANG)
        if not found:
            return _STILL_ALIVE
        self._alive.discard(pid)
        self._dying.discard(pid)
        return os.waitstatus_to_exitcode(status)

    def _reap(self) -> None:
        """Take leave of children that were ended: giving their memory back takes a while."""
        gone = {pid for pid in self._dying if os.waitpid(pid, os.WNOHANG)[0]}
        self._dying -= gone
        self._alive -= gone
