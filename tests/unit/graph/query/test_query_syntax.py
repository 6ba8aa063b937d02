"""What is no query says where and why; what is one says nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from kg_builder.errors import CrashError, InputError, TimeLimitError
from kg_builder.graph.query.excerpt import position, with_caret
from kg_builder.graph.query.syntax import MAX_DEPTH, MAX_STEPS, check_query, refuse_excess
from kg_builder.graph.query.tokens import solid_tokens, tokens
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.workers import run_in_child

CASES = [
    ("SELECT ?x WHERE { ?x a kg:Canteen ", (1, 34), "} is missing", "缺 }"),
    ("SELECT ?x { ?x a kg:Canteen }}", (1, 30), "one } too many", "多了一个 }"),
    (
        "SELECT ?x {\n ?x a kg:Canteen\n ?y a kg:School }",
        (3, 2),
        ". (or ; or ,) is missing",
        "缺 .",
    ),
    ("SELECT ?x { ?x a kgg:Canteen }", (1, 18), "did you mean kg:?", "是不是 kg:？"),
    ("SELECT ?x { ?x a foobar:Canteen }", (1, 18), "foobar: is not declared", "未声明的前缀"),
    ("SELECT count(*) { ?s ?p ?o }", (1, 8), "(count(*) AS ?n)", "(count(*) AS ?n)"),
    ("SELECT COUNT(?s) c { ?s ?p ?o }", (1, 8), "(COUNT(?s) AS ?n)", "取名"),
    ("SELECT (COUNT(?s) ?c) { ?s ?p ?o }", (1, 8), "AS is missing", "缺 AS"),
    ("SELECT (COUNT(?s)) { ?s ?p ?o }", (1, 8), "AS is missing", "缺 AS"),
    ("SELECT ?a, ?b { ?a ?p ?b }", (1, 10), "without commas", "不用逗号"),
    ("SELECT { ?a ?p ?b }", (1, 7), "SELECT takes", "缺变量"),
    ("SELECT ?a { ?a ?p “甲” }", (1, 19), 'write "', '改成 "'),
    ("SELECT ?a { ?a ?p ?b FILTER（?b = 1） }", (1, 28), "write (", "改成 ("),
    ("ＳＥＬＥＣＴ ?a { ?a ?p ?b }", (1, 1), "write SELECT", "改成 SELECT"),
    ("SELECT ?a { ?a ?p ?b FILTER(?b == 1) }", (1, 32), "single =", "一个等号"),
    ("SELECT ?a { ?a ?p ?b FILTER(?b <> 1) }", (1, 32), "!=", "!="),
    ("SELECT ?a { ?a ?p ?b FILTER(?b = 1 & ?a = 2) }", (1, 36), "&&", "&&"),
    ("SELECT ?a { ?a ?p ?b FILTER(?b = 1 and ?a = 2) }", (1, 36), "&& for and", "&&"),
    ("SELECT ?a { ?a ?p ?b FILTER(?b = 1 OR ?a = 2) }", (1, 36), "|| for OR", "||"),
    ("SELECT ?a { ?a ?p ?b FILTER(NOT ?b = 1) }", (1, 29), "!( … )", "否定"),
    ("SELECT ?a { ?a ?p ?b FILTER(?b LIKE 'x') }", (1, 32), "no LIKE", "没有 LIKE"),
    ("SELECT ?a { ?a ?p ?b FILTER(?b IS NULL) }", (1, 32), "!BOUND", "!BOUND"),
    ("SELECT ?a { ?a ?p ?b FILTER ?b = 1 }", (1, 29), "needs brackets", "加括号"),
    ("SELECT ?a { ?a ?p 'abc }", (1, 19), "the string does not end", "字符串没有结束"),
    (r"SELECT ?a { ?a ?p ?b FILTER(REGEX(?b, '\d')) }", (1, 40), r"\\d", r"\\d"),
    ("SELECT ?a WHERE ?a ?p ?b", (1, 16), "{ is missing after WHERE", "缺 {"),
    ("SELECT ?a { ?a ?p ?b } LIMIT 3 GROUP BY ?a", (1, 32), "GROUP BY, HAVING", "次序"),
    ("SELECT ?a { ?a ?p ?b } ORDER ?a", (1, 29), "BY is missing", "缺 BY"),
    ("SELECT ?a { ?a ?p ?b ORDER BY ?a }", (1, 22), "behind the last }", "最后的 }"),
    ("SELECT ?a { ?a ?p ?b } LIMIT", (1, 29), "takes an integer", "整数"),
    ("SELECT ?a { ?a ?p ?b } LIMIT 10, 20", (1, 32), "OFFSET", "OFFSET"),
    ("SELECT ?a { ?a ?p ?b };", (1, 23), "no ; ends a query", "末尾没有 ;"),
    ("SELECT ?a { ?a ?p ?b FILTER(CONTAIN(?b, 'x')) }", (1, 29), "mean CONTAINS?", "CONTAINS"),
    ("SELECT ?a { ?a ?p ?b FILTER(kg:near(?b)) }", (1, 29), "there is no function", "没有函数"),
    ("SELECT ?a (COUNT(?b) AS ?n) { ?a ?p ?b }", (1, 8), "add GROUP BY ?a", "GROUP BY ?a"),
    ("SELECT ?a ?b { ?a ?p ?b } GROUP BY ?a", (1, 11), "add GROUP BY ?b", "GROUP BY ?b"),
    ("SELECT * { ?a ?p ?b } GROUP BY ?a", (1, 8), "no SELECT *", "SELECT *"),
    ("SELECT ?a { BIND(1 AS ?a) BIND(2 AS ?a) }", (1, 23), "has a value already", "已经有值"),
    ("SELECT ?a { BIND(?b = 3) }", (1, 13), "AS ?x)", "AS ?x)"),
    ("SELECT ?a { ?a a Canteen }", (1, 18), "no variable, name or literal", "不是变量"),
    ("SELECT ?a { ?a rdfs:label 八里庄街道 }", (1, 27), "八里庄街道 is no", "八里庄街道 不是"),
    ("SELECT ?a { ?a rdfs:label ?l@zh }", (1, 29), "language tag", "语言标签"),
    ("SELECT ?a { ?a kg:inStreet }", (1, 28), "missing after kg:inStreet", "缺谓词或宾语"),
    ("SELECT ?a { ?a <http://x y> ?b }", (1, 16), "no blanks", "不能有空格"),
    ("SELECT ?a { ?a <rel> ?b }", (1, 16), "relative IRI", "相对 IRI"),
    ("@prefix a: <b:c> . SELECT * {}", (1, 1), "that is Turtle", "Turtle"),
    ("PREFIX kg <http://x/> SELECT * {}", (1, 8), "with its colon", "冒号"),
    ("SELCT ?a { ?a ?p ?b }", (1, 1), "did you mean SELECT?", "是不是 SELECT？"),
    ("SELECT ?a { ?a ?p ?b OPTIONAL ?b ?q ?c }", (1, 31), "missing after OPTIONAL", "OPTIONAL"),
    ("SELECT ?a { VALUES ?a { 1, 2 } }", (1, 26), "without commas", "不用逗号"),
    ("", (1, 1), "empty", "空的"),
]


@pytest.mark.parametrize(("text", "place", "en", "zh"), CASES)
def test_a_slip_is_named_at_its_place(text: str, place: tuple[int, int], en: str, zh: str) -> None:
    with pytest.raises(InputError) as caught:
        check_query(text, PREFIXES)
    assert (caught.value.line, caught.value.column) == place
    assert en in caught.value.message.en
    assert zh in caught.value.message.zh
    assert caught.value.message.en.splitlines()[1:] == caught.value.message.zh.splitlines()[1:]


@pytest.mark.parametrize(
    ("text", "form", "variables"),
    [
        ("SELECT ?x ?y { ?x a kg:Canteen ; kg:inStreet ?y ; . }", "SELECT", ("x", "y")),
        ("SELECT (COUNT(*) AS ?数) { ?x kg:inStreet ?街道。 }", "SELECT", ("数",)),
        ("select * where { ?x ?p ?o . filter(?o < 3 && ?o>1) }", "SELECT", ("x", "p", "o")),
        ("ASK { ?s ?p 'and == LIKE （' }", "ASK", ()),
        ("PREFIX a: <http://a/> CONSTRUCT WHERE { ?s a:p ?o }", "CONSTRUCT", ()),
        ("DESCRIBE kg:Canteen", "DESCRIBE", ()),
        ("SELECT ?a (SUM(?b)/COUNT(?b) AS ?n) { ?a ?p ?b } GROUP BY ?a", "SELECT", ("a", "n")),
        ("SELECT ?x { ?x kg:p ?y FILTER(xsd:integer(?y) > 3) }", "SELECT", ("x",)),
    ],
)
def test_a_query_is_one(text: str, form: str, variables: tuple[str, ...]) -> None:
    checked = check_query(text, PREFIXES)
    assert checked.form == form
    assert set(checked.variables) == set(variables)


def test_the_caret_stands_below_its_character() -> None:
    text = "SELECT ?街道 {\n\t?街道 rdfs:label “八里庄” }"
    place = text.index("“")
    line, caret = with_caret(text, place).splitlines()
    before = line[: line.index("“")]
    width = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in before)
    assert caret[:-1].expandtabs(4) == " " * (width - 1 - 4 + 4) + " " * 4
    assert position(text, place).line == 2


def test_a_long_line_shows_the_stretch_around_the_place() -> None:
    text = "SELECT * { " + "?s ?p 1 . " * 200 + "&"
    line, caret = with_caret(text, len(text) - 1).splitlines()
    assert len(line) < 140
    assert line[len(caret) - 1] == "&"


def test_what_steers_a_terminal_is_not_shown() -> None:
    line, _ = with_caret("SELECT \x1b[31m\u202e ?x", 3).splitlines()
    assert "\x1b" not in line
    assert "\u202e" not in line


def nested(opening: str, inner: str, closing: str, levels: int) -> str:
    return f"SELECT * {{ ?s ?p ?o FILTER({opening * levels}{inner}{closing * levels} = 1) }}"


@pytest.mark.parametrize(
    "text",
    [
        nested("STR(", "?o", ")", 1000),
        nested("(", "?o", ")", 5000),
        nested("IF(?o,1,", "?o", ")", 1000),
        "SELECT * " + "{" * 5000 + "}" * 5000,
        "SELECT * { ?s " + "/".join(["kg:a"] * 1000) + " ?o }",
        "SELECT * { " + "".join(f"BIND(1 AS ?x{n}) " for n in range(5000)) + "}",
        "SELECT * { ?s ?p '" + "x" * 1_000_001 + "' }",
    ],
)
def test_what_kills_engines_is_refused_by_its_tokens(text: str) -> None:
    with pytest.raises(InputError):
        refuse_excess(text)


@pytest.mark.parametrize(
    "text",
    [
        nested("STR(", "?o", ")", MAX_DEPTH - 3),
        "SELECT * { ?s " + "/".join(["kg:a"] * (MAX_STEPS // 2)) + " ?o }",
        "SELECT * { VALUES ?x { " + "1 " * 50_000 + "} }",
        "SELECT * { " + "OPTIONAL { " * 90 + "}" * 90 + " }",
    ],
)
def test_what_is_within_the_limits_does_no_harm(text: str) -> None:
    refuse_excess(text)
    checked = run_in_child(check_query, text, dict(PREFIXES), timeout=20)
    assert checked.form == "SELECT"


def test_a_text_that_engines_choke_on_ends_in_the_child() -> None:
    text = "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o } " * 1500 + "}"
    with pytest.raises((TimeLimitError, CrashError)):
        run_in_child(check_query, text, {}, timeout=1)


@given(st.text(max_size=60))
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


TERMS = st.sampled_from(
    [
        *("?a", "$b", "?街道", "kg:Canteen", "<http://x/y#z>", "<urn:a'b>", "1", "1.5", "-2e3"),
        *("'it'", '"""a "quoted" one"""', "'''\n'''", "'x'@zh-Hans", "'1'^^xsd:integer", "true"),
        *("_:b1", "'\\u4E00\\n'", "rdfs:label", "kg:a\\-b", "kg:海淀区", "'# no comment'"),
    ]
)
SUBJECTS = st.sampled_from(["?a", "?街道", "kg:Canteen", "<http://x/y#z>", "_:b1"])
PATHS = st.sampled_from(
    ["a", "?p", "kg:p/rdfs:label", "^kg:p", "(kg:p|<http://x/#q>)+", "!(kg:p|^a)", "kg:p*", "<a:b>"]
)
SPACES = st.sampled_from([" ", "\n", "\t ", " # <?a> ' \" {\n", "\r\n"])
EXPRESSIONS = st.sampled_from(
    [
        *("?a<?b", "?a<5&&?b>3", "STR(?a)<STR(?b)&&?c>'#'", "?a IN (<http://x/>,<urn:b#c>)"),
        *("!BOUND(?a)||?a<=<http://x/>", "(?a)<(?b)", "?a+1>-2", "CONTAINS(STR(?a),'>')"),
        *("?a<?b&&?b>?c", "<http://x/#a>=?a", "?a = kg:a || ?a<kg:b", "EXISTS{?a<a:b>?b}"),
    ]
)
PATTERNS: st.SearchStrategy[str] = st.one_of(
    st.builds("{} {} {} .".format, SUBJECTS, PATHS, TERMS),
    st.builds("FILTER({})".format, EXPRESSIONS),
    st.builds("BIND(({}) AS ?z)".format, EXPRESSIONS),
    st.builds("VALUES (?v) {{ ({}) }}".format, TERMS.filter(lambda term: term[0] not in "?$_")),
    st.builds("?s ?p (?a {}) .".format, TERMS),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PATTERNS, max_size=3, unique_by=lambda text: text[:4]), SPACES)
def test_engines_read_the_same_tokens(patterns: list[str], space: str) -> None:
    """Comments between all tokens change nothing (within `[]` the grammar has none)."""
    text = "SELECT * {" + space + space.join(patterns) + "}"
    takes(text)
    solid = solid_tokens(text)
    assert not any(token.kind == "other" for token in solid)
    takes("".join(token.text + " # ' \" <\n" for token in solid))


def takes(text: str) -> None:
    Store().query(text, prefixes=dict(PREFIXES))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PATTERNS, st.sampled_from(list("{}()<>.;,?&|'\"#（，。“"))), max_size=6))
def test_every_text_passes_or_says_where_not(parts: list[str]) -> None:
    text = "SELECT * {" + " ".join(parts) + "}"
    try:
        check_query(text, PREFIXES)
    except InputError as error:
        assert error.line
        assert error.column
        assert error.line <= text.count("\n") + 1
        assert error.message.zh
    else:
        takes(text)
