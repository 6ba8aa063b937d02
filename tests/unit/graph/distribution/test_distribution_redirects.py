"""Redirects: what Apache would send, told by a small reader of its rules."""

from __future__ import annotations

import re

import pytest
from distribution_support import BASE, FILES, OPTIONS

from kg_builder.graph.distribution import DistributionOptions
from kg_builder.graph.distribution.redirects import markdown, redirect_files
from kg_builder.graph.vocabulary import HOUSE

_TURTLE = "text/turtle, application/rdf+xml;q=0.9, */*;q=0.1"
_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def send(text, path, accept):
    """Return where a request is sent by the RewriteRules of an .htaccess."""
    conditions = []
    for line in text.splitlines():
        if line.startswith("RewriteCond %{HTTP_ACCEPT} "):
            conditions.append(line.split(" ", 2)[2])
        elif line.startswith("RewriteRule "):
            _, pattern, target, flags = line.split(" ")
            assert flags == "[R=303,NE,L]"
            found = re.search(pattern, path)
            if found and all(re.search(condition, accept) for condition in conditions):
                target = re.sub(r"(?<!\\)\$1", found[1] if found.lastindex else "", target)
                return re.sub(r"\\([%$])", r"\1", target)
            conditions = []
    return None


@pytest.fixture(scope="module")
def house(distribution):
    return (distribution.folder / "w3id/kg-builder/.htaccess").read_text("utf-8")


@pytest.fixture(scope="module")
def top(distribution):
    return (distribution.folder / ".htaccess").read_text("utf-8")


@pytest.mark.parametrize(
    ("path", "accept", "file"),
    [
        ("ont", _BROWSER, "ontology/index.html"),
        ("ont", _TURTLE, "ontology/kg-all.ttl"),
        ("ont", "application/ld+json", "ontology/kg-all.jsonld"),
        ("ont", "application/rdf+xml", "ontology/kg-all.rdf"),
        ("ont", "application/n-triples", "ontology/kg-all.nt"),
        ("ont", "*/*", "ontology/kg-all.ttl"),
        ("ont/0.1.0", "*/*", "ontology/kg-all.ttl"),
        ("ont/indicator", _TURTLE, "ontology/indicator.ttl"),
        ("ont/0.1.0/indicator", _TURTLE, "ontology/indicator.ttl"),
        ("ont/alignments/qudt", _TURTLE, "ontology/alignments/qudt.ttl"),
        ("status", _TURTLE, "ontology/taxonomies/status.ttl"),
        ("status/completed", _TURTLE, "ontology/taxonomies/status.ttl"),
        ("status/under-way", _BROWSER, "ontology/index.html#status/under-way"),
        ("status", _BROWSER, "ontology/index.html"),
        ("shapes/core", _TURTLE, "shapes/core.ttl"),
        ("cube", _TURTLE, "cube.ttl"),
    ],
)
def test_the_ontology_is_sent_as_asked(house, distribution, path, accept, file):
    assert send(house, path, accept) == FILES + file
    assert (distribution.folder / file.partition("#")[0]).is_file()


@pytest.mark.parametrize("path", ["ont/nothing", "ont/0x1.0", "../ont", "xshapes/core", "ontx"])
def test_nothing_else_is_sent(house, path):
    assert send(house, path, "*/*") is None


@pytest.mark.parametrize(
    ("path", "accept", "file"),
    [
        ("id/canteen/海淀区_某店", _TURTLE, "data/asserted.ttl"),
        ("id/canteen/x", "application/ld+json", "data/asserted.jsonld"),
        ("id/fact/0123", _TURTLE, "data/evidence.ttl"),
        ("graph/inferred", "*/*", "data/inferred.ttl"),
        ("graph/report/x", "*/*", "data/dataset.trig"),
        ("dataset/asserted", "*/*", "void.ttl"),
        ("catalog", "*/*", "dcat.ttl"),
        ("service", "*/*", "service.ttl"),
        ("cube/figures", "*/*", "cube.ttl"),
    ],
)
def test_instances_are_sent_to_what_describes_them(top, distribution, path, accept, file):
    assert send(top, path, accept) == FILES + file
    assert (distribution.folder / file).is_file()
    assert send(top, "id/canteen/x", _BROWSER) == OPTIONS.homepage
    assert send(top, "data/asserted.ttl", "*/*") is None


def test_a_base_at_w3id_has_a_folder_there():
    files = {"data/asserted.ttl", "ontology/kg-all.ttl"}
    made = redirect_files(
        "https://w3id.org/haidian/kg/", FILES, files, DistributionOptions(), "0.1.0"
    )
    assert {"w3id/haidian/.htaccess", "w3id/haidian/README.md"} <= set(made)
    rules = made["w3id/haidian/.htaccess"]
    assert send(rules, "kg/id/school/x", "*/*") == FILES + "data/asserted.ttl"
    shared = redirect_files(HOUSE + "bj/", FILES, files, DistributionOptions(), "0.1.0")
    rules = shared["w3id/kg-builder/.htaccess"]
    assert send(rules, "bj/id/school/x", "*/*") == FILES + "data/asserted.ttl"
    assert send(rules, "ont", "*/*") == FILES + "ontology/kg-all.ttl"


@pytest.mark.parametrize("base", ["https://w3id.org/", "https://w3id.org/../x/", BASE])
def test_no_other_base_names_a_folder(base):
    made = redirect_files(base, FILES, set(), DistributionOptions(), "0.1.0")
    folders = {path.split("/")[1] for path in made if "/" in path}
    assert folders == {"kg-builder"}


def test_addresses_reach_apache_in_ascii_and_escaped():
    home = "https://例子.example.cn/图谱?a=%E6%B5%B7&b=$1"
    options = DistributionOptions(homepage=home)
    text = redirect_files(BASE, "https://例.cn/$0%41/", {"cube.ttl"}, options, "1")[".htaccess"]
    assert text.isascii()
    assert r"\%41/cube.ttl" in text
    assert r"\$0" in text
    assert r"b=\$1" in text
    assert not re.search(r"(?<!\\)[%](?!\{)", text)


def test_a_contact_is_never_invented(bare, distribution):
    text = (bare.folder / "w3id/kg-builder/README.md").read_text("utf-8")
    assert "to be filled in" in text
    assert "@" not in text
    text = (distribution.folder / "w3id/kg-builder/README.md").read_text("utf-8")
    assert "data@example.cn" in text


@pytest.mark.parametrize("words", ["<script>", "[x](javascript:1)", "a|b", "`x`\n# y", "*b*"])
def test_markdown_shows_words_as_they_are(words):
    text = markdown(words)
    assert "\n" not in text
    assert not re.search(r"<|(?<!\\)[\[\]|`*#]", text)
