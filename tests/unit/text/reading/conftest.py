"""What the tests of the reading room share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.model.document import Document
from kg_builder.text.genre import Genre, load_genre
from kg_builder.text.reading import read

Reader = Callable[..., Document]


@pytest.fixture(scope="session")
def genre() -> Genre:
    return load_genre([Path(__file__).parents[4] / "genre"])


@pytest.fixture(scope="session")
def read_bytes(genre: Genre) -> Reader:
    def reader(data: bytes, encoding: str | None = None) -> Document:
        return read(data, "试", genre, encoding)

    return reader


@pytest.fixture(scope="session")
def read_text(genre: Genre) -> Reader:
    def reader(text: str) -> Document:
        return read(text.encode(), "试", genre)

    return reader
