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
        ("社区助餐点覆盖率", "previous-level", "61", "percent", "exact"),
        ("社区助餐点覆盖率", "change", "17", "percentage-point", "exact"),
    },
    "地区生产总值100亿元,占全市25.9%": {
        ("地区生产总值", "level", "100", "yi-yuan", "exact"),
        ("地区生产总值", "share", "25.9", "percent", "exact"),
    },
    "每万人发明专利拥有量达到412.7件": {
        ("每万人发明专利拥有量", "level", "412.7", "article", "exact")
    },
    "城镇、农村居民人均可支配收入分别为41205元和23118元,分别增长5.1%、6.4%": {
        ("城镇居民人均可支配收入", "level", "41205", "yuan", "exact"),
        ("农村居民人均可支配收入", "level", "23118", "yuan", "exact"),
        ("城镇居民人均可支配收入", "growth", "5.1", "percent", "exact"),
        ("农村居民人均可支配收入", "growth", "6.4", "percent", "exact"),
    },
    "财政总收入63.4亿元,其中税收收入41.8亿元,同比分别增长3.2%和下降0.4%": {
        ("财政总收入", "level", "63.4", "yi-yuan", "exact"),
        ("税收收入", "level", "41.8", "yi-yuan", "exact"),
        ("财政总收入", "growth", "3.2", "percent", "exact"),
        ("税收收入", "growth", "-0.4", "percent", "exact"),
    },
    "进口、出口平均通关时间分别压缩至31.5小时和1.2小时,较上年缩短2.4小时和0.3小时": {
        ("进口平均通关时间", "level", "31.5", "hour", "exact"),
        ("出口平均通关时间", "level", "1.2", "hour", "exact"),
        ("进口平均通关时间", "change", "-2.4", "hour", "exact"),
        ("出口平均通关时间", "change", "-0.3", "hour", "exact"),
    },
    "道路交通事故起数、死亡人数分别下降8.3%和11.9%": {
        ("道路交通事故起数", "growth", "-8.3", "percent", "exact"),
        ("道路交通事故死亡人数", "growth", "-11.9", "percent", "exact"),
    },
    "一般公共预算收入12.6亿元,完成年初预算的51.7%": {
        ("一般公共预算收入", "level", "12.6", "yi-yuan", "exact"),
        ("一般公共预算收入", "completion", "51.7", "percent", "exact"),
    },
    "数字经济核心产业增加值88亿元,占地区生产总值比重为9.4%,提高0.6个百分点": {
        ("数字经济增加值", "level", "88", "yi-yuan", "exact"),
        ("数字经济增加值", "share", "9.4", "percent", "exact"),
        ("数字经济增加值", "change", "0.6", "percentage-point", "exact"),
    },
    "规模以上工业总产值同比下降4.5%,降幅较一季度收窄1.8个百分点": {
        ("规模以上工业总产值", "growth", "-4.5", "percent", "exact"),
        ("规模以上工业总产值", "change", "1.8", "percentage-point", "exact"),
    },
    "固定资产投资下降2.6%,增速由一季度的-5.9%收窄3.3个百分点": {
        ("固定资产投资", "growth", "-2.6", "percent", "exact"),
        ("固定资产投资", "previous-level", "-5.9", "percent", "exact"),
        ("固定资产投资", "change", "3.3", "percentage-point", "exact"),
    },
    "地区生产总值突破千亿、达到1012亿元,经济总量由全市第六位升至第五位": {
        ("地区生产总值", "level", "1000", "yi-yuan", "more-than"),
        ("地区生产总值", "level", "1012", "yi-yuan", "exact"),
        ("地区生产总值", "previous-level", "6", "place", "exact"),
        ("地区生产总值", "rank", "5", "place", "exact"),
    },
    "技术合同成交额翻了一番": {("技术合同成交额", "growth", "100", "percent", "exact")},
    "快递业务量2.3亿件,增长近三成": {
        ("快递业务量", "level", "2.3", "yi-article", "exact"),
        ("快递业务量", "growth", "30", "percent", "about"),
    },
    "城乡居民收入比由2.05缩小到1.98": {
        ("城乡居民收入比", "previous-level", "2.05", "ratio", "exact"),
        ("城乡居民收入比", "level", "1.98", "ratio", "exact"),
    },
    "海澜港全年完成货物吞吐量4.1亿吨,同比增长3.6%,居全国沿海港口第八位": {
        ("货物吞吐量", "level", "4.1", "yi-tonne", "exact"),
        ("货物吞吐量", "growth", "3.6", "percent", "exact"),
        ("货物吞吐量", "rank", "8", "place", "exact"),
    },
    "工业產值 2 035 億元,年減 1.2%;失業率由 3.9% 降至 3.5%;設籍人口 61 萬 3 204 人": {
        ("工业总产值", "level", "2035", "yi-yuan", "exact"),
        ("工业总产值", "growth", "-1.2", "percent", "exact"),
        ("失业率", "previous-level", "3.9", "percent", "exact"),
        ("失业率", "level", "3.5", "percent", "exact"),
        ("户籍人口", "level", "613204", "person", "exact"),
    },
    "地區生產總值實質成長 3.7%,較全國平均高 0.5 個百分點": {
        ("地区生产总值", "growth", "3.7", "percent", "exact"),
        ("地区生产总值", "gap", "0.5", "percentage-point", "exact"),
    },
    "粮食总产量连续五年稳定在20万吨以上": {("粮食总产量", "level", "20", "wan-tonne", "at-least")},
    "全员劳动生产率达到21.4万元/人,是2020年的1.6倍": {
        ("全员劳动生产率", "level", "21.4", "wan-yuan-per-person", "exact")
    },
    "地区生产总值增长5.8%,分别高于全省、全市0.3个和0.5个百分点,但未达到6%的年初预期": {
        ("地区生产总值", "growth", "5.8", "percent", "exact"),
        ("地区生产总值", "gap", "0.3", "percentage-point", "exact"),
        ("地区生产总值", "gap", "0.5", "percentage-point", "exact"),
        ("地区生产总值", "level", "6", "percent", "exact"),
    },
    "一、二产业增加值分别增长2.9%和6.4%,增速分别低于全市2.9个和1.7个百分点": {
        ("第一产业增加值", "growth", "2.9", "percent", "exact"),
        ("第二产业增加值", "growth", "6.4", "percent", "exact"),
        ("第一产业增加值", "gap", "-2.9", "percentage-point", "exact"),
        ("第二产业增加值", "gap", "-1.7", "percentage-point", "exact"),
    },
    "冶金、化工两大支柱产业产值分别下降9.2%和0.8%": {
        ("冶金产业产值", "growth", "-9.2", "percent", "exact"),
        ("化工产业产值", "growth", "-0.8", "percent", "exact"),
    },
    "社会消费品零售总额增速由上半年的15.8%回落到11.9%": {
        ("社会消费品零售总额", "growth", "11.9", "percent", "exact"),
        ("社会消费品零售总额", "previous-level", "15.8", "percent", "exact"),
    },
    "城乡居民收入倍差由上年的1.59缩小至1.56": {
        ("城乡居民收入比", "level", "1.56", "ratio", "exact"),
        ("城乡居民收入比", "previous-level", "1.59", "ratio", "exact"),
    },
    "失业率4.8%,突破4.5%的控制目标": {
        ("失业率", "level", "4.8", "percent", "exact"),
        ("失业率", "level", "4.5", "percent", "exact"),
    },
    "一般公共预算收入9.87亿元,仅为年度预算的83.4%,比上年减收1.96亿元": {
        ("一般公共预算收入", "level", "9.87", "yi-yuan", "exact"),
        ("一般公共预算收入", "completion", "83.4", "percent", "exact"),
        ("一般公共预算收入", "change", "-1.96", "yi-yuan", "exact"),
    },
    "固定资产投资:年初预期8%,实际增长5.2%": {
        ("固定资产投资", "level", "8", "percent", "exact"),
        ("固定资产投资", "growth", "5.2", "percent", "exact"),
    },
    "地区生产总值增长6.7%,增速在生态涵养区中居第2位": {
        ("地区生产总值", "growth", "6.7", "percent", "exact"),
        ("地区生产总值", "rank", "2", "place", "exact"),
    },
    "固定资产投资增长8.8%,总量和增速分别居全市第七位、第二位": {
        ("固定资产投资", "growth", "8.8", "percent", "exact"),
        ("固定资产投资", "rank", "7", "place", "exact"),
        ("固定资产投资", "rank", "2", "place", "exact"),
    },
}


@pytest.mark.parametrize("clause", SAID)
def test_what_is_said_of_an_indicator(find, clause):
    assert find(f"2031年,{clause}。\n").observed() == SAID[clause]


@pytest.mark.parametrize(
    "clause",
    [
        "总量居全市第六位,增速高于全市0.6个百分点",
        "安排政府投资项目112项,区级总投资98.14亿元,当年完成投资61.27亿元",
        "完成技术合同登记137项,成交额约5.2亿元",
        "新增学位3240个",
        "总建筑面积约67万平方米",
    ],
)
def test_a_figure_whose_subject_is_not_clear_is_left_unread(find, clause):
    found = find(f"2031年,{clause}。\n")
    assert [item for item in found.of("Observation") if not found.value(item, "about")] == []


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


def test_what_is_hoped_for_is_a_plan_to_the_end_of_the_sentence(find):
    found = find("预期地区生产总值增长5.5%左右,规上工业总产值突破3000亿元。城镇调查失业率5.1%。\n")
    kinds = {
        found.value(item, "indicator").key[0]: found.value(item, "resultKind")
        for item in found.of("Observation")
    }
    assert kinds == {
        "地区生产总值": "plan",
        "规模以上工业总产值": "plan",
        "城镇调查失业率": "actual",
    }


def test_a_gap_to_what_was_planned_is_none_itself(find):
    found = find("社会消费品零售总额增长2.7%,低于年初预期目标2.3个百分点。\n")
    said = {
        found.value(item, "measure"): found.value(item, "resultKind")
        for item in found.of("Observation")
    }
    assert said == {"growth": "actual", "gap": "actual"}


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
