"""Closing the door behind a query: a process that has what it needs opens nothing more.

What a query says is refused before (see `safety`); this is the second lock. pyoxigraph calls the
servers of SERVICE without a switch to stop it, but a call needs a socket, and a socket needs a free
file descriptor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def closed_door() -> Iterator[None]:
    """Let this process open no files and sockets within the block; what is open stays so.

    For a process that runs nothing else meanwhile. Where the system keeps no such limit (POSIX
    systems do) nothing is closed.

    An Oxigraph store of a million triples has some 12 files and opens them with itself; up to 16
    it does, and what more there are after contributions `opening` makes it open (tested). Of a
    store of many files of 64 MB one may be wanted later, and the query then fails with an OSError.
    """
    try:
        import resource
    except ImportError:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
