"""The blind set of prose: nobody opens it who writes rules or lexicons. Only sums are printed.

`python -m pytest tests/quality/test_blind_prose.py -rP` prints the figures of the README.
"""

import json
from pathlib import Path

from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.quality.prose import Score, Scorer

BLIND = Path(__file__).resolve().parent / "blind-prose"
FLOORS = json.loads((BLIND.parent / "floors.json").read_text("utf-8"))["prose"]["blind"]


def test_unseen_prose_reaches_its_floors():
    reached = _sums()
    print("\n".join(f"blind {line}" for _, _, line in reached))
    below = [name for name, f1, _ in reached if f1 < FLOORS[name]]
    assert below == []


def _sums():
    """The sums alone: an error would otherwise show the texts that it stumbles over."""
    scorer = Scorer(load_genre(Resources.find().folders("genre")))
    total, texts, broken = Score(), 0, 0
    for gold in sorted(BLIND.glob("*.gold.json")):
        texts += 1
        try:
            total += scorer.score_file(gold.with_name(gold.name.replace(".gold.json", ".txt")))
        except Exception:  # noqa: BLE001 - whatever it is, its message may quote the text
            broken += 1
    assert texts, "no blind texts"
    assert broken == 0, "texts that cannot be scored"
    return [
        (name, count.f1, f"{name:<8}P {count.precision:.3f} R {count.recall:.3f} F1 {count.f1:.3f}")
        for name, count in ((name, getattr(total, name)) for name in Score.SUMS)
    ]
