"""Lines whose tabs stand between cells: tables as a spreadsheet or a word processor copies them.

A tab may as well indent a paragraph, stand behind the number of a heading, or before the page
number of a table of contents. A table is told by its first line, which has words in two cells at
least, and by the lines below, which have no more cells than it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg_builder.text.reading.characters import BLANK

_FEWEST_LINES = 2
_FEWEST_CELLS = 2
_SHORTEST_ROW = 3
"""A table of two columns needs a first line of labels: any two words may stand beside a tab."""
_LABEL = re.compile(r"^(?![(（]?[\d一二三四五六七八九十]+[)）.．、]*$)[^。；;！？!?]{1,20}$")
_PAGE = re.compile(r"^\d{1,4}$")


def tabbed(text: str, lines: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return the numbers of the lines that are rows of cells with tabs between them.

    `lines` are the starts and ends of the text's lines. The work is linear in the text.
    """
    found: set[int] = set()
    if "\t" not in text:
        return frozenset()
    group: list[int] = []
    width = 0
    for number, (start, end) in enumerate(lines):
        cells = _cells(text, start, end)
        if group and not any(cells):
            continue
        if group and _goes_on(cells, width):
            group.append(number)
            continue
        if len(group) >= _FEWEST_LINES:
            found.update(group)
        group, width = [], 0
        while cells and not cells[-1]:
            cells.pop()
        if _opens(cells):
            group, width = [number], len(cells)
    if len(group) >= _FEWEST_LINES:
        found.update(group)
    return frozenset(found)


def _cells(text: str, start: int, end: int) -> list[str]:
    line = text[start:end]
    if "|" in line or "｜" in line:
        return [line]
    return [cell.strip(BLANK) for cell in line.strip("\r\n").split("\t")]


def _opens(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if len(filled) < _FEWEST_CELLS or _PAGE.match(cells[-1]):
        return False
    return len(cells) >= _SHORTEST_ROW or all(_LABEL.match(cell) for cell in cells)


def _goes_on(cells: Sequence[str], width: int) -> bool:
    """Whether a line is a row of the table: an editor may have cut off its last, empty cells."""
    if len(cells) == width:
        return True
    filled = [number for number, cell in enumerate(cells) if cell]
    return len(filled) >= _FEWEST_CELLS and filled[-1] < width
