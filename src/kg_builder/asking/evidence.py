"""Who says so: the passages of reports that a triple was read from, looked up in the store.

Every asserted triple of a report is reified in the evidence graph (see `graph.assembly.evidence`).
What was contributed (`kg add`) stands in the named graph of its batch, whose provenance says who
brought it, when, and after what source. The look-ups are by pattern, a few for each subject, so
that they cost the same in a store of any size. The words of a passage stand nowhere in the graph;
where the report's text is at hand they are quoted from it, once their hash has been compared.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg_builder.errors import InputError
from kg_builder.graph.index import Term
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import PREFIXES, expand
from kg_builder.model.bilingual import Language
from kg_builder.model.selector import Span

_SUBJECT: Final = expand("rdf:subject")
_PREDICATE: Final = expand("rdf:predicate")
_OBJECT: Final = expand("rdf:object")
_QUOTED: Final = expand("prov:wasQuotedFrom")
_RULE: Final = expand("rule")
_READING: Final = expand("reading")
_DECISION: Final = expand("decision")
_LINE: Final = expand("line")
_COLUMN: Final = expand("column")
_PATH: Final = expand("path")
_SHA256: Final = expand("textSha256")
_SOURCE: Final = expand("oa:hasSource")
_SELECTOR: Final = expand("oa:hasSelector")
_START: Final = expand("oa:start")
_END: Final = expand("oa:end")
_ATTRIBUTED: Final = expand("prov:wasAttributedTo")
_IDENTIFIER: Final = expand("dcterms:identifier")
_REMEMBERED: Final = 4096
"""Subjects and passages kept in mind: whoever walks a whole graph must not fill the memory."""


K = TypeVar("K")
V = TypeVar("V")


class _Recent(Generic[K, V]):
    """What `find` gives for a key, kept for the keys asked last."""

    def __init__(self, find: Callable[[K], V]) -> None:
        self._find = find
        self._known: OrderedDict[K, V] = OrderedDict()

    def __getitem__(self, key: K) -> V:
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        value = self._known[key] = self._find(key)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Ruling:
    """A reviewer's decision, as the graph tells it."""

    iri: str
    action: str
    who: str
    date: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a report."""

    report: str
    """The IRI of the report."""
    line: int
    column: int
    path: str | None
    """Headings, table, row and column, as far as there are any."""
    span: Span | None
    sha256: str | None
    quote: str | None
    """The words of the passage, where the text is at hand and their hash is right."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """One passage that says a triple, and how it was read.

    A fact that was read from several passages has a testimony for each, with the same rules and
    readings, since the graph ties those to the fact.
    """

    passage: Passage
    rules: tuple[str, ...]
    readings: tuple[str, ...]
    """Local names of the taxonomy `reading`: `stated`, `carried`, `derived`."""
    decisions: tuple[Ruling, ...]

    @property
    def report(self) -> str:
        """The IRI of the report."""
        return self.passage.report

    @property
    def line(self) -> int:
        """The line of the passage, 1-based."""
        return self.passage.line

    @property
    def column(self) -> int:
        """The column of the passage, 1-based, in code points."""
        return self.passage.column

    @property
    def path(self) -> str | None:
        """Headings, table, row and column."""
        return self.passage.path

    @property
    def quote(self) -> str | None:
        """The words of the passage, where they are at hand."""
        return self.passage.quote


@dataclass(frozen=True, slots=True)
class Contribution:
    """A batch of triples that somebody brought, as the graph tells of it."""

    graph: str
    """The IRI of the named graph of the batch."""
    number: int | None
    by: str
    when: str
    """To the second, in UTC, as xsd:dateTime has it."""
    source: str

    def in_words(self, language: Language) -> str:
        """Return who brought it, on what day, and the source of the claim."""
        day = self.when[:10]
        if language == "zh":
            return f"{self.by} 于 {day} 贡献（第 {self.number} 批），依据：{self.source}"
        return f"contributed by {self.by} on {day} (batch {self.number}), source: {self.source}"


class Witnesses:
    """Looks up who says a triple; remembers subjects and passages for the next call.

    `text` is that of a report (`--report FILE`), asked before the texts that a built folder keeps.
    """

    def __init__(self, graph: OpenGraph, text: str | None = None) -> None:
        self._graph = graph
        self._text = text
        self.quoted = 0
        """How many passages have been quoted so far."""
        self._texts: dict[str, str | None] = {}
        self._facts = _Recent[Term, Mapping[tuple[Term, Term], Term]](self._facts_about)
        self._passages = _Recent[Term, Passage | None](self._passage)
        self._rulings = _Recent[Term, Ruling](self._ruling)
        self._contributions = _Recent[Term, Contribution](self._contribution)
        self._batches = f"{graph.base}graph/contribution/" if graph.base else None

    def of(self, triple: Triple) -> tuple[Testimony, ...]:
        """Return who says `triple`, by report, line and column; empty where no report does."""
        subject: Term = triple.subject  # type: ignore[assignment]  # no triple terms in RDF 1.1
        object_: Term = triple.object  # type: ignore[assignment]
        fact = self._facts[subject].get((triple.predicate, object_))
        return () if fact is None else self._testimony(fact)

    def passage(self, node: NamedNode) -> Passage | None:
        """Return what the graph tells of a passage, by its IRI; None where that is none."""
        return self._passages[node]

    def contributions(self, triple: Triple) -> tuple[Contribution, ...]:
        """Return the contributions that say `triple`, by number; empty where none does."""
        s, p, o = triple
        return self._brought_by(self._graph.store.quads_for_pattern(s, p, o, None))

    def contributions_about(self, node: NamedNode) -> tuple[Contribution, ...]:
        """Return the contributions that say anything of a node, by number."""
        return self._brought_by(self._graph.store.quads_for_pattern(node, None, None, None))

    def _brought_by(self, quads: Iterable[Quad]) -> tuple[Contribution, ...]:
        if self._batches is None:
            return ()
        found = [
            self._contributions[name]
            for name in dict.fromkeys(quad.graph_name for quad in quads)
            if isinstance(name, NamedNode) and name.value.startswith(self._batches)
        ]
        return tuple(sorted(found, key=lambda item: (item.number or 0, item.graph)))

    def _contribution(self, node: Term) -> Contribution:
        def first(subject: Term, name: str) -> str:
            return next(_words(self._objects(subject, expand(name))), "")

        agent = next(iter(self._objects(node, _ATTRIBUTED)), node)
        return Contribution(
            graph=node.value,
            number=self._number(node, _IDENTIFIER),
            by=first(agent, "rdfs:label"),
            when=first(node, "prov:generatedAtTime"),
            source=first(node, "dcterms:source"),
        )

    def _facts_about(self, subject: Term) -> Mapping[tuple[Term, Term], Term]:
        """Return the facts about a subject by predicate and object."""
        found: dict[tuple[Term, Term], Term] = {}
        quads = self._graph.store.quads_for_pattern(None, _SUBJECT, subject, None)
        for quad in quads:
            fact: Term = quad.subject  # type: ignore[assignment]
            for predicate in self._objects(fact, _PREDICATE):
                for object_ in self._objects(fact, _OBJECT):
                    found[predicate, object_] = fact
        return found

    def _testimony(self, fact: Term) -> tuple[Testimony, ...]:
        rules = tuple(sorted(_words(self._objects(fact, _RULE))))
        readings = tuple(
            sorted(
                term.value.removeprefix(PREFIXES["reading"])
                for term in self._objects(fact, _READING)
                if isinstance(term, NamedNode)
            )
        )
        rulings = [self._rulings[term] for term in self._objects(fact, _DECISION)]
        decisions = tuple(sorted(rulings, key=lambda ruling: ruling.iri))
        passages = [self._passages[term] for term in self._objects(fact, _QUOTED)]
        return tuple(
            Testimony(passage, rules, readings, decisions)
            for passage in sorted(filter(None, passages), key=_order)
        )

    def _passage(self, node: Term) -> Passage | None:
        """Return what the graph tells of a passage; None where it does not tell its line."""
        line = self._number(node, _LINE)
        if line is None:
            return None
        report = next(iter(self._objects(node, _SOURCE)), None)
        sha256 = next(_words(self._objects(node, _SHA256)), None)
        selector = next(iter(self._objects(node, _SELECTOR)), node)
        start, end = self._number(selector, _START), self._number(selector, _END)
        span = None
        if start is not None and end is not None and start <= end:
            span = Span(start, end)
        name = report.value if isinstance(report, NamedNode) else ""
        return Passage(
            report=name,
            line=line,
            column=self._number(node, _COLUMN) or 1,
            path=next(_words(self._objects(node, _PATH)), None),
            span=span,
            sha256=sha256,
            quote=self._quote(name, span, sha256),
        )

    def _quote(self, report: str, span: Span | None, sha256: str | None) -> str | None:
        if span is None or sha256 is None:
            return None
        for text in (self._text, self._kept_text(report)):
            words = text[span.start : span.end] if text is not None else ""
            found = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
            if words and found == sha256:
                self.quoted += 1
                return words
        return None

    def _kept_text(self, report: str) -> str | None:
        """Return the text of a report as the built folder keeps it in `source/`."""
        if report not in self._texts:
            self._texts[report] = self._read_text(report)
        return self._texts[report]

    def _read_text(self, report: str) -> str | None:
        generation, base = self._graph.generation, self._graph.base
        if generation is None or base is None:
            return None
        name = report.removeprefix(f"{base}id/report/")
        if "/" in name or not name:
            return None
        return _read_exactly(generation / "source" / f"{name}.txt")

    def _ruling(self, node: Term) -> Ruling:
        def first(name: str) -> str | None:
            return next(_words(self._objects(node, expand(name))), None)

        return Ruling(
            iri=node.value,
            action=first("action") or "",
            who=first("decidedBy") or "",
            date=first("dcterms:date"),
            why=first("reason"),
        )

    def _number(self, node: Term, predicate: NamedNode) -> int | None:
        word = next(_words(self._objects(node, predicate)), "")
        return int(word) if word.isascii() and word.isdigit() else None

    def _objects(self, subject: Term, predicate: NamedNode) -> tuple[Term, ...]:
        """Return the objects in any graph, each once, in a fixed order."""
        if isinstance(subject, Literal):
            return ()
        quads = self._graph.store.quads_for_pattern(subject, predicate, None, None)
        return tuple(sorted({quad.object for quad in quads}, key=str))  # type: ignore[misc]


def read_report(path: Path) -> str:
    """Return the text of a report, to quote from; raises InputError for a file that is no text."""
    from kg_builder.text.reading.decode import decode  # slow to import, and seldom needed

    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"文件无法读取：{reason}", f"cannot be read: {reason}", file=str(path)
        ) from error
    return decode(data, str(path)).text


def _read_exactly(path: Path) -> str | None:
    """Return a text with its line ends as they stand; None where there is none."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _order(passage: Passage) -> tuple[str, int, int]:
    return passage.report, passage.line, passage.column


def _words(terms: tuple[Term, ...]) -> Iterator[str]:
    return (term.value for term in terms if isinstance(term, Literal))
