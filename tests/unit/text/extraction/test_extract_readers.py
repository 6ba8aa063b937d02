"""Periods, figures, addresses, statuses: each reader by itself, on texts of our own."""

from decimal import Decimal

import pytest

from kg_builder.text.extraction.addresses import address_reader, bare_address
from kg_builder.text.grammar.words import Words


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2024年", ("2024",)),
        ("2024", ("2024",)),
        ("2019年—2023年", ("2019", "2023")),
        ("2019-2023", ("2019", "2023")),
        ("2024年—2024年", ("2024",)),
        ("2023年9月", ("2023年9月",)),
        ("2018年上半年", ("2018上半年",)),
        ("2018年1-6月", ("2018上半年",)),
        ("2020年前三季度", ("2020年1至9月",)),
        ("2020年第二季度", ("2020年4至6月",)),
        ("建于2021年，后改名", ("2021",)),
    ],
)
def test_periods(known, text, key):
    found = known.periods.find(Words(text, 0))
    assert found.period.key == key


@pytest.mark.parametrize("text", ["二十年", "24年", "2023年—2019年", "第2024号", ""])
def test_no_periods(known, text):
    found = known.periods.find(Words(text, 0))
    assert found is None or found.period.key == ("2023",)


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound"),
    [
        ("356.51亿元", "356.51", "yi-yuan", "exact"),
        ("6.0%", "6.0", "percent", "exact"),
        ("６.０％", "6.0", "percent", "exact"),
        ("3.1%以内", "3.1", "percent", "at-most"),
        ("约120平方米", "120", "square-metre", "about"),
        ("400余人", "400", "person", "more-than"),
        ("1,508.6亿元", "1508.6", "yi-yuan", "exact"),
        ("超过8.2亿元", "8.2", "yi-yuan", "more-than"),
        ("5.1%左右", "5.1", "percent", "about"),
        ("-0.9%", "-0.9", "percent", "exact"),
        ("0.4个百分点", "0.4", "percentage-point", "exact"),
        ("十八项", "18", "item", "exact"),
        ("2400坪", "2400", "ping", "exact"),
        ("100MWh", "100", "megawatt-hour", "exact"),
        ("12国", "12", "country", "exact"),
        ("15万剂次", "15", "wan-dose", "exact"),
        ("3.4% 以下", "3.4", "percent", "at-most"),
    ],
)
def test_figures(known, text, value, unit, bound):
    figure = known.figures.read(Words(text, 0))
    assert (str(figure.value), figure.unit.name, figure.bound) == (value, unit, bound)


@pytest.mark.parametrize("text", ["", "亿元", "1.2.3亿元", "待定", "5甲", "99999999999999999999元"])
def test_no_figures(known, text):
    assert known.figures.read(Words(text, 0)) is None


def test_a_figure_without_a_unit_takes_the_given_one(known):
    unit = known.figures.unit("㎡")
    assert known.figures.read(Words("1,200", 0), unit).value == Decimal(1200)
    assert known.figures.read(Words("约120", 0), unit).bound == "about"


def test_a_unit_converts_to_its_base(known):
    assert known.figures.read(Words("8600万元", 0)).normalized == Decimal(86_000_000)


ADDRESSES = {
    "华光商厦四层美食城": {"buildingName": "华光商厦", "floor": 4, "placeName": "美食城"},
    "柳岸街道水云居小区裕和大厦一层": {
        "streetName": "柳岸街道",
        "compoundName": "水云居小区",
        "buildingName": "裕和大厦",
        "floor": 1,
    },
    "望江市临溪区知秋路76号京云大厦地下一层": {
        "districtName": "临溪区",
        "roadName": "知秋路",
        "houseNumber": "76号",
        "buildingName": "京云大厦",
        "floor": -1,
    },
    "东岸西路尚北数字谷A区3号楼B1层": {
        "roadName": "东岸西路",
        "placeName": "尚北数字谷A区",
        "buildingNumber": "3号楼",
        "floor": -1,
    },
    "丹枫街1号(临溪地铁站A2口步行360米)": {
        "roadName": "丹枫街",
        "houseNumber": "1号",
        "landmark": "临溪地铁站A2口步行360米",
    },
    "四方镇常青路30号东园新村小区底商": {
        "streetName": "四方镇",
        "roadName": "常青路",
        "houseNumber": "30号",
        "compoundName": "东园新村小区",
    },
    "高里路1号院18号楼1层102": {
        "roadName": "高里路",
        "houseNumber": "1号院",
        "buildingNumber": "18号楼",
        "floor": 1,
        "unitNumber": "102",
    },
    "五号路甲1958号": {"roadName": "五号路", "houseNumber": "甲1958号"},
    "复明路42号玉泉路地铁南侧": {
        "roadName": "复明路",
        "houseNumber": "42号",
        "landmark": "玉泉路地铁南侧",
    },
    "云泉村委会东侧50米": {"landmark": "云泉村委会东侧50米"},
    "长宁路298弄2号": {"roadName": "长宁路", "houseNumber": "298弄2号"},
    "东湖公园南门(每周一、三、五)": {"landmark": "东湖公园南门"},
    "文定路225号、中山西路2240号对面": {
        "roadName": "文定路",
        "houseNumber": "225号",
        "landmark": "中山西路2240号对面",
    },
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses(known, text):
    reader = address_reader(known.addresses, "临溪区", "望江市")
    parts = reader.read(Words(text, 5))
    assert {part.name: part.number or part.words.text for part in parts} == ADDRESSES[text]
    for part in parts:
        assert text[part.words.start - 5 :].startswith(part.words.raw)


def test_an_address_as_key_leaves_out_the_areas_it_lies_in():
    assert bare_address("望江市临溪区知秋路76号", "临溪区") == "知秋路76号"
    assert bare_address("柳岸街道知秋路7 6号", "临溪区", ["柳岸街道"]) == "知秋路76号"
    assert bare_address("临溪区", "临溪区") == "临溪区"


WORKS = {
    "柳岸路工程、青石桥改造项目(一期)如期完工": (
        ["柳岸路工程", "青石桥改造项目(一期)"],
        "completed-on-time",
        "如期完工",
        "actual",
    ),
    "加快推进2024年海绵城市建设": (["2024年海绵城市建设"], "under-way", "加快推进", "actual"),
    "加快推进甲小区综合整治项目、乙站装修改造工程建设": (
        ["甲小区综合整治项目", "乙站装修改造工程"],
        "under-way",
        "加快推进",
        "actual",
    ),
    "东街(甲路-乙路)道路工程达到通车条件": (
        ["东街(甲路-乙路)道路工程"],
        "ready-to-open",
        "达到通车条件",
        "actual",
    ),
    "“清河”夜景提升项目投入使用": (["“清河”夜景提升项目"], "in-use", "投入使用", "actual"),
    "架空线入地项目二期竣工验收": (["架空线入地项目二期"], "accepted", "竣工验收", "actual"),
    "第三小学扩建工程提前两个月竣工": (
        ["第三小学扩建工程"],
        "completed",
        "提前两个月竣工",
        "actual",
    ),
    "口岸一体化项目2028年6月30日前完工": (["口岸一体化项目"], "planned", "完工", "plan"),
    "中试线暂缓投产": (["中试线"], "suspended", "暂缓投产", "actual"),
    "望山隧道尚未贯通": (["望山隧道"], "planned", "尚未贯通", "plan"),
    "妇幼保健院迁建项目主体结构封顶": (
        ["妇幼保健院迁建项目"],
        "topped-out",
        "主体结构封顶",
        "actual",
    ),
}


@pytest.mark.parametrize("text", WORKS)
def test_works(known, text):
    works = known.statuses.read(Words(text, 0), 2024)
    names, concept, wording, kind = WORKS[text]
    assert [work.name.text for work in works] == names
    assert {(work.status.concept, work.status.words.text, work.kind) for work in works} == {
        (concept, wording, kind)
    }


@pytest.mark.parametrize("text", ["完工", "新增泊位1860个", "", "区里高度重视", "新建公园15处建成"])
def test_no_works(known, text):
    assert known.statuses.read(Words(text, 0), 2024) == ()
