"""Every constraint component of SHACL Core and SHACL-SPARQL in words: goldens, and what holds."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.unit.judging.words.shapes import CASES, of_case

from kg_builder.judging.words.told import _WORDS
from kg_builder.model.verdict import PlacedResult

GOLDEN = Path(__file__).parent / "goldens" / "components.txt"


def compact(name: str, item: PlacedResult) -> str:
    assert item.place is not None
    component = re.split("[#/]", item.result.component)[-1].removesuffix("ConstraintComponent")
    more = "".join(f" +{place.line}:{place.column}" for place in item.related)
    lines = [f"{name}: {component} at {item.place.line}:{item.place.column}{more}"]
    lines += [f"  {item.explanation.zh}", f"  {item.explanation.en}"]
    if item.message != item.explanation:
        lines.append(f"  author: {item.message.zh} | {item.message.en}")
    lines += [f"  = {f.title.zh} | {f.title.en}" for f in item.fixes]
    return "\n".join([*lines, ""])


def test_components_are_told_as_in_the_golden(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    text = "\n".join(compact(name, item) for name in CASES for item in of_case(name, tmp_path)[1])
    if request.config.getoption("--update-goldens"):
        if os.environ.get("CI"):
            pytest.fail("goldens are not updated in CI")
        GOLDEN.write_text(text, "utf-8", newline="")
    assert text == GOLDEN.read_text("utf-8")


def test_the_cases_have_every_component(tmp_path: Path) -> None:
    told = {item.result.component for name in CASES for item in of_case(name, tmp_path)[1]}
    names = {re.split("[#/]", iri)[-1].removesuffix("ConstraintComponent") for iri in told}
    core = """Class Datatype NodeKind MinCount MaxCount MinExclusive MinInclusive MaxExclusive
    MaxInclusive MinLength MaxLength Pattern LanguageIn UniqueLang Equals Disjoint LessThan
    LessThanOrEquals Not And Or Xone Node QualifiedMinCount QualifiedMaxCount Closed HasValue In
    SPARQL even"""
    assert names == set(core.split())


@pytest.mark.parametrize("name", CASES)
def test_a_case_fails_with_whole_words(name: str, tmp_path: Path) -> None:
    _, results = of_case(name, tmp_path)
    assert results
    for item in results:
        check(item)


def check(item: PlacedResult) -> None:
    assert item.place is not None
    assert Path(item.place.file).name == "data.ttl"
    for words in (item.explanation.zh, item.explanation.en, item.message.zh, item.message.en):
        assert words.strip()
        assert "<http" not in words
        assert "_:" not in words
    assert "阳光餐桌" in item.explanation.zh or ":x" in item.explanation.zh


def test_there_are_words_for_every_kind_of_constraint() -> None:
    from kg_builder.graph.shacl import constraints, logic, queries, relations

    kinds = {
        kind
        for module in (constraints, logic, queries, relations)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, constraints.Constraint)
        and not kind.__name__.startswith("_")
        and kind not in (constraints.Constraint, constraints.ValueConstraint)
    }
    assert kinds == set(_WORDS)
