"""The pages as people meet them: over HTTP without a script, and in a real browser."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kg_builder import BuildOptions, ReportInput, build
from tests.browser import Browser, find_browser
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


def test_suggestions_are_few_and_lead_to_pages_of_ours(address):
    status, _, body = get(address, "/suggest?lang=zh&q=bal")
    found = json.loads(body)
    assert status == 200
    assert found[0]["name"] == "八里庄街道"
    assert found[0]["kind"] == "街道"
    assert all("/id/" in item["href"] for item in found)
    assert json.loads(get(address, "/suggest?q=")[2]) == []
    assert get(address, "/suggest?q=" + "x" * 5000)[0] == 200


def test_facets_make_fewer_and_are_taken_back(address):
    page = get(address, f"{CANTEEN}?lang=zh")[2]
    assert page.count('<th scope="row">') == 30
    fewer = get(address, link(page, "八里庄街道"))[2]
    assert fewer.count('<th scope="row">') == 2
    assert 'aria-current="true"' in fewer
    again = get(address, link(fewer, "清除筛选"))[2]
    assert again.count('<th scope="row">') == 30
    odd = get(address, f"{CANTEEN}?f=" + quoted("not-an-iri } DROP ALL {").replace("&", ""))
    assert odd[0] == 200


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
    assert "/api/queries/canteens_of_street?street=" in page
    status, _, page = get(address, "/queries/canteens_of_street?lang=zh&street=不存在街道")
    assert status == 400
    assert "没有叫“不存在街道”的" in page


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
    name = re.search(r'<th scope="row"><a href="([^"]+)"', canteens)[1]
    thing = get(built, name)[2]
    assert '<q lang="zh">' in thing  # the words of the report
    place = re.search(r'href="(/coverage/[^"]+#L\d+)"', thing)[1]
    assert f'id="{place.partition("#")[2]}"' in page
    mail = next(href for href in Read(thing).hrefs if href.startswith("mailto:"))
    assert mail.startswith("mailto:data@example.cn?subject=")
    assert "+" not in mail
    assert get(built, "/coverage/..%2f..%2fbuild")[0] == 404


def test_assets_are_kept_and_nothing_else_is_served(address):
    page = get(address, "/")[2]
    style = re.search(r'href="(/assets/site.css[^"]+)"', page)[1]
    status, headers, _ = get(address, style)
    assert status == 200
    assert "immutable" in headers["cache-control"]
    for name in ("..%2fstate.py", "nothing.js", "site.css%00", "%2e%2e/app.py", "coverage.html"):
        assert get(address, f"/assets/{name}")[0] == 404
    assert "MIT" in get(address, "/assets/LICENCES.txt")[2]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "hostile.ttl"
    path.write_text(HOSTILE, "utf-8")
    with at(path, path.parent) as address:
        yield address


EVIL = "/describe?format=html&iri=" + urllib.parse.quote(
    "https://example.org/kg/id/canteen/evil", safe=""
)


def test_what_the_data_says_is_words_and_no_link_that_runs(hostile):
    paths = (
        *("/", "/browse", CANTEEN, "/search?q=script", "/queries", "/charts", "/coverage", EVIL),
        "/queries/canteens_of_street?run=1",
        "/workbench?query=SELECT * { ?s ?p ?o }",
        "/workbench?query=<script>alert(6)</script>",
        "/search?q=<script>alert(7)</script>",
    )
    for path in paths:
        _, _, page = get(hostile, path)
        read = Read(page)  # stops at scripts, handlers and styles
        assert "img" not in read.tags
        assert "\u202e" not in page
        for href in read.hrefs:
            assert href.startswith(("/", "#", "https://", "http://", "mailto:")), href
    page = get(hostile, EVIL)[2]
    assert "javascript:alert(3)" in Read(page).text
    assert "https://elsewhere.example/a" in Read(page).hrefs
    assert "{{7*7}}" in page
    assert json.loads(get(hostile, "/suggest?q=alert")[2]) is not None


# --- in a browser


@pytest.fixture(scope="module")
def browser():
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    browser = Browser(path)
    yield browser
    browser.close()


def settled(browser, milliseconds=400):
    browser.run(f"new Promise(done => setTimeout(done, {milliseconds}))")


def opened(browser, address, path, *, width=1280, dark=False, media=""):
    browser.show(width, 900, dark=dark, media=media)
    browser.open(address + quoted(path))
    settled(browser)


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


def until(browser, script, seconds=20):
    """Wait until an expression is true, also over the loading of another page."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if browser.run(f"!!({script})"):
                return
        except AssertionError:
            pass  # the page was just left
        time.sleep(0.1)
    raise AssertionError(script)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_another_host_or_makes_the_browser_complain(browser, address, path):
    opened(browser, address, f"{path}{'&' if '?' in path else '?'}lang=zh")
    clean(browser, address)
    for width in (390, 1280):
        browser.show(width, 800)
        settled(browser, 150)
        wide = browser.run("document.documentElement.scrollWidth")
        assert wide <= width, path


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(browser, address, path, dark):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci --prefix web)")
    opened(browser, address, f"{path}{'&' if '?' in path else '?'}lang=zh", dark=dark)
    found = audit(browser)
    assert found == [], found


def audit(browser):
    browser.run(AXE.read_text("utf-8") + "\n;0")
    found = browser.run(
        "axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations"
        ".map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])))"
    )
    return [item for item in json.loads(found) if item[0] in ("serious", "critical")]


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious_on_the_page_of_a_thing(browser, address, width):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci --prefix web)")
    thing = link(get(address, "/search?lang=zh&q=超市发华光")[2], "超市发华光商厦店")
    opened(browser, address, urllib.parse.unquote(thing), width=width)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert audit(browser) == []
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_search_waits_for_the_input_method_then_leads_to_evidence(browser, address):
    opened(browser, address, "/?lang=zh")
    browser.run("document.querySelector('#q').focus()")
    browser.call("Input.imeSetComposition", text="balizhuang", selectionStart=10, selectionEnd=10)
    settled(browser, 500)
    asked = [e for e in browser.events if "/suggest" in json.dumps(e)]
    assert asked == []  # while it composes nothing is asked
    browser.call("Input.imeSetComposition", text="", selectionStart=0, selectionEnd=0)
    browser.call("Input.insertText", text="八里庄")
    until(browser, "document.querySelectorAll('[role=option]').length > 0")
    assert browser.run("document.querySelector('#q').getAttribute('aria-expanded')") == "true"
    browser.press("ArrowDown", 40)
    assert browser.run("document.querySelector('[aria-selected=true]').textContent").startswith(
        "八里庄街道"
    )
    browser.press("Enter", 13, "\r")
    until(browser, "document.querySelector('h1')?.textContent.includes('八里庄街道')")
    browser.run(
        "[...document.querySelectorAll('main a')].find(a => a.textContent == '超市发华光商厦店')"
        ".click()"
    )
    until(browser, "document.querySelector('h1')?.textContent.includes('超市发华光商厦店')")
    browser.run("document.querySelector('.facts .why summary').click()")
    assert browser.run("document.querySelector('.facts .why[open] .card').checkVisibility()")
    assert "行" in browser.run("document.querySelector('.facts .why[open] .card').innerText")
    clean(browser, address)


def test_charts_are_drawn_again_with_kinds_to_choose(browser, address):
    opened(browser, address, "/charts?lang=zh")
    until(browser, "document.querySelectorAll('.drawn svg[class*=plot]').length >= 4")
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
    until(browser, "document.querySelector('.result table')?.innerText.includes('华光商厦')")
    assert browser.run("document.querySelectorAll('.result tbody tr').length") == 2
    browser.run("document.querySelector('.result .why summary').click()")
    assert "第98行" in browser.run("document.querySelector('.result .why[open]').innerText")
    clean(browser, address)


def test_the_workbench_colours_completes_runs_and_marks(browser, address):
    query = urllib.parse.quote("SELECT * {\n  ?s a kg:Canteen ;\n}")
    opened(browser, address, f"/workbench?lang=zh&query={query}")
    code = "document.querySelector('.code').shadowRoot"
    until(browser, f"{code}.querySelectorAll('.cm-line span').length > 2")
    browser.run(f"{code}.querySelector('.cm-content').focus()")
    for key, number in (("ArrowDown", 40), ("End", 35)):
        browser.press(key, number)
    browser.call("Input.insertText", text=" inS")
    until(browser, f"{code}.querySelector('.cm-tooltip-autocomplete li')")
    first = browser.run(f"{code}.querySelector('.cm-tooltip-autocomplete li').innerText")
    assert first.startswith("kg:inStreet")
    assert "30" in first  # so often the graph has it
    settled(browser, 200)  # what has just come up is not taken by a key that was meant otherwise
    browser.press("Enter", 13, "\r")
    assert "kg:inStreet" in browser.run("document.querySelector('#query').value")
    browser.run("document.querySelector('.bench').requestSubmit()")
    # the property wants an object: the error is told where it is
    until(browser, "document.querySelector('.banner')")
    until(browser, f"{code}.querySelector('.cm-lintRange-error, .cm-lintPoint-error')")
    browser.run(
        "(s => { s.value = '/queries/canteens_by_street.rq';"
        " s.dispatchEvent(new Event('change')); })(document.querySelector('#stored'))"
    )
    until(browser, "document.querySelector('#query').value.includes('share_percent')")
    browser.run("document.querySelector('.bench').requestSubmit()")
    until(browser, "document.querySelector('.result .drawn svg[class*=plot]')")
    assert "query=" in browser.run("location.search")
    clean(browser, address)


def test_triples_are_dropped_checked_and_mended(browser, address):
    opened(browser, address, "/validate?lang=zh")
    browser.run(
        "(() => { const data = new DataTransfer();"
        f" data.items.add(new File([{json.dumps(WRONG)}], 'mine.ttl'));"
        " document.querySelector('form[data-drop]').dispatchEvent("
        "new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); })()"
    )
    until(browser, "document.querySelector('#text').value.includes('Canteeen')")
    browser.run("document.querySelector('button[value=check]').click()")
    until(browser, "document.querySelector('.hit.violation')")
    assert "kg:Canteeen" in browser.run("document.querySelector('.m.violation').textContent")
    browser.run("document.querySelector('button[value=fix]').click()")
    until(browser, "document.querySelector('p.good')")
    assert "kg:Canteen ." in browser.run("document.querySelector('#text').value")
    clean(browser, address)


def test_the_keyboard_gets_everywhere_and_sees_where_it_is(browser, address):
    opened(browser, address, "/browse/Canteen?lang=zh")
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0
    seen = set()
    for _ in range(60):
        browser.press("Tab", 9)
        seen.add(browser.run("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(seen) == 60


def test_print_leaves_out_what_only_a_screen_needs(browser, address):
    opened(browser, address, "/charts?lang=zh", media="print")
    for selector in ("nav", ".find", ".end"):
        assert not browser.run(f"document.querySelector('{selector}').checkVisibility()")
    assert browser.run("document.querySelector('.chart table').checkVisibility()")
    browser.show(1280, 900)


def test_hostile_labels_do_nothing_in_a_browser(browser, hostile):
    for path in (EVIL, "/search?q=script", CANTEEN, "/workbench?query=SELECT * { ?s ?p ?o }"):
        opened(browser, hostile, path)
        dialogs = [e for e in browser.events if e["method"] == "Page.javascriptDialogOpening"]
        assert dialogs == []
        clean(browser, hostile)


# --- the assets


def test_assets_name_no_other_host_to_fetch_from():
    for path in (ROOT / "src/kg_builder/serving/assets").iterdir():
        if path.suffix == ".css":
            assert "url(" not in path.read_text("utf-8")
            assert "@import" not in path.read_text("utf-8")
