"""The word at each place is the very term: on random Turtle and TriG, and on what is tricky."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.model import Submission, TripleSpans
from kg_builder.graph.submission.reading import Limits, parse_source, submission_of

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"


def read(text: str, kind: Format = Format.TURTLE, **limits: int) -> Submission:
    parsed = parse_source(text.encode(), "t", kind.value, Limits(**limits))
    return submission_of(parsed, "t", kind)


def words(submission: Submission, spans: TripleSpans) -> tuple[str, str, str]:
    return tuple(  # type: ignore[return-value]
        submission.text[span.start : span.end]
        for span in (spans.subject, spans.predicate, spans.object)
    )


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
