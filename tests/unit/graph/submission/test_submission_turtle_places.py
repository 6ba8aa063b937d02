"""The word at each place is the very term: on random Turtle and TriG, and on what is tricky."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from submission_support import RDF, XSD, assert_nameless_nodes_keep_their_place, placed, read, words

from kg_builder.errors import InputError
from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.model import Submission, TripleSpans
from kg_builder.graph.submission.turtle_places import turtle_places

# -- random documents ------------------------------------------------------------------------

BLANKS = st.sampled_from(
    [" ", "\n", "\r\n", "\t", "  ", " # 注释 e:x \"' <\n", "\r", " #\r\n", "\n\n "]
)
NAMES = st.sampled_from(
    [
        "a1",
        "甲",
        "北京市·海淀区",
        "x-y",
        "1",
        "a.b",
        "a:b",
        "𠀀",
        "e_",
        "",
        "x%20y",
        "三、四",
        "a\\,b",
    ]
)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
    | st.sampled_from("\"'\\\n\t甲😀"),
    max_size=8,
)

NUMBERS = [
    *(("1", "integer"), ("-0", "integer"), ("+1.5", "decimal"), (".5", "decimal")),
    *(("1e3", "double"), ("1.E-2", "double"), ("-.5e+1", "double")),
]


@dataclass
class Writer:
    """Writes a document and remembers what each word means."""

    draw: st.DrawFn
    trig: bool
    parts: list[str] = field(default_factory=list)
    length: int = 0
    meant: dict[tuple[int, int], NamedNode | Literal] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    base: str = "http://base/x/"

    def put(self, text: str) -> tuple[int, int]:
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start, self.length

    def blank(self) -> None:
        self.put(self.draw(BLANKS))

    def mean(self, word: str, term: NamedNode | Literal) -> None:
        self.meant[self.put(word)] = term
        self.blank()

    def declare(self) -> None:
        prefix = self.draw(st.sampled_from(["e", "", "甲", "e.f"]))
        iri = self.draw(st.sampled_from(["http://e/", "http://f#", "urn:x:"]))
        sparql = self.draw(st.booleans())
        self.put(
            self.draw(st.sampled_from(["PREFIX", "prefix", "pReFix"])) if sparql else "@prefix"
        )
        self.blank()
        self.put(f"{prefix}:")
        self.blank()
        self.put(f"<{iri}>")
        self.blank()
        if not sparql:
            self.put(".")
        self.blank()
        self.prefixes[prefix] = iri

    def rebase(self) -> None:
        self.base = self.draw(st.sampled_from(["http://base/x/", "http://other/"]))
        self.put(self.draw(st.sampled_from([f"@base <{self.base}> .", f"BASE <{self.base}>"])))
        self.blank()

    def iri(self) -> None:
        way = self.draw(st.sampled_from("pppir"))
        if way == "p" and self.prefixes:
            prefix = self.draw(st.sampled_from(sorted(self.prefixes)))
            local = self.draw(NAMES)
            value = self.prefixes[prefix] + local.replace("\\", "")
            self.mean(f"{prefix}:{local}", NamedNode(value))
        elif way == "r":
            self.mean("<z>", NamedNode(self.base + "z"))
        else:
            word = self.draw(st.sampled_from(["http://i/甲", "http://i/\\u4e59", "urn:a:b"]))
            self.mean(f"<{word}>", NamedNode(word.replace("\\u4e59", "乙")))

    def literal(self) -> None:
        way = self.draw(st.sampled_from(["string", "string", "language", "type", "number", "bool"]))
        if way == "number":
            word, kind = self.draw(st.sampled_from(NUMBERS))
            self.mean(word, Literal(word, datatype=NamedNode(XSD + kind)))
        elif way == "bool":
            word = self.draw(st.sampled_from(["true", "false"]))
            self.mean(word, Literal(word, datatype=NamedNode(XSD + "boolean")))
        else:
            self.string(way)

    def string(self, way: str) -> None:
        value = self.draw(TEXTS)
        quote = self.draw(st.sampled_from(['"', "'", '"""', "'''"]))
        escaped = value.replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
        if len(quote) == 1:
            escaped = escaped.replace("\n", "\\n")
        start, end = self.put(f"{quote}{escaped}{quote}")
        term = Literal(value)
        if way == "language":
            tag = self.draw(st.sampled_from(["zh", "en-us", "zh-hans-cn"]))
            if self.draw(st.booleans()):
                self.blank()
            _, end = self.put("@" + tag)
            term = Literal(value, language=tag)
        elif way == "type":
            self.put("^^")
            _, end = self.put("<http://i/type>")
            term = Literal(value, datatype=NamedNode("http://i/type"))
        self.meant[start, end] = term
        self.blank()

    def node(self, depth: int) -> None:
        way = self.draw(st.sampled_from("iiillb" + ("[(" if depth else "")))
        if way == "i":
            self.iri()
        elif way == "l":
            self.literal()
        elif way == "b":
            self.put(
                self.draw(st.sampled_from(["_:b", "_:甲.1", "[]", "[ ]", "[#\n]", "()", "( )"]))
            )
            self.blank()
        elif way == "[":
            self.properties(depth - 1)
        else:
            self.collection(depth - 1)

    def properties(self, depth: int) -> None:
        self.put("[")
        self.blank()
        self.pairs(depth)
        self.put("]")
        self.blank()

    def collection(self, depth: int) -> None:
        self.put("(")
        self.blank()
        for _ in range(self.draw(st.integers(1, 3))):
            self.node(depth)
        self.put(")")
        self.blank()

    def pairs(self, depth: int) -> None:
        for number in range(self.draw(st.integers(1, 2))):
            if number:
                self.put(";" * self.draw(st.integers(1, 2)))
                self.blank()
            if self.draw(st.booleans()):
                self.mean("a", NamedNode(RDF + "type"))
            else:
                self.iri()
            for again in range(self.draw(st.integers(1, 2))):
                if again:
                    self.put(",")
                    self.blank()
                self.node(depth)

    def triples(self, depth: int) -> None:
        way = self.draw(st.sampled_from("iiib[("))
        if way == "[":
            self.properties(depth)
            if self.draw(st.booleans()):
                self.pairs(depth)
        else:
            if way == "(":
                self.collection(depth)
            elif way == "b":
                self.put(self.draw(st.sampled_from(["_:b", "[]"])))
                self.blank()
            else:
                self.iri()
            self.pairs(depth)

    def graph(self, depth: int) -> None:
        head = self.draw(st.sampled_from(["", "GRAPH ", "graph\n"]))
        if head or self.draw(st.booleans()):
            self.put(head)
            self.put(self.draw(st.sampled_from(["<http://i/g>", "_:g", "[]"])))
            self.blank()
        self.put("{")
        self.blank()
        for _ in range(self.draw(st.integers(0, 2))):
            self.triples(depth)
            self.put(".")
            self.blank()
        if self.draw(st.booleans()):
            self.triples(depth)
        self.put("}")
        self.blank()

    def document(self) -> str:
        self.rebase()
        for _ in range(self.draw(st.integers(1, 6))):
            way = self.draw(st.sampled_from("dbttt" + ("g" if self.trig else "")))
            if way == "d":
                self.declare()
            elif way == "b":
                self.rebase()
            elif way == "g":
                self.graph(1)
            else:
                self.triples(2)
                self.put(".")
                self.blank()
        return "".join(self.parts)


@st.composite
def documents(draw: st.DrawFn, *, trig: bool) -> tuple[str, Writer]:
    writer = Writer(draw, trig)
    return writer.document(), writer


def check(submission: Submission, writer: Writer) -> None:
    graphs = [(None, submission.triples), *submission.named.items()]
    for graph, triples in graphs:
        for triple in triples:
            found = submission.spans_all(triple, graph)
            assert found, (submission.text, triple)
            for spans in found:
                check_words(submission, triple, spans, writer)


def check_words(submission: Submission, triple: Triple, spans: TripleSpans, writer: Writer) -> None:
    listed = triple.predicate.value in (RDF + "first", RDF + "rest")
    parts = zip((spans.subject, spans.predicate, spans.object), triple, strict=True)
    for span, term in parts:
        word = submission.text[span.start : span.end]
        meant = writer.meant.get((span.start, span.end))
        if isinstance(term, BlankNode):
            assert word[0] in "[(_" or listed, (submission.text, triple, word)
        elif term == NamedNode(RDF + "nil") or (term == triple.predicate and listed):
            assert word[0] in "()", (submission.text, triple, word)
        else:
            assert meant == term, (submission.text, triple, word)


@settings(max_examples=150, deadline=None)
@given(documents(trig=False))
def test_the_word_at_each_place_is_the_term_in_turtle(document: tuple[str, Writer]) -> None:
    text, writer = document
    check(read(text), writer)


@settings(max_examples=150, deadline=None)
@given(documents(trig=True))
def test_the_word_at_each_place_is_the_term_in_trig(document: tuple[str, Writer]) -> None:
    text, writer = document
    check(read(text, Format.TRIG), writer)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["<http://e/甲>", "_:a", "_:b.c"]),
            st.sampled_from(["<http://e/p>", "<urn:q>"]),
            st.sampled_from(['"x"', '"甲\\n"@zh', '"1"^^<urn:t>', "<urn:o>", "_:a", '"\\u0022"']),
            st.sampled_from(["", "<urn:g>", "_:g"]),
            BLANKS.filter(lambda blank: "\n" in blank or "\r" in blank),
        ),
        max_size=6,
    )
)
def test_the_words_of_a_line_are_the_terms_of_its_quad(lines: list[tuple[str, ...]]) -> None:
    submission = read("".join(f"{s} {p} {o} {g}.{b}" for s, p, o, g, b in lines), Format.N_QUADS)
    places = [
        words(submission, spans)
        for graph, triples in [(None, submission.triples), *submission.named.items()]
        for triple in triples
        for spans in submission.spans_all(triple, graph)
    ]
    assert sorted(places) == sorted((s, p, o) for s, p, o, _, _ in lines)


NAMELESS = st.recursive(
    st.just("[]") | st.just("'x'"),
    lambda inner: st.builds(
        lambda kind, items: {
            "node": "[ <urn:p> " + " , ".join(items) + " ; <urn:q> " + items[0] + " ]",
            "list": "( " + " ".join(items) + " )",
        }[kind],
        st.sampled_from(["node", "list"]),
        st.lists(inner, min_size=1, max_size=2),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(NAMELESS)
def test_nodes_without_a_name_are_told_apart(node: str) -> None:
    assert_nameless_nodes_keep_their_place(read(f"<urn:a> <urn:p> {node} ."))


# -- what is tricky --------------------------------------------------------------------------

E = "@prefix e: <http://e/> . "


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("e:a e:b [ e:c e:d ] .", [("[", "e:c", "e:d"), ("e:a", "e:b", "[")]),
        ("[ e:a e:b ] .", [("[", "e:a", "e:b")]),
        ("[ ] e:b [ ] .", [("[ ]", "e:b", "[ ]")]),
        (
            "e:a e:b ( 1 e:c ) .",
            [
                ("(", "(", "1"),
                ("e:a", "e:b", "("),
                ("e:c", "(", "e:c"),
                ("(", "(", "e:c"),
                ("e:c", "(", ")"),
            ],
        ),
        ("( ) e:b ( ) .", [("( )", "e:b", "( )")]),
        ("e:a e:b 1.<urn:c> e:d 2 .", [("e:a", "e:b", "1"), ("<urn:c>", "e:d", "2")]),
        ("e:a e:b 'x'@en, \"y\"^^e:t .", [("e:a", "e:b", "'x'@en"), ("e:a", "e:b", '"y"^^e:t')]),
        ('e:a e:b "x" @en .', [("e:a", "e:b", '"x" @en')]),
        ("e:a a e:b;;.", [("e:a", "a", "e:b")]),
        ("e:a.b e:b..b e:c.", [("e:a.b", "e:b..b", "e:c")]),
        (
            'e:a e:b """"x"\\"""" , \'\'\'\'\'\' .',
            [("e:a", "e:b", '""""x"\\""""'), ("e:a", "e:b", "'" * 6)],
        ),
        ("#<\n e:a#b\n e:b e:c .#", [("e:a", "e:b", "e:c")]),
        ("e:a e:b true, false .", [("e:a", "e:b", "true"), ("e:a", "e:b", "false")]),
        ("PREFIX e: <http://f/> e:a e:b e:true .", [("e:a", "e:b", "e:true")]),
        ("e:a e:b e:c\\,\\.\\-d .", [("e:a", "e:b", "e:c\\,\\.\\-d")]),
    ],
)
def test_places_of_what_is_tricky(text: str, places: list[tuple[str, ...]]) -> None:
    assert sorted(placed(E + text)) == sorted(places)


def test_places_count_code_points_and_no_byte_order_mark() -> None:
    submission = read(
        b"\xef\xbb\xbf" + '<urn:😀> <urn:p>\r\n\t"甲😀" .\r<urn:b> <urn:p> 1 .'.encode()
    )
    first, second = submission.triples
    spans = submission.spans(first)
    assert spans
    assert spans.object.start == 18
    assert str(submission.place(spans.object)) == "t:2:2"
    assert submission.place(spans.object).end_column == 6
    assert str(submission.place(submission.spans(second).subject)) == "t:3:1"
    assert submission.marked
    assert submission.data.startswith(b"\xef\xbb\xbf<urn")


def test_a_triple_that_stands_twice_has_two_places() -> None:
    submission = read(E + "e:a e:b e:c, e:c . e:a e:d 1 . e:a e:b e:c .")
    triple = submission.triples[0]
    assert len(submission.triples) == 2
    assert [spans.object.start for spans in submission.spans_all(triple)] == [33, 38, 64]
    assert submission.subject_span(triple.subject) == submission.spans(triple).subject


def test_a_triple_of_a_named_graph_is_not_one_of_the_default_graph() -> None:
    submission = read(E + "e:g { e:a e:b e:c } e:a e:b e:c .", Format.TRIG)
    (triple,) = submission.triples
    assert submission.named == {NamedNode("http://e/g"): (triple,)}
    assert submission.spans(triple) != submission.spans(triple, NamedNode("http://e/g"))


def test_blank_nodes_of_two_files_never_meet_and_are_the_same_in_every_run() -> None:
    one, again = read("_:a <urn:p> [] .", name="1"), read("_:a <urn:p> [] .", name="1")
    other = read("_:a <urn:p> [] .", name="2")
    assert one.triples == again.triples
    assert not {t.subject for t in one.triples} & {t.subject for t in other.triples}


@pytest.mark.parametrize(
    "text", ["( ( <urn:a>", "] ] ]", "<a> <b> ) )", "a , ; .", "{ } }", "@prefix"]
)
def test_what_cannot_be_followed_has_no_places_and_is_no_crash(text: str) -> None:
    places = turtle_places(text, 100)
    assert places is None or not places.kinds


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("<urn:a> _b\"'@^#.;,[](){}\n\\0e甲、")))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        submission = read(text, Format.TRIG)
    except InputError as error:
        assert error.line is not None
        assert error.column is not None
        assert error.excerpt is not None
    else:
        assert all(submission.spans(triple) for triple in submission.triples)


@pytest.mark.parametrize("bracket", ["(", "[ <urn:p> "])
def test_nesting_is_limited(bracket: str) -> None:
    with pytest.raises(InputError, match="nested more than 500 levels") as caught:
        read("<urn:a> <urn:p> " + bracket * 20_000)
    assert caught.value.line == 1


def test_triple_terms_are_refused() -> None:
    with pytest.raises(InputError, match=r"RDF 1\.2"):
        read(E + "e:a e:b <<( e:c e:d e:e )>> .")
