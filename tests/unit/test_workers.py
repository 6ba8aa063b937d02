"""Child processes: what comes back, and how it says that nothing will."""

from __future__ import annotations

import ctypes
import math
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kg_builder.errors import (
    CrashError,
    InputError,
    KgError,
    MemoryLimitError,
    TimeLimitError,
    WorkerError,
)
from kg_builder.workers import run_in_child

MEGABYTE = 1 << 20


class UnpicklableError(Exception):
    def __init__(self) -> None:
        super().__init__("held", threading.Lock())


def refuse() -> None:
    raise InputError("读不出", "cannot be read", file="a.txt", line=3, column=7)


def refuse_with_lock() -> None:
    raise UnpicklableError


def chatter() -> str:
    sys.stdout.write("noise\n")
    os.write(1, b"more noise")
    os.write(2, b"and more")
    return "answer"


def give_lock() -> object:
    return threading.Lock()


def start_child_and_sleep(pid_file: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(pid_file).write_text(str(child.pid))
    time.sleep(60)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_returns_the_value():
    assert run_in_child(math.gcd, 12, 18, timeout=60) == 6


def test_large_values_go_in_and_out():
    data = bytes(range(256)) * 40_000
    assert run_in_child(operator.add, data, data, timeout=60) == data + data


def test_runs_in_another_process():
    assert run_in_child(os.getpid, timeout=60) != os.getpid()


def test_what_the_function_prints_goes_nowhere(capfd):
    assert run_in_child(chatter, timeout=60) == "answer"
    assert capfd.readouterr() == ("", "")


def test_an_exception_of_the_function_is_raised_with_its_traceback():
    with pytest.raises(ZeroDivisionError) as caught:
        run_in_child(operator.truediv, 1, 0, timeout=60)
    assert "Traceback" in caught.value.__notes__[0]


def test_our_own_errors_keep_both_messages_and_the_place():
    with pytest.raises(InputError) as caught:
        run_in_child(refuse, timeout=60)
    assert caught.value.render("zh") == "a.txt:3:7: 读不出"
    assert caught.value.render("en") == "a.txt:3:7: cannot be read"


@pytest.mark.parametrize("function", [refuse_with_lock, give_lock])
def test_what_cannot_be_pickled_is_described(function):
    with pytest.raises((WorkerError, TypeError), match=r"UnpicklableError|pickle"):
        run_in_child(function, timeout=60)


def test_a_child_that_leaves_without_an_answer():
    with pytest.raises(WorkerError):
        run_in_child(os._exit, 0, timeout=60)
    with pytest.raises(CrashError, match="3"):
        run_in_child(os._exit, 3, timeout=60)


def test_timeout():
    start = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"0\.5 s"):
        run_in_child(time.sleep, 60, timeout=0.5)
    assert time.monotonic() - start < 30


def test_timeout_ends_code_that_never_returns_to_the_interpreter():
    with pytest.raises(TimeLimitError):
        run_in_child(pow, 3, 10**9, timeout=1)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_timeout_ends_what_the_child_started(tmp_path):
    pid_file = tmp_path / "pid"
    with pytest.raises(TimeLimitError):
        run_in_child(start_child_and_sleep, str(pid_file), timeout=3)
    pid = int(pid_file.read_text())
    for _ in range(100):
        if not is_running(pid):
            return
        time.sleep(0.05)
    pytest.fail("the grandchild still runs")


def test_death_by_signal():
    with pytest.raises(CrashError, match="SIGSEGV"):
        run_in_child(ctypes.string_at, 0, timeout=60)
    with pytest.raises(CrashError, match="SIGABRT"):
        run_in_child(os.abort, timeout=60)
    with pytest.raises(TimeLimitError):
        run_in_child(signal.raise_signal, signal.SIGXCPU, timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_memory():
    with pytest.raises(MemoryLimitError):
        run_in_child(bytearray, 2048 * MEGABYTE, timeout=60, memory=512 * MEGABYTE)
    assert run_in_child(len, bytes(MEGABYTE), timeout=60, memory=512 * MEGABYTE) == MEGABYTE


def test_every_error_has_both_languages():
    with pytest.raises(KgError) as caught:
        run_in_child(os.abort, timeout=60)
    assert caught.value.render("zh") != caught.value.render("en")
