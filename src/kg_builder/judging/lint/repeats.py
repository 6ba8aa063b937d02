"""One fault, one result: what SHACL reports as well is said there, with what `lint` knows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg_builder.graph.unknown_terms import UNKNOWN_TERM, message_literals, plain_words
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.lint.findings import Kind
from kg_builder.judging.raw import Raw
from kg_builder.model.bilingual import Bilingual

_SH: Final = PREFIXES["sh"]
_NOT: Final = _SH + "NotConstraintComponent"
_SPARQL: Final = _SH + "SPARQLConstraintComponent"
_TELLING: Final = tuple(_SH + name for name in ("Datatype", "Class", "LanguageIn"))
"""Components that are about the same fault, where a value breaks several at once."""
_SAME_PLACE: Final = frozenset(
    kind.component for kind in (Kind.LEXICAL_FORM, Kind.DANGLING, Kind.CHINESE_WITHOUT_TAG)
)
_Key = tuple[str, str | None, str | None]


def without_repeats(found: Iterable[Raw]) -> tuple[Raw, ...]:
    """Return results, each fault told once, in their order.

    What `lint` finds and SHACL reports too stays as SHACL has it, and takes the remark and mends of
    `lint`. What the check of builds finds and `lint` does too stays as `lint` has it.
    """
    raws = list(_without_plain(tuple(found)))
    of_shacl = {n: raw for n, raw in enumerate(raws) if raw.result.component.startswith(_SH)}
    by_place: dict[_Key, list[int]] = defaultdict(list)
    by_focus: dict[str, list[int]] = defaultdict(list)
    for number, raw in of_shacl.items():
        by_place[_key(raw)].append(number)
        by_focus[raw.result.focus_node].append(number)
    left_out: set[int] = set()
    for number, raw in enumerate(raws):
        same = () if number in of_shacl else _same(raw, of_shacl, by_place, by_focus)
        for other in same:
            left_out.add(number)
            raws[other] = _joined(raws[other], raw)
    return tuple(raw for number, raw in enumerate(raws) if number not in left_out)


def _without_plain(found: Sequence[Raw]) -> Iterator[Raw]:
    """Yield results without those on unknown terms that only say so, where others say more."""
    told = {_key(raw) for raw in found if _is_unknown(raw) and not _is_plain(raw)}
    for raw in found:
        if not (_is_unknown(raw) and _is_plain(raw) and _key(raw) in told):
            yield raw


def _is_unknown(raw: Raw) -> bool:
    return raw.result.component == UNKNOWN_TERM


def _is_plain(raw: Raw) -> bool:
    terms = (raw.result.path or "", raw.result.value or "")
    return any(
        raw.result.messages == message_literals(plain_words(NamedNode(term[1:-1])))
        for term in terms
        if term.startswith("<")
    )


def _key(raw: Raw) -> _Key:
    return raw.result.focus_node, raw.result.path, raw.result.value


def _same(
    raw: Raw,
    of_shacl: Mapping[int, Raw],
    by_place: Mapping[_Key, Sequence[int]],
    by_focus: Mapping[str, Sequence[int]],
) -> Sequence[int]:
    """Return the numbers of SHACL's results about the fault of one of ours."""
    component = raw.result.component
    if component in _SAME_PLACE:
        places = [
            (str(t.subject), f"<{t.predicate.value}>", str(t.object)) for t in raw.triples[:1]
        ]
        return [number for place in places for number in by_place.get(place, ())]
    if component == Kind.DISJOINT_TYPES.component:
        wanted, nodes = _NOT, [raw.result.focus_node]
    elif component == Kind.CIRCLE.component:
        wanted, nodes = _SPARQL, list(dict.fromkeys(_ends(raw)))
    else:
        return ()
    return [
        number
        for node in nodes
        for number in by_focus.get(node, ())
        if of_shacl[number].result.component == wanted
        and (wanted == _NOT or _speaks_of(of_shacl[number], raw))
    ]


def _ends(raw: Raw) -> Iterable[str]:
    for triple in raw.triples:
        yield str(triple.subject)
        yield str(triple.object)


def _speaks_of(shacl: Raw, raw: Raw) -> bool:
    """Return whether the message of a SPARQL constraint names the property of a circle."""
    name = raw.triples[0].predicate.value.replace(PREFIXES["kg"], "kg:")
    return any(name in message for message in shacl.result.messages)


def _joined(shacl: Raw, raw: Raw) -> Raw:
    return replace(
        shacl,
        remarks=(*shacl.remarks, words_of(raw)),
        fixes=(*shacl.fixes, *(fix for fix in raw.fixes if fix not in shacl.fixes)),
    )


def words_of(raw: Raw) -> Bilingual:
    """Return the messages of a result of `lint` as words in both languages."""
    found: dict[str, str] = {}
    for message in raw.result.messages:
        (triple,) = parse(f"<a:a> <a:a> {message} .", RdfFormat.N_TRIPLES)
        if isinstance(triple.object, Literal):
            found[triple.object.language or ""] = triple.object.value
    return Bilingual(found["zh"], found["en"])
