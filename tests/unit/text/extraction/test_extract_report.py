"""The real report, where it is at hand: counts and figures of its tables, and its headline."""

import os
import time
from decimal import Decimal
from pathlib import Path

import pytest

REPORT = os.environ.get("KG_REPORT", "")
pytestmark = pytest.mark.skipif(
    not REPORT, reason="the report is not at hand: KG_REPORT is not set"
)


@pytest.fixture(scope="module")
def report(find):
    return find(Path(REPORT).read_bytes())


def _in_tables(report, name):
    """Return the things of a class that a cell of a table names."""
    return [
        item.id
        for item in report.extraction.entities
        if item.id.type == name and any(said.table is not None for said in item.mentions)
    ]


def test_counts(report):
    counts = {
        "Canteen": 30, "Street": 16, "Town": 5, "EducationGroup": 43, "GroupMembership": 2,
        "ReformTheme": 14, "ReformMeasure": 133, "Project": 14, "ProjectCategory": 14,
        "Industry": 10, "IndustryTier": 3,
    }  # fmt: skip
    assert {name: len(_in_tables(report, name)) for name in counts} == counts
    assert len(report.facts(predicate="subcategoryOf")) == 11
    assert report.codes() == ["declared-count"]


def test_groups(report):
    assert len(report.facts(predicate="namedAfter")) == 42
    listings = report.of("EducationGroupListing")
    ranges = [
        (report.value(item, "serialFirst"), report.value(item, "serialLast")) for item in listings
    ]
    assert ranges == [(1, 42)] * 42 + [(43, 43)]
    periods = {report.value(item, "established").key for item in listings[:42]}
    assert periods == {("2019", "2023")}
    assert report.value(listings[42], "established").key == ("2024",)


def test_projects(report):
    figures = {}
    for item in _in_tables(report, "Observation"):
        about = report.value(item, "about")
        if about is not None and len(about.key) == 2:
            figures.setdefault(report.value(item, "indicator").key[0], []).append(
                report.value(item, "value")
            )
    assert figures == {
        "项目数": [Decimal(93), Decimal(129), Decimal(86)],
        "区级总投资": [Decimal("356.51"), Decimal("169.67"), Decimal("43.26")],
    }


def test_tiers(report):
    placed = [
        report.value(report.value(item, "tier"), "tierPosition")
        for item in report.of("TierAssignment")
    ]
    assert placed == [1, *[2] * 8, 3]


def test_the_four_headline_indicators(report):
    assert report.observed() >= {
        ("地区生产总值", "growth", "6.0", "percent", "exact"),
        ("区级一般公共预算收入", "growth", "6.0", "percent", "exact"),
        ("居民人均可支配收入", "growth", "4.1", "percent", "exact"),
        ("城镇登记失业率", "level", "3.1", "percent", "at-most"),
    }
    headline = [item for item in report.of("Observation") if report.value(item, "headline")]
    named = {report.value(item, "indicator").key[0] for item in headline}
    assert named >= {"地区生产总值", "区级一般公共预算收入", "居民人均可支配收入", "城镇登记失业率"}
    assert len(headline) <= 5


def test_it_is_read_fast(extractor, report):
    times = []
    for _ in range(5):
        start = time.process_time()
        extractor.extract(report.document)
        times.append(time.process_time() - start)
    assert min(times) < 0.1  # about 0.03 on a quiet machine
