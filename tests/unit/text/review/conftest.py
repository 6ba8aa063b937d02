"""What the tests of the review room share: a small report, and decisions on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg_builder.model.decision import Decision
from kg_builder.model.document import Document
from kg_builder.model.entity import EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.text.extraction import Extractor
from kg_builder.text.genre import Genre, load_genre
from kg_builder.text.reading import read
from kg_builder.text.review import decide, read_decisions
from kg_builder.text.review.table import COLUMNS

HOUSE = Path(__file__).parents[4]
TEXT = (HOUSE / "tests" / "reports" / "merged-cells" / "source.txt").read_text("utf-8")
SHAPE = {"who": "张三", "why": "试"}


@dataclass(frozen=True)
class Desk:
    """A report as read, and ways to write decisions on it and to apply them."""

    document: Document
    read: Extraction
    genre: Genre
    folder: Path

    def row(self, action: str, words: str, nth: int = 0, **cells: str) -> dict[str, str]:
        text = self.document.source.text
        start = -1
        for _ in range(nth + 1):
            start = text.index(words, start + 1)
        place = {
            "line": str(self.document.source.position(start).line),
            "start": str(start),
            "end": str(start + len(words)),
            "sha256": hashlib.sha256(words.encode()).hexdigest(),
        }
        return dict.fromkeys(COLUMNS, "") | SHAPE | {"action": action} | place | cells

    def write(self, *rows: dict[str, str], name: str = "d.tsv") -> Path:
        lines = ["\t".join(COLUMNS), *("\t".join(row[name] for name in COLUMNS) for row in rows)]
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
        return path

    def decisions(self, *rows: dict[str, str]) -> tuple[Decision, ...]:
        return read_decisions(self.write(*rows))

    def decide(self, *rows: dict[str, str]) -> Extraction:
        return decide(self.document, self.read, self.decisions(*rows), self.genre)

    def span_of(self, thing: EntityId) -> str:
        """The words that name a thing first."""
        entity = next(item for item in self.read.entities if item.id == thing)
        return self.document.source.quote(entity.mentions[0].span)


@pytest.fixture(scope="session")
def genre() -> Genre:
    return load_genre([HOUSE / "genre"])


@pytest.fixture(scope="session")
def extractor(genre: Genre) -> Extractor:
    return Extractor(genre)


@pytest.fixture
def desk(genre, extractor, tmp_path) -> Desk:
    document = read(TEXT.encode(), "试", genre)
    return Desk(document, extractor.extract(document), genre, tmp_path)
