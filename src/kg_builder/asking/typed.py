"""What is typed may be no text: bytes that are no UTF-8 come from a command line as surrogates."""

from __future__ import annotations

from kg_builder.errors import InputError


def refuse_broken_name(text: str) -> None:
    """Raise InputError for a name that holds half a character."""
    if _flaw(text) is not None:
        raise InputError(
            f"“{text}”不是 UTF-8：请用 UTF-8 输入", f"{text!r} is not UTF-8: type it in UTF-8"
        )


def refuse_broken_query(text: str) -> None:
    """Raise InputError, with line and column, for a query that holds half a character."""
    start = _flaw(text)
    if start is not None:
        raise InputError(
            "不是 UTF-8：这里是半个字符",
            "not UTF-8: half a character stands here",
            line=text.count("\n", 0, start) + 1,
            column=start - text.rfind("\n", 0, start),
        )


def _flaw(text: str) -> int | None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None
