"""The limits within which a child works, set by the child itself."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may take; None: whatever it needs."""

    memory: int | None = None
    """Bytes of its address space."""
    seconds: int | None = None
    file_size: int | None = None
    """Bytes of each file that it writes."""

    def impose(self) -> None:
        """Limit this process; a limit that the system does not have is left out.

        No child leaves a core file. The limits on time end one whose parent was killed: at work by
        the clock of the processor, waiting by that of the wall, if the system has an alarm.
        """
        if self.seconds is not None:
            alarm()(self.seconds)
        try:
            import resource
        except ImportError:
            return
        limits = {resource.RLIMIT_CORE: 0}
        if self.seconds is not None:
            limits[resource.RLIMIT_CPU] = self.seconds * (os.cpu_count() or 1)
        if self.file_size is not None:
            limits[resource.RLIMIT_FSIZE] = self.file_size
        if self.memory is not None:
            limits[resource.RLIMIT_AS] = self.memory
        for kind, value in limits.items():
            with suppress(ValueError, OSError):
                _, hard = resource.getrlimit(kind)
                if hard != resource.RLIM_INFINITY:
                    value = min(value, hard)
                resource.setrlimit(kind, (value, hard))


def backstop(timeout: float) -> int:
    """Return the seconds after which a child ends that its parent has not ended at `timeout`."""
    return math.ceil(timeout) + 1


def alarm() -> Callable[[int], object]:
    """Return what ends this process when so many seconds have passed; 0: does not."""
    if not hasattr(signal, "alarm"):
        return lambda _: None
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    return signal.alarm


def address_space() -> int:
    """Return how many bytes of addresses this process has; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
