"""Every stored query has a file of expected answers, and gives them in rdflib and in Oxigraph.

`tests/queries/NAME.csv` holds the worked examples of the query's header, each with its settings and
what the published graph answers. `pytest tests/test_queries.py --update-goldens` writes the files
anew (refused in CI); read the diff.
"""

import os
import re
from pathlib import Path

import pytest

from kg_builder.graph.query.tokens import tokens
from kg_builder.graph.vocabulary import PREFIXES
from tests.stored_queries import Asked, built, cases, catalogue

HERE = Path(__file__).parent
ANSWERS = HERE / "queries"
EXAMPLE = HERE.parent / "examples" / "yunxi-2025.txt"
REPORTS = [
    HERE / "reports" / name / "source.txt"
    for name in ("haidian-2025-invented", "heting-2024", "half-year-county", "work-report")
]
KINDS = {
    *("look-up", "list", "count", "sum", "share", "comparison", "time", "path", "absence"),
    *("evidence", "review", "overview"),
}
UNANSWERED = {
    "canteens_new_or_gone",
    "plan_against_actual",
    "served_by_platform",
    "winners_of_event",
}
"""What the published graph has no answer to: one year alone, no planned figure that came true, no
number of those served, no winner."""
OF_EVERY_REPORT = {
    *("canteens_of_street", "canteen_address", "canteens_by_street", "canteens_by_words"),
    *("canteens_by_kind_of_street", "streets_with_canteens", "education_groups"),
    *("industries_of_tier", "industries_by_tier", "tiers_of_industry", "headline_figures"),
    *("figures_of_indicator", "figures_of_thing", "indicators", "growth_ranking"),
    *("investment_by_category", "total_over_categories", "average_per_project"),
    *("projects_of_category", "projects_named_counted", "things_with_status", "status_of_thing"),
    *("statuses_counted", "measures_of_theme", "measures_by_theme", "measures_counted"),
    *("reports", "sections_of_report", "tables_of_report", "things_by_kind", "names_with_words"),
    *("things_named", "relations_of_thing", "evidence_of_thing", "facts_of_line", "rules_counted"),
}
"""Queries that have rows on any report with the genre's five tables."""

CATALOGUE = catalogue()


@pytest.fixture(scope="module")
def published(published_build):
    return Asked(published_build.graph)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return built([EXAMPLE], tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """Return a graph of several reports, next year's of the published district among them."""
    return built(REPORTS, tmp_path_factory.mktemp("several"), with_data=True)


def expected(query, asked, ask):
    """Return the text of a file of expected answers."""
    parts = []
    for settings in cases(query):
        words = "; ".join(f"{name} = {' | '.join(values)}" for name, values in settings.items())
        answer = ask(asked.bound(query, settings))
        parts.append(f"# {words or 'as it stands'}\n{answer.text()}")
    return "\n".join(parts)


def test_there_are_enough_and_none_is_left_over():
    assert len(CATALOGUE) >= 45
    assert {path.stem for path in ANSWERS.glob("*.csv")} == set(CATALOGUE)
    assert sum(bool(query.parameters) for query in CATALOGUE.values()) >= 45


@pytest.mark.parametrize("name", CATALOGUE)
def test_both_engines_give_the_expected_answer(name, published, request):
    query = CATALOGUE[name]
    path = ANSWERS / f"{name}.csv"
    found = expected(query, published, published.oxigraph)
    if request.config.getoption("--update-goldens"):
        if os.environ.get("CI"):
            pytest.fail("goldens are not updated in CI")
        path.write_text(found, "utf-8", newline="")
    assert found == path.read_bytes().decode("utf-8")
    assert expected(query, published, published.rdflib) == found


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_worked_example_has_an_answer(name, published):
    query = CATALOGUE[name]
    for settings in cases(query):
        rows = published.oxigraph(published.bound(query, settings)).rows
        if name in UNANSWERED:
            assert not rows, f"{name} {settings} has an answer now: take it out of the list"
        elif "absence" not in query.tags:
            assert rows, settings


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_text_as_it_stands_runs_in_both_engines(name, example):
    """On the invented report, which no query was written for."""
    text = CATALOGUE[name].text
    answer = example.oxigraph(text)
    assert example.rdflib(text) == answer
    assert not answer.rows or len({len(row) for row in answer.rows}) == 1
    assert answer.rows or name not in OF_EVERY_REPORT


@pytest.mark.parametrize("name", CATALOGUE)
def test_dropping_the_data_blocks_asks_the_same(name, example):
    query = CATALOGUE[name]
    if not any(parameter.default for parameter in query.parameters.values()):
        assert example.oxigraph(example.bound(query, {})) == example.oxigraph(query.text)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_query_runs_on_several_reports(name, several):
    rows = several.oxigraph(several.bound(CATALOGUE[name], {})).rows
    assert rows or name not in OF_EVERY_REPORT


def test_years_and_areas_do_not_mix(several):
    """Two reports of one district: each year has its own sums, and they can be told apart."""
    for name in ("total_over_categories", "measures_counted", "canteens_by_kind_of_street"):
        answer = several.oxigraph(several.bound(CATALOGUE[name], {"area": ("海淀区",)}))
        years = {row[answer.columns.index("period_name")] for row in answer.rows}
        assert len(years) == 2
        only = several.oxigraph(
            several.bound(CATALOGUE[name], {"area": ("海淀区",), "year": ("2024",)})
        )
        assert {row[only.columns.index("period_name")] for row in only.rows} == {"2024年"}


def test_next_years_list_is_compared_with_this_years(several):
    assert several.oxigraph(several.bound(CATALOGUE["canteens_new_or_gone"], {})).rows


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_query_names_no_instance_and_no_graph(name):
    for token in tokens(CATALOGUE[name].text):
        if token.kind == "iri":
            assert token.text[1:-1] in PREFIXES.values()
        if token.kind == "name":
            assert token.text.partition(":")[0] in PREFIXES
        assert not token.is_word("SERVICE")
        assert not token.is_word("FROM")


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_query_is_as_the_others(name, published):
    """Names beside IRIs, an order to the last, tags from the list, words in both languages."""
    query = CATALOGUE[name]
    assert KINDS & set(query.tags)
    assert re.search(r"^ORDER BY", query.text, re.MULTILINE)
    answer = published.oxigraph(published.bound(query, cases(query)[0]))
    for place, column in enumerate(answer.columns):
        if column.endswith("_name") and column != "place_name":
            assert answer.columns[place - 1] == column.removesuffix("_name")
    if "unit" in answer.columns:
        assert "unit_name" in answer.columns
    for column in query.computed:
        assert column in answer.columns
    for words in (query.title, query.description, *(p.label for p in query.parameters.values())):
        assert words.en.isascii() or re.search("[“”—→←附属]", words.en)
        assert re.search("[\u4e00-\u9fff]", words.zh)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_sequence_is_settled(name, published):
    """Rows that the order leaves equal are equal in all that is shown."""
    text = published.bound(CATALOGUE[name], cases(CATALOGUE[name])[-1])
    rows = published.oxigraph(text).rows
    assert rows == published.oxigraph(text).rows
    assert len(set(rows)) == len(rows) or "evidence" in CATALOGUE[name].tags
