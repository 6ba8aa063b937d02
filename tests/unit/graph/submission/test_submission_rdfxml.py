"""RDF/XML: the word at each place is the term, and entities do no harm."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode
from submission_support import RDF, assert_nameless_nodes_keep_their_place, placed, read, words

from kg_builder.errors import InputError
from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.rdfxml_places import in_one_piece

HEAD = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="http://e/" xmlns="http://d/">'
TAIL = "</rdf:RDF>"
IRIS = st.sampled_from(["http://e/甲", "urn:b", "http://e/c?x=1&y=2"])
TAGS = st.sampled_from(["e:p", "q", "e:名称"])
QUOTES = "\"'"
TEXTS = st.text(st.sampled_from("ab 甲😀<>&。\n"), max_size=6)
NAMES = {"e:p": "http://e/p", "q": "http://d/q", "e:名称": "http://e/名称", "T": "http://d/T"}


@st.composite
def nodes(draw: st.DrawFn, depth: int = 2) -> str:
    about = draw(st.sampled_from(["about", "nodeID", ""]))
    name = {"about": f" rdf:about={quoteattr(draw(IRIS))}", "nodeID": " rdf:nodeID='n'", "": ""}[
        about
    ]
    tag = draw(st.sampled_from(["rdf:Description", "T"]))
    extra = f" e:名称 = {quoteattr(draw(TEXTS))}" if draw(st.booleans()) else ""
    inner = "".join(draw(st.lists(properties(depth), max_size=3)))
    gap = draw(st.sampled_from(["", "\r\n ", "<!-- <x> -->"]))
    return f"<{tag}{name}{extra}>{gap}{inner}{gap}</{tag}>"


@st.composite
def properties(draw: st.DrawFn, depth: int) -> str:
    tag = draw(TAGS)
    way = draw(
        st.sampled_from(
            ["text", "text", "resource", "empty", "language"] + ["node", "list"] * (depth > 0)
        )
    )
    if way == "resource":
        return f"<{tag} rdf:resource={quoteattr(draw(IRIS))}/>"
    if way == "empty":
        return f"<{tag}/>"
    if way == "node":
        return f"<{tag}> {draw(nodes(depth - 1))} </{tag}>"
    if way == "list":
        inner = "".join(draw(st.lists(nodes(depth - 1), max_size=2)))
        return f'<{tag} rdf:parseType="Collection">{inner}</{tag}>'
    text = draw(TEXTS)
    shown = draw(st.sampled_from([escape(text), f"<![CDATA[{text}]]>", escape(text) + "<!--x-->"]))
    language = ' xml:lang="zh"' if way == "language" else ""
    return f"<{tag}{language}>{shown}</{tag}>"


@settings(max_examples=200, deadline=None)
@given(st.lists(nodes(), max_size=3))
def test_the_word_at_each_place_is_the_term(parts: list[str]) -> None:
    submission = read(HEAD + "".join(parts) + TAIL, Format.RDF_XML)
    for triple in submission.triples:
        assert submission.spans(triple), (submission.text, triple)
        listed = triple.predicate.value in (RDF + "first", RDF + "rest")
        for spans in submission.spans_all(triple):
            for word, term in zip(words(submission, spans), triple, strict=True):
                where = (submission.text, triple, word)
                if isinstance(term, Literal) and not word.startswith("<"):
                    plain = read(
                        f"{HEAD}<T><q>{word[1:-1] if word[0] in QUOTES else word}</q></T>{TAIL}",
                        Format.RDF_XML,
                    )
                    values = {item.object.value for item in plain.triples}
                    assert term.value in values, where
                elif isinstance(term, NamedNode) and not listed and "#" not in term.value:
                    assert NAMES.get(word, word.replace("&amp;", "&")) == term.value, where


NAMELESS = st.recursive(
    st.just("<T/>"),
    lambda inner: st.builds(
        lambda kind, items: {
            "node": "<T>" + "".join(f"<q>{item}</q>" for item in items) + "</T>",
            "list": f'<T><q r:parseType="Collection">{"".join(items)}</q></T>',
            "bare": '<T><q r:parseType="Resource">' + f"<q>{items[0]}</q></q></T>",
        }[kind],
        st.sampled_from(["node", "list", "bare"]),
        st.lists(inner, min_size=1, max_size=2),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(NAMELESS)
def test_nodes_without_a_name_are_told_apart(body: str) -> None:
    text = (HEAD + body + TAIL).replace("rdf:", "r:").replace("xmlns:rdf", "xmlns:r")
    assert_nameless_nodes_keep_their_place(read(text, Format.RDF_XML))


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ('<T rdf:about="urn:a" e:p="x"/>', [("urn:a", "T", "T"), ("urn:a", "e:p", '"x"')]),
        (
            '<T xml:base="http://b/c" rdf:ID="x"><q rdf:resource=""/></T>',
            [("x", "T", "T"), ("x", "q", "")],
        ),
        (
            '<T rdf:about="urn:a"><rdf:li>1</rdf:li><rdf:li>2</rdf:li></T>',
            [("urn:a", "T", "T"), ("urn:a", "rdf:li", "1"), ("urn:a", "rdf:li", "2")],
        ),
        (
            '<T rdf:about="urn:a"><q rdf:parseType="Resource"><e:p>1</e:p></q></T>',
            [("urn:a", "T", "T"), ("urn:a", "q", "q"), ("q", "e:p", "1")],
        ),
        (
            '<T rdf:about="urn:a"><q rdf:parseType="Literal"><b>1</b></q></T>',
            [("urn:a", "T", "T"), ("urn:a", "q", "q")],
        ),
    ],
)
def test_places_of_what_is_tricky(body: str, places: list[tuple[str, ...]]) -> None:
    assert placed(HEAD + body + TAIL, Format.RDF_XML) == places


def test_a_text_in_parts_is_one_text() -> None:
    body = '<T rdf:about="urn:a"><q>甲&amp;<!--c-->乙<![CDATA[<丙>]]></q></T>'
    submission = read(HEAD + body + TAIL, Format.RDF_XML)
    literal = submission.triples[1]
    assert literal.object == Literal("甲&乙<丙>")
    assert words(submission, submission.spans(literal))[2] == "甲&amp;<!--c-->乙<![CDATA[<丙>]]>"
    assert in_one_piece("<a>b</a>") == "<a>b</a>"


def test_small_entities_of_the_document_itself_are_read() -> None:
    doctype = '<!DOCTYPE r [<!ENTITY kg "http://e/"><!-- \'] --><!ENTITY x "&kg;x">]>'
    submission = read(f'{doctype}{HEAD}<T rdf:about="&x;甲"/>{TAIL}', Format.RDF_XML)
    assert submission.triples[0].subject == NamedNode("http://e/x甲")
    assert words(submission, submission.spans(submission.triples[0]))[0] == "&x;甲"


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))

MANY = "".join(f'<!ENTITY a{number} "">' for number in range(1_001))


@pytest.mark.parametrize(
    ("doctype", "body", "says"),
    [
        (
            f"[{LAUGHS}]",
            '<T rdf:about="urn:a"><q>&a12;</q></T>',
            "stands for over 10,000 characters",
        ),
        (f'[<!ENTITY a "{"a" * 9_000}">]', f"<T><q>{'&a;' * 30_000}</q></T>", "amplification"),
        (f'[<!ENTITY a "{"a" * 9_000}">]', f"<T><q>{'y' * 200_000 + '&a;x' * 1_100}</q></T>", None),
        ('[<!ENTITY a SYSTEM "file:///etc/passwd">]', "<T><q>&a;</q></T>", "file:///etc/passwd"),
        ('[<!ENTITY a PUBLIC "x" "http://x/">]', "<T><q>&a;</q></T>", "nothing is fetched"),
        ('SYSTEM "http://x/y.dtd"', "", "http://x/y.dtd"),
        ('[<!ENTITY % a "b"> %a;]', "", "parameter entity"),
        ('[<!ENTITY a "<T/>">]', "&a;", "holds tags"),
        ('[<!ENTITY a "&b;"><!ENTITY b "&a;">]', "<T><q>&a;</q></T>", "before it is declared"),
        ('[<!ATTLIST T e:p CDATA "x">]', "<T/>", "a default"),
        (
            "[" + "".join(f'<!ENTITY a{n} "">' for n in range(1_001)) + "]",
            "",
            "over 1,000 entities",
        ),
    ],
)
def test_entities_that_harm_are_refused(doctype: str, body: str, says: str | None) -> None:
    text = f"<!DOCTYPE r {doctype}>{HEAD}{body}{TAIL}"
    if says is None:
        assert read(text, Format.RDF_XML).triples
        return
    with pytest.raises(InputError, match=says) as caught:
        read(text, Format.RDF_XML)
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("body", "column", "says"),
    [
        ('<T rdf:about="甲"/>', 15, "relative IRI"),
        ('<T rdf:about="urn:a b"/>', 15, "a space"),
        ('<T rdf:about="urn:a" q="1"/>', 22, "no namespace"),
        ('<T about="urn:a"/>', 4, "rdf:about"),
        ("<kg:T/>", 2, 'xmlns:kg="https://w3id.org/kg-builder/ont#"'),
        ("<T>甲</q></T>", 7, "the end tag"),
        ("<T rdf:about=“urn:a”/>", 14, "plain quotes"),
        ("<T><q>&foo;</q></T>", 7, "not declared"),
        ("<T><q>a & b</q></T>", 10, "&amp;"),
        ("<T><q>" * 20_000, 5 + 499 * 3, "nested more than 500 levels"),
        ('<T xml:base="http://b/" rdf:ID="1 x"/>', 33, "a space"),
    ],
)
def test_refusals_name_the_place_and_the_mend(body: str, column: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(HEAD + "\n" + body + TAIL, Format.RDF_XML)
    assert says in caught.value.message.en
    assert caught.value.line == 2
    assert caught.value.column is not None
    if "nested" not in says:
        assert caught.value.column == column


def test_another_declared_encoding_is_refused() -> None:
    with pytest.raises(InputError, match="declares the encoding GBK"):
        read(f'<?xml version="1.0" encoding="GBK"?>{HEAD}{TAIL}', Format.RDF_XML)


def test_an_unplaced_blank_node_takes_no_place_of_another() -> None:
    found = placed(HEAD + "<T><q/></T><T><q/></T>" + TAIL, Format.RDF_XML)
    assert found == [("T", "T", "T"), ("T", "q", "<q/>")] * 2


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("<>/=\"'&;!-[]TqRDF: xmlns甲\n?")))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(HEAD + text + TAIL, Format.RDF_XML)
    except InputError as error:
        assert error.message.zh
