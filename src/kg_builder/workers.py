"""Child processes with limits: for parsing what nobody vouches for, and for engines that may die.

A child is a fresh interpreter (never a fork: other threads hold locks) that runs one function and
ends, or runs it on one item after another. It is told the function by its name, so the function
stands at the top of a module; what goes in and out is pickled. The caller's main module is not
imported. Ending the child is the one sure way to stop code that does not return to the interpreter.

A server's children come from a `Nursery`: a child that prepares what they need, does nothing else,
and forks itself for each of them, which takes milliseconds. They answer over a socket, so that the
server's loop waits for many of them at a time.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import math
import os
import pickle
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NoReturn, TypeVar

from kg_builder.errors import CrashError, MemoryLimitError, TimeLimitError, WorkerError

if TYPE_CHECKING:
    from concurrent.futures import Future

R = TypeVar("R")
T = TypeVar("T")

_BOOTSTRAP = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from kg_builder.workers import {serve}; {serve}()"
)
_AHEAD = 2
"""Items under way or waiting for their turn, per child: enough to keep all of them busy."""
_LAST_BREATH = 5.0
"""Seconds that a child which has closed its pipe gets to end, and to say how."""
_POLL = 0.02
_NO_MEMORY = (b"memory allocation of", b"MemoryError", b"out of memory", b"bad_alloc")
"""What runtimes print before they abort for want of memory (Rust, CPython, glibc, C++)."""
_within = False
"""Whether this process is a child itself: then its own children end with it, as one group."""


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
    request = pickle.dumps(()) + _request(function, args, timeout, memory, file_size)
    process = _interpreter(_serve, subprocess.PIPE)
    return _outcome(process, function, pickle.dumps(sys.path) + request, timeout)  # type: ignore[no-any-return]


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
        process = _interpreter(_serve, subprocess.PIPE)
        assert process.stdin  # noqa: S101 - a pipe, see _interpreter
        with contextlib.suppress(BrokenPipeError):  # its end is seen when it is asked
            process.stdin.write(pickle.dumps(sys.path) + pickle.dumps(self._modules))
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
                _end(process)

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
    limits = (memory, math.ceil(timeout) + 1, file_size)
    return pickle.dumps(limits) + pickle.dumps((function, args))


def _outcome(
    process: subprocess.Popen[bytes],
    function: Callable[..., object],
    request: bytes,
    timeout: float,
) -> Any:  # noqa: ANN401 - see R
    """Send a child its request, and return or raise what came of it."""
    name = f"{function.__module__}.{function.__qualname__}"
    with process:
        try:
            answer, complaints = process.communicate(request, timeout)
        except subprocess.TimeoutExpired:
            raise TimeLimitError(
                f"{name} 未能在 {timeout:g} 秒内完成",
                f"{name} did not end within {timeout:g} s",
            ) from None
        finally:
            _end(process)
    if process.returncode:
        raise _death(name, process.returncode, complaints)
    value, error = _unpack(name, answer)
    if error is not None:
        raise error
    return value


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
    name = f"{make.__module__}.{make.__qualname__}"
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
            _end(child.process)
        threads.shutdown(cancel_futures=True)
        for child in children:
            child.close()


class _Child:
    """A child process that answers one request after another."""

    def __init__(self, make: Callable[..., object], args: tuple[object, ...]) -> None:
        """Start it; it will make its function at the first request."""
        self.process = _interpreter(_serve_items, subprocess.DEVNULL)
        with contextlib.suppress(BrokenPipeError):  # whoever asks it will hear of its end
            self._send(pickle.dumps(sys.path) + pickle.dumps(pickle.dumps((make, args))))

    def ask(self, item: object) -> bytes | None:
        """Return the answer, pickled; None where the child has died."""
        assert self.process.stdout  # noqa: S101 - a pipe, see _interpreter
        try:
            self._send(pickle.dumps(pickle.dumps(item)))
            answer = pickle.load(self.process.stdout)  # noqa: S301 - written by _serve_items
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            return None
        assert isinstance(answer, bytes)  # noqa: S101 - as _serve_items writes it
        return answer

    def _send(self, request: bytes) -> None:
        assert self.process.stdin  # noqa: S101 - a pipe, see _interpreter
        self.process.stdin.write(request)
        self.process.stdin.flush()

    def close(self) -> None:
        """Close the pipes of a child that has ended."""
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):  # of what it was no more there to read
                if pipe:
                    pipe.close()


def _ask_one_of(idle: SimpleQueue[_Child], item: object) -> tuple[_Child, bytes | None]:
    """Ask an idle child; also a dead one is put back, to answer that it is dead."""
    child = idle.get()
    try:
        return child, child.ask(item)
    finally:
        idle.put(child)


def _value(name: str, child: _Child, answer: bytes | None) -> Any:  # noqa: ANN401 - see R
    """Return the value that a child answered, or raise what it raised."""
    if answer is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(_LAST_BREATH)
        _end(child.process)
        raise _death(name, child.process.returncode, b"")
    value, error = _unpack(name, answer)
    if error is not None:
        raise error
    return value


ANSWER_HEAD: Final = struct.Struct("<Q")
"""What stands before each answer of a warm child: how many bytes it has."""
_ORDER: Final = struct.Struct("<cq")
"""What a nursery is told: what to do, and with which child."""
_WORD: Final = struct.Struct("<q")
"""What it answers: the process of a new child, or the exit code of one that has ended."""
_FORK, _KILL, _CODE = b"f", b"k", b"c"
_STILL_ALIVE: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class Warm:
    """A child of a nursery: its process, and our end of its socket."""

    pid: int
    line: socket.socket
    folder: Path


class Nursery:
    """A process that prepares what children need, and forks itself for each.

    Its methods wait for it: call them in a thread. Threads may share it. To be closed.
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

        Each child calls what that returns with a folder of its own, and what that returns on each
        item that it is sent. It may take `memory` bytes more than it starts with.
        """
        self._name = f"{prepare.__module__}.{prepare.__qualname__}"
        self._folder = folder
        self._number = 0
        self._lock = threading.Lock()
        self._line, theirs = socket.socketpair()
        with theirs, (folder / "complaints").open("wb") as stderr:
            self._process = _interpreter(_serve_nursery, stderr.fileno(), theirs.fileno())
        request = pickle.dumps((prepare, args))
        settings = (memory, file_size, str(folder))
        with contextlib.suppress(BrokenPipeError):  # its end is seen when it is asked
            self._line.sendall(
                pickle.dumps(sys.path) + pickle.dumps(settings) + pickle.dumps(request)
            )

    def ready(self) -> None:
        """Return when it has prepared what children need. Raises what that raises."""
        with self._lock:
            size = ANSWER_HEAD.unpack(self._read(ANSWER_HEAD.size))[0]
            answer = self._read(size)
        warm_value(self._name, answer)

    def child(self) -> Warm:
        """Return a new child. Raises CrashError where the nursery has died."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            self._number += 1
            folder = self._folder / str(self._number)
            folder.mkdir()
            order = _ORDER.pack(_FORK, self._number)
            try:
                socket.send_fds(self._line, [order], [theirs.fileno()])
                pid = _WORD.unpack(self._read(_WORD.size))[0]
            except (OSError, WorkerError):
                ours.close()
                raise
        return Warm(pid, ours, folder)

    def end(self, child: Warm) -> None:
        """End a child at once, and what it has started."""
        with contextlib.suppress(OSError), self._lock:
            self._line.sendall(_ORDER.pack(_KILL, child.pid))

    def death(self, child: Warm) -> WorkerError:
        """Return the error that says how a child ended which has closed its socket."""
        ends = time.monotonic() + _LAST_BREATH
        code = _STILL_ALIVE
        while code == _STILL_ALIVE and time.monotonic() < ends:
            with self._lock:
                try:
                    self._line.sendall(_ORDER.pack(_CODE, child.pid))
                    code = _WORD.unpack(self._read(_WORD.size))[0]
                except (OSError, WorkerError):
                    break
            if code == _STILL_ALIVE:
                time.sleep(_POLL)
        try:
            complaints = (child.folder / "complaints").read_bytes()
        except OSError:
            complaints = b""
        return _death(self._name, code, complaints)

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self._line.recv(size - len(found))
            if not part:
                raise self._died()
            found += part
        return found

    def _died(self) -> WorkerError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_BREATH)
        _end(self._process)
        try:
            complaints = (self._folder / "complaints").read_bytes()
        except OSError:
            complaints = b""
        return _death(self._name, self._process.returncode, complaints)

    def close(self) -> None:
        """End it, and all its children."""
        self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_BREATH)
        _end(self._process)


def item_for_warm(item: object, seconds: float) -> bytes:
    """Return what is sent to a warm child: an item, and when it ends if nobody ends it before."""
    return pickle.dumps((math.ceil(seconds) + 1, pickle.dumps(item)))


def warm_value(name: str, answer: bytes) -> Any:  # noqa: ANN401 - whatever the function returns
    """Return what a warm child has answered, or raise what the function raised."""
    value, error = _unpack(name, answer)
    if error is not None:
        raise error
    return value


def _interpreter(
    serve: Callable[[], None], complaints: int, line: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a child that runs `serve`, a function of this module, over pipes or one socket."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-P", "-c", _BOOTSTRAP.format(serve=serve.__name__)],
        stdin=subprocess.PIPE if line is None else line,
        stdout=subprocess.PIPE if line is None else subprocess.DEVNULL,
        stderr=complaints,
        # an interrupt from the terminal reaches the parent alone
        start_new_session=not _within,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the child, and what it may have started; one that has ended stays as it is."""
    if process.returncode is not None:
        return
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
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
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
    global _within
    _within = True
    requests = sys.stdin.buffer
    with _answers() as answers:
        for module in pickle.load(requests):  # noqa: S301 - written by this module
            importlib.import_module(module)
        _limit(*pickle.load(requests))  # noqa: S301 - written by this module
        answers.write(_answer(_call, requests.read()))
    os._exit(0)  # somebody waits: what an interpreter tidies up at its end takes 10 ms


def _serve_items() -> None:
    """Answer the requests on stdin one after another until there are no more, in the child."""
    global _within
    _within = True
    requests = _stream(sys.stdin.buffer)
    with _answers() as answers:
        _limit(None, None, None)
        made = functools.cache(functools.partial(_call, next(requests)))
        for item in requests:
            pickle.dump(_answer(_use, made, item), answers)
            answers.flush()


def _serve_nursery() -> None:
    """Prepare what children need, and fork for each, until the socket at stdin is closed."""
    global _within
    _within = True
    requests = sys.stdin.buffer
    memory, file_size, folder = pickle.load(requests)  # noqa: S301 - written by Nursery
    _limit(None, None, file_size)
    made: list[Any] = []
    request = pickle.load(requests)  # noqa: S301 - written by Nursery
    answer = _answer(lambda: made.append(_call(request)))
    control = socket.socket(fileno=os.dup(0))
    control.sendall(ANSWER_HEAD.pack(len(answer)) + answer)
    gc.freeze()  # what has been made stays where it is: children share it
    children: set[int] = set()
    dying: set[int] = set()
    while made:
        order, fds, _, _ = socket.recv_fds(control, _ORDER.size, 1)
        if len(order) < _ORDER.size:
            break
        what, number = _ORDER.unpack(order)
        if what == _FORK:
            pid = os.fork()
            if not pid:
                control.close()
                _serve_warm(made[0], Path(folder) / str(number), fds[0], memory)
            os.close(fds[0])
            children.add(pid)
            control.sendall(_WORD.pack(pid))
        elif number in children:
            if what == _KILL:
                _end_group(number)
                dying.add(number)
            else:
                found, status = os.waitpid(number, os.WNOHANG)
                if found:
                    children.discard(number)
                code = os.waitstatus_to_exitcode(status) if found else _STILL_ALIVE
                control.sendall(_WORD.pack(code))
        elif what == _CODE:
            control.sendall(_WORD.pack(0))
        # one that is ended takes a while to give its memory back: nobody waits for it
        gone = {pid for pid in dying if os.waitpid(pid, os.WNOHANG)[0]}
        dying -= gone
        children -= gone
    for pid in children:
        _end_group(pid)
    shutil.rmtree(folder, ignore_errors=True)  # whoever started this may have been killed
    os._exit(0)


def _end_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _serve_warm(
    prepared: Callable[[Path], Callable[[Any], object]], folder: Path, fd: int, memory: int | None
) -> NoReturn:
    """Answer the items that come on a socket until it is closed, in a child just forked."""
    try:
        os.setsid()
        for number, name in ((1, os.devnull), (2, str(folder / "complaints"))):
            opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        os.dup2(fd, 0)
        os.close(fd)
        made: list[Callable[[Any], object]] = []
        answer = _answer(lambda: made.append(prepared(folder)))
        if memory is not None:
            _limit(memory + _address_space(), None, None)
        alarm = _alarm()
        with socket.socket(fileno=os.dup(0)) as line, line.makefile("rb") as requests:
            line.sendall(ANSWER_HEAD.pack(len(answer)) + answer)
            for seconds, item in _stream(requests) if made else ():
                alarm(seconds)
                answer = _answer(_use_item, made[0], item)
                alarm(0)
                line.sendall(ANSWER_HEAD.pack(len(answer)) + answer)
    finally:
        os._exit(0)  # never back into what was forked


def _use_item(function: Callable[[Any], object], item: bytes) -> object:
    return function(pickle.loads(item))  # noqa: S301 - written by item_for_warm


def _alarm() -> Callable[[int], object]:
    """Return what ends this process when so many seconds have passed; 0: does not."""
    if not hasattr(signal, "alarm"):
        return lambda _: None
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    return signal.alarm


def _address_space() -> int:
    """Return how many bytes of addresses this process has; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _answers() -> BinaryIO:
    """Return where answers go: what the function prints must not run into them."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _stream(requests: BinaryIO) -> Iterator[Any]:
    with contextlib.suppress(EOFError):
        while True:
            yield pickle.load(requests)  # noqa: S301 - written by _Child


def _call(request: bytes) -> Any:  # noqa: ANN401 - whatever the function returns
    function, args = pickle.loads(request)  # noqa: S301 - written by the parent
    return function(*args)


def _use(made: Callable[[], Callable[..., object]], item: bytes) -> object:
    return made()(pickle.loads(item))  # noqa: S301 - written by _Child


def _answer(work: Callable[..., object], *args: object) -> bytes:
    """Return what `work(*args)` returns or raises, pickled."""
    try:
        return pickle.dumps((work(*args), None))
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


def _limit(memory: int | None, seconds: int | None, file_size: int | None) -> None:
    """Limit this process; a limit that the system does not have is left out.

    No child leaves a core file. The limits on time end one whose parent was killed: at work by the
    clock of the processor, waiting by that of the wall, if the system has an alarm.
    """
    if seconds is not None and hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_CORE: 0}
    if seconds is not None:
        limits[resource.RLIMIT_CPU] = seconds * (os.cpu_count() or 1)
    if file_size is not None:
        limits[resource.RLIMIT_FSIZE] = file_size
    if memory is not None:
        limits[resource.RLIMIT_AS] = memory
    for kind, value in limits.items():
        with contextlib.suppress(ValueError, OSError):
            _, hard = resource.getrlimit(kind)
            if hard != resource.RLIM_INFINITY:
                value = min(value, hard)
            resource.setrlimit(kind, (value, hard))
