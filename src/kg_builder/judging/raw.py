"""A result before it has a place in a file and words for people.

What the checks of `lint` find, and what SHACL finds once its offending triple is known, is a `Raw`.
`words` makes of it a place, an explanation and edits of the text, in the syntax of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyoxigraph import Triple

from kg_builder.graph.index import Term
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import Fix

Part = Literal["subject", "predicate", "object"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """Write `new` where `part` of `triple` is written, at each of the triple's places.

    A term is written in the syntax of the file, by a prefix that the file declares where one fits;
    a `str` is written as it stands.
    """

    triple: Triple
    part: Part
    new: Term | str


@dataclass(frozen=True, slots=True)
class Mend:
    """A plain mend in terms: what it does, and the replacements that do it together."""

    title: Bilingual
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """A result and what is at fault for it.

    The messages of `result` are N-Triples literals, one tagged `zh` and one `en`, and say the mend.
    """

    result: ValidationResult
    triples: tuple[Triple, ...] = ()
    """The triples at fault: the offending one first, then those that take part (of the submission,
    or old ones). Empty where something is missing: the subject is the result's focus node."""
    part: Part = "object"
    """The part of the first triple that is wrong."""
    file: str | None = None
    """The name of the submission that it is about, where `triples` alone do not tell."""
    span: Span | None = None
    """The place in that submission, where it is no part of a triple; goes before `part`."""
    fixes: tuple[Mend | Fix, ...] = ()
    """Mends, the plainest first. A `Mend` is in terms, a `Fix` in edits of the text."""
