"""The lexer: tokens are the text, and what they are called is right where it matters."""

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.graph.query.tokens import tokens

PIECES = st.sampled_from(
    [
        *(
            "SELECT",
            "?v。",
            "{",
            "}",
            '"a\\"b"',
            "'''x'y'''",
            "<http://a/>",
            "#+ c\n",
            "kg:Canteen",
        ),
        *(
            "，",
            "\n",
            " ",
            '"',
            "'",
            "\\",
            "@zh",
            "^^",
            "1.5e3",
            "_:b",
            "（",
            "<",
            "$x",
            "．",
            "\r",
        ),
    ]
)


def kinds(text):
    return [(token.kind, token.text) for token in tokens(text) if token.kind != "space"]


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_the_tokens_together_are_the_text(text):
    found = list(tokens(text))
    assert "".join(token.text for token in found) == text
    assert all(text[token.start : token.end] == token.text for token in found)


def test_words_in_strings_iris_and_comments_are_none():
    text = "VALUES \"VALUES ?x { UNDEF }\" <http://a/#VALUES> # VALUES\n'''VALUES ' ''' values"
    assert [token.text for token in tokens(text) if token.is_word("VALUES")] == ["VALUES", "values"]


def test_an_escaped_quote_ends_no_string():
    assert kinds(r'"a\"b" "c\\" "d"') == [
        ("string", r'"a\"b"'),
        ("string", r'"c\\"'),
        ("string", '"d"'),
    ]


def test_a_chinese_full_stop_belongs_to_the_variable():
    assert kinds("?v。") == [("variable", "?v。")]


def test_a_lone_quote_and_a_full_width_bracket_are_other():
    assert kinds('（ "') == [("other", "（"), ("other", '"')]


def test_less_than_is_no_iri():
    assert kinds("?a < ?b && ?c > 3") == [
        ("variable", "?a"),
        ("mark", "<"),
        ("variable", "?b"),
        ("mark", "&&"),
        ("variable", "?c"),
        ("mark", ">"),
        ("number", "3"),
    ]


def test_prefixed_names_are_chinese_too():
    assert kinds("street:海淀区_八里庄街道 .") == [
        ("name", "street:海淀区_八里庄街道"),
        ("mark", "."),
    ]
