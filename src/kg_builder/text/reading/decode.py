"""Bytes to text: strict, and never a guess that could be wrong.

UTF-8 with or without byte order mark, UTF-16 with one, GB18030 by name or by sound detection: the
bytes decode strictly, are no damaged UTF-8, and the text that comes out is made of the characters
that Chinese is made of.
"""

from __future__ import annotations

import codecs
import hashlib
import re

from kg_builder.errors import InputError
from kg_builder.model.document import Source

MAX_LINES = 2_000_000

_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5",
    "big5hkscs": "big5hkscs",
}
"""Canonical codec name -> the codec used; GB2312 and GBK are subsets of GB18030."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_BINARY_STARTS = (
    *(b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    *(b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf"),
)

_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后"
    "多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合"
    "还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只"
    "没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流"
    "路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规"
    "热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具"
    "万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织"
    "装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称"
    "太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细"
    "引听该铁价严街镇乡村店楼堂食餐园校幼附园区栋幢室弄巷厦座侧附近社综合服务投项绿环境治理创企智能施居助扩预算补惠"
)

_HAN = "[\u4e00-\u9fff]"
_PLAUSIBLE = "[\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e\u2010-\u2027\u2460-\u24ff\u2500-\u25ff]"
"""Not compiled here: hardly any text needs them."""
_SAMPLE = 200_000


def decode(data: bytes, name: str, encoding: str | None = None) -> Source:
    r"""Return the text of `data` as a Source.

    `encoding` overrides detection. `Source.text_sha256` is the SHA-256 of the text without byte
    order mark, `\r\n` written as `\n`, in UTF-8: the same for every encoding of one report.
    Raises InputError for empty, binary and undecodable data and for an unknown encoding; with the
    line and column (1-based, in code points) where the bytes stop being text.
    """
    if not data:
        raise InputError("文件为空", "the file is empty", file=name)
    if data.startswith(_BINARY_STARTS):
        raise InputError(
            "这是二进制文件,不是文本;请先另存为纯文本",
            "a binary file, not a text; save it as plain text first",
            file=name,
        )
    text, used = _detected(data, name) if encoding is None else _named(data, name, encoding)
    text = text.removeprefix("\ufeff")
    if (nul := text.find("\0")) >= 0:
        line, column = _place(text[:nul])
        raise InputError(
            f"含有 NUL 字符(第 {nul + 1} 个字符),不是文本文件",
            f"holds a NUL character (character {nul + 1}): not a text file",
            file=name,
            line=line,
            column=column,
        )
    if not text.strip():
        raise InputError("文件没有内容", "the file holds nothing but white space", file=name)
    if text.count("\n") >= MAX_LINES:
        raise InputError(
            f"行数超过 {MAX_LINES}", f"more than {MAX_LINES} lines; split the file", file=name
        )
    normal = text.replace("\r\n", "\n") if "\r" in text else text
    return Source(
        name=name,
        text=text,
        encoding=used,
        sha256=hashlib.sha256(data).hexdigest(),
        text_sha256=hashlib.sha256(normal.encode()).hexdigest(),
        line_starts=(0, *(match.end() for match in re.finditer("\n", text))),
    )


def _named(data: bytes, name: str, encoding: str) -> tuple[str, str]:
    try:
        codec = _ENCODINGS[codecs.lookup(encoding).name]
    except (LookupError, ValueError) as error:
        known = "utf-8, utf-16, utf-16-le, utf-16-be, gb18030, gbk, gb2312, big5"
        raise InputError(
            f"未知的编码 {encoding[:40]!a};可用: {known}",
            f"unknown encoding {encoding[:40]!a}; known: {known}",
            file=name,
        ) from error
    marked = next((used for mark, used in _MARKS if data.startswith(mark)), None)
    if codec == "utf-16":
        if marked not in ("utf-16-le", "utf-16-be"):
            raise InputError(
                "UTF-16 缺少字节序标记;请用 utf-16-le 或 utf-16-be",
                "UTF-16 without byte order mark; say utf-16-le or utf-16-be",
                file=name,
            )
        codec = marked
    elif marked and marked != codec and not (codec.startswith("big5") and marked != "utf-8"):
        raise InputError(
            f"字节序标记表明是 {marked},与 {codec} 矛盾",
            f"the byte order mark says {marked}, not {codec}",
            file=name,
        )
    return _strict(data, name, codec), codec


def _detected(data: bytes, name: str) -> tuple[str, str]:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _strict(data, name, codec), codec
    if (nul := data.find(0)) >= 0:
        raise InputError(
            f"第 {nul} 字节是 NUL,不是文本文件", f"byte {nul} is NUL: not a text file", file=name
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not _looks_like_utf8(data):
            other = _gb18030(data, name, error)
            if other is not None:
                return other, "gb18030"
        raise _undecodable(error, name, "UTF-8") from error
    if not text.isascii() and re.search(_HAN, text) is None:
        # A few words in GB18030 can be UTF-8 by accident, though never Chinese.
        other = _gb18030(data, name, None)
        if other is not None:
            return other, "gb18030"
    return text, "utf-8"


def _strict(data: bytes, name: str, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise _undecodable(error, name, codec.upper()) from error


def _place(before: str) -> tuple[int, int]:
    """Return the line and the column of what follows the text `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _undecodable(error: UnicodeDecodeError, name: str, codec: str) -> InputError:
    before = error.object[: error.start].decode(error.encoding)
    line, column = _place(before.removeprefix("\ufeff"))
    if error.end >= len(error.object) and (
        "unexpected end" in error.reason
        or "incomplete" in error.reason
        or "truncated" in error.reason
    ):
        return InputError(
            f"文件在一个字符中间被截断(第 {error.start} 字节,{codec})",
            f"cut inside a character (byte {error.start}, {codec})",
            file=name,
            line=line,
            column=column,
        )
    return InputError(
        f"第 {error.start} 字节不是 {codec};可用 --encoding 指明编码",
        f"byte {error.start} is not {codec}; name the encoding with --encoding",
        file=name,
        line=line,
        column=column,
    )


def _looks_like_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 that was cut or damaged.

    Text in GB18030 practically never holds the three-byte sequences of Chinese characters in
    UTF-8, so that as many of them as there are errors settle it.
    """
    text = data.decode("utf-8", errors="replace")
    return len(re.findall(_HAN, text)) >= max(1, text.count("\ufffd"))


def _gb18030(data: bytes, name: str, utf8_error: UnicodeDecodeError | None) -> str | None:
    """Return the text if the bytes are GB18030 beyond doubt; raise if they are but for a cut."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        cut = error.end >= len(data) and "incomplete" in error.reason
        if utf8_error and cut and _reads_as_chinese(data[: error.start].decode("gb18030")):
            raise _undecodable(error, name, "GB18030") from utf8_error
        return None
    return text if _reads_as_chinese(text) else None


def _reads_as_chinese(text: str) -> bool:
    """Whether the text is made of frequent characters, as wrongly decoded text never is."""
    sample = text[:_SAMPLE]
    other = [char for char in sample if char > "\x7f"]
    han = re.findall(_HAN, sample)
    if not han or len(re.findall(_PLAUSIBLE, sample)) < 0.9 * len(other):
        return False
    return sum(char in _FREQUENT for char in han) >= 0.3 * len(han)
