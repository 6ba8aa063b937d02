"""Terms as the syntax of a file writes them: by a prefix where one is declared, else in full."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg_builder.graph.index import Term
from kg_builder.graph.submission.reading import read_placed
from kg_builder.judging.fixes import apply_fixes, as_fix
from kg_builder.judging.raw import Mend, Part, Replacement
from kg_builder.model.bilingual import Bilingual

XSD = "http://www.w3.org/2001/XMLSchema#"
STREET = NamedNode("https://example.org/x/湖畔街道")
X = "@prefix x: <https://example.org/x/> .\n"
DECIMAL, INTEGER = NamedNode(XSD + "decimal"), NamedNode(XSD + "integer")


def mended(
    text: str, new: Term | str, folder: Path, part: Part = "object", name: str = "a.ttl"
) -> str | None:
    """Replace a part of the last triple of a file; check that just this has changed."""
    path = folder / name
    path.write_text(text, "utf-8", newline="")
    submission = read_placed(path)
    triple = submission.triples[-1]
    mend = Mend(Bilingual("改", "mend"), (Replacement(triple, part, new),))
    fix = as_fix(mend, (submission,))
    if fix is None:
        return None
    after = apply_fixes(submission.text, [fix])
    if not isinstance(new, str):
        path.write_text(after, "utf-8", newline="")
        terms = {"subject": triple.subject, "predicate": triple.predicate, "object": triple.object}
        wanted = Triple(**{**terms, part: new})
        found = set(read_placed(path).triples)
        if new == Literal("5", datatype=DECIMAL):
            wanted = Triple(wanted.subject, wanted.predicate, Literal("5.0", datatype=DECIMAL))
        assert found == {*submission.triples} - {triple} | {wanted}
    return after


@pytest.mark.parametrize(
    ("head", "text", "new", "expected"),
    [
        (X, 'x:a x:b "甲" .', STREET, "x:a x:b x:湖畔街道 ."),
        (X, 'x:a x:b "甲".', STREET, "x:a x:b x:湖畔街道."),
        ("", '<x:a> <x:b> "甲" .', STREET, "<x:a> <x:b> <https://example.org/x/湖畔街道> ."),
        ("", '<x:a> <x:b> "5" .', Literal("5", datatype=INTEGER), "<x:a> <x:b> 5 ."),
        ("", '<x:a> <x:b> "5" .', Literal("5", datatype=DECIMAL), "<x:a> <x:b> 5.0 ."),
        (
            "",
            '<x:a> <x:b> "5".',
            Literal("5", datatype=INTEGER),
            f'<x:a> <x:b> "5"^^<{XSD}integer>.',
        ),
        ("", '<x:a> <x:b> "甲" .', Literal('乙"\n', language="zh"), '<x:a> <x:b> "乙\\"\\n"@zh .'),
    ],
)
def test_a_term_is_written_in_turtle(
    head: str, text: str, new: Term, expected: str, tmp_path: Path
) -> None:
    assert mended(head + text, new, tmp_path) == head + expected


def test_a_prefix_declared_below_or_twice_is_not_used(tmp_path: Path) -> None:
    below = '<x:a> <x:b> "甲" .\n@prefix x: <https://example.org/x/> .\n'
    assert "<https://example.org/x/湖畔街道>" in (mended(below, STREET, tmp_path) or "")
    twice = (
        "@prefix y: <https://example.org/x/> .\n@prefix y: <https://example.org/y/> .\n"
        "@prefix y: <https://example.org/x/> .\n"
        '<x:a> <x:b> "甲" .\n'
    )
    assert "<https://example.org/x/湖畔街道>" in (mended(twice, STREET, tmp_path) or "")


def test_every_place_of_a_triple_is_mended(tmp_path: Path) -> None:
    text = '<x:a> <x:b> "甲" .\n<x:a> <x:b> "甲" .\n'
    assert mended(text, Literal("乙"), tmp_path) == text.replace("甲", "乙")


def test_a_predicate_is_mended_within_a_list_of_several(tmp_path: Path) -> None:
    text = "@prefix x: <https://example.org/x/> .\nx:a x:b 1 ; x:c 2 ."
    found = mended(text, NamedNode("https://example.org/x/d"), tmp_path, "predicate")
    assert found == text.replace("x:c", "x:d")


def test_n_triples_get_whole_iris(tmp_path: Path) -> None:
    text = '<x:a> <x:b> "2024" .\n'
    new = Literal("2024", datatype=NamedNode(XSD + "gYear"))
    found = mended(text, new, tmp_path, name="a.nt")
    assert found == f'<x:a> <x:b> "2024"^^<{XSD}gYear> .\n'
    assert list(parse(found.encode(), format=RdfFormat.N_TRIPLES))


def test_a_blank_node_is_never_replaced(tmp_path: Path) -> None:
    assert mended('<x:a> <x:b> [ <x:c> "甲" ] .', STREET, tmp_path, "subject") is None


def test_as_it_stands_a_text_needs_no_syntax(tmp_path: Path) -> None:
    assert mended('<x:a> <x:b> "甲" .', '"乙"', tmp_path) == '<x:a> <x:b> "乙" .'


def in_file(text: str, name: str, old: str, new: Term, folder: Path) -> str | None:
    """Replace the object that is called `old` by a term."""
    path = folder / name
    path.write_text(text, "utf-8", newline="")
    submission = read_placed(path)
    (triple,) = [t for t in submission.triples if getattr(t.object, "value", "") == old]
    mend = Mend(Bilingual("改", "mend"), (Replacement(triple, "object", new),))
    fix = as_fix(mend, (submission,))
    if fix is None:
        return None
    after = apply_fixes(submission.text, [fix])
    path.write_text(after, "utf-8", newline="")
    wanted = Triple(triple.subject, triple.predicate, new)
    assert wanted in read_placed(path).triples
    return after


JSON = (
    '{"@id": "x:a", "x:b": {"@value": " 甲\\"", "@language": "zh"}, "x:c": {"@id": "http://y/z"}}'
)


def test_json_ld_gets_other_words_and_nothing_else(tmp_path: Path) -> None:
    words = in_file(JSON, "a.jsonld", ' 甲"', Literal('甲"乙', language="zh"), tmp_path)
    assert words == JSON.replace(' 甲\\"', '甲\\"乙')
    iri = in_file(JSON, "a.jsonld", "http://y/z", NamedNode("https://y/z"), tmp_path)
    assert iri == JSON.replace("http://y/z", "https://y/z")
    assert in_file(JSON, "a.jsonld", ' 甲"', Literal("甲", language="en"), tmp_path) is None
    assert in_file(JSON, "a.jsonld", ' 甲"', STREET, tmp_path) is None


@pytest.mark.parametrize(
    ("context", "node", "mended_node"),
    [
        ('"x": "http://x/"', '"@id": "x:a", "@type": "x:Od"', '"@id": "x:a", "@type": "x:New"'),
        ('"@vocab": "http://x/"', '"@id": "y:a", "@type": "Od"', '"@id": "y:a", "@type": "New"'),
        ('"t": "http://x/Od"', '"@id": "y:a", "@type": "t"', None),
        ('"x": "http://x/", "x:Od": "http://x/Od"', '"@id": "y:a", "@type": "x:Od"', None),
        ('"x": "http://x/", "x:New": {"@type": "@id"}', '"@id": "y:a", "@type": "x:Od"', None),
        ('"x": "http://z/", "t": "http://x/Od"', '"@id": "y:a", "@type": "t"', None),
    ],
)
def test_a_shortened_iri_of_json_ld_gets_another_last_name(
    context: str, node: str, mended_node: str | None, tmp_path: Path
) -> None:
    text = f'{{"@context": {{{context}}}, {node}}}'
    new = NamedNode("http://x/New")
    found = in_file(text, "a.jsonld", "http://x/Od", new, tmp_path)
    assert found == (None if mended_node is None else text.replace(node, mended_node))


def test_a_key_of_json_ld_is_mended_where_its_object_has_it_not_yet(tmp_path: Path) -> None:
    text = '{"@context": {"x": "http://x/"}, "@id": "y:a", "x:od": 1}'
    new = NamedNode("http://x/new")
    found = mended(text, new, tmp_path, "predicate", "a.jsonld")
    assert found == text.replace("x:od", "x:new")
    both = text.replace('"x:od"', '"x:new": 2, "x:od"')
    assert mended(both, new, tmp_path, "predicate", "a.jsonld") is None


XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="https://x.org/">
<rdf:Description rdf:about="https://x.org/a"><x:b xml:lang="zh"> 甲&amp;乙</x:b></rdf:Description>
</rdf:RDF>"""


def test_rdf_xml_gets_other_words_and_nothing_else(tmp_path: Path) -> None:
    words = in_file(XML, "a.rdf", " 甲&乙", Literal("甲<乙", language="zh"), tmp_path)
    assert words == XML.replace(" 甲&amp;乙", "甲&lt;乙")
    assert in_file(XML, "a.rdf", " 甲&乙", Literal("甲"), tmp_path) is None


def test_a_shortened_iri_of_rdf_xml_gets_another_last_name_where_it_is_a_value(
    tmp_path: Path,
) -> None:
    head = '<!DOCTYPE rdf:RDF [<!ENTITY x "https://x.org/">]>\n'
    text = head + XML.replace(
        "</rdf:RDF>",
        '<rdf:Description rdf:about="&x;c"><rdf:type rdf:resource="&x;Od"/></rdf:Description>'
        "</rdf:RDF>",
    )
    new = NamedNode("https://x.org/New")
    found = in_file(text, "a.rdf", "https://x.org/Od", new, tmp_path)
    assert found == text.replace("&x;Od", "&x;New")
    element = XML.replace("x:b", "x:Od")
    assert mended(element, new, tmp_path, "predicate", "a.rdf") is None
