"""How benchmarks measure: medians of repeated runs, whole processes, lines through points."""

from __future__ import annotations

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of the first run, and the medians of the others by wall and by CPU."""

    first: float
    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.first:8.1f} {self.wall:8.1f} {self.cpu:8.1f}"


def repeated(
    run: Callable[[int], object], times: int = 9, between: Callable[[], object] = lambda: None
) -> Times:
    """Return the times of `run(number)`, once and then `times` times more.

    `between` is done before each, off the clock. The CPU time includes that of children that have
    ended.
    """
    walls, cpus = [], []
    for number in range(times + 1):
        between()
        wall, cpu = time.perf_counter(), _cpu()
        run(number)
        walls.append(time.perf_counter() - wall)
        cpus.append(_cpu() - cpu)
    wall, cpu = statistics.median(walls[1:]), statistics.median(cpus[1:])
    return Times(walls[0] * 1000, wall * 1000, cpu * 1000)


def _cpu() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def peak() -> int:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def in_child(module: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever it printed
    """Return what `python -m module --child ARGUMENTS` prints last, read as JSON."""
    command = [sys.executable, "-m", module, "--child", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=installed())
    return json.loads(done.stdout.splitlines()[-1])


def kg(*arguments: object, codes: Sequence[int] = (0,)) -> None:
    """Run `kg` as a process of its own, silently; it ends with one of `codes`."""
    command = [sys.executable, "-m", "kg_builder", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, env=installed())
    if done.returncode not in codes:
        raise AssertionError(done.stderr.decode())


def installed() -> dict[str, str]:
    """Return an environment in which Python keeps what it compiles, as it does once installed."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def slope(points: Iterable[tuple[float, float]]) -> float:
    """Return the slope of a line through points on log axes, by least squares."""
    sizes, values = zip(*((math.log(x), math.log(y)) for x, y in points), strict=True)
    return statistics.linear_regression(sizes, values).slope
