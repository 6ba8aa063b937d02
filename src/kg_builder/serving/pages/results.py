"""The answer to a query as a page shows it: a table, a chart where there is one in it, remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.asking.answer import NAME_SUFFIX, Answer, Solution, Support
from kg_builder.graph.index import Term
from kg_builder.graph.vocabulary import PREFIXES, expand
from kg_builder.model.notice import Notice
from kg_builder.serving.pages.charts import Bar, Chart
from kg_builder.serving.pages.telling import Shown, Teller

ROWS: Final = 500
"""Rows that a page shows; downloads have all."""
_CELLS: Final = 20_000
"""Cells that it shows: of a table of thousands of columns fewer rows."""
_BARS: Final = 40
_NUMERIC: Final = frozenset(("integer", "decimal", "double", "float"))
_TRIPLES: Final = 1000
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_ORDINAL: Final = frozenset(("line", "column", "order", "serial", "floor", "level", "number"))
"""What names of variables end in whose numbers are no amounts."""
_APART: Final = ("unit", "measure", "kind", "basis")
"""Schemes whose concepts tell figures apart that no axis holds together."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is shown."""

    name: str
    """The variable."""
    heading: str
    number: bool
    formula: str | None


@dataclass(frozen=True, slots=True)
class ResultView:
    """An answer, ready to be shown."""

    form: str
    size: int
    cut: bool
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()
    evidence: tuple[tuple[Shown, ...], ...] = ()
    boolean: bool | None = None
    triples: tuple[tuple[Shown, Shown, Shown], ...] = ()
    chart: Chart | None = None
    remarks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    citation: str | None = None

    @property
    def hidden(self) -> int:
        """How many rows are not shown."""
        return self.size - max(len(self.rows), len(self.triples))


def result_view(answer: Answer, teller: Teller, title: str) -> ResultView:
    """Return what a page shows of an answer; its spool must still lie there."""
    told = _told(answer.remarks, teller), _told(answer.reasons, teller)
    if answer.form == "ASK":
        return ResultView(
            "ASK", 1, cut=False, boolean=answer.boolean, remarks=told[0], reasons=told[1]
        )
    if answer.form != "SELECT":
        found = [
            (teller.shown(s), teller.shown(p), teller.shown(o))
            for s, p, o in islice(answer.triples(), _TRIPLES)
        ]
        return ResultView(
            answer.form, answer.size, answer.cut, triples=tuple(found), remarks=told[0]
        )
    return _select(answer, teller, title, told)


def _told(notices: Sequence[Notice], teller: Teller) -> tuple[str, ...]:
    return tuple(
        (f"{notice.position.line}:{notice.position.column}: " if notice.position else "")
        + teller.reader.pick(notice.message)
        for notice in notices
    )


def _select(
    answer: Answer, teller: Teller, title: str, told: tuple[tuple[str, ...], tuple[str, ...]]
) -> ResultView:
    most = max(1, min(ROWS, _CELLS // max(1, len(answer.variables))))
    solutions = list(islice(answer.solutions(), most))
    names = set(answer.variables)
    named = {
        place: answer.variables.index(name + NAME_SUFFIX)
        for place, name in enumerate(answer.variables)
        if name + NAME_SUFFIX in names
    }
    kept = [
        place
        for place, name in enumerate(answer.variables)
        if not (name.endswith(NAME_SUFFIX) and name.removesuffix(NAME_SUFFIX) in names)
    ]
    columns = tuple(_column(answer, place, solutions) for place in kept)
    rows = tuple(
        tuple(_cell(solution, place, named.get(place), teller) for place in kept)
        for solution in solutions
    )
    return ResultView(
        "SELECT",
        answer.size,
        answer.cut or answer.size > len(rows),
        columns=columns,
        rows=rows,
        evidence=tuple(
            tuple(_place(item, teller) for item in row) for row in answer.supports[:most]
        ),
        chart=_chart(columns, rows, title, teller),
        remarks=told[0],
        reasons=told[1],
        citation=answer.citation,
    )


def _place(item: Support, teller: Teller) -> Shown:
    """Return a place in words, with a link to the line where the text is at hand."""
    known = item.report is not None and item.line is not None
    return Shown(item.words, teller.line_of(item.report, item.line) if known else None)  # type: ignore[arg-type]


def _column(answer: Answer, place: int, solutions: Sequence[Solution]) -> Column:
    name = answer.variables[place]
    terms = [solution[place] for solution in solutions if solution[place] is not None]
    heading = answer.headings.get(name) or answer.headings.get(name + NAME_SUFFIX) or name
    number = bool(terms) and all(map(_is_number, terms))
    return Column(name, heading, number, answer.formulas.get(name))


def _is_number(term: Term | None) -> bool:
    return isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] in _NUMERIC


def _cell(solution: Solution, place: int, name: int | None, teller: Teller) -> Shown:
    term = solution[place]
    if term is None:
        return Shown("")
    found = teller.shown(term)
    words = solution[name] if name is not None else None
    if (
        isinstance(term, NamedNode)
        and isinstance(words, Literal)
        and teller.reader.language == "zh"
    ):
        return Shown(words.value, found.href, found.outside, title=found.title, map=found.map)
    return found


def _chart(
    columns: Sequence[Column], rows: Sequence[Sequence[Shown]], title: str, teller: Teller
) -> Chart | None:
    """Return bars of the first column of words and the first of amounts, where that tells much."""
    words = next((place for place, column in enumerate(columns) if not column.number), None)
    amounts = [place for place, _ in enumerate(columns) if _is_amount(columns, rows, place)]
    if words is None or not amounts or not 1 < len(rows) <= _BARS:
        return None
    if len({row[words].words for row in rows}) < len(rows):
        return None  # what has one name several times needs a series, which nobody has named
    told = _told_apart(columns, rows, words, teller)
    if any(len(values) > 1 for values in told.values()):
        return None  # no axis holds two units, or plans beside results
    best = amounts[0]
    bars = tuple(_bars(rows, words, best))
    if len(bars) < sum(bool(row[best].words) for row in rows):
        return None  # what no axis holds would be left out, and nobody told
    heading = columns[best].heading
    return Chart(
        "result",
        f"{title} · {heading}",
        next(iter(told.get("unit", ())), ""),
        columns[words].heading,
        bars,
        measured=heading,
    )


def _is_amount(columns: Sequence[Column], rows: Sequence[Sequence[Shown]], place: int) -> bool:
    """Whether a column is of amounts: no years, no places in a text or a list."""
    column = columns[place]
    if not column.number or column.name.rpartition("_")[2] in _ORDINAL:
        return False
    return not all(_YEAR.fullmatch(row[place].words) for row in rows if row[place].words)


def _told_apart(
    columns: Sequence[Column], rows: Sequence[Sequence[Shown]], words: int, teller: Teller
) -> dict[str, set[str]]:
    """Return which units, measures and kinds of result the rows are of, as far as they say."""
    schemes = _schemes(teller)
    found: dict[str, set[str]] = {}
    for place, column in enumerate(columns):
        cells = {row[place].words: _scheme(row[place], schemes) for row in rows}
        names = {scheme for cell, scheme in cells.items() if cell}
        if place != words and not column.number and len(names) == 1 and (name := names.pop()):
            found.setdefault(name, set()).update(cells)
    return found


def _scheme(cell: Shown, schemes: Mapping[str, str]) -> str:
    """Return of which of `_APART` a cell holds a concept, by its IRI or what it is called."""
    prefix = cell.title.partition(":")[0]
    return prefix if prefix in _APART else schemes.get(cell.words, "")


def _schemes(teller: Teller) -> Mapping[str, str]:
    """Return what the concepts of `_APART` are called, with their schemes."""
    return teller.knowledge.once(
        "schemes",
        lambda: {
            term.value: name
            for name in _APART
            for row in teller.knowledge.rows(
                f"SELECT ?l {{ ?c {expand('skos:inScheme')} ?s ; {expand('rdfs:label')} ?l"
                f' FILTER(STRSTARTS(STR(?c), "{PREFIXES[name]}")) }}'
            )
            if isinstance(term := row["l"], Literal)
        },
    )


def _bars(rows: Sequence[Sequence[Shown]], words: int, number: int) -> Iterator[Bar]:
    for row in rows:
        try:
            value = Decimal(row[number].words)
        except InvalidOperation:
            continue
        if value.is_finite() and abs(value) < Decimal(10) ** 18:
            yield Bar(row[words], "", value, row[number].words)
