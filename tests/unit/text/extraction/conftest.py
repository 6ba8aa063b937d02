"""What the tests of the extraction room share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg_builder.model.document import Document
from kg_builder.model.entity import EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.fact import Concept, Fact, Text, Year
from kg_builder.text.extraction import Extractor
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.genre import Genre, load_genre
from kg_builder.text.reading import read

HOUSE = Path(__file__).parents[4]


@dataclass(frozen=True)
class Found:
    """An extraction with the document it was made from, and ways to look at it."""

    document: Document
    extraction: Extraction

    def labels(self, type_name: str) -> list[str | None]:
        return [item.label for item in self.extraction.entities if item.id.type == type_name]

    def of(self, type_name: str) -> list[EntityId]:
        return [item.id for item in self.extraction.entities if item.id.type == type_name]

    def facts(self, subject: EntityId | None = None, predicate: str | None = None) -> list[Fact]:
        return [
            fact
            for fact in self.extraction.facts
            if subject in (None, fact.subject) and predicate in (None, fact.predicate)
        ]

    def values(self, subject: EntityId, predicate: str) -> list[object]:
        return [plain(fact.object) for fact in self.facts(subject, predicate)]

    def value(self, subject: EntityId, predicate: str) -> object:
        values = self.values(subject, predicate)
        assert len(values) <= 1, (subject, predicate, values)
        return values[0] if values else None

    def label(self, entity: EntityId) -> str | None:
        return next(item.label for item in self.extraction.entities if item.id == entity)

    def named(self, type_name: str, label: str) -> EntityId:
        (found,) = [
            item.id
            for item in self.extraction.entities
            if item.id.type == type_name and item.label == label
        ]
        return found

    def codes(self) -> list[str]:
        return [notice.code for notice in self.extraction.notices]

    def observed(self) -> set[tuple[str, str, object, str, str]]:
        """Indicator, measure, value, unit and bound of every observation of the area."""
        return {
            (
                self.value(item, "indicator").key[0],
                self.value(item, "measure"),
                str(self.value(item, "value")),
                self.value(item, "unit"),
                self.value(item, "bound"),
            )
            for item in self.of("Observation")
            if not self.values(item, "about") and self.value(item, "value") is not None
        }


def plain(value: object) -> object:
    match value:
        case Text(words) | Concept(_, words) | Year(words):
            return words
    return value


@pytest.fixture(scope="session")
def genre() -> Genre:
    return load_genre([HOUSE / "genre"])


@pytest.fixture(scope="session")
def known(genre: Genre) -> Knowledge:
    return Knowledge.of(genre)


@pytest.fixture(scope="session")
def extractor(genre: Genre) -> Extractor:
    return Extractor(genre)


@pytest.fixture(scope="session")
def find(genre: Genre, extractor: Extractor) -> Callable[[str | bytes], Found]:
    def finder(text: str | bytes) -> Found:
        data = text.encode() if isinstance(text, str) else text
        document = read(data, "试", genre)
        return Found(document, extractor.extract(document))

    return finder
