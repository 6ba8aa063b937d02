"""Chinese punctuation where SPARQL wants its own, and variables that are not what they look like.

A Chinese keyboard writes `（`, `，` and `“` where a query needs `(`, `,` and `"`. Some of it the
parser refuses, with words that help nobody; some it takes: `，` and `。` are letters to SPARQL, so
that `?v。` is a variable, only another one than `?v`, and the query answers with nothing.

Within literals, IRIs and comments everything may stand; so may Chinese characters in variables and
names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from kg_builder.graph.query.excerpt import position
from kg_builder.graph.query.tokens import Token, solid_tokens, tokens
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import MAX_NOTICES, Notice

_FULL_WIDTH: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_QUOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "“": "”",
        "”": "”",
        "„": "“",
        "＂": "＂",
        "「": "」",
        "『": "』",
        "‘": "’",
        "’": "’",
        "＇": "＇",
    }
)
"""Quotation marks, each with the one that closes it."""
_SINGLE: Final = "‘’＇"
ASCII: Final[Mapping[str, str]] = MappingProxyType(
    {
        **_FULL_WIDTH,
        **dict.fromkeys("“”„「」『』", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("。．｡", "."),
        **dict.fromkeys("、､﹐︐", ","),
        **dict.fromkeys("【［〔", "["),
        **dict.fromkeys("】］〕", "]"),
        **dict.fromkeys("《〈", "<"),
        **dict.fromkeys("》〉", ">"),
        **dict.fromkeys("−–﹣", "-"),
        **dict.fromkeys("﹛", "{"),
        **dict.fromkeys("﹜", "}"),
        **dict.fromkeys("﹙", "("),
        **dict.fromkeys("﹚", ")"),
        **dict.fromkeys("×", "*"),
        **dict.fromkeys("÷", "/"),
        **dict.fromkeys("≠", "!="),
        **dict.fromkeys("≤", "<="),
        **dict.fromkeys("≥", ">="),
        **dict.fromkeys("﹔", ";"),
        **dict.fromkeys("\u3000\u00a0\u2002\u2003\u2009\u202f", " "),
        **dict.fromkeys("\u200b\u2060\ufeff", ""),
    }
)
"""What to write instead. Characters that no query needs outside literals and IRIs."""
NAMED: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        "\u3000": Bilingual("全角空格", "an ideographic space"),
        **dict.fromkeys(
            "\u00a0\u2002\u2003\u2009\u202f", Bilingual("特殊空格", "an unusual space")
        ),
        **dict.fromkeys("\u200b\u2060\ufeff", Bilingual("看不见的字符", "an invisible character")),
    }
)
_SELECT: Final = re.compile(r"\bSELECT\b([^{(]*)", re.IGNORECASE)
_ROUNDS: Final = 4
_WITHIN: Final = ("variable", "name", "word", "blank", "number", "other")


@dataclass(frozen=True, slots=True)
class Slip:
    """A character at a place of a query, and what to write in its stead."""

    place: int
    wrong: str
    right: str
    within: str
    """The variable, name or word that it has become a part of; empty where it stands alone."""


def slips(text: str) -> tuple[Slip, ...]:
    """Return the characters outside literals, IRIs and comments that ASCII ones were meant by."""
    found = sorted(_slips(text), key=lambda slip: slip.place)
    head = _head(text)
    return tuple(
        replace(slip, right=" ") if slip.right in ",.;" and slip.place in head else slip
        for slip in found
    )


def _head(text: str) -> range:
    """Return where the variables of a SELECT are listed, without commas and dots."""
    match = _SELECT.search(text)
    return range(match.start(1), match.end(1)) if match else range(0)


def _slips(text: str) -> Iterator[Slip]:
    start: int | None = 0
    while start is not None:
        start = yield from _slips_from(text, start)


def _slips_from(text: str, start: int) -> Generator[Slip, None, int | None]:
    """Yield slips up to the first quotation in Chinese marks; return where that ends."""
    for token in tokens(text[start:] if start else text):
        if token.kind not in _WITHIN and not (token.kind == "space" and "\ufeff" in token.text):
            continue
        for offset, character in enumerate(token.text):
            if character not in ASCII or not _is_slip(token, character):
                continue
            place = start + token.start + offset
            closing = _closing(text, place)
            if closing is not None:
                mark = "'" if character in _SINGLE else '"'
                yield Slip(place, character, mark, "")
                yield Slip(closing, text[closing], mark, "")
                return closing + 1
            within = token.text if token.kind in ("variable", "name", "word") else ""
            yield Slip(place, character, ASCII[character], within)
    return None


def _is_slip(token: Token, character: str) -> bool:
    """Whether a full-width letter or digit is one too many: in a Chinese name it may belong."""
    if token.kind == "name" and _FULL_WIDTH.get(character, ".").isalnum():
        return all(other < "\u3000" or other in _FULL_WIDTH for other in token.text)
    return True


def _closing(text: str, place: int) -> int | None:
    """Return where the quotation closes that opens at a place, if it does so in its line."""
    closes = _QUOTES.get(text[place])
    if closes is None:
        return None
    ends = [end for end in (text.find("\n", place), len(text)) if end >= 0]
    found = text.find(closes, place + 1, ends[0])
    ascii_mark = "'" if text[place] in _SINGLE else '"'
    return found if found >= 0 and ascii_mark not in text[place:found] else None


def mended(text: str) -> str:
    """Return the query with the slips mended; a text without any comes back as it is."""
    for _ in range(_ROUNDS):  # what was hidden behind a slip may be one itself
        found = slips(text)
        if not found:
            break
        parts: list[str] = []
        end = 0
        for slip in found:
            parts += (text[end : slip.place], slip.right)
            end = slip.place + 1
        text = "".join((*parts, text[end:]))
    return text


def warnings(text: str) -> tuple[Notice, ...]:
    """Return what to look at in a query that may well be one, in the order of the places.

    Codes: `full-width` for a character that an ASCII one was meant by, with the mend;
    `look-alike` for a variable that only such a character parts from another;
    `unbound` for a variable that is asked for and occurs nowhere else.
    """
    found = slips(text)
    notices = [(run[0].place, _full_width(text, run)) for run in islice(runs(found), MAX_NOTICES)]
    solid = solid_tokens(text)
    notices += islice(_look_alikes(text, solid), MAX_NOTICES)
    notices += islice(_unbound(text, solid), MAX_NOTICES)
    return tuple(notice for _, notice in sorted(notices, key=lambda pair: pair[0]))


def runs(found: Sequence[Slip]) -> Iterator[tuple[Slip, ...]]:
    """Yield the slips (see `slips`), those of one word together."""
    run: tuple[Slip, ...] = ()
    for slip in found:
        joins = run and slip.place == run[-1].place + 1 and (slip.right + run[-1].right).isalnum()
        if run and not joins:
            yield run
        run = (*run, slip) if joins else (slip,)
    if run:
        yield run


def mend_words(right: str) -> Bilingual:
    """Return the words for what to write instead of a slip."""
    if not right.strip():
        return _SPACE if right else _NOTHING
    return Bilingual(f"改成 {right}", f"write {right}")


_SPACE: Final = Bilingual("改成普通空格", "write a plain space")
_NOTHING: Final = Bilingual("删去", "leave it out")


def _full_width(text: str, run: tuple[Slip, ...]) -> Notice:
    slip = run[0]
    wrong, right = "".join(one.wrong for one in run), "".join(one.right for one in run)
    named = NAMED.get(wrong, Bilingual(f"「{wrong}」", f"`{wrong}`"))
    mend = mend_words(right)
    zh = f"{named.zh}不是 SPARQL 的字符：{mend.zh}"
    en = f"{named.en} is no character of SPARQL: {mend.en}"
    if slip.within:
        kind = Bilingual("变量", "a variable") if slip.within[0] in "?$" else _NAME
        zh = f"{named.zh}成了{kind.zh} {slip.within} 的一部分：{mend.zh}"
        en = f"{named.en} is a part of {kind.en}, {slip.within}: {mend.en}"
    return Notice("full-width", Bilingual(zh, en), position(text, slip.place))


_NAME: Final = Bilingual("名称", "a name")


def _look_alikes(text: str, solid: Sequence[Token]) -> Iterator[tuple[int, Notice]]:
    counts = Counter(token.text[1:] for token in solid if token.kind == "variable")
    by_plain: dict[str, list[str]] = {}
    for name in counts:
        by_plain.setdefault(_plain(name), []).append(name)
    for token in solid:
        name = token.text[1:]
        if token.kind != "variable" or counts[name] != 1 or _plain(name) == name:
            continue
        others = [other for other in by_plain[_plain(name)] if other != name]
        if others:
            words = Bilingual(
                f"?{name} 与 ?{others[0]} 是两个变量，前者只出现一次",
                f"?{name} and ?{others[0]} are two variables, and the former occurs once",
            )
            yield token.start, Notice("look-alike", words, position(text, token.start))


def _plain(name: str) -> str:
    """Return the variable that was meant: up to the first slip that ends it."""
    kept = []
    for character in name:
        right = ASCII.get(character, character)
        if not right.isalnum() and right not in "_" and character in ASCII:
            break
        kept.append(right)
    return "".join(kept)


def _unbound(text: str, solid: Sequence[Token]) -> Iterator[tuple[int, Notice]]:
    """Yield notices for variables of the first SELECT that occur nowhere behind its `{`."""
    heads = [place for place, token in enumerate(solid) if token.is_word("SELECT")]
    bodies = [place for place, token in enumerate(solid) if token.text == "{"]
    if not heads or not bodies or bodies[0] < heads[0]:
        return
    known = {token.text[1:] for token in solid[bodies[0] :] if token.kind == "variable"}
    depth = 0
    for token in solid[heads[0] : bodies[0]]:
        depth += (token.text == "(") - (token.text == ")")
        if token.kind != "variable" or depth or token.text[1:] in known:
            continue
        near = _nearest(token.text[1:], known)
        zh = f"；是不是 ?{near}？" if near else ""
        en = f"; did you mean ?{near}?" if near else ""
        words = Bilingual(
            f"查询要 {token.text}，但 {{ }} 里没有这个变量，它总是空的{zh}",
            f"{token.text} is asked for, but is not within {{ }}: it is always empty{en}",
        )
        yield token.start, Notice("unbound", words, position(text, token.start))


def _nearest(name: str, known: set[str]) -> str | None:
    from rapidfuzz.distance import OSA

    plain = _plain(name)
    ranked = sorted((OSA.distance(plain.lower(), other.lower()), other) for other in known)
    near = ranked and ranked[0][0] <= (len(plain) + 1) // 4
    return ranked[0][1] if near else None
