"""Making results of what SHACL has no constraint component for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.unknown_terms import message_literals
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.raw import Mend, Part, Raw, Replacement
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import Fix

NOT_A_NODE: Final = NamedNode(PREFIXES["kg"] + "Submission")
"""The focus node of results about a submission as a whole."""
Severity = Literal["Violation", "Warning", "Info"]
_ENDING: Final = "ConstraintComponent"


class Kind(Enum):
    """What may be wrong, by the name of its component."""

    UNKNOWN_TERM = "UnknownTerm"
    UNUSED_TERM = "UnusedTerm"
    MISSPELT_NAMESPACE = "MisspeltNamespace"
    DISJOINT_TYPES = "DisjointTypes"
    LEXICAL_FORM = "LexicalForm"
    LANGUAGE_TAG = "LanguageTag"
    CHINESE_WITHOUT_TAG = "ChineseWithoutTag"
    CIRCLE = "Circle"
    DANGLING = "DanglingTarget"
    UNTYPED = "UntypedSubject"
    IRI_PATTERN = "IriPattern"
    SCHEMA = "SchemaTriple"
    IMPORT = "Import"
    SAME_AS = "SameAs"
    BLANK_NODE = "BlankNode"
    NAMED_GRAPH = "NamedGraph"
    EVIDENCE = "ForgedEvidence"
    HIDDEN_CHARACTER = "HiddenCharacter"
    NOT_FILLED_IN = "NotFilledIn"
    GLUED = "GluedPunctuation"
    UNDECLARED = "UndeclaredPrefix"
    IGNORED = "IgnoredKey"
    EMPTY = "NothingToCheck"

    @property
    def component(self) -> str:
        """The IRI of the constraint component."""
        return PREFIXES["kg"] + self.value + _ENDING


def about(
    kind: Kind,
    triple: Triple,
    part: Part,
    words: Bilingual,
    *,
    severity: Severity = "Violation",
    others: Sequence[Triple] = (),
    fixes: Sequence[Mend | Fix] = (),
    span: Span | None = None,
    focus: Term | None = None,
) -> Raw:
    """Return what is wrong with a part of a triple; `others` take part in it."""
    result = ValidationResult(
        focus_node=str(focus or triple.subject),
        path=str(triple.predicate),
        value=str(triple.object),
        severity=severity,
        component=kind.component,
        source_shape=f"<{kind.component}>",
        messages=_messages(words),
    )
    return Raw(result, (triple, *others), part, span=span, fixes=tuple(fixes))


def at_large(
    kind: Kind,
    focus: str,
    words: Bilingual,
    *,
    triples: Sequence[Triple] = (),
    span: Span | None = None,
    severity: Severity = "Violation",
    fixes: Sequence[Mend | Fix] = (),
) -> Raw:
    """Return what is wrong with a submission as a whole, or with a node of it."""
    result = ValidationResult(
        focus_node=focus,
        path=None,
        value=None,
        severity=severity,
        component=kind.component,
        source_shape=f"<{kind.component}>",
        messages=_messages(words),
    )
    return Raw(result, tuple(triples), "subject", span=span, fixes=tuple(fixes))


def instead(triple: Triple, part: Part, new: Term, shown: str) -> Mend:
    """Return the mend that writes another term for a part of a triple."""
    return Mend(Bilingual(f"改成 {shown}", f"write {shown}"), (Replacement(triple, part, new),))


def _messages(words: Bilingual) -> tuple[str, ...]:
    """Return words as messages; Chinese has no space beside a parenthesis of full width."""
    return message_literals(Bilingual(words.zh.replace("） ", "）"), words.en))
