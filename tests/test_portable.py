"""`kg export --portable` in a real browser, opened from the disk: it answers as `kg` does.

Skipped where no Chromium is installed.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode

import kg_builder
from kg_builder.asking.schema import classes_in
from kg_builder.asking.show import Card, card_of
from kg_builder.asking.support import PLACES, support
from kg_builder.graph.opening import open_graph
from kg_builder.graph.query.catalogue import bind
from kg_builder.graph.query.levels import read_query
from kg_builder.graph.vocabulary import expand
from kg_builder.judging.transaction import submit
from kg_builder.pages.portable import portable_page
from kg_builder.pages.portable.contents import front
from kg_builder.resources import Resources
from kg_builder.text.search.keys import Splitter
from kg_builder.text.search.lexicon import load_spoken_names
from tests import contributing
from tests.stored_queries import Asked, cases, catalogue

HERE = Path(__file__).parent
ANSWERS = HERE / "queries"
WEB = HERE.parent / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
CATALOGUE = catalogue()
HOSTILE = """
@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <https://example.org/x/> .
ex:a a kg:Canteen ; rdfs:label "<script>window.hit = 1</script>"@zh ;
  rdfs:seeAlso <javascript:hit()> ;
  rdfs:comment "</script><img src=x onerror=window.hit=1>", "=HYPERLINK(1)", "\\u202Egnp.exe" .
<javascript:window.hit=1> a kg:Canteen ; rdfs:label "\\" onclick=window.hit=1 x=\\""@zh .
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    out = tmp_path_factory.mktemp("portable") / "out"
    kg_builder.build([], kg_builder.BuildOptions(out=out))
    return out


@pytest.fixture(scope="module")
def graph(store):
    with open_graph(store) as graph:
        yield graph


@pytest.fixture(scope="module")
def asked(graph):
    return _Stored(graph)


def written(store, path, resources=None):
    with open_graph(store) as graph:
        path.write_bytes(portable_page(graph, resources or Resources.find(), "zh"))
    return path


@pytest.fixture(scope="module")
def few_queries(tmp_path_factory):
    """The house's data with three of its queries: a page with them is made sooner."""
    root = tmp_path_factory.mktemp("house")
    (house,) = Resources.find().roots
    for name in ("ontology", "genre", "data"):
        (root / name).symlink_to(house / name)
    (root / "queries").mkdir()
    for name in ("columns.toml", "canteens_of_street.rq", "indicators.rq", "reports.rq"):
        (root / "queries" / name).symlink_to(house / "queries" / name)
    return Resources((root,))


@pytest.fixture(scope="module")
def page(store, tmp_path_factory):
    return written(store, tmp_path_factory.mktemp("page") / "资料 1.html")


@pytest.fixture(scope="module")
def other_page(tmp_path_factory, few_queries):
    """The page of the invented report, with a contribution."""
    out = tmp_path_factory.mktemp("other") / "out"
    contributing.build(out)
    submit(out, contributing.canteen(7), contributing.WHO, contributing.QUICK)
    return written(out, out.parent / "other.html", few_queries)


class Reader:
    """Somebody in front of a page; `again`: it is opened anew where it is open already."""

    def __init__(self, browser, path, *, again=True):
        self.browser = browser
        address = path.absolute().as_uri()
        if not again and self.run("location.href.split('#')[0]") == address:
            return
        browser.show(1280, 900)
        browser.open("about:blank")
        browser.open(address)
        self.wait("document.documentElement.dataset.ready === 'true'", 60)

    def run(self, script):
        return self.browser.run(script)

    def wait(self, script, seconds=20):
        self.browser.until(script, seconds)

    def go(self, fragment):
        if (self.run("location.hash") or "#") == fragment:
            return
        self.run("document.querySelector('main').dataset.old = 1")
        self.run("document.querySelector('main h1')?.setAttribute('data-old', 1)")
        self.run(f"location.hash = {json.dumps(fragment)}")
        self.wait(
            "!document.querySelector('main h1[data-old]') && document.querySelector('main h1')"
        )
        self.wait("!document.querySelector('main .busy')")
        if fragment.startswith(("#q/", "#sparql/")):
            self.wait("document.querySelector('.answer > *, .fault:not(:empty)')")

    def click(self, words, within="main"):
        found = self.run(
            f"(() => {{ const found = [...document.querySelectorAll('{within} button, {within} a')]"
            f".find((one) => one.textContent === {json.dumps(words)});"
            " found?.click(); return Boolean(found) })()"
        )
        assert found, words

    def text(self, selector="main"):
        return self.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def saved(self, words):
        """Return the text of the file that a button saves."""
        self.run(
            "window.blobs = []; window.makeUrl ??= URL.createObjectURL;"
            "URL.createObjectURL = (blob) => { blobs.push(blob); return makeUrl.call(URL, blob) }"
        )
        self.click(words)
        self.wait("blobs.length")
        return self.run(
            "blobs[0].arrayBuffer()"
            ".then((all) => new TextDecoder('utf-8', {ignoreBOM: true}).decode(all))"
        )


@pytest.fixture
def reader(browser, page):
    return Reader(browser, page, again=False)


@pytest.fixture
def other_reader(browser, other_page):
    return Reader(browser, other_page, again=False)


def link(name, settings):
    pairs = "&".join(
        f"{key}={quote(value)}" for key, values in settings.items() for value in values
    )
    return f"#q/{name}" + (f"?{pairs}" if pairs else "")


def answers(name):
    """Return the expected rows of each worked example, as the tests of queries keep them."""
    blocks = re.split(r"(?m)^# .*\n", (ANSWERS / f"{name}.csv").read_text("utf-8"))[1:]
    return [list(csv.reader(io.StringIO(block.rstrip("\n") + "\n"))) for block in blocks]


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_page_answers_as_kg_does_with_its_evidence(name, reader, graph, asked):
    query = CATALOGUE[name]
    examples = zip(cases(query), answers(name), strict=True)
    for number, (settings, expected) in enumerate(examples):
        reader.go(link(name, settings))
        if len(expected) == 1:
            assert "没有结果" in reader.text()
            continue
        text = reader.saved("CSV")
        assert text.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        bound = bind(query, asked.terms(query, settings))
        found = graph.store.query(bound, prefixes=dict(graph.prefixes))
        names = [variable.value for variable in found.variables]
        solutions = list(found)
        assert rows[0] == names == expected[0]
        assert rows[1:] == [
            ["" if term is None else term.value for term in solution] for solution in solutions
        ]
        assert len(rows) == len(expected)
        if number == 0:
            first = [dict(zip(names, solution, strict=True)) for solution in solutions[:200]]
            _compare_evidence(reader, support(graph, read_query(bound), first, "zh", None))


def _compare_evidence(reader, wanted):
    reader.click("全部出处")
    reader.wait(
        "document.querySelectorAll('.detail').length === "
        "document.querySelectorAll('.tools button').length"
    )
    shown = reader.run(
        "[...document.querySelectorAll('.detail')].map((row) => "
        "[...row.querySelectorAll('.places li')]"
        ".map((item) => [item.querySelector('.line')?.textContent ?? item.textContent,"
        " item.querySelector('.path')?.textContent ?? '']))"
    )
    # a place is told once: kg tells it again for another stretch that begins there
    for places, ours in zip(wanted, shown, strict=True):
        once = list(dict.fromkeys(place.words for place in places))
        found = [_place(*place) for place in ours]
        if len(places) > PLACES:
            once, found = once[: PLACES // 2], found[: PLACES // 2]
        assert found == once


class _Stored(Asked):
    """Looks names up in a store that is there."""

    def __init__(self, graph):
        super().__init__(graph)
        self.__dict__["store"] = graph.store


def _place(line, path):
    """Return a place as `kg query --evidence` writes it."""
    place = line.replace(" ", "") if line.startswith("第") else line
    return " › ".join(part for part in (place, path) if part)


def of_every_class(graph):
    """Return a thing of every class that things with a name have."""
    found = graph.store.query(
        "SELECT ?class (MIN(?thing) AS ?first) { ?thing a ?class ; rdfs:label ?name"
        " FILTER(STRSTARTS(STR(?class), STR(kg:))) } GROUP BY ?class ORDER BY ?class",
        prefixes=dict(graph.prefixes),
    )
    return list(dict.fromkeys(solution["first"].value for solution in found))


def test_a_thing_is_told_as_kg_show_tells_it(reader, graph):
    things = of_every_class(graph)
    assert len(things) > 30
    for iri in things:
        reader.go(f"#e/{quote(iri)}")
        wanted = card_of(graph, NamedNode(iri), "zh")
        shown = reader.run(
            "({heading: document.querySelector('main h1').textContent,"
            " kinds: [...document.querySelectorAll('.kinds a')].map((a) => a.hash),"
            " facts: [...document.querySelectorAll('.facts .fact')].map((fact) => ["
            "fact.firstElementChild.hash ?? fact.firstElementChild.textContent,"
            " fact.classList.contains('inferred'),"
            " fact.querySelectorAll(':scope > .why > .places > li').length > 0]),"
            " statements: [...document.querySelectorAll('tbody tr')].length,"
            " incoming: [...document.querySelectorAll('dt small')].map((n) => n.textContent)})"
        )
        assert shown["heading"] == graph.label(NamedNode(iri), "zh")
        above = [term for term in wanted.superclasses if graph.label(term, "zh") is not None]
        assert sorted(shown["kinds"]) == sorted(
            f"#e/{_fragment(term.value)}" for term in (*wanted.classes, *above)
        )
        assert sorted(map(tuple, shown["facts"])) == sorted(_facts(wanted))
        assert shown["statements"] == sum(map(len, wanted.statements.values()))
        assert shown["incoming"] == [f"{item.count:,}" for item in wanted.incoming]


def _facts(card: Card):
    for said in card.facts:
        term = said.object
        words = term.value if isinstance(term, Literal) else f"#e/{_fragment(term.value)}"
        # what is inferred has its rule, and below it the places of what that rests on
        told = bool(said.testimonies or said.contributions)
        yield words, said.inferred, told or said.inferred


def _fragment(text):
    return quote(text, safe="/:~!*'()")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2028-2024+1", "5"),
        ("3-2-1", "0"),
        ("8/4*2", "4"),
        ("1+2-3+4*5/2-1", "9"),
        ("-1 -1 -1", "-3"),
        ("IF(5-1-1 = 3, 8/2/2, 0)", "2"),
        ("STRLEN('1-2-3')-1-1", "3"),
    ],
)
def test_arithmetic_is_read_from_left_to_right(expression, value, reader):
    """Oxigraph before 0.5.12 reads it from right to left, and npm has none newer."""
    reader.go("#sparql/" + quote(f"SELECT ({expression} AS ?x) {{}}"))
    assert reader.text(".answer td") == value


def test_brackets_come_to_expressions_alone(reader):
    reader.go(
        "#sparql/"
        + quote("SELECT ?x { ?x a/rdfs:subClassOf*/rdfs:label ?l FILTER(1-1-1<0) } LIMIT 3")
    )
    assert reader.run("document.querySelectorAll('.answer tbody tr').length") == 3


def test_back_leads_to_where_one_was(reader, browser):
    browser.show(1280, 500)
    reader.go("#q/canteens_of_street")
    reader.run("scrollTo(0, 400)")
    reader.wait("history.state?.top === 400")
    reader.click(reader.text("tbody a"))
    reader.wait("document.querySelector('.facts')")
    assert reader.run("scrollY") == 0
    assert reader.run("document.activeElement.tagName") == "H1"
    neighbour = reader.text(".facts dd a")
    reader.click(neighbour)
    reader.wait(f"document.querySelector('main h1').textContent === {json.dumps(neighbour)}")
    reader.run("history.go(-2)")
    reader.wait("document.querySelector('.answer table') && scrollY === 400")
    browser.show(1280, 900)


def test_the_keyboard_reaches_the_answer(reader, browser):
    reader.go("#about")
    reader.go("#q/canteens_of_street?street=" + quote("八里庄街道"))
    seen = []
    while "出处" not in seen:
        browser.press("Tab")
        seen.append(reader.run("document.activeElement.textContent"))
        assert len(seen) < 40
    assert "查询" in seen
    browser.press("Enter")
    reader.wait("document.querySelector('.detail .places')")
    assert reader.run("document.activeElement.getAttribute('aria-expanded')") == "true"


def test_another_report_is_asked_of_its_own_things(other_reader):
    assert "八里庄" not in other_reader.text()
    cards = other_reader.run("[...document.querySelectorAll('.cards a')].map((a) => a.hash)")
    assert len(cards) == 3
    for card in cards:
        other_reader.go(card)
        other_reader.wait("document.querySelector('.answer tbody tr')")
    other_reader.go("#q/canteens_of_street")
    assert "八里庄" not in other_reader.run("document.querySelector('main').outerHTML")


def test_a_contribution_is_told_with_who_made_it(other_reader):
    other_reader.go("#s/" + quote("试7号食堂"))
    other_reader.click("试7号食堂")
    other_reader.wait("document.querySelector('.kinds .why')")
    other_reader.run("document.querySelector('.kinds summary').click()")
    who = other_reader.text(".kinds .places")
    assert all(words in who for words in ("王敏", "2026-01-02", "https://example.cn/notice/7"))


def test_members_are_counted_as_the_graph_has_them(reader, graph):
    reader.go("#")
    shown = reader.run(
        "Object.fromEntries([...document.querySelectorAll('.classes li')]"
        ".map((li) => [li.querySelector('a').textContent, li.querySelector('small').textContent]))"
    )
    counts = {item.term: item.count for item in classes_in(graph)}
    for name, words in (("School", "学校"), ("Platform", "平台"), ("Organization", "组织")):
        assert shown[words] == str(counts[expand(name)])


def test_any_rdf_shows_its_classes(browser, tmp_path, few_queries):
    (tmp_path / "x.ttl").write_text("<http://x.example/a> a <http://x.example/Thing> .", "utf-8")
    reader = Reader(browser, written(tmp_path / "x.ttl", tmp_path / "x.html", few_queries))
    reader.click("Thing")
    reader.wait("document.querySelector('main').innerText.includes('http://x.example/a')")


def test_an_empty_graph_makes_a_page(browser, tmp_path, few_queries):
    (tmp_path / "empty.ttl").write_text("", "utf-8")
    page = written(tmp_path / "empty.ttl", tmp_path / "empty.html", few_queries)
    reader = Reader(browser, page)
    assert "没有事物" in reader.text()
    assert not reader.run("document.querySelectorAll('.cards, .classes').length")
    reader.go("#q/reports")
    assert "没有结果" in reader.text()


def test_nothing_is_requested(browser, page):
    reader = Reader(browser, page)
    reader.go("#q/canteens_of_street")
    reader.click("全部出处")
    reader.go("#e/kg:Canteen")
    urls = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert {url.partition(":")[0] for url in urls} <= {"file", "blob"}
    assert len([url for url in urls if url.startswith("file:")]) == 1
    refused = reader.run("fetch('https://example.org/').then(() => 'sent', () => 'refused')")
    assert refused == "refused"
    assert not [
        event for event in browser.events if event.get("method") == "Runtime.exceptionThrown"
    ]


def test_the_engine_is_ready_in_time(browser, page):
    start = time.monotonic()
    Reader(browser, page)
    assert time.monotonic() - start < 20  # two seconds on a quiet machine


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("八里庄", "八里庄街道"),
        ("balizhuang", "八里庄街道"),
        ("blzjd", "八里庄街道"),
        ("人大附中", "中国人民大学附属中学"),
        ("一零一中学", "北京市第一〇一中学"),
        ("ＧＤＰ", "地区生产总值"),
    ],
)
def test_names_are_found_as_people_type_them(typed, first, reader):
    reader.go(f"#s/{quote(typed)}")
    assert reader.text("main .found a") == first


@pytest.mark.parametrize(
    ("typed", "kind", "found"),
    [
        ("八里庄食堂", "与“八里庄街道”有关的助餐点", "裕友大厦海淀食堂"),
        ("具身智能 政策", "与“具身智能”有关的政策", "三年行动方案"),
        ("embodied intelligence policy", "与“具身智能”有关的政策", "三年行动方案"),
        ("海淀区的学校", "与“海淀区”有关的学校", "北京"),
        ("policy for embodied intelligence", "与“具身智能”有关的政策", "三年行动方案"),
        # a street that is called as a road is, or as a place
        ("学院路食堂", "与“学院路街道”有关的助餐点", "展春园社区助餐点"),
        ("中关村食堂", "与“中关村街道”有关的助餐点", "京东科技大厦食堂店"),
        ("Xueyuanlu canteens", "与“学院路街道”有关的助餐点", "展春园社区助餐点"),
    ],
)
def test_a_class_beside_a_name_is_understood(typed, kind, found, reader):
    reader.go(f"#s/{quote(typed)}")
    assert reader.text("main h2") == kind
    assert found in reader.text("main .found")


@pytest.mark.parametrize(("typed", "name"), [("具深智能", "具身智能"), ("balizuang", "八里庄街道")])
def test_what_nothing_is_called_leads_to_what_comes_close(typed, name, reader):
    reader.go(f"#s/{quote(typed)}")
    assert reader.text("main h2") == "是不是："
    assert name in reader.text("main .found")


def test_suggestions_wait_for_the_input_method_and_take_the_keyboard(reader, browser):
    reader.go("#about")
    options = "document.querySelectorAll('#search + ul li').length"
    put = (
        "(() => {{ const field = document.getElementById('search'); field.focus();"
        " {before} field.value = {text}; field.dispatchEvent(new Event('input')); {after} }})()"
    )
    start = "field.dispatchEvent(new CompositionEvent('compositionstart'));"
    reader.run(put.format(before=start, text="'qing'", after=""))
    time.sleep(0.3)
    assert reader.run(options) == 0
    end = "field.dispatchEvent(new CompositionEvent('compositionend'));"
    reader.run(put.format(before="", text="'氢能'", after=end))
    reader.wait(f"{options} > 0")
    browser.press("ArrowDown")
    assert reader.run("document.getElementById('search').getAttribute('aria-activedescendant')")
    browser.press("Enter")
    reader.wait("location.hash.startsWith('#e/')")


def test_a_name_that_several_things_have_is_asked_about(reader):
    reader.go(f"#q/policies_of_industry?industry={quote('人工智慧')}")
    assert "没有叫“人工智慧”的；是不是： 人工智能" in " ".join(reader.text(".fault").split())
    reader.click("人工智能", ".fault")
    reader.wait("document.querySelector('.answer tbody tr')")
    reader.go(f"#q/policies_of_industry?industry={quote('八里庄街道')}")
    assert "这里要的是产业" in reader.text(".fault")
    reader.go("#q/facts_of_line?line=" + quote("三十九"))
    assert reader.run("document.querySelectorAll('tbody tr').length") > 5


def test_the_language_is_switched_and_the_view_kept(reader):
    reader.go("#q/headline_figures")
    reader.click("English", "header")
    reader.wait("document.documentElement.lang === 'en' && document.querySelector('.answer table')")
    assert "Copy link" in reader.text()
    reader.click("中文", "header")
    reader.wait("document.documentElement.lang === 'zh-Hans'")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT ?x { ?a (!a|^a)* ?x . ?x (!a|^a)* ?b . ?b (!a|^a)* ?c } ORDER BY ?x",
        "SELECT ?x { BIND('a' AS ?x0) "
        + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
        + " }",
        f"SELECT ?x {{ BIND({'STR(' * 1000}'a'{')' * 1000} AS ?x) }}",
        "SELECT ?x { ?x " + "/".join(["a"] * 1000) + " ?y }",
    ],
    ids=["product", "path", "doubling", "nesting", "long path"],
)
def test_a_runaway_query_is_ended_and_the_next_one_answered(text, other_reader):
    other_reader.go("#sparql")
    other_reader.run(
        f"document.getElementById('query').value = {json.dumps(text)};"
        "document.getElementById('limit').add(new Option('0.3', '0.3'));"
        "document.getElementById('limit').value = '0.3'"
    )
    other_reader.click("查询")
    other_reader.wait("document.querySelector('.answer .error, .answer table')", 30)
    other_reader.run("document.getElementById('query').value = 'ASK { ?s a kg:Canteen }'")
    other_reader.run("document.getElementById('limit').value = '30'")
    other_reader.click("查询")
    other_reader.wait("document.querySelector('.answer .verdict')", 60)
    assert other_reader.text(".answer") == "是"


def test_a_query_is_stopped_by_hand(other_reader):
    other_reader.go("#sparql")
    product = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    other_reader.run(f"document.getElementById('query').value = {json.dumps(product)}")
    other_reader.click("查询")
    other_reader.wait("document.querySelector('.answer .busy')")
    other_reader.click("停止")
    other_reader.wait("document.querySelector('.answer .error')")
    assert "已停止" in other_reader.text(".answer")


def test_an_error_shows_its_place(reader):
    reader.go("#sparql/" + quote("SELECT * WHERE {\n  ?s a kg:Canteen ; rdfs:label }"))
    assert "第 2 行第 32 列" in reader.text(".answer")
    reader.go("#sparql/" + quote("SELECT * WHERE { ?s a kg:Canteen ; rdfs:label } LIMIT 20"))
    assert "第 1 行第 47 列" in reader.text(".answer")
    reader.go("#sparql/" + quote("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }"))
    assert reader.run("Boolean(document.querySelector('.answer .error'))")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen(width, reader, browser):
    browser.show(width, 900)
    views = ("#", "#questions", "#about", "#sparql", "#q/headline_figures", "#e/kg:Canteen")
    for fragment in views:
        reader.go(fragment)
        assert reader.run("document.documentElement.scrollWidth <= innerWidth"), fragment
    browser.show(1280, 900)


@pytest.mark.skipif(not AXE.is_file(), reason="needs `npm ci --prefix web`")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(dark, reader, browser):
    browser.show(390 if dark else 1280, 900, dark=dark)
    reader.run(AXE.read_text("utf-8") + ";0")
    street = link("canteens_of_street", {"street": ("八里庄街道",)})
    for fragment in ("#", "#questions", "#about", "#sparql", "#s/海淀", street, "#e/kg:Canteen"):
        reader.go(fragment)
        if fragment == street:
            reader.click("全部出处")
            reader.wait("document.querySelector('.detail')")
        found = reader.run("axe.run().then(({violations}) => violations.map(({id}) => id))")
        assert found == [], fragment
    browser.show(1280, 900)


def test_hostile_labels_stay_text(browser, tmp_path, few_queries):
    data = tmp_path / "hostile.ttl"
    data.write_text(HOSTILE, "utf-8")
    reader = Reader(browser, written(data, tmp_path / "hostile.html", few_queries))
    views = (
        "#s/script",
        "#e/https://example.org/x/a",
        "#e/javascript:window.hit=1",
        "#e/kg:Canteen",
    )
    for fragment in views:
        reader.go(fragment)
    reader.go("#sparql/" + quote("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"))
    assert "<script>" in reader.text()
    assert "\u202e" not in reader.text()
    assert reader.run("window.hit === undefined")
    assert not reader.run("document.querySelectorAll('main img, main script').length")
    hrefs = reader.run(
        "[...document.querySelectorAll('a')].map((link) => link.getAttribute('href'))"
    )
    assert all(href.startswith(("#", "http")) for href in hrefs)


def test_a_statement_that_is_spoken_of_is_shown_as_it_is_written(browser, tmp_path, few_queries):
    path = tmp_path / "x.ttl"
    path.write_text(
        '@prefix ex: <http://example.com/> .\nex:a a ex:Thing ; ex:says <<( ex:b ex:c "d" )>> .\n',
        "utf-8",
    )
    reader = Reader(browser, written(path, tmp_path / "x.html", few_queries))
    words = '<<( <http://example.com/b> <http://example.com/c> "d" )>>'
    reader.go("#e/http://example.com/a")
    reader.wait("document.querySelector('main').innerText.includes('says')")
    assert words in reader.text()
    reader.go("#sparql/" + quote("SELECT ?o { ?s <http://example.com/says> ?o }"))
    reader.wait("document.querySelector('.answer table')")
    assert words in reader.text(".answer table")
    assert words in next(csv.reader([reader.saved("CSV").splitlines()[1]]))
    (row,) = json.loads(reader.saved("JSON"))["results"]["bindings"]
    assert row["o"]["value"]["object"] == {"type": "literal", "value": "d"}


def test_it_works_without_a_worker_and_tells_old_browsers(browser, page):
    source = "delete window.Worker"
    script = browser.call("Page.addScriptToEvaluateOnNewDocument", source=source)
    try:
        reader = Reader(browser, page)
        reader.go("#q/reports")
        assert reader.run("document.querySelectorAll('tbody tr').length") == 1
    finally:
        browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])
    source = "delete window.DecompressionStream"
    script = browser.call("Page.addScriptToEvaluateOnNewDocument", source=source)
    try:
        browser.open(page.absolute().as_uri())
        assert "较新的" in browser.run("document.body.innerText")
    finally:
        browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])


def test_names_are_folded_as_python_folds_them(browser, graph):
    """The port of the folding, on all names of the graph and on numerals."""
    carried = front(graph, (), Resources.find(), quotes=False)
    names = sorted({name for record in carried["records"] for name in record[1]})
    names += [
        "第一百零一中学",
        "第十一学校",
        "２０２４—２０２６年",
        "兩千三百號",
        "ＡＢＣ-d",
        "廿二",
        "第5",
    ]
    names += ["一二三四五六七八九〇", "三万五", "十亿零三", "百千", "第二", "5、6", "Straße", "○三"]
    fold = Splitter(load_spoken_names(Resources.find())).fold
    source = (WEB / "src" / "portable" / "fold.js").read_text("utf-8").replace("export ", "")
    given = json.dumps([carried["lexicon"], names])
    script = f"const [lexicon, names] = {given}; const folder = new Folder(lexicon);"
    browser.open("about:blank")
    found = browser.run(
        f"(() => {{ {source}\n{script} return names.map((n) => folder.fold(n)) }})()"
    )
    assert dict(zip(names, found, strict=True)) == {name: fold(name) for name in names}


def test_equal_graphs_give_equal_pages(store, page, tmp_path):
    code = (
        "import sys; from pathlib import Path; from tests.test_portable import written;"
        "written(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    other = tmp_path / "other.html"
    subprocess.run(
        [sys.executable, "-c", code, store, other],
        check=True,
        cwd=HERE.parent,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert other.read_bytes() == page.read_bytes()


def test_the_page_is_small(page):
    assert page.stat().st_size < 6_000_000
