"""Whether the published graph answers the competency questions, by label and never by IRI.

The questions and their answers are not in the repository: KG_QUESTIONS names the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

import kg_builder
from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.vocabulary import PREFIXES
from tests.census import census

QUERIES = Path(__file__).parent / "competency" / "queries.toml"
FILLERS = re.compile("同比|控制在")
"""Words that the answers repeat from the sentence, and a figure does not keep."""

asked = pytest.mark.skipif(
    not os.environ.get("KG_QUESTIONS"), reason="KG_QUESTIONS names no questions"
)


def questions() -> list[dict[str, Any]]:
    path = os.environ.get("KG_QUESTIONS")
    return json.loads(Path(path).read_text("utf-8"))["questions"] if path else []


def digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]


@cache
def queries() -> dict[str, str]:
    data = tomllib.loads(QUERIES.read_text("utf-8"))
    return {item["question"]: item["sparql"] for item in data["query"]}


@cache
def prefixes() -> str:
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """Return the graph built from the facts in data/ alone."""
    out = tmp_path_factory.mktemp("competency") / "out"
    result = kg_builder.build([], kg_builder.BuildOptions(out=out))
    assert result.conforms
    return result.graph


@pytest.fixture(scope="module")
def store(published: KnowledgeGraph) -> Store:
    store = Store()
    store.bulk_load(input=published.nquads().encode(), format=RdfFormat.N_QUADS)
    return store


def answers(store: Store, query: str) -> list[str]:
    """Return what all variables of all solutions say."""
    found = store.query(prefixes() + query)
    assert isinstance(found, QuerySolutions)
    terms = [term for row in found for term in row if term is not None]
    assert not any(isinstance(term, NamedNode) for term in terms), "an answer is a label or value"
    return [normal(term.value) for term in terms if isinstance(term, Literal)]


def normal(text: str) -> str:
    return FILLERS.sub("", re.sub(r"(\.\d*?)0+$", r"\1", text).removesuffix("."))


def test_queries_name_no_instance() -> None:
    """Terms of the vocabularies alone; the prefixes that are prepended have no instances."""
    for query in queries().values():
        assert not re.search(r"<[^=\s]", query), query


@asked
def test_there_is_a_query_for_each_question() -> None:
    assert {digest(item["q"]) for item in questions()} == set(queries())


@asked
@pytest.mark.parametrize("item", questions(), ids=lambda item: digest(item["q"]))
def test_the_graph_answers(store: Store, item: dict[str, Any]) -> None:
    found = answers(store, queries()[digest(item["q"])])
    assert Counter(found) == Counter(normal(answer) for answer in item["answer"]), item["q"]


def test_as_much_is_published_as_a_careful_reader_finds(
    published: KnowledgeGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    entities, facts = census(published)
    with capsys.disabled():
        sys.stdout.write(f"\npublished: {entities} entities, {facts} facts\n")
    assert entities >= 540
    assert facts >= 900
