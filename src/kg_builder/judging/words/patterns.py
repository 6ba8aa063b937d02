"""Simple regular expressions in words: how a text begins or ends, what it contains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Way:
    """One way to match: a verb and what it governs, in Chinese and in English."""

    zh: tuple[str, str]
    en: tuple[str, str]


_WHITE: Final = r"\[(?:[ \u00a0\u3000]|\\+[ts]|\\+u00[aA]0|\\+u3000)+\]"
_KNOWN: Final = (
    (re.compile(r"\^\$"), Way(("是", "空的"), ("be", "empty"))),
    (re.compile(r"\^" + _WHITE), Way(("以", "空白开头"), ("begin", "with white space"))),
    (re.compile(_WHITE + r"\$"), Way(("以", "空白结尾"), ("end", "in white space"))),
    (re.compile(r"\[(?:\\[nr]|[\n\r])+\]"), Way(("含", "换行"), ("contain", "a line break"))),
    (
        re.compile(r"\[A-Za-z\u3400-\u9fff\]"),
        Way(
            ("含", "汉字或字母"),
            ("contain", "a Chinese character or letter"),
        ),
    ),
)
_PIECE: Final = re.compile(r"\[(?P<first>[^\^\\\]\-])[^\\\]\-]*\]|(?P<plain>[^\[\](){}.*+?^$|\\])")
_CHOICE: Final = re.compile(r"\[([^\^\\\]\-\[][^\\\]\-\[]*)\]")
_MOST: Final = 12


@lru_cache(maxsize=256)
def pattern_words(source: str) -> tuple[Way, ...]:
    """Return in which ways a text matches a pattern; none where words would not be exact."""
    parts = _alternatives(source)
    found = [next((way for known, way in _KNOWN if known.fullmatch(part)), None) for part in parts]
    if all(found):
        return tuple(way for way in found if way)
    choice = _CHOICE.fullmatch(source)
    return _one_of(choice[1]) if choice else _ends(source)


def _one_of(characters: str) -> tuple[Way, ...]:
    """Return that a text contains one of some characters."""
    if len(characters) > _MOST:
        return ()
    quoted = [f"“{character}”" for character in characters]
    zh, en = "、".join(quoted), ", ".join(quoted)
    return (Way(("含", f"{zh}之一"), ("contain", f"one of {en}")),)


def _ends(source: str) -> tuple[Way, ...]:
    """Return the ends or beginnings that `(a|b)$` and `^(a|b)` ask for."""
    at_end, at_start = source.endswith("$"), source.startswith("^")
    body = source.removeprefix("^").removesuffix("$")
    if body.startswith("(") and body.endswith(")"):
        body = body[1:-1]
    elif "|" in body:
        return ()
    words = [_plain(part) for part in body.split("|")]
    if not all(words) or not 1 <= len(words) <= _MOST or not (at_end or at_start):
        return ()
    quoted = [f"“{word}”" for word in words]
    zh = "、".join(quoted[:-1]) + ("或" if len(quoted) > 1 else "") + quoted[-1]
    en = ", ".join(quoted[:-1]) + (" or " if len(quoted) > 1 else "") + quoted[-1]
    if at_start and at_end:
        return (Way(("是", zh), ("be", en)),)
    if at_end:
        return (Way(("以", f"{zh}结尾"), ("end", f"in {en}")),)
    return (Way(("以", f"{zh}开头"), ("begin", f"with {en}")),)


def _plain(part: str) -> str:
    """Return the text that an expression stands for, the first character of each class."""
    text, place = "", 0
    while place < len(part):
        match = _PIECE.match(part, place)
        if match is None:
            return ""
        text += match["first"] or match["plain"]
        place = match.end()
    return text


def _alternatives(source: str) -> list[str]:
    """Return the parts of an expression between `|` that stand in no bracket."""
    parts, depth, last = [""], 0, ""
    for char in source:
        if last != "\\":
            depth += (char in "[(") - (char in "])")
        if char == "|" and depth == 0 and last != "\\":
            parts.append("")
        else:
            parts[-1] += char
        last = "" if last == "\\" else char
    return parts
