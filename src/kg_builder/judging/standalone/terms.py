"""Terms of SHACL that shapes use: misspelt ones, which SHACL passes over in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from pyoxigraph import Triple

from kg_builder.graph.submission.model import Submission
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.reports.report import UNKNOWN_SHACL
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import PlacedResult

_SH: Final = PREFIXES["sh"]
_KNOWN: Final = frozenset(
    (
        *("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "property", "path"),
        *("class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive"),
        *("maxExclusive", "maxInclusive", "minLength", "maxLength", "pattern", "flags"),
        *("languageIn", "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals"),
        *("not", "and", "or", "xone", "node", "qualifiedValueShape", "qualifiedMinCount"),
        *("qualifiedMaxCount", "qualifiedValueShapesDisjoint", "closed", "ignoredProperties"),
        *("hasValue", "in", "deactivated", "severity", "message", "name", "description", "order"),
        *("group", "defaultValue", "entailment", "shapesGraph", "suggestedShapesGraph"),
        *("inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"),
        *("sparql", "select", "ask", "prefixes", "declare", "prefix", "namespace", "validator"),
        *("nodeValidator", "propertyValidator", "parameter", "optional", "labelTemplate"),
        *("resultAnnotation", "annotationProperty", "annotationValue", "annotationVarName"),
        *("conforms", "result", "detail", "focusNode", "resultMessage", "resultPath", "value"),
        *("resultSeverity", "sourceConstraint", "sourceConstraintComponent", "sourceShape"),
        "shapesGraphWellFormed",
    )
)
"""The properties of SHACL Core and SHACL-SPARQL (W3C Recommendation, 20 July 2017)."""
_ADVANCED: Final = frozenset(
    (
        *("rule", "condition", "construct", "subject", "predicate", "object", "target"),
        *("expression", "filterShape", "nodes", "intersection", "union", "returnType", "update"),
        *("js", "jsFunctionName", "jsLibrary", "jsLibraryURL"),
    )
)
"""Properties of SHACL-AF and SHACL-JS (W3C Working Group Notes), which are not evaluated."""
_NEAR: Final = 0.6


def strange_terms(files: Sequence[Submission]) -> Iterator[PlacedResult]:
    """Yield a warning for each property of the namespace sh: that SHACL does not have."""
    for file in files:
        for triple in file.triples:
            name = _name(triple)
            if name is not None and name not in _KNOWN | _ADVANCED:
                yield _strange(file, triple, name)


def advanced_terms(files: Sequence[Submission]) -> Bilingual | None:
    """Return the words for what shapes use of SHACL-AF and SHACL-JS; None where they do not."""
    names = {_name(triple) for file in files for triple in file.triples}
    found = " ".join(sorted(f"sh:{name}" for name in names & _ADVANCED))
    if not found:
        return None
    return Bilingual(
        f"没有执行 SHACL-AF 和 SHACL-JS 的部分：{found}",
        f"what belongs to SHACL-AF or SHACL-JS was not evaluated: {found}",
    )


def _name(triple: Triple) -> str | None:
    iri = triple.predicate.value
    return iri[len(_SH) :] if iri.startswith(_SH) else None


def _strange(file: Submission, triple: Triple, name: str) -> PlacedResult:
    near = get_close_matches(name, sorted(_KNOWN), n=1, cutoff=_NEAR)
    ask_zh = f"；是不是 sh:{near[0]}？" if near else ""
    ask_en = f"; did you mean sh:{near[0]}?" if near else ""
    message = Bilingual(
        f"SHACL 没有 sh:{name}，形状的这一条不起作用{ask_zh}",
        f"SHACL has no sh:{name}, so this part of the shape has no effect{ask_en}",
    )
    spans = file.spans(triple)
    place = file.place(spans.predicate) if spans else None
    result = ValidationResult(
        focus_node=str(triple.subject),
        path=str(triple.predicate),
        value=str(triple.object),
        severity="Warning",
        component=UNKNOWN_SHACL,
        source_shape=str(triple.subject),
        messages=(),
    )
    return PlacedResult(result, message, message, place, shape_place=place)
