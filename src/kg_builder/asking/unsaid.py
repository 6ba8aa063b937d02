"""What the reading of the reports knows of an empty answer.

A cell that is empty, a passage that was not read, a text that ends before it has said all.

"The report does not say" is a claim about the report, and only a complete reading proves it. For a
row of a table: every cell of the table was read, and the row has no words in the column that the
answer would stand in. For running text: the thing is known, no passage of the report is left
unread, and a reviewer has gone over the reading. In all other cases the answer was not found, which
is said instead, with what was not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolution, QuerySolutions

from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.patterns import Outline, Part
from kg_builder.graph.query.tokens import Token, solid_tokens
from kg_builder.graph.vocabulary import expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice

_MOST_THINGS: Final = 3
_MOST_EXAMPLES: Final = 40
_MOST_LINES: Final = 12
_MOST_FACTS: Final = 200
_MOST_WORDS: Final = 50
_SEPARATOR: Final = " › "
_ABOUT_SECTIONS: Final = frozenset(
    expand(name) for name in ("Section", "sectionNumber", "sectionLevel", "parentSection")
)
_SUBJECT, _OBJECT, _QUOTED, _SOURCE = (
    expand(name) for name in ("rdf:subject", "rdf:object", "prov:wasQuotedFrom", "oa:hasSource")
)
_STATEMENT, _AREA, _ABOUT = (expand(name) for name in ("Statement", "AdministrativeArea", "about"))
_LINE, _ROW, _COLUMN, _PATH = (expand(name) for name in ("line", "inRow", "inColumn", "path"))


@dataclass(frozen=True, slots=True)
class Culprit:
    """The pieces of a query that have no solution together, and the query."""

    shape: Outline
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Passage:
    report: str
    line: int
    row: int | None
    column: str | None
    path: str | None

    @property
    def table(self) -> str | None:
        """The headings and the table that the passage stands in; None outside tables."""
        if self.path is None or self.row is None:
            return None
        return self.path.rsplit(_SEPARATOR, 2)[0]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the query wants to know: something of a thing that is known, by a predicate."""

    thing: NamedNode
    predicate: NamedNode | None
    shown: str
    """The predicate as the query writes it."""
    verb: NamedNode | None = None
    """The predicate, whichever way it leads."""


def reading_reasons(graph: OpenGraph, text: str, culprit: Culprit | None) -> Iterator[Notice]:
    """Yield what the reading of the reports can say of an empty answer, the surest first."""
    reports = graph.summary.get("reports", ())
    if not reports:
        return
    reading = _Reading(graph, reports)
    if culprit is None:
        yield from reading.limits()
        return
    if reading.asks_for_sections(text):
        yield from reading.ends("not-in-copy")
        return
    proven = False
    for wanted in reading.wanted(culprit):
        found = tuple(reading.of(wanted))
        proven = proven or any(reason.code in ("cell-empty", "not-said") for reason in found)
        yield from found
    if not proven:
        yield from reading.limits()


class _Reading:
    """The reports of a graph as they were read."""

    def __init__(self, graph: OpenGraph, reports: Sequence[Mapping[str, Any]]) -> None:
        self._graph = graph
        self._reports = {str(report["graph"]).rpartition("/")[2]: report for report in reports}
        self._prefixes = dict(graph.prefixes)
        self._evidence = graph.graph_name("evidence")

    def asks_for_sections(self, text: str) -> bool:
        return any(self._iri(token) in _ABOUT_SECTIONS for token in solid_tokens(text))

    def _iri(self, token: Token) -> NamedNode | None:
        if token.kind == "iri":
            try:
                return NamedNode(token.text[1:-1])
            except ValueError:
                return None
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self._prefixes:
            return None
        return NamedNode(self._prefixes[prefix] + local.replace("\\", ""))

    def ends(self, code: str = "text-ends") -> Iterator[Notice]:
        """Yield that a report declares more parts than its text has."""
        for name, report in self._reports.items():
            for warning in report.get("warnings", ()):
                if warning.get("code") == "declared-count":
                    line = warning.get("line")
                    yield Notice(
                        code,
                        Bilingual(
                            f"《{name}》第 {line} 行：{warning['zh']}。所读的文本到此为止，"
                            "其余部分说了什么，这里不知道",
                            f"{name}, line {line}: {warning['en']}. The text that was read ends "
                            "early; what the other parts say is not known here",
                        ),
                    )

    def unread(self, names: Iterable[str]) -> Iterator[Notice]:
        """Yield which passages of these reports were not read."""
        for name in names:
            report = self._reports[name]
            passages = report.get("unread", ())
            cells = sum(table.get("unread_cells", 0) for table in report.get("tables", ()))
            if not passages and not cells:
                continue
            lines = _lines(passage["line"] for passage in passages)
            count = len(passages) or cells
            yield Notice(
                "unread",
                Bilingual(
                    f"没有找到，但《{name}》有 {count} 处没有读到（第 {lines} 行），"
                    "答案可能在那里：见 kg coverage",
                    f"not found; {count} passages of {name} were not read (lines {lines}), "
                    "the answer may stand there: see kg coverage",
                ),
            )

    def limits(self) -> Iterator[Notice]:
        """Yield what keeps any reading of these reports from proving an absence."""
        yield from self.unread(self._reports)
        yield from self.ends()

    # what the query wants to know

    def wanted(self, culprit: Culprit) -> Iterator[_Wanted]:
        """Yield the things that the culprit asks something of, and has no answer for.

        They are what the rest of the query makes of the variables of a piece, as long as these are
        few: of more the query names none in particular.
        """
        for part in reversed(culprit.parts):
            if part.kind not in ("triple", "union"):
                continue
            for pool in (culprit.parts, culprit.shape.parts):
                others = [
                    other
                    for other in pool
                    if other.kind in ("triple", "values", "union") and other is not part
                ]
                for name in _names(part):
                    found = tuple(self._things(name, part, others, culprit.shape))
                    if found:
                        yield from found
                        return

    def _things(
        self, name: str, part: Part, others: Sequence[Part], shape: Outline
    ) -> Iterator[_Wanted]:
        """Yield what a variable of a piece stands for, where the piece is what is not known of it.

        It is not where the query names nothing, or many things; where the rest of it has no
        solution or the piece has one with it; or where there is a value and only another is asked.
        """
        connected = _reached(name, others)
        if not any(map(_names_something, connected)) or self._holds(shape, [*connected, part]):
            return
        rows = self._ask(shape.select(name, connected, _MOST_THINGS + 1))
        nodes = [row[name] for row in rows]
        if len(nodes) > _MOST_THINGS:
            return
        predicate = self._away(part, name)
        things: dict[NamedNode, None] = {}
        for node in nodes:
            if isinstance(node, NamedNode) and not self._has(node, predicate):
                about = self._subject(node)
                if about != node or [token.text for token in part.verb] != ["a"]:
                    things[about] = None
        for thing in things:
            verb = self._iri(part.verb[0]) if len(part.verb) == 1 else None
            yield _Wanted(thing, predicate, _words(part), verb)

    def _holds(self, shape: Outline, parts: Sequence[Part]) -> bool:
        ordered = sorted(parts, key=lambda part: part.start)
        return bool(self._graph.store.query(shape.ask(ordered), prefixes=self._prefixes))

    def _has(self, node: NamedNode, predicate: NamedNode | None) -> bool:
        if predicate is None:
            return False
        quads = self._graph.store.quads_for_pattern(node, predicate, None, DefaultGraph())
        return next(quads, None) is not None

    def _ask(self, query: str) -> Sequence[QuerySolution]:
        found = self._graph.store.query(query, prefixes=self._prefixes)
        return tuple(found) if isinstance(found, QuerySolutions) else ()

    def _subject(self, node: NamedNode) -> NamedNode:
        """Return what a statement is about; what is no statement is itself."""
        about = self._graph.store.quads_for_pattern(node, expand("about"), None, DefaultGraph())
        quad = next(about, None)
        return quad.object if quad and isinstance(quad.object, NamedNode) else node

    def _away(self, part: Part, name: str) -> NamedNode | None:
        """Return the predicate that leads away from a subject; None for any other piece."""
        forward = part.subject and part.subject[0].text[1:] == name
        return self._iri(part.verb[0]) if forward and part.verb else None

    def of(self, wanted: _Wanted) -> Iterator[Notice]:
        """Yield what the reading proves about what is wanted of a thing."""
        if self._is_of_the_model(wanted):
            return
        passages = tuple(self._passages_of(wanted.thing, _SUBJECT, _OBJECT))
        if not passages:
            return
        cells = tuple(self._cells(wanted, passages))
        yield from cells
        if not cells:
            yield from self._prose(wanted, passages)

    def _is_of_the_model(self, wanted: _Wanted) -> bool:
        """Whether what is wanted is missing because of how the graph is made, not by the report.

        Reports speak of things; statements, and what hangs from them, are the graph's. The figures
        of an area hang from it by `kg:area`, not by `kg:about`.
        """
        if self._is_a(wanted.thing, _STATEMENT) or wanted.verb is None:
            return self._is_a(wanted.thing, _STATEMENT) or self._is_a(wanted.thing, _AREA)
        if wanted.verb == _ABOUT:
            return wanted.predicate is not None or self._is_a(wanted.thing, _AREA)
        domains = {
            quad.object
            for name in ("rdfs:domain", "schema:domainIncludes")
            for quad in self._default(wanted.verb, expand(name), None)
        }
        statements = {_STATEMENT, *self._subclasses(_STATEMENT)}
        return bool(domains) and domains <= statements

    def _is_a(self, node: NamedNode, class_: NamedNode) -> bool:
        return next(self._default(node, expand("rdf:type"), class_), None) is not None

    def _subclasses(self, class_: NamedNode) -> Iterator[NamedNode]:
        for quad in self._default(None, expand("rdfs:subClassOf"), class_):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject
                yield from self._subclasses(quad.subject)

    def _default(
        self, subject: NamedNode | None, predicate: NamedNode, value: NamedNode | None
    ) -> Iterator[Quad]:
        return self._graph.store.quads_for_pattern(subject, predicate, value, DefaultGraph())

    def _passages_of(self, node: NamedNode, *roles: NamedNode) -> Iterator[_Passage]:
        """Yield the passages of facts in which a node has one of these roles."""
        for role in roles:
            facts = self._quads(None, role, node)
            for fact in islice(facts, _MOST_FACTS):
                for quote in self._quads(fact.subject, _QUOTED, None):
                    yield from self._passage(quote.object)

    def _passage(self, node: object) -> Iterator[_Passage]:
        source = self._one(node, _SOURCE)
        report = source.rpartition("/")[2] if source else ""
        line = self._one(node, _LINE)
        if report in self._reports and line is not None:
            row = self._one(node, _ROW)
            yield _Passage(
                report,
                int(line),
                int(row) if row else None,
                self._one(node, _COLUMN),
                self._one(node, _PATH),
            )

    def _quads(self, subject: object, predicate: NamedNode, value: object) -> Iterator[Quad]:
        """Yield facts of the evidence; terms are those that it gave."""
        store = self._graph.store
        return store.quads_for_pattern(subject, predicate, value, self._evidence)  # type: ignore[arg-type]

    def _one(self, node: object, predicate: NamedNode) -> str | None:
        quad = next(self._quads(node, predicate, None), None)
        return None if quad is None else str(getattr(quad.object, "value", ""))

    def _cells(self, wanted: _Wanted, passages: Sequence[_Passage]) -> Iterator[Notice]:
        """Yield the empty cells that the answer would stand in."""
        rows = sorted({(p.table, p.row, p.report) for p in passages if p.table and p.row})
        if not rows or wanted.predicate is None:
            return
        columns = self._columns(wanted.predicate)
        for table, row, report in rows:
            column = columns.get(table)
            if column is None or self._has_words(table, row, column):
                continue
            lines = [p.line for p in passages if (p.table, p.row) == (table, row)]
            if not self._read_whole(report, min(lines)):
                continue
            label = _called(self._graph, wanted.thing)
            where = f"{table.rsplit(_SEPARATOR, 1)[-1]}{_SEPARATOR}第{row}行{_SEPARATOR}{column}"
            yield Notice(
                "cell-empty",
                Bilingual(
                    f"报告没有说：{label} 所在行的“{column}”一格是空的"
                    f"（《{report}》第 {_lines(lines)} 行，{where}；全表都读过）",
                    f"the report does not say: the cell {column} in the row of {label} is empty "
                    f"({report}, lines {_lines(lines)}, {where}; the whole table was read)",
                ),
            )

    def _columns(self, predicate: NamedNode) -> Mapping[str, str]:
        """Return the column of each table that values of a predicate stand in."""
        counts: dict[str, Counter[str]] = {}
        quads = self._graph.store.quads_for_pattern(None, predicate, None, DefaultGraph())
        values = {quad.object for quad in islice(quads, _MOST_EXAMPLES)}
        for value in values:
            for passage in self._passages_of(value, _OBJECT):  # type: ignore[arg-type]
                if passage.table and passage.column:
                    counts.setdefault(passage.table, Counter())[passage.column] += 1
        return {table: found.most_common(1)[0][0] for table, found in counts.items()}

    def _has_words(self, table: str, row: int, column: str) -> bool:
        """Whether anything was read from a cell."""
        path = Literal(f"{table}{_SEPARATOR}第{row}行{_SEPARATOR}{column}")
        return next(self._quads(None, _PATH, path), None) is not None

    def _read_whole(self, report: str, line: int) -> bool:
        """Whether all cells of the table around a line were read."""
        tables = [t for t in self._reports[report].get("tables", ()) if t["line"] <= line]
        return bool(tables) and max(tables, key=lambda t: t["line"])["unread_cells"] == 0

    def _prose(self, wanted: _Wanted, passages: Sequence[_Passage]) -> Iterator[Notice]:
        label = _called(self._graph, wanted.thing)
        for report in sorted({passage.report for passage in passages}):
            lines = _lines(passage.line for passage in passages if passage.report == report)
            account = self._reports[report]
            if account.get("unread"):
                yield from self.unread([report])
                continue
            reviewed = account.get("decisions", {}).get("applied", 0) > 0
            tables = account.get("tables", ())
            if reviewed and not any(table.get("unread_cells") for table in tables):
                ends = any(True for _ in self.ends())
                yield Notice(
                    "not-said",
                    Bilingual(
                        f"报告没有说：《{report}》第 {lines} 行写到 {label}，"
                        f"全文都读过并经核对，没有 {wanted.shown}"
                        + ("（仅就所读的文本；它到中途为止）" if ends else ""),
                        f"the report does not say: {report} tells of {label} in lines {lines}; "
                        f"all passages were read and reviewed, none gives {wanted.shown}"
                        + (" (in the text that was read, which ends early)" if ends else ""),
                    ),
                )
            else:
                yield Notice(
                    "not-found",
                    Bilingual(
                        f"没有找到：《{report}》第 {lines} 行写到 {label}，"
                        f"没有读出 {wanted.shown}；未经人工核对，报告也许说了",
                        f"not found: {report} tells of {label} in lines {lines}, and no "
                        f"{wanted.shown} was read there; nobody has reviewed the reading, the "
                        "report may say it",
                    ),
                )


def _names(part: Part) -> Sequence[str]:
    """Return the variables that a piece may be about: its subject, its object, or any."""
    ends = (*part.subject, *part.object)
    names = [token.text[1:] for token in ends if token.kind == "variable"]
    return names or sorted(part.variables)


def _reached(name: str, parts: Sequence[Part]) -> Sequence[Part]:
    """Return the pieces that a variable is connected with: the others would multiply solutions."""
    known, reached = {name}, set[Part]()
    while True:
        following = {part for part in parts if part.variables & known} - reached
        if not following:
            return sorted(reached, key=lambda part: part.start)
        reached |= following
        known = known.union(*(part.variables for part in following))


def _names_something(part: Part) -> bool:
    """Whether a piece names something of the data: a literal, a thing, a block of values."""
    ends = (*part.subject, *part.object)
    is_class = [token.text for token in part.verb] == ["a"]
    return part.kind == "values" or any(
        token.kind in ("string", "number") or (token.kind in ("iri", "name") and not is_class)
        for token in ends
    )


def _words(part: Part) -> str:
    """Return what a piece wants of a thing, as the query writes it."""
    verb = "".join(token.text for token in part.verb)
    if verb == "a":
        return f"a {part.object[0].text}"
    return verb or " ".join(part.text.split())[:_MOST_WORDS]


def _called(graph: OpenGraph, thing: NamedNode) -> str:
    return graph.label(thing, "zh") or thing.value.rpartition("/")[2]


def _lines(lines: Iterable[int]) -> str:
    """Return line numbers in order, a long list shortened."""
    unique = sorted(set(lines))
    shown = ", ".join(map(str, unique[:_MOST_LINES]))
    return shown + ("…" if len(unique) > _MOST_LINES else "")
