"""Drafts of decisions: words instead of spans and hashes, names instead of keys.

Nobody counts characters: in a draft the cell `sha256` holds the words of the passage, `line` its
line, and `start` `#2` where the second occurrence in the line is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kg_builder.model.decision import Object
from kg_builder.model.document import Document, Source
from kg_builder.model.entity import EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.selector import Span
from kg_builder.text.review.anchors import digest
from kg_builder.text.review.checks import check_decisions
from kg_builder.text.review.table import SHA256, Row, decisions_of
from kg_builder.text.review.terms import write_term

_WHICH = re.compile(r"#([1-9][0-9]{0,3})")
_THINGS = ("subject", "object", "new")


def complete(
    draft: Sequence[Row],
    known: Sequence[Row],
    document: Document,
    read: Extraction,
    filled: Mapping[str, str],
) -> list[Mapping[str, str]]:
    """Return the lines of `known` and those of `draft`, completed.

    `filled` gives what empty cells of the draft hold (`who`, `date`). Raises ConfigurationError
    with file, line and column for words that are not in their line, names that nothing or several
    things have, and decisions that are wrong or contradict each other.
    """
    names = _Names(read, (*known, *draft))
    rows = [_completed(row, document.source, names, filled) for row in draft]
    check_decisions(decisions_of((*known, *rows)))
    return [row.cells for row in (*known, *rows)]


def _completed(row: Row, source: Source, names: _Names, filled: Mapping[str, str]) -> Row:
    cells = dict(row.cells)
    for column, text in filled.items():
        cells[column] = cells[column] or text
    if not SHA256.fullmatch(cells["sha256"]):
        span = _span(row, source)
        cells |= {
            "start": str(span.start),
            "end": str(span.end),
            "sha256": digest(source.quote(span)),
        }
    for column in _THINGS:
        thing = row.term(column)
        if isinstance(thing, EntityId) and not _names_new(row, column):
            cells[column] = write_term(names.find(thing, row, column))
    return replace(row, cells=cells)


def _names_new(row: Row, column: str) -> bool:
    return row.cells["predicate"] == "a" and (
        column == "new" or (row.cells["action"] == "add" and column == "subject")
    )


def _span(row: Row, source: Source) -> Span:
    number, words = row.cells["line"], row.cells["sha256"]
    if not number.isdecimal() or not 1 <= int(number) <= len(source.line_starts):
        row.refuse("line", "报告里没有这一行", "the report has no such line")
    if not words:
        row.refuse("sha256", "应写段位的原文", "must hold the words of the passage")
    starts = (*source.line_starts, len(source.text))
    line = source.text[starts[int(number) - 1] : starts[int(number)]]
    places = [match.start() for match in re.finditer(re.escape(words), line)]
    asked = row.cells["start"]
    which = _WHICH.fullmatch(asked)
    if asked and which is None:
        row.refuse("start", "草稿里应为空或 #2", "is empty or #2 in a draft")
    if not places:
        row.refuse("sha256", "这一行没有这些字", "the line does not hold these words")
    if which is None and len(places) > 1:
        row.refuse(
            "start",
            f"这一行有 {len(places)} 处，请写 #1、#2……",
            f"they stand {len(places)} times in the line: say #1, #2, …",
        )
    index = int(which[1]) - 1 if which else 0
    if index >= len(places):
        row.refuse("start", f"这一行只有 {len(places)} 处", f"there are only {len(places)}")
    start = starts[int(number) - 1] + places[index]
    return Span(start, start + len(words))


class _Names:
    """Finds things by their class and name."""

    def __init__(self, read: Extraction, rows: Iterable[Row]) -> None:
        self._known: set[EntityId] = set()
        self._named: dict[tuple[str, str], dict[EntityId, None]] = {}
        for entity in read.entities:
            self._add(entity.id, *(name for name in (entity.label, *entity.alt_labels) if name))
        for row in rows:
            self._add_row(row)

    def _add(self, thing: EntityId, *names: str) -> None:
        self._known.add(thing)
        for name in (*names, thing.key[-1]):
            self._named.setdefault((thing.type, name), {})[thing] = None

    def _add_row(self, row: Row) -> None:
        for column in _THINGS:
            thing: Object | None = row.term(column) if _names_new(row, column) else None
            if isinstance(thing, EntityId):
                name = row.cells["object"].removeprefix("text:") if column == "subject" else ""
                self._add(thing, *([name] if name else []))

    def find(self, thing: EntityId, row: Row, column: str) -> EntityId:
        """Return the thing itself where it is known, else the one of its class with its name."""
        if thing in self._known or thing.type == "Period":
            return thing
        found = self._named.get((thing.type, "|".join(thing.key)), {})
        if not found:
            row.refuse(
                column,
                "没有这个事物；若要新增，另写一行 add … a",
                "there is no such thing; add it with a line `add … a`",
            )
        if len(found) > 1:
            keys = ", ".join(write_term(item) for item in sorted(found))[:200]
            row.refuse(column, f"不止一个：{keys}", f"there are several: {keys}")
        return next(iter(found))
