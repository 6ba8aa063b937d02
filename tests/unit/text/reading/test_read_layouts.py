"""Every layout in which a flattened table arrives, with tables of our own invention."""

import pytest

CANTEENS = [
    {
        "street": "柳桥街道",
        "name": "柳桥社区食堂",
        "address": "柳桥路8号一层",
        "phone": "021-55550001",
    },
    {
        "street": "柳桥街道",
        "name": "如意助餐点",
        "address": "如意巷12弄3号",
        "phone": "021-55550002",
    },
    {
        "street": "白石镇",
        "name": "白石长者餐厅",
        "address": "白石镇中心街101号",
        "phone": "021-55550003",
    },
    {
        "street": "白石镇",
        "name": "百味园",
        "address": "古塔路甲6号院2号楼",
        "phone": "021-55550004",
    },
    {"street": "白石镇", "name": "老李饭堂", "address": "新村小区东侧", "phone": "021-55550005"},
    {
        "street": "松岗街道",
        "name": "松岗幸福食堂",
        "address": "松岗大道77号B1层",
        "phone": "021-55550006",
    },
]
HEADERS = {"street": "所属街道", "name": "点位名称", "address": "详细地址", "phone": "联系电话"}
BULLETS = "Ø 建成甲平台。 Ø 完成乙工程。"


def flat(rows, columns, headers=HEADERS):
    cells = [headers[c] for c in columns] + [row[c] for row in rows for c in columns]
    return "".join(f"{cell} |\n" for cell in cells)


def rows_of(table):
    return [{c: cell.text for c, cell in row.cells.items()} for row in table.rows]


def codes(document):
    return [notice.code for notice in document.notices]


def only(document):
    assert len(document.tables) == 1, [(t.kind, len(t.rows)) for t in document.tables]
    return document.tables[0]


@pytest.mark.parametrize("bar", ["|", "｜"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_cell_a_line(read_text, bar, end):
    text = flat(CANTEENS, ["street", "name", "address"]).replace("|", bar).replace("\n", end)
    table = only(read_text(text))
    assert table.kind == "canteens"
    assert rows_of(table) == [{k: r[k] for k in ("street", "name", "address")} for r in CANTEENS]
    assert table.headers["address"].text == "详细地址"
    assert not table.unread


def test_merged_cells_are_marked_as_carried(read_text):
    rows = [
        {**row, "street": "" if n in (1, 3, 4) else row["street"]} for n, row in enumerate(CANTEENS)
    ]
    table = only(read_text(flat(rows, ["street", "name", "address"])))
    assert [set(row.carried) for row in table.rows] == [
        set(),
        {"street"},
        set(),
        {"street"},
        {"street"},
        set(),
    ]
    assert [row.cells["street"].text for row in table.rows] == [row["street"] for row in CANTEENS]


def test_an_empty_cell_is_not_filled_where_the_table_repeats_in_print(read_text):
    rows = [{**row, "street": "" if n == 5 else row["street"]} for n, row in enumerate(CANTEENS)]
    table = only(read_text(flat(rows, ["street", "name", "address"])))
    assert table.rows[5].cells["street"].text == ""
    assert not table.rows[5].carried


def test_a_header_repeated_on_the_next_page(read_text):
    columns = ["street", "name", "address"]
    text = flat(CANTEENS[:4], columns) + "— 12 —\n" + flat(CANTEENS[4:], columns)
    assert len(only(read_text(text)).rows) == 6


def test_two_row_header_with_a_spanning_cell(read_text):
    text = (
        "表1:主要指标完成情况\n序号 |\n指标 |\n类型 |\n完成情况 |\n年度目标 |\n|\n|\n|\n|\n"
        "绝对数 |\n同比增长 |\n|\n1 |\n地区生产总值 |\n预期性 |\n880亿元 |\n5.1% |\n增长5%左右 |\n"
        "2 |\n固定资产投资 |\n预期性 |\n120亿元 |\n-1.2% |\n正增长 |\n"
    )
    table = only(read_text(text))
    assert table.kind == "indicators"
    assert rows_of(table)[1] == {
        "serial": "2",
        "indicator": "固定资产投资",
        "nature": "预期性",
        "value": "120亿元",
        "growth": "-1.2%",
        "target": "正增长",
    }
    assert table.headers["growth"].text == "同比增长"


@pytest.mark.parametrize("style", ["pushed", "empty", "omitted"])
def test_no_header_but_a_caption(read_text, style):
    rows = [
        ("1", "低空经济"),
        ("X", "生物制造"),
        (None, "智能传感"),
        (None, "氢能"),
        ("1", "科技服务"),
    ]
    cells = []
    for tier, industry in rows:
        if tier is None and style == "pushed":
            cells += [industry, BULLETS, ""]
        elif tier is None and style == "omitted":
            cells += [industry, BULLETS]
        else:
            cells += [tier or "", industry, BULLETS]
    text = "专栏3:“1+X+1”产业体系进展\n" + "".join(f"{cell} |\n" for cell in cells)
    table = only(read_text(text))
    assert table.kind == "industry-system"
    assert table.caption == "专栏3:“1+X+1”产业体系进展"
    assert [(r["tier"], r["industry"]) for r in rows_of(table)] == [
        ("1", "低空经济"),
        ("X", "生物制造"),
        ("X", "智能传感"),
        ("X", "氢能"),
        ("1", "科技服务"),
    ]
    assert not table.unread


def test_a_first_header_cell_missing(read_text):
    text = "领域 |\n进展 |\n" + "".join(
        f"{c} |\n"
        for c in ("2", "低空经济", BULLETS, "", "生物制造", BULLETS, "N", "量子", BULLETS)
    )
    table = only(read_text("专栏1:“2+N”产业\n" + text))
    assert [r["tier"] for r in rows_of(table)] == ["2", "2", "N"]
    assert "tier" not in table.headers


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_column_nobody_knows(read_text, place):
    columns = ["street", "name", "address"]
    columns.insert(place, "owner")
    rows = [{**row, "owner": f"甲公司{n}部"} for n, row in enumerate(CANTEENS)]
    document = read_text(flat(rows, columns, {**HEADERS, "owner": "产权人"}))
    table = only(document)
    assert [r["name"] for r in rows_of(table)] == [row["name"] for row in CANTEENS]
    assert [cell.text for cell in table.unread] == [row["owner"] for row in rows]
    assert codes(document).count("unknown-column") == 1


def test_tables_back_to_back(read_text):
    text = (
        "项目类别 |\n计划安排 |\n工作进展 |\n道路类(3项) |\n总投资2亿元,包含新建项目3项。 |\n"
        "Ø 东路工程完工。 |\n牵头单位 |\n改革方向 |\n主要举措 |\n区财政局 |\n预算管理改革 |\n"
        "健全预算机制,完善绩效评价体系。 |\n集团名称 |\n成员校 |\n柳桥中学教育集团 |\n"
        "柳桥中学、柳桥小学 |\n" + flat(CANTEENS, ["street", "name", "address"])
    )
    document = read_text(text)
    assert [(t.kind, len(t.rows)) for t in document.tables] == [
        ("projects", 1),
        ("reforms", 1),
        ("education-groups", 1),
        ("canteens", 6),
    ]


def test_an_unknown_table_is_kept_whole(read_text):
    text = "部门 |\n编制 |\n一科 |\n12 |\n"
    document = read_text("表9 内设机构\n" + text)
    table = only(document)
    assert table.kind is None
    assert [[c.text for c in line] for line in table.cells] == [["部门", "编制", "一科", "12"]]
    assert table.caption == "表9 内设机构"
    assert [n.position.line for n in document.notices if n.code == "unknown-table"] == [2]


def test_an_unknown_table_after_a_known_one_back_to_back(read_text):
    unknown = [
        "部门",
        "职责",
        "电话",
        "一科",
        "负责文件起草",
        "5550001",
        "二科",
        "负责统计",
        "5550002",
    ]
    text = flat(CANTEENS, ["street", "name", "address"]) + "".join(f"{c} |\n" for c in unknown)
    document = read_text(text)
    assert [(t.kind, len(t.rows)) for t in document.tables] == [("canteens", 6), (None, 0)]
    assert [c.text for line in document.tables[1].cells for c in line] == unknown


def test_points_with_addresses_are_not_canteens(read_text):
    rows = [{**row, "name": f"{row['street'][:2]}图书馆"} for row in CANTEENS]
    document = read_text(flat(rows, ["street", "name", "address"]))
    assert only(document).kind is None
    assert "unknown-table" in codes(document)
    assert "no-table" in codes(document)


@pytest.mark.parametrize("cells", [1, 2])
def test_half_a_row_at_the_end(read_text, cells):
    columns = ["street", "name", "address"]
    last = [CANTEENS[5][c] for c in columns][:cells]
    text = flat(CANTEENS[:5], columns) + "".join(f"{cell} |\n" for cell in last)
    document = read_text(text)
    table = only(document)
    assert len(table.rows) == 5
    assert [cell.text for cell in table.unread] == last
    notice = next(n for n in document.notices if n.code == "half-row")
    assert notice.position.line == 3 + 15 + 1


def test_half_a_row_in_the_middle(read_text):
    columns = ["street", "name", "address"]
    text = flat(CANTEENS, columns).replace("如意巷12弄3号 |\n", "")
    document = read_text(text)
    table = only(document)
    assert [r["name"] for r in rows_of(table)] == [
        r["name"] for r in CANTEENS if r["name"] != "如意助餐点"
    ]
    assert [c.text for c in table.unread] == ["柳桥街道", "如意助餐点"]
    assert codes(document) == ["no-prose", "half-row"]


def test_a_theme_cut_off_before_its_measures_is_no_measure(read_text):
    text = "改革领域 |\n重点举措 |\n文化改革 |\n健全甲机制,完善乙制度。 |\n生态文明体制改革 |\n"
    document = read_text(text)
    assert len(only(document).rows) == 1
    assert [c.text for c in only(document).unread] == ["生态文明体制改革"]


@pytest.mark.parametrize("measure", ["健全甲机制" * 1000, "健全甲机制" * 1000 + "。"])
def test_a_single_row_with_a_very_long_cell(read_text, measure):
    table = only(read_text(f"改革领域 |\n重点举措 |\n文化改革 |\n{measure} |\n"))
    assert table.kind == "reforms"
    assert [row["measures"] for row in rows_of(table)] == [measure]


def test_a_row_without_its_required_cell(read_text):
    rows = [*CANTEENS[:2], {**CANTEENS[2], "name": ""}, *CANTEENS[3:]]
    document = read_text(flat(rows, ["street", "name", "address"]))
    assert len(only(document).rows) == 5
    assert "half-row" in codes(document)


def test_a_last_cell_without_its_bar(read_text):
    text = flat(CANTEENS, ["street", "name", "address"]).rstrip(" |\n")
    assert rows_of(only(read_text(text)))[5]["address"] == "松岗大道77号B1层"
    document = read_text(text + "\n(二)下一步工作\n")
    assert len(only(document).rows) == 6
    assert not document.paragraphs


def test_prose_after_a_table_is_no_cell(read_text):
    text = flat(CANTEENS, ["street", "name", "address"]) + "下一步将新建食堂3家。\n"
    document = read_text(text)
    assert len(only(document).rows) == 6
    assert len(document.paragraphs) == 1
    text = flat(CANTEENS, ["street", "name", "address"]) + "松岗街道 |\n下一步将新建食堂3家。\n"
    document = read_text(text)
    assert len(only(document).rows) == 6
    assert len(document.paragraphs) == 1


def test_a_cell_broken_over_lines(read_text):
    text = flat(CANTEENS, ["street", "name", "address"])
    document = read_text(
        text.replace("松岗大道77号", "松岗大道\n77号").replace("白石长者", "白石\n长者")
    )
    table = only(document)
    assert rows_of(table)[5]["address"] == "松岗大道 77号B1层"
    assert rows_of(table)[2]["name"] == "白石 长者餐厅"
    assert not document.paragraphs


def test_bullets_on_lines_of_their_own(read_text):
    text = (
        "项目类别 |\n计划安排 |\n工作进展 |\n道路类(2项) |\n总投资2亿元。\n其中新建2项。 |\n"
        "Ø 东路工程完工。\nØ 西路工程开工。 |\n"
        "绿化类(1项) |\n总投资1亿元,包含公园1项。 |\nØ 公园建成。 |\n"
    )
    document = read_text(text)
    table = only(document)
    assert rows_of(table)[0]["plan"] == "总投资2亿元。 其中新建2项。"
    quotes = [document.source.quote(span) for span in table.rows[0].cells["progress"].bullets]
    assert quotes == ["东路工程完工。", "西路工程开工。"]
    assert not document.paragraphs


def test_bullet_marks(read_text):
    text = (
        "领域 |\n进展 |\n1 |\n甲产业 |\n➢ 子。➢丑。 |\nX |\n乙产业 |\n– eVTOL建成,T1–T3投用。 |\n"
        "|\n丙产业 |\nØ Ø50管道贯通。Ø寅。 |\n"
    )
    document = read_text("专栏1:“1+X”产业体系\n" + text)
    items = [
        [document.source.quote(s) for s in row.cells["progress"].bullets]
        for row in only(document).rows
    ]
    assert items[0] == ["子。", "丑。"]
    assert items[1] == ["eVTOL建成,T1–T3投用。"]
    assert items[2][-1] == "寅。"


def test_a_long_name(read_text):
    rows = [*CANTEENS[:5], {**CANTEENS[5], "name": "长" * 10_000 + "食堂"}]
    document = read_text(flat(rows, ["street", "name", "address"]))
    notice = next(n for n in document.notices if n.code == "long-name")
    assert notice.position.line == 3 + 15 + 2
    assert len(only(document).rows) == 5
    assert len(notice.message.zh) < 80


def test_a_comment_with_bars_is_prose(read_text):
    text = "# 来源: 某网 | 某名单 | 摘录\n" + flat(CANTEENS, ["street", "name", "address"])
    document = read_text(text)
    assert len(only(document).rows) == 6
    assert len(document.paragraphs) == 1


def test_traditional_script_is_known_and_kept(read_text):
    text = (
        "關於柳橋區2030年國民經濟和社會發展計劃執行情況的報告\n一、總體情況\n進展順利。\n"
        "所屬街道 |\n點位名稱 |\n詳細地址 |\n柳橋街道 |\n柳橋社區餐廳 |\n柳橋路8號 |\n"
    )
    document = read_text(text)
    table = only(document)
    assert table.kind == "canteens"
    assert rows_of(table) == [
        {"street": "柳橋街道", "name": "柳橋社區餐廳", "address": "柳橋路8號"}
    ]
    assert table.headers["name"].text == "點位名稱"
    assert document.title.text.startswith("關於柳橋區")
    assert document.sections[0].title == "總體情況"


@pytest.mark.parametrize(
    ("caption", "cells", "kind"),
    [
        (
            "表1 老年助餐点名单",
            ["柳桥街道", "柳桥食堂", "柳桥路8号", "白石镇", "白石餐厅", "白石街2号"],
            "canteens",
        ),
        (
            "表2 教育集团名单",
            ["1", "2030年", "甲中学教育集团", "甲中学、乙小学"],
            "education-groups",
        ),
        ("专栏2:政府投资项目进展", ["道路类(2项)", "总投资2亿元。", "Ø 东路完工。"], "projects"),
        ("表3 改革任务", ["财税改革", "健全预算机制,完善评价体系"], "reforms"),
    ],
)
def test_a_caption_instead_of_a_header(read_text, caption, cells, kind):
    document = read_text(caption + "\n" + "".join(f"{cell} |\n" for cell in cells))
    assert only(document).kind == kind
    assert [c.text for row in only(document).rows for c in row.cells.values()] == cells


def test_a_header_nobody_knows_under_a_caption_is_no_row(read_text):
    cells = ["片区", "站名", "坐落处", "柳桥街道", "柳桥食堂", "柳桥路8号"]
    document = read_text("表1 助餐点名单\n" + "".join(f"{cell} |\n" for cell in cells))
    assert only(document).kind is None


def test_an_upper_header_row_of_other_words(read_text):
    text = (
        "| 序号 | 基本信息 | | | 服务能力 |\n| | 所属街道 | 点位名称 | 详细地址 | 容纳人数(人) |\n"
        "| 1 | 柳桥街道 | 柳桥食堂 | 柳桥路8号 | 90 |\n| 2 | 白石镇 | 白石餐厅 | 白石街2号 | 48 |\n"
    )
    table = only(read_text("表2 助餐点\n" + text))
    assert [r["capacity"] for r in rows_of(table)] == ["90", "48"]
    assert [r["serial"] for r in rows_of(table)] == ["1", "2"]


def test_a_first_header_word_nobody_knows_belongs_to_the_next_table(read_text):
    text = "集团名称 |\n成员校 |\n甲中学教育集团 |\n甲中学、乙小学 |\n" + flat(
        [{**row, "owner": f"甲公司{n}部"} for n, row in enumerate(CANTEENS)],
        ["owner", "name", "address"],
        {**HEADERS, "owner": "产权人"},
    )
    document = read_text(text)
    assert [(t.kind, len(t.rows)) for t in document.tables] == [
        ("education-groups", 1),
        ("canteens", 6),
    ]
    assert codes(document) == ["no-prose", "unknown-column"]


# --- tabs, breaks and numbers in cells, bands, tables that go on ---


def tabs(*rows):
    return "".join("\t".join(row) + "\n" for row in rows)


def barred(*rows):
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def test_tabs_between_cells(read_text):
    rows = [[row[c] for c in HEADERS] for row in CANTEENS]
    table = only(read_text("一、食堂\n" + tabs(list(HEADERS.values()), *rows) + "以上为全部。\n"))
    assert table.kind == "canteens"
    assert rows_of(table) == CANTEENS


def test_tabs_with_merged_and_cut_off_cells(read_text):
    rows = (["柳桥街道", "柳桥社区食堂", "柳桥路8号", "021-5555"], ["", "如意助餐点", "如意巷3号"])
    table = only(read_text("一、食堂\n" + tabs(list(HEADERS.values()), *rows)))
    assert [row["name"] for row in rows_of(table)] == ["柳桥社区食堂", "如意助餐点"]
    assert rows_of(table)[1]["street"] == "柳桥街道"
    assert table.rows[1].carried == {"street"}


@pytest.mark.parametrize(
    "lines",
    [
        "\t各位代表:\n\t现将情况报告如下。\n",
        "一、\t工作回顾\n二、\t工作安排\n",
        "一、工作回顾\t3\n二、工作安排\t12\n",
        "第一部分\t工作\t回顾\t3\n第二部分\t工作\t安排\t12\n",
        "附件:\t名单。\n现将名单印发。\n",
    ],
)
def test_tabs_that_part_no_cells(read_text, lines):
    assert read_text(lines).tables == ()


@pytest.mark.parametrize("tag", ["<br>", "<br/>", "<BR />"])
def test_a_break_tag_parts_items_in_a_column_of_items_alone(read_text, tag):
    text = "改革任务\n" + barred(
        ["改革领域", "改革举措", "责任单位"],
        ["政务服务改革", f"推行证照联办{tag}建立直报制度", f"区政务{tag}服务局"],
    )
    document = read_text(text)
    (row,) = only(document).rows
    quoted = [document.source.quote(span) for span in row.cells["measures"].bullets]
    assert quoted == ["推行证照联办", "建立直报制度"]
    assert row.cells["body"].bullets == ()
    assert row.cells["body"].text == "区政务 服务局"


@pytest.mark.parametrize(
    ("words", "items"),
    [
        ("1.推行甲制;2.试行乙制", ["推行甲制;", "试行乙制"]),
        ("(1)推行甲制；(2)试行乙制", ["推行甲制；", "试行乙制"]),
        ("①推行甲制②试行乙制", ["推行甲制", "试行乙制"]),
        ("1.推行2.5版甲制;2、试行乙制", ["推行2.5版甲制;", "试行乙制"]),
        ("1.推行甲制", []),
        ("推行甲制,1.试行,2.推广", []),
    ],
)
def test_numbered_items_in_a_cell(read_text, words, items):
    text = "改革任务\n" + barred(["改革领域", "改革举措"], ["政务服务改革", words])
    document = read_text(text)
    (row,) = only(document).rows
    spans = row.cells["measures"].bullets
    assert [document.source.quote(span) for span in spans] == items


BANDED = [
    ["柳桥社区食堂", "柳桥路8号一层", "021-55550001"],
    ["如意助餐点", "如意巷12弄3号", "021-55550002"],
]


@pytest.mark.parametrize("band", ["一、白石镇", "(一)白石镇", "白石镇"])
@pytest.mark.parametrize("between", ["", "续表\n"])
def test_a_band_holds_for_the_rows_below(read_text, band, between):
    heads = ["食堂名称", "详细地址", "联系电话"]
    text = "助餐点\n" + barred(heads, ["柳桥街道", "", ""], BANDED[0]) + between
    document = read_text(text + barred([band, "", ""], BANDED[1]))
    table = only(document)
    assert [row.band for row in table.rows] == [True, False, True, False]
    assert [row.cells["street"].text for row in table.rows] == ["柳桥街道"] * 2 + ["白石镇"] * 2
    assert table.rows[3].carried == {"street"}
    assert codes(document) == ["no-prose"]


PROJECT_HEADS = ["序号", "项目名称", "总投资", "形象进度"]


def test_a_band_with_sums_is_no_project(read_text):
    text = "项目进展表\n单位:万元\n" + barred(
        PROJECT_HEADS,
        ["一", "道路类(2项)", "30", ""],
        ["1", "柳桥路延长工程", "10", "完工"],
        ["2", "白石路拓宽工程", "20", "在建"],
        ["二", "公园类(小计1项)", "5", ""],
        ["3", "如意公园改造工程", "5", "完工"],
    )
    table = only(read_text(text))
    assert table.kind == "project-list"
    assert table.units == ("万元",)
    bands = [row for row in table.rows if row.band]
    assert [band.cells["total"].text for band in bands] == ["30", "5"]
    assert [r.cells["category"].text for r in table.rows if not r.band] == [
        *["道路类(2项)"] * 2,
        "公园类(小计1项)",
    ]


def test_a_name_alone_in_its_row_is_no_band(read_text):
    text = "项目进展表\n" + barred(
        PROJECT_HEADS,
        ["1", "柳桥路延长工程", "10", "完工"],
        ["", "白石路拓宽工程", "", ""],
        ["3", "如意公园改造工程", "5", "完工"],
    )
    assert not any(row.band for row in only(read_text(text)).rows)


@pytest.mark.parametrize("line", ["附表2(续):项目进展表\n单位:万元\n", "续表\n", "(续表2)\n"])
def test_a_table_that_goes_on_under_a_line_that_says_so(read_text, line):
    text = "附表2:项目进展表\n" + barred(
        PROJECT_HEADS, ["道路类", "", "", ""], ["1", "柳桥路延长工程", "10", "完工"]
    )
    text += line + barred(PROJECT_HEADS, ["2", "白石路拓宽工程", "20", "在建"])
    table = only(read_text(text))
    assert [row.cells["category"].text for row in table.rows] == ["道路类"] * 3


def test_a_list_of_other_things_is_no_list_of_projects(read_text):
    text = barred(
        ["项目名称", "责任单位", "完成时限"],
        ["学生体检", "区卫生健康局", "6月"],
        ["就业服务", "区人力社保局", "12月"],
    )
    assert only(read_text("一、清单\n" + text)).kind is None
