"""Drafts: words become places and hashes, names become keys; what is not clear is refused."""

from __future__ import annotations

import hashlib

import pytest

from kg_builder.errors import ConfigurationError
from kg_builder.text.review import complete, decide, format_decisions, read_decisions, read_rows
from kg_builder.text.review.table import COLUMNS

FILLED = {"who": "李四", "date": "2026-11-22"}


def draft(desk, *lines):
    rows = [
        dict.fromkeys(COLUMNS, "") | {"action": "add", "why": "未读出"} | line for line in lines
    ]
    return read_rows(desk.write(*rows, name="draft.tsv"))


def completed(desk, *lines, known=()):
    return complete(draft(desk, *lines), known, desk.document, desk.read, FILLED)


PLATFORM = {"line": "3", "sha256": "三张名单", "subject": "Platform:桐坞区|平台", "predicate": "a"}


def test_words_become_a_place_and_names_become_keys(desk):
    part = {
        "line": "3",
        "sha256": "桐坞区",
        "subject": "Platform:平台",
        "predicate": "partOf",
        "object": "Street:望澜街道",
    }
    rows = completed(desk, PLATFORM, part)
    text = desk.document.source.text
    start = text.index("三张名单")
    assert rows[0]["start"] == str(start)
    assert rows[0]["sha256"] == hashlib.sha256("三张名单".encode()).hexdigest()
    assert (rows[1]["subject"], rows[1]["object"]) == (
        "Platform:桐坞区|平台",
        "Street:桐坞区|望澜街道",
    )
    path = desk.folder / "done.tsv"
    path.write_text(format_decisions(rows), "utf-8", newline="")
    found = decide(desk.document, desk.read, read_decisions(path), desk.genre)
    assert len(found.verdicts) == 2
    assert {item.decision.who for item in found.verdicts} == {"李四"}


def test_what_is_complete_stays_and_is_joined(desk):
    row = desk.row("ignore", "望澜大食堂")
    known = read_rows(desk.write(row))
    rows = completed(desk, PLATFORM, known=known)
    assert [item["action"] for item in rows] == ["ignore", "add"]
    again = complete(draft(desk, rows[1]), known, desk.document, desk.read, FILLED)
    assert again == rows


def test_the_second_occurrence_can_be_meant(desk):
    line = {"line": "1", "sha256": "桐坞区", "start": "#2", "action": "ignore"}
    (row,) = completed(desk, line)
    assert row["start"] == str(desk.document.source.text.index("桐坞区", 1))


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ({"line": "999"}, "line"),
        ({"line": ""}, "line"),
        ({"sha256": "没有的字"}, "sha256"),
        ({"sha256": ""}, "sha256"),
        ({"line": "1", "sha256": "桐坞区"}, "start"),
        ({"line": "1", "sha256": "桐坞区", "start": "#9"}, "start"),
        ({"start": "7"}, "start"),
        ({"predicate": "partOf", "object": "Street:没有街道"}, "subject"),
    ],
)
def test_what_is_not_clear_is_refused_with_its_place(desk, line, column):
    with pytest.raises(ConfigurationError) as refused:
        completed(desk, PLATFORM | line)
    assert refused.value.file == str(desk.folder / "draft.tsv")
    assert refused.value.line == 2
    assert refused.value.message.en.startswith(f"{column}:")


def test_a_draft_that_contradicts_what_is_decided_is_refused(desk):
    street = "Street:桐坞区|望澜街道"
    known = read_rows(desk.write(desk.row("reject", "望澜街道", subject=street, predicate="a")))
    line = {"line": "3", "sha256": "名单", "subject": "Street:望澜街道", "predicate": "partOf"}
    with pytest.raises(ConfigurationError, match="contradicts"):
        completed(desk, line | {"object": "District:桐坞区"}, known=known)
