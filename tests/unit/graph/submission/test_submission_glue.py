"""Names that are legal and hardly meant, and what applying their mends gives."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode
from submission_support import placed, read

from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.model import Submission

E = "@prefix e: <http://e/> . @prefix kg: <http://k/> .\n"


def mended(submission: Submission) -> str:
    text = submission.text
    for notice in reversed(submission.notices):
        assert notice.fix
        for edit in notice.fix.edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize(
    ("text", "term", "objects"),
    [
        ("e:a e:b e:甲、e:乙 .", "http://e/甲、e:乙", ["e:甲", "e:乙"]),
        ("e:a e:b e:甲，e:乙 .", "http://e/甲，e:乙", ["e:甲", "e:乙"]),
        ("e:a e:b e:甲。 .", "http://e/甲。", ["e:甲"]),
        ("e:a e:b e:甲， .", "http://e/甲，", ["e:甲"]),
        (
            "e:a e:b <http://e/甲、http://e/乙> .",
            "http://e/甲、http://e/乙",
            ["<http://e/甲>", "<http://e/乙>"],
        ),
        ("e:a e:b <kg:食堂> .", "kg:食堂", ["kg:食堂"]),
    ],
)
def test_the_mend_gives_what_was_meant(text: str, term: str, objects: list[str]) -> None:
    submission = read(E + text)
    (notice,) = submission.notices
    assert notice.term == NamedNode(term)
    assert submission.text[notice.span.start : notice.span.end] in text
    assert [words[2] for words in placed(mended(submission))] == objects


def test_a_semicolon_parts_an_object_from_the_next_predicate() -> None:
    submission = read(E + "e:a e:b e:甲；e:c .")
    assert submission.notices[0].term == NamedNode("http://e/甲；e:c")
    assert mended(submission) == E + "e:a e:b e:甲 ; e:c ."


@pytest.mark.parametrize(
    "text",
    [
        'e:a e:b "甲、e:乙，http://e/丙" . # 甲、e:乙',
        "e:食堂（旧） e:b e:《北京》 .",
        "e:a e:b <http://e/甲、乙> .",
        "e:a e:b <https://kg:8080/> .",
    ],
)
def test_what_is_meant_is_not_noticed(text: str) -> None:
    assert read(E + text).notices == ()


@pytest.mark.parametrize(
    "text", ["e:甲、e:乙 e:b e:c .", "e:a e:甲、e:乙 e:c .", "e:a e:b e:甲、乙 ."]
)
def test_where_no_mend_is_plain_none_is_offered(text: str) -> None:
    (notice,) = read(E + text).notices
    assert notice.fix is None
    assert "、" in notice.message.zh


def test_a_fix_that_would_not_parse_is_not_offered() -> None:
    (notice,) = read("<urn:a> <urn:b> <skos:食堂> .").notices
    assert notice.code == "undeclared-prefix"
    assert "http://www.w3.org/2004/02/skos/core#食堂" in notice.message.en
    assert notice.fix is None


def test_glued_iris_in_json_ld_and_rdf_xml_are_noticed() -> None:
    (notice,) = read('{"@id":"http://e/甲、http://e/乙","urn:p":1}', Format.JSON_LD).notices
    assert (notice.code, notice.term) == ("glued", NamedNode("http://e/甲、http://e/乙"))
    xml = (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">'
        '<e:T r:about="http://e/甲，http://e/乙"/></r:RDF>'
    )
    (notice,) = read(xml, Format.RDF_XML).notices
    assert (notice.code, notice.term) == ("glued", NamedNode("http://e/甲，http://e/乙"))


def test_notices_of_one_code_end_at_a_hundred() -> None:
    assert len(read(E + "e:a e:b e:甲、e:乙 .\n" * 300).notices) == 100
