"""What is wrong with clauses: groups, filters, modifiers, and the order of terms in triples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg_builder.graph.query.hints.failure import MODIFIERS, TERMS, Failure, Hint, say

_COMPARISONS: Final = frozenset({"=", "<", ">", "<=", ">=", "!=", "&&", "||", "+", "-", "*", "/"})

_BEFORE_GROUP: Final = frozenset({"OPTIONAL", "UNION", "MINUS", "EXISTS"})

_BEFORE_TERM: Final = _COMPARISONS | frozenset({",", "|", "^", "^^", "!"})


def where(failure: Failure) -> Iterator[Hint]:
    """Tell of a group that is missing."""
    for place, token in enumerate(failure.solid):
        after = failure.token(place + 1)
        if token.is_word("WHERE") and (after is None or after.text != "{"):
            yield say(token.end, "WHERE 之后缺 {", "{ is missing after WHERE")
    if failure.solid[-1].is_word("DESCRIBE"):
        zh = "DESCRIBE 之后是变量、名称或 IRI"
        yield say(failure.place, zh, "DESCRIBE takes variables, names or IRIs")
    if not any(token.text == "{" for token in failure.solid):
        yield say(failure.place, "缺 { … }", "{ … } is missing")


def modifiers(failure: Failure) -> Iterator[Hint]:
    """Tell of GROUP BY, ORDER BY and LIMIT in a wrong place or order."""
    depth, last = 0, -1
    for place, token in enumerate(failure.solid):
        depth += (token.text == "{") - (token.text == "}")
        word = token.text.upper()
        if token.kind != "word" or word not in MODIFIERS or word == "VALUES":
            continue
        if depth and not _in_subquery(failure, place):
            yield say(
                token.start,
                f"{word} 写在最后的 }} 之后",
                f"{word} stands behind the last }}",
            )
        after = failure.token(place + 1)
        if word in ("GROUP", "ORDER") and not (after and after.is_word("BY")):
            yield say(token.end, f"{word} 之后缺 BY", f"BY is missing after {word}")
        rank = min(MODIFIERS.index(word), MODIFIERS.index("LIMIT"))
        if depth == 0:
            if rank < last:
                yield say(
                    token.start,
                    f"{word} 的次序不对：GROUP BY、HAVING、ORDER BY、LIMIT",
                    f"{word} comes too late: GROUP BY, HAVING, ORDER BY, LIMIT is the order",
                )
            last = rank
        if word in ("LIMIT", "OFFSET") and not (after and after.kind == "number"):
            yield say(token.end, f"{word} 之后是一个整数", f"{word} takes an integer")
        comma = failure.token(place + 2)
        if word == "LIMIT" and comma and comma.text == ",":
            yield say(
                comma.start,
                "写作 LIMIT 条数 OFFSET 跳过几条",
                "write LIMIT rows OFFSET rows to skip",
            )


def _in_subquery(failure: Failure, place: int) -> bool:
    depth = 0
    for token in reversed(failure.solid[:place]):
        depth += (token.text == "}") - (token.text == "{")
        if depth < 0:
            return False
        if depth == 0 and token.is_word("SELECT"):
            return True
    return False


def tail(failure: Failure) -> Iterator[Hint]:
    """Tell of a mark that ends the text, but no query."""
    last = failure.solid[-1]
    if last.text in (";", ".") and failure.stop >= len(failure.solid) - 1:
        zh, en = f"查询末尾没有 {last.text}", f"no {last.text} ends a query"
        before = failure.token(len(failure.solid) - 2)
        if before and before.text != "{":
            yield say(last.start, zh, en)


def filters(failure: Failure) -> Iterator[Hint]:
    """Tell of conditions without brackets."""
    stop = failure.token(failure.stop)
    compares = stop is not None and stop.text in _COMPARISONS
    for place, token in enumerate(failure.solid):
        after = failure.token(place + 1)
        if token.text.upper() not in ("FILTER", "HAVING") or after is None or after.text == "(":
            continue
        if after.kind in ("variable", "string", "number") or (compares and after.kind == "word"):
            word = token.text.upper()
            zh = f"{word} 的条件要加括号：{word}( … )"
            yield say(after.start, zh, f"the condition of {word} needs brackets: {word}( … )")


def binds(failure: Failure) -> Iterator[Hint]:
    """Tell of a BIND without AS."""
    for place, token in enumerate(failure.solid):
        if not token.is_word("BIND"):
            continue
        depth, has_as = 0, False
        for later in failure.solid[place + 1 :]:
            depth += (later.text == "(") - (later.text == ")")
            has_as = has_as or (depth == 1 and later.is_word("AS"))
            if depth <= 0:
                break
        if not has_as:
            yield say(token.start, "写作 BIND(算式 AS ?x)", "write BIND(expression AS ?x)")


def groups(failure: Failure) -> Iterator[Hint]:
    """Tell of words that a group in braces must follow, or come before."""
    for place, token in enumerate(failure.solid):
        after, before = failure.token(place + 1), failure.token(place - 1)
        word = token.text.upper()
        if token.kind != "word" or word not in _BEFORE_GROUP:
            continue
        if after is None or after.text != "{":
            at = after.start if after else token.end
            yield say(at, f"{word} 之后缺 {{ … }}", f"{{ … }} is missing after {word}")
        if word == "UNION" and (before is None or before.text != "}"):
            zh = "UNION 两边都是 { … }：{ … } UNION { … }"
            yield say(token.start, zh, "UNION stands between { … } and { … }")


def triples(failure: Failure) -> Iterator[Hint]:
    """Where the engine stopped among triples: a missing dot, a missing object."""
    stop = failure.token(failure.stop)
    before = failure.token(failure.stop - 1)
    if stop is None or before is None:
        return
    if stop.text == "," and _in_values(failure):
        yield say(
            stop.start,
            "VALUES 的值之间用空格，不用逗号",
            "values stand side by side, without commas",
        )
    elif stop.kind in TERMS and (before.kind in TERMS or before.text[0] == "@"):
        yield say(
            stop.start,
            "前一句到这里已经完整：缺 .（或 ;、,）",
            "the triple before this is complete: . (or ; or ,) is missing",
        )
    elif stop.text in (".", "}", ";", ",") and (before.kind in TERMS or before.is_word("A")):
        yield say(
            stop.start,
            f"{before.text} 之后还缺谓词或宾语：一句是“主语 谓词 宾语”",
            f"a predicate or an object is missing after {before.text}",
        )
    elif before.text in ("/", "|", "^") and stop.kind in ("variable", "string", "number"):
        zh = f"路径里只有谓词，{stop.text} 不能在 {before.text} 之后"
        yield say(stop.start, zh, f"paths hold predicates alone: no {stop.text} there")
    elif stop.text in ("}", ")") and before.text in _BEFORE_TERM:
        zh = f"{before.text} 之后缺一项"
        yield say(stop.start, zh, f"a term is missing after {before.text}")


def _in_values(failure: Failure) -> bool:
    for token in reversed(failure.solid[: failure.stop]):
        if token.text == "}" or token.is_word("VALUES"):
            return token.text != "}"
    return False
