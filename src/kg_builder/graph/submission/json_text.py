"""JSON as a tree with places (RFC 8259), strict, without recursion and with a limit on depth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kg_builder.errors import InputError
from kg_builder.graph.submission.wording import refused_at

Kind = Literal["object", "array", "string", "number", "word"]

_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*+(?:
    (?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
    |(?P<mark>[{}\[\]:,])
    |(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![0-9A-Za-z.]))
    |(?P<word>true\b|false\b|null\b)
    |(?P<end>\Z)
    |(?P<other>.))""",
    re.VERBOSE | re.DOTALL,
)
_WRONG: Final = {
    "，": ",",
    "、": ",",
    "：": ":",
    "“": '"',
    "”": '"',
    "‘": '"',
    "’": '"',
    "'": '"',
    "｛": "{",
    "｝": "}",
    "【": "[",
    "】": "]",
    "［": "[",
    "］": "]",
    "\u3000": " ",
    "\u00a0": " ",
}
"""What stands where JSON wants a mark of its own."""


@dataclass(slots=True)
class Json:
    """A value with the place of its text."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    """Of a string its content; of a number or word as it is written."""
    items: Sequence[Json] = ()
    """Of an array."""
    members: Sequence[tuple[Json, Json]] = ()
    """Of an object: keys and values."""

    def get(self, key: str) -> Json | None:
        """Return the value of a key of an object."""
        return next((value for name, value in self.members if name.text == key), None)

    @property
    def inner(self) -> tuple[int, int]:
        """The place of a string without its quotes; of anything else the whole."""
        quoted = self.kind == "string"
        return (self.start + 1, self.end - 1) if quoted else (self.start, self.end)


def read_json(text: str, name: str, max_depth: int) -> Json:
    """Return the value of a JSON text.

    Raises InputError with the place and the mend for what is none, and for deeper nesting.
    """
    return _Reader(text, name, max_depth).read()


class _Reader:
    def __init__(self, text: str, name: str, max_depth: int) -> None:
        self._text = text
        self._name = name
        self._max_depth = max_depth
        self._open: list[Json] = []
        self._items: list[list[Json]] = []
        self._members: list[list[tuple[Json, Json]]] = []
        self._root: Json | None = None
        self._key: Json | None = None
        self._expect: Callable[[str, int, int], None] = self._value

    def read(self) -> Json:
        for match in _TOKEN.finditer(self._text):
            kind = match.lastgroup or ""
            start, end = match.span(kind)
            if kind == "end":
                break
            if kind == "other":
                raise self._wrong(start)
            self._expect(kind, start, end)
        if self._root is None or self._open:
            raise self._refuse(
                len(self._text),
                *(
                    ("文件没写完：括号没有都关上", "the file ends before its brackets are closed")
                    if self._open
                    else ("没有内容：JSON-LD 至少是 {}", "nothing there: JSON-LD is at least {}")
                ),
            )
        return self._root

    def _value(self, kind: str, start: int, end: int) -> None:
        mark = self._text[start] if kind == "mark" else ""
        if mark == "]" and self._open and not self._open[-1].items and self._is_array():
            self._close(end)
            return
        if mark in ("}", "]", ",", ":"):
            raise self._refuse(
                start, f"这里缺一个值（却是 {mark}）", f"a value is missing before {mark}"
            )
        if mark:
            self._begin(Json("object" if mark == "{" else "array", start, end))
            return
        if kind == "string":
            value = Json("string", start, end, self._content(start, end))
        else:
            plain: Kind = "number" if kind == "number" else "word"
            value = Json(plain, start, end, self._text[start:end])
        self._put(value)
        self._expect = self._after

    def _content(self, start: int, end: int) -> str:
        raw = self._text[start:end]
        return json.loads(raw) if "\\" in raw else raw[1:-1]

    def _begin(self, value: Json) -> None:
        self._put(value)
        self._open.append(value)
        if len(self._open) > self._max_depth:
            raise self._refuse(
                value.start,
                f"嵌套超过 {self._max_depth} 层",
                f"nested more than {self._max_depth} levels deep",
            )
        if value.kind == "object":
            self._members.append([])
            value.members = self._members[-1]
            self._expect = self._first_key
        else:
            self._items.append([])
            value.items = self._items[-1]
            self._expect = self._value

    def _put(self, value: Json) -> None:
        if not self._open:
            self._root = value
        elif self._is_array():
            self._items[-1].append(value)
        else:
            assert self._key  # noqa: S101 - a value in an object comes behind a key
            self._members[-1].append((self._key, value))

    def _is_array(self) -> bool:
        return self._open[-1].kind == "array"

    def _first_key(self, kind: str, start: int, end: int) -> None:
        if kind == "mark" and self._text[start] == "}":
            self._close(end)
        else:
            self._next_key(kind, start, end)

    def _next_key(self, kind: str, start: int, end: int) -> None:
        if kind != "string":
            if self._text[start] == "}":
                raise self._refuse(start, "} 前面多了一个逗号", "a comma too many before }")
            raise self._refuse(start, '键要写在英文引号里："…"', 'a key stands in quotes: "…"')
        self._key = Json("string", start, end, self._content(start, end))
        self._expect = self._colon

    def _colon(self, kind: str, start: int, _: int) -> None:
        if kind != "mark" or self._text[start] != ":":
            raise self._refuse(start, "键后面缺 :", "a : is missing behind the key")
        self._expect = self._value

    def _after(self, kind: str, start: int, end: int) -> None:
        mark = self._text[start] if kind == "mark" else ""
        if not self._open:
            raise self._refuse(
                start, "JSON 到此已经结束，后面还有内容", "the JSON has ended before this"
            )
        closing = "]" if self._is_array() else "}"
        if mark == closing:
            self._close(end)
        elif mark == ",":
            self._expect = self._item if self._is_array() else self._next_key
        else:
            raise self._refuse(start, f"这里缺 , 或 {closing}", f"a , or {closing} is missing here")

    def _item(self, kind: str, start: int, end: int) -> None:
        if kind == "mark" and self._text[start] == "]":
            raise self._refuse(start, "] 前面多了一个逗号", "a comma too many before ]")
        self._value(kind, start, end)

    def _close(self, end: int) -> None:
        closed = self._open.pop()
        closed.end = end
        (self._items if closed.kind == "array" else self._members).pop()
        self._expect = self._after

    def _wrong(self, start: int) -> InputError:
        character = self._text[start]
        if character == '"':
            return self._refuse(
                start,
                "这里的引号一直没有结束，或者其中有换行或不认识的转义（换行写 \\n，反斜杠写 \\\\）",
                "the quotation that begins here never ends, or holds a line break or an unknown"
                " escape (a line break is \\n, a backslash \\\\)",
            )
        right = _WRONG.get(character)
        if right is not None:
            shown = right if right.strip() else "普通空格"
            shown_en = right if right.strip() else "a plain space"
            return self._refuse(
                start,
                f"「{character}」不是 JSON 的字符：改成 {shown}",
                f"`{character}` is no character of JSON: write {shown_en}",
            )
        if character == "/":
            return self._refuse(start, "JSON 没有注释：删去", "JSON has no comments: leave it out")
        return self._refuse(
            start,
            f"「{character}」不能出现在这里；文字和键都要写在英文引号里",
            f"`{character}` cannot stand here; texts and keys stand in quotes",
        )

    def _refuse(self, place: int, zh: str, en: str) -> InputError:
        return refused_at(self._text, place, self._name, zh, en)
