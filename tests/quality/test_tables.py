"""Tables and headline figures read from texts with gold: exact tuples, F1 with floors.

`python -m pytest tests/quality -rP` prints the table of scores.
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from kg_builder.desk import Reader, ReportInput
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.quality.tables import Facts, gold_tuples, plain, read_tuples, score, squash

TESTS = Path(__file__).resolve().parents[1]
REPORTS = sorted(path.parent.name for path in (TESTS / "reports").glob("*/tables.json"))
FLOORS = json.loads((TESTS / "quality" / "floors.json").read_text("utf-8"))


def source_of(name):
    path = TESTS / "reports" / name / "source.txt"
    return path if path.exists() else TESTS.parent / "examples" / f"{name}.txt"


@pytest.fixture(scope="session")
def readings():
    read = Reader(load_genre(Resources.find().folders("genre")))
    return {name: read(ReportInput(name, source_of(name).read_bytes())) for name in REPORTS}


def gold_of(name):
    return json.loads((TESTS / "reports" / name / "tables.json").read_text("utf-8"))


def tuples_of(name, readings):
    extraction = readings[name].extraction
    return gold_tuples(gold_of(name), Facts(extraction).as_printed()), read_tuples(extraction)


@pytest.mark.parametrize("name", REPORTS)
def test_tables_reach_their_floor(name, readings):
    gold, read = tuples_of(name, readings)
    precision, recall, f1 = score(gold, read)
    print(f"{name:<26} P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")
    for item in sorted(map(str, gold - read)):
        print("  missed  ", item)
    for item in sorted(map(str, read - gold)):
        print("  invented", item)
    assert f1 >= FLOORS["tables"].get(name, 1.0)


def test_all_tables_together_reach_the_floor(readings):
    gold, read = set(), set()
    for name in REPORTS:
        said, found = tuples_of(name, readings)
        gold |= {(name, *item) for item in said}
        read |= {(name, *item) for item in found}
    precision, recall, f1 = score(gold, read)
    print(f"all tables: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    assert f1 >= FLOORS["all tables"]


def headline_tuples(extraction):
    """The figures of indicators that stand in prose: (indicator, measure, number, unit, bound)."""
    facts = Facts(extraction)
    for observation in facts.of_type("Observation"):
        value = facts.one(observation, "value")
        if facts.one(observation, "about") is not None or value is None:
            continue
        if not facts.in_prose(observation):
            continue
        bound = facts.one(observation, "bound")
        yield (
            facts.label(facts.one(observation, "indicator")),
            facts.one(observation, "measure").name,
            plain(value),
            bound.name if bound and bound.name != "exact" else None,
        )


def gold_headline(items, printed):
    for indicator, measure, number, _unit, bound, *_rest in items:
        yield (
            printed.get(squash(indicator), squash(indicator)),
            measure,
            Decimal(str(number)).normalize(),
            bound,
        )


def test_figures_in_prose_reach_the_floor(readings):
    gold, read, optional = set(), set(), set()
    for name in REPORTS:
        given = gold_of(name)
        printed = Facts(readings[name].extraction).as_printed()
        gold |= {(name, *item) for item in gold_headline(given.get("headline", ()), printed)}
        optional |= {
            (name, *item) for item in gold_headline(given.get("headline_optional", ()), printed)
        }
        read |= {(name, *item) for item in headline_tuples(readings[name].extraction)}
    precision, recall, f1 = score(gold, read - optional)
    print(f"figures in prose: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    for item in sorted(map(str, gold - read)):
        print("  missed  ", item)
    for item in sorted(map(str, read - gold - optional)):
        print("  invented", item)
    assert f1 >= FLOORS["figures in prose"]


@pytest.mark.parametrize("name", REPORTS)
def test_the_expected_warnings_and_no_other(name, readings):
    watched = {
        "unknown-table",
        "half-row",
        "sum-mismatch",
        "declared-count",
        "unknown-column",
        "no-table",
        "no-prose",
    }
    given = {notice.code for notice in readings[name].notices} & watched
    assert given == set(gold_of(name)["warnings"]) - set(FLOORS["warnings missed"].get(name, ()))


@pytest.mark.parametrize("name", REPORTS)
def test_the_frame(name, readings):
    frame = gold_of(name)["frame"]
    facts = Facts(readings[name].extraction)
    (report,) = facts.of_type("Report")
    area = facts.one(report, "coversArea")
    assert (facts.label(area) or None) == frame["area"]
    for key, predicate in (("year", "reportsPeriod"), ("plan_year", "plansPeriod")):
        period = facts.one(report, predicate)
        year = plain(facts.one(period, "startYear")) if period else None
        assert year == (frame[key] and str(frame[key])[:4]), key
    issuer = facts.one(report, "issuedBy")
    assert (facts.label(issuer) or None) == frame["issued_by"]
