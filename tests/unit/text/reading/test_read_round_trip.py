"""A table of any kind, written out in any order, width, merge style and layout, reads back."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BULLETS = "Ø 建成甲平台。 Ø 完成乙工程。"
KINDS = {
    "canteens": {
        "headers": {
            "serial": "序号",
            "street": "所属街道",
            "name": "点位名称",
            "address": "详细地址",
            "phone": "联系电话",
            "floor_area": "面积(平方米)",
            "capacity": "餐位数",
        },
        "need": ["name", "address"],
        "carry": ["street"],
        "rows": [
            {
                "serial": str(i + 1),
                "street": s,
                "name": n,
                "address": a,
                "phone": f"021-5555000{i}",
                "floor_area": str(100 + 37 * i),
                "capacity": str(20 + i),
            }
            for i, (s, n, a) in enumerate(
                [
                    ("柳桥街道", "柳桥社区食堂", "柳桥路8号一层"),
                    ("柳桥街道", "如意助餐点", "如意巷12弄3号"),
                    ("白石镇", "白石长者餐厅", "白石镇中心街101号"),
                    ("白石镇", "百味园", "古塔路甲6号院2号楼"),
                    ("白石镇", "老李饭堂", "新村小区东侧"),
                    ("松岗街道", "松岗幸福食堂", "松岗大道77号B1层"),
                ]
            )
        ],
    },
    "education-groups": {
        "headers": {"serial": "序号", "period": "时间", "group": "集团名称", "members": "成员校"},
        "need": ["group", "members"],
        "carry": [],
        "rows": [
            {
                "serial": "1-3",
                "period": "2019年—2021年",
                "group": "甲中学、乙小学、丙小学",
                "members": "",
            },
            {
                "serial": "4",
                "period": "2022年",
                "group": "柳桥中学教育集团",
                "members": "柳桥中学、柳桥小学",
            },
            {
                "serial": "5",
                "period": "2022年",
                "group": "白石实验学校教育集团",
                "members": "白石实验学校、白石小学、白石幼儿园",
            },
            {"serial": "6", "period": "2023年", "group": "松岗集团", "members": "松岗中学"},
        ],
    },
    "projects": {
        "headers": {"category": "项目类别", "plan": "计划安排", "progress": "工作进展"},
        "need": ["category", "plan", "progress"],
        "carry": [],
        "rows": [
            {
                "category": "道路类(3项)",
                "plan": "总投资2亿元,包含新建项目3项。",
                "progress": BULLETS,
            },
            {"category": "绿化工程", "plan": "总投资8800万元。", "progress": ""},
            {"category": "民生类", "plan": "共5项", "progress": "持续推进。"},
        ],
    },
    "reforms": {
        "headers": {"body": "牵头单位", "theme": "改革方向", "measures": "主要举措"},
        "need": ["theme", "measures"],
        "carry": ["body"],
        "rows": [
            {
                "body": "区财政局",
                "theme": "预算管理改革",
                "measures": "健全预算机制,完善绩效评价体系。",
            },
            {
                "body": "区科技局",
                "theme": "科技体制改革",
                "measures": "深化成果转化机制,优化评价制度,推进试点。",
            },
            {"body": "区科技局", "theme": "“放管服”2.0", "measures": "推行秒批,取消证明事项14项"},
            {"body": "区教委", "theme": "教育综合改革", "measures": "完善集团化办学机制。"},
        ],
    },
    "industry-system": {
        "headers": {"tier": "层级", "industry": "产业领域", "progress": "重点进展"},
        "need": ["tier", "industry", "progress"],
        "carry": ["tier"],
        "rows": [
            {"tier": "1", "industry": "低空经济", "progress": BULLETS},
            {"tier": "X", "industry": "生物制造", "progress": BULLETS},
            {"tier": "X", "industry": "6G", "progress": "Ø 建成外场。"},
            {"tier": "X", "industry": "3D打印", "progress": BULLETS},
            {"tier": "1", "industry": "科技服务", "progress": BULLETS},
        ],
    },
    "indicators": {
        "headers": {
            "serial": "序号",
            "indicator": "指标名称",
            "nature": "指标属性",
            "value": "绝对数",
            "growth": "同比增长",
            "target": "年度目标",
        },
        "need": ["indicator", "value"],
        "carry": [],
        "rows": [
            {
                "serial": "1",
                "indicator": "地区生产总值",
                "nature": "预期性",
                "value": "880.5亿元",
                "growth": "5.1%",
                "target": "增长5%左右",
            },
            {
                "serial": "2",
                "indicator": "固定资产投资",
                "nature": "预期性",
                "value": "120亿元",
                "growth": "-1.2%",
                "target": "正增长",
            },
            {
                "serial": "3",
                "indicator": "城镇登记失业率",
                "nature": "约束性",
                "value": "3.1%",
                "growth": "",
                "target": "控制在4%以内",
            },
            {
                "serial": "4",
                "indicator": "细颗粒物年均浓度",
                "nature": "约束性",
                "value": "30微克/立方米",
                "growth": "—",
                "target": "32",
            },
        ],
    },
}


def written(chance, kind):
    """Return the columns chosen and the table as text."""
    table = KINDS[kind]
    columns = [c for c in table["headers"] if c in table["need"] or chance.random() < 0.6]
    chance.shuffle(columns)
    carried = next((c for c in table["carry"] if c in columns), None)
    styles = ["empty", "pushed", "omitted"] + ["none"] * (kind != "industry-system")
    merge = chance.choice(styles) if carried and len(columns) > 2 else "none"
    header = [table["headers"][c] for c in columns]
    lines = [header]
    above = None
    for row in table["rows"]:
        cells = [row[c] for c in columns]
        if merge != "none" and row[carried] == above:
            at = columns.index(carried)
            cells = [
                *cells[:at],
                *[""] * (merge == "empty"),
                *cells[at + 1 :],
                *[""] * (merge == "pushed"),
            ]
        above = row[carried] if carried else None
        lines.append(cells)
        if chance.random() < 0.1:
            lines.append(header)
            above = None
    return columns, laid_out(lines, chance.choice(LAYOUTS))


LAYOUTS = ("cells", "rows", "bars", "framed", "unclosed", "opened", "one line")


def laid_out(lines, layout):
    if layout == "cells":
        return "".join(f"{cell} |\n" for line in lines for cell in line)
    if layout == "rows":
        return "".join("".join(f"{cell} | " for cell in line) + "\n" for line in lines)
    if layout == "bars":
        return "".join("| " + "".join(f"{cell} |\n" for cell in line) for line in lines)
    if layout == "framed":
        return "".join("| " + " | ".join(line) + " |\n" for line in lines)
    if layout == "opened":
        return "".join("| " + " | ".join(line) + "\n" for line in lines)
    if layout == "one line":
        return "".join(f"{cell} | " for line in lines for cell in line)
    return "".join(" | ".join(line) + "\n" for line in lines)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6))
def test_what_is_written_reads_back(read_text, seed):
    chance = random.Random(seed)
    kind = chance.choice(list(KINDS))
    columns, text = written(chance, kind)
    before = chance.choice(["", "一、全年工作\n全年工作稳步推进。\n", "专栏1:“1+X+1”产业体系\n"])
    document = read_text(before + text)
    assert [table.kind for table in document.tables] == [kind], text
    rows = [{c: cell.text for c, cell in row.cells.items()} for row in document.tables[0].rows]
    assert rows == [{c: row[c] for c in columns} for row in KINDS[kind]["rows"]], text
    assert not [cell for cell in document.tables[0].unread if cell.text]
