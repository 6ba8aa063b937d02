"""Bytes to text: RDF is written in UTF-8, and whoever has something else hears what it seems to be.

Every syntax here is defined over UTF-8 (RDF/XML may declare another encoding; it is refused).
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from kg_builder.errors import InputError
from kg_builder.graph.query.excerpt import position, with_caret

_WIDE_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAMPLE: Final = 100_000
_LEGACY: Final = ("gb18030", "big5")
_CHINESE: Final = "[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document as text, and what its bytes were."""

    text: str
    sha256: str
    marked: bool
    """Whether the bytes begin with a byte order mark, which is no part of the text."""


def decode(data: bytes, name: str) -> Decoded:
    """Return the text of bytes in UTF-8.

    Raises InputError for anything else, with the place and what the encoding seems to be.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    for mark, encoding in _WIDE_MARKS:
        if data.startswith(mark):
            raise _foreign(encoding, name)
    marked = data.startswith(codecs.BOM_UTF8)
    try:
        text = str(data, "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, name) from error
    place = text.find("\0")
    if place >= 0:
        if text.count("\0", 0, _SAMPLE) > min(len(text), _SAMPLE) // 4:
            raise _foreign("UTF-16", name)
        at = position(text, place)
        raise InputError(
            "含有 NUL 字符：这不是文本文件，或者已经损坏",
            "holds a NUL character: not a text file, or a damaged one",
            file=name,
            line=at.line,
            column=at.column,
        )
    return Decoded(text, sha256, marked)


def _undecodable(data: bytes, error: UnicodeDecodeError, name: str) -> InputError:
    sample = data[max(0, error.start - _SAMPLE // 2) : error.start + _SAMPLE // 2]
    damaged = sample.decode("utf-8", "replace")
    # Chinese in UTF-8 is Chinese in GBK as well, only other; legacy text is never much UTF-8
    legacy = _LEGACY if len(re.findall(_CHINESE, damaged)) < damaged.count("\ufffd") else ()
    for codec in legacy:
        text = sample.decode(codec, "replace")
        foreign = [character for character in text if character > "\x7f"]
        if len(re.findall(_CHINESE, text)) > 0.9 * len(foreign):
            return _foreign("GBK / GB18030 / Big5", name)
    before = data[: error.start].decode().removeprefix("\ufeff")
    at = position(before, len(before))
    return InputError(
        f"第 {error.start} 字节（{data[error.start]:#04x}）不是 UTF-8：请把文件另存为 UTF-8",
        f"byte {error.start} ({data[error.start]:#04x}) is not UTF-8: save the file as UTF-8",
        file=name,
        line=at.line,
        column=at.column,
        excerpt=with_caret(before + "\ufffd", len(before)),
    )


def _foreign(encoding: str, name: str) -> InputError:
    return InputError(
        f"看来是 {encoding} 编码，而 RDF 文件须是 UTF-8：请另存为 UTF-8",
        f"seems to be {encoding}, and RDF is written in UTF-8: save it as UTF-8",
        file=name,
    )
