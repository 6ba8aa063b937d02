"""The frame: title, issuer, area, years, headings, tables."""

import pytest


def test_a_report_with_a_title(find):
    found = find(
        "【虚构】望江市临溪区人民政府办公室关于印发《关于临溪区2031年国民经济和社会发展计划"
        "执行情况与2032年国民经济和社会发展计划的报告》的通知\n"
        "一、2031年情况\n全年平稳。\n以下两个方面工作:\n(一)产业\n甲。\n二、2032年计划\n(一)目标\n乙。\n"
    )
    (report,) = found.of("Report")
    assert report.key == ("临溪区", "2031", "计划报告")
    assert str(found.value(report, "dcterms:title")).startswith("关于临溪区2031年")
    assert found.value(report, "issuedBy").key == ("望江市临溪区人民政府办公室",)
    assert found.value(report, "coversArea").key == ("临溪区",)
    assert found.value(report, "plansPeriod").key == ("2032",)
    (district,) = found.of("District")
    assert found.value(district, "within").key == ("望江市",)
    assert [item.key[3:] for item in found.of("Section")] == [
        ("一",),
        ("一", "一"),
        ("二",),
        ("二", "一"),
    ]
    assert found.codes() == ["declared-count"]


def test_a_district_that_many_cities_have_carries_its_city(find):
    title = "关于{}朝阳区2031年国民经济和社会发展计划执行情况的报告"
    assert find(title.format("北京市") + "\n").of("District")[0].key == ("北京市朝阳区",)
    assert find(title.format("") + "\n").of("District")[0].key == ("朝阳区",)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        (
            "关于临溪区2031年国民经济和社会发展计划上半年执行情况的报告",
            ("临溪区", "2031", "计划报告"),
        ),
        (
            "临溪县2031年上半年国民经济和社会发展计划执行情况的报告",
            ("临溪县", "2031上半年", "计划报告"),
        ),
        ("临溪新区2031年政府工作报告", ("临溪新区", "2031", "政府工作报告")),
    ],
)
def test_kinds_of_report(find, title, key):
    assert find(title + "\n一、情况\n好。\n").of("Report")[0].key == key


def test_an_issuer_in_front_of_the_title_or_above_it(find):
    found = find("临溪区人民政府关于临溪区2031年国民经济和社会发展计划执行情况的报告\n")
    assert found.labels("Institution") == ["临溪区人民政府"]
    assert str(found.value(found.of("Report")[0], "dcterms:title")).startswith("关于临溪区")
    found = find(
        "临溪区人民政府办公室文件\n临政办〔2032〕9号\n"
        "关于印发《临溪区2031年国民经济和社会发展计划执行情况的报告》的通知\n"
    )
    assert found.labels("Institution") == ["临溪区人民政府办公室"]


@pytest.mark.parametrize(
    "line",
    [
        "临溪区发展和改革委员会",
        "临溪区发展和改革委员会主任　某某某",
        "（临溪区发展和改革委员会　2032年1月12日）",
    ],
)
def test_a_line_below_the_title_may_be_the_issuer(find, line):
    found = find(f"临溪区2031年国民经济和社会发展计划执行情况的报告\n{line}\n一、情况\n好。\n")
    assert found.labels("Institution") == ["临溪区发展和改革委员会"]


@pytest.mark.parametrize("line", ["临溪大桥获国家发展改革委批复", "全区坚决贯彻落实市委市政府部署"])
def test_a_sentence_that_names_a_body_is_no_issuer(find, line):
    found = find(f"临溪区2031年国民经济和社会发展计划执行情况的报告\n{line}\n一、情况\n好。\n")
    assert found.value(found.of("Report")[0], "issuedBy") is None


def test_a_plan_alone_reports_nothing_done(find):
    found = find("临溪区2032年国民经济和社会发展计划（草案）\n地区生产总值增长5%。\n")
    (observed,) = found.of("Observation")
    assert found.value(observed, "resultKind") == "plan"
    assert found.value(found.of("Report")[0], "plansPeriod").key == ("2032",)


def test_a_title_may_name_the_year_that_is_planned(find):
    found = find(
        "临溪区2032年政府工作报告\n一、2031年工作回顾\n地区生产总值增长5%。\n"
        "二、2032年工作安排\n地区生产总值增长6%。\n"
    )
    report = found.of("Report")[0]
    assert found.value(report, "reportsPeriod").key == ("2031",)
    assert found.value(report, "plansPeriod").key == ("2032",)
    kinds = {found.value(node, "resultKind") for node in found.of("Observation")}
    assert kinds == {"actual", "plan"}


def test_a_text_without_a_title(find):
    found = find("2018年上半年,地区生产总值100亿元。\n")
    (report,) = found.of("Report")
    assert report.key[0] == "无名"
    assert len(report.key[1]) == 8
    assert found.value(report, "reportsPeriod").key == ("2018上半年",)
    assert found.of("District") == []


def test_the_area_of_a_text_without_a_title_opens_it(find):
    assert find("临溪区2031年上半年:GDP为10亿元。\n").of("District")[0].key == ("临溪区",)
    assert find("关停35个5万平方米以上的重点拆除区域。\n").of("District") == []


def test_the_area_may_be_what_most_addresses_open_with(find):
    text = "所属街道 |\n食堂名称 |\n地址 |\n"
    for name, address in (
        ("甲食堂", "临溪区甲路1号"),
        ("乙食堂", "临溪区乙路2号"),
        ("丙食堂", "丙路3号"),
    ):
        text += f"柳岸街道 |\n{name} |\n{address} |\n"
    found = find(text)
    (district,) = found.of("District")
    assert district.key == ("临溪区",)
    mentions = next(item for item in found.extraction.entities if item.id == district).mentions
    assert mentions[0].reading == "derived"


def test_cells_of_a_table_nobody_knows_are_kept(find):
    found = find("一、情况\n好。\n航线 |\n起点 |\n终点 |\n一号线 |\n甲码头 |\n乙码头 |\n完。\n")
    cells = found.of("Cell")
    assert {"航线", "甲码头"} <= {found.value(cell, "cellText") for cell in cells}
    assert found.values(found.of("Table")[0], "tableKind") == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("一、2031年情况\n全年平稳。\n", "2031年情况"),
        ("临溪区概况\n全年平稳,好。\n", "临溪区概况"),
        ("全年平稳。\n", None),
        ("甲" * 61 + "\n", None),
    ],
)
def test_a_report_without_a_title_is_called_by_what_opens_it(find, text, label):
    assert find(text).labels("Report") == [label]


TRADITIONAL = (
    "望江市臨溪區人民政府辦公室關於印發《關於臨溪區2031年國民經濟和社會發展計劃執行情況與"
    "2032年國民經濟和社會發展計劃的報告》的通知\n"
    "一、2031年情況\n全年臨溪區地區生產總值同比增長4.3%;城鎮登記失業率控制在3.3%以內。\n"
)


def test_a_report_in_traditional_characters(find):
    found = find(TRADITIONAL)
    assert found.of("Report")[0].key == ("临溪区", "2031", "计划报告")
    assert found.labels("District") == ["臨溪區"]
    assert found.of("District")[0].key == ("临溪区",)
    assert found.labels("Institution") == ["望江市臨溪區人民政府辦公室"]
    assert found.observed() == {
        ("地区生产总值", "growth", "4.3", "percent", "exact"),
        ("城镇登记失业率", "level", "3.3", "percent", "at-most"),
    }
    indicator = found.named("Indicator", "地区生产总值")
    assert found.values(indicator, "skos:altLabel") == ["地區生產總值"]
    for item in found.extraction.entities:
        for said in item.mentions:
            assert len(found.document.source.quote(said.span)) == len(said.span)
