"""What is asked of children of more than one kind, and what all of them answer with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg_builder.asking.answer import Answer
from kg_builder.asking.request import Request
from kg_builder.asking.run import answer_here
from kg_builder.graph.opening import OpenGraph


@dataclass(frozen=True, slots=True)
class Question:
    """A request as `kg query` and `kg sparql` make it; its spool lies in `folder`, the asker's."""

    request: Request
    folder: Path

    def answer(self, graph: OpenGraph) -> Answer:
        """Return the answer, worked out here. Raises what `answer_here` raises."""
        return answer_here(self.request, graph, self.folder / "answer")


@dataclass(frozen=True)  # without slots it is pickled much faster
class Body:
    """The bytes of an answer: here, or in a file that whoever reads it removes."""

    data: bytes | None
    path: Path | None = None
    size: int = 0
    start: bytes = b""
    """What stands in the place of the first `skipped` bytes of the file."""
    skipped: int = 0

    def with_start(self, start: bytes, skipped: int) -> Body:
        """Return it with other bytes in the place of its first ones."""
        if self.data is not None:
            data = start + self.data[skipped:]
            return Body(data, size=len(data))
        return Body(None, self.path, self.size + len(start) - skipped, start, skipped)


@dataclass(frozen=True)  # without slots it is pickled much faster
class Found:
    """What came of a query."""

    format: str
    body: Body
    cut: bool = False
