"""What holds for every input."""

import os
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.text.reading.characters import clean

WORDS = [
    *("|", "|", "|", "\n", "\n", "｜", "| |", "||", "\r\n", " ", "|---|---|\n"),
    *(
        "所属街道",
        "点位名称",
        "详细地址",
        "序号",
        "名称",
        "地址",
        "领域",
        "进展",
        "指标",
        "完成情况",
        "绝对数",
        "同比增长",
    ),
    *(
        "集团名称",
        "成员校",
        "项目类别",
        "计划安排",
        "工作进展",
        "改革方向",
        "重点举措",
        "专栏1:“1+X+1”产业体系",
        "表2 社区食堂",
    ),
    *(
        "柳桥街道",
        "幸福食堂",
        "柳桥路8号",
        "1",
        "X",
        "2024年",
        "1-42",
        "Ø 完工。",
        "全区平稳。",
        "(一)工作",
        "一、总体",
        "总投资3亿元",
    ),
    *("\x00", "\x07", "\ufffd", "\u2028", "'", '"', "<", "\\", "—", "甲中学、乙小学"),
]


def cells_of(table):
    yield from table.headers.values()
    yield from table.unread
    for row in table.rows:
        yield from row.cells.values()
    for line in table.cells:
        yield from line


def check(document):
    text = document.source.text
    for index, table in enumerate(document.tables):
        assert table.index == index
        for cell in cells_of(table):
            assert clean(document.source.quote(cell.span)) == cell.text
            assert "\ufffd" not in cell.text
            assert table.span.contains(cell.span) or not len(cell.span)
            for bullet in cell.bullets:
                assert cell.span.contains(bullet)
        if table.kind is None:
            assert table.cells
            assert not table.rows
    starts = [table.span.start for table in document.tables]
    assert starts == sorted(starts)
    for paragraph in document.paragraphs:
        assert document.source.quote(paragraph.span).strip()
    for section in document.sections:
        assert section.span.contains(section.title_span)
    for notice in document.notices:
        assert notice.message.zh
        assert notice.message.en
        assert notice.position is None or notice.position.line <= len(document.source.line_starts)
    taken = sorted((p.span.start, p.span.end) for p in document.paragraphs)
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))
    assert len(text) >= 1


@settings(max_examples=300)
@given(parts=st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_text_of_the_genre(read_bytes, parts):
    try:
        document = read_bytes("".join(parts).encode())
    except InputError:
        return
    check(document)


@given(text=st.text(max_size=300))
def test_any_text(read_bytes, text):
    try:
        document = read_bytes(text.encode("utf-8", "surrogatepass"))
    except InputError:
        return
    check(document)


@given(data=st.binary(max_size=300), encoding=st.sampled_from([None, "gb18030", "utf-16-le", "x"]))
def test_any_bytes(read_bytes, data, encoding):
    try:
        document = read_bytes(data, encoding)
    except InputError:
        return
    check(document)


@pytest.mark.parametrize(
    "text",
    [
        "所属街道 |\n点位名称 |\n详细地址 |\n" + "甲街道 |\n乙食堂 |\n丙路1号 |\n" * 3000,
        "|" * 20000,
        "序号 |\n名称 |\n" * 5000,
        "甲 |\n今天好。\n" * 3000,
        "所属街道 | 点位名称 | 详细地址 |" + "甲街道 | 乙食堂 | 丙路1号 |" * 3000,
        "(一)工作\n" * 20000,
        "全区经济" * 500000,
        "类别 |\n" * 8000,
        "Ø " * 50000 + "|\n" * 50,
    ],
    ids=lambda text: text[:6],
)
def test_large_input_ends(read_bytes, text):
    """Each takes well under a second here; what would be quadratic takes minutes."""
    began = time.process_time()
    check(read_bytes(text.encode()))
    assert time.process_time() - began < 20


def test_the_report(read_bytes):
    path = os.environ.get("KG_REPORT")
    if not path:
        pytest.skip("KG_REPORT does not name the report")
    document = read_bytes(Path(path).read_bytes())
    check(document)
    assert [(table.kind, len(table.rows)) for table in document.tables] == [
        ("industry-system", 10),
        ("projects", 3),
        ("reforms", 14),
        ("education-groups", 2),
        ("canteens", 30),
    ]
    assert not any(table.unread for table in document.tables)
    assert not document.notices
    assert [row.cells["tier"].text for row in document.tables[0].rows] == ["1", *"XXXXXXXX", "1"]
    streets = {row.cells["street"].text for row in document.tables[4].rows}
    assert len([s for s in streets if s.endswith("街道")]) == 16
    assert len([s for s in streets if s.endswith("镇")]) == 5
    assert [section.level for section in document.sections] == [1, 2]
    assert document.title is not None
    assert document.title.text.endswith("计划的报告")


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("11_xuhui_canteens", [("canteens", 9)]),
        ("13_pudong2024_table1_leadbar", [("indicators", 4)]),
        ("15_haidian_2022_2024_numbers", []),
        ("23_suzhou_education_groups", [("education-groups", 3)]),
        ("25_shenbei_canteens", [("canteens", 4)]),
        (
            "s1_yunshan_baseline",
            [("industry-system", 4), ("projects", 3), ("education-groups", 2), ("canteens", 7)],
        ),
        (
            "s5_qixing_latin_digits",
            [
                ("industry-system", 5),
                ("reforms", 3),
                ("projects", 2),
                ("education-groups", 2),
                ("canteens", 6),
            ],
        ),
    ],
)
def test_the_genre_fixtures(read_bytes, name, tables):
    path = Path(__file__).parents[3] / "quality" / "genre" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    document = read_bytes(path.read_bytes())
    check(document)
    assert [(table.kind, len(table.rows)) for table in document.tables] == tables
    assert not any(table.unread for table in document.tables)


def rows_of(document):
    return {
        (table.kind, tuple((column, cell.text) for column, cell in row.cells.items()))
        for table in document.tables
        for row in table.rows
    }


@pytest.mark.parametrize(
    "name", ["13_pudong2024_table1_leadbar", "s1_yunshan_baseline", "s5_qixing_latin_digits"]
)
def test_a_text_cut_after_any_cell_yields_no_other_rows(read_bytes, name):
    path = Path(__file__).parents[3] / "quality" / "genre" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    text = path.read_text(encoding="utf-8")
    whole = rows_of(read_bytes(text.encode()))
    for end in (place + 1 for place, char in enumerate(text) if char == "|"):
        assert rows_of(read_bytes(text[:end].encode())) <= whole, text[end - 40 : end]
