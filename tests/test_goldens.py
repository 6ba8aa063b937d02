"""A golden at every door of the house: the first that differs names the guilty room.

`pytest tests/test_goldens.py --update-goldens` writes them anew (refused in CI); read the diff.
"""

import json
import os
from pathlib import Path

import pytest

from kg_builder.desk import Reader, ReportInput
from kg_builder.graph.serialization import turtle
from kg_builder.pipeline import BuildOptions, build
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre

REPORTS = Path(__file__).resolve().parent / "reports"
EXAMPLES = REPORTS.parents[1] / "examples"
NAMES = ("yunxi-2025", "merged-cells", "haidian-2025-invented", "work-report")


def document_door(reading):
    """Sections, paragraphs and tables, a line each, with their spans."""
    document = reading.document
    yield f"title\t{document.title and span(document.title.text_span)}"
    for section in document.sections:
        yield f"section\t{span(section.span)}\t{section.level}\t{section.number}\t{section.title}"
    for paragraph in document.paragraphs:
        yield f"paragraph\t{span(paragraph.span)}\t{paragraph.section}"
    for table in document.tables:
        yield f"table\t{span(table.span)}\t{table.kind}\t{table.caption}\t{list(table.headers)}"
        for row in table.rows:
            cells = "\t".join(f"{column}={cell.text}" for column, cell in row.cells.items())
            yield f"row\t{row.number}\t{cells}\t{sorted(row.carried)}"
        for cells in table.cells:
            yield "cells\t" + "\t".join(cell.text for cell in cells)
        yield from (f"unread\t{span(cell.span)}\t{cell.text}" for cell in table.unread)


def entities_door(reading):
    for entity in reading.extraction.entities:
        mentions = " ".join(span(mention.span) for mention in entity.mentions)
        yield f"{entity.id.type}\t{'_'.join(entity.id.key)}\t{entity.label}\t{mentions}"


def facts_door(reading):
    for fact in reading.extraction.facts:
        places = " ".join(f"{span(item.span)}/{item.reading}" for item in fact.evidence)
        subject = f"{fact.subject.type}:{'_'.join(fact.subject.key)}"
        yield f"{subject}\t{fact.predicate}\t{fact.object}\t{fact.rule}\t{places}"


def notices_door(reading):
    for notice in reading.notices:
        position = notice.position
        place = f"{position.line}:{position.column}" if position else "-"
        yield f"{place}\t{notice.code}\t{notice.message.en}"


def span(found):
    return f"{found.start}-{found.end}"


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    read = Reader(load_genre(Resources.find().folders("genre")))
    folder = tmp_path_factory.mktemp("goldens")
    found = {}
    for name in NAMES:
        path = REPORTS / name / "source.txt"
        source = ReportInput.load(path if path.exists() else EXAMPLES / f"{name}.txt")
        reading = read(source)
        graph = build([source], BuildOptions(out=folder / name))
        results = graph.summary["validation"]["results"]
        found[name] = {
            "document.tsv": lines(document_door(reading)),
            "entities.tsv": lines(entities_door(reading)),
            "facts.tsv": lines(facts_door(reading)),
            "notices.tsv": lines(notices_door(reading)),
            "asserted.ttl": turtle(graph.graph.asserted_triples(), base=graph.graph.base),
            "inferred.ttl": turtle(graph.graph.inferred, base=graph.graph.base),
            "validation.json": json.dumps(results, ensure_ascii=False, indent=1) + "\n",
        }
    return found


def lines(items):
    return "".join(f"{item}\n" for item in items)


@pytest.mark.parametrize("name", NAMES)
def test_every_door_gives_its_golden(name, doors, request):
    update = request.config.getoption("--update-goldens")
    if update and os.environ.get("CI"):
        pytest.fail("goldens are not updated in CI")
    folder = REPORTS / name / "golden"
    for door, text in doors[name].items():
        path = folder / door
        if update:
            folder.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        with path.open(encoding="utf-8", newline="") as file:
            assert text == file.read(), f"{name}: the first door that differs is {door}"
