"""Indicators in prose."""

import pytest

SAID = {
    "全年地区生产总值同比增长6.0%": {("地区生产总值", "growth", "6.0", "percent", "exact")},
    "区级一般公共预算收入98.35亿元,同口径增长8.2%": {
        ("区级一般公共预算收入", "level", "98.35", "yi-yuan", "exact"),
        ("区级一般公共预算收入", "growth", "8.2", "percent", "exact"),
    },
    "固定资产投资下降3.4%": {("固定资产投资", "growth", "-3.4", "percent", "exact")},
    "城镇登记失业率控制在3.1%以内": {("城镇登记失业率", "level", "3.1", "percent", "at-most")},
    "GDP迈上1500亿元新台阶(1,508.6亿元),不变价增速5.9%": {
        ("地区生产总值", "level", "1500", "yi-yuan", "more-than"),
        ("地区生产总值", "level", "1508.6", "yi-yuan", "exact"),
        ("地区生产总值", "growth", "5.9", "percent", "exact"),
    },
    "GDP 2806.8亿元,按不变价计增长6.5%": {
        ("地区生产总值", "level", "2806.8", "yi-yuan", "exact"),
        ("地区生产总值", "growth", "6.5", "percent", "exact"),
    },
    "一般公共预算收入303.7亿元(增长9%)": {
        ("一般公共预算收入", "level", "303.7", "yi-yuan", "exact"),
        ("一般公共预算收入", "growth", "9", "percent", "exact"),
    },
    "社区助餐点覆盖率由61%提高到78%,提高17个百分点": {
        ("社区助餐点覆盖率", "level", "78", "percent", "exact"),
        ("社区助餐点覆盖率", "change", "17", "percentage-point", "exact"),
    },
    "地区生产总值100亿元,占全市25.9%": {
        ("地区生产总值", "level", "100", "yi-yuan", "exact"),
        ("地区生产总值", "share", "25.9", "percent", "exact"),
    },
    "每万人发明专利拥有量达到412.7件": {
        ("每万人发明专利拥有量", "level", "412.7", "article", "exact")
    },
}


@pytest.mark.parametrize("clause", SAID)
def test_what_is_said_of_an_indicator(find, clause):
    assert find(f"2031年,{clause}。\n").observed() == SAID[clause]


@pytest.mark.parametrize(
    "clause",
    [
        "总量居全市第六位,增速高于全市0.6个百分点",
        "全市地区生产总值增长6.0%",
        "安排政府投资项目112项,区级总投资98.14亿元,当年完成投资61.27亿元",
        "地区生产总值稳步增长,规上企业利润增长5%",
        "完成技术合同登记137项,成交额约5.2亿元",
        "新增学位3240个",
        "总建筑面积约67万平方米",
    ],
)
def test_a_figure_whose_subject_is_not_clear_is_left_unread(find, clause):
    found = find(f"2031年,{clause}。\n")
    assert found.of("Observation") == []


def test_years_within_a_sentence(find):
    found = find("临溪区2022年地区生产总值206.9亿元、增长3.5%,2024年207.1亿元、增长6%。\n")
    years = {
        (found.value(item, "period").key, str(found.value(item, "value")))
        for item in found.of("Observation")
    }
    assert years == {
        (("2022",), "206.9"),
        (("2022",), "3.5"),
        (("2024",), "207.1"),
        (("2024",), "6"),
    }


TITLE = "关于临溪区2031年国民经济和社会发展计划执行情况与2032年国民经济和社会发展计划的报告\n"


def test_a_restated_figure_of_another_year(find):
    found = find("2031年,平稳。经最终核实,2030年地区生产总值增速修订为6.1%。\n")
    (observation,) = found.of("Observation")
    assert found.value(observation, "period").key == ("2030",)
    assert str(found.value(observation, "value")) == "6.1"


def test_headline_figures_stand_in_the_overview(find):
    found = find(
        TITLE
        + "一、2031年情况\n全年地区生产总值增长6.0%。\n(一)产业\n居民人均可支配收入增长4.1%。\n"
    )
    headline = {
        found.value(item, "indicator").key[0]: found.value(item, "headline")
        for item in found.of("Observation")
    }
    assert headline == {"地区生产总值": True, "居民人均可支配收入": None}


def test_a_plan_is_a_plan(find):
    found = find(
        TITLE
        + "一、2031年情况\n(一)甲\n好。\n二、2032年计划\n(一)主要目标\n"
        + "2032年主要预期目标为:地区生产总值增长5.5%左右;一般公共预算收入增长4%以上。\n"
    )
    assert {found.value(item, "resultKind") for item in found.of("Observation")} == {"plan"}
    assert {found.value(item, "period").key for item in found.of("Observation")} == {("2032",)}


def test_a_basis_in_the_name_has_a_wider_indicator(find):
    found = find("2031年,区级一般公共预算收入同口径增长6.0%。\n")
    (observation,) = found.of("Observation")
    assert set(found.values(observation, "basis")) == {"district-level", "comparable"}
    indicator = found.value(observation, "indicator")
    assert found.value(indicator, "broaderIndicator").key == ("一般公共预算收入",)


def test_a_figure_said_twice_is_one_fact_with_both_passages(find):
    found = find("2031年,地区生产总值增长6.0%。\n2031年,GDP增长6.0%。\n")
    (observation,) = found.of("Observation")
    (fact,) = found.facts(observation, "value")
    assert len(fact.evidence) == 2
    indicator = found.value(observation, "indicator")
    assert found.label(indicator) == "地区生产总值"
    assert found.values(indicator, "skos:altLabel") == ["GDP"]
