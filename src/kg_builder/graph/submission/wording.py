"""Refusals: what a parser says of a document, as one line with the place and the mend."""

from __future__ import annotations

from kg_builder.errors import InputError
from kg_builder.graph.query.excerpt import position, with_caret


def not_rdf(error: SyntaxError, file: str, title: str = "RDF") -> InputError:
    """Return what pyoxigraph says of a document, with its line and column as far as it knows."""
    reason = str(error.msg).partition(": ")[2] if error.lineno else str(error.msg)
    return InputError(
        f"不是正确的 {title}：{reason}",
        f"not {title}: {reason}",
        file=file,
        line=error.lineno,
        column=error.offset,
    )


def refused_at(text: str, place: int, name: str, zh: str, en: str) -> InputError:
    """Return a refusal with the place, the line and a caret."""
    at = position(text, place)
    return InputError(
        zh, en, file=name, line=at.line, column=at.column, excerpt=with_caret(text, place)
    )
