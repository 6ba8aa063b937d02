"""Whatever a text holds, extraction ends, raises nothing, and points at real passages."""

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ALPHABET = (
    "甲乙丙街道镇村路号楼层学校中学小学集团项目工程完工投资类总计地区生产总值一般公共预算收入率"
    "0123456789.%,，、;；:：()（）“”《》|-—/+ \n\t亿万元年月增长下降约以内第一二三十Ø"
    "abc<>&\"'\\\u2028\u202e😀"
)
HEADERS = (
    "所属街道 |\n食堂名称 |\n详细地址 |\n联系电话 |\n面积 |\n",
    "序号 |\n时间 |\n集团名称 |\n成员校 |\n",
    "项目类别 |\n计划安排 |\n工作进展 |\n",
    "牵头单位 |\n改革方向 |\n重点举措 |\n",
    "专栏1:“1+X+1”产业体系\n",
    "指标 |\n完成情况 |\n同比增长 |\n年度目标 |\n",
    "关于甲区2031年国民经济和社会发展计划执行情况的报告\n一、情况\n",
    "",
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.sampled_from(HEADERS),
    cells=st.lists(st.text(ALPHABET, max_size=60), max_size=24),
    closing=st.sampled_from([" |\n", "\n", "。\n"]),
)
def test_any_cells(find, header, cells, closing):
    text = header + "".join(cell + closing for cell in cells)
    if not text.strip():
        text = "甲。"
    found = find(text)
    source = found.document.source
    for fact in found.extraction.facts:
        for evidence in fact.evidence:
            assert evidence.span.end <= len(source.text)
    for entity in found.extraction.entities:
        assert entity.label is None or entity.label.strip()


def test_hostile_names_come_back_equal(find):
    name = "“'\"\\<&>\u2028\u0085\u202e😀食堂"
    found = find(f"所属街道 |\n食堂名称 |\n详细地址 |\n柳岸街道 |\n{name} |\n甲路1号 |\n")
    assert found.labels("Canteen") == [name]


def test_long_paragraphs_end_soon(find):
    start = time.process_time()
    for unit in ("地区生产总值", "增长6.0%,", "(", "、", "2031年", "1,", "的率", "A+"):
        find("一、情况\n" + unit * (100_000 // len(unit)) + "\n")
    assert time.process_time() - start < 20


def test_equal_input_gives_equal_output(find):
    text = "甲区2031年:地区生产总值10亿元,增长5%。\n"
    assert find(text).extraction == find(text).extraction


def test_the_cells_of_a_table_nobody_knows_are_kept_up_to_a_limit(find):
    found = find("一、情况\n好。\n" + "甲|乙|丙|丁\n" * 3000)
    assert len(found.of("Cell")) == 10_000
    assert found.codes().count("many-cells") == 1
