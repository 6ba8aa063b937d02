"""Names that are legal and hardly meant: two that Chinese punctuation has made into one.

`、` `，` `；` `。` are letters to Turtle, so that `e:甲、e:乙` is one IRI. Likewise `<kg:食堂>`
is no prefixed name but an IRI of a scheme that nobody has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from kg_builder.graph.submission.model import SubmissionNotice
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import MAX_NOTICES
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, Fix

_SCHEMES: Final = "|".join(sorted(PREFIXES, key=len, reverse=True))
SUSPECT: Final = re.compile(rf"[、，；。､｡]|<(?:{_SCHEMES}):(?!//)")
"""Where a name or an IRI of Turtle may be one of them."""
_GLUE: Final = re.compile(r"[、，；。､｡]")
_SECOND: Final = re.compile(r"[、，；。､｡,;]\s*(?:[A-Za-z][A-Za-z0-9+.-]*://|urn:)")
_SECOND_NAME: Final = re.compile(r"[、，；。､｡]\s*[\w.-]*:")
_AS_PREFIX: Final = re.compile(rf"({_SCHEMES}):(?!//)")
_MARKS: Final = {"、": ",", "，": ",", "､": ",", "；": ";", "。": ".", "｡": "."}
_PLAIN_LOCAL: Final = re.compile(r"[\w-]+")

Suspect = tuple[int, int, bool]
"""Start and end of a name or an IRI of Turtle, and whether it stands as an object."""


def turtle_notices(
    text: str, suspects: Sequence[Suspect], file: str
) -> tuple[SubmissionNotice, ...]:
    """Return what is hardly meant in a text of the Turtle family, at most so many."""
    found = (_turtle_notice(text, suspect, file) for suspect in suspects)
    return tuple(islice((notice for notice in found if notice), MAX_NOTICES))


def _turtle_notice(text: str, suspect: Suspect, file: str) -> SubmissionNotice | None:
    start, end, is_object = suspect
    word, span = text[start:end], Span(start, end)
    if word.startswith("<"):
        mark = _SECOND.search(word)
        if mark is None:
            return _bracketed(text, span, file)
        separator = f"> {_MARKS.get(mark[0][0], mark[0][0])} <"
        mended = word[: mark.start()] + separator + word[mark.start() + 1 :].lstrip()
    else:
        mended = _parted(word)
    usable = mended != word and (is_object or not _GLUE.search(word.rstrip("、，；。､｡")))
    fix = Fix(_mend(mended), (Edit(file, span, mended),)) if usable else None
    return SubmissionNotice("glued", _glued(word), span, fix=fix)


def _parted(word: str) -> str:
    """Return a name with the punctuation as it was meant; as it is where that is not plain."""
    plain = word.rstrip("、，；。､｡")
    parts = _GLUE.split(plain)
    if not all(":" in part for part in parts):
        return word
    return _GLUE.sub(lambda mark: f" {_MARKS[mark[0]]} ", plain)


def iri_notice(written: str, span: Span) -> SubmissionNotice | None:
    """Return what is hardly meant in an IRI as JSON-LD or RDF/XML write it."""
    if _SECOND.search(written) or _SECOND_NAME.search(written):
        return SubmissionNotice("glued", _glued(written), span)
    return _as_prefix(written, span)


def _bracketed(text: str, span: Span, file: str) -> SubmissionNotice | None:
    iri = text[span.start + 1 : span.end - 1]
    notice = _as_prefix(iri, span)
    prefix, _, local = iri.partition(":")
    declared = notice and re.search(rf"prefix\s+{prefix}:", text, re.IGNORECASE)
    if notice is None or not declared or not _PLAIN_LOCAL.fullmatch(local):
        return notice
    return replace(notice, fix=Fix(_mend(iri), (Edit(file, span, iri),)))


def _as_prefix(iri: str, span: Span) -> SubmissionNotice | None:
    found = _AS_PREFIX.match(iri)
    if found is None:
        return None
    meant = f"<{PREFIXES[found[1]]}{iri[found.end() :]}>"
    words = Bilingual(
        f"{iri} 在这里是一个完整的 IRI，{found[1]}: 不是前缀；要写的是 {meant} 吧",
        f"{iri} is a whole IRI here, and {found[1]}: no prefix; {meant} is meant, perhaps",
    )
    return SubmissionNotice("undeclared-prefix", words, span)


def _glued(word: str) -> Bilingual:
    return Bilingual(
        f"中文标点是名称的一部分，{word} 只是一个 IRI",
        f"Chinese punctuation is a part of a name: {word} is one single IRI",
    )


def _mend(mended: str) -> Bilingual:
    return Bilingual(f"改成 {mended}", f"write {mended}")
