"""Which graph is asked: the one that is named, the one built here, else the published one.

The published graph is built once into the user's cache. Its folder there is named by what it is
built from, so that another version, or another project, never meets it.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg_builder.errors import BusyError, StoreError
from kg_builder.graph.generations import is_built, open_current
from kg_builder.resources import Resources
from kg_builder.version import FORMAT, VERSION

if TYPE_CHECKING:  # building is slow to import, and seldom needed
    from kg_builder.pipeline import Progress

BUILD_FOLDER: Final = Path("build")
"""Where `kg build` writes unless told otherwise."""
_WAIT: Final = 120.0
"""Seconds that another process gets to build the published graph."""
_POLL: Final = 0.2


def locate_store(
    given: Path | None, project: Path | None = None, progress: Progress | None = None
) -> Path:
    """Return the folder or file of the graph to ask: `given`, `build/` here, or the published.

    A `build/` that is damaged is meant all the same: another graph would answer in its place.
    Raises what building raises.
    """
    if given is not None:
        return given
    if is_built(BUILD_FOLDER):
        return BUILD_FOLDER
    return published_store(project, progress)


def published_store(project: Path | None = None, progress: Progress | None = None) -> Path:
    """Return the built folder of the published facts in the cache, which is built at first use."""
    folder = cache_folder() / f"published-{_digest(Resources.find(project))}"
    deadline = time.monotonic() + _WAIT
    while not _opens(folder):
        try:
            _build(folder, project, progress)
        except BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL)
    return folder


def cache_folder() -> Path:
    """Return the folder that the user's system keeps caches of this program in."""
    from platformdirs import user_cache_path  # needed here alone

    return user_cache_path("kg_builder", appauthor=False)


def _opens(folder: Path) -> bool:
    try:
        open_current(folder)
    except StoreError:
        return False
    return True


def _build(folder: Path, project: Path | None, progress: Progress | None) -> None:
    from kg_builder.pipeline import BuildOptions, build  # slow to import

    options = BuildOptions(out=folder, project=project)
    if progress is None:
        build([], options)
    else:
        build([], options, progress)


def _digest(resources: Resources) -> str:
    """Return what tells one set of published facts, ontology and shapes from another."""
    digest = hashlib.sha256(f"{VERSION} {FORMAT}".encode())
    for root in resources.roots:
        for name in ("data", "ontology", "shapes"):
            for path in sorted((root / name).rglob("*")):
                if path.is_file():
                    status = path.stat()
                    digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
