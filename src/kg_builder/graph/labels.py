"""The ontology's words for its terms, by the names that facts use."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.ontology import ROOT, Ontology
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.term import Term

_LABEL = expand("rdfs:label")
_DEFINED_BY = expand("rdfs:isDefinedBy")
_OURS = PREFIXES["kg"]


def term_labels(ontology: Ontology) -> Mapping[str, Term]:
    """Return every labelled term: `Canteen`, `inStreet`, and concepts as `status:completed`.

    Terms of other vocabularies, which the ontology only declares, have no label and are left out.
    """
    labels: dict[str, dict[str, str]] = {}
    modules: dict[str, str] = {}
    for triple in ontology.triples:
        if not isinstance(triple.subject, NamedNode):
            continue
        name = _name(triple.subject.value)
        if triple.predicate == _LABEL and isinstance(triple.object, Literal):
            language = triple.object.language or "en"
            labels.setdefault(name, {})[language] = triple.object.value
        elif triple.predicate == _DEFINED_BY and isinstance(triple.object, NamedNode):
            modules[name] = triple.object.value.removeprefix(ROOT.value).removeprefix(HOUSE)
    return {
        name: Term(
            Bilingual(words.get("zh", words.get("en", name)), words.get("en", name)),
            modules[name].lstrip("/"),
        )
        for name, words in labels.items()
        if name in modules
    }


def _name(iri: str) -> str:
    if iri.startswith(_OURS):
        return iri.removeprefix(_OURS)
    return iri.removeprefix(HOUSE).replace("/", ":", 1)
