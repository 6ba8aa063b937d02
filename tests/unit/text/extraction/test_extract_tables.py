"""Every kind of table, on an invented report of our own."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from kg_builder.pipeline import BuildOptions, ReportInput, build

TITLE = (
    "望江市临溪区人民政府办公室关于印发《关于临溪区2031年国民经济和社会发展计划执行情况与"
    "2032年国民经济和社会发展计划的报告》的通知\n一、2031年情况\n"
)


def table(*cells: str) -> str:
    return "\n".join(f"{cell} |" if cell else "|" for cell in cells) + "\n"


@pytest.fixture(scope="module")
def canteens(find):
    return find(
        TITLE
        + table(
            *("所属街镇", "点位名称", "详细地址", "联系电话", "面积(㎡)", "可容纳人数"),
            *("柳岸街道", "幸福食堂", "望江市临溪区知秋路76号二层", "000-1234567", "351.5", "约80"),
            *("青石镇", "幸福食堂", "青石镇青石村村委会院内", "—", "1,200", "60"),
            *("临溪管委会", "“Z12”食堂24h", "", "000-7654321", "88", "40"),
        )
    )


def test_canteens_of_one_name_are_two(canteens):
    assert canteens.labels("Canteen") == ["幸福食堂", "幸福食堂", "“Z12”食堂24h"]
    assert canteens.of("Canteen")[0].key == ("临溪区", "柳岸街道", "幸福食堂", "知秋路76号二层")
    assert canteens.of("Canteen")[2].key == ("临溪区", "临溪管委会", "“Z12”食堂24h")


@pytest.mark.parametrize("nothing", ["—", "无", "/", "／", "暂无", "無"])
def test_a_sign_for_nothing_in_a_required_cell_makes_half_a_row(find, nothing):
    cells = ("所属街镇", "点位名称", "详细地址", "联系电话")
    first = ("柳岸街道", "幸福食堂", "知秋路76号", "000-1234567")
    half = ("青石镇", nothing, "青石村村委会院内", "000-7654321")
    last = ("柳岸街道", "长乐食堂", "知秋路78号", "000-1234568")
    found = find(TITLE + table(*cells, *first, *half, *last))
    assert found.labels("Canteen") == ["幸福食堂", "长乐食堂"]
    assert found.labels("Town") == []
    notices = [*found.document.notices, *found.extraction.notices]
    (notice,) = [item for item in notices if item.code == "half-row"]
    assert notice.position.line == 3 + 4 + 4
    assert "青石镇" in notice.message.zh


@pytest.mark.parametrize("nothing", ["—", "暂无"])
def test_a_sign_for_nothing_carried_down_makes_half_rows(find, nothing):
    heads = ("改革领域", "重点举措")
    rows = (nothing, "健全甲机制,完善乙制度。", "", "健全丙机制,完善丁制度。")
    found = find(TITLE + table(*heads, *rows, "文化改革", "健全戊机制,完善己制度。"))
    assert found.labels("ReformTheme") == ["文化改革"]
    assert len(found.labels("ReformMeasure")) == 2
    notices = [*found.document.notices, *found.extraction.notices]
    assert [n.position.line for n in notices if n.code == "half-row"] == [5, 8]


def test_streets_towns_and_bodies(canteens):
    assert canteens.labels("Street") == ["柳岸街道"]
    assert canteens.labels("Town") == ["青石镇"]
    assert "临溪管委会" in canteens.labels("Institution")
    (street,) = canteens.of("Street")
    assert canteens.value(street, "within").key == ("临溪区",)


def test_a_listing_says_where_and_how(canteens):
    first, second, third = canteens.of("CanteenListing")
    assert canteens.value(first, "telephone") == "000-1234567"
    assert canteens.value(second, "telephone") is None
    assert canteens.value(third, "address") is None
    assert [canteens.value(item, "listOrder") for item in (first, second, third)] == [1, 2, 3]
    address = canteens.value(first, "address")
    assert canteens.value(address, "locn:fullAddress") == "望江市临溪区知秋路76号二层"
    assert canteens.value(address, "floor") == 2
    assert canteens.value(first, "statedIn").key == ("临溪区", "2031", "计划报告")
    assert canteens.value(first, "period").key == ("2031",)
    assert canteens.value(first, "resultKind") == "actual"


def test_figures_of_canteens_take_the_unit_of_the_header(canteens):
    figures = {
        (
            canteens.label(canteens.value(item, "about")),
            canteens.value(item, "indicator").key[0],
            canteens.value(item, "value"),
            canteens.value(item, "unit"),
            canteens.value(item, "bound"),
        )
        for item in canteens.of("Observation")
    }
    assert ("幸福食堂", "建筑面积", Decimal("351.5"), "square-metre", "exact") in figures
    assert ("幸福食堂", "建筑面积", Decimal(1200), "square-metre", "exact") in figures
    assert ("幸福食堂", "可容纳人数", Decimal(80), "person", "about") in figures


def test_without_a_column_the_street_is_read_from_the_address(find):
    found = find(
        TITLE + table("序号", "食堂名称", "地址", "1", "蒲溪食堂", "柳岸街道沈北路2号6-1门")
    )
    (listing,) = found.of("CanteenListing")
    (fact,) = found.facts(listing, "street")
    assert fact.object.key == ("临溪区", "柳岸街道")
    assert [item.reading for item in fact.evidence] == ["derived"]


@pytest.fixture(scope="module")
def groups(find):
    return find(
        TITLE
        + table(
            *("序号", "时间", "集团名称", "成员校"),
            *(
                "1-4",
                "2019年—2030年",
                "望江大学附属中学、临溪集团校、柳岸小学、望岚一中教育集团",
                "",
            ),
            *(
                "5",
                "2031年9月",
                "临溪区实验 学校教育集团",
                "柳岸中学(东校区)、金山路校区、望江大学附属中学",
            ),
        )
    )


def test_a_merged_row_is_as_many_groups(groups):
    listings = groups.of("EducationGroupListing")
    assert [groups.value(item, "listOrder") for item in listings] == [1, 2, 3, 4, 5]
    assert [groups.value(item, "serialFirst") for item in listings] == [1, 1, 1, 1, 5]
    assert [groups.value(item, "serialLast") for item in listings] == [4, 4, 4, 4, 5]
    period = groups.value(listings[0], "established")
    assert (groups.value(period, "startYear"), groups.value(period, "endYear")) == (2019, 2030)
    assert groups.codes() == []


def test_a_group_without_the_word_is_named_after_a_school(groups):
    after = {
        groups.label(fact.subject): groups.label(fact.object)
        for fact in groups.facts(predicate="namedAfter")
    }
    assert after == {
        "望江大学附属中学": "望江大学附属中学",
        "柳岸小学": "柳岸小学",
        "临溪区实验学校教育集团": "临溪区实验学校",
    }
    group = groups.named("EducationGroup", "柳岸小学")
    assert group.key == ("临溪区", "柳岸小学教育集团")
    (fact,) = groups.facts(group, "skos:altLabel")
    assert fact.object.value == "柳岸小学教育集团"
    assert fact.evidence[0].reading == "derived"


def test_members_and_their_keys(groups):
    members = [groups.value(item, "member").key for item in groups.of("GroupMembership")]
    assert members == [
        ("临溪区", "柳岸中学(东校区)"),
        ("临溪区", "临溪区实验学校教育集团", "金山路校区"),
        ("望江大学附属中学",),
    ]
    assert [groups.value(item, "listOrder") for item in groups.of("GroupMembership")] == [1, 2, 3]


def test_a_name_broken_by_a_space_is_mended_and_its_passage_whole(groups):
    entity = next(
        item for item in groups.extraction.entities if item.label == "临溪区实验学校教育集团"
    )
    quote = groups.document.source.quote(entity.mentions[0].span)
    assert quote == "临溪区实验 学校教育集团"


def test_a_month_is_a_period_with_months(groups):
    period = groups.value(groups.of("EducationGroupListing")[4], "established")
    assert (groups.value(period, "startMonth"), groups.value(period, "endMonth")) == (9, 9)


def test_a_range_that_does_not_fit_its_names_warns(find):
    found = find(
        TITLE + table("序号", "时间", "集团名称", "成员校", "1-3", "2031年", "甲小学、乙小学", "")
    )
    (notice,) = found.extraction.notices
    assert notice.code == "count-mismatch"
    assert (notice.position.line, notice.related.line) == (7, 9)


@pytest.fixture(scope="module")
def projects(find):
    return find(
        TITLE
        + table(
            *("项目类别", "计划安排", "工作进展"),
            "环境治理类(8项)",
            "区级总投资约3.5亿元,包含绿化项目5项,环境治理类项目三项。",
            "Ø 柳岸绿道项目(一期)、青石桥工程如期完工。 Ø 口岸项目2033年6月30日前完工。",
            "道路类",
            "共3项,总投资8,800万元,其中主干道项目1项、支路项目1项。",
            "Ø 东街(甲路-乙路)道路工程具备通车条件。",
        )
    )


def test_categories_and_sub_categories(projects):
    assert projects.labels("ProjectCategory") == [
        *("环境治理类", "绿化项目", "环境治理类项目", "道路类", "主干道项目", "支路项目"),
    ]
    sub = projects.named("ProjectCategory", "环境治理类项目")
    assert sub.key == ("临溪区", "环境治理类", "环境治理类项目")
    assert projects.value(sub, "subcategoryOf").key == ("临溪区", "环境治理类")


def test_counts_and_amounts_are_plans(projects):
    figures = [
        (
            projects.label(projects.value(item, "about")),
            projects.value(item, "indicator").key[0],
            projects.value(item, "value"),
            projects.value(item, "unit"),
            projects.value(item, "bound"),
            projects.value(item, "basis"),
        )
        for item in projects.of("Observation")
    ]
    assert figures[:4] == [
        ("环境治理类", "项目数", Decimal(8), "item", "exact", None),
        ("环境治理类", "区级总投资", Decimal("3.5"), "yi-yuan", "about", "district-level"),
        ("绿化项目", "项目数", Decimal(5), "item", "exact", None),
        ("环境治理类项目", "项目数", Decimal(3), "item", "exact", None),
    ]
    assert ("道路类", "总投资", Decimal(8800), "wan-yuan", "exact", None) in figures
    assert {projects.value(i, "resultKind") for i in projects.of("Observation")} == {"plan"}


def test_works_stand_in_their_category(projects):
    works = [
        (
            projects.label(projects.value(item, "about")),
            projects.label(projects.value(item, "category")),
            projects.value(item, "status"),
            projects.value(item, "resultKind"),
        )
        for item in projects.of("ProjectProgress")
    ]
    assert works == [
        ("柳岸绿道项目(一期)", "环境治理类", "completed-on-time", "actual"),
        ("青石桥工程", "环境治理类", "completed-on-time", "actual"),
        ("口岸项目", "环境治理类", "planned", "plan"),
        ("东街(甲路-乙路)道路工程", "道路类", "ready-to-open", "actual"),
    ]
    planned = projects.of("ProjectProgress")[2]
    assert projects.value(planned, "plannedCompletion") == date(2033, 6, 30)


def test_a_sum_that_does_not_add_up_warns_with_both_places(projects):
    (notice,) = projects.extraction.notices
    assert notice.code == "sum-mismatch"
    assert notice.position.line == 10
    assert notice.related.line == 10


def test_a_row_of_totals_is_no_category(find):
    found = find(
        TITLE
        + table(
            *("项目类别", "计划安排", "工作进展"),
            *("道路类(2项)", "总投资1亿元。", "Ø 甲路工程完工。"),
            *("合计(2项)", "总投资1亿元。", ""),
        )
    )
    assert found.labels("ProjectCategory") == ["道路类"]


@pytest.fixture(scope="module")
def reforms(find):
    return find(
        TITLE
        + table(
            *("牵头单位", "改革方向", "重点举措"),
            *("区发展改革委、区财政局", "“放管服”2.0", "推行“甲,乙”秒批,坚持好、完善好丙制度。"),
            *("区数据局", "数据要素×", ""),
        )
    )


def test_measures_are_split_at_commas_alone(reforms):
    assert reforms.labels("ReformMeasure") == ["推行“甲,乙”秒批", "坚持好、完善好丙制度"]
    listings = reforms.of("ReformListing")
    assert [reforms.value(item, "listOrder") for item in listings] == [1, 2]
    assert len(reforms.values(listings[0], "responsibleBody")) == 2
    assert "PublicBody" in reforms.extraction.entities[-1].also_types or any(
        item.label == "区财政局" and item.also_types == ("PublicBody",)
        for item in reforms.extraction.entities
    )


def test_a_theme_without_measures_has_a_body_in_charge(reforms):
    (statement,) = reforms.of("Statement")
    assert reforms.label(reforms.value(statement, "about")) == "数据要素×"
    assert reforms.label(reforms.value(statement, "responsibleBody")) == "区数据局"


@pytest.fixture(scope="module")
def industries(find):
    return find(
        TITLE
        + "专栏1:“1+X+1”现代化产业体系发展成果\n"
        + table(
            *("1", "人工智能", "Ø 甲项目开工。", "X", "医药健康", "Ø 乙中心揭牌。"),
            *("", "6G", "Ø 丙平台上线。", "1", "科技服务", "Ø 丁服务站启用。"),
        )
    )


def test_two_tiers_of_one_symbol_are_two(industries):
    assert [item.key for item in industries.of("IndustryTier")] == [
        ("临溪区", "1+X+1", "1"),
        ("临溪区", "1+X+1", "2"),
        ("临溪区", "1+X+1", "3"),
    ]
    placed = {
        industries.label(industries.value(item, "about")): industries.value(
            industries.value(item, "tier"), "tierPosition"
        )
        for item in industries.of("TierAssignment")
    }
    assert placed == {"人工智能": 1, "医药健康": 2, "6G": 2, "科技服务": 3}
    assert industries.labels("IndustrySystem") == ["“1+X+1”现代化产业体系"]


def test_a_carried_tier_says_so(industries):
    assignment = industries.of("TierAssignment")[2]
    (fact,) = industries.facts(assignment, "tier")
    assert [item.reading for item in fact.evidence] == ["carried"]


def test_indicators_with_targets(find):
    found = find(
        TITLE
        + "表1:2031年主要指标\n"
        + table(
            *("指标名称", "2031年完成值", "同比增长", "2032年目标"),
            *("地区生产总值", "1468.2亿元", "5.6%", "增长5.5%左右"),
            *("规模以上工业总产值", "—", "-0.9%", "力争稳中有增"),
        )
    )
    assert ("地区生产总值", "level", "1468.2", "yi-yuan", "exact") in found.observed()
    assert ("规模以上工业总产值", "growth", "-0.9", "percent", "exact") in found.observed()
    plans = [item for item in found.of("Observation") if found.value(item, "resultKind") == "plan"]
    assert [found.value(item, "verbatim") for item in plans] == ["增长5.5%左右", "力争稳中有增"]
    assert [found.value(item, "measure") for item in plans] == ["growth", "level"]
    assert {found.value(item, "period").key for item in plans} == {("2032",)}


def test_a_repeated_row_is_one_thing_with_two_passages(find):
    row = ("柳岸街道", "幸福食堂", "知秋路76号")
    found = find(TITLE + table("所属街道", "食堂名称", "详细地址", *row, *row))
    (listing,) = found.of("CanteenListing")
    assert found.values(listing, "listOrder") == [1]
    (fact,) = found.facts(listing, "about")
    assert len(fact.evidence) == 2


def test_one_canteen_with_two_telephones_is_listed_twice(find):
    found = find(
        TITLE
        + table(
            *("所属街道", "食堂名称", "详细地址", "联系电话"),
            *("柳岸街道", "幸福食堂", "知秋路76号", "000-1111111"),
            *("柳岸街道", "幸福食堂", "知秋路76号", "000-2222222"),
        )
    )
    listings = found.of("CanteenListing")
    assert len(found.of("Canteen")) == 1
    assert [found.value(item, "telephone") for item in listings] == ["000-1111111", "000-2222222"]
    assert [item.key[-1] for item in listings] == ["0001111111", "0002222222"]
    assert found.codes() == []


def test_what_two_rows_print_otherwise_of_one_thing_warns(find):
    found = find(
        TITLE
        + table(
            *("所属街道", "食堂名称", "详细地址"),
            *("柳岸街道", "幸福食堂", "知秋路76号"),
            *("柳岸街道", "幸福食堂", "临溪区知秋路76号"),
        )
    )
    (address,) = found.of("Address")
    assert found.value(address, "locn:fullAddress") == "知秋路76号"
    assert found.codes() == ["conflicting-row"]


def test_an_over_long_name_is_kept_with_a_warning(find):
    name = "完善丙" * 70 + "机制"
    found = find(TITLE + table("改革方向", "重点举措", "深化甲改革", f"健全乙机制,{name}"))
    assert found.labels("ReformMeasure") == ["健全乙机制", name]
    (notice,) = found.extraction.notices
    assert notice.code == "long-name"
    assert notice.position.line == 6
    assert name[:39] in notice.message.zh
    assert name[:40] not in notice.message.zh


def test_a_name_of_5000_characters_comes_back_equal(find):
    name = "幸福食堂" * 1250
    found = find(TITLE + table("所属街道", "食堂名称", "详细地址", "柳岸街道", name, "知秋路7号"))
    assert found.labels("Canteen") == [name]
    assert found.codes() == ["long-name"]


TWICE = {
    "one industry in two tiers": (
        "专栏1:“1+X+1”产业体系\n"
        + table(
            *("1", "人工智能", "Ø 甲项目开工。", "X", "医药健康", "Ø 乙中心揭牌。"),
            *("X", "人工智能", "Ø 丙平台上线。", "1", "科技服务", "Ø 丁服务站启用。"),
        ),
        "TierAssignment",
        4,
    ),
    "one project in two categories, with two statuses": (
        table(
            *("项目类别", "计划安排", "工作进展"),
            *("道路类(2项)", "总投资1亿元。", "Ø 甲路工程完工。 Ø 甲路工程投入使用。"),
            *("桥梁类(2项)", "总投资2亿元。", "Ø 甲路工程完工。"),
        ),
        "ProjectProgress",
        3,
    ),
    "one group in two years": (
        table(
            *("序号", "时间", "集团名称", "成员校"),
            *("1", "2029年", "柳岸教育集团", "柳岸小学、青石小学"),
            *("2", "2031年", "柳岸教育集团", "柳岸小学、柳岸中学"),
            *("3", "2031年", "柳岸教育集团", "柳岸小学、柳岸中学"),
        ),
        "EducationGroupListing",
        3,
    ),
    "one measure under two themes": (
        table(
            *("牵头单位", "改革方向", "重点举措"),
            *("区财政局", "深化甲改革", "健全乙机制,完善丙制度"),
            *("区教育局", "深化丁改革", "健全乙机制"),
        ),
        "ReformListing",
        3,
    ),
    "one canteen listed twice": (
        table(
            *("所属街道", "食堂名称", "详细地址", "联系电话", "面积(㎡)"),
            *("柳岸街道", "幸福食堂", "知秋路76号(东门)", "000-1111111", "80"),
            *("柳岸街道", "幸福食堂", "临溪区知秋路76号（东门）", "000-2222222", "90"),
        ),
        "CanteenListing",
        2,
    ),
}
MANY = {"responsibleBody", "basis"}


@pytest.mark.parametrize("case", TWICE)
def test_two_things_said_of_one_subject_are_two_statements(find, tmp_path, case):
    text, kind, count = TWICE[case]
    found = find(TITLE + text)
    assert len(found.of(kind)) == count
    said = Counter(
        (fact.subject, fact.predicate)
        for fact in found.extraction.facts
        if found.values(fact.subject, "statedIn") and fact.predicate not in MANY
    )
    assert max(said.values()) == 1
    report = ReportInput("试", (TITLE + text).encode())
    assert build([report], BuildOptions(out=tmp_path / "out")).conforms


def test_an_empty_year_is_no_year(find):
    found = find(
        TITLE
        + table(
            *("序号", "时间", "集团名称", "成员校"),
            *("1", "2029年", "柳岸教育集团", "柳岸小学、青石小学"),
            *("2", "", "青石教育集团", "青石小学、柳岸中学"),
        )
    )
    listings = found.of("EducationGroupListing")
    assert [len(found.values(item, "established")) for item in listings] == [1, 0]


def tiers(found):
    return [
        (
            found.label(found.value(item, "about")),
            found.value(found.value(item, "tier"), "tierSymbol"),
            found.value(found.value(item, "tier"), "tierPosition"),
        )
        for item in found.of("TierAssignment")
    ]


def test_tiers_that_are_no_part_of_the_formula_come_in_order(find):
    rows = ("前3", "数字经济", "Ø 甲上线。", "", "商务服务", "Ø 乙启用。")
    rows += ("后3", "人工智能", "Ø 丙开工。", "", "氢能", "Ø 丁投产。")
    found = find(TITLE + "表1 临溪区“3+3”产业布局\n" + table("层级", "产业", "进展", *rows))
    assert tiers(found) == [
        ("数字经济", "前3", 1),
        ("商务服务", "前3", 1),
        ("人工智能", "后3", 2),
        ("氢能", "后3", 2),
    ]


def test_without_a_formula_the_symbols_make_one(find):
    rows = ("1", "人工智能", "Ø 甲上线。", "X", "商业航天", "Ø 乙启用。")
    rows += ("X", "氢能", "Ø 丙开工。", "1", "科技服务", "Ø 丁投产。")
    found = find(TITLE + "专栏1:现代化产业体系\n" + table(*rows))
    assert tiers(found) == [
        ("人工智能", "1", 1),
        ("商业航天", "X", 2),
        ("氢能", "X", 2),
        ("科技服务", "1", 3),
    ]
    assert found.labels("IndustrySystem") == ["“1+X+1”"]


def rows(*lines: tuple[str, ...]) -> str:
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def told(found, indicator, measure="level"):
    """What is told of an indicator: (value, unit, year) of each observation."""
    (entity,) = [item for item in found.of("Indicator") if found.label(item) == indicator]
    return sorted(
        (
            found.value(item, "value"),
            found.value(item, "unit"),
            found.label(found.facts(item, "period")[0].object),
        )
        for item in found.of("Observation")
        if found.facts(item, "indicator")[0].object == entity
        and found.value(item, "measure") == measure
    )


def test_single_projects_under_categories(find):
    found = find(
        TITLE
        + "附表2:投资项目进展表\n单位:亿元\n"
        + rows(
            ("序号", "项目名称", "总投资", "责任单位", "形象进度"),
            ("一、道路类(2项,总投资3亿元)", "", "", "", ""),
            ("1", "知秋路延长工程", "1.2", "区住建局", "主体结构封顶"),
            ("2", "柳岸路拓宽工程", "1.8", "区交通局", "一期开街"),
            ("二", "公园类(小计1项)", "0.5", "", ""),
            ("3", "青石公园改造工程", "0.5", "区住建局", "尚未开工"),
            ("", "合计(3项)", "3.5", "", ""),
        )
    )
    assert found.labels("Project") == ["知秋路延长工程", "柳岸路拓宽工程", "青石公园改造工程"]
    assert found.labels("ProjectCategory") == ["道路类", "公园类"]
    stands = [
        (
            found.label(found.facts(item, "about")[0].object),
            found.label(found.facts(item, "category")[0].object),
            found.value(item, "status"),
            found.value(item, "verbatim"),
            found.value(item, "resultKind"),
        )
        for item in found.of("ProjectProgress")
    ]
    assert stands == [
        ("知秋路延长工程", "道路类", "topped-out", "主体结构封顶", "actual"),
        ("柳岸路拓宽工程", "道路类", None, "一期开街", "actual"),
        ("青石公园改造工程", "公园类", "planned", "尚未开工", "plan"),
    ]
    sums = {
        (found.label(fact.object), found.value(fact.subject, "value"))
        for fact in found.facts(predicate="about")
        if fact.subject.type == "Observation"
    }
    assert sums == {
        *[("道路类", Decimal(2)), ("道路类", Decimal(3)), ("公园类", Decimal(1))],
        *[("公园类", Decimal("0.5")), ("知秋路延长工程", Decimal("1.2"))],
        *[("柳岸路拓宽工程", Decimal("1.8")), ("青石公园改造工程", Decimal("0.5"))],
    }


def test_a_total_without_a_unit_is_no_figure(find):
    heads = ("项目名称", "总投资", "形象进度")
    found = find(TITLE + rows(heads, ("知秋路延长工程", "1.2", "完工")))
    assert found.labels("Project") == ["知秋路延长工程"]
    assert found.of("Observation") == []


def test_two_years_beside_each_other_are_each_dated(find):
    found = find(
        TITLE
        + rows(
            ("指标名称", "单位", "2030年实际", "2031年完成", "±%", "2032年计划"),
            ("一、综合", "", "", "", "", ""),
            ("地区生产总值", "亿元", "1,533.2", "1,627.8", "6.2", "增长6%"),
            ("其中:第二产业增加值", "亿元", "—", "741.9", "－5.6", "增长5%"),
        )
    )
    assert told(found, "地区生产总值") == [
        (Decimal("1533.2"), "yi-yuan", "2030年"),
        (Decimal("1627.8"), "yi-yuan", "2031年"),
    ]
    growth = told(found, "地区生产总值", "growth")
    assert [(item[0], item[2]) for item in growth] == [
        (Decimal(6), "2032年"),
        (Decimal("6.2"), "2031年"),
    ]
    assert [item[0] for item in told(found, "第二产业增加值", "growth")] == [
        Decimal("-5.6"),
        Decimal(5),
    ]


def test_level_and_growth_in_one_cell(find):
    found = find(
        TITLE
        + rows(
            ("指标", "2031年完成情况"),
            ("一般公共预算收入", "9.27亿元,下降2.4%"),
            ("农村居民人均可支配收入", "21,480元,增长8.2%"),
            ("规模以上工业增加值", "增长8.3%"),
        )
    )
    assert [item[0] for item in told(found, "一般公共预算收入")] == [Decimal("9.27")]
    assert [item[0] for item in told(found, "一般公共预算收入", "growth")] == [Decimal("-2.4")]
    assert [item[0] for item in told(found, "农村居民人均可支配收入")] == [Decimal(21480)]
    assert told(found, "规模以上工业增加值") == []


def test_counts_and_investments_in_columns_of_their_own(find):
    found = find(
        TITLE
        + "表二 政府投资项目汇总表(单位:个、万元)\n"
        + rows(
            ("项目类别", "项目数", "总投资", "主要构成", "完成情况"),
            ("道路类", "3", "38,250.5", "主路项目2个、支路项目1个", "知秋路延长工程完工"),
            ("合计", "3", "38,250.5", "", ""),
        )
    )
    assert found.labels("ProjectCategory") == ["道路类", "主路项目", "支路项目"]
    values = {
        (found.label(fact.object), found.value(fact.subject, "value"))
        for fact in found.facts(predicate="about")
        if fact.subject.type == "Observation"
    }
    assert values == {
        *[("道路类", Decimal(3)), ("道路类", Decimal("38250.5"))],
        *[("主路项目", Decimal(2)), ("支路项目", Decimal(1))],
    }


def test_the_school_in_the_lead_is_a_member(find):
    found = find(
        TITLE
        + rows(
            ("集团名称", "核心校", "成员校", "成员校数(所)"),
            ("临溪一中教育集团", "临溪区第一中学", "青石中学、临溪区第一中学", "2"),
        )
    )
    (group,) = found.of("EducationGroup")
    assert found.labels("School").count("临溪区第一中学") == 1
    members = [
        found.label(found.facts(item, "member")[0].object) for item in found.of("GroupMembership")
    ]
    assert sorted(members) == ["临溪区第一中学", "青石中学"]
    assert found.label(found.facts(group, "ledBy")[0].object) == "临溪区第一中学"


def test_who_runs_a_canteen(find):
    found = find(
        TITLE
        + rows(
            ("食堂名称", "详细地址", "运营单位"),
            ("幸福食堂", "知秋路76号", "望江康乐餐饮有限公司"),
            ("长乐食堂", "知秋路78号", "社区自营"),
        )
    )
    (fact,) = found.facts(predicate="operatedBy")
    assert (fact.object.type, found.label(fact.object)) == ("Company", "望江康乐餐饮有限公司")
