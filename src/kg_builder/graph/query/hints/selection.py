"""What is wrong with what is selected: aggregates, names for them, and groups."""

from __future__ import annotations

from collections.abc import Iterator

from kg_builder.graph.query.hints.failure import (
    AGGREGATES,
    MODIFIERS,
    Failure,
    Hint,
    is_call,
    say,
    select_lists,
)
from kg_builder.graph.query.tokens import Token, ends_operand


def select_list(failure: Failure) -> Iterator[Hint]:
    """Look through the lists of SELECTs: commas, aggregates without brackets or AS."""
    for start, end in select_lists(failure):
        depth = 0
        if start == end or (end == start + 1 and failure.solid[start].kind == "word"):
            place = failure.solid[start - 1].end
            yield say(place, "SELECT 之后缺变量，或 *", "SELECT takes variables, or *")
        for place in range(start, end):
            token = failure.solid[place]
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
            elif depth == 0 and token.text == ",":
                yield say(
                    token.start,
                    "SELECT 的变量之间用空格，不用逗号",
                    "variables of SELECT stand side by side, without commas",
                )
            elif depth == 0 and token.kind == "word" and is_call(failure, place):
                yield _aggregate(failure, token)
        yield from _expressions(failure, start, end)


def _aggregate(failure: Failure, token: Token) -> Hint:
    close = failure.text.find(")", token.start)
    call = failure.text[token.start : close + 1] if close >= 0 else token.text + "(…)"
    return say(
        token.start,
        f"算出来的值要取名，并放在括号里：({call} AS ?n)",
        f"what is computed takes a name, within brackets: ({call} AS ?n)",
    )


def _expressions(failure: Failure, start: int, end: int) -> Iterator[Hint]:
    """Bracketed expressions of a SELECT that have no AS."""
    depth, has_as, opening = 0, False, start
    for place in range(start, end):
        token = failure.solid[place]
        if token.text == "(":
            depth += 1
            if depth == 1:
                opening, has_as = place, False
        elif token.text == ")":
            depth -= 1
            if depth == 0 and not has_as:
                inner = failure.text[failure.solid[opening].end : token.start].strip()
                name = failure.solid[place - 1]
                if name.kind == "variable" and ends_operand(failure.token(place - 2)):
                    inner = failure.text[failure.solid[opening].end : name.start].strip()
                yield say(
                    failure.solid[opening].start,
                    f"括号里缺 AS：({inner} AS ?n)",
                    f"AS is missing within the brackets: ({inner} AS ?n)",
                )
        elif depth == 1 and token.is_word("AS"):
            has_as = True


def grouping(failure: Failure) -> Iterator[Hint]:
    """Look for what is selected beside aggregates, and is not grouped by."""
    if "unbound" not in failure.reason and "GROUP BY" not in failure.reason:
        return
    for start, end in select_lists(failure):
        grouped = _grouped(failure, end)
        if any(token.text == "*" for token in failure.solid[start : start + 2]):
            if grouped is not None:
                yield say(
                    failure.solid[start].start,
                    "有 GROUP BY 时不能 SELECT *：列出变量",
                    "no SELECT * beside GROUP BY: list the variables",
                )
            continue
        for token in _outside_aggregates(failure, start, end):
            if token.text[1:] not in (grouped or ()):
                yield say(
                    token.start,
                    f"{token.text} 既不在 GROUP BY 里，也不在 COUNT 之类之中："
                    f"末尾加 GROUP BY {token.text}",
                    f"{token.text} is neither grouped by nor within an aggregate: "
                    f"add GROUP BY {token.text} at the end",
                )
        yield say(
            failure.solid[start - 1].start,
            "HAVING 和 ORDER BY 里的变量也要在 GROUP BY 里，或在 COUNT 之类之中",
            "variables of HAVING and ORDER BY, too, are grouped by or within an aggregate",
        )


def _grouped(failure: Failure, start: int) -> set[str] | None:
    """Return the variables of the GROUP BY that follows, at the depth of its SELECT."""
    depth = 0
    for place in range(start, len(failure.solid)):
        token = failure.solid[place]
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.is_word("GROUP"):
            names = set()
            for later in failure.solid[place + 2 :]:
                if later.kind == "word" and later.text.upper() in MODIFIERS:
                    break
                if later.kind == "variable":
                    names.add(later.text[1:])
            return names
        if depth < 0:
            break
    return None


def _outside_aggregates(failure: Failure, start: int, end: int) -> Iterator[Token]:
    depth, within = 0, 0
    for place in range(start, end):
        token, before = failure.solid[place], failure.token(place - 1)
        if token.text == "(":
            depth += 1
            if before and before.text.upper() in AGGREGATES and not within:
                within = depth
        elif token.text == ")":
            within = 0 if within == depth else within
            depth -= 1
        elif token.kind == "variable" and not within and not (before and before.is_word("AS")):
            yield token


def rebound(failure: Failure) -> Iterator[Hint]:
    """BIND or AS to a variable that is there already."""
    for place, token in enumerate(failure.solid):
        name = failure.token(place + 1)
        if not token.is_word("AS") or name is None or name.kind != "variable":
            continue
        others = [other for other in failure.solid if other.text == name.text]
        if len(others) > 1 and ("overrides" in failure.reason or others[0] is not name):
            yield say(
                name.start,
                f"{name.text} 已经有值了：AS 之后换一个变量名",
                f"{name.text} has a value already: AS takes a new variable",
            )
