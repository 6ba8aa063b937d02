"""One submission to be looked through, and what it is looked through against."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kg_builder.asking.names import open_names
from kg_builder.asking.near_terms import shown_literal
from kg_builder.errors import StoreError
from kg_builder.graph.index import Term
from kg_builder.graph.inference.rules import Rules
from kg_builder.graph.ontology import Ontology
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.vocabulary import DEFAULT_BASE, PREFIXES, RDF_TYPE, RDFS_LABEL
from kg_builder.judging.lint.namespaces import Namespaces
from kg_builder.judging.lint.near import Nearest
from kg_builder.judging.lint.vocabulary import Vocabulary
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.resources import Resources
from kg_builder.text.search.index import NameIndex

QUOTED: Final = (Format.JSON_LD.value, Format.RDF_XML.value)
"""Formats that write IRIs and languages in quotation marks."""
_GLUE: Final = re.compile("[、，；。､｡]")
_MOST_INDEXED: Final = 200_000


class LintContext:
    """What submissions are looked through against: the ontology, and a store if there is one.

    It may serve any number of submissions; what it works out it keeps. A context manager: leaving
    it closes the index of names.
    """

    def __init__(
        self,
        ontology: Ontology,
        graph: OpenGraph | None = None,
        *,
        base: str | None = None,
        resources: Resources | None = None,
        rules: Rules | None = None,
        targeted: Iterable[NamedNode] = (),
    ) -> None:
        """Take what there is; nothing is read yet.

        `base` is that of instance IRIs (the graph's, if none is given); `rules` are the ontology's,
        where they have been compiled already. Shapes look at the subjects and objects of
        `targeted` properties.
        """
        self.vocabulary = Vocabulary(ontology, rules)
        self.graph = graph
        self.base = base or (graph.base if graph is not None else None) or DEFAULT_BASE
        self.nearest = Nearest(self.vocabulary)
        self.namespaces = Namespaces(self.vocabulary)
        self.targeted = frozenset(targeted)
        self._resources = resources
        self._names: NameIndex | None = None

    def beside(self, graph: OpenGraph) -> LintContext:
        """Return one for another generation with the same ontology; what is known of it stays."""
        other = LintContext(
            self.vocabulary.ontology, graph, resources=self._resources, targeted=self.targeted
        )
        other.vocabulary = self.vocabulary
        other.nearest, other.namespaces = self.nearest, self.namespaces
        return other

    def __enter__(self) -> LintContext:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index of names, if it was opened."""
        if self._names is not None:
            self._names.close()
            self._names = None

    @property
    def ontology(self) -> Ontology:
        """The ontology."""
        return self.vocabulary.ontology

    @property
    def names(self) -> NameIndex | None:
        """The index of the store's names; None without a store, or where it is damaged.

        One has to be made for RDF that `kg build` did not write; for much of it that takes long.
        """
        graph = self.graph
        if self._names is None and graph is not None:
            if graph.generation is None and len(graph.store) > _MOST_INDEXED:
                return None
            try:
                self._names = open_names(graph, self._resources)
            except StoreError:
                return None
        return self._names

    @cached_property
    def prefixed(self) -> Mapping[str, str]:
        """From `<IRI>` to a prefixed name where a prefix fits, else to itself."""
        if self.graph is not None:
            return self.graph.prefixed_names
        return PrefixedNames(PREFIXES, None)

    def stored(
        self,
        subject: Term | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
    ) -> Iterator[Triple]:
        """Yield the triples of the store's default graph that fit; none without a store."""
        if self.graph is None or isinstance(subject, Literal):
            return iter(())
        found = self.graph.store.quads_for_pattern(subject, predicate, value, DefaultGraph())
        return (quad.triple for quad in found)

    def in_store(
        self,
        subject: Term | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
    ) -> bool:
        """Return whether the store has a triple that fits."""
        return next(self.stored(subject, predicate, value), None) is not None


class Task:
    """A submission with its context, and what several checks ask of it.

    What is brought beside it counts as if the store had it.
    """

    def __init__(
        self,
        submission: Submission,
        context: LintContext,
        triples: Sequence[Triple] | None = None,
        beside: Sequence[Submission] = (),
    ) -> None:
        """Take a submission, or some of its triples alone."""
        self.submission = submission
        self.context = context
        self.triples = submission.triples if triples is None else triples
        self._beside = tuple(other for other in beside if other is not submission)

    @property
    def vocabulary(self) -> Vocabulary:
        """The ontology, asked."""
        return self.context.vocabulary

    @cached_property
    def by_subject(self) -> Mapping[Term, list[Triple]]:
        """The triples of the submission by subject."""
        found: dict[Term, list[Triple]] = defaultdict(list)
        for triple in self.triples:
            found[triple.subject].append(triple)  # type: ignore[index]
        return dict(found)

    @cached_property
    def types(self) -> Mapping[Term, list[Triple]]:
        """The triples that give a type, by subject."""
        found: dict[Term, list[Triple]] = defaultdict(list)
        for triple in self.triples:
            if triple.predicate == RDF_TYPE:
                found[triple.subject].append(triple)  # type: ignore[index]
        return dict(found)

    @cached_property
    def _neighbours(self) -> Mapping[Term, list[Triple]]:
        """The triples of what is brought beside the submission, by subject."""
        found: dict[Term, list[Triple]] = defaultdict(list)
        for other in self._beside:
            for triple in other.triples:
                found[triple.subject].append(triple)  # type: ignore[index]
        return found

    def known(self, node: Term, predicate: NamedNode) -> Iterator[Triple]:
        """Yield what is known of a node besides what the submission says."""
        yield from self.context.stored(node, predicate)
        for triple in self._neighbours.get(node, ()):
            if triple.predicate == predicate:
                yield triple

    def exists(self, node: NamedNode) -> bool:
        """Return whether anything is said about a node, here, beside it or in the store."""
        return node in self.by_subject or node in self._neighbours or self.context.in_store(node)

    @cached_property
    def _has_glue(self) -> bool:
        return any(notice.code == "glued" for notice in self.submission.notices)

    def is_glued(self, node: NamedNode) -> bool:
        """Return whether an IRI is two names, as reading has noticed."""
        return self._has_glue and _GLUE.search(node.value) is not None

    def short(self, term: Term) -> str:
        """Return a term as people write it: by a prefix, and a literal cut to a line."""
        if isinstance(term, NamedNode):
            return self.context.prefixed[str(term)]
        if isinstance(term, BlankNode):
            return str(term)
        return shown_literal(term)

    def called(self, term: Term) -> Bilingual:
        """Return a term with its label before its short name, if it has one."""
        short = self.short(term)
        label = self.label(term) if isinstance(term, NamedNode) else None
        if label is None:
            return Bilingual(short, short)
        return Bilingual(f"{label.zh}（{short}）", f"{label.en} ({short})")

    def label(self, node: NamedNode) -> Bilingual | None:
        """Return what a node is called, by the ontology, by the submission or by the store."""
        found = self.vocabulary.label(node)
        if found is not None:
            return found
        own = {
            triple.object.language or "": triple.object.value
            for triple in (*self._neighbours.get(node, ()), *self.by_subject.get(node, ()))
            if triple.predicate == RDFS_LABEL and isinstance(triple.object, Literal)
        }
        zh, en = (own.get(tag) or self._stored_label(node, tag) for tag in _LANGUAGES)
        some = zh or en or next(iter(own.values()), None)
        return Bilingual(zh or some, en or some) if some else None

    def _stored_label(self, node: NamedNode, language: Language) -> str | None:
        graph = self.context.graph
        return graph.label(node, language) if graph is not None else None


_LANGUAGES: Final[tuple[Language, Language]] = ("zh", "en")
