"""One fault, one result: what SHACL reports as well is said there, with what `lint` knows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from kg_builder.graph.serialization import message_in
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.lint.findings import Kind
from kg_builder.judging.raw import Raw
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult

Finding: TypeAlias = Raw | ValidationResult
_SH: Final = PREFIXES["sh"]
_NOT: Final = _SH + "NotConstraintComponent"
_SPARQL: Final = _SH + "SPARQLConstraintComponent"
_TELLING: Final = tuple(_SH + name for name in ("Datatype", "Class", "LanguageIn"))
"""Components that are about the same fault, where a value breaks several at once."""
_SAME_PLACE: Final = frozenset(
    kind.component for kind in (Kind.LEXICAL_FORM, Kind.DANGLING, Kind.CHINESE_WITHOUT_TAG)
)
_Key: TypeAlias = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Once:
    """Findings, each fault told once."""

    findings: tuple[Finding, ...]
    """In their order."""
    known: Mapping[ValidationResult, tuple[Raw, ...]]
    """What `lint` found of the fault of a result of SHACL: words to add, and mends."""


def told_once(findings: Iterable[Finding]) -> Once:
    """Leave out what is told twice.

    What `lint` finds and SHACL reports too stays as SHACL has it, with what `lint` knows beside it.
    What the check of builds finds and `lint` does too stays as `lint` has it.
    """
    found = _without_plain(tuple(findings))
    by_place: dict[_Key, list[ValidationResult]] = defaultdict(list)
    by_focus: dict[str, list[ValidationResult]] = defaultdict(list)
    for finding in found:
        if isinstance(finding, ValidationResult):
            by_place[_key(finding)].append(finding)
            by_focus[finding.focus_node].append(finding)
    kept: list[Finding] = []
    known: dict[ValidationResult, tuple[Raw, ...]] = {}
    for finding in found:
        same = _same(finding, by_place, by_focus) if isinstance(finding, Raw) else ()
        if isinstance(finding, Raw) and same:
            for result in same:
                known[result] = (*known.get(result, ()), finding)
        else:
            kept.append(finding)
    return Once(tuple(kept), known)


def _without_plain(found: Sequence[Finding]) -> list[Finding]:
    """Return findings without results of others that `lint` has by the same component."""
    told = {(raw.result.component, _key(raw.result)) for raw in found if isinstance(raw, Raw)}
    return [
        finding
        for finding in found
        if isinstance(finding, Raw) or (finding.component, _key(finding)) not in told
    ]


def _key(result: ValidationResult) -> _Key:
    return result.focus_node, result.path, result.value


def _same(
    raw: Raw,
    by_place: Mapping[_Key, Sequence[ValidationResult]],
    by_focus: Mapping[str, Sequence[ValidationResult]],
) -> Sequence[ValidationResult]:
    """Return SHACL's results about the fault of one of ours."""
    component = raw.result.component
    if component in _SAME_PLACE:
        places = by_place.get(_key(raw.result), ())
        telling = [result for result in places if result.component.startswith(_TELLING)]
        return telling[:1] or places[:1]
    if component == Kind.DISJOINT_TYPES.component:
        found = by_focus.get(raw.result.focus_node, ())
        return [result for result in found if result.component == _NOT and result.path is None]
    if component == Kind.CIRCLE.component:
        found = [result for node in _nodes(raw) for result in by_focus.get(node, ())]
        return [result for result in found if result.component == _SPARQL and _names(result, raw)]
    return ()


def _nodes(raw: Raw) -> Iterable[str]:
    """Return the nodes of a circle that the submission speaks of."""
    ends = (end for triple in raw.triples for end in (triple.subject, triple.object))
    return dict.fromkeys(map(str, ends))


def _names(shacl: ValidationResult, raw: Raw) -> bool:
    """Return whether the message of a SPARQL constraint names the property of a circle."""
    name = raw.triples[0].predicate.value.replace(PREFIXES["kg"], "kg:")
    return any(name in message for message in shacl.messages)


def words_of(raw: Raw) -> Bilingual:
    """Return the messages of a result of `lint` as words in both languages."""
    messages = raw.result.messages
    return Bilingual(message_in(messages, "zh"), message_in(messages, "en"))
