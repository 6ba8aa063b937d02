"""Classes, properties and concepts that are not there, and namespaces that are misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode, Triple
from rapidfuzz.distance import OSA

from kg_builder.graph.ontology import ROOT
from kg_builder.graph.unknown_terms import (
    OWN_NAMESPACES,
    SCHEME_NAMESPACES,
    UnknownTerm,
    unknown_term_result,
    unknown_terms,
)
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, SCHEMES, expand
from kg_builder.judging.lint.findings import Kind, about, instead
from kg_builder.judging.lint.near import Near, Words, local_part, namespace_end
from kg_builder.judging.lint.task import LintContext, Task
from kg_builder.judging.lint.vocabulary import Vocabulary
from kg_builder.judging.raw import Mend, Part, Raw
from kg_builder.model.bilingual import Bilingual

_OURS: Final = PREFIXES["kg"]
_SCHEMA: Final = tuple(PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd", "sh"))
_REUSED: Final = tuple(
    space for space in PREFIXES.values() if space not in (*OWN_NAMESPACES, *_SCHEMA)
)
_WITHOUT_DOUBT: Final = frozenset(
    map(expand, ("rdfs:seeAlso", "rdfs:comment", "dcterms:isReplacedBy", "skos:exactMatch"))
)
"""Properties that the ontology does not use, and that any instance may have."""
_ROLES: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        "class": Bilingual("类", "class"),
        "property": Bilingual("属性", "property"),
        "concept": Bilingual("概念", "concept"),
        "term": Bilingual("术语", "term"),
    }
)
_NEAR_NAMESPACE: Final = 2
"""So many slips of the pen may part a namespace from the one that is meant."""


class TermCheck:
    """Looks for terms that nothing knows; what it works out it keeps."""

    def __init__(self, context: LintContext) -> None:
        self._context = context
        self._vocabulary = context.vocabulary
        self._words: dict[str, Words] = {}
        self._unused: dict[NamedNode, bool] = {}

    def run(self, task: Task) -> Iterator[Raw]:
        """Yield unknown terms of our namespaces, then those that only look like a known one."""
        for unknown in unknown_terms(task.triples, self._vocabulary.ontology):
            yield self._unknown(task, unknown)
        for triple in task.triples:
            yield from self._foreign(task, triple)

    def _unknown(self, task: Task, unknown: UnknownTerm) -> Raw:
        near, other_role = self._nearest(unknown)
        short, role = task.short(unknown.term), _ROLES[unknown.role]
        zh = f"本体里没有{role.zh} {short}"
        en = f"the ontology has no {role.en} {short}"
        if unknown.term in self._vocabulary.ontology.classes:
            zh, en = f"{short} 是类，不能当属性用", f"{short} is a class, not a property"
        elif unknown.term in self._vocabulary.ontology.properties:
            zh, en = f"{short} 是属性，不能当类用", f"{short} is a property, not a class"
        asked = did_you_mean(task, near)
        if other_role is not None:
            shown = task.called(other_role)
            asked = Bilingual(f"另有 {shown.zh}", f"there is {shown.en}, though")
        words = Bilingual(f"{zh}：{asked.zh}", f"{en}: {asked.en}")
        fixes = mend_of(task, unknown.triple, unknown.part, near)
        return Raw(
            unknown_term_result(unknown, words), (unknown.triple,), unknown.part, fixes=fixes
        )

    def _nearest(self, unknown: UnknownTerm) -> tuple[Near, NamedNode | None]:
        """Return what is near among terms of the role; failing that, one of another role."""
        iri = unknown.term.value
        if unknown.role == "concept":
            space = next(space for space in SCHEME_NAMESPACES if iri.startswith(space))
            return self._of(space).near(iri.removeprefix(space)), None
        name = iri[namespace_end(iri) :]
        near = self._of(unknown.role).near(name)
        if not near.terms and unknown.role != "term":
            other = self._of("term").near(name)
            return Near(), other.terms[0] if other.terms and other.plain else None
        return near, None

    def _of(self, which: str) -> Words:
        """Return the words of the terms of a role, or of a taxonomy by its namespace."""
        if which not in self._words:
            self._words[which] = Words(self._vocabulary, self._terms(which))
        return self._words[which]

    def _terms(self, which: str) -> Iterable[NamedNode]:
        ontology = self._vocabulary.ontology
        if which == "concept" or which.startswith("http"):
            space = "" if which == "concept" else which
            return (term for term in ontology.concepts if term.value.startswith(space))
        kinds = {"class": ontology.classes, "property": ontology.properties}
        terms = kinds.get(which, ontology.classes | ontology.properties)
        return (term for term in terms if term.value.startswith(_OURS))

    # --- terms of others ---

    def _foreign(self, task: Task, triple: Triple) -> Iterator[Raw]:
        yield from self._foreign_term(task, triple, "predicate", triple.predicate)
        value = triple.object
        if not isinstance(value, NamedNode):
            return
        if triple.predicate == RDF_TYPE:
            yield from self._foreign_term(task, triple, "object", value)
        else:
            yield from self._misspelt(task, triple, "object", value)

    def _foreign_term(
        self, task: Task, triple: Triple, part: Part, term: NamedNode
    ) -> Iterator[Raw]:
        misspelt = tuple(self._misspelt(task, triple, part, term))
        yield from misspelt
        if misspelt or not term.value.startswith(_REUSED) or not self._is_unused(term):
            return
        space = term.value[: namespace_end(term.value)]
        near = self._in_namespace(space).near(local_part(term.value))
        short = task.short(term)
        asked = did_you_mean(task, near)
        role = _ROLES["class" if part == "object" else "property"]
        words = Bilingual(
            f"本体和图都不用{role.zh} {short}，没有形状会检查它：{asked.zh}",
            f"neither ontology nor graph uses the {role.en} {short}, and no shape checks it: "
            f"{asked.en}",
        )
        fixes = mend_of(task, triple, part, near)
        yield about(Kind.UNUSED_TERM, triple, part, words, severity="Warning", fixes=fixes)

    def _is_unused(self, term: NamedNode) -> bool:
        if term not in self._unused:
            known = term in _WITHOUT_DOUBT or term in self._vocabulary.mentioned
            self._unused[term] = not (
                known
                or self._context.in_store(None, term)
                or self._context.in_store(None, RDF_TYPE, term)
            )
        return self._unused[term]

    def _in_namespace(self, space: str) -> Words:
        if space not in self._words:
            terms = (term for term in self._vocabulary.mentioned if term.value.startswith(space))
            self._words[space] = Words(self._vocabulary, terms)
        return self._words[space]

    # --- namespaces ---

    def _misspelt(self, task: Task, triple: Triple, part: Part, term: NamedNode) -> Iterator[Raw]:
        meant = self._namespaces.meant(term)
        if meant is None:
            return
        right, sure = meant
        zh = f"{term} 的命名空间写错了：应为 {right}"
        en = f"the namespace of {term} is misspelt: it should be {right}"
        new = NamedNode(right + local_part(term.value))
        ours = right.startswith(OWN_NAMESPACES)
        fixes = (instead(triple, part, new, task.short(new)),) if sure else ()
        yield about(
            Kind.MISSPELT_NAMESPACE,
            triple,
            part,
            Bilingual(f"{zh}，即 {task.short(new)}", f"{en}, that is {task.short(new)}"),
            severity="Violation" if ours else "Warning",
            fixes=fixes,
        )

    @cached_property
    def _namespaces(self) -> _Namespaces:
        return _Namespaces(self._vocabulary)


class _Namespaces:
    """The namespaces that are known, for others to be compared with."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known = tuple(dict.fromkeys(PREFIXES.values()))
        self._plain = {_bare(space): space for space in self._known}
        self._found: dict[str, tuple[str, bool] | None] = {}

    def meant(self, term: NamedNode) -> tuple[str, bool] | None:
        """Return the namespace that a term's was meant to be, and whether that is sure."""
        iri = term.value
        if iri.startswith(self._known):
            return self._within_ours(iri)
        space = iri[: namespace_end(iri)]
        if space not in self._found:
            self._found[space] = self._nearest(space)
        found = self._found[space]
        if found is None or not local_part(iri):
            return None
        by_letters, sure = found
        # a namespace that is merely like another may be somebody's own
        return found if sure or NamedNode(by_letters + local_part(iri)) in self._terms else None

    @cached_property
    def _terms(self) -> frozenset[NamedNode]:
        return self._vocabulary.mentioned

    def _within_ours(self, iri: str) -> tuple[str, bool] | None:
        """Return the namespace of a term of ours behind the name of a module: `…/ont/Canteen`."""
        root = ROOT.value + "/"
        if iri.startswith(root):
            return (_OURS, True) if NamedNode(_OURS + iri[len(root) :]) in self._terms else None
        return None

    def _nearest(self, space: str) -> tuple[str, bool] | None:
        if space == ROOT.value + "/":
            return _OURS, False
        same = self._plain.get(_bare(space))
        if same is not None:
            return same, True
        scheme = space.rstrip("/#").rpartition("/")
        singular = scheme[2].removesuffix("s").removesuffix("e")
        if scheme[0] + "/" == PREFIXES["kg"].removesuffix("ont#") and singular in SCHEMES:
            return PREFIXES[singular], False
        distance, best = min(
            (OSA.distance(space, other, score_cutoff=_NEAR_NAMESPACE), other)
            for other in self._known
        )
        return (best, False) if distance <= _NEAR_NAMESPACE else None


def _bare(space: str) -> str:
    """Return a namespace without what is got wrong most often: scheme, `www.`, its last mark."""
    _, _, rest = space.partition("://")
    return (rest or space).removeprefix("www.").rstrip("/#").casefold()


def did_you_mean(task: Task, near: Near) -> Bilingual:
    """Return the question whether a near term was meant, or where terms are listed."""
    if not near.terms:
        return Bilingual("可用的词见 kg schema", "see kg schema for the words there are")
    named = [task.called(term) for term in near.terms]
    zh, en = "、".join(name.zh for name in named), ", ".join(name.en for name in named)
    return Bilingual(f"是不是 {zh}？", f"did you mean {en}?")


def mend_of(task: Task, triple: Triple, part: Part, near: Near) -> tuple[Mend, ...]:
    """Return the mend that writes the near term, where it is plain."""
    if not near.plain:
        return ()
    return (instead(triple, part, near.terms[0], task.short(near.terms[0])),)
