"""Many reports together: what one IRI is called."""

from collections import defaultdict
from pathlib import Path

from kg_builder.graph.iris import mint

HOUSE = Path(__file__).parents[4]
TEXTS = sorted(
    [
        *(HOUSE / "tests" / "reports").glob("*/source.txt"),
        *(HOUSE / "tests" / "quality" / "genre").glob("*.txt"),
        *(HOUSE / "examples").glob("*.txt"),
    ]
)


def labels(find, texts):
    found = defaultdict(set)
    for text in texts:
        for item in find(text).extraction.entities:
            if item.label is not None:
                found[mint("https://example.org/", item.id).value].add(item.label)
    return found


def test_no_thing_has_two_labels_in_all_reports_together(find):
    assert len(TEXTS) > 20
    found = labels(find, [path.read_bytes() for path in TEXTS])
    assert {iri: names for iri, names in found.items() if len(names) > 1} == {}


def test_an_indicator_has_one_label_under_every_name(find):
    names = ("地区生产总值", "GDP", "ＧＤＰ", "生产总值", "地區生產總值")
    found = labels(find, [f"2031年,{name}同比增长6.0%。\n" for name in names])
    (indicator,) = (iri for iri in found if "/indicator/" in iri)
    assert found[indicator] == {"地区生产总值"}


def test_a_thing_has_one_iri_in_either_script(find):
    rows = ("所属街道", "食堂名称", "详细地址", "蘭亭街道", "鷺江食堂", "鷺江路12號")
    text = "".join(f"{cell} |\n" for cell in rows)
    plain = "".join(f"{cell} |\n" for cell in (*rows[:3], "兰亭街道", "鹭江食堂", "鹭江路12号"))
    title = "关于临溪区2031年国民经济和社会发展计划执行情况的报告\n"
    first, second = find(title + text), find(title + plain)
    for kind in ("Street", "Canteen"):
        assert first.of(kind) == second.of(kind)
    assert first.labels("Canteen") == ["鷺江食堂"]
