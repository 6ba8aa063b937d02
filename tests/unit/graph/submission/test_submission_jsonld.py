"""JSON-LD: the word at each place is the term, and nothing is lost in silence or fetched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode
from submission_support import RDF, assert_nameless_nodes_keep_their_place, placed, read, words

from kg_builder.errors import InputError
from kg_builder.graph.submission.formats import Format

CONTEXT = {
    "@vocab": "http://v/",
    "e": "http://e/",
    "link": {"@id": "e:link", "@type": "@id"},
    "list": {"@container": "@list"},
    "said": {"@id": "http://v/said", "@container": "@language"},
    "of": {"@reverse": "http://v/of"},
    "id": "@id",
    "type": "@type",
}
IRIS = st.sampled_from(["e:甲", "http://x/a", "e:b", "urn:c", "e:😀"])
KEYS = st.sampled_from(["p", "e:q", "名称", "http://x/r"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
SCALARS = TEXTS | st.integers(-5, 5) | st.booleans() | st.floats(-9, 9).map(lambda x: round(x, 2))


def expanded(word: str) -> str:
    if word.startswith("e:"):
        return "http://e/" + word[2:]
    return word if ":" in word else "http://v/" + word


def nodes(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    values = (
        SCALARS
        | st.builds(lambda iri: {"@id": iri}, IRIS)
        | st.builds(lambda text: {"@value": text, "@language": "zh"}, TEXTS)
        | children
        | st.builds(lambda items: {"@list": items}, st.lists(SCALARS | children, max_size=3))
    )
    several = values | st.lists(values, max_size=3)
    return st.builds(
        lambda own, members, more: {**own, **members, **more},
        st.fixed_dictionaries({}, optional={"@id": IRIS, "id": IRIS, "@type": IRIS}).filter(
            lambda own: len({"id", "@id"} & set(own)) < 2
        ),
        st.dictionaries(KEYS, several, max_size=3),
        st.fixed_dictionaries(
            {},
            optional={
                "link": IRIS | st.lists(IRIS, max_size=2),
                "list": st.lists(SCALARS, max_size=3),
                "said": st.dictionaries(st.sampled_from(["zh", "en"]), TEXTS, max_size=2),
                "of": st.builds(lambda iri: {"@id": iri}, IRIS),
            },
        ),
    )


NODES = st.recursive(nodes(st.nothing()), nodes, max_leaves=6)


@settings(max_examples=200, deadline=None)
@given(st.lists(NODES, max_size=3), st.sampled_from([None, 1, "\t"]), st.booleans())
@example([{"@id": "e:甲", "p": ["", 8.12]}], None, False)
def test_the_word_at_each_place_is_the_term(
    graph: list[Any], indent: int | str | None, ascii_only: bool
) -> None:
    document = {"@context": CONTEXT, "@graph": graph}
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    submission = read(text, Format.JSON_LD)
    for triple in submission.triples:
        listed = triple.predicate.value in (RDF + "first", RDF + "rest")
        for spans in submission.spans_all(triple):
            found = words(submission, spans)
            for word, term in zip(found, triple, strict=True):
                if isinstance(term, Literal):
                    check_value(json.loads(word), term)
                elif isinstance(term, BlankNode) or listed or term.value == RDF + "nil":
                    assert word[0] in '[]{}"_-0123456789tf' or listed
                else:
                    name = json.loads(f'"{word}"')
                    assert expanded(name) == term.value or (term.value, name) in (
                        (RDF + "type", "@type"),
                        ("http://e/link", "link"),
                    )
        assert submission.spans(triple) or isinstance(triple.subject, BlankNode)


@settings(max_examples=300, deadline=None)
@given(
    st.floats(allow_nan=False, allow_infinity=False).map(repr)
    | st.from_regex(r"-?(0|[1-9][0-9]{0,22})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from([None, "double", "float", "decimal"]),
)
@example("1e999999999999999999", None)
@example("-0.0", "double")
@example("0.00", None)
def test_a_number_has_its_own_place_however_it_is_written(
    number: str, datatype: str | None
) -> None:
    typed = f'{{"@type": "http://www.w3.org/2001/XMLSchema#{datatype}", "@value": {number}}}'
    value = typed if datatype else number
    text = f'{{"@id": "http://e/a", "http://e/p": ["x", {value}]}}'
    submission = read(text, Format.JSON_LD)
    triple = next(found for found in submission.triples if found.object != Literal("x"))
    assert words(submission, submission.spans(triple))[2] == number


def check_value(value: object, term: Literal) -> None:
    if isinstance(value, bool):
        assert term.value == str(value).lower()
    elif isinstance(value, (int, float)):
        assert float(term.value) == value
    else:
        assert term.value == value


NAMELESS = st.recursive(
    st.just({"p": 1}),
    lambda inner: st.dictionaries(
        st.sampled_from(["p", "q"]),
        inner | st.lists(inner, max_size=2) | st.builds(lambda x: {"@list": x}, st.lists(inner)),
        max_size=2,
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMELESS, max_size=3))
def test_nodes_without_a_name_are_told_apart(graph: list[Any]) -> None:
    text = json.dumps({"@context": {"@vocab": "http://v/"}, "@graph": graph})
    assert_nameless_nodes_keep_their_place(read(text, Format.JSON_LD))


@pytest.mark.parametrize(
    ("members", "places"),
    [
        ('"@id":"e:x","p":{"q":1}', [("e:x", "p", "{"), ("{", "q", "1")]),
        ('"p":1,"id":"e:late"', [("e:late", "p", "1")]),
        (
            '"id":"e:x","list":[1,"a"]',
            [
                ("e:x", "list", "["),
                *(("[", "[", "1"), ("[", "[", '"')),
                *(('"', "[", '"a"'), ('"', "[", "]")),
            ],
        ),
        ('"id":"e:x","of":{"@id":"e:y"}', [("e:y", "of", "e:x")]),
        ('"id":"e:x","said":{"zh":["甲"]}', [("e:x", "said", '"甲"')]),
        ('"id":"e:x","p":{"@type":"@json","@value":{"a":1}}', [("e:x", "p", '{"a":1}')]),
        ('"id":"e:g","@graph":[{"@id":"e:x","p":1}]', [("e:x", "p", "1")]),
        (
            '"id":"e:x","p":{"@context":{"@vocab":"http://w/"},"q":1}',
            [("e:x", "p", "{"), ("{", "q", "1")],
        ),
        ('"id":"e:x","type":["T","e:U"]', [("e:x", "type", "T"), ("e:x", "type", "e:U")]),
    ],
)
def test_places_of_what_is_tricky(members: str, places: list[tuple[str, ...]]) -> None:
    context = json.dumps(CONTEXT)
    found = placed(f'{{"@context":{context},{members}}}', Format.JSON_LD)
    assert found == places


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ('{"@context":"https://x/c"}', (1, 14), "nothing is fetched"),
        ('{"@context":[{},"https://x/c"]}', (1, 18), "https://x/c"),
        ('{"@context":{"@import":"https://x/c"}}', (1, 25), "@import"),
        ('{"@context":{"a":{"@id":"urn:a","@context":"https://x/c"}}}', (1, 45), "https://x/c"),
        ('{"@id":"甲","http://e/p":1}', (1, 9), "relative IRI"),
        ('{"@id":"urn:a b","http://e/p":1}', (1, 9), "a space"),
        ('{"@type":"食堂"}', (1, 11), "@vocab"),
        ('{"http://e/p":{"@id":"x"}}', (1, 23), "relative IRI"),
        ('{"a":1，"b":2}', (1, 7), "write ,"),
        ('{"a"：1}', (1, 5), "write :"),
        ("{“a”:1}", (1, 2), 'write "'),
        ('{"a":1,}', (1, 8), "a comma too many"),
        ('{"a":1\n', (2, 1), "before its brackets are closed"),
        ("{'a':1}", (1, 2), 'write "'),
        ('{"a":\n "b\n"}', (2, 2), "never ends"),
        ('{"a":1} {}', (1, 9), "has ended before"),
        ("", (1, 1), "nothing there"),
        ("[" * 20_000, (1, 501), "nested more than 500 levels"),
        ('{"@id":' * 20_000, (1, 3501), "nested more than 500 levels"),
    ],
)
def test_refusals_name_the_place_and_the_mend(text: str, at: tuple[int, int], says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, Format.JSON_LD)
    error = caught.value
    assert says in error.message.en
    assert (error.line, error.column) == at
    assert error.excerpt
    assert error.message.zh != error.message.en


def test_keys_that_the_format_drops_are_noticed() -> None:
    text = '{"@context":{"p":"urn:p"},"@id":"urn:x","p":1,"名称":"甲","q":null}'
    submission = read(text, Format.JSON_LD)
    assert len(submission.triples) == 1
    assert [(n.code, text[n.span.start : n.span.end]) for n in submission.notices] == [
        ("ignored-key", "名称"),
        ("ignored-key", "q"),
    ]


def test_a_prefix_that_no_context_declares_is_noticed_with_the_iri_that_came_of_it() -> None:
    submission = read('{"@id":"kg:食堂","urn:p":"x"}', Format.JSON_LD)
    (notice,) = submission.notices
    assert notice.code == "undeclared-prefix"
    assert notice.term == NamedNode("kg:食堂")


def test_terms_that_are_defined_by_terms_without_end_are_refused() -> None:
    terms = {f"a{number}": f"a{number + 1}:x" for number in range(5_000)}
    with pytest.raises(InputError, match="over 30 deep") as caught:
        read(json.dumps({"@context": terms, "a0": 1}), Format.JSON_LD)
    assert caught.value.line == 1


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('{}[]:,"\\a1 @idvaluecontext\n，urn:')))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text, Format.JSON_LD)
    except InputError as error:
        assert error.line is not None
