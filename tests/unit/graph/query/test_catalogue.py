"""The catalogue: what a header may say, what is refused and where, and how terms are bound."""

import re

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Store

from kg_builder.errors import ConfigurationError, InputError
from kg_builder.graph.query.catalogue import bind, load_catalogue, load_query
from kg_builder.graph.vocabulary import expand
from kg_builder.resources import Resources

HEADER = """\
#+ title: {zh: 问, en: a question}
#+ description: {zh: 问什么, en: what it asks}
#+ tags: [list]
#+ parameters:
#+   p:
#+     label: {zh: 参数, en: parameter}
#+     type: string
#+ examples:
#+   - {p: x}
"""
BODY = """\
SELECT ?s ?p WHERE {
  VALUES ?p { UNDEF }
  ?s ?q ?p .
}
"""
ONTOLOGY = load_catalogue(Resources.find()).ontology


@pytest.fixture
def load(tmp_path):
    def loaded(text, name="a_question.rq"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return load_query(path, lambda: ONTOLOGY)

    return loaded


def header(**changes):
    """Return the header with lines of the parameter replaced or added."""
    lines = HEADER
    for key, value in changes.items():
        line = f"#+     {key}: {value}\n"
        if re.search(rf"#\+     {key}:.*\n", lines):
            lines = re.sub(rf"#\+     {key}:.*\n", lambda _, line=line: line, lines)
        else:
            lines = lines.replace("#+ examples:", line + "#+ examples:", 1)
    return lines


def test_a_header_is_read(load):
    query = load(HEADER + BODY)
    assert (query.name, query.title.en, query.title.zh) == ("a_question", "a question", "问")
    assert query.tags == ("list",)
    assert query.parameters["p"].type == "string"
    assert query.examples == ({"p": ("x",)},)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEADER + "#+ colour: red\n" + BODY, 10, "unknown key 'colour'"),
        (header(colour="red") + BODY, 8, "unknown key 'colour'"),
        (HEADER.replace("type: string", "type: text") + BODY, 7, "a type is one of"),
        (HEADER + BODY.replace("VALUES ?p { UNDEF }", ""), 5, "has no VALUES ?p"),
        (HEADER + BODY.replace("?p .", "?o .").replace("?s ?p", "?s"), 5, "does not use ?p"),
        (HEADER + BODY.replace("?s ?q", "VALUES ?q { undef } ?s ?q"), 12, "no parameter of that"),
        (header(type="entity") + BODY, 5, "has a class"),
        (header(**{"class": "Canteen"}) + BODY, 8, "has a class"),
        (header(type="entity", **{"class": "Cantine"}) + BODY, 8, "no class Cantine"),
        (header(type="entity", **{"class": "Canteen"}, default="甲") + BODY, 9, "no default"),
        (header(type="enumerated") + BODY, 5, "has values or a scheme"),
        (header(values="[a]") + BODY, 5, "has values or a scheme"),
        (header(type="enumerated", scheme="colour") + BODY, 8, "a scheme is one of"),
        (header(type="enumerated", values="{甲: 'status:nothing'}") + BODY, 8, "no status:nothing"),
        (header(type="year", default="24") + BODY, 8, "cannot be '24'"),
        (header(type="integer", examples="[1, x]") + BODY, 8, "cannot be 'x'"),
        (header(type="integer") + BODY, 9, "cannot be 'x'"),
        (HEADER.replace("- {p: x}", "- {q: x}") + BODY, 9, "no parameter q"),
        (HEADER.replace("{zh: 问, en: a question}", "问") + BODY, 1, "needs zh and en"),
        (HEADER.replace("tags: [list]", "tags: list") + BODY, 3, "tags is a list"),
        (HEADER + "#+ computed:\n#+   n: {zh: 数, en: count}\n" + BODY, 11, "has no ?n"),
        (HEADER + "#+ tags: [again]\n" + BODY, 10, "stands twice"),
        (HEADER.replace("[list]", "[list") + BODY, None, "no YAML"),
        (BODY, 1, "a query opens with lines of #+"),
        ("#+ words\n" + BODY, 1, "a query opens with lines of #+"),
        ("", 1, "a query opens with lines of #+"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(load, text, line, words):
    with pytest.raises(ConfigurationError) as error:
        load(text)
    assert words in error.value.message.en
    assert error.value.file.endswith("a_question.rq")
    assert error.value.line == line or line is None
    assert error.value.message.zh != error.value.message.en


def test_a_name_is_in_snake_case(load):
    with pytest.raises(ConfigurationError, match="snake_case"):
        load(HEADER + BODY, "A question.rq")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "q.rq").write_bytes(b"#+ \xff")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_query(tmp_path / "q.rq", lambda: ONTOLOGY)


def test_the_block_in_a_string_or_a_comment_is_none(load):
    hidden = BODY.replace(
        "VALUES ?p { UNDEF }", '# VALUES ?p { UNDEF }\n  ?s ?r "VALUES ?p { UNDEF }" .'
    )
    with pytest.raises(ConfigurationError, match="has no VALUES"):
        load(HEADER + hidden)


def test_enumerated_values_stand_for_terms(load):
    query = load(header(type="enumerated", values="{完工: 'status:completed', x: y}") + BODY)
    assert query.parameters["p"].values == {
        "完工": expand("status:completed"),
        "x": Literal("y"),
    }
    assert query.parameters["p"].term(" X ") == Literal("y")


def test_a_scheme_gives_the_words_of_its_concepts(load):
    values = load(
        header(type="enumerated", scheme="scope", examples="[全国]").replace("p: x", "p: nation")
        + BODY
    )
    found = values.parameters["p"].values
    assert found["全国"] == found["nation"] == expand("scope:nation")
    kinds = load(header(type="enumerated", scheme="class").replace("p: x", "p: canteen") + BODY)
    assert kinds.parameters["p"].values["助餐点"] == expand("Canteen")
    assert "陈述" not in kinds.parameters["p"].values


@pytest.mark.parametrize(
    ("kind", "words", "term"),
    [
        ("integer", "-07", Literal("-7", datatype=expand("xsd:integer"))),
        ("year", "2026", Literal("2026", datatype=expand("xsd:integer"))),
        ("decimal", "1.50", Literal("1.50", datatype=expand("xsd:decimal"))),
        ("string", ' a"b ', Literal(' a"b ')),
    ],
)
def test_words_become_terms(load, kind, words, term):
    text = header(type=kind).replace("#+ examples:\n#+   - {p: x}\n", "") + BODY
    assert load(text).parameters["p"].term(words) == term


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        *(("integer", "1.5"), ("integer", "9" * 30), ("integer", "1 } DELETE")),
        *(("year", "二〇二四"), ("year", ""), ("decimal", "1e3")),
    ],
)
def test_words_that_are_not_of_the_type_are_refused(load, kind, words):
    text = header(type=kind).replace("#+ examples:\n#+   - {p: x}\n", "") + BODY
    with pytest.raises(InputError):
        load(text).parameters["p"].term(words)


def test_an_entity_is_given_as_an_iri(load):
    parameter = load(header(type="entity", **{"class": "Canteen"}) + BODY).parameters["p"]
    assert parameter.term("http://a/b") == NamedNode("http://a/b")
    for words in ("六十六号餐厅", "http://a/> } DROP ALL", ""):
        with pytest.raises(InputError):
            parameter.term(words)


def test_binding_fills_drops_and_refuses(load):
    query = load(HEADER + BODY)
    assert "VALUES" not in bind(query, {})
    assert 'VALUES ?p { "x" }' in bind(query, {"p": Literal("x")})
    both = bind(query, {"p": [NamedNode("http://a/"), Literal("x", language="zh")]})
    assert 'VALUES ?p { <http://a/> "x"@zh }' in both
    with pytest.raises(InputError, match="no parameter q"):
        bind(query, {"q": Literal("x")})
    with pytest.raises(InputError, match="has no value"):
        bind(query, {"p": []})
    with pytest.raises(TypeError):
        bind(query, {"p": ["words"]})


def test_a_default_is_bound_when_nothing_is_given(load):
    query = load(header(default="d") + BODY)
    assert 'VALUES ?p { "d" }' in bind(query, {})
    assert '"d"' not in bind(query, {"p": Literal("x")})


def test_every_block_of_a_parameter_is_filled(load):
    query = load(HEADER + BODY.replace("}\n", "  { SELECT * { values ?p{undef} ?p ?y ?z } }\n}\n"))
    assert bind(query, {"p": Literal("x")}).count('VALUES ?p { "x" }') == 2


HOSTILE = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0")),
    st.lists(
        st.sampled_from(
            [
                *('"', "\\", "'", "}", "{", "u0022", "\\u0022", "\\U00000022", "\n", "@zh", "<b>"),
                *("u", "U", "\\u005c", "<script>", "\u202e", "=cmd|' /C calc'!A0", "^^", "#", "\1"),
            ]
        )
    ).map("".join),
)


@given(HOSTILE)
def test_a_literal_comes_back_as_it_was_in_both_engines(tmp_path_factory, words):
    path = tmp_path_factory.getbasetemp() / "q.rq"
    if not path.exists():
        path.write_text(
            HEADER + "SELECT ?p ?x WHERE { VALUES ?p { UNDEF } BIND(1 AS ?x) }", "utf-8"
        )
    text = bind(load_query(path, lambda: ONTOLOGY), {"p": Literal(words)})
    assert [row[0].value for row in Store().query(text)] == [words]
    assert [str(row[0]) for row in rdflib.Dataset().query(text)] == [words]


def test_a_project_replaces_and_adds_by_name(tmp_path):
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "reports.rq").write_text(HEADER + BODY, "utf-8")
    (folder / "my_own.rq").write_text(HEADER + BODY, "utf-8")
    (folder / "broken.rq").write_text("no header", "utf-8")
    found = load_catalogue(Resources.find(tmp_path))
    assert found["reports"].title.en == found["my_own"].title.en == "a question"
    assert set(found) > set(load_catalogue(Resources.find()))
    assert "broken" in found
    assert "nothing" not in found
    with pytest.raises(ConfigurationError):
        found["broken"]
    with pytest.raises(KeyError):
        found["nothing"]
