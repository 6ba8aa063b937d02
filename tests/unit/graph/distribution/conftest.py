"""A store of two reports, and its distribution."""

from __future__ import annotations

from pathlib import Path

import pytest
from distribution_support import BASE, OPTIONS, PAGE, hostile_store, write_one_table

from kg_builder import BuildOptions, ReportInput, Resources, build
from kg_builder.graph.distribution import publish_distribution
from kg_builder.graph.opening import open_graph


@pytest.fixture(scope="session")
def resources() -> Resources:
    return Resources.find()


@pytest.fixture(scope="session")
def built(tmp_path_factory, resources) -> Path:
    """The published report and an invented one in one store."""
    out = tmp_path_factory.mktemp("built") / "out"
    report = ReportInput.load(resources.examples / "yunxi-2025.txt")
    result = build([report], BuildOptions(out=out, base=BASE, with_data=True))
    assert result.conforms
    return out


@pytest.fixture(scope="session")
def distribution(tmp_path_factory, built, resources):
    """A whole distribution, with every option given."""
    folder = tmp_path_factory.mktemp("dist") / "public"
    with open_graph(built) as graph:
        return publish_distribution(
            graph,
            folder,
            resources,
            OPTIONS,
            documents={"ontology/index.html": PAGE},
            tables=write_one_table,
        )


@pytest.fixture(scope="session")
def bare(tmp_path_factory, resources):
    """A distribution of a small store, with no option at all."""
    folder = tmp_path_factory.mktemp("bare")
    with open_graph(hostile_store(folder / "built")) as graph:
        return publish_distribution(graph, folder / "public", resources)
