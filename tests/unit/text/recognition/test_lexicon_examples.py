"""The lexicons of names and words, by the examples that their rows give.

A row gives clauses: in `positive` what the row finds stands in «», in `negative` it finds nothing.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from kg_builder.resources import Resources
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.genre import load_genre
from kg_builder.text.grammar.words import Words, split
from kg_builder.text.recognition.clauses import ClauseScanner

HOUSE = Path(__file__).parents[4]
MARKS = str.maketrans("", "", "«»")

# Rows that find nothing in the texts of tests/quality, and why they are kept.
UNSEEN = {
    "short-award": "honours of other provinces: 中国石雕之乡, 五一勋章",
}


def load(name):
    return tomllib.loads((HOUSE / "genre" / "lexicons" / f"{name}.toml").read_text("utf-8"))


NAMES = load("names")["name"]
WORDS = load("words")
KNOWLEDGE = Knowledge.of(load_genre(Resources.find().folders("genre")))
SCANNER = ClauseScanner(KNOWLEDGE.names, KNOWLEDGE.figures, KNOWLEDGE.periods, {})


def scan(clause):
    return SCANNER.scan(Words(KNOWLEDGE.folding.fold(clause.translate(MARKS)), 0))


def marked(clause):
    return re.findall("«(.*?)»", clause)


def names_of(row, clause):
    scanned = scan(clause)
    return [
        scanned.text(token)
        for token in scanned.tokens
        if token.mention and token.mention.row and token.mention.row.id == row["id"]
    ]


def verbs_of(row, clause):
    scanned = scan(clause)
    found = [scanned.text(t) for t in scanned.tokens if t.word and t.word.kind == "verb"]
    return [word for word in found if word in row["words"]]


def phrases_of(row, clause):
    scanned = scan(clause)
    return [
        scanned.text(token)
        for token in scanned.tokens
        if token.word
        and token.word.status == row["status"]
        and re.fullmatch(row["pattern"], scanned.text(token))
    ]


CASES = (
    [(names_of, row, row["id"]) for row in NAMES]
    + [(verbs_of, row, f"verb-{row['words'][0]}") for row in WORDS["verb"]]
    + [(phrases_of, row, f"phrase-{n}") for n, row in enumerate(WORDS["phrase"])]
)


@pytest.mark.parametrize(("find", "row"), [pytest.param(f, r, id=i) for f, r, i in CASES])
def test_a_row_finds_what_its_examples_mark(find, row):
    assert row.get("positive"), "a row needs an example"
    assert row.get("negative"), "a row needs a clause in which it finds nothing"
    for clause in row["positive"]:
        assert marked(clause), clause
        assert find(row, clause) == marked(clause), clause
    for clause in row["negative"]:
        assert not marked(clause), clause
        assert find(row, clause) == [], clause


def test_no_head_belongs_to_two_rows():
    heads = Counter(head for row in NAMES for head in row.get("heads", ()))
    assert [head for head, times in heads.items() if times > 1] == []


def test_no_whole_name_belongs_to_two_rows():
    whole = Counter(name for row in NAMES for name in row.get("names", ()))
    assert [name for name, times in whole.items() if times > 1] == []


def test_no_word_stands_twice():
    """A verb in two rows, or in the list of what is no verb: the first would win silently."""
    words = Counter(word for row in WORDS["verb"] for word in row["words"])
    words.update(WORDS["not-verbs"]["words"])
    for key in ("not", "anywhere", "between", "opening"):
        words.update(WORDS["function"][key])
    assert [word for word, times in words.items() if times > 1] == []


def test_weak_verbs_are_verbs_of_their_row():
    for row in WORDS["verb"]:
        assert set(row.get("weak", ())) <= set(row["words"])


def test_rows_that_no_text_needs_are_known():
    found = set()
    for folder in ("prose", "prose-2", "prose-3", "genre"):
        for path in sorted((HOUSE / "tests" / "quality" / folder).glob("*.txt")):
            text = KNOWLEDGE.folding.fold(path.read_text("utf-8"))
            for line in text.splitlines():
                for clause in split(Words(line, 0), "。；;，,:："):
                    tokens = SCANNER.scan(clause).tokens
                    found |= {t.mention.row.id for t in tokens if t.mention and t.mention.row}
    assert {row["id"] for row in NAMES} - found == set(UNSEEN)
