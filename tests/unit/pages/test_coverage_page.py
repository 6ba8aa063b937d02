"""The coverage page as HTML: sound, whole, without requests, and safe against what it shows."""

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.hostile_report import hostile

from kg_builder.desk import ReportInput, mark_report
from kg_builder.pages.coverage import coverage_page
from kg_builder.pages.markup import content_policy, shown

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "yunxi-2025.txt"
REPORTS = [EXAMPLE, *sorted((ROOT / "tests" / "reports").glob("*/source.txt"))]
VOID = {"br", "meta", "input"}
TAGS = set(
    "html head meta title style script body header main aside section article h1 h2 h3 h4 h5 h6"
    " p a span i b q small code br dl div dt dd ul ol li details summary input label button output"
    " table caption thead tbody tr th td".split()
)


class Read(HTMLParser):
    """Reads a page strictly: balanced tags, and what stands where."""

    def __init__(self, page):
        super().__init__()
        self.stack, self.ids, self.links, self.elements = [], [], [], []
        self.report, self.scripts, self.said = [], [], []
        self.feed(page)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), f"an attribute twice: {attributes}"
        self.elements.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if "href" in given:
            self.links.append(given["href"])
        if tag not in VOID:
            self.stack.append((tag, given))

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        tags = [tag for tag, _given in self.stack]
        if "script" in tags or "style" in tags:
            self.scripts.append(data)
            return
        self.said.append(data)
        classes = {given.get("class") for _tag, given in self.stack}
        if "main" in tags and not {"n", "sr"} & classes and "summary" not in tags:
            self.report.append(data)


@cache
def marked_report(data, name):
    return mark_report(ReportInput(name, data))


def page_of(data, language="zh", name="report"):
    marked = marked_report(data, name)
    return marked, coverage_page(marked, language)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.parent.name)
def test_a_page_is_sound_and_holds_the_whole_report(path, language):
    marked, page = page_of(path.read_bytes(), language)
    read = Read(page)
    assert {tag for tag, _given in read.elements} <= TAGS
    assert [name for name, count in Counter(read.ids).items() if count > 1] == []
    assert {link for link in read.links if link[1:] not in read.ids} == set()
    assert all(link.startswith("#") for link in read.links)
    text = marked.reading.document.source.text
    words = Counter(character for character in text if character.isalnum())
    assert Counter(c for c in "".join(read.report) if c.isalnum()) == words
    articles = [given for tag, given in read.elements if tag == "article"]
    assert len(articles) == len(marked.text.passages)
    assert [int(given["data-n"]) for given in articles] == [
        len(passage.facts) for passage in marked.text.passages
    ]
    targets = {
        number
        for tag, given in read.elements
        if tag == "a" and "data-p" in given
        for number in given["data-p"].split()
    }
    shown_passages = {str(n) for n, item in enumerate(marked.text.passages) if len(item.span)}
    assert targets == shown_passages
    unread = [tag for tag, given in read.elements if given.get("class") == "u"]
    assert len(unread) >= len(marked.coverage.unread)


def test_a_page_is_equal_in_every_run_and_asks_for_nothing():
    _marked, page = page_of(EXAMPLE.read_bytes())
    again = mark_report(ReportInput("report", EXAMPLE.read_bytes()))
    assert page == coverage_page(again, "zh")
    read = Read(page)
    for tag, given in read.elements:
        assert not {"src", "srcset", "action", "style", "background"} & given.keys(), tag
        assert not any(name.startswith("on") for name in given), (tag, given)
    assert "@import" not in page
    assert "url(" not in page


def test_facts_speak_the_language_of_the_page():
    _marked, page = page_of(EXAMPLE.read_bytes(), "zh")
    assert '<b title="inStreet">' in page or '<b title="street">所列街镇</b>' in page
    _marked, page = page_of(EXAMPLE.read_bytes(), "en")
    assert '<b title="street">listed street</b>' in page
    assert "canteen listing" in page
    assert "$" not in "".join(Read(page).said)


def test_merged_cells_of_a_table_are_one_cell():
    _marked, page = page_of((ROOT / "tests/reports/merged-cells/source.txt").read_bytes())
    read = Read(page)
    heights = [given["rowspan"] for tag, given in read.elements if "rowspan" in given]
    assert "3" in heights
    assert "2" in heights


def test_columns_stand_as_printed_under_a_header_of_two_lines():
    _marked, page = page_of((ROOT / "tests/reports/two-row-headers/source.txt").read_bytes())
    head = page[page.index("<thead>") : page.index("</thead>")]
    printed = ["序号", "指标", "绝对数", "同比增长", "2026年目标"]
    words = re.sub("<[^>]*>", "", head)
    assert [word for word in printed if word in words] == printed
    assert [words.index(word) for word in printed] == sorted(words.index(w) for w in printed)


def test_hostile_text_is_shown_and_does_nothing():
    text = hostile(EXAMPLE.read_text("utf-8"))
    _marked, page = page_of(text.encode(), name="<b>x</b>")
    read = Read(page)
    assert {tag for tag, _given in read.elements} <= TAGS
    assert Counter(tag for tag, _given in read.elements)["script"] == 1
    said = "".join(read.said)
    assert "window.pwned=1" in said
    assert "onerror=" in said
    assert "${lang}" in said
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


def test_the_policy_names_the_one_style_and_the_one_script():
    _marked, page = page_of(EXAMPLE.read_bytes())
    read = Read(page)
    style, script = read.scripts
    (policy,) = [
        given["content"]
        for tag, given in read.elements
        if given.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == content_policy(style, script)
    assert "unsafe" not in policy


def test_shown_keeps_one_character_for_each():
    text = "<a href='x'>&\"\x00\x07\t\u202e\x85望"
    assert shown(text) == "&lt;a href=&#x27;x&#x27;&gt;&amp;&quot;\u2400\u2407\t\ufffd\ufffd望"
