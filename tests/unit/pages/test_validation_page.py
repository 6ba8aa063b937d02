"""The page of a verdict: sound, without requests and scripts, in both languages, safe."""

import re
from html.parser import HTMLParser

import pytest

from kg_builder.judging.reports.report import JudgedFile, Report
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import Edit, FilePlace, Fix, PlacedResult, Verdict
from kg_builder.pages.validation import validation_page

EVIL = '</code><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J\u202e&amp;"'
TEXT = f"第一行\nex:a ex:b {EVIL} .\n" + "# 说明\n" * 5 + "ex:c ex:d 5 .\n"
COMPONENT = "http://www.w3.org/ns/shacl#InConstraintComponent"


def result(severity="Violation", line=2, columns=(6, 10), words="错", **more):
    found = ValidationResult(
        "<http://e/a>", "<http://e/b>", f'"{EVIL}"', severity, COMPONENT, "<http://e/S>", ()
    )
    place = FilePlace(more.pop("file", "f.ttl"), line, columns[0], line, columns[1])
    message = Bilingual(words + EVIL, "wrong" + EVIL)
    return PlacedResult(found, message, Bilingual("为何", "why"), place, **more)


def report(*results, text=TEXT, name="f.ttl", **more):
    file = JudgedFile(name, "turtle", "0" * 64, 2, text)
    return Report(Verdict(results, 2, 2), (file,), **more)


FIX = Fix(Bilingual("改" + EVIL, "mend" + EVIL), (Edit("f.ttl", Span(4, 8), EVIL),))
EVERY = report(
    result(fixes=(FIX,), related=(FilePlace("f.ttl", 8, 1, 8, 5), FilePlace("g.ttl", 1, 1, 1, 2))),
    result("Warning", columns=(8, 14)),
    result("Info", line=8, columns=(11, 12), shape_place=FilePlace(EVIL, 3, 1, 3, 2)),
    result("http://e/Grave", line=8, columns=(14, 14), standing=True),
    PlacedResult(result().result, *(Bilingual("旧", "old"),) * 2),
)


class Read(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.stack, self.ids, self.links, self.tags, self.source = [], [], [], set(), []
        self.feed(page)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes)
        assert not any(name.startswith("on") or name in ("src", "style") for name in given)
        self.tags.add(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        if tag not in ("meta", "input"):
            self.stack.append((tag, given))

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        tags = [tag for tag, _ in self.stack]
        if "ol" in tags and "code" in tags:
            self.source.append(data)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_sound_and_whatever_it_shows_is_harmless(language):
    page = validation_page(EVERY, language)
    read = Read(page)
    assert "script" not in read.tags
    assert "img" not in read.tags
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
    assert len(set(read.ids)) == len(read.ids)
    assert {link[1:] for link in read.links} <= set(read.ids)
    assert all(link.startswith("#") for link in read.links)
    assert "default-src &#x27;none&#x27;" in page
    for words in ("错", "wrong", "为何", "why"):
        assert words in page


def test_the_text_stands_there_as_it_is():
    read = Read(validation_page(EVERY, "zh"))
    expected = TEXT.replace("\x1b", "\u241b").replace("\u202e", "\ufffd").replace("\n", "")
    assert "".join(read.source) == expected


def test_what_is_wrong_is_marked_and_linked_to_its_result():
    page = validation_page(EVERY, "zh")
    assert re.search(r'<a class="m violation" href="#r0"[^>]*>ex</a>', page)  # the first alone
    assert re.search(r'<a class="m violation" href="#r0"[^>]*>:b</a>', page)  # of two the graver
    assert re.search(r'<a class="m info" href="#r2"[^>]*>5</a>', page)
    assert page.count("<article ") == 5


def test_of_a_long_file_only_what_matters_is_shown():
    text = "".join(f"line {n}\n" for n in range(1, 5001))
    made = report(result(line=2500, columns=(1, 5)), text=text)
    page = validation_page(made, "en")
    shown = re.findall(r'id="L0-(\d+)"', page)
    assert shown == [str(n) for n in range(2497, 2504)]
    assert "2496 lines left out" in page
    assert "2497 lines left out" in page
    assert len(page) < 60_000


def test_what_is_cut_or_fine_is_said():
    cut = validation_page(report(*EVERY.verdict.results, limit=1), "en")
    assert "1 of 5 results are listed" in cut
    assert cut.count("<article ") == 1
    fine = validation_page(report(), "en")
    assert "Nothing was found." in fine
    assert 'class="good"' in fine


def test_a_browser_shows_one_language_and_filters_without_a_script(browser, tmp_path):
    (tmp_path / "page.html").write_text(validation_page(EVERY, "zh"), "utf-8")
    browser.show(1200, 800)
    browser.open((tmp_path / "page.html").as_uri())
    assert browser.visible("article") == 5
    assert browser.visible("aside [lang=en]:not(.keep)") == 0
    browser.run("document.getElementById('ui-en').click()")
    assert browser.visible("aside [lang=zh]:not(.keep)") == 0
    assert browser.visible("aside [lang=en]") > 5
    browser.run("document.getElementById('ui-violations').click()")
    assert browser.visible("article") == 3
    browser.run("document.getElementById('ui-mended').click()")
    assert browser.visible("article") == 1
    methods = [event["method"] for event in browser.events]
    assert "Log.entryAdded" not in methods
    wanted = [e for e in browser.events if e["method"] == "Network.requestWillBeSent"]
    assert len(wanted) <= 1
