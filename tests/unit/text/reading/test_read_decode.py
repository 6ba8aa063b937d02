"""Bytes to text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.text.reading import decode

TEXT = "柳桥区政府工作报告\n一、全年工作\n今年以来,全区经济运行总体平稳,社会事业全面发展。\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("gb18030"), "gb18030"),
    ],
)
def test_one_text_in_every_encoding(data, encoding):
    source = decode(data, "试")
    assert source.text == TEXT
    assert source.encoding == encoding
    assert source.text_sha256 == decode(TEXT.encode(), "试").text_sha256
    assert source.text_sha256 == decode(TEXT.replace("\n", "\r\n").encode(), "试").text_sha256


@pytest.mark.parametrize("name", ["gb18030", "GBK", "gb2312", "utf-8", "UTF8"])
def test_encoding_by_name(name):
    assert decode(TEXT.encode(name), "试", name).text == TEXT


def test_only_two_line_ends():
    source = decode("甲\r乙\u2028丙\x85丁\r\n戊\n己".encode(), "试")
    assert len(source.line_starts) == 3
    assert source.position(source.text.index("己")).line == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "nothing"),
        (b" \n\t", "nothing"),
        (b"abc\0def", "NUL"),
        (b"%PDF-1.7 ...", "binary"),
        (TEXT.encode()[:-20] + b"\xff" + TEXT.encode()[-20:], "byte"),
        (TEXT.encode("utf-8")[:20], "cut inside a character (byte 18"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1], "cut inside a character"),
        (TEXT.rstrip().encode("gb18030")[:-3], "cut inside a character"),
        ("café à la crème".encode("latin-1"), "byte 3"),
        (bytes(range(128, 256)) * 5, "byte 0"),
    ],
)
def test_refused(data, words):
    with pytest.raises(InputError) as caught:
        decode(data, "试")
    assert words in caught.value.message.en
    assert caught.value.message.zh


@pytest.mark.parametrize(
    ("data", "encoding", "line", "column"),
    [
        ("甲乙\n丙𠮷".encode() + b"\xff\n", None, 2, 3),
        (codecs.BOM_UTF8 + "甲".encode() + b"\xff", None, 1, 2),
        ("甲\r\n乙\r\n".encode() + "丙".encode()[:2], None, 3, 1),
        (codecs.BOM_UTF16_LE + "甲\n乙".encode("utf-16-le") + b"\x00", None, 2, 2),
        (TEXT.rstrip().encode("gb18030")[:-3], None, 3, 24),
        ("甲\n".encode("gb18030") + b"\xff\n", "gb18030", 2, 1),
        (b"a\nb\0", "utf-8", 2, 2),
    ],
)
def test_where_the_text_ends_to_be_one(data, encoding, line, column):
    with pytest.raises(InputError) as caught:
        decode(data, "试", encoding)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.render("en").startswith(f"试:{line}:{column}: ")


@pytest.mark.parametrize(
    "name", ["klingon", "base64", "utf-16", "", "a" * 999, "punycode", "gb18030\0"]
)
def test_unknown_encoding(name):
    if name:
        with pytest.raises(InputError):
            decode(TEXT.encode(), "试", name)


def test_a_mark_that_contradicts_the_name():
    with pytest.raises(InputError):
        decode(codecs.BOM_UTF8 + TEXT.encode(), "试", "gb18030")


@given(st.data())
def test_damaged_utf8_is_never_taken_for_another_encoding(data):
    raw = TEXT.encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    kind = data.draw(st.sampled_from(["cut", "drop", "flip"]))
    if kind == "cut":
        damaged = raw[: at + 1]
    elif kind == "drop":
        damaged = raw[:at] + raw[at + 1 :]
    else:
        damaged = raw[:at] + bytes([raw[at] ^ 0x80]) + raw[at + 1 :]
    try:
        damaged.decode()
    except UnicodeDecodeError:
        with pytest.raises(InputError):
            decode(damaged, "试")


@given(
    st.text(
        alphabet="全区经济发展社会事业街道食堂路号年月日工作的是在和有", min_size=6, max_size=200
    )
)
def test_gb18030_is_found(text):
    assert decode(text.encode("gb18030"), "试").text == text


@given(st.binary(max_size=400))
def test_any_bytes(data):
    try:
        source = decode(data, "试")
    except InputError:
        return
    assert source.text
    assert source.line_starts[0] == 0
