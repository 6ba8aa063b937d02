"""Mends applied to a text: each whole or not at all, none in the place of another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.judging.fixes import apply_fixes, compatible
from kg_builder.judging.fixes.applying import meet
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, Fix

TEXT = "甲乙丙丁 abcdefgh 一二三四"


def edit(start: int, end: int, text: str = "", file: str = "a.ttl") -> Edit:
    return Edit(file, Span(start, end), text)


def fix(*edits: Edit) -> Fix:
    return Fix(Bilingual("改", "mend"), edits)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    start = draw(st.integers(0, len(TEXT)))
    end = draw(st.integers(start, min(len(TEXT), start + 4)))
    return edit(
        start, end, draw(st.text("xy甲", max_size=3)), draw(st.sampled_from(["a.ttl", "b.ttl"]))
    )


fixes = st.lists(
    st.lists(edits(), min_size=1, max_size=3).map(lambda found: fix(*found)), max_size=8
)


@given(fixes)
def test_compatible_mends_never_meet_and_leave_out_only_what_does(found: list[Fix]) -> None:
    chosen = compatible(found)
    made = {one for item in chosen for one in item.edits}
    assert not any(meet(one, other) for one in made for other in made)
    assert compatible(chosen) == chosen
    assert [item for item in found if item in chosen] == list(chosen) or len(set(found)) < len(
        found
    )
    for item in set(found) - set(chosen):
        everything = {*made, *item.edits}
        assert any(meet(one, other) for one in everything for other in everything)


@given(fixes)
def test_a_text_is_edited_as_if_from_its_end(found: list[Fix]) -> None:
    made = {one for item in compatible(found) for one in item.edits if one.file == "a.ttl"}
    expected = TEXT
    for one in sorted(made, key=lambda one: one.span, reverse=True):
        expected = expected[: one.span.start] + one.text + expected[one.span.end :]
    assert apply_fixes(TEXT, found, "a.ttl") == expected


def test_of_two_in_one_place_the_first_is_made() -> None:
    first, second = fix(edit(0, 2, "子")), fix(edit(1, 3, "丑"), edit(10, 11, "寅"))
    assert compatible([first, second]) == (first,)
    assert apply_fixes(TEXT, [first, second]) == "子" + TEXT[2:]


def test_the_same_edit_of_two_mends_is_made_once() -> None:
    one, other = fix(edit(0, 1, "子")), fix(edit(0, 1, "子"), edit(3, 4, "卯"))
    assert compatible([one, other]) == (one, other)
    assert apply_fixes(TEXT, [one, other]) == "子乙丙卯" + TEXT[4:]


def test_insertions_beside_a_replacement_do_not_meet_it() -> None:
    assert apply_fixes("abc", [fix(edit(0, 1, "A")), fix(edit(1, 1, "+"))]) == "A+bc"
