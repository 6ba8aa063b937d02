"""The lines of a text: which are prose, which hold cells, and the flat stream of these cells.

A bar closes a cell. A line that starts with a bar and goes on starts a row; in a run of lines that
mostly do not end with a bar, bars stand between cells; so do tabs (`tabs`). Lines without a bar
between two with one may be the beginning of the next cell, or prose between two tables: the scan
notes what speaks for which, and the alignment decides.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass

from kg_builder.errors import InputError
from kg_builder.model.document import Source
from kg_builder.model.selector import Span
from kg_builder.text.reading.characters import BLANK, clean, trimmed
from kg_builder.text.reading.outline import Heading, OutlineRules
from kg_builder.text.reading.tabs import tabbed

MAX_CELLS = 1_000_000
MAX_LINES_IN_CELL = 40

_BAR = re.compile("[|｜]")
_TAB = re.compile("\t")
_RULE_LINE = re.compile(r"^\s*[|｜][\s|｜:-]*-{2,}[\s|｜:-]*$")
_SENTENCE_END = re.compile("[。！？!?：:；;]$")
_ONLY_BARS = re.compile(r"^[|｜\s]+$")


@dataclass(slots=True)
class ProseLine:
    """A line without cells."""

    span: Span
    heading: Heading | None
    caption: bool
    """It reads as a caption with a number."""
    unit: bool
    """It only says the unit of a table's figures."""


@dataclass(slots=True)
class Item:
    """A cell as it stands in the stream."""

    start: int
    end: int
    text: str
    opens: bool = False
    """A bar before it says that it starts a row."""
    first: bool = False
    """It is the first of several cells of its line."""
    ghost: bool = False
    """It may be the mere beginning of a row whose first cell follows."""
    block: tuple[int, int] = (0, 0)
    """The prose lines between the cell before and this one: first and one past the last."""
    hard: bool = False
    """What stands before it cannot be part of it: a heading, a caption, too many lines."""
    soft: bool = False
    """What stands before it reads as prose, but may be part of it."""
    unclosed: bool = False
    """No bar closes it: it may be the last cell of a table, or prose."""
    own: tuple[int, int] = (0, 0)
    """The prose line that it is, if it is one: first and one past the last."""

    @property
    def has_lead(self) -> bool:
        """Whether lines stand before it that may be part of it."""
        return self.block[0] < self.block[1] and not self.hard


@dataclass(slots=True)
class Scan:
    """The result: prose lines and cells, both in reading order."""

    prose: list[ProseLine]
    items: list[Item]
    rest: tuple[int, int]
    """The prose lines after the last cell: first and one past the last."""


@dataclass(slots=True)
class _Run:
    """Lines with bars, one after another, nothing between them."""

    lines: list[tuple[int, int]]
    block: tuple[int, int] = (0, 0)
    tabs: bool = False
    """Tabs stand between the cells, not bars."""


def scan(source: Source, rules: OutlineRules) -> Scan:
    """Divide the lines of `source`. Raises InputError for more than `MAX_CELLS` cells."""
    text = source.text
    ends = (*source.line_starts[1:], len(text))
    lines = list(zip(source.line_starts, ends, strict=True))
    rows = tabbed(text, lines)
    tabs = sum(text.count("\t", *lines[number]) for number in rows)
    if text.count("|") + text.count("｜") + tabs > MAX_CELLS:
        raise InputError(
            f"竖线或制表符超过 {MAX_CELLS} 个",
            f"more than {MAX_CELLS} bars or tabs between cells; split the file",
            file=source.name,
        )
    prose: list[ProseLine] = []
    runs: list[_Run] = []
    run: _Run | None = None
    after = 0
    again = False
    for number, (start, end) in enumerate(lines):
        line = text[start:end]
        by_tabs = number in rows
        if by_tabs or "|" in line or "｜" in line:
            if _RULE_LINE.match(line):
                continue
            if run is not None and run.tabs != by_tabs:
                after = _close(run, text, prose, runs, after)
                run = None
            if run is None:
                run = _Run([], (after, len(prose)), by_tabs)
            run.lines.append((start, end))
            again = False
            continue
        if run is not None and line.strip(BLANK):
            after = _close(run, text, prose, runs, after)
            run = None
        again = (
            runs != [] and after == len(prose) and rules.continues(line.strip(BLANK), again=again)
        )
        if again:
            continue
        _prose_line(text, start, end, rules, prose)
    if run is not None:
        after = _close(run, text, prose, runs, after)
    items: list[Item] = []
    for run in runs:
        _cells(run, text, prose, items, rules)
    return Scan(prose, items, (after, len(prose)))


def _prose_line(
    text: str, start: int, end: int, rules: OutlineRules, prose: list[ProseLine]
) -> None:
    span = trimmed(text, start, end)
    if not len(span) or text[span.start : span.end].isspace():
        return
    short = len(span) <= max(rules.heading_longest, rules.caption_longest)
    line = text[span.start : span.end] if short else ""
    if short and rules.furniture.search(line):
        return
    prose.append(
        ProseLine(
            span,
            rules.heading(line, span.start) if short else None,
            short and rules.numbered_caption(line),
            short and rules.unit_lines.search(line) is not None,
        )
    )


def _close(
    run: _Run,
    text: str,
    prose: list[ProseLine],
    runs: list[_Run],
    after: int,
) -> int:
    """Keep `run`, or take its lines for prose if bars merely occur in them.

    Returns the number of prose lines that stand before whatever comes next.
    """
    closed = [_ends_with_bar(text, line) for line in run.lines]
    opened = [text[line[0] : line[1]].lstrip(BLANK)[:1] in "|｜" for line in run.lines]
    bars_close = closed.count(True) > closed.count(False) or len(closed) == 1
    while run.lines and not run.tabs and bars_close and not closed[0] and not opened[0]:
        start, end = run.lines.pop(0)
        del closed[0], opened[0]
        span = trimmed(text, start, end)
        prose.append(ProseLine(span, None, caption=False, unit=False))
    if not run.lines:
        return after
    run.block = (after, len(prose))
    runs.append(run)
    return len(prose)


def _ends_with_bar(text: str, line: tuple[int, int]) -> bool:
    return text[line[0] : line[1]].rstrip(BLANK)[-1:] in ("|", "｜")


def _cells(
    run: _Run, text: str, prose: list[ProseLine], items: list[Item], rules: OutlineRules
) -> None:
    """Append the cells of `run` to `items`."""
    first = len(items)
    if run.tabs:
        for start, end in run.lines:
            _separated(text, start, end, _tabs(text, start, end), items, framed=False)
        _note_block(items[first], run.block, prose, text, rules, start_of_text=first == 0)
        return
    bars = [_bars(text, start, end) for start, end in run.lines]
    closed = [_ends_with_bar(text, line) for line in run.lines]
    several = [len(found) > 1 for found in bars]
    separators = closed.count(False) > sum(map(operator.and_, closed, several))
    leads = [
        text[start : found[0]].strip(BLANK) == "" and not _ONLY_BARS.match(text[start:end])
        for (start, end), found in zip(run.lines, bars, strict=True)
    ]
    framed_left = separators and all(leads)
    if leads.count(True) < sum(n and not lead for n, lead in zip(several, leads, strict=True)):
        # Most rows on a line of their own start without a bar: a bar in front closes an empty cell.
        leads = [False] * len(leads)
    framed = any(leads) and sum(len(found) > 2 for found in bars) * 2 > len(bars)
    carry_from: int | None = None
    for (start, end), found, is_closed, leading in zip(run.lines, bars, closed, leads, strict=True):
        begin = start if carry_from is None else carry_from
        carry_from = None
        if separators:
            _separated(text, start, end, found, items, framed=framed_left)
            continue
        count = len(items)
        only_bars = _ONLY_BARS.match(text[start:end]) is not None
        starts_row = (leading or (framed and only_bars and len(found) > 1)) and begin == start
        cuts = found[1:] if starts_row else found
        at = found[0] + 1 if starts_row else begin
        for bar in cuts:
            items.append(_item(text, at, bar))
            at = bar + 1
        if len(items) > count:
            items[count].opens = starts_row
            items[count].first = len(items) - count > 1
            items[count].ghost = only_bars and not framed and len(found) > 1 and any(leads)
        if not is_closed:
            carry_from = at
    if carry_from is not None:
        last = _item(text, carry_from, run.lines[-1][1])
        last.unclosed = True
        items.append(last)
    if len(items) > first:
        _note_block(items[first], run.block, prose, text, rules, start_of_text=first == 0)


def _bars(text: str, start: int, end: int) -> list[int]:
    return [match.start() for match in _BAR.finditer(text, start, end)]


def _tabs(text: str, start: int, end: int) -> list[int]:
    return [match.start() for match in _TAB.finditer(text, start, end)]


def _separated(
    text: str, start: int, end: int, bars: list[int], items: list[Item], *, framed: bool
) -> None:
    """Append the cells of a row: `bars` (or tabs) stand between them, `framed`: one before them."""
    count = len(items)
    at = bars[0] + 1 if framed else start
    for bar in (*bars[framed:], end):
        items.append(_item(text, at, bar))
        at = bar + 1
    items[count].opens = True
    items[count].first = True


def _item(text: str, start: int, end: int) -> Item:
    span = trimmed(text, start, end)
    return Item(span.start, span.end, clean(text[span.start : span.end]))


def _note_block(
    item: Item,
    block: tuple[int, int],
    prose: list[ProseLine],
    text: str,
    rules: OutlineRules,
    *,
    start_of_text: bool,
) -> None:
    """Note what stands before a cell and how far it may be part of it."""
    item.block = block
    lines = [line for line in prose[block[0] : block[1]] if not line.unit]
    if not lines:
        return
    item.hard = (
        start_of_text
        or item.opens
        or len(lines) > MAX_LINES_IN_CELL
        or any(line.caption or _ends_tables(line, rules) for line in lines)
    )
    if not item.hard:
        item.soft = any(reads_as_prose(line, text, rules) for line in lines)


def _ends_tables(line: ProseLine, rules: OutlineRules) -> bool:
    return line.heading is not None and line.heading.rank < rules.ending_tables


def reads_as_prose(line: ProseLine, text: str, rules: OutlineRules) -> bool:
    """Whether a line is a whole sentence, and no bulleted item."""
    if not _SENTENCE_END.search(text[line.span.end - 1 : line.span.end]):
        return False
    return not rules.opens_with_bullet(text[line.span.start : line.span.start + 2])
