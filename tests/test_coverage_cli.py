"""`kg coverage` as a user meets it: whole processes, and the page in a real browser."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hostile_report import hostile

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "yunxi-2025.txt"


def kg(*arguments, cwd, stdin=b"", **environment):
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", "coverage", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, env=env, timeout=120)


def test_the_page_goes_to_a_file_and_a_line_says_so(tmp_path):
    done = kg(EXAMPLE, "-o", "page.html", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.decode().splitlines()
    assert "of the text read" in line
    assert line.endswith("written to page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    page = (tmp_path / "page.html").read_bytes()
    assert page.startswith(b'<!DOCTYPE html>\n<html lang="en">')
    # again, over the page: the same bytes whatever the hash seed
    assert kg(EXAMPLE, "-o", "page.html", cwd=tmp_path, PYTHONHASHSEED="77").returncode == 0
    assert (tmp_path / "page.html").read_bytes() == page


def test_standard_input_and_output(tmp_path):
    kg(EXAMPLE, "-o", "page.html", "--lang", "zh", cwd=tmp_path)
    page = (tmp_path / "page.html").read_bytes()
    for arguments in (("-",), ("-", "-o", "-")):
        done = kg(*arguments, "--lang", "zh", cwd=tmp_path, stdin=EXAMPLE.read_bytes())
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == page
    assert b'<html lang="zh-Hans">' in page


def test_a_file_that_is_no_page_of_ours_is_left_alone(tmp_path):
    report = tmp_path / "report.txt"
    report.write_bytes(EXAMPLE.read_bytes())
    done = kg("report.txt", "-o", "report.txt", cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("report.txt: ")
    assert "not overwritten" in line
    assert report.read_bytes() == EXAMPLE.read_bytes()


@pytest.mark.parametrize(
    ("data", "arguments", "said"),
    [
        (b"", (), "report.txt: the file is empty"),
        (b"\x00\x01\x02" * 50, (), "NUL"),
        ("云溪区".encode(), ("--encoding", "no-such"), "encoding"),
        ("云溪区".encode(), ("-o", "missing/page.html"), "missing/page.html: cannot be written"),
        ("云溪区".encode(), ("-o", "."), ".: cannot be written"),
        ("云溪区".encode(), ("-o", "x" * 5000), "cannot be written"),
        ("云溪区".encode(), ("--project", "nowhere"), "nowhere"),
        ("云溪区".encode(), ("--no-such",), "no-such"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(tmp_path, data, arguments, said):
    (tmp_path / "report.txt").write_bytes(data)
    done = kg("report.txt", "-o", "page.html", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert said in line
    assert [path.name for path in tmp_path.iterdir()] == ["report.txt"]


def test_a_text_without_structure_and_a_long_one_have_pages(tmp_path, slow):
    done = kg("-", cwd=tmp_path, stdin="望津街道。".encode())
    assert (done.returncode, done.stderr) == (0, b"")
    done = kg("-", cwd=tmp_path, stdin=b"no report at all")
    assert (done.returncode, done.stderr) == (0, b"")
    first, rest = EXAMPLE.read_text("utf-8").split("\n", 1)
    start = time.monotonic()
    done = kg("-", cwd=tmp_path, stdin="\n".join([first, *[rest] * (80 if slow else 15)]).encode())
    assert done.returncode == 0
    assert time.monotonic() - start < (60 if slow else 15)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    (folder / "hostile.txt").write_text(hostile(EXAMPLE.read_text("utf-8")), "utf-8")
    assert kg(EXAMPLE, "-o", "example.html", "--lang", "zh", cwd=folder).returncode == 0
    assert kg("hostile.txt", "-o", "hostile.html", cwd=folder).returncode == 0
    return folder


def opened(browser, pages, name="example", *, width=1280):
    browser.show(width, 800)
    browser.open((pages / f"{name}.html").as_uri())
    return browser


def settled(browser):
    """Wait for what the page does after a short while."""
    browser.run("new Promise(done => setTimeout(done, 400))")


@pytest.mark.parametrize("name", ["example", "hostile"])
def test_a_browser_opens_the_page_without_requests_and_errors(browser, pages, name):
    opened(browser, pages, name)
    settled(browser)
    methods = [event["method"] for event in browser.events]
    assert "Log.entryAdded" not in methods, browser.events
    assert "Runtime.exceptionThrown" not in methods
    asked = {
        event["params"]["request"]["url"]
        for event in browser.events
        if event["method"] == "Network.requestWillBeSent"
    }
    assert asked == {(pages / f"{name}.html").as_uri()}
    assert browser.run("typeof window.pwned") == "undefined"
    assert browser.run("document.scripts.length") == 1


def test_choosing_a_passage_lists_its_facts_alone(browser, pages):
    opened(browser, pages)
    whole = browser.visible(".passages > article")
    browser.run("document.querySelector('.table td a.s').focus()")
    wanted = browser.run("document.activeElement.dataset.p").split()
    browser.press("Enter")
    assert browser.visible(".passages > article") == len(wanted) < whole
    assert browser.run("document.activeElement.id") == "chosen"
    assert "条事实" in browser.run("document.getElementById('status').textContent")
    browser.press("Escape")
    assert browser.visible(".passages > article") == whole
    assert browser.run("document.activeElement.dataset.p").split() == wanted


def test_search_finds_text_across_segments_and_facts(browser, pages):
    opened(browser, pages)
    browser.run("document.getElementById('search').focus()")
    browser.call("Input.insertText", text="芸溪区人民")
    settled(browser)
    found = browser.run("[...CSS.highlights.get('search')].map(range => range.toString())")
    assert found
    assert set(found) == {"芸溪区人民"}
    shown = browser.run(
        "[...document.querySelectorAll('.passages > article')].filter(e => e.checkVisibility())"
        ".every(e => e.textContent.includes('芸溪区人民'))"
    )
    assert shown
    browser.press("Escape")
    assert browser.run("document.getElementById('search').value") == ""


def test_only_unread_leaves_what_is_unread_and_jumps_go_there(browser, pages):
    opened(browser, pages)
    before = browser.visible("main .u")
    browser.run("document.getElementById('only-unread').click()")
    assert browser.visible("main .u") == before
    assert browser.visible("main > p.b:not(.has-u)") == 0
    assert browser.visible("main tbody tr:not(.has-u)") == 0
    browser.run("document.getElementById('next').click()")
    assert "u" in browser.run("document.activeElement.className").split()
    assert browser.run("document.getElementById('status').textContent").startswith("1 / ")
    # a link to what the filter hides lifts the filter
    hidden = "[...document.querySelectorAll('article h3 a')].find(a => !document.querySelector("
    browser.run(hidden + "a.getAttribute('href')).checkVisibility()).click()")
    assert browser.run("document.getElementById('only-unread').checked") is False


def test_without_scripts_the_links_lead_to_the_facts(browser, pages):
    browser.scripting(on=False)
    try:
        opened(browser, pages)
        browser.call("Page.navigate", url=(pages / "example.html").as_uri() + "#p5")
        assert browser.run("document.querySelector(':target').id") == "p5"
        assert browser.visible("article#p5") == 1
        assert browser.visible("#search, #next, #all, .hint") == 0
        browser.run("document.getElementById('only-unread').checked = true")
        assert browser.visible("main > p.b:not(.has-u)") == 0
    finally:
        browser.scripting(on=True)


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_a_page_is_never_wider_than_the_window(browser, pages, width):
    opened(browser, pages, width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
def test_text_on_every_ground_is_readable(browser, pages, dark):
    opened(browser, pages)
    browser.show(1280, 800, dark=dark)
    contrast = browser.run(CONTRAST)
    assert contrast >= 4.5


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
    return found;
  };
  let least = 21;
  for (const node of document.querySelectorAll('main a.s, main .n, aside small, aside i, aside a,'
      + ' .legend span, .u, button, dt')) {
    const behind = grounds(node);
    const a = light(pixel(...behind)), b = light(pixel(...behind, getComputedStyle(node).color));
    least = Math.min(least, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }
  return least;
})()"""
