"""How a server and its children open the graph: in memory where it is small enough."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg_builder.graph.opening import OpenGraph, open_graph

_IN_MEMORY: Final = 32 << 20
"""A store up to so many bytes is loaded into the memory of each child, where it answers sooner."""


def opens_in_memory(path: Path) -> bool:
    """Whether the store of a built folder is small enough for the memory of every child."""
    store = path / "current" / "store"
    files = (file for file in store.rglob("*") if file.is_file())
    return store.is_dir() and sum(file.stat().st_size for file in files) <= _IN_MEMORY


@dataclass(frozen=True, slots=True)
class Opening:
    """A graph that children open: each for itself, or all share what was loaded before the fork."""

    path: Path
    graph: OpenGraph | None
    contexts: ExitStack

    @classmethod
    def prepare(cls, path: Path) -> Opening:
        """Load a graph into memory, if it is small enough; for a fork server."""
        contexts = ExitStack()  # kept open until the process ends
        graph = None
        if opens_in_memory(path):
            graph = contexts.enter_context(open_graph(path, in_memory=True))
            _ = graph.prefixes, graph.prefixed_names
        return cls(path, graph, contexts)

    def open(self) -> OpenGraph:
        """Return the graph; for a child."""
        if self.graph is not None:
            return self.graph
        return self.contexts.enter_context(open_graph(self.path))
