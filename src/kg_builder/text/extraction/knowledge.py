"""All that the extraction knows, read once from the genre's data and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.text.extraction.addresses import address_reader
from kg_builder.text.extraction.clause_rules import ClauseRules
from kg_builder.text.extraction.frame import FrameRules
from kg_builder.text.extraction.indicators import IndicatorNames
from kg_builder.text.extraction.naming import NamingRules
from kg_builder.text.extraction.prose import PassageRules
from kg_builder.text.extraction.template import Template, TemplateReader
from kg_builder.text.extraction.works import StatusReader
from kg_builder.text.folding import Folding
from kg_builder.text.genre import Genre
from kg_builder.text.grammar.areas import AreaNames
from kg_builder.text.grammar.data import Data
from kg_builder.text.grammar.periods import PeriodReader
from kg_builder.text.grammar.quantities import COUNT, NUMBER, FigureReader
from kg_builder.text.recognition.lexicon import NameLexicon


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Lexicons, rules and row templates, ready for use."""

    folding: Folding
    figures: FigureReader
    periods: PeriodReader
    statuses: StatusReader
    indicators: IndicatorNames
    areas: AreaNames
    frame: FrameRules
    clauses: ClauseRules
    names: NameLexicon
    passages: PassageRules
    naming: NamingRules
    addresses: Data
    templates: Mapping[str, Template]

    @classmethod
    def of(cls, genre: Genre) -> Knowledge:
        """Read the genre's data. Raises ConfigurationError, with the file, for what is wrong."""
        lexicons = {stem: _data("lexicons", stem, raw) for stem, raw in genre.lexicons.items()}
        rules = {stem: _data("rules", stem, raw) for stem, raw in genre.rules.items()}

        def lexicon(stem: str) -> Data:
            return lexicons.get(stem) or _data("lexicons", stem, {})

        def rule(stem: str) -> Data:
            return rules.get(stem) or _data("rules", stem, {})

        figures = FigureReader.of(lexicon("units"), rule("figures"))
        slots = {"number": NUMBER, "count": COUNT}
        addresses = rule("address")
        address_reader(addresses, None, None)
        names = NameLexicon.of(lexicon("names"), lexicon("words"), rule("names"))
        statuses = [
            part.text("status", "")
            for part in (*lexicon("words").parts("verb"), *lexicon("words").parts("phrase"))
        ]
        return cls(
            Folding.of(genre),
            figures,
            PeriodReader.of(rule("periods")),
            StatusReader.of(lexicon("status")),
            IndicatorNames.of(lexicon("indicators")),
            AreaNames.of(lexicon("areas"), lexicon("ambiguous-areas")),
            FrameRules.of(rule("frame"), lexicon("report-kinds")),
            ClauseRules.of(rule("figures")),
            names,
            PassageRules.of(rule("clauses"), names, [status for status in statuses if status]),
            NamingRules.of(rule("naming")),
            addresses,
            {
                kind.id: TemplateReader(kind.columns, slots).read(Data(kind.template, kind.file))
                for kind in genre.tables
            },
        )


def _data(folder: str, stem: str, raw: Mapping[str, object]) -> Data:
    return Data(raw, f"genre/{folder}/{stem}.toml")
