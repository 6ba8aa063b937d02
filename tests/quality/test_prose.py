"""Names, facts and figures of prose in the open texts, with floors.

`python -m pytest tests/quality/test_prose.py -rP` prints the scores; what was missed or read
too much is told by `python -m tests.quality.prose FILE.txt --missing --extra`.
"""

import json
import os
from pathlib import Path

import pytest

from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.quality.gold import load_gold
from tests.quality.precision import as_toml, measured
from tests.quality.prose import Score, Scorer

HERE = Path(__file__).resolve().parent
FLOORS = json.loads((HERE / "floors.json").read_text("utf-8"))["prose"]
SETS = ("genre", "prose", "prose-2", "prose-3")
TEXTS = sorted(path for name in SETS for path in (HERE / name).glob("*.gold.json"))


@pytest.fixture(scope="session")
def scorer():
    return Scorer(load_genre(Resources.find().folders("genre")))


def text_of(gold):
    return gold.with_name(gold.name.replace(".gold.json", ".txt"))


def check(name, score):
    print(f"{name}\n{score.sums()}")
    if score.unmapped:
        print(f"  not scored: {score.unscored}, of them unmapped: {dict(score.unmapped)}")
    floors = FLOORS[name]
    reached = {count: getattr(score, count).f1 for count in Score.SUMS}
    assert all(reached[count] >= floors[count] for count in Score.SUMS), (reached, floors)


@pytest.mark.parametrize("name", SETS)
def test_open_texts_reach_their_floors(name, scorer):
    total = Score()
    for gold in sorted((HERE / name).glob("*.gold.json")):
        score = scorer.score_file(text_of(gold))
        print(f"{gold.name.removesuffix('.gold.json')}\n{score.sums()}")
        total += score
    assert total.names.gold, f"no texts in {name}"
    check(name, total)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name.removesuffix(".gold.json"))
def test_every_word_of_the_gold_is_mapped(path, scorer):
    gold = load_gold(path, scorer.mapping, scorer.folding)
    assert sorted(gold.types - set(scorer.mapping.types)) == []
    unmapped = {fact.relation for fact in gold.facts if scorer.mapping.rule(fact) is None}
    assert sorted(unmapped - set(scorer.mapping.unmapped)) == [], "map it, or say why not"
    assert sorted({fact.subject for fact in gold.facts} - set(gold.entities)) == []


def test_every_relation_left_unmapped_has_a_reason(scorer):
    assert all(len(reason) > 5 for reason in scorer.mapping.unmapped.values())


@pytest.mark.skipif(
    not (os.environ.get("KG_REPORT") and os.environ.get("KG_SAMPLE_GOLD")),
    reason="KG_REPORT or KG_SAMPLE_GOLD (gold of some lines of that report) is not set",
)
def test_the_sample_of_a_real_report_reaches_its_floors(scorer):
    report, path = Path(os.environ["KG_REPORT"]), Path(os.environ["KG_SAMPLE_GOLD"])
    gold = load_gold(path, scorer.mapping, scorer.folding)
    unmapped = {fact.relation for fact in gold.facts if scorer.mapping.rule(fact) is None}
    assert sorted(gold.types - set(scorer.mapping.types)) == []
    assert sorted(unmapped - set(scorer.mapping.unmapped)) == [], "map it, or say why not"
    check("sample", scorer.score_text(report.stem, report.read_bytes(), gold))


def test_the_precision_of_rules_is_what_the_open_texts_say(scorer):
    """`kg review` orders facts by it: a stale file would point reviewers elsewhere."""
    kept = (HERE.parents[1] / "genre" / "precision.toml").read_text("utf-8")
    assert as_toml(measured(scorer)) == kept, "run python -m tests.quality.precision"
