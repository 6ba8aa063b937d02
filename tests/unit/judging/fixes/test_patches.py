"""A mend as a patch: what a reader of patches makes of it is the mended text."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.judging.words.shapes import read

from kg_builder.graph.submission.model import Submission
from kg_builder.judging.fixes import apply_fixes, patch
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, Fix

LINES = st.lists(st.text("ab甲 ", max_size=5), min_size=1, max_size=8)


def submission(text: str) -> Submission:
    return Submission("a.ttl", "turtle", "", text, None, {}, (), {})


def apply_patch(text: str, lines: list[str]) -> list[str]:
    """Apply a unified diff without context to lines."""
    rows, result, place = text.split("\n"), [], 0
    for line in lines[2:]:
        head = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
        if head:
            result += rows[place : int(head[1]) - 1]
            place = int(head[1]) - 1
            assert int(head[3]) == len(result) + 1
        elif line.startswith("-"):
            assert rows[place] == line[1:]
            place += 1
        else:
            result.append(line[1:])
    return result + rows[place:]


@given(LINES, st.data())
def test_a_patch_says_what_a_mend_does(rows: list[str], data: st.DataObject) -> None:
    text = "\n".join([*rows, "end"])
    edits: list[Edit] = []
    place = 0
    for _ in range(data.draw(st.integers(1, 3))):
        if place >= len(text) - 3:
            break
        start = data.draw(st.integers(place, len(text) - 4))
        end = data.draw(st.integers(start, min(len(text) - 3, start + 4)))
        edits.append(
            Edit("a.ttl", Span(start, end), data.draw(st.text("xy\n", min_size=1, max_size=2)))
        )
        place = end + 1
    if not edits:
        return
    fix = Fix(Bilingual("改", "mend"), tuple(edits))
    mended = apply_fixes(text, [fix])
    shown = patch(submission(text), fix).split("\n")[:-1]
    assert "\n".join(apply_patch(text, shown)) == mended


def test_a_patch_shows_the_old_line_and_the_new(tmp_path: Path) -> None:
    found = read(':c :nick "甲" .\n', "data.ttl", tmp_path)
    (span,) = found.spans_all(found.triples[0])
    fix = Fix(Bilingual("改", "mend"), (Edit(found.name, span.object, '"甲"@zh'),))
    name = found.name
    assert patch(found, fix) == (
        f'--- {name}\n+++ {name}\n@@ -6 +6 @@\n-:c :nick "甲" .\n+:c :nick "甲"@zh .\n'
    )


def test_a_mend_of_another_file_shows_nothing() -> None:
    fix = Fix(Bilingual("改", "mend"), (Edit("b.ttl", Span(0, 0), "x"),))
    assert patch(submission("text"), fix) == ""
