"""From results to results that people can act on: with a place, with words, with mends."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.shacl.report import SEVERITIES, read_term
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE
from kg_builder.judging.fixes import as_fix
from kg_builder.judging.lint.findings import Kind
from kg_builder.judging.raw import Mend, Part, Raw
from kg_builder.judging.words.material import Material
from kg_builder.judging.words.mends import mends_of
from kg_builder.judging.words.messages import author_message, in_language
from kg_builder.judging.words.names import Namer
from kg_builder.judging.words.offence import case_of, offence
from kg_builder.judging.words.told import explain
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import FilePlace, Fix, PlacedResult

Finding: TypeAlias = Raw | ValidationResult
_RELATED = 20
_CLASS: Final = PREFIXES["sh"] + "ClassConstraintComponent"
"""So many other places are given."""


def place_results(
    findings: Iterable[Finding],
    material: Material,
    *,
    standing: Container[ValidationResult] = (),
    known: Mapping[ValidationResult, Sequence[Raw]] = MappingProxyType({}),
    most: int | None = None,
) -> tuple[PlacedResult, ...]:
    """Give results a place, words in both languages, and mends; sorted by place, each once.

    `findings` are results of SHACL, and raw ones of other checks. Those that are in `standing` are
    marked so. What other checks know of a fault that SHACL reports (`known`, see `told_once`) is
    added to its words and mends. With `most` only so many, the first by place, get words and are
    returned: finding places is cheap, and words are not.
    """
    desk = _Desk(material, known)
    distinct = dict.fromkeys(findings)
    placed = sorted(map(desk.place, distinct), key=desk.order)
    causes = {node: item.place for item in placed for node in _unclassed(item.finding)}
    return tuple(desk.word(item, standing, causes) for item in placed[:most])


def _unclassed(finding: Finding) -> Iterator[str]:
    """Yield the node that a misspelt class leaves without one."""
    if (
        isinstance(finding, Raw)
        and finding.result.component == Kind.UNKNOWN_TERM.component
        and finding.part == "object"
        and finding.triples[0].predicate == RDF_TYPE
    ):
        yield from (str(triple.subject) for triple in finding.triples)


@dataclass(frozen=True, eq=False)
class _Placed:
    finding: Finding
    result: ValidationResult
    place: FilePlace | None
    related: tuple[FilePlace, ...]


class _Desk:
    """Works on the results of one verdict."""

    def __init__(self, material: Material, known: Mapping[ValidationResult, Sequence[Raw]]) -> None:
        self._material = material
        self._known = known
        self._by_file: dict[str | None, tuple[Namer, Namer]] = {}
        self._files = {submission.name: i for i, submission in enumerate(material.submissions)}

    def _namers(self, place: FilePlace | None) -> tuple[Namer, Namer]:
        """Return who names things in Chinese and in English in the file of a place."""
        name = place.file if place is not None else None
        if name not in self._by_file:
            files = self._material.submissions
            file = next((submission for submission in files if submission.name == name), None)
            self._by_file[name] = (
                Namer(self._material, "zh", file),
                Namer(self._material, "en", file),
            )
        return self._by_file[name]

    def order(self, item: _Placed) -> tuple[object, ...]:
        """Return what results are sorted by: place, severity, shape, and the result itself."""
        result, place = item.result, item.place
        rank = SEVERITIES.index(result.severity) if result.severity in SEVERITIES else 3
        where = (
            (1, 0, 0, 0)
            if place is None
            else (0, self._files.get(place.file, 0), place.line, place.column)
        )
        kind = (result.source_shape, result.component)
        about = (result.focus_node, result.path or "", result.value or "")
        return (*where, rank, *kind, *about, result.messages)

    # places

    def place(self, finding: Finding) -> _Placed:
        """Find where a result stands."""
        if isinstance(finding, Raw):
            places = tuple(self._of_raw(finding))
            return _Placed(finding, finding.result, next(iter(places), None), places[1:])
        at_fault = offence(case_of(finding, self._material))
        places = tuple(self._of_triples(at_fault.triples, at_fault.part))
        if not places:
            places = tuple(self._of_subject(finding.focus_node))
        return _Placed(finding, finding, next(iter(places), None), places[1:])

    def _of_raw(self, raw: Raw) -> Iterator[FilePlace]:
        own = self._named(raw)
        if raw.span is not None and own is not None:
            yield own.place(raw.span)
        first = raw.triples[:1] if raw.span is None else ()
        found = [
            *self._of_triples(first, raw.part, own),
            *self._of_triples(raw.triples[1:], "object", own),
        ]
        yield from found
        if raw.span is None and not found:
            yield from self._of_subject(raw.result.focus_node)

    def _named(self, raw: Raw) -> Submission | None:
        for submission in self._material.submissions:
            if raw.file is None or submission.name == raw.file:
                return submission
        return None

    def _of_triples(
        self, triples: Iterable[Triple], part: Part, own: Submission | None = None
    ) -> Iterator[FilePlace]:
        """Yield where triples stand: in a file of one's `own` if they do, else in the first."""
        for number, triple in enumerate(triples):
            submission = own
            spans = own.spans(triple) if own is not None else None
            if spans is None:
                submission = self._material.home.get(triple)
                spans = submission.spans(triple) if submission is not None else None
            if submission is None or spans is None or number > _RELATED:
                continue
            span = getattr(spans, part if number == 0 else "object")
            yield submission.place(span)

    def _of_subject(self, node: str) -> Iterator[FilePlace]:
        term = read_term(node)
        if isinstance(term, Literal):
            return
        for submission in self._material.submissions:
            span = submission.subject_span(term)
            if span is not None:
                yield submission.place(span)
                return

    def _shape_place(self, shape: str) -> FilePlace | None:
        find = self._material.shape_place
        if find is None:
            return None
        node: NamedNode | BlankNode | Literal | None = read_term(shape)
        if isinstance(node, BlankNode):
            node = self._material.rules.shapes_graph.owner(node)
        return find(node) if isinstance(node, NamedNode) else None

    # words

    def word(
        self,
        item: _Placed,
        standing: Container[ValidationResult],
        causes: Mapping[str, FilePlace | None],
    ) -> PlacedResult:
        """Give a placed result its words; `causes` are nodes whose class is misspelt, and where."""
        result = item.result
        mends: Sequence[Mend | Fix]
        if isinstance(item.finding, Raw):
            message = explanation = _own_words(result)
            mends = item.finding.fixes
        else:
            # worked out once more: to keep it for each of many results takes more time than that
            case, namers = case_of(result, self._material), self._namers(item.place)
            at_fault = offence(case)
            explanation = explain(case, at_fault, namers)
            message = author_message(case) or explanation
            mends = mends_of(case, at_fault, namers)
            for raw in self._known.get(result, ()):
                more = _own_words(raw.result)
                explanation = Bilingual(
                    f"{explanation.zh}另外：{_ended(more.zh, '。')}",
                    f"{explanation.en} Besides: {_ended(more.en, '.')}",
                )
                mends = (*mends, *(fix for fix in raw.fixes if fix not in mends))
        return PlacedResult(
            result=result,
            message=message,
            explanation=explanation,
            place=item.place,
            related=tuple(dict.fromkeys(p for p in item.related if p != item.place)),
            shape_place=self._shape_place(result.source_shape),
            fixes=tuple(self._edits(mends, item.finding)),
            standing=result in standing,
            follows=causes.get(result.value or "") if result.component == _CLASS else None,
        )

    def _edits(self, mends: Iterable[Mend | Fix], finding: Finding) -> Iterator[Fix]:
        own = self._named(finding) if isinstance(finding, Raw) else None
        # a triple is mended in the first file that has it
        files = [file for file in (own, *self._material.submissions) if file is not None]
        seen: set[object] = set()
        for mend in mends:
            fix = as_fix(mend, files) if isinstance(mend, Mend) else mend
            if fix is not None and fix.edits not in seen:  # SHACL and lint may mend alike
                seen.add(fix.edits)
                yield fix


def _ended(words: str, stop: str) -> str:
    """Return words with a stop, unless they end a sentence as they are."""
    return words if words[-1:] in "。！？.!?" else words + stop


def _own_words(result: ValidationResult) -> Bilingual:
    """Return the messages of a result that are in both languages already."""
    found = [term for term in map(read_term, result.messages) if isinstance(term, Literal)]
    return Bilingual(in_language(found, "zh"), in_language(found, "en"))
