"""Titles, headings, paragraphs, captions, and characters that are dropped."""

import pytest

TITLE = "关于柳桥区2030年国民经济和社会发展计划执行情况与2031年国民经济和社会发展计划的报告"
NOTICE = f"柳桥区人民政府办公室关于印发《{TITLE}》的通知"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (NOTICE, TITLE),
        (TITLE, TITLE),
        ("【虚构】" + NOTICE, TITLE),
        ("柳桥区政府工作报告", "柳桥区政府工作报告"),
        ("2030年柳桥区国民经济和社会发展统计公报", "2030年柳桥区国民经济和社会发展统计公报"),
        (TITLE[:22] + "\n" + TITLE[22:], TITLE),
        (TITLE[:22] + "\r\n" + TITLE[22:] + "(草案)", TITLE + "(草案)"),
    ],
)
def test_title(read_text, line, title):
    document = read_text(line + "\n一、全年工作\n工作进展顺利。\n")
    assert document.title.text == title
    assert len(document.paragraphs) == 1
    quoted = document.source.quote(document.title.text_span)
    assert quoted.replace("\r", "").replace("\n", "") == title


def test_no_title(read_text):
    assert read_text("今年工作进展顺利,全区发布报告12份。\n二、其他\n").title is None


def test_sections_nest(read_text):
    text = (
        "第一部分 执行情况\n一、总体\n(一)经济\n平稳。\n1.工业\n增长。\n"
        "（二）社会\n进步。\n二、其他\n"
        "第二部分 计划\n(一)这是一句话。后面还有。\n1.5万人受益\n一、目标:\n"
    )
    document = read_text(text)
    assert [(s.number, s.title, s.level, s.parent) for s in document.sections] == [
        ("第一部分", "执行情况", 1, None),
        ("一", "总体", 2, 0),
        ("(一)", "经济", 3, 1),
        ("1", "工业", 4, 2),
        ("（二）", "社会", 3, 1),
        ("二", "其他", 2, 0),
        ("第二部分", "计划", 1, None),
    ]
    assert [p.section for p in document.paragraphs] == [2, 3, 4, 6, 6, 6]
    assert [s.number for s in document.section_path(3)] == ["第一部分", "一", "(一)", "1"]


def test_page_numbers_are_no_prose(read_text):
    assert len(read_text("全区平稳。\n— 3 —\n第4页\n").paragraphs) == 1


def test_dropped_characters(read_text):
    text = "集团名称 |\n成员校 |\n柳桥\x01中学教育集团\ufffd |\n柳桥中学、柳\ufffe桥小学 |\n"
    document = read_text(text)
    cells = document.tables[0].rows[0].cells
    assert cells["group"].text == "柳桥中学教育集团"
    assert cells["members"].text == "柳桥中学、柳桥小学"
    assert [n.position.line for n in document.notices if n.code == "removed-character"] == [3, 4]


def test_notices_of_dropped_characters_are_capped(read_text):
    document = read_text("工作\x02顺利。\n" * 100)
    notices = [n for n in document.notices if n.code == "removed-character"]
    assert len(notices) == 21
    assert "80" in notices[-1].message.en


@pytest.mark.parametrize(
    "name",
    ["“甲”<b>&食堂", "\\甲\\食堂", "甲\u2028乙食堂", "甲\x85乙食堂", "甲\u202e乙食堂", "🍜食堂"],
)
def test_hostile_names_are_kept(read_text, name):
    text = f"所属街道 |\n点位名称 |\n详细地址 |\n柳桥街道 |\n{name} |\n柳桥路1号 |\n"
    assert read_text(text).tables[0].rows[0].cells["name"].text == name


def test_no_prose_and_no_table(read_text):
    assert [n.code for n in read_text("全区平稳。\n").notices] == ["no-table"]
    text = "集团名称 |\n成员校 |\n柳桥中学教育集团 |\n柳桥中学、柳桥小学 |\n"
    assert [n.code for n in read_text(text).notices] == ["no-prose"]
