"""What SHACL validation answers: a value, not an exception."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One `sh:ValidationResult`. Terms are in N-Triples syntax; paths in SPARQL syntax."""

    focus_node: str
    path: str | None
    value: str | None
    severity: str
    """`Violation`, `Warning`, `Info`, or the IRI of a severity of the shapes' own."""
    component: str
    """IRI of the constraint component."""
    source_shape: str
    messages: tuple[str, ...]
    """The shape's messages (or the generated one), as N-Triples literals, sorted."""
    source_constraint: str | None = None
    """The SPARQL-based constraint at fault (`sh:sourceConstraint`)."""
    details: tuple[ValidationResult, ...] = ()
    """The results that led to this one (`sh:detail`), where they were asked for."""


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """Whether the data conforms (no results at all, as SHACL says), and the results, sorted."""

    conforms: bool
    results: tuple[ValidationResult, ...]
    shapes: str | None = None
    """Checksum of the files of shapes that it was made by; None where they were no files."""

    def violations(self) -> tuple[ValidationResult, ...]:
        """Return the results of severity Violation."""
        return tuple(result for result in self.results if result.severity == "Violation")
