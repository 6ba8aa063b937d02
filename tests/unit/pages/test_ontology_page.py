"""The ontology's page: sound, whole, in both languages, without requests, safe, the same again."""

import dataclasses
import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import pytest

from kg_builder.errors import ConfigurationError
from kg_builder.graph.publication import load_published
from kg_builder.graph.reference.reading import load_reference
from kg_builder.graph.reference.records import Constraint, Match, Value
from kg_builder.graph.reference.shapes import SHAPES, VALUES, read_shapes
from kg_builder.graph.vocabulary import DEFAULT_BASE, HOUSE, PREFIXES
from kg_builder.model.bilingual import Bilingual
from kg_builder.pages.markup import content_policy, shown
from kg_builder.pages.ontology import ontology_page
from kg_builder.pages.ontology_words import constraint_words, count_words, shape_words
from kg_builder.resources import Resources

KG = PREFIXES["kg"]
VOID = {"meta", "input", "br"}
TAGS = set(
    "html head meta title style script body header main nav section article figure figcaption"
    " fieldset legend h1 h2 h3 h4 p a span b q small code pre div dl dt dd ul li details summary"
    " input label output table caption thead tbody tr th td svg desc g rect path text tspan".split()
)
EVIL = (
    "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'&$x${lang}\u202e"
)


class Read(HTMLParser):
    """Reads a page strictly: balanced tags, and what stands where."""

    def __init__(self, page):
        super().__init__()
        self.stack, self.ids, self.links, self.elements, self.said = [], [], [], [], []
        self.code = []
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
            self.stack.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        (self.code if self.stack[-1:] in (["script"], ["style"]) else self.said).append(data)


@pytest.fixture(scope="module")
def reference():
    resources = Resources.find()
    published = load_published(resources, DEFAULT_BASE)
    data = (t for item in published for t in (*item.asserted, *item.evidence))
    return load_reference(resources, data)


@pytest.fixture(scope="module")
def page(reference):
    return ontology_page(reference, "zh")


@pytest.fixture(scope="module")
def read(page):
    return Read(page)


def test_the_page_is_sound_and_asks_for_nothing(page, read):
    assert {tag for tag, _given in read.elements} <= TAGS
    assert [name for name, count in Counter(read.ids).items() if count > 1] == []
    inner = {unescape(link)[1:] for link in read.links if link.startswith("#")}
    assert inner - set(read.ids) == set()
    assert all(link.startswith(("#", "https://", "http://")) for link in read.links)
    for tag, given in read.elements:
        assert not {"src", "srcset", "action", "style", "background"} & given.keys(), tag
        assert not any(name.startswith("on") for name in given), (tag, given)
    assert "@import" not in page
    assert "url(" not in page
    assert len(page.encode()) < 2_500_000
    assert not re.search(r"\$\{?(w_|lang|title)", "".join(read.said))


def test_the_policy_names_the_one_style_and_the_one_script(read):
    style, script = read.code
    (policy,) = [given["content"] for _tag, given in read.elements if "http-equiv" in given]
    assert policy == content_policy(style, script)
    assert "default-src 'none'" in policy


def test_every_term_has_its_place_and_both_labels(reference, page, read):
    for terms in (reference.classes, reference.properties, reference.concepts):
        for iri, item in terms.items():
            local = iri.removeprefix(KG)
            anchor = local if local != iri else iri.removeprefix(HOUSE)
            assert anchor in read.ids
            start = page.index(f' id="{anchor}" class="term')
            article = page[start : start + 3000]
            assert f'<span class="keep" lang="zh">{shown(item.term.label.zh)}</span>' in article
            assert f'<span class="keep" lang="en">{shown(item.term.label.en)}</span>' in article
    text = re.sub("<[^>]*>", "", page)
    for terms in (reference.classes, reference.properties):
        for item in terms.values():
            for words in filter(None, (item.term.definition, *item.term.notes)):
                assert shown(words.zh).replace("`", "") in text
                assert shown(words.en).replace("`", "") in text


def test_every_message_of_the_shapes_is_told_in_both_languages(reference, page):
    def all_shapes(shape):
        yield shape
        for part in shape.properties:
            yield from all_shapes(part)

    for top in reference.shapes:
        for shape in all_shapes(top):
            if shape.message and shape.constraints:
                assert shown(shape.message.zh) in page, shape.iri
                assert shown(shape.message.en) in page, shape.iri


def test_every_constraint_in_use_has_words_in_both_languages():
    files = Resources.find().files("shapes", "*.ttl")
    for shape in read_shapes(files):
        zh, en = (shape_words(shape, lambda iri: "TERM", language) for language in ("zh", "en"))
        assert zh != en
        assert not re.search("[\u4e00-\u9fff]", re.sub("<code>.*?</code>", "", en)), en


@pytest.mark.parametrize("kind", [*VALUES, *SHAPES, "sparql", "closed", "flags"])
def test_every_constraint_that_is_read_has_words(kind):
    values = (Value("1"),)
    if kind == "nodeKind":
        values = (Value(PREFIXES["sh"] + "IRI", iri=PREFIXES["sh"] + "IRI"),)
    nothing = dataclasses.replace(_SHAPE, constraints=(Constraint("minLength", (Value("1"),)),))
    constraint = Constraint(kind, values, (nothing,) if kind in SHAPES else ())
    for language in ("zh", "en"):
        assert constraint_words([constraint], lambda iri: "TERM", language)


def test_a_constraint_without_words_is_refused():
    for constraint in (Constraint("nonsense"), Constraint("nodeKind", (Value("sh#Odd"),))):
        with pytest.raises(ConfigurationError, match="no words for"):
            constraint_words([constraint], str, "en")


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (0, None, "any"),
        (1, 1, "exactly 1"),
        (0, 1, "at most 1"),
        (2, None, "at least 2"),
        (1, 3, "1 to 3"),
        (0, 0, "none"),
    ],
)
def test_counts_in_words(least, most, words):
    assert count_words(least, most).en == words


def test_not_or_reads_as_if_then(reference):
    shape = next(s for s in reference.shapes if s.iri.endswith("#RankUnitShape"))
    assert shape_words(shape, lambda iri: iri.rpartition("#")[2], "en").startswith("if (measure: ")


def test_drawings_show_every_class_as_a_link_and_tell_what_they_are(reference, page, read):
    drawings = re.findall("<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 1 + len(reference.modules)
    assert all("<title id=" in d and "<desc>" in d and "aria-labelledby=" in d for d in drawings)
    links = re.findall('<a href="#([^"]*)"><g class="box', drawings[0])
    assert sorted(links) == sorted(iri.removeprefix(KG) for iri in reference.classes)
    for drawing in drawings:
        width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', drawing).groups())
        assert width <= 1000
        boxes = re.findall(
            r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawing
        )
        corners = [tuple(map(float, box)) for box in boxes]
        for x, y, w, h in corners:
            assert x + w <= width
            assert y + h <= height
        for i, (x, y, w, h) in enumerate(corners):
            for x2, y2, w2, h2 in corners[:i]:
                apart = x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
                assert apart, "boxes over each other"


def test_the_page_is_the_same_again_and_needs_neither_data_nor_queries(reference, page):
    assert ontology_page(reference, "zh") == page
    resources = Resources.find()
    without = dataclasses.replace(load_reference(resources), queries=(), uses={})
    bare = ontology_page(without, "en")
    Read(bare)
    assert 'id="ui-queries"' not in bare
    assert '<html lang="en">' in bare
    assert "An instance, from the published data" not in bare


def test_hostile_words_and_addresses_are_shown_and_do_nothing(reference):
    canteen = reference.classes[KG + "Canteen"]
    street = reference.properties[KG + "street"]
    evil = Bilingual(EVIL + "甲", EVIL + "b")
    term = dataclasses.replace(
        canteen.term,
        label=evil,
        definition=evil,
        notes=(evil,),
        examples=(Value(EVIL, language='zh" onclick="x'),),
        matches=(Match("skos:closeMatch", "javascript:alert(1)"),),
        others=(("javascript:alert(2)", Value("data:text/html,x", iri="data:text/html,x")),),
    )
    classes = {
        **reference.classes,
        KG + "Canteen": dataclasses.replace(
            canteen, term=term, iri_pattern=EVIL, parents=(*canteen.parents, "javascript:alert(3)")
        ),
    }
    properties = {
        **reference.properties,
        KG + "street": dataclasses.replace(
            street,
            term=dataclasses.replace(street.term, label=evil),
            characteristics=("https://x.example/#" + EVIL,),
        ),
    }
    root = dataclasses.replace(
        reference.root, title=evil, description=evil, licence="javascript:alert(4)", version=EVIL
    )
    shape = dataclasses.replace(
        _SHAPE,
        name=evil,
        message=evil,
        classes=(KG + "Canteen",),
        constraints=(Constraint("pattern", (Value(EVIL),)), Constraint("sparql", (Value(EVIL),))),
    )
    hostile = dataclasses.replace(
        reference,
        root=root,
        classes=classes,
        properties=properties,
        shapes=(*reference.shapes, shape),
        borrowed=(*reference.borrowed, "javascript:alert(5)"),
    )
    page = ontology_page(hostile, "en")
    read = Read(page)
    assert {tag for tag, _given in read.elements} <= TAGS
    assert Counter(tag for tag, _given in read.elements)["script"] == 1
    assert all(link.startswith(("#", "https://", "http://")) for link in read.links)
    for tag, given in read.elements:
        assert not any(name.startswith("on") for name in given), (tag, given)
    assert "window.pwned=1" in "".join(read.said)
    assert "${lang}" in "".join(read.said)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


_SHAPE = read_shapes(Resources.find().files("shapes", "canteen.ttl"))[0]
_SHAPE = dataclasses.replace(_SHAPE, properties=(), constraints=(), iri="https://x.example/S")
