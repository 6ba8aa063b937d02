"""Refusals: what a parser says of a document, as one line with the place and the mend."""

from __future__ import annotations

import re
from typing import Final

from kg_builder.errors import InputError
from kg_builder.graph.query.excerpt import position, with_caret
from kg_builder.graph.submission.formats import Format

_LINE_END: Final = re.compile(r"\r\n?|\n")


def not_rdf(error: SyntaxError, file: str, title: str = "RDF") -> InputError:
    """Return what pyoxigraph says of a document, with its line and column as far as it knows."""
    reason = _reason(error)
    return InputError(
        f"不是正确的 {title}：{reason}",
        f"not {title}: {reason}",
        file=file,
        line=error.lineno,
        column=error.offset,
    )


def not_turtle(error: SyntaxError, text: str, name: str, kind: Format) -> InputError:
    """Return what is wrong in a text of the Turtle family: the mistake and the mend, if known."""
    from kg_builder.graph.submission.hints import mend  # needed for what is wrong alone

    reason = _reason(error)
    place = _offset(text, error.lineno or 1, error.offset or 1)
    found = mend(text, kind, reason, place)
    if found:
        return refused_at(text, found.place, name, found.words.zh, found.words.en)
    zh, en = f"不是正确的 {kind.label}：{reason}", f"not {kind.label}: {reason}"
    return refused_at(text, place, name, zh, en)


def refused_at(text: str, place: int, name: str, zh: str, en: str) -> InputError:
    """Return a refusal with the place, the line and a caret."""
    at = position(text, place)
    return InputError(
        zh, en, file=name, line=at.line, column=at.column, excerpt=with_caret(text, place)
    )


def _reason(error: SyntaxError) -> str:
    words = str(error.msg)
    return words.partition(": ")[2] if error.lineno else words


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        end = _LINE_END.search(text, start)
        if end is None:
            break
        start = end.end()
    return min(start + column - 1, len(text))
