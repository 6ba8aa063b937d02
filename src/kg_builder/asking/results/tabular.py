"""Tables for people: on a terminal, and in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final

from pyoxigraph import Literal, NamedNode

from kg_builder.asking.answer import NAME_SUFFIX, Answer, Solution, words_of
from kg_builder.asking.results.lines import in_markdown, one_line
from kg_builder.graph.index import Term
from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual, Language

EVIDENCE_HEADING: Final = Bilingual("出处", "evidence")
_NUMERIC: Final = frozenset(
    PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float")
)
_STEP: Final = " › "
_QUOTE: Final = ": “"
_NUMBERED: Final = re.compile(r"^([(（]?[0-9一二三四五六七八九十]{1,3}[)）]?[.、]?) .*$")


class Cells:
    """The cells of an answer's table: which variables are shown, and their terms in words.

    An IRI whose name stands in a variable of its own is left out unless `all_variables`. Other IRIs
    are shortened to prefixed names.
    """

    def __init__(self, answer: Answer, *, all_variables: bool) -> None:
        self._answer = answer
        self._names = PrefixedNames(answer.prefixes, None)
        names = set(answer.variables)
        places = {name: number for number, name in enumerate(answer.variables)}
        self._named = {
            places[name + NAME_SUFFIX]: number
            for name, number in places.items()
            if name + NAME_SUFFIX in places
        }
        self.shown = tuple(
            number
            for number, name in enumerate(answer.variables)
            if all_variables or name + NAME_SUFFIX not in names
        )

    def headings(self) -> list[str]:
        """Return the headings of the variables that are shown."""
        names = [self._answer.variables[number] for number in self.shown]
        return [self._answer.headings.get(name, name) for name in names]

    def row(self, solution: Solution) -> list[str]:
        """Return what is shown of a solution: a thing without a name by its IRI or its words."""
        cells = []
        for number in self.shown:
            term = solution[number]
            if term is None and number in self._named:
                term = solution[self._named[number]]
            cells.append(self.words(term))
        return cells

    def words(self, term: Term | None) -> str:
        """Return a term in words."""
        if not isinstance(term, NamedNode):
            return words_of(term)
        name = self._names[str(term)]
        return term.value if name[0] == "<" else name


def is_number(term: Term | None) -> bool:
    """Whether a term is a number."""
    return isinstance(term, Literal) and term.datatype.value in _NUMERIC


def write_table(
    answer: Answer, stream: IO[str], style: Style, *, most: int, all_variables: bool
) -> int:
    """Write the first `most` solutions as a table; return how many were left out."""
    cells = Cells(answer, all_variables=all_variables)
    solutions = list(islice(answer.named_solutions(), most))
    columns = [
        Column(heading, any(is_number(solution[number]) for solution in solutions))
        for number, heading in zip(cells.shown, cells.headings(), strict=True)
    ]
    rows = [cells.row(solution) for solution in solutions]
    if answer.evidence:
        columns.append(Column(EVIDENCE_HEADING.pick(style.language)))
        rows = [
            [*row, "\n".join(map(_short, places))]
            for row, places in zip(rows, answer.evidence, strict=False)
        ]
    print_table(columns, rows, stream, style)
    return answer.size - len(solutions)


def _short(place: str) -> str:
    """Return a place with its headings cut to their numbers: a table has little room."""
    place, mark, quote = place.partition(_QUOTE)
    first, *others = place.split(_STEP)
    return _STEP.join([first, *(_NUMBERED.sub(r"\1", part) for part in others)]) + mark + quote


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    heading: str
    right: bool = False
    """Whether its cells stand at the right, as numbers do."""


@dataclass(frozen=True, slots=True)
class Style:
    """How text is printed."""

    language: Language
    width: int | None = None
    """Of the terminal, in columns; None for as wide as it gets."""
    colour: bool = False


def print_table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], stream: IO[str], style: Style
) -> None:
    """Print a table; Chinese characters take two columns, and no cell commands the terminal."""
    # rich is slow to import, and only a table needs it
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold" if style.colour else "")
    for column in columns:
        heading = Text(one_line(column.heading))
        table.add_column(heading, justify="right" if column.right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("\n".join(map(one_line, words.split("\n")))) for words in row))
    console = Console(
        file=stream,
        width=style.width or _widest(table),
        no_color=not style.colour,
        force_terminal=style.colour,
        highlight=False,
    )
    with console.capture() as captured:
        console.print(table)
    lines = (line.rstrip() for line in captured.get().split("\n"))
    # what rich puts around a table goes; a row of empty cells is a row
    stream.write("\n".join(lines).removeprefix("\n").removesuffix("\n\n") + "\n")


def _widest(table: object) -> int:
    """Return a width in which no cell has to be folded."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(width=100_000)
    return max(1, Measurement.get(console, console.options, table).maximum)  # type: ignore[arg-type]


def write_markdown(
    answer: Answer, stream: IO[str], language: Language, *, all_variables: bool
) -> None:
    """Write the solutions as a table in Markdown (GFM); nothing in a cell acts as markup."""
    cells = Cells(answer, all_variables=all_variables)
    headings = cells.headings() + ([EVIDENCE_HEADING.pick(language)] if answer.evidence else [])
    stream.write(_line(headings))
    stream.write("|" + " --- |" * len(headings) + "\n")
    for number, solution in enumerate(answer.named_solutions()):
        row = cells.row(solution)
        if answer.evidence:
            row.append("\n".join(answer.evidence[number]))
        stream.write(_line(row))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_escaped, cells)) + " |\n"


def _escaped(text: str) -> str:
    return "<br>".join(map(in_markdown, text.splitlines()))
