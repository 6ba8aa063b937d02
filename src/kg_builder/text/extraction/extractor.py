"""Extraction: a document and what is known of the genre become entities and facts."""

from __future__ import annotations

from collections.abc import Iterator

from kg_builder.model.document import Document
from kg_builder.model.extraction import Extraction
from kg_builder.text.extraction.addresses import address_reader
from kg_builder.text.extraction.checks import check_rows
from kg_builder.text.extraction.clauses import ClauseReader
from kg_builder.text.extraction.frame import FrameReader
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.extraction.naming import NameTeller
from kg_builder.text.extraction.outline import OutlineReader
from kg_builder.text.extraction.parsers import Tools
from kg_builder.text.extraction.prose import Passage, PassageReader
from kg_builder.text.extraction.rows import RowReader
from kg_builder.text.extraction.scopes import Scope
from kg_builder.text.extraction.sources import Sources
from kg_builder.text.extraction.statements import Statements
from kg_builder.text.extraction.template import ProseRule
from kg_builder.text.genre import Genre
from kg_builder.text.grammar.words import Page
from kg_builder.text.linking.linker import Linker
from kg_builder.text.notes.findings import Findings
from kg_builder.text.notes.frame import ReportFrame
from kg_builder.text.recognition.clauses import ClauseScanner

_TOLD_BY_TABLES = frozenset({"Industry", "Street", "Town", "School", "EducationGroup"})
"""Classes whose names, printed in a table, are known in the prose."""


class Extractor:
    """Extracts from documents of one genre; what is known is read and checked once."""

    def __init__(self, genre: Genre) -> None:
        """Read the genre's data. Raises ConfigurationError, with the file, for what is wrong."""
        self._known = Knowledge.of(genre)

    def extract(self, document: Document) -> Extraction:
        """Return what the document says: its frame, its tables, its prose.

        Never raises for what a text
        says; what cannot be read is left out, with a notice where something was expected.
        """
        known = self._known
        findings = Findings(Page.of(document.source, known.folding))
        frame = FrameReader(document, known.frame, known.areas, known.periods, findings).read()
        OutlineReader(document, known.frame, frame, findings).read()
        said = Statements(findings, frame, known.indicators)
        bullets = self._tables(document, frame, said)
        indicators = ClauseReader(
            document,
            known.clauses,
            known.indicators,
            known.figures,
            known.periods,
            known.areas,
            said,
        )
        indicators.read()
        self._prose(document, frame, said, indicators, bullets)
        NameTeller(known.naming, known.names, known.areas, known.periods, frame, findings).read()
        return findings.result()

    def _prose(
        self,
        document: Document,
        frame: ReportFrame,
        said: Statements,
        indicators: ClauseReader,
        bullets: list[Passage],
    ) -> None:
        known, findings = self._known, said.findings
        rows = known.names.by_type
        printed = {
            findings.page.key(label): rows[entity.type]
            for entity, label in findings.named()
            if entity.type in _TOLD_BY_TABLES and entity.type in rows
        }
        scanner = ClauseScanner(known.names, known.figures, known.periods, printed)
        linker = Linker(known.names, known.areas, known.figures, frame, findings)
        headed = {
            number: linker.heading(findings.page.words(section.title_span))
            for number, section in enumerate(document.sections)
        }
        passages = [
            Passage(
                findings.page.words(paragraph.span),
                industry=headed.get(paragraph.section) if paragraph.section is not None else None,
                plan=indicators.plan_of(paragraph),
            )
            for paragraph in document.paragraphs
        ]
        reader = PassageReader(scanner, known.passages, linker, said)
        reader.read([*passages, *bullets], indicators.understood)

    def _tables(self, document: Document, frame: ReportFrame, said: Statements) -> list[Passage]:
        """Read the tables; return the sentences in their cells."""
        known, findings = self._known, said.findings
        addresses = address_reader(known.addresses, frame.area_name, frame.city)
        tools = Tools(
            known.figures,
            known.periods,
            known.statuses,
            addresses,
            known.clauses.target,
            frame.year,
        )
        passages: list[Passage] = []
        for table in document.tables:
            template = known.templates.get(table.kind) if table.kind else None
            if template is None:
                continue
            sources = Sources(table, tools, known.frame.nothing, findings)
            reader = RowReader(table, template, sources, known.areas, known.frame.nothing, said)
            scopes = reader.read()
            check_rows(template.checks, scopes, findings, tools)
            if template.prose is not None:
                for scope in scopes:
                    passages += _sentences(template.prose, scope, findings)
        return passages


def _sentences(rule: ProseRule, scope: Scope, findings: Findings) -> Iterator[Passage]:
    """Yield the sentences of a row: its bullets, or the whole cell."""
    cell = scope.row.cells.get(rule.column) if scope.row else None
    if cell is None:
        return
    industries = scope.made.get(rule.industry, []) if rule.industry else []
    things = scope.made.get(rule.things, []) if rule.things else []
    for span in cell.bullets or (cell.span,):
        if len(span):
            yield Passage(
                findings.page.words(span),
                industry=(industries[0].entity, industries[0].said) if industries else None,
                known=tuple((bound.entity, bound.said) for bound in things),
            )


def extract(document: Document, genre: Genre) -> Extraction:
    """Return what `document` says, by what is known of the genre.

    For many documents make one `Extractor`: this reads the genre's data each time. Raises
    ConfigurationError for wrong data of the genre, never for what the text says.
    """
    return Extractor(genre).extract(document)
