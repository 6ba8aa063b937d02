"""Names as people say them, asked of the published graph, with floors.

`python -m pytest tests/quality/test_names.py -rP` prints what is not found, and the shares.
"""

import json
import tomllib
from pathlib import Path

import pytest

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.names import named_things, of_triples
from kg_builder.graph.ontology import load_ontology
from kg_builder.graph.publication import load_published
from kg_builder.graph.vocabulary import DEFAULT_BASE
from kg_builder.resources import Resources
from kg_builder.text.search.index import index_of
from kg_builder.text.search.lexicon import load_spoken_names
from kg_builder.text.search.records import Ambiguous, Found, Unknown

HERE = Path(__file__).resolve().parent
FLOORS = json.loads((HERE / "floors.json").read_text("utf-8"))["names"]
LISTS = tomllib.loads((HERE / "vernacular.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def index():
    resources = Resources.find()
    ontology = load_ontology(resources.ontology).triples
    asserted = [
        triple for part in load_published(resources, DEFAULT_BASE) for triple in part.asserted
    ]
    inferred = infer(TripleIndex(asserted), compile_ontology(ontology))
    things = named_things(of_triples((*ontology, *asserted, *inferred)))
    with index_of(things, load_spoken_names(resources)) as names:
        yield names


def share(index, name, is_right):
    rows = LISTS[name]
    wrong = []
    for row in rows:
        answer = index.lookup(row["says"], row.get("class"))
        if not is_right(row, answer):
            wrong.append((row["says"], row.get("class"), answer))
    for says, class_name, answer in wrong:
        print(f"{says} ({class_name}): {answer}")
    print(f"{name}: {len(rows) - len(wrong)} of {len(rows)}")
    return 1 - len(wrong) / len(rows)


def means_it(row, answer):
    return isinstance(answer, Found) and answer.name == row["means"]


@pytest.mark.parametrize("name", ["name", "unseen"])
def test_vernacular_names_are_found(index, name):
    assert len(LISTS[name]) >= 60
    assert share(index, name, means_it) >= FLOORS[name]


def test_near_misses_name_what_was_meant(index):
    def names_it(row, answer):
        near = answer.near[:3] if isinstance(answer, Unknown) else ()
        return row["means"] in [candidate.name for candidate in near]

    assert share(index, "slip", names_it) >= FLOORS["slip"]


@pytest.mark.parametrize("row", LISTS["several"], ids=lambda row: row["says"])
def test_what_may_mean_several_lists_them(index, row):
    answer = index.lookup(row["says"], row.get("class"))
    assert isinstance(answer, Ambiguous)
    assert set(row["mean"]) <= {candidate.name for candidate in answer.candidates}


@pytest.mark.parametrize("row", LISTS["nothing"], ids=lambda row: row["says"])
def test_nothing_is_taken_for_what_is_not_there(index, row):
    answer = index.lookup(row["says"], row.get("class"))
    assert not isinstance(answer, Found)


def test_nothing_wrong_is_found(index):
    """A name that is not understood is asked back, never answered with another thing."""
    for name in ("name", "unseen", "slip"):
        for row in LISTS[name]:
            answer = index.lookup(row["says"], row.get("class"))
            assert not isinstance(answer, Found) or answer.name == row["means"], row


def test_every_label_of_the_graph_finds_its_own(index):
    def finds(name, class_name):
        answer = index.lookup(name, class_name)
        found = answer.candidates if isinstance(answer, Ambiguous) else (answer,)
        return not isinstance(answer, Unknown) and all(one.how == "exact" for one in found)

    names = [name for (name,) in index._rows("SELECT name FROM name")]
    classes = (None, "concept", "ontology term")
    lost = [name for name in names if not any(finds(name, class_name) for class_name in classes)]
    assert lost == []
