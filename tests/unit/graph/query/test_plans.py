"""Stored queries taken apart: gaps in the place of data blocks, patterns that any engine reads."""

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from kg_builder.graph.query.catalogue import bind, load_catalogue
from kg_builder.graph.query.plans import columns_of, gapped_text, plan
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.resources import Resources

CATALOGUE = load_catalogue(Resources.find())


@cache
def planned(name):
    return plan(CATALOGUE[name], PREFIXES)


@pytest.mark.parametrize("name", CATALOGUE)
def test_gaps_filled_with_nothing_are_the_query_without_its_parameters(name):
    query = CATALOGUE[name]
    parts = gapped_text(query)
    assert set(parts[1::2]) == set(query.parameters)
    if not any(parameter.default for parameter in query.parameters.values()):
        assert "".join(parts[::2]) == bind(query, {})


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_plan_has_patterns_for_its_columns(name):
    query = CATALOGUE[name]
    made = planned(name)
    assert made is not None
    assert tuple(column for column, _ in made["columns"]) == columns_of(query)
    assert json.loads(json.dumps(made)) is not None
    assert set(made["text"][1::2]) <= set(query.parameters)


def test_paths_and_terms_are_plain_data():
    made = planned("canteens_of_street")
    paths = [predicate for _, predicate, _ in made["patterns"]]
    kg = PREFIXES["kg"]
    assert {"seq": [{"i": kg + "address"}, {"i": PREFIXES["locn"] + "fullAddress"}]} in paths
    assert [{"v": "listing"}, {"i": kg + "about"}, {"v": "canteen"}] in made["patterns"]


def test_plans_are_the_same_in_every_run():
    code = (
        "import json; from kg_builder.graph.query.catalogue import load_catalogue;"
        "from kg_builder.graph.query.plans import plan;"
        "from kg_builder.graph.vocabulary import PREFIXES;"
        "from kg_builder.resources import Resources;"
        "print(json.dumps([plan(q, PREFIXES) for q in load_catalogue(Resources.find()).values()]))"
    )
    here = json.dumps([planned(name) for name in CATALOGUE])
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            text=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{here}\n"}
