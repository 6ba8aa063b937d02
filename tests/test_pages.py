"""The pages as people meet them: over HTTP without a script, and in a real browser."""

import html
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from kg_builder import BuildOptions, ReportInput, build
from tests.served import serving

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
REPORT = ROOT / "examples"

CANTEEN = "/browse/Canteen"
PAGES = (
    *("/", "/search?q=八里庄", "/browse", CANTEEN, "/browse/Project", "/charts", "/queries"),
    *("/queries/canteens_of_street?street=八里庄", "/workbench", "/validate", "/coverage"),
    "/workbench?query=SELECT ?s ?n {?s a kg:Canteen ; rdfs:label ?n}",
    "/nowhere",
)
STREET = "/kg/id/street/海淀区_八里庄街道"
THING = "/kg/id/canteen/海淀区_八里庄街道_超市发华光商厦店_华光商厦四层美食城"
KINDS = (
    *(*PAGES, STREET, THING, "/search?q=八里庄食堂", "/search?q=qqqq", "/validate?example=1"),
    "/queries/investment_by_category?evidence=1&run=1",
    f"/browse/Canteen?f={quote('https://w3id.org/kg-builder/ont#inStreet', safe='')}"
    f"+{quote('https://example.org' + STREET, safe='')}",
    f"/links?to={quote('https://example.org' + STREET, safe='')}"
    f"&by={quote('https://w3id.org/kg-builder/ont#inStreet', safe='')}",
    "/workbench?query=SELECT * {",
    "/workbench?query=CONSTRUCT WHERE {?s kg:inStreet ?o}",
)
"""Of each kind of page one, or more where it looks otherwise."""

HOSTILE = """
@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/kg/id/canteen/evil> a kg:Canteen ;
  rdfs:label "<script>alert(1)</script>\\u202E\\"><img src=x onerror=alert(2)>"@zh ;
  rdfs:seeAlso <javascript:alert(3)> , <data:text/html,hi> , <https://elsewhere.example/a> ;
  kg:inStreet <https://example.org/kg/id/street/javascript:alert(4)> .
<https://example.org/kg/id/street/javascript:alert(4)> a kg:Street ; rdfs:label "{{7*7}}"@zh .
kg:Canteen rdfs:label "助餐点</title><script>alert(5)</script>"@zh .
"""


class Read(HTMLParser):
    """Reads a page as a program does; what must never be in one stops it."""

    VOID = ("meta", "link", "input", "br", "wbr")

    def __init__(self, page):
        super().__init__()
        self.stack, self.ids, self.links, self.forms = [], [], [], []
        self.tags, self.labelled, self.controls, self.text = set(), set(), [], ""
        self.feed(page)
        self.close()
        assert self.stack == [], self.stack

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), (tag, attributes)
        assert "style" not in given, given
        assert not any(name.startswith("on") for name in given), given
        assert tag != "style"
        if tag == "script":
            assert given["src"].startswith("/assets/"), given
        for name in ("src", "href", "action"):
            if name in given:
                self.links.append((tag, name, given))
        self.tags.add(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self.forms.append(given)
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.append((given, "label" in self.stack))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag

    def handle_data(self, data):
        if "script" in self.stack:
            assert not data.strip()
        self.text += data

    @property
    def hrefs(self):
        return [given[name] for _, name, given in self.links if given.get(name)]


def quoted(path):
    return urllib.parse.quote(path, safe="/?&=:%#+")


def get(address, path, data=None, **headers):
    given = {"Accept": "text/html,*/*;q=0.8", **headers}
    request = urllib.request.Request(address + quoted(path), data, given)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def link(page, words):
    """Return where the first link leads that has these words."""
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>{re.escape(words)}', page)
    assert found, words
    return found[1].replace("&amp;", "&")


@contextmanager
def at(store, folder, *options):
    """Serve a store; give the address."""
    with serving(store, folder, *options) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def address(published_folder, tmp_path_factory):
    with at(published_folder, tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A graph with its text at hand, and a contact."""
    folder = tmp_path_factory.mktemp("built")
    report = next(REPORT.rglob("*.txt"))
    build([ReportInput.load(report)], BuildOptions(out=folder / "out"))
    with at(folder / "out", folder, "--contact", "data@example.cn") as address:
        yield address


# --- without a script


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_is_sound_and_reads_without_a_script(address, path, language):
    joint = "&" if "?" in path else "?"
    status, headers, page = get(address, f"{path}{joint}lang={language}")
    assert status == (404 if path == "/nowhere" else 200)
    read = Read(page)
    assert len(set(read.ids)) == len(read.ids)
    assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}">' in page
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "Accept-Language" in headers["vary"]
    for given, inside in read.controls:
        assert inside or given["id"] in read.labelled, given
    for tag, name, given in read.links:
        target = given[name]
        if target.startswith(("http://", "https://")):  # only a link, which somebody has to follow
            assert tag == "a"
            assert "noopener" in given["rel"], given
        else:
            assert target.startswith(("/", "#", "mailto:")), target
    # whoever chose a language keeps it
    ours = [given["href"] for tag, _, given in read.links if tag == "a" and "hreflang" not in given]
    kept = [href for href in ours if href.startswith(("/browse", "/id/", "/charts"))]
    assert kept
    assert all(f"lang={language}" in href for href in kept)


def test_the_language_is_chosen_by_header_and_by_address(address):
    assert 'lang="zh-Hans"' in get(address, "/")[2][:60]
    assert 'lang="en"' in get(address, "/", **{"Accept-Language": "en-GB,en;q=0.9"})[2][:60]
    wanted = {"Accept-Language": "en;q=0.3, zh-CN;q=0.9"}
    assert 'lang="zh-Hans"' in get(address, "/", **wanted)[2][:60]
    assert 'lang="en"' in get(address, "/?lang=en", **wanted)[2][:60]
    assert 'lang="zh-Hans"' in get(address, "/", **{"Accept-Language": "de, *;q=x"})[2][:60]


def test_a_page_links_to_itself_and_not_to_where_somebody_else_came_from(address):
    about = "/describe?format=html&iri=" + quote(f"https://example.org{THING}", safe="")
    for path in (f"{THING}.html?from=elsewhere", f"{THING}.html", about):
        assert html.unescape(link(get(address, path)[2], "English")).startswith(
            quoted(path) + ("&" if "?" in path else "?") + "lang="
        )


@pytest.mark.parametrize("typed", ["八里庄", "balizhuang", "blz", "八里莊街道"])
def test_search_follow_evidence_without_a_script(address, typed):
    page = get(address, f"/search?lang=zh&q={typed}")[2]
    street = get(address, link(page, "八里庄街道"))[2]
    assert "超市发华光商厦店" in street
    assert "推得" in street  # within the city, by a reason
    assert "逐级传递" in street
    canteen = get(address, link(street, "超市发华光商厦店"))[2]
    assert "第 98 行第 1 列" in canteen
    assert "GB/T 7714" in canteen
    assert "@" in re.search(r"<summary>BibTeX</summary><pre[^>]*>([^<]+)", canteen)[1]
    place = next(href for href in Read(canteen).hrefs if "openstreetmap" in href)
    assert urllib.parse.quote("华光商厦四层美食城") in place


def test_the_policy_for_embodied_intelligence_is_found_with_its_evidence(address):
    page = get(address, "/search?lang=zh&q=具身智能")[2]
    policy = get(address, link(page, "关于打造全国具身智能创新高地的三年行动方案"))[2]
    assert "第 23 行" in policy
    assert "状态陈述" in policy


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("八里庄食堂", ["超市发华光商厦店", "裕友大厦海淀食堂"]),
        ("助餐点 balizhuang", ["超市发华光商厦店", "裕友大厦海淀食堂"]),
        ("具身智能的政策", ["关于打造全国具身智能创新高地的三年行动方案"]),
        ("policy for embodied intelligence", ["关于打造全国具身智能创新高地的三年行动方案"]),
        ("canteens in 八里庄", ["超市发华光商厦店", "裕友大厦海淀食堂"]),
        # a street that is called as a road is, or as a place
        ("学院路食堂", ["展春园社区助餐点", "幸福食堂"]),
        ("中关村食堂", ["中关村区域养老服务中心", "京东科技大厦食堂店"]),
    ],
)
def test_a_name_and_a_word_for_a_class_find_what_has_to_do_with_both(address, typed, names):
    page = get(address, f"/search?lang=zh&q={typed}")[2]
    found = Read(page).text.partition("有关的")[2]
    for name in names:
        assert name in found
    assert ("openstreetmap" in page) == ("政策" not in typed and "policy" not in typed)


def test_an_unsure_name_leads_to_what_is_near_each_that_it_may_mean(address):
    page = get(address, "/search?lang=zh&q=上庄")[2]  # a town, a village, a project
    town, _, village = page.partition("上庄村</a>")
    assert link(town, "助餐点 <small>2") != link(village, "助餐点 <small>1")
    assert link(get(address, "/search?lang=zh&q=八里装")[2], "助餐点")
    page = get(address, "/search?lang=zh&q=上庄食堂")[2]
    assert Read(page).text.count("金手勺店") == 1  # the village has none but the town's
    for typed in ("养老助餐点", "老人食堂", "elderly canteens"):
        assert link(get(address, f"/search?lang=zh&q={typed}")[2], "全部助餐点")
    assert link(get(address, "/search?lang=en&q=policies")[2], "All of class policy")
    assert link(get(address, "/search?lang=zh")[2], "按类浏览")
    page = get(address, "/search?lang=zh&q=学院路")[2]  # a road, and a street
    assert page.count("与它有关的") == 2


@pytest.mark.parametrize("kind", ["政策", "园区", "教育集团"])
def test_what_has_to_do_with_a_thing_is_as_much_as_it_says(address, kind):
    page = get(address, "/search?lang=zh&q=海淀区")[2]
    href, count = re.search(rf'<a href="([^"]+)">{kind} <small>(\d+)</small>', page).groups()
    shown = get(address, href.replace("&amp;", "&"))[2].partition("有关的")[2]
    assert shown.partition("</ol>")[0].count("<li") == min(int(count), 40)


def test_a_question_is_found_by_the_beginning_of_a_word(address):
    assert link(get(address, "/search?lang=en&q=canteen")[2], "Canteens of a subdistrict")
    page = get(address, "/search?lang=en&q=AI")[2]
    assert "Claims to be first" not in page
    assert "canteen" not in page


def test_a_word_for_a_class_leads_to_its_members_and_a_name_to_what_is_near(address):
    page = get(address, "/search?lang=zh&q=助餐点")[2]
    assert link(page, "全部助餐点").startswith("/browse/Canteen")
    assert link(get(address, "/search?lang=en&q=canteen")[2], "All of class canteen")
    page = get(address, "/search?lang=zh&q=blz")[2]
    near = get(address, link(page, "助餐点"))[2]
    assert "裕友大厦海淀食堂" in near
    assert "是不是" not in near


def test_what_has_no_name_is_called_by_its_key_and_what_is_not_drawn_is_told(address):
    page = Read(get(address, "/kg/id/report/海淀区_2024_计划报告?lang=zh")[2]).text
    assert "海淀区 2024 计划报告 表5" in page
    assert "table:" not in page
    assert "这里没有全画" in get(address, "/kg/id/district/海淀区?lang=zh")[2]
    assert "这里没有全画" not in get(address, f"{STREET}?lang=zh")[2]


def test_suggestions_are_few_and_lead_to_pages_of_ours(address):
    status, _, body = get(address, "/suggest?lang=zh&q=bal")
    found = json.loads(body)
    assert status == 200
    assert found[0]["name"] == "八里庄街道"
    assert found[0]["kind"] == "街道"
    assert all("/id/" in item["href"] for item in found)
    assert json.loads(get(address, "/suggest?q=")[2]) == []
    assert get(address, "/suggest?q=" + "x" * 5000)[0] == 200
    found = json.loads(get(address, "/suggest?lang=en&q=embodied intelligence")[2])
    assert [(item["name"], item["kind"]) for item in found] == [("具身智能", "industry")]


def test_facets_make_fewer_and_are_taken_back(address):
    page = get(address, f"{CANTEEN}?lang=zh")[2]
    assert page.count('<th role="rowheader"') == 30
    fewer = get(address, link(page, "八里庄街道"))[2]
    assert fewer.count('<th role="rowheader"') == 2
    assert 'aria-current="true"' in fewer
    again = get(address, link(fewer, "清除筛选"))[2]
    assert again.count('<th role="rowheader"') == 30
    odd = get(address, f"{CANTEEN}?f=" + quoted("not-an-iri } DROP ALL {").replace("&", ""))
    assert odd[0] == 200


@pytest.mark.parametrize("name", ["DistinctionClaim", "ProjectProgress", "Project", "Industry"])
def test_a_facet_leads_to_as_many_as_it_says(address, name):
    page = get(address, f"/browse/{name}?lang=zh")[2]
    facets = re.findall(r'href="([^"]+[?;]f=[^"]+)">[^<]+</a>\s*<small>(\d+)</small>', page)
    assert facets
    for href, count in facets[:12]:
        fewer = get(address, href.replace("&amp;", "&"))[2]
        assert re.search(r"<h1>.*?<small>(\d+)</small>", fewer, re.DOTALL)[1] == count, href


def test_pages_of_a_long_list(address):
    first = get(address, "/browse/ReformMeasure?lang=en")[2]
    assert "1 / 3" in first
    last = get(address, "/browse/ReformMeasure?lang=en&page=999")[2]
    assert "3 / 3" in last
    assert get(address, "/browse/ReformMeasure?page=-1")[0] == 200
    assert get(address, "/browse/Nothing")[0] == 404
    assert get(address, "/browse/Canteen%3E%20a")[0] == 404


def test_charts_are_drawn_on_the_server_with_the_same_in_a_table(address):
    page = get(address, "/charts?lang=zh")[2]
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="bars"') >= 4
    for words in ("各类项目的区级总投资", "各街镇的助餐点", "主要指标"):
        assert words in page
    assert 'data-value="356.51"' in page
    assert "356.51亿元" in page
    assert "所读的文本不全" in page


def test_a_stored_query_is_a_form_with_an_answer_and_downloads(address):
    page = get(address, "/queries/canteens_of_street?lang=zh")[2]
    assert '<option value="八里庄街道">' in page
    assert "结果" not in Read(page).text.replace("结果类别", "")
    page = get(address, "/queries/canteens_of_street?lang=zh&street=八里庄&evidence=1")[2]
    assert "超市发华光商厦店" in page
    assert "第98行第1列" in page
    file = re.search(
        r'href="(/api/queries/canteens_of_street\?street=[^"]+json)" download="([^"]+)"', page
    )
    assert file[2] == "canteens_of_street.json"
    answer = get(address, file[1].replace("&amp;", "&"), Accept="*/*")[2]
    assert "第98行第1列" in answer  # what is downloaded has what is shown
    assert 'download="canteens_of_street.xlsx">Excel</a>' in page
    status, _, page = get(address, "/queries/canteens_of_street?lang=zh&street=不存在街道")
    assert status == 400
    assert "没有叫“不存在街道”的" in page
    page = get(address, "/queries/canteens_of_street?lang=zh&street=八里装")[2]
    assert "超市发华光商厦店" in get(address, link(page, "八里庄街道"))[2]


def test_of_a_long_answer_the_first_are_listed_and_the_rest_is_downloaded(address):
    page = get(address, "/workbench?lang=zh&query=SELECT * { ?s ?p ?o }")[2]
    assert "更多的请下载" in page
    assert "更多的请下载" not in get(address, "/queries/canteens_of_street?lang=zh&run=1")[2]
    rows = get(address, link(page, "CSV"), Accept="*/*")[2]
    assert rows.count("\n") > 501


def chart_of(address, path):
    """Return the caption of the chart of a result; None where none is drawn."""
    page = get(address, f"{path}&lang=zh")[2]
    assert "结果 <small" in page.replace("\n", " ")
    found = re.search(r"<figcaption>(.*?)</figcaption>", page)
    return found and re.sub("<[^>]+>", "", found[1])


def test_a_chart_of_a_result_names_its_unit_and_mixes_nothing(address):
    investment = "/queries/investment_by_category?indicator=区级总投资"
    assert chart_of(address, investment).endswith("· 数值（亿元）")
    assert chart_of(address, "/queries/total_over_categories?run=1") is None  # items and yuan
    assert chart_of(address, "/queries/policies_in_force?run=1") is None  # years
    assert chart_of(address, "/queries/canteens_on_floor?run=1") is None
    assert chart_of(address, "/queries/policies_by_length?run=1").endswith("· 年数")
    named = (
        "SELECT ?名 ?值 ?单位 { ?f kg:indicator/rdfs:label ?名 ; kg:value ?值 ;"
        ' kg:unit/rdfs:label ?单位 FILTER(LANG(?单位) = "zh")'
        ' VALUES ?名 { "路口数"@zh "落地项目数"@zh %s } }'
    )
    assert chart_of(address, f"/workbench?query={quote(named % '')}").endswith("· 值（个）")
    huge = quote('SELECT ?n ?v { VALUES (?n ?v) { ("a" 1e300) ("b" 1) ("c" 2) } }')
    assert chart_of(address, f"/workbench?query={huge}") is None  # two of three would be drawn
    mixed = quote(named % '"居民人均可支配收入"@zh')
    assert chart_of(address, f"/workbench?query={mixed}") is None


def test_figures_are_listed_with_what_they_are(address):
    page = get(address, "/browse/Observation?lang=zh")[2]
    assert '<th role="columnheader" scope="col">原文用语</th>' in page
    assert "3.1%以内" in page


def test_a_result_is_cited_and_its_addresses_and_lines_are_followed(address, built):
    page = get(address, "/queries/canteens_of_street?lang=zh&street=八里庄街道&evidence=1")[2]
    assert "北京市海淀区人民政府办公室" in re.search(r'<pre class="prose"[^>]*>([^<]+)', page)[1]
    place = next(href for href in Read(page).hrefs if "openstreetmap" in href)
    assert urllib.parse.quote("华光商厦四层美食城") in place
    page = get(built, "/queries/canteens_of_street?lang=zh&run=1&evidence=1")[2]
    text, _, line = re.search(r'href="(/coverage/[^"#]+)(#)(L\d+)"', page).groups()
    assert f'id="{line}"' in get(built, text)[2]


def test_the_workbench_answers_and_its_link_brings_the_query_back(address):
    query = "SELECT ?s (COUNT(*) AS ?n) { ?c a kg:Canteen ; kg:inStreet/rdfs:label ?s } GROUP BY ?s"
    path = "/workbench?lang=zh&query=" + urllib.parse.quote(query)
    page = get(address, path)[2]
    assert 'data-chart="bars"' in page
    assert link(page, "这个查询的链接")
    again = get(address, link(page, "这个查询的链接"))[2]
    assert query.split("{")[0] in again
    body = urllib.parse.urlencode({"query": query}).encode()
    posted = get(address, "/workbench?lang=zh", body)
    assert posted[0] == 200
    assert 'data-chart="bars"' in posted[2]
    # a long query is sent in the body: the language is kept all the same
    assert Read(page).forms[-1]["action"] == "/workbench?lang=zh#result-h"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * { ?s ?p", "第 1 行"),
        ("DELETE WHERE { ?s ?p ?o }", ""),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
    ],
)
def test_a_query_that_is_wrong_is_told_where(address, query, words):
    status, _, page = get(address, "/workbench?lang=zh&query=" + urllib.parse.quote(query))
    assert status == 400
    assert 'role="alert"' in page
    assert words in page
    assert "Traceback" not in page


def test_graphs_and_yes_or_no_are_shown_too(address):
    page = get(address, "/workbench?lang=zh&query=ASK { ?s a kg:Canteen }")[2]
    assert '<p class="answer">是</p>' in page
    page = get(address, "/workbench?lang=zh&query=CONSTRUCT WHERE { ?s kg:inStreet ?o }")[2]
    assert "条三元组" in page
    assert 'download="sparql.ttl"' in page
    turtle = get(address, link(page, "Turtle"))
    assert turtle[1]["content-type"].startswith("text/turtle")
    assert "kg:inStreet" in turtle[2]


def multipart(**fields):
    lines = []
    for name, value in fields.items():
        file = f'; filename="{value[0]}"' if isinstance(value, tuple) else ""
        text = value[1] if isinstance(value, tuple) else value
        lines.append(
            f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{text}\r\n'
        )
    return "".join([*lines, "--b--\r\n"]).encode(), {
        "Content-Type": "multipart/form-data; boundary=b"
    }


WRONG = """@prefix kg: <https://w3id.org/kg-builder/ont#> .
<https://example.org/mine/c> a kg:Canteeen .
"""


def test_checking_marks_lines_and_the_mend_is_taken(address):
    body, headers = multipart(text=WRONG, format="turtle", do="check")
    status, _, page = get(address, "/validate?lang=zh", body, **headers)
    Read(page)
    assert status == 200
    assert re.search(r'<li id="L0-2" class="hit violation">', page)
    assert "接受全部改法" in page
    body, headers = multipart(text=WRONG, format="turtle", do="fix")
    page = get(address, "/validate?lang=zh", body, **headers)[2]
    assert "已改 1 处" in page
    assert "a kg:Canteen ." in page.split("</textarea>")[0]
    body, headers = multipart(file=("mine.ttl", WRONG), format="nt", do="check")
    page = get(address, "/validate?lang=zh", body, **headers)[2]
    assert "mine.ttl" in page
    assert "kg:Canteeen" in page.split("</textarea>")[0]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": "", "format": "turtle"}, 400),
        ({"text": "<a> <b> .", "format": "turtle"}, 400),
        ({"text": "x", "format": "no such"}, 400),
    ],
)
def test_what_cannot_be_checked_is_said_so(address, fields, status):
    body, headers = multipart(**fields)
    found, _, page = get(address, "/validate?lang=zh", body, **headers)
    assert found == status
    assert 'role="alert"' in page
    assert ("第 1 行第" in page) == bool(fields["text"])
    assert (
        get(address, "/validate", b"nonsense", **{"Content-Type": "multipart/form-data"})[0] == 400
    )


def test_the_text_is_read_where_it_is_at_hand(built):
    page = get(built, "/coverage?lang=zh")[2]
    text = link(page, "看全文")
    status, headers, page = get(built, text)
    assert status == 200
    assert "unsafe" not in headers["content-security-policy"]
    assert "<style" not in page
    assert re.findall(r"<script[^>]*>", page) == [re.search(r"<script[^>]*>", page)[0]]
    assert get(built, re.search(r'<link rel="stylesheet" href="([^"]+)"', page)[1])[0] == 200
    canteens = get(built, "/browse/Canteen?lang=zh")[2]
    name = re.search(r'<th role="rowheader" scope="row"><a href="([^"]+)"', canteens)[1]
    thing = get(built, name)[2]
    assert '<q lang="zh">' in thing  # the words of the report
    place = re.search(r'href="(/coverage/[^"]+#L\d+)"', thing)[1]
    assert f'id="{place.partition("#")[2]}"' in page
    mail = next(href for href in Read(thing).hrefs if href.startswith("mailto:"))
    assert mail.startswith("mailto:data@example.cn?subject=")
    assert "+" not in mail
    assert get(built, "/coverage/..%2f..%2fbuild")[0] == 404


def test_a_report_that_is_given_is_quoted_and_shown(tmp_path):
    report = next(REPORT.rglob("*.txt"))
    build([ReportInput.load(report)], BuildOptions(out=tmp_path / "out", keep_source=False))
    with at(tmp_path / "out", tmp_path, "--report", str(report)) as address:
        canteens = get(address, "/browse/Canteen?lang=zh")[2]
        name = re.search(r'<th role="rowheader" scope="row"><a href="([^"]+)"', canteens)[1]
        assert '<q lang="zh">' in get(address, name)[2]
        answer = get(address, "/queries/canteens_of_street?lang=zh&street=柳浦&evidence=1")[2]
        assert "“老车站食堂”" in answer
        text = link(get(address, "/coverage?lang=zh")[2], "看全文")
        assert "柳浦巷3号" in get(address, text)[2]


def test_assets_are_kept_and_nothing_else_is_served(address):
    page = get(address, "/")[2]
    style = re.search(r'href="(/assets/site.css[^"]+)"', page)[1]
    status, headers, _ = get(address, style)
    assert status == 200
    assert "immutable" in headers["cache-control"]
    for name in ("..%2fstate.py", "nothing.js", "site.css%00", "%2e%2e/app.py", "coverage.html"):
        assert get(address, f"/assets/{name}")[0] == 404
    assert "MIT" in get(address, "/assets/LICENCES.txt")[2]


MANY = 2_345


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """RDF of somebody else: a class of thousands, labels that want to be scripts."""
    path = tmp_path_factory.mktemp("foreign") / "x.ttl"
    things = "".join(
        f'ex:t{n} a ex:Thing ; foaf:name "物{n}" ; ex:kind ex:k{n % 3} .\n' for n in range(MANY)
    )
    path.write_text(
        "@prefix ex: <http://example.com/> .\n@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        'ex:alice a foaf:Person ; foaf:name "Alice" ; foaf:knows ex:bob ;'
        ' foaf:homepage <http://alice.example/> .\nex:bob a foaf:Person ; foaf:name "Bob" .\n'
        + things
        + HOSTILE,
        "utf-8",
    )
    with at(path, path.parent) as address:
        yield address


EVIL = "/describe?format=html&iri=" + urllib.parse.quote(
    "https://example.org/kg/id/canteen/evil", safe=""
)


def test_what_the_data_says_is_words_and_no_link_that_runs(foreign):
    paths = (
        *("/", "/browse", CANTEEN, "/search?q=script", "/queries", "/charts", "/coverage", EVIL),
        "/queries/canteens_of_street?run=1",
        "/workbench?query=SELECT * { ?s ?p ?o }",
        "/workbench?query=<script>alert(6)</script>",
        "/search?q=<script>alert(7)</script>",
    )
    for path in paths:
        _, _, page = get(foreign, path)
        read = Read(page)  # stops at scripts, handlers and styles
        assert "img" not in read.tags
        assert "\u202e" not in page
        for href in read.hrefs:
            assert href.startswith(("/", "#", "https://", "http://", "mailto:")), href
    page = get(foreign, EVIL)[2]
    assert "javascript:alert(3)" in Read(page).text
    assert "https://elsewhere.example/a" in Read(page).hrefs
    assert "{{7*7}}" in page
    assert json.loads(get(foreign, "/suggest?q=alert")[2]) is not None


def test_any_rdf_is_browsed_searched_and_followed(foreign):
    page = get(foreign, "/?lang=zh")[2]
    assert "居民" not in page
    members = get(foreign, link(page, "<b>2</b>"))[2]
    alice = get(foreign, link(members, "Alice"))[2]
    assert link(alice, "http://alice.example/") == "http://alice.example/"
    assert "<h1>Bob</h1>" in get(foreign, link(alice, "Bob"))[2]
    assert link(get(foreign, "/search?lang=zh&q=bob")[2], "Bob")
    assert "这个图不是由报告建成的" in get(foreign, "/coverage?lang=zh")[2]
    assert "八里庄" not in get(foreign, "/?lang=zh")[2]


def test_a_statement_that_is_spoken_of_is_shown_as_it_is_written(tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text(
        '@prefix ex: <http://example.com/> .\nex:a a ex:Thing ; ex:says <<( ex:b ex:c "d" )>> .\n',
        "utf-8",
    )
    paths = (
        *("/describe?iri=http://example.com/a", "/browse?class=http://example.com/Thing"),
        *("/workbench?query=SELECT * { ?s ?p ?o }", "/workbench?query=CONSTRUCT WHERE {?s ?p ?o}"),
    )
    with at(path, tmp_path) as address:
        for path in paths:
            status, _, page = get(address, path)
            assert status == 200, path
            words = '<<( <http://example.com/b> <http://example.com/c> "d" )>>'
            assert words in Read(page).text, path


def test_thousands_of_members_are_told_by_pages(foreign):
    first = get(foreign, "/browse?lang=zh&class=http://example.com/Thing")[2]
    assert f"1 / {-(-MANY // 50)}" in first
    assert first.count('<th role="rowheader"') == 50
    second = get(foreign, link(first, "下一页"))[2]
    assert not set(re.findall(r">物\d+<", first)) & set(re.findall(r">物\d+<", second))
    fewer = get(foreign, link(first, "http://example.com/k1"))[2]
    assert f"<small>{len(range(1, MANY, 3))}</small>" in fewer
    assert f"<small>{MANY:,}</small>" in get(foreign, link(fewer, "清除筛选"))[2]


def test_an_empty_graph_says_so(tmp_path):
    path = tmp_path / "empty.ttl"
    path.write_text("", "utf-8")
    with at(path, tmp_path) as address:
        assert "kg build" in get(address, "/?lang=zh")[2]
        for page in ("/browse", "/charts", "/coverage", "/queries", "/search?q=x", "/workbench"):
            assert get(address, page)[0] == 200


# --- in a browser


SETTLED = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
  () => setTimeout(done, 60))))"""


def opened(browser, address, path, *, width=1280, dark=False, media="screen"):
    browser.show(width, 900, dark=dark, media=media)
    browser.open(address + quoted(path))
    browser.run(SETTLED)
    if browser.run("document.querySelector('figure[data-chart]') !== null"):
        browser.until("document.querySelector('.drawn svg[class*=plot]')")


def clean(browser, address):
    """No request for another host, and nothing that the browser complains of."""
    for event in browser.events:
        given = event.get("params", {})
        if event["method"] == "Network.requestWillBeSent":
            asked = given["request"]["url"]
            assert asked.startswith((address, "about:", "blob:")), asked
        assert event["method"] != "Runtime.exceptionThrown", event
        if event["method"] == "Log.entryAdded":
            entry = given["entry"]
            # that a page is itself a 404 or 400 is no complaint
            assert entry["source"] == "network", entry
            assert entry["url"].startswith(address), entry


@pytest.mark.parametrize("path", KINDS)
def test_a_page_is_sound_in_a_browser(browser, address, path):
    """No other host is asked, nothing is complained of, all fits; axe finds nothing serious."""
    opened(browser, address, f"{path}{'&' if '?' in path else '?'}lang=zh")
    examine(browser, address)


@pytest.mark.parametrize("path", ["/", CANTEEN, THING, "/charts", "/queries/canteens_of_street"])
def test_a_page_is_sound_in_english(browser, address, path):
    opened(browser, address, f"{path}?lang=en")
    examine(browser, address)


def test_the_text_of_a_report_is_sound_in_a_browser(browser, built):
    opened(browser, built, link(get(built, "/coverage?lang=zh")[2], "看全文"))
    # of its thousands of marks a few stand for all: axe takes a millisecond for each
    browser.run(
        "document.querySelectorAll('#report > :nth-child(n + 30), .passages > :nth-child(n + 30)')"
        ".forEach(e => e.remove())"
    )
    examine(browser, built)


def examine(browser, address):
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width, dark in ((1280, False), (320, True)):
        browser.show(width, 800, dark=dark)
        browser.run(SETTLED)
        assert browser.run("document.documentElement.scrollWidth") <= width, width
        assert audit(browser) == [], (width, dark)
    clean(browser, address)


def audit(browser):
    """Return what axe finds serious."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci --prefix web)")
    if not browser.run("'axe' in window"):
        browser.run(AXE.read_text("utf-8") + "\n;0")
    found = browser.run(
        "axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations"
        ".map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])))"
    )
    return [item for item in json.loads(found) if item[0] in ("serious", "critical")]


def test_on_a_phone_rows_are_cards_and_the_drawing_stands_upright(browser, address):
    opened(browser, address, f"{THING}?lang=zh", width=390)
    label = "getComputedStyle(document.querySelector('.stack td'), '::before').content"
    assert browser.run(label) == '"时期"'
    shown = "document.querySelector('.near{}').checkVisibility()"
    assert browser.run(shown.format(".narrow"))
    assert not browser.run(shown.format(":not(.narrow)"))
    browser.show(1280, 900)
    assert browser.run(label) == "none"
    assert browser.run(shown.format(":not(.narrow)"))
    assert not browser.run(shown.format(".narrow"))


def test_without_a_script_forms_are_sent_and_evidence_opens(browser, address):
    browser.scripting(on=False)
    try:
        browser.show(360, 800)
        browser.open(address + "/charts?lang=zh")
        ends = "r => r.getBoundingClientRect().right"
        ends = f"[...document.querySelectorAll('svg.narrow rect')].map({ends})"
        assert 0 < max(browser.run(ends)) <= 360  # no bar is cut, as if it were as long as another
        browser.show(1280, 900)
        browser.open(address + "/?lang=zh")
        assert not browser.run("document.querySelector('[role=combobox]') !== null")
        browser.run("document.querySelector('#q').value = '八里庄食堂'")
        browser.run("document.querySelector('#q').form.submit()")
        browser.until("document.querySelector('.hits')?.innerText.includes('裕友大厦海淀食堂')")
        browser.open(address + quoted(f"{THING}?lang=zh"))
        browser.until("document.querySelector('.facts .why summary') !== null")
        browser.run("document.querySelector('.facts .why summary').click()")
        assert browser.run("document.querySelector('.facts .why[open] .card').checkVisibility()")
        assert not browser.run("document.querySelector('button.copy').checkVisibility()")
    finally:
        browser.scripting(on=True)


def test_search_waits_for_the_input_method_then_leads_to_evidence(browser, address):
    opened(browser, address, "/?lang=zh")
    browser.run("document.querySelector('#q').focus()")
    browser.call("Input.imeSetComposition", text="balizhuang", selectionStart=10, selectionEnd=10)
    browser.run("new Promise(done => setTimeout(done, 400))")
    asked = [e for e in browser.events if "/suggest" in json.dumps(e)]
    assert asked == []  # while it composes nothing is asked
    browser.call("Input.imeSetComposition", text="", selectionStart=0, selectionEnd=0)
    browser.call("Input.insertText", text="八里庄")
    browser.until("document.querySelectorAll('[role=option]').length > 0")
    assert browser.run("document.querySelector('#q').getAttribute('aria-expanded')") == "true"
    assert "个建议" in browser.run("document.querySelector('[role=status]').textContent")
    browser.press("ArrowDown")
    assert browser.run("document.querySelector('[aria-selected=true]').textContent").startswith(
        "八里庄街道"
    )
    browser.press("Enter")
    browser.until("document.querySelector('h1')?.textContent.includes('八里庄街道')")
    browser.run(
        "[...document.querySelectorAll('main a')].find(a => a.textContent == '超市发华光商厦店')"
        ".click()"
    )
    browser.until("document.querySelector('h1')?.textContent.includes('超市发华光商厦店')")
    browser.run("document.querySelector('.facts .why summary').click()")
    assert browser.run("document.querySelector('.facts .why[open] .card').checkVisibility()")
    assert "行" in browser.run("document.querySelector('.facts .why[open] .card').innerText")
    clean(browser, address)


def test_charts_are_drawn_again_with_kinds_to_choose(browser, address):
    opened(browser, address, "/charts?lang=zh")
    browser.until("document.querySelectorAll('.drawn svg[class*=plot]').length >= 4")
    assert browser.run("document.querySelectorAll('.drawn svg rect').length") > 20
    browser.run(
        "(s => { s.value = 'line'; s.dispatchEvent(new Event('change')); })"
        "(document.querySelector('.kinds select'))"
    )
    assert browser.run("document.querySelectorAll('.drawn')[0].querySelectorAll('path').length") > 0
    clean(browser, address)


def test_a_stored_query_is_asked_by_its_form(browser, address):
    opened(browser, address, "/?lang=zh")
    browser.run("document.querySelector('#street').value = '八里庄街道'")
    browser.run("document.querySelector('#street').form.requestSubmit()")
    browser.until("document.querySelector('.result table')?.innerText.includes('华光商厦')")
    assert browser.run("document.querySelectorAll('.result tbody tr').length") == 2
    browser.run("document.querySelector('.result .why summary').click()")
    assert "第98行" in browser.run("document.querySelector('.result .why[open]').innerText")
    clean(browser, address)


def test_the_workbench_colours_completes_runs_and_marks(browser, address):
    query = urllib.parse.quote("SELECT * {\n  ?s a kg:Canteen ;\n}")
    opened(browser, address, f"/workbench?lang=zh&query={query}")
    code = "document.querySelector('.code').shadowRoot"
    browser.until(f"{code}.querySelectorAll('.cm-line span').length > 2")
    browser.run(f"{code}.querySelector('.cm-content').focus()")
    for key in ("ArrowDown", "End"):
        browser.press(key)
    browser.call("Input.insertText", text=" inS")
    browser.until(f"{code}.querySelector('.cm-tooltip-autocomplete li')")
    first = browser.run(f"{code}.querySelector('.cm-tooltip-autocomplete li').innerText")
    assert first.startswith("kg:inStreet")
    assert "30" in first  # so often the graph has it
    browser.run(
        "new Promise(done => setTimeout(done, 100))"
    )  # what has just come up is not taken by a key that was meant otherwise
    browser.press("Enter")
    assert "kg:inStreet" in browser.run("document.querySelector('#query').value")
    browser.run("document.querySelector('.bench').requestSubmit()")
    # the property wants an object: the error is told where it is
    browser.until("document.querySelector('.banner')")
    browser.until(f"{code}.querySelector('.cm-lintRange-error, .cm-lintPoint-error')")
    browser.run(
        "(s => { s.value = '/queries/canteens_by_street.rq';"
        " s.dispatchEvent(new Event('change')); })(document.querySelector('#stored'))"
    )
    browser.until("document.querySelector('#query').value.includes('share_percent')")
    browser.run("document.querySelector('.bench').requestSubmit()")
    browser.until("document.querySelector('.result .drawn svg[class*=plot]')")
    assert "query=" in browser.run("location.search")
    clean(browser, address)


def test_completion_knows_both_languages_and_keeps_out_of_comments(browser, address):
    code = "document.querySelector('.code').shadowRoot"
    offered = f"{code}.querySelector('.cm-tooltip-autocomplete li')"
    for query, typed, found in (
        ("SELECT * { ?s a ", "助餐", "kg:Canteen"),
        ("# what is in ", "comm", None),
        ("SELECT * { ?s a ", "kg:Can", "kg:Canteen"),
    ):
        opened(browser, address, f"/workbench?lang=en&query={quote(query)}")
        browser.until(f"{code}.querySelector('.cm-content')")
        browser.run(f"{code}.querySelector('.cm-content').focus()")
        browser.press("Control+End")
        browser.call("Input.insertText", text=typed)
        if found:
            browser.until(offered)
            assert browser.run(f"{offered}.innerText").startswith(found)
        else:
            browser.run("new Promise(done => setTimeout(done, 500))")
            assert not browser.run(f"{offered} !== null")


def test_marked_text_of_the_workbench_is_typed_over(browser, address):
    opened(browser, address, "/workbench?lang=zh")
    code = "document.querySelector('.code').shadowRoot"
    browser.until(f"{code}.querySelectorAll('.cm-line span').length > 2")
    browser.run(f"{code}.querySelector('.cm-content').focus()")
    for key, text in (("(", "(SELECT"), ("x", "x")):  # brackets go around it
        browser.press("Control+a")
        browser.press(key)
        browser.run(SETTLED)
        assert browser.run("document.querySelector('#query').value").startswith(text)
    assert browser.run("document.querySelector('#query').value") == "x"
    clean(browser, address)


def test_triples_are_dropped_checked_and_mended(browser, address):
    opened(browser, address, "/validate?lang=zh")
    browser.run(
        "(() => { const data = new DataTransfer();"
        f" data.items.add(new File([{json.dumps(WRONG)}], 'mine.ttl'));"
        " document.querySelector('form[data-drop]').dispatchEvent("
        "new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); })()"
    )
    browser.until("document.querySelector('#text').value.includes('Canteeen')")
    browser.run("document.querySelector('button[value=check]').click()")
    browser.until("document.querySelector('.hit.violation')")
    assert "kg:Canteeen" in browser.run("document.querySelector('.m.violation').textContent")
    browser.run("document.querySelector('button[value=fix]').click()")
    browser.until("document.querySelector('p.good')")
    assert "kg:Canteen ." in browser.run("document.querySelector('#text').value")
    clean(browser, address)


def test_the_keyboard_gets_everywhere_and_sees_where_it_is(browser, address):
    opened(browser, address, "/browse/Canteen?lang=zh")
    browser.press("Tab")
    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0
    seen = set()
    for _ in range(60):
        browser.press("Tab")
        seen.add(browser.run("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(seen) == 60


def test_print_leaves_out_what_only_a_screen_needs(browser, address):
    opened(browser, address, "/charts?lang=zh", media="print")
    for selector in ("nav", ".find", ".end"):
        assert not browser.run(f"document.querySelector('{selector}').checkVisibility()")
    assert browser.run("document.querySelector('.chart table').checkVisibility()")
    opened(browser, address, "/workbench?lang=zh&query=ASK { ?s a kg:Canteen }", media="print")
    assert browser.run("document.querySelector('pre.print').checkVisibility()")  # what was asked
    browser.show(1280, 900)


def test_hostile_labels_do_nothing_in_a_browser(browser, foreign):
    for path in (EVIL, "/search?q=script", CANTEEN, "/workbench?query=SELECT * { ?s ?p ?o }"):
        opened(browser, foreign, path)
        dialogs = [e for e in browser.events if e["method"] == "Page.javascriptDialogOpening"]
        assert dialogs == []
        clean(browser, foreign)


# --- the assets


def test_assets_name_no_other_host_to_fetch_from():
    for path in (ROOT / "src/kg_builder/serving/assets").iterdir():
        if path.suffix == ".css":
            assert "url(" not in path.read_text("utf-8")
            assert "@import" not in path.read_text("utf-8")
