"""How well names are found in clauses that no lexicon was written for: precision and recall.

The floors are what the scanner reaches on `sentences.toml`, less a little: they fall only when
something general breaks.
"""

import re
import tomllib
from pathlib import Path

from kg_builder.resources import Resources
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.genre import load_genre
from kg_builder.text.grammar.words import Words, split
from kg_builder.text.recognition.clauses import ClauseScanner

SENTENCES = Path(__file__).with_name("sentences.toml")
FLOOR_PRECISION, FLOOR_RECALL, FLOOR_TYPED = 0.96, 0.96, 0.94
MARKED = re.compile(r"«(.*?)\|(.*?)»")
QUOTES = "“”‘’「」《》"

KNOWLEDGE = Knowledge.of(load_genre(Resources.find().folders("genre")))
SCANNER = ClauseScanner(KNOWLEDGE.names, KNOWLEDGE.figures, KNOWLEDGE.periods, {})


def expected(sentence):
    """The text without marks, and the names in it with their classes, by place."""
    text, names, last = "", {}, 0
    for match in MARKED.finditer(sentence):
        text += sentence[last : match.start()]
        name = match[1].strip(QUOTES)
        start = len(text) + match[1].index(name)
        names[start, start + len(name)] = set(match[2].split("/"))
        text += match[1]
        last = match.end()
    return text + sentence[last:], names


def found(text):
    names = {}
    for clause in split(Words(KNOWLEDGE.folding.fold(text), 0), "；;，,:："):
        for token in SCANNER.scan(clause).tokens:
            if token.mention is not None:
                raw = token.mention.words.raw
                name = raw.strip(QUOTES)
                start = token.mention.words.start + raw.index(name)
                names[start, start + len(name)] = token.mention.row
    return names


def is_named(row, name):
    """Whether a reader would record the name by itself."""
    return (
        row is not None
        and not (row.short or row.collective or row.type in ("Topic", "Industry", "Award"))
        and not KNOWLEDGE.names.generic.fullmatch(name)
    )


def test_names_in_sentences():
    sentences = tomllib.loads(SENTENCES.read_text("utf-8"))["sentences"]
    wanted = right = typed = extra = 0
    for sentence in sentences:
        text, names = expected(sentence)
        seen = found(text)
        wanted += len(names)
        for place, classes in names.items():
            if place in seen:
                right += 1
                row = seen[place]
                typed += "?" in classes or (row is not None and row.type in classes)
        for start, end in seen.keys() - names.keys():
            cut = any(start < after and end > before for before, after in names)
            extra += cut or is_named(seen[start, end], text[start:end])
    precision, recall = right / (right + extra), right / wanted
    print(
        f"\n{len(sentences)} sentences, {wanted} names: precision {precision:.3f}, "
        f"recall {recall:.3f}, class right {typed / wanted:.3f}"
    )
    assert len(sentences) >= 150
    assert precision >= FLOOR_PRECISION
    assert recall >= FLOOR_RECALL
    assert typed / wanted >= FLOOR_TYPED
