"""Lines of a judged file: the place of a result with carets, and a mend as a patch."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, Literal

from kg_builder.graph.query.excerpt import visible, with_caret
from kg_builder.model.selector import Position, Span
from kg_builder.model.verdict import Edit, FilePlace

Sign = Literal["-", "+"]

_END: Final = re.compile(r"\r\n|\r|\n")
_MOST: Final = 150
"""Characters of a line that a patch shows; of a longer one the stretch that changes."""
_AROUND: Final = 30


class Lines:
    """The lines of a text, as editors count them: they end at LF, CR LF or a lone CR."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in _END.finditer(text))]

    def __len__(self) -> int:
        return len(self._starts)

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column (1-based), within the text at any rate."""
        if not 1 <= line <= len(self._starts):
            return len(self.text)
        return min(self._starts[line - 1] + column - 1, len(self.text))

    def span(self, place: FilePlace) -> Span:
        """Return the stretch of the text that a place means."""
        start = self.offset(place.line, place.column)
        return Span(start, max(start, self.offset(place.end_line, place.end_column)))

    def line(self, number: int) -> str:
        """Return a line (1-based) without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def number(self, offset: int) -> int:
        """Return the number (1-based) of the line that holds an offset."""
        return bisect_right(self._starts, offset)

    def position(self, offset: int) -> Position:
        """Return the line and column (1-based) of an offset."""
        line = self.number(offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def excerpt(self, place: FilePlace) -> list[str]:
        """Return the line of a place, and carets below what is meant."""
        span = self.span(place)
        return with_caret(self.text, span.start, span.end).split("\n")

    def patch(self, edits: Iterable[Edit]) -> Iterator[tuple[Sign, str]]:
        """Yield the lines that edits of this text take away and put in, in their order.

        Of a long line only what changes is shown.
        """
        for first, last, group in self._hunks(edits):
            start, end = self._starts[first - 1], self._starts[last - 1] + len(self.line(last))
            old, new = self.text[start:end], self.text[start:end]
            for edit in sorted(group, key=lambda edit: edit.span, reverse=True):
                new = new[: edit.span.start - start] + edit.text + new[edit.span.end - start :]
            yield from _changed(_END.split(old), _END.split(new))

    def _hunks(self, edits: Iterable[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
        """Yield edits whose lines meet, with the first and the last line of each group."""
        group: list[Edit] = []
        first = last = 0
        for edit in sorted(edits, key=lambda edit: edit.span):
            start, end = self.number(edit.span.start), self.number(edit.span.end)
            if group and start > last:
                yield first, last, group
                group = []
            if not group:
                first = last = start
            group.append(edit)
            last = max(last, end)
        if group:
            yield first, last, group


def _changed(old: list[str], new: list[str]) -> Iterator[tuple[Sign, str]]:
    """Yield the lines that differ, those that are the same before and behind left out."""
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    if len(old) == len(new) == 1:
        old[0], new[0] = _stretches(old[0], new[0])
    yield from (("-", _clean(line)) for line in old)
    yield from (("+", _clean(line)) for line in new)


def _stretches(old: str, new: str) -> tuple[str, str]:
    """Return two lines, both cut to the stretch that differs where they are long."""
    if max(len(old), len(new)) <= _MOST:
        return old, new
    same = _same(old, new)
    start = max(same - _AROUND, 0)
    behind = _same(old[same:][::-1], new[same:][::-1])
    keep = max(behind - _AROUND, 0)
    return _cut(old, start, len(old) - keep), _cut(new, start, len(new) - keep)


def _same(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _cut(line: str, start: int, end: int) -> str:
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")


def _clean(line: str) -> str:
    """Return a line as it may go to a terminal, and no longer than it is good to read."""
    text = "".join(map(visible, line))
    return text if len(text) <= 2 * _MOST else text[: 2 * _MOST] + "…"


def by_file(edits: Iterable[Edit]) -> Iterator[tuple[str, list[Edit]]]:
    """Yield each file that edits change, with its edits."""
    ordered = sorted(edits, key=lambda edit: (edit.file, edit.span))
    for name, group in groupby(ordered, key=lambda edit: edit.file):
        yield name, list(group)
