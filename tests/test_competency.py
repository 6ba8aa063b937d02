"""Whether the published graph answers the competency questions, by label and never by IRI.

The questions and their answers are not in the repository: KG_QUESTIONS names the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

import kg_builder
from kg_builder.graph.vocabulary import PREFIXES

QUERIES = Path(__file__).parent / "competency" / "queries.toml"
FILLERS = re.compile("同比|控制在")
"""Words that the answers repeat from the sentence, and a figure does not keep."""
SHORT: dict[str, str] = {}
"""Questions the graph falls short of, by hash, and why."""


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
def published(tmp_path_factory: pytest.TempPathFactory) -> kg_builder.KnowledgeGraph:
    """Return the graph built from the facts in data/ alone."""
    out = tmp_path_factory.mktemp("competency") / "out"
    result = kg_builder.build([], kg_builder.BuildOptions(out=out))
    assert result.conforms
    return result.graph


@pytest.fixture(scope="module")
def store(published: kg_builder.KnowledgeGraph) -> Store:
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


def test_every_query_is_one_and_names_no_instance() -> None:
    for query in queries().values():
        assert "<" not in re.sub(r"<=|< ", "", query), query
        assert not re.search(r"\b(id|" + "|".join(INSTANCES) + r"):", query), query


INSTANCES = ("canteen", "street", "town", "district", "school", "project", "park", "platform")


@pytest.mark.skipif(not os.environ.get("KG_QUESTIONS"), reason="KG_QUESTIONS names no questions")
@pytest.mark.parametrize("item", questions(), ids=lambda item: digest(item["q"]))
def test_the_graph_answers(store: Store, item: dict[str, Any]) -> None:
    name = digest(item["q"])
    if name in SHORT:
        pytest.xfail(SHORT[name])
    found = answers(store, queries()[name])
    assert Counter(found) == Counter(normal(answer) for answer in item["answer"]), item["q"]


def test_how_much_is_published(published: kg_builder.KnowledgeGraph) -> None:
    """Entities and facts as a reader counts them; see `tests/census.py`."""
    from tests.census import census

    entities, facts = census(published)
    warnings.warn(f"{entities} entities, {facts} facts", stacklevel=1)
    assert entities >= 540
    assert facts >= 900
