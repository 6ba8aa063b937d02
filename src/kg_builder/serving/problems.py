"""Errors as problem details.

Format: RFC 9457, Problem Details for HTTP APIs. `type` is a path of this server that says what the
kind of problem is; `line`, `column` and `excerpt` say where, as far as that is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from starlette.responses import Response

from kg_builder.errors import (
    BusyError,
    CrashError,
    ExcessError,
    ExportError,
    InputError,
    KgError,
    MemoryLimitError,
    TimeLimitError,
)
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.serving.pool import ClosingError, FullError
from kg_builder.serving.work.formats import NotAcceptable

PROBLEM_JSON: Final = "application/problem+json"
RETRY_AFTER: Final = "5"
_LONGEST: Final = 2_000
"""Characters of what is told of a problem."""

KINDS: Final[Mapping[str, tuple[int, Bilingual]]] = MappingProxyType(
    {
        "bad-request": (400, Bilingual("请求不对", "the request is wrong")),
        "query": (400, Bilingual("查询不对", "the query is wrong")),
        "data": (400, Bilingual("数据读不了", "the data cannot be read")),
        "unauthorized": (401, Bilingual("要有写入口令", "a write token is needed")),
        "forbidden": (403, Bilingual("不允许", "not allowed")),
        "not-found": (404, Bilingual("没有这个", "there is no such thing")),
        "method": (405, Bilingual("不能用这个方法", "not with this method")),
        "not-acceptable": (406, Bilingual("没有所要的格式", "not to be had in that format")),
        "timeout-request": (408, Bilingual("请求发得太慢", "the request came too slowly")),
        "conflict": (409, Bilingual("与现状冲突", "in conflict with what there is")),
        "gone": (410, Bilingual("已撤销", "withdrawn")),
        "too-large": (413, Bilingual("太大了", "too large")),
        "address-too-long": (414, Bilingual("地址太长", "the address is too long")),
        "media-type": (415, Bilingual("不读这种格式", "not read in that format")),
        "range": (416, Bilingual("没有这一段", "there is no such part")),
        "host": (421, Bilingual("不是这台服务器的名字", "not the name of this server")),
        "does-not-conform": (422, Bilingual("数据不合规", "the data does not conform")),
        "too-many": (429, Bilingual("请求太多", "too many requests")),
        "head-too-large": (431, Bilingual("请求头太大", "the head is too large")),
        "internal": (500, Bilingual("服务器内部错误", "internal error")),
        "busy": (503, Bilingual("正忙", "busy")),
        "timeout": (503, Bilingual("没有按时做完", "not done in time")),
        "memory": (503, Bilingual("耗尽了内存", "ran out of memory")),
        "excess": (503, Bilingual("查询太复杂", "the query is too complex")),
        "crash": (503, Bilingual("引擎崩溃了", "the engine died")),
        "result-too-large": (503, Bilingual("结果太大", "the result is too large")),
        "closing": (503, Bilingual("服务器正在停止", "the server is being stopped")),
    }
)


class Problem(Exception):
    """A request that cannot be answered as asked; `kind` is a name of `KINDS`."""

    def __init__(
        self,
        kind: str,
        zh: str,
        en: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: str | int | None,
    ) -> None:
        super().__init__(en)
        self.kind = kind
        self.words = Bilingual(zh, en)
        self.headers = dict(headers or {})
        self.more = more


def problem_response(
    problem: Problem, language: Language, path: str = "", root: str = ""
) -> Response:
    """Return the response that tells a problem; `root` is the path that the server lies under."""
    status, title = KINDS[problem.kind]
    body: dict[str, Any] = {
        "type": f"{root}/problems/{problem.kind}",
        "title": title.pick(language),
        "status": status,
        "detail": _short(problem.words.pick(language)),
    }
    if path:
        body["instance"] = path
    body |= {name: value for name, value in problem.more.items() if value is not None}
    headers = {
        "cache-control": "no-store",
        "content-language": language,
        "vary": "Accept, Accept-Language",
        **problem.headers,
    }
    if status in (429, 503):
        headers.setdefault("retry-after", RETRY_AFTER)
    text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    return Response(text.encode(), status, headers, PROBLEM_JSON)


def _short(words: str) -> str:
    """Return words without most of what somebody sent that is far too long."""
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def problem_of(error: Exception, timeout: float) -> Problem:
    """Return the problem that an error of the house is, in the words of a server."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, OSError) and error.errno in _FULL:
        return Problem(
            "result-too-large",
            "结果太大，服务器没有地方放；请加 LIMIT",
            "there is no room for so large a result; give a LIMIT",
        )
    for kind, words in _WORDS.items():
        if type(error) is kind:
            return words(timeout)
    for kind, name in _NAMES.items():
        if isinstance(error, kind):
            assert isinstance(error, KgError)  # noqa: S101 - all of them are
            return in_its_words(error, name)
    return Problem("internal", "服务器内部错误；已记入日志", "internal error; it has been logged")


def in_its_words(error: KgError, name: str) -> Problem:
    """Return the problem that an error is, a kind of `KINDS`, with its message and place."""
    if isinstance(error, InputError) and error.line is not None and name == "bad-request":
        name = "query"
    return Problem(
        name,
        error.message.zh,
        error.message.en,
        line=error.line,
        column=error.column,
        excerpt=error.excerpt,
    )


_NAMES: Final[Mapping[type[Exception], str]] = MappingProxyType(
    {
        NotAcceptable: "not-acceptable",
        ExcessError: "excess",
        FullError: "busy",
        ClosingError: "closing",
        BusyError: "busy",
        InputError: "bad-request",
        ExportError: "not-acceptable",
    }
)
"""The first that fits tells the kind of problem; its message is told as it is."""
_WORDS: Final[Mapping[type[Exception], Callable[[float], Problem]]] = MappingProxyType(
    {
        TimeLimitError: lambda timeout: Problem(
            "timeout",
            f"{timeout:g} 秒内没有算完；请把查询写得更窄",
            f"not done within {timeout:g} s; ask for less",
        ),
        MemoryLimitError: lambda _: Problem(
            "memory",
            "查询耗尽了内存；请把它写得更窄，例如加 LIMIT",
            "the query ran out of memory; ask for less, for instance with a LIMIT",
        ),
        CrashError: lambda _: Problem(
            "crash",
            "引擎在这个查询上崩溃了，或耗尽了内存；请把它写得更简单",
            "the engine died of this query, or ran out of memory; make it simpler",
        ),
    }
)
_FULL: Final = (27, 28, 122)
"""EFBIG, ENOSPC, EDQUOT."""
