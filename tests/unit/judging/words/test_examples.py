"""Every failing example of the shapes gets a place and words: goldens, and what always holds.

`pytest tests/unit/judging/words --update-goldens` writes them anew (refused in CI); read the diff.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.test_shapes import EXAMPLES, FILES, MODULES, background, compiled, example

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.submission.reading import read_placed
from kg_builder.graph.validation import validate
from kg_builder.judging.words import Material, place_results
from kg_builder.model.verdict import PlacedResult

GOLDENS = Path(__file__).parent / "goldens"
_REPORT = re.compile(r"^:expected a sh:ValidationReport", re.MULTILINE)


@cache
def judged(module: str) -> tuple[tuple[Submission, ...], tuple[PlacedResult, ...]]:
    """Return the failing examples of a module as submissions, and the results on them."""
    files = [path for path in FILES if path.parent == EXAMPLES / module]
    failing = [path for path in files if path.stem.endswith("-invalid")]
    with TemporaryDirectory() as folder:
        submissions = tuple(_data_of(path, Path(folder)) for path in failing)
    data = [*background(), *(triple for found in submissions for triple in found.triples)]
    report = validate(TripleIndex(data), compiled())
    material = Material(submissions, compiled(), ontology=background())
    return submissions, place_results(report.results, material)


def _data_of(path: Path, folder: Path) -> Submission:
    """Read the data of an example; the report that it ends in is left out."""
    text = path.read_text("utf-8")
    match = _REPORT.search(text)
    assert match is not None, path
    copy = folder / path.name
    copy.write_text(text[: match.start()], "utf-8")
    return read_placed(copy)


def texts(item: PlacedResult) -> Iterator[str]:
    for words in (item.explanation, item.message, *(fix.title for fix in item.fixes)):
        yield words.zh
        yield words.en


def compact(item: PlacedResult) -> str:
    assert item.place is not None
    name = Path(item.place.file).name
    component = item.result.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    more = "".join(f" +{place.line}:{place.column}" for place in item.related)
    fixes = [
        f"  = {fix.title.en}: {' '.join(edit.text for edit in fix.edits)}" for fix in item.fixes
    ]
    head = f"{name}:{item.place.line}:{item.place.column}{more} {component}"
    return "\n".join([head, f"  {item.explanation.zh}", f"  {item.explanation.en}", *fixes, ""])


@pytest.mark.parametrize("module", MODULES)
def test_explanations_are_their_goldens(module: str, request: pytest.FixtureRequest) -> None:
    text = "\n".join(map(compact, judged(module)[1]))
    path = GOLDENS / f"{module}.txt"
    if request.config.getoption("--update-goldens"):
        if os.environ.get("CI"):
            pytest.fail("goldens are not updated in CI")
        path.write_text(text, "utf-8", newline="")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("module", MODULES)
def test_every_expected_result_is_placed_in_its_file(module: str) -> None:
    submissions, results = judged(module)
    expected = {
        (path.name, focus, component)
        for path in FILES
        if path.parent == EXAMPLES / module
        for focus, _, _, _, component, _ in example(path).expected
        if focus.startswith("<")
    }
    found = {
        (Path(item.place.file).name, item.result.focus_node, item.result.component)
        for item in results
        if item.place is not None
    }
    assert expected <= found
    lines = {submission.name: submission.text.splitlines() for submission in submissions}
    for item in results:
        assert item.place is not None
        line = lines[item.place.file][item.place.line - 1]
        assert line[item.place.column - 1 :].strip()


@pytest.mark.parametrize("module", MODULES)
def test_words_are_whole_in_both_languages(module: str) -> None:
    for item in judged(module)[1]:
        for text in texts(item):
            assert text.strip()
            assert "<http" not in text
            assert "_:" not in text
            assert "None" not in text
            assert not re.search(r"“\s*”|（\s*）|\(\s*\)|。。|；。|, \.", text), text
        assert re.search(r"[\u4e00-\u9fff]", item.explanation.zh)
        assert item.explanation.zh.endswith("。")
        assert item.explanation.en[-1] in ".。"
        assert item.explanation.en[0] not in "abcdefghijklmnopqrstuvwxyz"


def test_results_come_in_the_order_of_the_file() -> None:
    _, results = judged("place")
    places = [item.place for item in results if item.place is not None]
    assert places == sorted(places, key=lambda place: (place.file, place.line, place.column))
