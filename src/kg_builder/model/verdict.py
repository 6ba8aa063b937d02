"""What judging a submission answers: results with places, words and mends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.validation import ValidationResult


@dataclass(frozen=True, slots=True, order=True)
class FilePlace:
    """A stretch of a file; lines and columns are 1-based, columns count code points.

    `end_line` and `end_column` point behind the last character.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in the text of a submitted file (an empty span inserts)."""

    file: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A plain mend: what it does, and the edits that do it, which do not overlap."""

    title: Bilingual
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class PlacedResult:
    """A validation result as people read it."""

    result: ValidationResult
    message: Bilingual
    """The shape author's words; the generated ones where there are none."""
    explanation: Bilingual
    """The generated words: labels and short names in the place of IRIs."""
    place: FilePlace | None = None
    """The offending triple in the submission; for what is missing, its subject."""
    related: tuple[FilePlace, ...] = ()
    """Other triples of the submission that take part."""
    shape_place: FilePlace | None = None
    fixes: tuple[Fix, ...] = ()
    standing: bool = False
    """Whether it failed before the submission, which touches its node and path."""
    follows: FilePlace | None = None
    """The place of the fault that it is a consequence of, and goes with: a misspelt class."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a submission and what it causes; `results` sorted by place."""

    results: tuple[PlacedResult, ...]
    triples: int
    """How many triples were judged."""
    focus_nodes: int
    standing_elsewhere: Mapping[str, int] = field(default_factory=dict)
    """Severity → old results that the submission does not touch; they are not listed."""
    notes: tuple[Bilingual, ...] = ()
    """What a reader should know besides: a shape that needed the whole graph, nothing checked."""

    @property
    def conforms(self) -> bool:
        """Whether nothing was found that was not there before, of whatever severity (SHACL 3.6)."""
        return all(item.standing for item in self.results)

    def count(self, severity: str) -> int:
        """Return the number of new results of a severity."""
        return sum(r.result.severity == severity for r in self.results if not r.standing)
