"""How often each rule of the reader is right, measured on the open texts.

    python -m tests.quality.precision > genre/precision.toml

`kg review` orders facts by it. A test keeps the file equal to what this prints.
"""

from __future__ import annotations

from pathlib import Path

from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.quality.prose import Score, Scorer

HERE = Path(__file__).resolve().parent
SETS = ("genre", "prose", "prose-2", "prose-3")
NAMES = "naming"
"""Names and classes count under this rule."""

_HEAD = """\
# How often each rule of the reader was right on the open texts of tests/quality, and how often not.
# Written by `python -m tests.quality.precision`; `kg review` lists the most doubtful facts first.
"""


def measured(scorer: Scorer) -> Score:
    """Return the scores of all open texts together."""
    total = Score()
    for name in SETS:
        for gold in sorted((HERE / name).glob("*.gold.json")):
            total += scorer.score_file(gold.with_name(gold.name.replace(".gold.json", ".txt")))
    return total


def as_toml(score: Score) -> str:
    """Return the text of `genre/precision.toml`."""
    rows = dict(score.by_rule)
    rows[NAMES] = [score.typed.right, score.typed.read - score.typed.right]
    lines = [
        f'    {{ id = "{rule}", right = {right}, wrong = {wrong} }},'
        for rule, (right, wrong) in sorted(rows.items())
    ]
    return "\n".join([_HEAD + "\nrule = [", *lines, "]"]) + "\n"


if __name__ == "__main__":
    genre = load_genre(Resources.find().folders("genre"))
    print(as_toml(measured(Scorer(genre))), end="")
