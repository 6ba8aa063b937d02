"""The report's own text as HTML: its lines, headings and tables, with the passages marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from kg_builder.desk import MarkedReport
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.model.document import Cell, Row, Source, Table
from kg_builder.model.selector import Evidence, Reading, Span, merge_spans
from kg_builder.pages.markup import shown
from kg_builder.text.marking import Block, Passage

READINGS: Mapping[Reading, Bilingual] = {
    "stated": Bilingual("直述", "stated"),
    "carried": Bilingual("承前", "carried"),
    "derived": Bilingual("推得", "derived"),
}
UNREAD = Bilingual("未读", "unread")
_REST = Bilingual("表中其余文字", "other text within the table")
_COUNT = Bilingual("{} 条事实", "facts: {}")


def module_class(module: str) -> str:
    """Return the CSS class that colours what is of a module of the ontology."""
    return f"d-{module}" if module.isascii() and module.isalpha() else "d-core"


class ReportText:
    """Writes the text once; afterwards it knows which lines and segments can be linked to."""

    def __init__(self, marked: MarkedReport, language: Language) -> None:
        self._marked = marked
        self._source: Source = marked.reading.document.source
        self._language: Language = language
        self.lines: set[int] = set()
        """Lines that have the anchor `L<line>`."""
        self.segments: set[int] = set()
        """Segments that have the anchor `s<segment>`."""

    def write(self) -> Iterator[str]:
        """Yield the blocks of the report, in order."""
        for block in self._marked.text.blocks:
            match block.kind:
                case "table":
                    yield from self._table_block(block)
                case "title":
                    yield self._lines("h2", "b title", block.span)
                case "heading":
                    yield self._lines(f"h{min(block.level + 2, 6)}", "b", block.span)
                case _:
                    yield self._lines("p", f"b {block.kind}", block.span)

    def anchor(self, span: Span) -> str:
        """Return the link to the place of a passage: its first segment, else its line."""
        for index, _piece in self._marked.text.within(span):
            if index in self.segments:
                return f"#s{index}"
        line = self.line(span)
        return f"#L{line}" if line in self.lines else "#report"

    def line(self, span: Span) -> int:
        """Return the line that a span starts in."""
        return self._source.position(span.start).line

    def subject(self, passage: Passage) -> str:
        """Return the class that colours a passage: of its first fact's subject, else its name's."""
        extraction = self._marked.reading.extraction
        if passage.facts:
            return extraction.facts[passage.facts[0][0]].subject.type
        return extraction.entities[passage.entities[0]].id.type

    def colour(self, type_: str) -> str:
        """Return the CSS class that colours a class of the ontology."""
        term = self._marked.terms.get(type_)
        return module_class(term.module if term else "core")

    def _lines(self, tag: str, classes: str, span: Span) -> str:
        body = self._number(span.start) + self._marked_up(span, numbered=True)
        return f'<{tag} class="{classes}{self._unread_class(body)}">{body}</{tag}>'

    def _unread_class(self, body: str) -> str:
        return " has-u" if 'class="u' in body else ""

    def _number(self, offset: int) -> str:
        """Return the number of the line at `offset`, an anchor the first time it is written."""
        line = self._source.position(offset).line
        anchor = "" if line in self.lines else f' id="L{line}"'
        self.lines.add(line)
        return f'<span class="n"{anchor} aria-hidden="true">{line}</span>'

    def _line_anchor(self, offset: int) -> str:
        """Return an anchor for a line that no number has been written for: within a row."""
        line = self._source.position(offset).line
        if line in self.lines:
            return ""
        self.lines.add(line)
        return f'<span id="L{line}"></span>'

    def _marked_up(self, span: Span, *, numbered: bool = False) -> str:
        """Return what `span` covers, segment by segment."""
        return "".join(
            self._segment(index, self._text(piece, numbered=numbered))
            for index, piece in self._marked.text.within(span)
        )

    def _text(self, span: Span, *, numbered: bool) -> str:
        text = self._source.quote(span)
        if "\n" not in text:
            return shown(text)
        parts: list[str] = []
        offset = span.start
        for number, line in enumerate(text.split("\n")):
            if number:
                parts.append("<br>" + (self._number(offset) if numbered else ""))
            parts.append(shown(line))
            offset += len(line) + 1
        return "".join(parts)

    def _segment(self, index: int, body: str) -> str:
        segment = self._marked.text.segments[index]
        if not segment.passages and not segment.unread:
            return body
        anchor = "" if index in self.segments else f' id="s{index}"'
        self.segments.add(index)
        if not segment.passages:
            return self._unread_span(anchor, body)
        passages = [self._marked.text.passages[found] for found in segment.passages]
        subject = self.subject(passages[0])
        reading = _strongest(passages[0], self._marked)
        term = self._marked.terms.get(subject)
        facts = sum(len(passage.facts) for passage in passages)
        hint = " · ".join(
            (
                term.label.pick(self._language) if term else subject,
                READINGS[reading].pick(self._language),
                _COUNT.pick(self._language).format(facts),
            )
        )
        classes = f"s {self.colour(subject)} r-{reading}" + (" many" if len(passages) > 1 else "")
        targets = " ".join(str(found) for found in segment.passages)
        link = (
            f'<a class="{classes}"{anchor} href="#p{segment.passages[0]}" data-p="{targets}"'
            f' title="{shown(hint)}">{body}</a>'
        )
        return self._unread_span("", link) if segment.unread else link

    def _unread_span(self, anchor: str, body: str) -> str:
        words = UNREAD.pick(self._language)
        return f'<span class="u"{anchor} tabindex="-1"><i class="sr">[{words}] </i>{body}</span>'

    def _table_block(self, block: Block) -> Iterator[str]:
        table = block.table
        if table is None or not table.rows:
            body = self._lines("p", "plain", block.span)
            yield f'<div class="b table{self._unread_class(body)}">{body}</div>'
            return
        covered: list[Span] = []
        parts = [self._caption(table, covered), self._header(table, covered)]
        parts += ["<tbody>", *self._rows(table, covered), "</tbody>"]
        body = "".join(parts)
        yield (
            f'<div class="b table{self._unread_class(body)}" tabindex="0" role="region"'
            f' aria-label="{shown(table.caption or "")}"><table>{body}</table></div>'
        )
        yield from self._rest(block.span, covered)

    def _caption(self, table: Table, covered: list[Span]) -> str:
        span = table.caption_span
        if span is None or not table.span.contains(span):
            return ""
        covered.append(span)
        return f"<caption>{self._number(span.start)}{self._marked_up(span)}</caption>"

    def _header(self, table: Table, covered: list[Span]) -> str:
        if not table.headers:
            return ""
        cells = [table.headers.get(column) for column in _columns(table)]
        covered.extend(cell.span for cell in cells if cell)
        first = min(cell.span.start for cell in cells if cell)
        printed = "".join(
            f'<th scope="col">{self._marked_up(cell.span) if cell else ""}</th>' for cell in cells
        )
        return f'<thead><tr><td class="g">{self._number(first)}</td>{printed}</tr></thead>'

    def _rows(self, table: Table, covered: list[Span]) -> Iterator[str]:
        columns = _columns(table)
        heights = _heights(table.rows, columns)
        for number, row in enumerate(table.rows):
            own = [
                (cell, heights[column, number])
                for column in columns
                if (cell := row.cells.get(column)) and (column, number) in heights
            ]
            # a row may have nothing of its own: all of it is merged with the row above
            gutter = self._number(min(cell.span.start for cell, _height in own)) if own else ""
            cells = []
            for column in columns:
                if column not in row.cells:
                    cells.append("<td></td>")
                elif (column, number) in heights:
                    covered.append(row.cells[column].span)
                    cells.append(self._cell(row.cells[column], heights[column, number]))
            body = "".join(cells)
            mark = self._unread_class(body).strip()
            yield f'<tr class="{mark}"><td class="g">{gutter}</td>{body}</tr>'

    def _cell(self, cell: Cell, height: int) -> str:
        rows = f' rowspan="{height}"' if height > 1 else ""
        # each bulleted item starts a line, also where the report runs them together
        ends = [bullet.end for bullet in cell.bullets[:-1]]
        cuts = [cell.span.start, *ends, cell.span.end]
        pieces = [Span(start, end) for start, end in pairwise(cuts) if start < end]
        body = "<br>".join(
            self._line_anchor(span.start) + self._marked_up(span)
            for span in (_trimmed(piece, self._source) for piece in pieces)
        )
        return f"<td{rows}>{body}</td>"

    def _rest(self, span: Span, covered: Iterable[Span]) -> Iterator[str]:
        """Yield what stands in a table and in none of its cells: page numbers, repeated headers."""
        start = span.start
        rest: list[str] = []
        for known in [*merge_spans(covered), Span(span.end, span.end)]:
            if start < known.start:
                gap = _trimmed(Span(start, known.start), self._source)
                if any(character.isalnum() for character in self._source.quote(gap)):
                    rest.append(self._lines("p", "other", gap))
            start = max(start, known.end)
        if rest:
            words = shown(_REST.pick(self._language))
            body = "".join(rest)
            yield (
                f'<details class="b rest{self._unread_class(body)}">'
                f"<summary>{words}</summary>{body}</details>"
            )


def _columns(table: Table) -> list[str]:
    """Return the columns in the order in which the page prints them.

    The fullest row tells it: headers of two lines stand in another order than their columns.
    """
    own = [
        {name: cell.span.start for name, cell in row.cells.items() if name not in row.carried}
        for row in table.rows
    ]
    fullest = max(own, key=len)
    headers = {name: cell.span.start for name, cell in table.headers.items()}
    others = {name: start for row in own for name, start in row.items()} | headers
    rest = sorted(others.keys() - fullest.keys(), key=lambda name: (others[name], name))
    return [*sorted(fullest, key=lambda name: fullest[name]), *rest]


def _heights(rows: tuple[Row, ...], columns: Iterable[str]) -> Mapping[tuple[str, int], int]:
    """Return, by column and row, how many rows a cell spans; carried cells are not in it."""
    heights: dict[tuple[str, int], int] = {}
    for column in columns:
        top = -1
        for number, row in enumerate(rows):
            if column not in row.cells:
                top = -1
            elif column in row.carried and top >= 0:
                heights[column, top] += 1
            else:
                top = number
                heights[column, top] = 1
    return heights


def _trimmed(span: Span, source: Source) -> Span:
    text = source.quote(span)
    words = text.strip(" \t\r\n\u3000")
    start = span.start + (text.index(words) if words else 0)
    return Span(start, start + len(words))


def _strongest(passage: Passage, marked: MarkedReport) -> Reading:
    """Return the most direct way in which a passage supports anything."""
    extraction = marked.reading.extraction
    found: set[Reading] = {evidence.reading for _fact, evidence in passage.facts}
    if not found:
        mentions: Iterable[Evidence] = extraction.entities[passage.entities[0]].mentions
        found = {mention.reading for mention in mentions if mention.span == passage.span}
    return next(reading for reading in READINGS if reading in found)
