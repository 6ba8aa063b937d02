"""The shapes of the house: where each is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode

from kg_builder.graph.shacl.vocabulary import short_name
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.submission.reading import read_placed
from kg_builder.model.verdict import FilePlace


class HouseShapes:
    """The shapes of the house: read only where a result has to say where its shape is written."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._files: dict[Path, Submission] = {}

    @cached_property
    def _texts(self) -> Mapping[Path, str]:
        return {path: path.read_text("utf-8") for path in self._paths}

    def place(self, node: NamedNode) -> FilePlace | None:
        """Return where a shape is written."""
        name = short_name(node.value)
        for path, text in self._texts.items():
            if name not in text:
                continue
            if path not in self._files:
                self._files[path] = read_placed(path)
            span = self._files[path].subject_span(node)
            if span is not None:
                return self._files[path].place(span)
        return None
