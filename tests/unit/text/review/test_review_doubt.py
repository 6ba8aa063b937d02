"""What to look at comes in the order of doubt, and anchors that moved are found in good time."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from kg_builder.errors import ConfigurationError
from kg_builder.model.decision import Anchor
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Fact
from kg_builder.model.selector import Evidence, Span
from kg_builder.text.review.anchors import digest, locate
from kg_builder.text.review.doubt import Precision, doubts, load_precision


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    # values of the Wilson score interval at 95 % as R's binom::binom.wilson prints them
    [(0, 0, 0.0, 1.0), (10, 0, 0.722, 1.0), (5, 5, 0.237, 0.763), (95, 5, 0.888, 0.978)],
)
def test_the_interval_is_wilsons(right, wrong, low, high):
    found = Precision(right, wrong).interval
    assert found == pytest.approx((low, high), abs=0.0006)


def test_the_most_doubtful_comes_first(desk):
    precision = {fact.rule: Precision(99, 1) for fact in desk.read.facts} | {
        "naming": Precision(1000, 0),
        "table-canteens": Precision(3, 3),
    }
    found = doubts(desk.document, desk.read, (), precision)
    lows = [item.interval[0] for item in found]
    assert lows == sorted(lows)
    assert found[0].rule == "table-canteens"
    assert found[-1].rule == "naming"


def test_a_pair_stands_once_and_is_a_merge(desk):
    one, other = (EntityId("Street", ("桐坞区", name)) for name in ("望澜街道", "青坪街道"))
    said = (Evidence(Span(176, 180)),)
    pair = tuple(
        Fact(a, "possiblySameAs", b, said, "linking") for a, b in ((one, other), (other, one))
    )
    found = doubts(desk.document, replace(desk.read, facts=pair), (), {})
    (item,) = [item for item in found if item.kind == "duplicate"]
    assert item.row["action"] == "merge"
    assert (item.row["subject"], item.row["object"]) == (
        "Street:桐坞区|望澜街道",
        "Street:桐坞区|青坪街道",
    )


@pytest.mark.parametrize(
    "text",
    ["rules = 1", "[[rule]]\nid = 'a'", "[[rule]]\nid = 'a'\nright = -1\nwrong = 0",
     "[[rule]]\nid = 'a'\nright = true\nwrong = 0", "[[rule]]\nid = 1\nright = 1\nwrong = 0"],
)  # fmt: skip
def test_wrong_measurements_are_refused_with_their_file(tmp_path, text):
    path = tmp_path / "precision.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_precision([path])
    assert refused.value.file == str(path)


def test_measurements_are_read(tmp_path):
    path = tmp_path / "precision.toml"
    path.write_text("[[rule]]\nid = 'a'\nright = 3\nwrong = 1\n", "utf-8")
    assert load_precision([path]) == {"a": Precision(3, 1)}


def test_many_anchors_that_moved_are_found_in_good_time():
    text = "".join(f"第{number}项任务已完成。" for number in range(2000))
    words = [f"第{number}项" for number in range(100, 1100, 3)]
    anchors = [Anchor(1, Span(0, len(word)), digest(word)) for word in words]
    start = time.process_time()
    found = locate(text, anchors)
    assert time.process_time() - start < 5
    assert [text[found[anchor].start : found[anchor].end] for anchor in anchors] == words


def test_what_would_take_too_long_is_not_found_rather_than_waited_for():
    text = "字" * 300_000
    anchors = [Anchor(1, Span(0, 20_000), digest(f"{number}")) for number in range(50)]
    start = time.process_time()
    assert locate(text, anchors) == {}
    assert time.process_time() - start < 5
