"""Refusals: what a parser says of a document, as one line with the place and the mend."""

from __future__ import annotations

import re
from typing import Final

from kg_builder.errors import InputError
from kg_builder.graph.query.excerpt import position, with_caret
from kg_builder.graph.submission.formats import Format
from kg_builder.model.bilingual import Bilingual

_NO_IRI: Final = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_QUOTED: Final = re.compile(r"'([^']+)'|^(\S+) is not a valid")
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
    place = offset_of(text, error.lineno or 1, error.offset or 1)
    found = mend(text, kind, reason, place)
    if found:
        return refused_at(text, found.place, name, found.words.zh, found.words.en)
    zh, en = f"不是正确的 {kind.label}：{reason}", f"not {kind.label}: {reason}"
    return refused_at(text, place, name, zh, en)


def refused_at(text: str, place: int, name: str, zh: str, en: str) -> InputError:
    """Return a refusal with the place, the line and a caret; what it quotes becomes one line."""
    at = position(text, place)
    zh, en = (" ".join(words.split()) for words in (zh, en))
    return InputError(
        zh, en, file=name, line=at.line, column=at.column, excerpt=with_caret(text, place)
    )


def not_placed(error: SyntaxError, text: str, name: str, kind: Format) -> InputError:
    """Return what is wrong in RDF/XML or JSON-LD, of which the parser does not say where."""
    refusal = not_rdf(error, name, kind.label)
    quoted = _QUOTED.search(str(error.msg))
    place = text.find(quoted[1] or quoted[2]) if quoted else -1
    if error.lineno or place < 0:
        return refusal
    return refused_at(text, place, name, refusal.message.zh, refusal.message.en)


def bad_iri(iri: str) -> Bilingual | None:
    """Return why an absolute IRI is none; None for one that may be."""
    wrong = _NO_IRI.search(iri)
    if wrong is None:
        return None
    named = Bilingual("空格", "a space") if wrong[0] == " " else Bilingual(wrong[0], wrong[0])
    return Bilingual(
        f"<{iri}> 不是 IRI：不能含有{named.zh}", f"<{iri}> is no IRI: it cannot hold {named.en}"
    )


def _reason(error: SyntaxError) -> str:
    words = " ".join(str(error.msg).split())  # it quotes the document, line ends and all
    return words.partition(": ")[2] if error.lineno else words


def offset_of(text: str, line: int, column: int) -> int:
    """Return the offset of a line and a column (1-based, code points)."""
    start = 0
    for _ in range(line - 1):
        end = _LINE_END.search(text, start)
        if end is None:
            break
        start = end.end()
    return min(start + column - 1, len(text))
