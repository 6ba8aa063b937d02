"""The blind set: texts that nobody opens who writes rules or lexicons. Only sums are printed.

`python -m pytest tests/quality/test_blind.py -rP` prints the figures that stand in the README.
"""

import json
from pathlib import Path

import pytest

from kg_builder.pipeline import ReportInput, read_report
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.quality.tables import Facts, gold_tuples, read_tuples, score
from tests.quality.test_tables import FLOORS, gold_headline, headline_tuples

BLIND = Path(__file__).resolve().parent / "blind"


@pytest.fixture(scope="module")
def pairs():
    genre = load_genre(Resources.find().folders("genre"))
    found = []
    for path in sorted(BLIND.glob("*/tables.json")):
        source = ReportInput(path.parent.name, (path.parent / "source.txt").read_bytes())
        extraction = read_report(source, genre).extraction
        found.append((path.parent.name, json.loads(path.read_text("utf-8")), extraction))
    return found


def test_tables_of_unseen_texts_reach_their_floor(pairs):
    gold, read = set(), set()
    for name, given, extraction in pairs:
        printed = Facts(extraction).as_printed()
        gold |= {(name, *item) for item in gold_tuples(given, printed)}
        read |= {(name, *item) for item in read_tuples(extraction)}
    precision, recall, f1 = score(gold, read)
    print(f"blind tables: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    assert f1 >= FLOORS["blind tables"]


def test_figures_of_unseen_texts_reach_their_floor(pairs):
    gold, read, optional = set(), set(), set()
    for name, given, extraction in pairs:
        printed = Facts(extraction).as_printed()
        for found, key in ((gold, "headline"), (optional, "headline_optional")):
            found |= {(name, *item) for item in gold_headline(given.get(key, ()), printed)}
        read |= {(name, *item) for item in headline_tuples(extraction)}
    precision, recall, f1 = score(gold, read - optional)
    print(f"blind figures: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    assert f1 >= FLOORS["blind figures"]
