"""A mend as a small patch: the lines as they are and as they will be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kg_builder.graph.submission.model import Submission
from kg_builder.judging.fixes.applying import edited
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, Fix

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def patch(submission: Submission, fix: Fix) -> str:
    """Return what a mend changes in a submission, as a unified diff without context.

    Empty where it changes nothing there. Lines end as editors count them: at LF, CR LF or CR.
    """
    edits = sorted(
        (edit for edit in fix.edits if edit.file == submission.name), key=lambda edit: edit.span
    )
    if not edits:
        return ""
    name = submission.name
    hunks = "".join(_hunks(submission, edits))
    return f"--- {name}\n+++ {name}\n{hunks}"


def _hunks(submission: Submission, edits: list[Edit]) -> Iterator[str]:
    text, shift = submission.text, 0
    for stretch, inside in _stretches(text, edits):
        line = submission.place(stretch).line + shift
        moved = [_moved(edit, stretch.start) for edit in inside]
        before = text[stretch.start : stretch.end]
        old, new = _LINE_END.split(before), _LINE_END.split(edited(before, moved))
        yield f"@@ -{_range(line - shift, len(old))} +{_range(line, len(new))} @@\n"
        yield from (f"-{row}\n" for row in old)
        yield from (f"+{row}\n" for row in new)
        shift += len(new) - len(old)


def _moved(edit: Edit, by: int) -> Edit:
    return Edit(edit.file, Span(edit.span.start - by, edit.span.end - by), edit.text)


def _range(line: int, count: int) -> str:
    return str(line) if count == 1 else f"{line},{count}"


def _stretches(text: str, edits: list[Edit]) -> Iterator[tuple[Span, list[Edit]]]:
    """Yield runs of whole lines, with the edits in them."""
    inside: list[Edit] = []
    start = end = 0
    for edit in edits:
        first, last = _line_start(text, edit.span.start), _line_end(text, edit.span.end)
        if inside and first <= end:
            end = max(end, last)
        else:
            if inside:
                yield Span(start, end), inside
            inside, start, end = [], first, last
        inside.append(edit)
    yield Span(start, end), inside


def _line_start(text: str, place: int) -> int:
    return max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1


def _line_end(text: str, place: int) -> int:
    ends = [end for end in (text.find("\n", place), text.find("\r", place)) if end >= 0]
    return min(ends, default=len(text))
