"""Mends for what a parser refuses in Turtle, TriG, N-Triples and N-Quads.

The parser stops where the text stops making sense to it; what is wrong often stands before. Each
rule looks at what it says and at the words around, and knows one mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kg_builder.graph.query.punctuation import ASCII, NAMED, mend_words
from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.turtle_tokens import (
    AT,
    CARETS,
    END,
    IRI,
    MARK,
    NAME,
    NUMBER,
    OTHER,
    STRING,
    Token,
    tokens,
)
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual

_UNDECLARED: Final = re.compile(r"The prefix (.*): has not been declared", re.DOTALL)
_NO_TERM: Final = re.compile(r"(.*) is not a valid (subject|predicate|RDF object)", re.DOTALL)
_LINES_BACK: Final = 2
"""How far before the place where the parser stopped a wrong character is looked for."""
_OPENING: Final = "“‘„「『＂＇"
_CLOSING: Final = "”’“」』＂＇"
_IN_NAMES: Final = "（）《》〈〉－【】〔〕［］"
"""What a name may end with, and mean it."""
_ROLES: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        "subject": Bilingual("主语", "a subject"),
        "predicate": Bilingual("谓语", "a predicate"),
        "RDF object": Bilingual("宾语", "an object"),
    }
)
_SHOWN: Final = 40
_STOPS: Final = "；。．，;,"
_MOST_OTHERS: Final = 1_000
_LISTED_LINES: Final = 8
_ROWS: Final = 5
_FEWEST_ROWS: Final = 2


@dataclass(frozen=True, slots=True)
class Mend:
    """Where something is wrong, and what to do."""

    place: int
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Stop:
    """What a parser said of a text, and where."""

    text: str
    kind: Format
    reason: str
    place: int
    words: Sequence[Token]
    """The tokens of the text up to the one that the place lies in or before."""
    index: int
    """Of that one."""

    @property
    def word(self) -> str:
        """The word at the place."""
        return self.at(self.index)

    def at(self, index: int) -> str:
        """Return a word by its index; empty before the first."""
        if index < 0:
            return ""
        _, start, end = self.words[index]
        return self.text[start:end]

    @property
    def end_before(self) -> int:
        """Where the word before the place ends."""
        return self.words[self.index - 1][2] if self.index else 0


def mend(text: str, kind: Format, reason: str, place: int) -> Mend | None:
    """Return what is probably wrong; None where no rule knows better than the parser."""
    words: list[Token] = []
    for token in tokens(text):
        words.append(token)
        if token[2] > place:
            break
    stop = Stop(text, kind, reason, place, words, len(words) - 1)
    found = (rule(stop) for rule in _RULES)
    return next((one for one in found if one), None)


def _half_quoted(stop: Stop) -> Mend | None:
    """`"甲”`: it opens in ASCII, so that the Chinese mark closes nothing."""
    line = stop.text.rfind("\n", 0, stop.place) + 1
    found = re.search(r'"[^"”“\r\n]*”', stop.text[line : stop.place + 400])
    if found is None:
        return None
    return Mend(
        line + found.end() - 1,
        Bilingual(
            '引号不成对：文字以 " 开头，也要以 " 结尾，不是 ”',
            'quotation marks that do not match: a text that opens with " closes with ", not with ”',
        ),
    )


def _quotation(stop: Stop) -> Mend | None:
    """`“甲”` for a literal."""
    for index in _near(stop):
        what, start, _ = stop.words[index]
        if what not in (OTHER, NAME) or stop.text[start] not in _OPENING:
            continue
        line = re.split(r"[\r\n]", stop.text[start + 1 : start + 400], maxsplit=1)[0]
        closing = next((i for i, one in enumerate(line) if one in _CLOSING), None)
        if closing is not None:
            wrong, inner = line[closing], line[:closing]
            shown = inner if len(inner) <= _SHOWN else inner[:_SHOWN] + "…"
            opening = stop.text[start]
            return Mend(
                start,
                Bilingual(
                    f"中文引号 {opening}{wrong} 不能引出文字：改成英文引号，"
                    f'"{shown}"（或 "{shown}"@zh）',
                    f"Chinese quotation marks {opening}{wrong} do not quote a text here: write"
                    f' "{shown}" (or "{shown}"@zh)',
                ),
            )
    return None


def _punctuation(stop: Stop) -> Mend | None:
    """`。` `；` `，` and the like, alone or at the end or start of a name; full-width words."""
    for index in _near(stop):
        what, start, end = stop.words[index]
        if what not in (OTHER, NAME):
            continue
        word = stop.text[start:end]
        plain = "".join(ASCII.get(character, character) for character in word)
        if plain != word and plain.isascii() and plain.isalnum():  # １２, ｔｒｕｅ
            return Mend(
                start,
                Bilingual(
                    f"{word} 是全角字符：改成 {plain}", f"{word} is full-width: write {plain}"
                ),
            )
        place = _slip(word)
        if place is not None:
            at = start + place
            if _ends_declaration(stop, index) and word[place] in _STOPS:
                return Mend(at, _declaration_words(word[place]))
            return Mend(at, _with_others(_slip_words(word, word[place]), stop, at))
    return None


def _ends_declaration(stop: Stop, index: int) -> bool:
    """Return whether a word stands where `@prefix e: <…>` wants its full stop."""
    return stop.at(index - 3).lower() == "@prefix" or stop.at(index - 2).lower() == "@base"


def _declaration_words(wrong: str) -> Bilingual:
    return Bilingual(
        f"@prefix 和 @base 的一行以英文句点结束：把 {wrong} 改成 .",
        f"a line with @prefix or @base ends with a full stop: write . for {wrong}",
    )


def _with_others(words: Bilingual, stop: Stop, at: int) -> Bilingual:
    """Add on which other lines the same has to be done, so that nobody is told line by line."""
    places = [
        start + place
        for what, start, end in tokens(stop.text)
        if what in (OTHER, NAME) and (place := _slip(stop.text[start:end])) is not None
    ]
    here = stop.text.count("\n", 0, at) + 1
    lines = {stop.text.count("\n", 0, place) + 1 for place in places[:_MOST_OTHERS] if place > at}
    listed = sorted(lines - {here})
    if not listed:
        return words
    more_zh, more_en = (" 等行", " and others") if len(listed) > _LISTED_LINES else (" 行", "")
    shown = [str(line) for line in listed[:_LISTED_LINES]]
    return Bilingual(
        f"{words.zh}（同样要改的还有第 {'、'.join(shown)}{more_zh}）",
        f"{words.en} (the same on line {', '.join(shown)}{more_en})",
    )


def _declared_without_stop(stop: Stop) -> Mend | None:
    """Know a declaration that ends with `;`, which the grammar has elsewhere."""
    if stop.word != ";" or not _ends_declaration(stop, stop.index):
        return None
    return Mend(stop.place, _declaration_words(";"))


def _table(stop: Stop) -> Mend | None:
    """Rows of a table, pasted as they were."""
    rows = [row for row in stop.text.splitlines()[:_ROWS] if row.strip()]
    cells = {max(row.count(mark) for mark in ",，\t") for row in rows}
    if len(rows) < _FEWEST_ROWS or cells == {0} or len(cells) != 1:
        return None
    if re.search(r"[<>]|@prefix|\w:\w", "".join(rows), re.IGNORECASE):
        return None
    return Mend(
        0,
        Bilingual(
            "这像是一张表（CSV），不是 RDF：每一行写成一个事物，样子见 kg schema 类名 --template，"
            "例如 kg schema CanteenListing --template",
            "this looks like a table (CSV), not RDF: write each row as a thing, in the form that"
            " kg schema CLASS --template prints, as kg schema CanteenListing --template",
        ),
    )


def _slip_words(word: str, wrong: str) -> Bilingual:
    named = NAMED.get(wrong, Bilingual(f"中文标点「{wrong}」", f"Chinese punctuation `{wrong}`"))
    todo = mend_words(ASCII[wrong])
    if len(word) > 1:
        return Bilingual(
            f"{named.zh}成了名称 {word} 的一部分：{todo.zh}",
            f"{named.en} has become a part of the name {word}: {todo.en}",
        )
    return Bilingual(
        f"{named.zh}在引号外不起作用：{todo.zh}",
        f"{named.en} means nothing outside quotation marks: {todo.en}",
    )


def _near(stop: Stop) -> range:
    """Return the tokens to look at: those of the line before the place, and the one there."""
    first = stop.index
    limit = stop.place
    for _ in range(_LINES_BACK):
        limit = max(stop.text.rfind("\n", 0, limit), 0)
    while first > 0 and stop.words[first - 1][1] >= limit:
        first -= 1
    return range(first, min(stop.index + 1, len(stop.words)))


def _slip(word: str) -> int | None:
    """Return where in a word a character is that an ASCII mark was meant by.

    Within a name they may belong to it: `e:食堂（旧）`.
    """
    for place, character in enumerate(word):
        right = ASCII.get(character)
        if right is None or right.isalnum():
            continue
        if len(word) == 1 or place == 0 or ":" in word[place:]:
            return place
        if place == len(word) - 1 and character not in _IN_NAMES:
            return place
    return None


def _prefix(stop: Stop) -> Mend | None:
    found = _UNDECLARED.search(stop.reason)
    if found is None:
        return None
    prefix = found[1]
    if prefix in ("http", "https", "urn", "mailto", "file"):
        return Mend(
            stop.place,
            Bilingual(
                f"完整的 IRI 要写在尖括号里：<{prefix}:…>",
                f"a whole IRI stands in angle brackets: <{prefix}:…>",
            ),
        )
    known = PREFIXES.get(prefix)
    iri = known or "http://…"
    near = None if known else _nearest(prefix, _declared(stop))
    zh, en = (f"；是不是 {near}: ？", f"; did you mean {near}: ?") if near else ("", "")
    return Mend(
        stop.place,
        Bilingual(
            f"前缀 {prefix}: 没有声明：在文件开头加一行 @prefix {prefix}: <{iri}> .{zh}",
            f"the prefix {prefix}: is not declared: add the line @prefix {prefix}: <{iri}> . at"
            f" the top{en}",
        ),
    )


def _declared(stop: Stop) -> set[str]:
    text = stop.text
    return {
        text[name[1] : name[2]].rstrip(":")
        for word, name in zip(stop.words, stop.words[1:], strict=False)
        if text[word[1] : word[2]].lower() in ("@prefix", "prefix")
    }


def _nearest(prefix: str, known: set[str]) -> str | None:
    from rapidfuzz.distance import OSA

    ranked = sorted((OSA.distance(prefix.lower(), one.lower()), one) for one in known if one)
    return ranked[0][1] if ranked and ranked[0][0] <= (len(prefix) + 2) // 4 else None


def _number_kind(word: str) -> str:
    if "e" in word.lower():
        return "double"
    return "decimal" if "." in word else "integer"


def _relative(stop: Stop) -> Mend | None:
    if "No scheme found" not in stop.reason:
        return None
    shown = stop.word[:_SHOWN]
    if stop.kind in (Format.N_TRIPLES, Format.N_QUADS):
        zh = f"{shown} 不是完整的 IRI；{stop.kind.label} 里每个 IRI 都要写全，例如 <http://…>"
        en = f"{shown} is no whole IRI, and {stop.kind.label} wants whole ones, as <http://…>"
    else:
        zh = f"{shown} 是相对 IRI，而文件没有 @base：写完整的 IRI，或在开头加 @base <http://…/> ."
        en = (
            f"{shown} is a relative IRI and the file has no base: write the whole IRI, or add"
            " @base <http://…/> . at the top"
        )
    return Mend(stop.place, Bilingual(zh, en))


_CHARACTERS: Final = {
    " ": Bilingual("空格", "a space"),
    "\t": Bilingual("制表符", "a tab"),
    "\n": Bilingual("换行", "a line end"),
    "\r": Bilingual("换行", "a line end"),
}


def _bad_iri(stop: Stop) -> Mend | None:
    found = re.search(r"Invalid IRI code point '(.)'", stop.reason, re.DOTALL)
    if found is None:
        return None
    place = stop.text.find(found[1], stop.place)
    place = stop.place if place < 0 else place
    named = _CHARACTERS.get(found[1])
    if named is None:
        shown = found[1] if found[1].isprintable() else f"U+{ord(found[1]):04X}"
        named = Bilingual(shown, shown)
    escape = "".join(f"%{byte:02X}" for byte in found[1].encode())
    return Mend(
        place,
        Bilingual(
            f"尖括号里的 IRI 不能含有{named.zh}：改成 {escape}，或者拆成两个 IRI",
            f"an IRI in angle brackets cannot hold {named.en}: write {escape}, or make two IRIs",
        ),
    )


def _open_text(stop: Stop) -> Mend | None:
    if "Line jumps are not allowed" in stop.reason:
        start = max(stop.text.rfind('"', 0, stop.place), stop.text.rfind("'", 0, stop.place))
        line = stop.text.rfind("\n", 0, stop.place)
        return Mend(
            start if start > line else stop.place,
            Bilingual(
                '文字到行末还没有结束：补上引号 "，多行文字用 """…"""',
                'a text does not end on its line: close it with ", or write """…""" for several'
                " lines",
            ),
        )
    if "Unexpected end" in stop.reason and stop.text[stop.place : stop.place + 1] in ("'", '"'):
        return Mend(
            stop.place,
            Bilingual("这里的引号一直没有结束：补上", "the quotation that begins here never ends"),
        )
    return None


def _dot(stop: Stop) -> Mend | None:
    missing = ("A dot is expected", "followed by a dot", "Unexpected end")
    if not any(words in stop.reason for words in missing):
        return None
    if stop.kind is Format.N_TRIPLES and stop.words[stop.index][0] == IRI and _terms(stop) == 3:
        return Mend(
            stop.place,
            Bilingual(
                "N-Triples 一行只有三项；有第四项（图名）的是 N-Quads：文件名用 .nq，或 -df nquads",
                "N-Triples has three terms on a line; with a fourth, a graph, it is N-Quads: name"
                " the file .nq, or say -df nquads",
            ),
        )
    if stop.at(stop.index - 1) in (",", ";") or _lacks_object(stop):
        words = Bilingual(
            "句子没有写完：后面缺词项", "the statement is not complete: a term is missing"
        )
        return Mend(stop.end_before, words)
    if stop.kind in (Format.N_TRIPLES, Format.N_QUADS):
        return Mend(
            stop.end_before,
            Bilingual("行末缺 .", "a . is missing at the end of the line"),
        )
    return Mend(
        stop.end_before,
        Bilingual(
            "句子后面缺 .（同一主语接着写用 ; ，同一谓语接着写用 ,）",
            "a . is missing behind the statement (; goes on with the same subject, , with the same"
            " predicate)",
        ),
    )


def _terms(stop: Stop) -> int:
    """Return how many terms of the line stand before the place."""
    line = stop.text.rfind("\n", 0, stop.place)
    before = (token[0] for token in stop.words if line < token[1] < stop.place)
    return sum(what not in (AT, CARETS) for what in before)


def _whole_iris(stop: Stop) -> Mend | None:
    """Names and directives in N-Triples, which is no Turtle."""
    if stop.kind not in (Format.N_TRIPLES, Format.N_QUADS) or "must be an IRI" not in stop.reason:
        return None
    what = stop.words[stop.index][0]
    shown = stop.word[:_SHOWN]
    if what == NUMBER or shown in ("true", "false"):
        kind = "boolean" if what == NAME else _number_kind(shown)
        whole = f'"{shown}"^^<{PREFIXES["xsd"]}{kind}>'
        return Mend(stop.place, Bilingual(f"{shown} 要写全：{whole}", f"write {shown} as {whole}"))
    if what not in (NAME, AT):
        return None
    return Mend(
        stop.place,
        Bilingual(
            f"{stop.kind.label} 没有前缀和缩写（{shown}）：IRI 写全，例如 <http://…>；"
            "或者它其实是 Turtle：文件名用 .ttl，或 -df turtle",
            f"{stop.kind.label} has no prefixes and short forms ({shown}): write whole IRIs, as"
            " <http://…>; or it is Turtle: name the file .ttl, or say -df turtle",
        ),
    )


def _lacks_object(stop: Stop) -> bool:
    """Whether the text ends and fewer terms stand behind the last mark than it wants."""
    if stop.words[stop.index][0] != END:
        return False
    count = 0
    for index in range(stop.index - 1, -1, -1):
        if stop.words[index][0] == MARK:
            break
        count += 1
    opened = stop.index - 1 - count
    mark = stop.at(opened)
    return count < (1 if mark == "," else 2 if mark in (";", "[") else 3) and mark not in ("]", ")")


def _term(stop: Stop) -> Mend | None:
    found = _NO_TERM.search(stop.reason)
    if found is None:
        return None
    role, word, what = _ROLES[found[2]], stop.word, stop.words[stop.index][0]
    shown = word[:_SHOWN]
    if word == "{":
        return Mend(
            stop.place,
            Bilingual(
                "Turtle 里没有命名图 { }；那是 TriG：文件名用 .trig，或 -df trig",
                "Turtle has no named graphs { }; TriG has: name the file .trig, or say -df trig",
            ),
        )
    if what in (STRING, NUMBER) or word in ("true", "false"):
        return Mend(
            stop.place,
            Bilingual(
                f"文字和数字 {shown} 不能作{role.zh}，只能作宾语",
                f"a text or number, {shown}, can be an object only, not {role.en}",
            ),
        )
    if word.lower() in ("true", "false"):
        mended = word.lower()
        return Mend(
            stop.place,
            Bilingual(
                f"{shown} 不能作{role.zh}：改成 {mended}",
                f"{shown} is not {role.en}: write {mended}",
            ),
        )
    if what == NAME and ":" not in word:
        zh = f'{shown} 不能作{role.zh}：名称要有前缀（如 e:名称），文字要加引号（"{shown}"）'
        en = (
            f'{shown} is not {role.en}: a name has a prefix (e:name), a text has quotes ("{shown}")'
        )
        return Mend(stop.place, Bilingual(zh, en))
    if what in (MARK, END):
        zh = f"这里缺{role.zh}" + (f"（却是 {word}）" if word else "")
        en = f"{role.en} is missing here" + (f" (there is {word})" if word else "")
        return Mend(stop.place, Bilingual(zh, en))
    return None


def _brackets(stop: Stop) -> Mend | None:
    if "should end with a ']'" not in stop.reason:
        return None
    return Mend(stop.place, Bilingual("[ 没有用 ] 结束", "a [ is not closed with ]"))


def _colon(stop: Stop) -> Mend | None:
    if "should be followed by a prefix" not in stop.reason:
        return None
    return Mend(
        stop.place,
        Bilingual(
            "前缀声明要有冒号：@prefix e: <http://…> .",
            "a prefix has a colon: @prefix e: <http://…> .",
        ),
    )


_TAG: Final = re.compile(r"""(?<=["'])@([ \t]*[\w-]*)""")
_GOOD_TAG: Final = re.compile("[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def _language(stop: Stop) -> Mend | None:
    """`@zh_CN`, `@ zh`, `@中文`: a language tag as the grammar does not have it."""
    line = max(stop.text.rfind(end, 0, stop.place) for end in "\r\n") + 1
    for found in _TAG.finditer(stop.text, line, stop.place + _SHOWN):
        if not found.start() < stop.place <= found.end() or _GOOD_TAG.fullmatch(found[1]):
            continue
        meant = found[1].strip().replace("_", "-")
        good = f"@{meant}" if _GOOD_TAG.fullmatch(meant) else None
        zh = f"改成 {good}" if good else "例如中文写 @zh，英文写 @en"
        en = f"write {good}" if good else "Chinese is @zh, English is @en"
        return Mend(
            found.start(),
            Bilingual(
                f"语言标签 {found[0]} 写得不对，只能是英文字母，各段用 - 连接：{zh}",
                f"{found[0]} is no language tag, which is of letters in parts joined by -: {en}",
            ),
        )
    return None


def _escape(stop: Stop) -> Mend | None:
    found = re.search(r"Unexpected escape character '(.*)'", stop.reason, re.DOTALL)
    if found is None:
        return None
    return Mend(
        stop.place,
        Bilingual(
            f"{found[1]} 不是转义：反斜杠本身写作 \\\\",
            f"{found[1]} is no escape: a backslash itself is written \\\\",
        ),
    )


_RULES: Final[Sequence[Callable[[Stop], Mend | None]]] = (
    _table,
    _declared_without_stop,
    _language,
    _quotation,
    _half_quoted,
    _punctuation,
    _prefix,
    _whole_iris,
    _relative,
    _bad_iri,
    _open_text,
    _colon,
    _escape,
    _brackets,
    _term,
    _dot,
)
