"""What is wrong with single words and marks: quotes, brackets, prefixes, operators, functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg_builder.graph.query.hints.failure import (
    FUNCTIONS,
    Failure,
    Hint,
    is_call,
    meant_en,
    meant_zh,
    nearest,
    say,
)
from kg_builder.graph.query.punctuation import mend_words, runs, slips
from kg_builder.graph.query.tokens import Token

_KEYWORDS: Final = frozenset(
    "SELECT ASK CONSTRUCT DESCRIBE WHERE FILTER OPTIONAL UNION MINUS GRAPH BIND VALUES DISTINCT"
    " REDUCED PREFIX BASE ORDER GROUP BY HAVING LIMIT OFFSET ASC DESC AS IN NOT EXISTS UNDEF FROM"
    " NAMED SEPARATOR A TRUE FALSE SILENT SERVICE LATERAL VERSION".split()
)

_CALLS: Final = FUNCTIONS | frozenset(
    "FILTER WHERE VALUES BIND ASC DESC BY HAVING IN NOT EXISTS AND OR AS SELECT DISTINCT REDUCED"
    " GROUP ORDER UNION OPTIONAL A LIKE MINUS".split()
)

_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})

_CLOSES: Final = {")": "(", "}": "{", "]": "["}

_SQL: Final = {
    "LIKE": (
        '没有 LIKE：用 CONTAINS(?x, "…") 或 REGEX',
        'no LIKE here: CONTAINS(?x, "…") or REGEX',
    ),
    "IS": ("没有 IS NULL：用 !BOUND(?x)", "no IS NULL here: !BOUND(?x)"),
    "NULL": ("没有 NULL：用 BOUND(?x)", "no NULL here: BOUND(?x)"),
    "BETWEEN": ("没有 BETWEEN：用 ?x >= 1 && ?x <= 9", "no BETWEEN here: ?x >= 1 && ?x <= 9"),
    "JOIN": ("没有 JOIN：同名变量自动连接", "no JOIN here: patterns join by their variables"),
    "TOP": ("没有 TOP：末尾写 LIMIT 10", "no TOP here: LIMIT 10 at the end"),
    "CASE": ("没有 CASE：用 IF(…, …, …)", "no CASE here: IF(…, …, …)"),
    "ELSE": ("没有 ELSE：用 IF(…, …, …)", "no ELSE here: IF(…, …, …)"),
    "EXCEPT": ("没有 EXCEPT：用 MINUS { … }", "no EXCEPT here: MINUS { … }"),
    "LEN": ("没有 LEN：用 STRLEN", "no LEN here: STRLEN"),
    "LENGTH": ("没有 LENGTH：用 STRLEN", "no LENGTH here: STRLEN"),
    "UPPER": ("没有 UPPER：用 UCASE", "no UPPER here: UCASE"),
    "LOWER": ("没有 LOWER：用 LCASE", "no LOWER here: LCASE"),
    "IFNULL": ("没有 IFNULL：用 COALESCE", "no IFNULL here: COALESCE"),
    "NVL": ("没有 NVL：用 COALESCE", "no NVL here: COALESCE"),
}


def empty(failure: Failure) -> Iterator[Hint]:
    """Tell of a text without tokens."""
    if not failure.solid:
        yield say(0, "查询是空的", "the query is empty")


def punctuation(failure: Failure) -> Iterator[Hint]:
    """Tell of full-width characters outside literals and IRIs."""
    for run in runs(slips(failure.text)):
        wrong = "".join(slip.wrong for slip in run)
        mend = mend_words("".join(slip.right for slip in run))
        yield say(
            run[0].place,
            f"「{wrong}」是中文（全角）字符：{mend.zh}",
            f"`{wrong}` is a full-width character: {mend.en}",
        )


def quotes(failure: Failure) -> Iterator[Hint]:
    """Tell of strings without an end, and of escapes that strings do not have."""
    for token in failure.solid:
        if token.kind != "other" or token.text not in "'\"":
            continue
        end = failure.text.find("\n", token.start)
        line = failure.text[token.start : end if end >= 0 else len(failure.text)]
        backslash = line.find("\\")
        closes = line.find(token.text, 1)
        if 0 < backslash < closes and line[backslash + 1] not in "tbnrf\\\"'uU":
            escape = line[backslash : backslash + 2]
            yield say(
                token.start + backslash,
                f"字符串里没有 {escape} 这个转义：反斜线要写两遍，\\{escape}",
                f"{escape} is no escape of strings: write the backslash twice, \\{escape}",
            )
        yield say(
            token.start,
            f"字符串没有结束：缺 {token.text}（跨行的用三个引号）",
            f"the string does not end: {token.text} is missing (three quotes span lines)",
        )


def brackets(failure: Failure) -> Iterator[Hint]:
    """Tell of brackets without their partner."""
    opened: list[Token] = []
    for token in failure.solid:
        if token.text in ("(", "{", "["):
            opened.append(token)
        elif token.kind == "mark" and token.text in _CLOSES:
            if not opened:
                zh, en = f"多了一个 {token.text}", f"one {token.text} too many"
                yield say(token.start, zh, en)
                return
            if opened[-1].text != _CLOSES[token.text]:
                yield _unclosed(failure, opened[-1], token.start)
                return
            opened.pop()
    if opened:
        yield _unclosed(failure, opened[-1], len(failure.text.rstrip()))


def _unclosed(failure: Failure, opening: Token, place: int) -> Hint:
    closing = next(mark for mark, other in _CLOSES.items() if other == opening.text)
    line = failure.text.count("\n", 0, opening.start) + 1
    column = opening.start - failure.text.rfind("\n", 0, opening.start)
    return say(
        place,
        f"这里之前缺 {closing}：第 {line} 行第 {column} 列的 {opening.text} 没有合上",
        f"{closing} is missing before this: {opening.text} of {line}:{column} is not closed",
    )


def first_word(failure: Failure) -> Iterator[Hint]:
    """Tell of a text that begins as no query does."""
    first = failure.solid[0]
    known = _FORMS | {"PREFIX", "BASE", "VERSION"}
    if first.text.upper() in known:
        return
    if first.text.lower() in ("@prefix", "@base"):
        plain = first.text[1:].upper()
        yield say(
            first.start,
            f"这是 Turtle 的写法：SPARQL 写 {plain}，行末没有句点",
            f"that is Turtle: SPARQL writes {plain}, and no dot at the end",
        )
        return
    near = nearest(first.text.upper(), known)
    yield say(
        first.start,
        f"查询以 SELECT、ASK、CONSTRUCT 或 DESCRIBE 开头{meant_zh(near)}",
        f"a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE{meant_en(near)}",
    )


def declarations(failure: Failure) -> Iterator[Hint]:
    """Tell of a PREFIX that declares none."""
    for place, token in enumerate(failure.solid):
        if not token.is_word("PREFIX"):
            continue
        name, iri, dot = (failure.token(place + step) for step in (1, 2, 3))
        if name is None or not (name.kind == "name" and name.text.endswith(":")):
            yield say(
                name.start if name else token.end,
                "PREFIX 之后是紧跟冒号的前缀：PREFIX kg: <…>",
                "PREFIX takes a prefix with its colon: PREFIX kg: <…>",
            )
        elif iri is None or iri.kind != "iri":
            yield say(
                iri.start if iri else name.end,
                "PREFIX 的 IRI 要放在 < > 里",
                "the IRI of a PREFIX stands within < >",
            )
        elif dot is not None and dot.text == ".":
            yield say(dot.start, "PREFIX 行末没有句点", "no dot ends a PREFIX of SPARQL")


def prefixes(failure: Failure) -> Iterator[Hint]:
    """Tell of prefixes that nothing declares."""
    declared = {
        after.text[:-1]
        for token, after in zip(failure.solid, failure.solid[1:], strict=False)
        if token.is_word("PREFIX")
    }
    known = declared | set(failure.prefixes)
    for token in failure.solid:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in known:
            near = nearest(prefix, known)
            yield say(
                token.start,
                f"未声明的前缀 {prefix}:{meant_zh(near and near + ':')}",
                f"the prefix {prefix}: is not declared{meant_en(near and near + ':')}",
            )


def operators(failure: Failure) -> Iterator[Hint]:
    """Tell of operators of other languages."""
    for token, after in zip(failure.solid, failure.solid[1:], strict=False):
        pair = token.text + after.text if token.end == after.start else ""
        if pair == "==":
            yield say(token.start, "相等写一个等号：=", "equality is a single =")
        elif pair == "=>":
            yield say(token.start, "大于等于写作 >=", "greater or equal is written >=")
        elif pair == "<>" or token.text == "<>":
            yield say(token.start, "不等写作 !=", "inequality is written !=")
        elif token.text == "&" and after.text != "&":
            yield say(token.start, "并且写作 &&", "the conjunction is &&")
        elif token.kind == "word" and token.text.upper() in ("AND", "OR"):
            right = "&&" if token.text.upper() == "AND" else "||"
            yield say(
                token.start,
                f"SPARQL 里 {token.text} 写作 {right}",
                f"SPARQL writes {right} for {token.text}",
            )
    yield from _negations(failure)


def _negations(failure: Failure) -> Iterator[Hint]:
    for place, token in enumerate(failure.solid):
        after = failure.token(place + 1)
        if token.is_word("NOT") and after and after.text.upper() not in ("IN", "EXISTS"):
            yield say(token.start, "否定写作 !( … )", "negation is written !( … )")


def sql(failure: Failure) -> Iterator[Hint]:
    """Tell of words of SQL."""
    for token in failure.solid:
        words = _SQL.get(token.text.upper()) if token.kind == "word" else None
        if words:
            yield say(token.start, *words)


def language_tags(failure: Failure) -> Iterator[Hint]:
    """Tell of language tags that follow no string."""
    for before, token in zip(failure.solid, failure.solid[1:], strict=False):
        if token.text[0] == "@" and before.kind != "string":
            yield say(
                token.start,
                '语言标签只跟在引号之后："文字"@zh',
                'a language tag stands behind quotes: "words"@zh',
            )


def unknown_words(failure: Failure) -> Iterator[Hint]:
    """Words that are neither keywords nor functions, and stray characters."""
    for place, token in enumerate(failure.solid):
        if token.kind == "other" and token.text not in "&'\"\\~":
            end = place
            while (after := failure.token(end + 1)) and after.kind == "other":
                if after.start != failure.solid[end].end:
                    break
                end += 1
            yield _stray(failure.text[token.start : failure.solid[end].end], token.start)
        elif token.kind == "word" and token.text[0] != "@":
            yield from _word(failure, place, token)


def _word(failure: Failure, place: int, token: Token) -> Iterator[Hint]:
    word = token.text.upper()
    if is_call(failure, place) and word not in _CALLS:
        near = nearest(word, FUNCTIONS)
        yield say(
            token.start,
            f"没有函数 {token.text}{meant_zh(near)}",
            f"there is no function {token.text}{meant_en(near)}",
        )
    elif word not in _KEYWORDS and word not in FUNCTIONS:
        near = nearest(word, _KEYWORDS | FUNCTIONS)
        if near:
            yield say(
                token.start,
                f"不认识 {token.text}{meant_zh(near)}",
                f"{token.text} is unknown{meant_en(near)}",
            )
        else:
            yield _stray(token.text, token.start)


def _stray(words: str, place: int) -> Hint:
    return say(
        place,
        f"{words} 不是变量、名称或文字：变量写 ?{words}，名称带前缀，文字加引号",
        f"{words} is no variable, name or literal: a variable begins with ?, a name has a prefix, "
        "a literal stands in quotes",
    )


def iris(failure: Failure) -> Iterator[Hint]:
    """IRIs with blanks, and relative ones without a base."""
    if "IRI parsing failed" not in failure.reason:
        return
    has_base = any(token.is_word("BASE") for token in failure.solid)
    for token in failure.solid:
        if token.text == "<":
            end = failure.text.find(">", token.start)
            if end >= 0 and failure.text[token.end : token.end + 4].lower() in ("http", "urn:"):
                zh = "IRI 里不能有空格、引号和花括号"
                yield say(token.start, zh, "an IRI holds no blanks, quotes or braces")
        elif token.kind == "iri" and not has_base and ":" not in token.text:
            yield say(
                token.start,
                f"{token.text} 是相对 IRI：写全，或用前缀",
                f"{token.text} is a relative IRI: write all of it, or use a prefix",
            )
