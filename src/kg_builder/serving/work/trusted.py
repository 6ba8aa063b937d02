"""The children that answer the house's own questions: never a stranger's SPARQL.

Stored queries, documents about a thing, descriptions of the data, and the data as files.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, QueryTriples, Triple

from kg_builder.asking.answer import Answer
from kg_builder.asking.finders import name_finder
from kg_builder.asking.parameters import resolve_parameters
from kg_builder.asking.request import Request
from kg_builder.asking.results.tabular import Style
from kg_builder.asking.results.writing import write_answer
from kg_builder.errors import InputError
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.select import merged, select
from kg_builder.graph.export.writing import write_dataset
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.catalogue import StoredQuery, bind, load_catalogue
from kg_builder.graph.query.door import closed_door
from kg_builder.graph.query.prologue import mentioned
from kg_builder.graph.serialization import GraphName
from kg_builder.model.bilingual import Language
from kg_builder.resources import Resources
from kg_builder.serving.work.datasets import DATASET, DatasetDescriptions, Describe
from kg_builder.serving.work.formats import RESULT_FORMATS, write_triples
from kg_builder.serving.work.messages import Found, Question
from kg_builder.serving.work.opening import Opening
from kg_builder.serving.work.resource import ResourceDescriptions
from kg_builder.serving.work.spool import Spool

_KNOWN: Final = 1_000
_LONGEST: Final = 2_000
"""Characters of what is given for a parameter."""


@dataclass(frozen=True)  # without slots it is pickled much faster
class StoredAsk:
    """A stored query, and what was typed for its parameters."""

    name: str
    values: tuple[tuple[str, tuple[str, ...]], ...]
    format: str
    language: Language
    evidence: bool = False
    most: int | None = None
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Document:
    """What there is to say of a thing."""

    iri: str
    format: str
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A part of the data, whole."""

    part: str
    format: str


@dataclass(frozen=True, slots=True)
class OntologyPage:
    """The documentation of the ontology."""

    language: Language


Item = Question | StoredAsk | Document | Describe | Download | OntologyPage


def make_trusted(
    path: Path, project: Path | None, report: Path | None
) -> Callable[[Path], Callable[[Item], Found | Answer]]:
    """Prepare what answers the house's own questions; for the fork server of a pool."""
    opening = Opening.prepare(path)
    resources = Resources.find(project)
    stored = dict(load_catalogue(resources))
    return lambda folder: _Worker(opening.open(), resources, stored, report, folder)


class _Worker:
    """Answers one question after another; large results lie in `folder`."""

    def __init__(
        self,
        graph: OpenGraph,
        resources: Resources,
        stored: Mapping[str, StoredQuery],
        report: Path | None,
        folder: Path,
    ) -> None:
        self._graph = graph
        self._resources = resources
        self._report = report
        self._folder = folder
        self._stored = stored
        self._spool = Spool(folder)
        self._bound = lru_cache(_KNOWN)(self._bind)
        self._prefixes = dict(graph.prefixes)
        self._descriptions = ResourceDescriptions(graph)
        self._datasets = DatasetDescriptions(graph)

    def __call__(self, item: Item) -> Found | Answer:
        match item:
            case Question():
                return item.answer(self._graph)
            case StoredAsk():
                return self._ask(item)
            case Document():
                return self._document(item)
            case Describe():
                return self._datasets.describe(item)
            case Download():
                return self._download(item)
            case OntologyPage():
                return self._ontology_page(item)

    # stored queries

    def _bind(self, name: str, values: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
        stored = self._stored[name]
        for parameter, given in values:
            if sum(map(len, given)) > _LONGEST:
                raise InputError(
                    f"参数 {parameter} 超过 {_LONGEST:,} 个字符",
                    f"the parameter {parameter} has over {_LONGEST:,} characters",
                )
        terms, _ = resolve_parameters(stored, dict(values), name_finder(self._graph))
        return bind(stored, terms)

    def _ask(self, asked: StoredAsk) -> Found:
        plain = asked.format in RESULT_FORMATS and asked.most is None and not asked.evidence
        if not plain:
            return self._ask_with_account(asked)
        text = self._bound(asked.name, asked.values)
        with self._spool as spool, closed_door():
            found = self._graph.store.query(text, prefixes=mentioned(text, self._prefixes))
            if isinstance(found, QueryTriples):
                raise InputError("不是表", "no table")
            found.serialize(spool.stream_of(asked.format), RESULT_FORMATS[asked.format])
        return Found(asked.format, self._spool.take())

    def _ask_with_account(self, asked: StoredAsk) -> Found:
        stored = self._stored[asked.name]
        request = Request(
            stored.text,
            stored=stored,
            values=dict(asked.values),
            language=asked.language,
            most=asked.most,
            evidence=asked.evidence,
            report=self._report,
            named=asked.format == "markdown",
            account=asked.format == "xlsx",
            timeout=asked.seconds,
        )
        answer = Question(request, self._folder).answer(self._graph)
        page = io.BytesIO()  # what is no stream of rows is written to and fro
        with self._spool as spool:
            stream = spool.stream_of(asked.format) if asked.format in RESULT_FORMATS else page
            write_answer(answer, asked.format, stream, Style(asked.language))
            spool.write(page.getvalue())
        return Found(asked.format, self._spool.take(), answer.cut)

    def _document(self, asked: Document) -> Found:
        about = self._descriptions.of(NamedNode(asked.iri), evidence=asked.evidence)
        with self._spool as spool:
            write_triples(dict.fromkeys(about), asked.format, spool, self._graph)
        return Found(asked.format, self._spool.take())

    def _download(self, asked: Download) -> Found:
        graphs: dict[GraphName, Iterable[Triple]] = {}
        if asked.part == DATASET:
            found: dict[GraphName, list[Triple]] = {}
            for quad in self._graph.store:
                found.setdefault(quad.graph_name, []).append(quad.triple)
            graphs = dict(found)
        else:
            graphs = dict(select(self._graph, asked.part))
        if asked.format in ("turtle", "ntriples", "rdfxml"):
            graphs = {DefaultGraph(): dict.fromkeys(merged(graphs))}
        with self._spool as spool:
            write_dataset(graphs, Format(asked.format), spool.stream, base=self._graph.base)
        return Found(asked.format, self._spool.take())

    def _ontology_page(self, asked: OntologyPage) -> Found:
        from kg_builder.graph.publication import load_published
        from kg_builder.graph.reference.reading import load_reference
        from kg_builder.graph.vocabulary import DEFAULT_BASE
        from kg_builder.pages.ontology import ontology_page

        published = load_published(self._resources, DEFAULT_BASE)
        data = (triple for item in published for triple in (*item.asserted, *item.evidence))
        reference = load_reference(self._resources, data, base=DEFAULT_BASE)
        page = ontology_page(reference, asked.language).encode("utf-8", "replace")
        with self._spool as spool:
            spool.write(page)
        return Found("html", self._spool.take())
