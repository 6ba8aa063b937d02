"""Lines on a terminal, wrapped and in sober colours; plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from kg_builder.asking.results.lines import breaks, one_line
from kg_builder.cli.options import Speaker

Style = Literal["plain", "title", "name", "faint", "mark", "quote"]
Span = tuple[str, Style]

_NARROWEST: Final = 20
_STYLES: Final = {
    "plain": "",
    "title": "bold",
    "name": "cyan",
    "faint": "dim",
    "mark": "yellow",
    "quote": "italic",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what stands before it, also before what is wrapped, and its words by style."""

    spans: tuple[Span, ...]
    before: str = ""
    before_more: str | None = None
    """What stands before wrapped lines, where it is not `before`."""
    whole: bool = False
    """Never wrapped: something to copy."""


def line(
    *spans: str | Span, before: str = "", before_more: str | None = None, whole: bool = False
) -> Line:
    """Return a line; words without a style are plain."""
    styled = tuple((span, "plain") if isinstance(span, str) else span for span in spans)
    return Line(styled, before, before_more, whole)  # type: ignore[arg-type]  # "plain" is a style


def show(lines: Iterable[Line], say: Speaker) -> None:
    """Print lines: a name may hold anything, and none can break a line or steer the terminal."""
    if not sys.stdout.isatty():
        for item in lines:
            say.tell(item.before + "".join(text for text, _ in item.spans))
        return
    # rich is slow to import and only a terminal needs it
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    for item in lines:
        text = Text.assemble(*((one_line(words), _STYLES[style]) for words, style in item.spans))
        more = item.before if item.before_more is None else item.before_more
        room = sys.maxsize if item.whole else max(console.width - len(item.before), _NARROWEST)
        parts = text.divide(breaks(text.plain, room))
        for number, part in enumerate(parts):
            part.rstrip()
            before = more if number else item.before
            console.print(Text.assemble((before, "dim"), part), soft_wrap=True)
