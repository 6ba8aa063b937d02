"""From a mend in terms to a mend in edits: terms as the syntax of a file writes them.

In the Turtle family a term replaces a term. In JSON-LD and RDF/XML only the words of a value are
replaced, where they stand as they are: their datatype, tag and names stand elsewhere. Of an IRI
that is shortened there only its last name is replaced, so that what shortens it stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.shacl.vocabulary import RDF_TYPE, XSD
from kg_builder.graph.submission.model import Submission, TripleSpans
from kg_builder.judging.raw import Mend, Part, Replacement
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, Fix

_LOCAL: Final = re.compile(
    "(?:[0-9A-Za-z_\u3007\u3400-\u4dbf\u4e00-\u9fff][-0-9A-Za-z_\u3007\u3400-\u4dbf\u4e00-\u9fff]*)"
)
"""A local name that needs no escapes in Turtle."""
_LAST_NAME: Final = re.compile(rf"{_LOCAL.pattern}\Z")
_BARE: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        XSD + "boolean": re.compile("true|false"),
        XSD + "integer": re.compile("[+-]?[0-9]+"),
        XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    }
)
_WHOLE: Final = re.compile("[+-]?[0-9]+")
_ENDS: Final = frozenset(" \t\r\n;,)]}#")
"""What may follow a number that stands bare."""
_PREFIXED: Final = frozenset(("turtle", "trig"))


def as_fix(mend: Mend, submissions: Sequence[Submission]) -> Fix | None:
    """Return a mend as edits of the file that has its triples; None where that is not exact.

    A term that the syntax only implies (the subject behind a `[`) is never replaced.
    """
    edits: dict[Edit, None] = {}
    for replacement in mend.replacements:
        found = list(_edits(replacement, submissions))
        if not found or None in found:
            return None
        edits.update((edit, None) for edit in found if edit is not None)
    changed = tuple(sorted(edits, key=lambda edit: (edit.file, edit.span)))
    overlapping = any(
        one.file == other.file and other.span.start < one.span.end
        for one, other in pairwise(changed)
    )
    return None if overlapping or not changed else Fix(mend.title, changed)


def _edits(replacement: Replacement, submissions: Iterable[Submission]) -> Iterator[Edit | None]:
    """Yield an edit for every place of a triple in the first file that has it."""
    for submission in submissions:
        places = submission.spans_all(replacement.triple)
        if not places:
            continue
        for spans in places:
            yield _edit(replacement, submission, spans)
        return


def _edit(replacement: Replacement, submission: Submission, spans: TripleSpans) -> Edit | None:
    span = _span(spans, replacement.part)
    old = _term(replacement.triple, replacement.part)
    text = _written(submission, span, old, replacement.new)
    return None if text is None else Edit(submission.name, span, text)


def _span(spans: TripleSpans, part: Part) -> Span:
    return {"subject": spans.subject, "predicate": spans.predicate, "object": spans.object}[part]


def _term(triple: Triple, part: Part) -> Term:
    found: Mapping[Part, Term] = {
        "subject": triple.subject,  # type: ignore[dict-item]
        "predicate": triple.predicate,
        "object": triple.object,  # type: ignore[dict-item]
    }
    return found[part]


def _written(submission: Submission, span: Span, old: Term, new: Term | str) -> str | None:
    if isinstance(new, str):
        return new
    if isinstance(old, BlankNode) or isinstance(new, BlankNode):
        return None
    before = submission.text[span.start : span.end]
    write = _WORDS_ONLY.get(submission.format)
    if write is not None:
        return write(submission, span, old, new)
    if before[:1] in ("[", "("):
        return None
    return _in_turtle(submission, span, new)


# JSON-LD and RDF/XML


def _same_kind(old: Term, new: Term) -> bool:
    """Whether only the words differ, not how they are typed or tagged."""
    if isinstance(old, Literal) and isinstance(new, Literal):
        return old.datatype == new.datatype and old.language == new.language
    return isinstance(old, NamedNode) and isinstance(new, NamedNode)


def _in_json(submission: Submission, span: Span, old: Term, new: NamedNode | Literal) -> str | None:
    if not _same_kind(old, new):
        return None
    before = submission.text[span.start : span.end]
    quoted = before.startswith('"')
    try:
        exact = json.loads(before if quoted else f'"{before}"') == old.value
    except ValueError:
        return None
    if exact:
        text = json.dumps(new.value, ensure_ascii=False)
        return text if quoted else text[1:-1]
    word = before.strip('"')
    after = _shortened(word, old, new)
    if after is None:
        return None
    keys = _keys(submission.text)
    if not keys.defined.isdisjoint((word, after)) or any({word, after} <= one for one in keys.sets):
        return None
    return f'"{after}"' if quoted else after


class _Keys(NamedTuple):
    """The keys of a document in JSON-LD."""

    defined: frozenset[str]
    """Those of its contexts: words that mean what the context says of them."""
    sets: frozenset[frozenset[str]]
    """Those that an object has at once: none may come to have one twice."""


@lru_cache(maxsize=1)
def _keys(text: str) -> _Keys:
    defined: set[str] = set()
    sets: set[frozenset[str]] = set()

    def keep(members: list[tuple[str, object]]) -> dict[str, object]:
        for key, value in members:
            if key == "@context":
                contexts = value if isinstance(value, list) else [value]
                defined.update(*(one for one in contexts if isinstance(one, dict)))
        found = dict(members)
        sets.add(frozenset(found))
        return found

    json.loads(text, object_pairs_hook=keep)
    return _Keys(frozenset(defined), frozenset(sets))


def _in_xml(submission: Submission, span: Span, old: Term, new: NamedNode | Literal) -> str | None:
    from xml.sax.saxutils import escape, unescape  # slow to import: it brings urllib

    if not _same_kind(old, new):
        return None
    before = submission.text[span.start : span.end]
    if unescape(before, {"&quot;": '"', "&apos;": "'"}) == old.value:
        return escape(new.value, {'"': "&quot;"})
    # the name of an element stands a second time where it ends
    is_value = submission.text[span.start - 1 : span.start] in ('"', "'")
    return _shortened(before, old, new) if is_value else None


def _shortened(before: str, old: Term, new: NamedNode | Literal) -> str | None:
    """Return an IRI that a prefix, a base or an entity shortens, with another last name."""
    found = _LAST_NAME.search(before)
    if found is None or not isinstance(new, NamedNode):
        return None
    begin = old.value.removesuffix(found[0])
    name = new.value.removeprefix(begin)
    if begin == old.value or name == new.value or not _LOCAL.fullmatch(name):
        return None
    return before[: found.start()] + name


_WORDS_ONLY: Final[
    Mapping[str, Callable[[Submission, Span, Term, NamedNode | Literal], str | None]]
] = MappingProxyType({"jsonld": _in_json, "rdfxml": _in_xml})


# Turtle and its kin


def _in_turtle(submission: Submission, span: Span, new: NamedNode | Literal) -> str:
    if isinstance(new, NamedNode):
        if new == RDF_TYPE and submission.text[span.start : span.end] == "a":
            return "a"
        return _iri(submission, span, new)
    bare = _BARE.get(new.datatype.value)
    follows = submission.text[span.end : span.end + 1]
    ends = not follows or follows in _ENDS
    if bare and ends and bare.fullmatch(new.value) and submission.format in _PREFIXED:
        return new.value
    if bare and ends and _is_whole(new) and submission.format in _PREFIXED:
        return f"{new.value}.0"  # without the point it would be an integer
    if new.language or new.datatype.value == XSD + "string":
        return str(new)
    quoted = str(new).rpartition("^^")[0]
    return f"{quoted}^^{_iri(submission, span, new.datatype)}"


def _is_whole(new: Literal) -> bool:
    return new.datatype.value == XSD + "decimal" and _WHOLE.fullmatch(new.value) is not None


def _iri(submission: Submission, span: Span, node: NamedNode) -> str:
    """Return an IRI by a prefix that the file declares above, where one fits; else in full."""
    if submission.format not in _PREFIXED:
        return str(node)
    follows = submission.text[span.end : span.end + 1]
    if follows and follows not in _ENDS and follows != ".":
        return str(node)
    if submission.text[span.end + 1 : span.end + 2].isalnum() and follows == ".":
        return str(node)
    for name, namespace in submission.prefixes.items():
        local = node.value[len(namespace) :] if node.value.startswith(namespace) else ""
        if namespace and _LOCAL.fullmatch(local) and _is_declared(submission.text, name, span):
            return f"{name}:{local}"
    return str(node)


def _is_declared(text: str, name: str, span: Span) -> bool:
    """Whether a file declares a prefix once, and before a place."""
    declaration = re.compile(rf"(?:@prefix|\bprefix)\s+{re.escape(name)}:", re.IGNORECASE)
    places = [match.start() for match in declaration.finditer(text)]
    return len(places) == 1 and places[0] < span.start
