"""Answers as a workbook (Office Open XML): a sheet of solutions, and one of where they come from.

Text stays text: no cell becomes a formula, a link, a date or a number that the graph does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import IO, TYPE_CHECKING, Final, cast

from pyoxigraph import Literal, NamedNode

from kg_builder.asking.answer import NAME_SUFFIX, Answer, Solution, words_of
from kg_builder.asking.results.tabular import EVIDENCE_HEADING, is_number
from kg_builder.graph.index import Term
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.version import VERSION

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS: Final = 1_048_575
"""How many solutions a sheet of Excel holds beside its heading."""
_CHARACTERS: Final = 32_767
"""How many characters a cell holds."""
_DIGITS: Final = 15
"""How many digits of a number Excel keeps."""
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WIDEST: Final = 60
_SAMPLE: Final = 200
_SHEETS: Final = (Bilingual("结果", "Results"), Bilingual("出处", "Sources"))
_NAME: Final = Bilingual("名称", "name")


def write_workbook(answer: Answer, stream: IO[bytes], language: Language) -> int:
    """Write an answer to SELECT as a workbook; return how many solutions it has no room for.

    Beside an IRI stands its label, unless the query gives it as a variable of its own.
    """
    # slow to import, and only a workbook needs it
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": False,
        "tmpdir": str(answer.spool.parent),  # which is removed, whatever happens
    }
    sink = _Sink(stream)
    book = Workbook(cast("IO[bytes]", sink), options)
    try:
        bold = book.add_format({"bold": True})
        _Results(answer, language, book, bold).write()
        _write_sources(answer, language, book, bold)
        book.close()
    except BaseException as error:
        sink.shut = True
        if isinstance(error, FileCreateError) and isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise
    return max(0, answer.size - ROWS)


class _Sink:
    """A stream that swallows all once it is shut: a broken ZipFile writes again when it goes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._place = 0
        self.shut = False

    def write(self, data: bytes) -> int:
        self._place += len(data)
        return len(data) if self.shut else self._stream.write(data)

    def tell(self) -> int:
        return self._place if self.shut else self._stream.tell()

    def seek(self, place: int) -> int:
        self._place = place
        return place if self.shut else self._stream.seek(place)

    def flush(self) -> None:
        if not self.shut:
            self._stream.flush()


class _Results:
    """The sheet of solutions."""

    def __init__(self, answer: Answer, language: Language, book: Workbook, bold: Format) -> None:
        self._answer = answer
        self._language = language
        self._sheet = book.add_worksheet(_SHEETS[0].pick(language))
        self._bold = bold
        sample = list(islice(answer.solutions(), _SAMPLE))
        self._labelled = [self._wants_label(number, sample) for number in self._numbers()]
        self._sample = sample

    def _numbers(self) -> range:
        return range(len(self._answer.variables))

    def _wants_label(self, number: int, sample: Sequence[Solution]) -> bool:
        name = self._answer.variables[number]
        return name + NAME_SUFFIX not in self._answer.variables and any(
            isinstance(solution[number], NamedNode) for solution in sample
        )

    def write(self) -> None:
        """Write the heading and every solution that the sheet has room for."""
        headings = self._headings()
        self._set_widths(headings)
        self._sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            self._sheet.write_string(0, column, _cut(heading), self._bold)
        for row, solution in enumerate(islice(self._answer.named_solutions(), ROWS), start=1):
            for column, term in enumerate(self._cells(solution, row - 1)):
                _write_cell(self._sheet, row, column, term)
        if headings:
            self._sheet.autofilter(0, 0, max(1, min(self._answer.size, ROWS)), len(headings) - 1)

    def _headings(self) -> list[str]:
        found: list[str] = []
        for number, name in enumerate(self._answer.variables):
            heading = self._answer.headings.get(name, name)
            beside = name + NAME_SUFFIX in self._answer.variables
            found.append(f"{heading} IRI" if beside else heading)
            if self._labelled[number]:
                found.append(f"{heading} {_NAME.pick(self._language)}")
        if self._answer.evidence:
            found.append(EVIDENCE_HEADING.pick(self._language))
        return found

    def _cells(self, solution: Solution, place: int) -> Iterator[Term | str | None]:
        for number, term in enumerate(solution):
            yield term
            if self._labelled[number]:
                yield self._answer.labels.get(words_of(term), "")
        if self._answer.evidence:
            yield "\n".join(self._answer.evidence[place])

    def _set_widths(self, headings: Sequence[str]) -> None:
        rows = [list(self._cells(solution, place)) for place, solution in enumerate(self._sample)]
        for column, heading in enumerate(headings):
            texts = [heading, *(_words(row[column]) for row in rows)]
            width = max(_width(line) for text in texts for line in (text.splitlines() or [""]))
            self._sheet.set_column(column, column, min(_WIDEST, width + 2))


def _words(term: Term | str | None) -> str:
    return term if isinstance(term, str) else words_of(term)


def _width(text: str) -> int:
    """Return the width of a text in characters of a sheet: a Chinese one takes two."""
    return sum(2 if character > "\u2e7f" else 1 for character in text)


def _write_cell(sheet: Worksheet, row: int, column: int, term: Term | str | None) -> None:
    if term is None or term == "":
        return
    if isinstance(term, Literal) and is_number(term) and _fits(term):
        sheet.write_number(row, column, float(term.value))
    elif isinstance(term, Literal) and term.value in ("true", "false") and _is_boolean(term):
        sheet.write_boolean(row, column, term.value == "true")
    else:
        sheet.write_string(row, column, _cut(_words(term)))


def _fits(term: Literal) -> bool:
    """Whether Excel keeps a number as it is: well-formed, in the range and digits of a double."""
    match = _NUMBER.fullmatch(term.value)
    if match is None or (match[1] and not term.datatype.value.endswith(("#double", "#float"))):
        return False
    number = Decimal(term.value)
    kept = Decimal(repr(float(term.value)))
    return number == kept and len(number.normalize().as_tuple().digits) <= _DIGITS


def _is_boolean(term: Literal) -> bool:
    return term.datatype.value.endswith("#boolean")


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"


def _write_sources(answer: Answer, language: Language, book: Workbook, bold: Format) -> None:
    sheet = book.add_worksheet(_SHEETS[1].pick(language))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for row, (name, value) in enumerate(_account(answer, language)):
        sheet.write_string(row, 0, _cut(name), bold)
        sheet.write_string(row, 1, _cut(value))


def _account(answer: Answer, language: Language) -> Iterator[tuple[str, str]]:
    """Yield what there is to know of an answer, name and value."""

    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    asked = answer.asked
    if asked.title is not None:
        yield say("问题", "question"), asked.title.pick(language)
    if asked.name is not None:
        yield say("查询名", "stored query"), asked.name
    for name, value in asked.parameters.items():
        yield say("参数 ", "parameter ") + name, value
    yield (
        say("行数", "rows"),
        str(answer.size) + (say("（有删减）", " (cut)") if answer.cut else ""),
    )
    for name, formula in answer.formulas.items():
        yield say("计算值 ", "computed: ") + name, formula
    for remark in (*answer.remarks, *answer.reasons):
        yield say("说明", "remark"), remark.message.pick(language)
    for source in answer.sources:
        yield say("来源", "source"), source.title
        yield "IRI", source.iri
        for label, value in source.details:
            yield label.pick(language), value
    yield say("程序版本", "version"), f"kg_builder {VERSION}"
    yield say("查询", "query"), asked.text
    for number, places in enumerate(answer.evidence, start=1):
        for place in places:
            yield say(f"第 {number} 行的出处", f"evidence of row {number}"), place
