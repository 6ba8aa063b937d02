"""`kg docs` as a user meets it: whole processes, and the page in a real browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

QUERY = """#+ title: {zh: "某街道<script>的助餐点", en: "Meal points of a <b>street</b>"}
#+ description: {zh: 名称, en: Names.}
#+ tags: [canteen]
#+ parameters:
#+   street: {type: entity, class: Street, label: {zh: 街道, en: street}, examples: [湖滨街道]}
PREFIX kg: <https://w3id.org/kg-builder/ont#>
SELECT ?canteen { VALUES ?street { UNDEF } ?canteen a kg:Canteen ; kg:inStreet ?street }
"""


def kg(*arguments, cwd, **environment):
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", "docs", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, env=env, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the page as it is, and with a project's query."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "project" / "queries").mkdir(parents=True)
    (folder / "project" / "queries" / "meal_points.rq").write_text(QUERY, "utf-8")
    done = kg("-o", "page.html", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.decode().splitlines()
    assert line.endswith("written to page.html")
    done = kg("-o", "own.html", "--project", "project", "--lang", "zh", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    return folder


def test_the_bytes_are_the_same_in_every_run_and_on_standard_output(folder):
    page = (folder / "page.html").read_bytes()
    done = kg(cwd=folder, PYTHONHASHSEED="77")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == page
    assert page.startswith(b'<!DOCTYPE html>\n<html lang="en">')
    assert b'<html lang="zh-Hans">' in (folder / "own.html").read_bytes()


def test_a_projects_query_is_told_and_linked_from_its_terms(folder):
    page = (folder / "own.html").read_text("utf-8")
    assert 'id="query/meal_points"' in page
    assert "某街道&lt;script&gt;的助餐点" in page
    start = page.index('<article id="inStreet"')
    assert 'href="#query/meal_points"' in page[start : page.index("</article>", start)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "notes.txt"), "not overwritten"),
        (("-o", "missing/page.html"), "missing/page.html: cannot be written"),
        (("-o", "."), ".: "),
        (("--project", "nowhere"), "nowhere"),
        (("--project", "broken"), "queries/bad.rq:1"),
        (("extra",), "extra"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(tmp_path, arguments, said):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "broken" / "queries").mkdir(parents=True)
    (tmp_path / "broken" / "queries" / "bad.rq").write_text("#+ nonsense: 1\nSELECT * {}")
    done = kg(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert said in line
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(("language", "word"), [("zh", "本体的文档"), ("en", "documentation")])
def test_help_speaks_both_languages(tmp_path, language, word):
    done = kg("--help", "--lang", language, cwd=tmp_path)
    assert done.returncode == 0
    assert word in done.stdout.decode()
    assert "kg docs -o ontology.html" in done.stdout.decode()


def opened(browser, folder, name="own", *, width=1280, fragment="", dark=False):
    browser.show(width, 800, dark=dark)
    browser.open("about:blank")  # a fragment alone would load nothing
    browser.open((folder / f"{name}.html").as_uri() + fragment)
    return browser


def settled(browser):
    browser.run("new Promise(done => setTimeout(done, 300))")


def test_a_browser_opens_the_page_without_requests_and_errors(browser, folder):
    opened(browser, folder)
    settled(browser)
    methods = [event["method"] for event in browser.events]
    assert "Log.entryAdded" not in methods, browser.events
    assert "Runtime.exceptionThrown" not in methods
    asked = {
        event["params"]["request"]["url"]
        for event in browser.events
        if event["method"] == "Network.requestWillBeSent"
    }
    assert asked <= {(folder / "own.html").as_uri(), "about:blank"}
    assert browser.run("document.scripts.length") == 1


def test_the_language_is_switched_with_and_without_scripts(browser, folder):
    # names that stand in both languages stay
    zh, en = ("main p[lang=zh], svg text[lang=zh]", "main p[lang=en], svg text[lang=en]")
    for scripting in (True, False):
        browser.scripting(on=scripting)
        try:
            opened(browser, folder)
            assert browser.visible(zh) > 300
            assert browser.visible(en) == 0
            browser.run("document.getElementById('ui-en').click()")
            assert browser.visible(zh) == 0
            assert browser.visible(en) > 300
            browser.run("document.getElementById('ui-both').click()")
            assert browser.visible("main p[lang=zh]") == browser.visible("main p[lang=en]") > 0
            browser.run("document.getElementById('ui-zh').click()")
        finally:
            browser.scripting(on=True)
    opened(browser, folder)
    browser.run("document.getElementById('ui-en').click()")
    assert browser.run("document.documentElement.lang") == "en"
    opened(browser, folder)  # and it is remembered
    assert browser.run("document.getElementById('ui-en').checked")
    browser.run("document.getElementById('ui-zh').click()")


def test_search_leaves_what_matches_and_enter_goes_there(browser, folder):
    opened(browser, folder)
    browser.press("/")
    assert browser.run("document.activeElement.id") == "ui-search"
    browser.call("Input.insertText", text="助餐点 列名")
    settled(browser)
    shown = browser.run(
        "[...document.querySelectorAll('main .term')].filter(e => e.checkVisibility())"
        ".map(e => e.id)"
    )
    assert "CanteenListing" in shown
    assert len(shown) < 10
    assert browser.run("document.getElementById('ui-status').textContent") == str(len(shown))
    assert browser.visible("figure") == 0
    browser.press("Enter")
    settled(browser)
    assert browser.run("location.hash") == f"#{shown[0]}"
    assert browser.visible("main figure") > 10
    browser.run("document.getElementById('ui-search').focus()")
    browser.call("Input.insertText", text="no such thing")
    settled(browser)
    assert browser.visible("main .term") == 0
    browser.press("Escape")
    assert browser.visible("main article.term") > 190


def test_kinds_are_shown_alone_and_a_link_shows_its_target_again(browser, folder):
    opened(browser, folder)
    browser.run("document.getElementById('ui-show-properties').click()")
    assert browser.visible("article.class") == 0
    assert browser.visible("article.property") > 100
    browser.run("document.querySelector('article.property .facts a[href=\"#Statement\"]').click()")
    settled(browser)
    assert browser.visible("#Statement") == 1
    browser.run("document.getElementById('ui-show-concepts').click()")
    assert browser.visible("article") == 0
    assert browser.visible("tr.concept") > 50


@pytest.mark.parametrize("fragment", ["#Canteen", "#inStreet", "#status/planned", "#unit/metre"])
def test_a_fragment_lands_on_its_term(browser, folder, fragment):
    opened(browser, folder, fragment=fragment)
    settled(browser)
    top = browser.run("document.querySelector(':target').getBoundingClientRect().top")
    assert 0 < top < 600
    head = browser.run("document.querySelector('header').getBoundingClientRect().bottom")
    assert top >= head


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_a_page_is_never_wider_than_the_window(browser, folder, width):
    opened(browser, folder, width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_drawn_text_stays_within_its_box(browser, folder):
    for language in ("ui-zh", "ui-en"):
        opened(browser, folder)
        browser.run(f"document.getElementById('{language}').click()")
        out = browser.run(
            "[...document.querySelectorAll('svg .box')].filter(g => {"
            " const b = g.querySelector('rect').getBoundingClientRect();"
            " return [...g.querySelectorAll('text')].some(t => t.checkVisibility()"
            " && t.getBoundingClientRect().right > b.right); }).map(g => g.textContent)"
        )
        assert out == []
    browser.run("document.getElementById('ui-zh').click()")


@pytest.mark.parametrize("dark", [False, True])
def test_text_on_every_ground_is_readable(browser, folder, dark):
    opened(browser, folder, dark=dark)
    assert browser.run(CONTRAST) >= 4.5


CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const pixel = (...colours) => {  // painted over one another
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255)
      .map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const grounds = (node) => {
    const found = [];
    for (let at = node; at; at = at.parentElement)
      found.unshift(getComputedStyle(at).backgroundColor);
    const box = node.closest('svg .box');
    if (box) found.push(getComputedStyle(box.querySelector('rect')).fill);
    return found;
  };
  let least = 21;
  const nodes = [...document.querySelectorAll('nav a, header span, dt, small, summary, th,'
    + ' article code, svg text, svg tspan, main a:not(svg a), output')]
    .filter((node) => node.checkVisibility());
  const seen = new Set();
  for (const node of nodes) {
    const style = getComputedStyle(node);
    const ink = node.closest('svg') ? style.fill : style.color;
    const behind = grounds(node);
    const key = [...behind, ink].join();
    if (seen.has(key)) continue;
    seen.add(key);
    const a = light(pixel(...behind)), b = light(pixel(...behind, ink));
    least = Math.min(least, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }
  return least;
})()"""
