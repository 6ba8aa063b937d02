"""What tests of processes share: who comes from whom, and waiting for what is to come true."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path


def _stat(pid: int) -> list[str]:
    """Return the fields of a process from its state on; OSError where there is none."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def is_running(pid: int) -> bool:
    """Whether a process goes on: one that nobody has asked after its end does not."""
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False


def children_of(pid: int) -> set[int]:
    """Return the processes whose parent `pid` is."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = _stat(int(path.name))[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.add(int(path.name))
    return found


def descendants(pid: int) -> set[int]:
    """Return the processes that come from one."""
    children = children_of(pid)
    return children.union(*map(descendants, children))


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something is true. Raises AssertionError where it does not come true."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it does not come true"
        time.sleep(0.05)


def until_ended(pids: Iterable[int]) -> None:
    """Wait until no process of these goes on. Raises AssertionError where one does."""
    waiting = list(pids)
    until(lambda: not any(map(is_running, waiting)))


def slack() -> float:
    """How much slower a machine is just now that does other things besides."""
    return max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))
