"""What a reviewer should look at, by doubt.

A fact is as doubtful as the rule that read it is known to be imprecise: the lower end of the Wilson
score interval (95 %) of its measured precision (E. B. Wilson, JASA 22, 1927). A rule that nobody
has measured may be anything. Measurements stand in `genre/precision.toml`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NoReturn

from kg_builder.errors import ConfigurationError
from kg_builder.model.decision import ClassName, Object
from kg_builder.model.document import Document
from kg_builder.model.entity import EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.notice import Notice
from kg_builder.model.selector import Span
from kg_builder.resources import load_toml
from kg_builder.text.coverage import Unread
from kg_builder.text.review.anchors import digest
from kg_builder.text.review.ledger import OTHER_NAME
from kg_builder.text.review.renames import FactKey, fact_key
from kg_builder.text.review.terms import write_term

NAMING: Final = "naming"
"""The rule of names and classes, in `genre/precision.toml` too."""
_Z: Final = 1.959964
_FOLLOWS = frozenset({"statedIn", "area", "listOrder", "normalizedValue"})
"""What follows from the rest of a statement, and is not worth a reviewer's look."""
_MAYBE_SAME = "possiblySameAs"

NOT_APPLIED: Final = frozenset({"stale-decision", "unknown-entity", "idle-decision"})
"""The notices of decisions that do not fit the text."""

Kind = Literal["stale", "duplicate", "fact", "unread"]


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a rule was right and wrong on texts with gold."""

    right: int
    wrong: int

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson score interval; (0, 1) for a rule never measured."""
        count = self.right + self.wrong
        if not count:
            return 0.0, 1.0
        share, square = self.right / count, _Z * _Z
        middle = (share + square / (2 * count)) / (1 + square / count)
        half = (
            _Z
            * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
            / (1 + square / count)
        )
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to look at: its place, what is said there, and the line that decides it."""

    kind: Kind
    line: int
    interval: tuple[float, float] | None
    rule: str
    words: str
    """The words of the passage, in one line."""
    row: Mapping[str, str]
    """The cells of a decision, for the reviewer to mend and sign; empty for a stale decision."""
    notice: Notice | None = None


def load_precision(paths: Iterable[Path]) -> dict[str, Precision]:
    """Return the measured precision of rules; a later file wins.

    Raises ConfigurationError, with the file, for what is not `[[rule]]` with id, right and wrong.
    """
    found: dict[str, Precision] = {}
    for path in paths:
        data = load_toml(path)
        rules = data.get("rule", [])
        if set(data) - {"rule"} or not isinstance(rules, list):
            _refuse(path)
        for rule in rules:
            if not isinstance(rule, dict) or set(rule) != {"id", "right", "wrong"}:
                _refuse(path)
            right, wrong = rule["right"], rule["wrong"]
            counts = all(type(count) is int and count >= 0 for count in (right, wrong))
            if not counts or not isinstance(rule["id"], str):
                _refuse(path)
            found[rule["id"]] = Precision(right, wrong)
    return found


def _refuse(path: Path) -> NoReturn:
    raise ConfigurationError(
        "每条 [[rule]] 应有 id 和不为负的整数 right、wrong",
        "each [[rule]] has id, right and wrong, the latter whole numbers",
        file=str(path),
    )


_SAY = frozenset({"value", "status", "award", "distinction"})
"""What a statement says: one line of it is enough to look at, its details follow."""
_DETAILS = frozenset(
    {
        "about", "basis", "bound", "comparedWith", "indicator", "listOrder", "measure", "outcome",
        "period", "resultKind", "scope", "unit", "verbatim",
    }
)  # fmt: skip


def doubts(
    document: Document,
    read: Extraction,
    unread: Sequence[Unread],
    precision: Mapping[str, Precision],
) -> list[Doubt]:
    """Return what to look at: decisions that do not fit, pairs, facts (most doubtful first), gaps.

    What a decision has accepted is in no doubt.
    """
    lister = _Lister(document, read, precision)
    found = [*lister.stale(), *lister.pairs(), *lister.facts()]
    return [*found, *(lister.unread(item) for item in unread)]


class _Lister:
    def __init__(
        self, document: Document, read: Extraction, precision: Mapping[str, Precision]
    ) -> None:
        self._source = document.source
        self._read = read
        self._precision = precision
        self._settled: set[FactKey] = {
            fact_key(item.subject, item.predicate, item.object) for item in read.decided
        }

    def stale(self) -> Iterator[Doubt]:
        for notice in self._read.notices:
            if notice.code in NOT_APPLIED and notice.position:
                yield Doubt("stale", notice.position.line, None, notice.code, "", {}, notice)

    def pairs(self) -> Iterator[Doubt]:
        seen: set[frozenset[EntityId]] = set()
        for fact in self._read.facts:
            other = fact.object
            if fact.predicate != _MAYBE_SAME or not isinstance(other, EntityId):
                continue
            pair = frozenset((fact.subject, other))
            settled = fact_key(fact.subject, fact.predicate, other) in self._settled
            if pair not in seen and not settled:
                seen.add(pair)
                span = fact.evidence[0].span
                # things of two classes can be one only if one of the classes is wrong
                same = fact.subject.type == other.type
                cells = (
                    {"action": "merge", "subject": write_term(fact.subject)}
                    | {"object": write_term(other)}
                    if same
                    else self._cells("reject", fact.subject, _MAYBE_SAME, other)
                )
                yield self._doubt("duplicate", span, fact.rule, cells)

    def facts(self) -> list[Doubt]:
        found = [*self._namings(), *self._stated()]
        return sorted(found, key=lambda item: (item.interval or (0, 0), item.line))

    def _namings(self) -> Iterator[Doubt]:
        for entity in self._read.entities:
            settled = fact_key(entity.id, "a", ClassName(entity.id.type)) in self._settled
            if entity.label is not None and not settled:
                cells = {"action": "accept", "subject": write_term(entity.id), "predicate": "a"}
                yield self._doubt("fact", entity.mentions[0].span, NAMING, cells)

    def _stated(self) -> Iterator[Doubt]:
        said = {fact.subject for fact in self._read.facts if fact.predicate in _SAY}
        for fact in self._read.facts:
            if fact.subject in said and fact.predicate in _DETAILS:
                continue
            key = fact_key(fact.subject, fact.predicate, fact.object)
            left_out = fact.predicate in _FOLLOWS or fact.predicate in (_MAYBE_SAME, OTHER_NAME)
            if key not in self._settled and not left_out:
                cells = self._cells("accept", fact.subject, fact.predicate, fact.object)
                yield self._doubt("fact", fact.evidence[0].span, fact.rule, cells)

    def unread(self, item: Unread) -> Doubt:
        """Return a passage that was not read; what it says is for the reviewer to add."""
        return self._doubt("unread", item.span, item.kind, {"action": "ignore"})

    def _cells(
        self, action: str, subject: EntityId, predicate: str, value: Object
    ) -> Mapping[str, str]:
        return {
            "action": action,
            "subject": write_term(subject),
            "predicate": predicate,
            "object": write_term(value),
        }

    def _doubt(self, kind: Kind, span: Span, rule: str, cells: Mapping[str, str]) -> Doubt:
        words = self._source.quote(span)
        line = self._source.position(span.start).line
        place = {
            "line": str(line),
            "start": str(span.start),
            "end": str(span.end),
            "sha256": digest(words),
        }
        measured = self._precision.get(rule, Precision(0, 0))
        interval = measured.interval if kind != "unread" else None
        return Doubt(kind, line, interval, rule, " ".join(words.split()), {**cells, **place})
