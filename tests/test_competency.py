"""Whether the published graph answers the competency questions, through the stored queries.

The questions and their answers are not in the repository: KG_QUESTIONS names the file. Which query
answers which question stands in `competency/questions.toml`, and for people in queries/README.md,
which `pytest tests/test_competency.py --update-goldens` writes anew (refused in CI).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kg_builder import BuildResult
from tests.census import census
from tests.query_table import Question, page
from tests.stored_queries import Asked, catalogue

HERE = Path(__file__).parent
MAPPED = HERE / "competency" / "questions.toml"
TABLE = HERE.parent / "queries" / "README.md"
FILLERS = re.compile("同比|控制在")
"""Words that the answers repeat from the sentence, and a figure does not keep."""

asked = pytest.mark.skipif(
    not os.environ.get("KG_QUESTIONS"), reason="KG_QUESTIONS names no questions"
)
CATALOGUE = catalogue()


def questions() -> list[dict[str, Any]]:
    path = os.environ.get("KG_QUESTIONS")
    return json.loads(Path(path).read_text("utf-8"))["questions"] if path else []


def digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]


def mapped() -> dict[str, dict[str, Any]]:
    data = tomllib.loads(MAPPED.read_text("utf-8"))
    return {item["question"]: item for item in data["question"]}


def settings(item: Mapping[str, Any]) -> dict[str, list[str]]:
    given = item.get("parameters", {})
    return {name: value if isinstance(value, list) else [value] for name, value in given.items()}


@pytest.fixture(scope="module")
def published(published_build: BuildResult) -> Asked:
    """Return the graph built from the facts in data/ alone."""
    return Asked(published_build.graph)


def answers(published: Asked, item: Mapping[str, Any]) -> list[str]:
    """Return what the solutions of the query say, row by row, as the mapping words it."""
    query = CATALOGUE[item["query"]]
    found = published.oxigraph(published.bound(query, settings(item)))
    say = item.get("say", {})
    return [
        pattern.format_map(
            {
                column: say.get(str(value), str(value))
                for column, value in zip(found.columns, row, strict=True)
                if value is not None
            }
        )
        for row in found.rows
        for pattern in item["answer"]
    ]


def normal(text: str) -> str:
    return FILLERS.sub("", re.sub(r"(\.\d*?)0+$", r"\1", text).removesuffix("."))


@asked
def test_there_is_a_query_for_each_question() -> None:
    assert {digest(item["q"]) for item in questions()} == set(mapped())


@asked
@pytest.mark.parametrize("item", questions(), ids=lambda item: digest(item["q"]))
def test_the_graph_answers(published: Asked, item: dict[str, Any]) -> None:
    found = answers(published, mapped()[digest(item["q"])])
    expected = Counter(normal(answer) for answer in item["answer"])
    assert Counter(map(normal, found)) == expected, item["q"]


def test_the_table_of_questions_and_answers_is_true(
    published: Asked, request: pytest.FixtureRequest
) -> None:
    table = [
        Question(item["zh"], item["en"], item["query"], settings(item), answers(published, item))
        for item in mapped().values()
    ]
    found = page(CATALOGUE, table)
    if request.config.getoption("--update-goldens"):
        if os.environ.get("CI"):
            pytest.fail("goldens are not updated in CI")
        TABLE.write_text(found, "utf-8", newline="")
    assert found == TABLE.read_bytes().decode("utf-8")


def test_as_much_is_published_as_a_careful_reader_finds(
    published: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    entities, facts = census(published.graph)
    with capsys.disabled():
        sys.stdout.write(f"\npublished: {entities} entities, {facts} facts\n")
    assert entities >= 540
    assert facts >= 900
