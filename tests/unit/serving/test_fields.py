"""Fields of a query string or a form."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qsl

from hypothesis import example, given
from hypothesis import strategies as st

from kg_builder.serving.problems import Problem
from kg_builder.serving.protocol import pairs_of

PIECES = (*b"% = & + %E6 %b5%B7 %3D %25 a 4 _ ;".split(b" "), b" ", b"\n", b"\r\n", b"\xe6\xb5\xb7")


@given(st.lists(st.sampled_from(PIECES)).map(b"".join))
@example(b"%\n=4")
@example("街=%E6%B5%B7&+=%".encode())
def test_fields_are_read_as_the_library_reads_them(data):
    wanted = found = None
    with suppress(UnicodeDecodeError):
        wanted = parse_qsl(data.decode(), keep_blank_values=True, errors="strict")
    with suppress(Problem):
        found = pairs_of(data)
    assert found == wanted
