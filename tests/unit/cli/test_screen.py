"""Where lines break on a terminal."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kg_builder.asking.results.lines import breaks

WORDS = st.text(alphabet="abc 中文，。（）-", max_size=80)


@given(WORDS, st.integers(min_value=4, max_value=40))
def test_no_line_is_wider_than_its_room_and_nothing_is_lost(text, room):
    places = [0, *breaks(text, room), len(text)]
    parts = [text[a:b] for a, b in pairwise(places)]
    assert "".join(parts) == text
    assert all(cell_len(part.rstrip()) <= room for part in parts)
    assert all(parts[:-1])


def test_wide_characters_break_anywhere_but_before_what_closes():
    assert breaks("一二三四五", 6) == [3]
    assert breaks("一二三，四", 6) == [2]
    assert breaks("ab cdef gh", 6) == [3, 8]
