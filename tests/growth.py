"""Comparing how long two pieces of work take, on a machine that does other things meanwhile."""

import gc
import time
from collections.abc import Callable
from contextlib import contextmanager

ROUNDS = 6
"""At most: as many as it takes until the processor's clock shows what the work itself costs."""


def settles(
    first: Callable[[], object],
    second: Callable[[], object],
    condition: Callable[[float, float], bool],
) -> bool:
    """Return whether a condition on the CPU seconds of both comes to hold.

    Each is worked by turns, and its least time counts: other processes lengthen one or another run
    (they share caches and the two threads of a core), but none shortens one. What grows faster than
    the condition allows does so in every round.
    """
    with _own_garbage_only():
        least = _cpu(first)
        most = float("inf")
        for _ in range(ROUNDS):
            least = min(least, _cpu(first))
            most = min(most, _cpu(second))
            if condition(least, most):
                return True
    print("seconds:", least, most)
    return False


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@contextmanager
def _own_garbage_only():
    """Keep the collector from walking what other tests have left in the process."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
