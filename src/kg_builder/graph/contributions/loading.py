"""Which entries an output folder's history has: those that its current generation lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg_builder.errors import StoreError
from kg_builder.graph.checksums import read_files
from kg_builder.graph.contributions.files import read_batches, read_unlisted
from kg_builder.graph.contributions.history import History, listed_in


def load_history(out: Path, base: str) -> History:
    """Return the history of an output folder, for a graph under `base`.

    Where no generation lists entries (there is none, it is of a format without, or its build.json
    is damaged) all that are there count: none is lost for a damage elsewhere. The caller holds the
    lock of the folder. Raises StoreError, which names the batch, where one is damaged.
    """
    listed = _listed(out / "current")
    if listed is None:
        return History(base, read_unlisted(out, base))
    return History(base, read_batches(out, listed, base))


def history_of(out: Path, summary: Mapping[str, Any]) -> History:
    """Return the history that an open generation lists; `summary` is its build.json."""
    base = str(summary["base"])
    return History(base, read_batches(out, listed_in(summary), base))


def _listed(generation: Path) -> Mapping[int, str] | None:
    try:
        data = (generation / "build.json").read_bytes()
        if read_files(generation)["build.json"] != hashlib.sha256(data).hexdigest():
            return None
        return listed_in(json.loads(data))
    except (OSError, ValueError, KeyError, TypeError, StoreError):
        return None
