"""What a portable page carries beside the triples, as plain data.

`front` is what it needs at once: words, the search index, the stored queries. `back` is what its
engine needs: how to find the facts behind a solution, why inferred triples hold, and quotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg_builder.asking.account import sources_of
from kg_builder.asking.columns import headings_of
from kg_builder.asking.evidence import Witnesses
from kg_builder.asking.finders import name_finder
from kg_builder.asking.names import open_names
from kg_builder.asking.parameters import resolve_parameters
from kg_builder.asking.schema import classes_in
from kg_builder.asking.support import CONTEXT, PLACES
from kg_builder.errors import InputError
from kg_builder.graph.iris import is_iri
from kg_builder.graph.names import CONCEPT, TERM
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.catalogue import (
    Parameter,
    StoredQuery,
    bind,
    written,
)
from kg_builder.graph.query.levels import read_query, widened
from kg_builder.graph.query.plans import columns_of, gapped_text, plan
from kg_builder.graph.vocabulary import PREFIXES, SCHEMES, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.pages.portable.proofs import proofs_of
from kg_builder.resources import Resources
from kg_builder.text.search.index import NameIndex
from kg_builder.text.search.records import Entry
from kg_builder.version import VERSION

_SHA256: Final = expand("textSha256")
_DEFINITION: Final = expand("skos:definition")
_OTHERS: Final = 40
"""Classes listed of RDF that is not of reports."""
_ZH: Final = ("folded", "aside", "said")
_LATIN: Final = ("pinyin", "pinyin-aside", "pinyin-part")
_INITIALS: Final = ("initials", "initials-aside", "initials-part")
_APART: Final[Mapping[str, Bilingual]] = {
    TERM: Bilingual("本体词项", "term of the ontology"),
    CONCEPT: Bilingual("概念", "concept"),
    **{scheme: Bilingual("概念", "concept") for scheme in SCHEMES},
}
"""Classes of the index that the ontology does not have."""


def front(
    graph: OpenGraph, queries: Sequence[StoredQuery], resources: Resources, *, quotes: bool
) -> dict[str, Any]:
    """Return what the page shows and searches before its engine is ready.

    Raises ConfigurationError for a lexicon that is wrong.
    """
    with open_names(graph, resources) as names:
        entries = list(names.entries())
        lexicon = _lexicon(names)
    classes = sorted({name for entry in entries for name in entry.classes})
    members = {item.term.value: item.count for item in classes_in(graph)}
    reports = [
        {
            "iri": source.iri,
            "title": _labels(graph, source.iri),
            "details": [[_both(label), words] for label, words in source.details],
        }
        for source in sorted(sources_of(graph), key=lambda source: source.iri)
    ]
    asking = _Asking(graph, resources)
    return {
        "version": VERSION,
        "base": graph.base,
        "counts": dict(graph.summary.get("counts", {})),
        "reports": reports,
        "notices": list(_notices(graph)),
        "quotes": quotes,
        "prefixes": dict(graph.prefixes),
        "lexicon": lexicon,
        "classes": [
            [
                name,
                *_class_labels(graph, name),
                _definition(graph, name),
                members.get(PREFIXES["kg"] + name, 0),
            ]
            for name in classes
        ],
        "others": [] if reports else list(_other_classes(graph)),
        "records": _records(entries, classes),
        "queries": [asking.query(query) for query in queries],
    }


def _other_classes(graph: OpenGraph) -> Iterator[list[Any]]:
    """Yield the classes of RDF that is not of reports: IRI, what they are called, how many."""
    for item in islice((item for item in classes_in(graph) if not item.repeats), _OTHERS):
        yield [item.term.value, *_labels(graph, item.term.value), item.count]


def back(graph: OpenGraph, queries: Sequence[StoredQuery], *, quotes: bool) -> dict[str, Any]:
    """Return what the engine needs beside the triples; `quotes`: the words of passages too.

    Raises InputError where these are wanted and no text is at hand.
    """
    named = ("ontology", "inferred", "evidence")
    graphs = {name: node.value for name in named if (node := graph.graph_name(name)) is not None}
    return {
        "base": graph.base,
        "prefixes": dict(graph.prefixes),
        "graphs": graphs,
        "context": sorted(node.value for node in CONTEXT),
        "places": PLACES,
        "plans": {query.name: plan(query, graph.prefixes) for query in queries},
        **proofs_of(graph),
        "quotes": _quotes(graph) if quotes else {},
    }


def title_of(graph: OpenGraph) -> Bilingual:
    """Return what the page is called: the report's title, or how many reports there are."""
    sources = sorted(sources_of(graph), key=lambda source: source.iri)
    if len(sources) == 1:
        zh, en = _labels(graph, sources[0].iri)
        return Bilingual(zh, en)
    if sources:
        return Bilingual(f"{len(sources)} 份报告", f"{len(sources)} reports")
    return Bilingual("知识图谱", "Knowledge graph")


def _labels(graph: OpenGraph, iri: str) -> list[str]:
    """Return what an IRI is called in Chinese and in English; its last part where it is not."""
    node, local = NamedNode(iri), iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
    return [graph.label(node, "zh") or local, graph.label(node, "en") or local]


def _class_labels(graph: OpenGraph, name: str) -> list[str]:
    """Return what a class of the index of names is called; some are no classes of the ontology."""
    if name in _APART:
        return _both(_APART[name])
    iri = PREFIXES["kg"] + name
    return _labels(graph, iri) if is_iri(iri) else [name, name]


def _definition(graph: OpenGraph, name: str) -> str:
    """Return what a class is, in Chinese: a word for it may stand there (食堂)."""
    iri = PREFIXES["kg"] + name
    if not is_iri(iri):
        return ""
    quads = graph.store.quads_for_pattern(NamedNode(iri), _DEFINITION, None, DefaultGraph())
    found = (term for term in (quad.object for quad in quads) if isinstance(term, Literal))
    return min((term.value for term in found if term.language == "zh"), default="")


def _both(words: Bilingual) -> list[str]:
    return [words.zh, words.en]


def _notices(graph: OpenGraph) -> Iterable[list[str]]:
    """Yield what whoever reads an answer should know of the texts that were read."""
    for report in graph.summary.get("reports", ()):
        name = report["graph"].rpartition("/")[2]
        for warning in report.get("warnings", ()):
            line = warning.get("line")
            yield [
                f"{name}，第 {line} 行：{warning['zh']}",
                f"{name}, line {line}: {warning['en']}",
            ]
        unread = len(report.get("unread", ()))
        if unread:
            yield [f"{name}：有 {unread} 处没有读到", f"{name}: {unread} passages were not read"]


def _lexicon(names: NameIndex) -> dict[str, Any]:
    lexicon = names.lexicon
    pairs = sorted(lexicon.traditional.items())
    return {
        "traditional": "".join(chr(code) + str(char) for code, char in pairs),
        "said": dict(sorted(lexicon.said.items())),
        "same": dict(sorted(lexicon.same.items())),
    }


def _records(entries: Iterable[Entry], classes: Iterable[str]) -> list[list[Any]]:
    """Return the things with a name: IRI, names, classes by number, qualifier, whether apart, keys.

    The keys are those in characters, parts of them, pinyin, initials.
    """
    numbers = {name: number for number, name in enumerate(classes)}
    return [
        [
            entry.id,
            list(entry.names),
            [numbers[name] for name in entry.classes],
            entry.qualifier,
            int(entry.apart),
            *(_keys(entry, kinds) for kinds in (_ZH, ("part",), _LATIN, _INITIALS)),
        ]
        for entry in entries
    ]


def _keys(entry: Entry, kinds: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for kind in kinds for key in entry.keys.get(kind, ())))


class _Asking:
    """Tells of stored queries what this graph has: its answers, and things to give as examples."""

    def __init__(self, graph: OpenGraph, resources: Resources) -> None:
        self._graph = graph
        self._resources = resources
        self._find = name_finder(graph)

    def query(self, query: StoredQuery) -> dict[str, Any]:
        columns = columns_of(query)
        zh = headings_of(self._graph, columns, self._resources, "zh")
        en = headings_of(self._graph, columns, self._resources, "en")
        return {
            "name": query.name,
            "title": _both(query.title),
            "description": _both(query.description),
            "tags": list(query.tags),
            "parameters": [self._parameter(item) for item in query.parameters.values()],
            "computed": {name: _both(words) for name, words in query.computed.items()},
            "columns": {name: [zh.get(name, name), en.get(name, name)] for name in columns},
            "examples": [
                {name: list(values) for name, values in given.items()}
                for given in query.examples
                if self._answers(query, given)
            ],
            "text": list(gapped_text(query)),
            "answers": self._answers(query, {}),
        }

    def _answers(self, query: StoredQuery, given: Mapping[str, Sequence[str]]) -> bool:
        """Whether anything matches a query: one district's report lacks what another's has."""
        try:
            terms, _ = resolve_parameters(query, given, self._find)
        except InputError:
            return False
        read = read_query(bind(query, terms))
        if read is None or read.main is None:
            return True
        text = widened(read, read.main)
        found = self._graph.store.query(text, prefixes=dict(self._graph.prefixes))
        return next(iter(found), None) is not None  # type: ignore[arg-type]

    def _parameter(self, parameter: Parameter) -> dict[str, Any]:
        words: dict[str, list[str]] = {}
        for word, term in parameter.values.items():
            words.setdefault(written(term), []).append(word)
        default = parameter.default
        return {
            "name": parameter.name,
            "type": parameter.type,
            "class": parameter.entity_class,
            "label": _both(parameter.label),
            "default": None if default is None else [default, written(parameter.term(default))],
            "examples": [text for text in parameter.examples if self._is_known(parameter, text)],
            "values": list(words.items()),
        }

    def _is_known(self, parameter: Parameter, text: str) -> bool:
        if parameter.entity_class is None:
            return True
        try:
            self._find(text, parameter.entity_class)
        except InputError:
            return False
        return True


def _quotes(graph: OpenGraph) -> dict[str, str]:
    """Return the words of the passages by IRI, each compared with its hash."""
    witnesses = Witnesses(graph)
    found: dict[str, str] = {}
    for quad in graph.store.quads_for_pattern(None, _SHA256, None, None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            passage = witnesses.passage(quad.subject)
            if passage is not None and passage.quote is not None:
                found[quad.subject.value] = passage.quote
    if not found:
        raise InputError(
            "手边没有报告的文本，放不进引文；先用 kg build 报告 建图（不加 --no-source），或去掉"
            " --source",
            "the text of no report is at hand to quote from; kg build REPORT first, without"
            " --no-source, or leave --source out",
            file=str(graph.path),
        )
    return dict(sorted(found.items()))
