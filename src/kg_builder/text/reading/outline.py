"""Headings, captions, bullets and the report's title, by the rules in `rules/outline.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from kg_builder.errors import ConfigurationError
from kg_builder.model.document import Section, Source, Title
from kg_builder.model.selector import Span
from kg_builder.text.folding import BREAK_TAG
from kg_builder.text.genre import Genre
from kg_builder.text.reading.characters import clean, trimmed

MOST_BULLETS = 10_000
"""Of one cell; the rest of a longer one belongs to the last."""

_BETWEEN_UNITS = re.compile(r"\s*[、,，;；]\s*")
_NUMBER = re.compile(
    r"(?:^|(?<=[\s。;；,，、:：>]))"
    r"(?:(?P<plain>\d{1,2})[.．、)）](?!\d)|[(（](?P<bracketed>\d{1,2})[)）])"
    r"|(?P<circled>[①-⑳])"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that reads as a heading; `rank` counts the levels of the rules, 0 outermost."""

    span: Span
    rank: int
    number: str
    title_span: Span


@dataclass(frozen=True, slots=True)
class OutlineRules:
    """`rules/outline.toml`, compiled."""

    levels: tuple[re.Pattern[str], ...]
    heading_never: re.Pattern[str]
    heading_longest: int
    ending_tables: int
    titles: tuple[re.Pattern[str], ...]
    title_lines: int
    title_longest: int
    captions: re.Pattern[str]
    caption_never: re.Pattern[str]
    caption_longest: int
    unnumbered_longest: int
    furniture: re.Pattern[str]
    unit_lines: re.Pattern[str]
    units: re.Pattern[str]
    continued: re.Pattern[str]
    note: re.Pattern[str]
    bullet: re.Pattern[str]

    def heading(self, line: str, start: int) -> Heading | None:
        """Return the heading that the trimmed `line` is, if it is one; it stands at `start`."""
        if len(line) > self.heading_longest or self.heading_never.search(line):
            return None
        for rank, level in enumerate(self.levels):
            if match := level.match(line):
                title = trimmed(line, match.start("title"), match.end("title"))
                return Heading(
                    Span(start, start + len(line)),
                    rank,
                    clean(match["number"]),
                    Span(start + title.start, start + title.end),
                )
        return None

    def numbered_caption(self, line: str) -> bool:
        """Whether the trimmed `line` is a caption with a number: 表3 …, 专栏1:…."""
        return len(line) <= self.caption_longest and self.captions.match(line) is not None

    def continues(self, line: str, *, again: bool) -> bool:
        """Whether the trimmed `line`, after a table, says that it goes on.

        So does a blank line or the unit of the figures, if the line before did (`again`).
        """
        if again and (not line or self.unit_lines.search(line)):
            return True
        return len(line) <= self.caption_longest and self.continued.match(line) is not None

    def units_in(self, line: str) -> tuple[str, ...]:
        """Return the units that a caption or a line beside it prints: `(单位:个、万元)`."""
        found = self.units.search(line[: self.caption_longest])
        return tuple(_BETWEEN_UNITS.split(found["units"])) if found else ()

    def unnumbered_caption(self, line: str) -> bool:
        """Whether the trimmed `line`, right before a table, can be its caption."""
        return len(line) <= self.unnumbered_longest and not self.caption_never.search(line)

    def bullets(self, text: str, start: int, *, lines: bool = False) -> tuple[Span, ...]:
        """Return the bulleted or numbered items of `text`, marks excluded; it stands at `start`.

        With `lines`, a break tag (`<br>`) parts items as well.
        """
        marks = [match.span() for match in islice(self.bullet.finditer(text), MOST_BULLETS)]
        breaks = [match.span() for match in BREAK_TAG.finditer(text)] if lines else []
        if breaks:
            marks = [(0, 0), *breaks[:MOST_BULLETS], *marks]
        marks = sorted([*marks, *numbered(text)])
        if not marks:
            return ()
        ends = [mark[0] for mark in marks[1:]] + [len(text)]
        items = (trimmed(text, mark[1], end) for mark, end in zip(marks, ends, strict=True))
        return tuple(Span(start + item.start, start + item.end) for item in items if len(item))

    def opens_with_bullet(self, line: str) -> bool:
        """Whether the trimmed `line` starts with a bullet mark."""
        return self.bullet.match(line) is not None


def numbered(text: str) -> list[tuple[int, int]]:
    """Return where the numbers of a list stand that starts with `text`: `1.…;2.…`, `①…②…`.

    Numbers count from one, and there are two at least: else they number nothing.
    """
    found: list[tuple[int, int]] = []
    if not _NUMBER.match(text):
        return found
    for match in _NUMBER.finditer(text):
        digits = match["plain"] or match["bracketed"]
        number = int(digits) if digits else ord(match["circled"]) - ord("①") + 1
        if number == len(found) + 1:
            found.append(match.span())
    return found if len(found) > 1 else []


def outline_rules(genre: Genre) -> OutlineRules:
    """Compile the rules. Raises ConfigurationError for rules that are missing or wrong."""
    try:
        return _compiled(genre.rules["outline"])
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise ConfigurationError(
            f"rules/outline.toml 有误: {error}",
            f"rules/outline.toml is wrong: {error}",
            file="rules/outline.toml",
        ) from error


def _compiled(raw: Mapping[str, object]) -> OutlineRules:
    heading, title, caption = (
        cast(Mapping[str, object], raw[key]) for key in ("heading", "title", "caption")
    )
    return OutlineRules(
        levels=tuple(re.compile(level) for level in _texts(heading["levels"])),
        heading_never=re.compile(_text(heading["never"])),
        heading_longest=_number(heading["longest"]),
        ending_tables=_number(heading["ending_tables"]),
        titles=tuple(re.compile(pattern) for pattern in _texts(title["patterns"])),
        title_lines=_number(title["lines"]),
        title_longest=_number(title["longest"]),
        captions=re.compile("|".join(_texts(caption["numbered"]))),
        caption_never=re.compile(_text(caption["never"])),
        caption_longest=_number(caption["longest"]),
        unnumbered_longest=_number(caption["unnumbered_longest"]),
        furniture=re.compile("|".join(_texts(raw["furniture"]))),
        unit_lines=re.compile("|".join(_texts(raw["unit_lines"]))),
        units=re.compile(_text(raw["units"])),
        continued=re.compile("|".join(_texts(raw["continued"]))),
        note=re.compile("|".join(_texts(raw["notes"]))),
        bullet=_bullet_pattern(raw),
    )


def _bullet_pattern(raw: Mapping[str, object]) -> re.Pattern[str]:
    anywhere, cautious, dashes = (
        "".join(map(re.escape, _texts(raw[key])))
        for key in ("bullets", "cautious_bullets", "dash_bullets")
    )
    return re.compile(
        f"[{anywhere}]"
        f"|(?:^|(?<=[\\s。;；]))[{cautious}]"
        f"|(?:^|(?<=[。;；\\n]))[ \\t]*[{dashes}][ \\u3000]"
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} should be a text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{value!r} should be a list of texts")
    return tuple(_text(item) for item in value)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} should be a whole number")
    return value


def find_title(
    source: Source, plain: Source, lines: Sequence[Span], rules: OutlineRules
) -> Title | None:
    """Return the title among the first lines of prose, `lines`; `plain` is what is looked at.

    A title broken over two or three lines is put together.
    """
    for first in range(min(len(lines), rules.title_lines)):
        for count in (1, 2, 3):
            if first + count > len(lines):
                break
            span = Span(lines[first].start, lines[first + count - 1].end)
            if len(span) > rules.title_longest:
                break
            if (title := _title(source, plain, span, rules)) is not None:
                return title
    return None


def _title(source: Source, plain: Source, span: Span, rules: OutlineRules) -> Title | None:
    # A line break within a title is the page's, not the title's.
    line = plain.quote(span)
    folded = re.sub(r"\s*\n\s*", lambda match: "\u2060" * len(match[0]), line)
    for pattern in rules.titles:
        if match := pattern.search(folded):
            start, end = match.span("title")
            text_span = Span(span.start + start, span.start + end)
            words = re.sub(r"\s*\n\s*", "", source.quote(text_span))
            return Title(span, clean(words), text_span)
    return None


def sections(source: Source, headings: Sequence[Heading]) -> tuple[Section, ...]:
    """Nest `headings`, in reading order: each stands under the last one of a higher level."""
    result: list[Section] = []
    open_ones: list[tuple[int, int]] = []
    for heading in headings:
        while open_ones and open_ones[-1][0] >= heading.rank:
            open_ones.pop()
        result.append(
            Section(
                span=heading.span,
                number=heading.number,
                title=clean(source.quote(heading.title_span)),
                title_span=heading.title_span,
                level=len(open_ones) + 1,
                parent=open_ones[-1][1] if open_ones else None,
            )
        )
        open_ones.append((heading.rank, len(result) - 1))
    return tuple(result)
