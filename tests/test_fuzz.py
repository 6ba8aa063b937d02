"""Anything at all may come in: no uncaught exception, no hang and no signal may come out.

Arbitrary bytes, and documents of every syntax that somebody has tampered with, go through what the
commands call; some go through the command and its child processes. `--slow` tries many more.
"""

import json
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from kg_builder.cli.main import main
from kg_builder.desk import Reader, ReportInput
from kg_builder.errors import InputError, ValidationFailure
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.query.levels import read_query
from kg_builder.graph.query.safety import refuse_unsafe
from kg_builder.graph.query.tokens import tokens
from kg_builder.graph.shacl import compile_shapes, report_triples, validate
from kg_builder.graph.shacl.patterns import Pattern
from kg_builder.graph.shacl.sparql import Query
from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.parsing import parse_document
from kg_builder.graph.submission.reading import submission_of
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre

DEPTH = 60
"""Levels of nesting that are let through here: in this process a deeper document could end it."""
TURTLE = """@prefix e: <http://e/> . @base <http://e/b/> .
e:甲 a e:C ; e:名 "食堂"@zh, 'x'^^e:d, 1.5, -2e3, true ; e:q [ e:r ( 1 "a\\n" ) ] .
<rel> e:p \"""long "quoted" text\""", _:b .
"""
SEEDS = {
    Format.TURTLE: TURTLE,
    Format.TRIG: TURTLE + "e:g { e:a e:b e:c . } GRAPH _:g { [] e:p () }\n",
    Format.N_TRIPLES: '<urn:a> <urn:b> "x\\u4e00\\n"@zh . # so\n_:a <urn:b> "1"^^<urn:t> .\n',
    Format.N_QUADS: '<urn:a> <urn:b> "x"^^<urn:t> <urn:g> .\n_:a <urn:b> "y"@en _:g .\n',
    Format.JSON_LD: json.dumps(
        {
            "@context": {
                "@vocab": "http://e/",
                "a": {"@id": "http://e/a", "@type": "@id"},
                "b": {"@container": "@list"},
                "n": {"@container": "@language"},
            },
            "@id": "http://e/甲",
            "@type": ["C"],
            "a": "http://e/o",
            "b": [1, 2.5, True, "x", {"@value": "y", "@language": "zh"}],
            "n": {"zh": "食堂", "en": ["canteen"]},
            "@reverse": {"c": {"@id": "_:b"}},
            "@graph": [{"@id": "urn:a", "p": {"@list": []}}],
        },
        ensure_ascii=False,
        indent=1,
    ),
    Format.RDF_XML: """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [<!ENTITY e "http://e/">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/" xml:lang="zh">
 <rdf:Description rdf:about="&e;甲" e:p="1"><!-- so -->
  <e:q rdf:parseType="Resource"><e:r rdf:datatype="http://e/d">x</e:r></e:q>
  <e:l rdf:parseType="Collection"><e:C rdf:nodeID="b"/></e:l>
  <e:x rdf:parseType="Literal"><b>y</b></e:x><rdf:li rdf:resource="http://e/o"/>
  <e:t><![CDATA[食堂]]>&#x4e00;</e:t>
 </rdf:Description>
</rdf:RDF>
""",
}
PIECES = st.sampled_from(
    [
        *"\"'\\<>{}[]()@^.,;:#&%$?*+/|!=-_ \n\r\t\0\ufeff、。，；“”（）《》\u2028",
        *("@prefix", "@base", "<<", ">>", "<<(", "{|", "^^", "\\u12", "\\U0011FFFF", '"""', "'''"),
        *("@id", "@context", "@graph", "@type", '"@import"', "null", "1e999", "<!ENTITY", "rdf:ID"),
        *("xml:base", "&a;", "&#0;", "<![CDATA[", "]]>", "<?", "a" * 300, "(" * 20, "[" * 20),
        "甲" * 50,
    ]
)


@st.composite
def tampered(draw, text):
    """A text with stretches taken out, doubled, moved, and strange pieces put in."""
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        kind = draw(st.sampled_from(["take", "double", "put", "move"]))
        if kind == "take":
            text = text[:start] + text[end:]
        elif kind == "double":
            text = text[:end] + text[start:end] * draw(st.integers(1, 3)) + text[end:]
        elif kind == "put":
            text = text[:start] + draw(PIECES) + text[end:]
        else:
            place = draw(st.integers(0, len(text)))
            text = text[:place] + text[start:end] + text[place:]
    return text


@st.composite
def documents(draw, kind):
    """Bytes that are nearly a document: tampered with, cut short, or in another encoding."""
    data = draw(tampered(SEEDS[kind])).encode("utf-8", "surrogatepass")
    how = draw(st.sampled_from(["plain"] * 6 + ["cut", "bytes", "gbk", "utf-16", "marked"]))
    if how == "cut":
        return data[: draw(st.integers(0, len(data)))]
    if how == "bytes":
        place = draw(st.integers(0, len(data)))
        return data[:place] + draw(st.binary(min_size=1, max_size=4)) + data[place:]
    if how == "marked":
        return b"\xef\xbb\xbf" + data
    return data if how == "plain" else data.decode("utf-8", "replace").encode(how, "replace")


@pytest.fixture(scope="module")
def many(slow):
    """Return the settings for a number of examples; a hundred times as many when slow."""

    def with_examples(count):
        return settings(
            max_examples=count * (100 if slow else 1),
            deadline=None,
            derandomize=not slow,
            database=None,
            suppress_health_check=list(HealthCheck),
        )

    return with_examples


def read(data, kind):
    """Read a document as the child does, and ask for all that is told of it."""
    try:
        parsed = parse_document(data, "new", kind, DEPTH)
    except InputError as error:
        for language in ("zh", "en"):
            assert "\n" not in error.render(language)
        assert error.line is None or error.line >= 1
        return None
    submission = submission_of(parsed, "new", kind)
    length = len(submission.text)
    for triple in submission.triples:
        spans = submission.spans(triple)
        for span in (spans.subject, spans.predicate, spans.object) if spans else ():
            assert 0 <= span.start <= span.end <= length
            place = submission.place(span)
            assert place.line >= 1
            assert place.column >= 1
            submission.excerpt(span)
        submission.spans_all(triple)
    for notice in submission.notices:
        assert 0 <= notice.span.start <= notice.span.end <= length
    return submission


@pytest.mark.parametrize("kind", list(Format))
def test_the_seeds_are_documents(kind):
    assert read(SEEDS[kind].encode(), kind).triples or kind in (Format.N_QUADS, Format.JSON_LD)


@pytest.mark.parametrize("kind", list(Format))
def test_documents_that_were_tampered_with(kind, many):
    @many(120)
    @example(b"<a><?\n  ?></a>")
    @example(b'"""one\ntwo""" <e:p> <e:o> .')
    @given(documents(kind))
    def check(data):
        read(data, kind)

    check()


def test_bytes_of_any_kind(many):
    @many(150)
    @given(st.binary(max_size=200), st.sampled_from(list(Format)))
    def check(data, kind):
        read(data, kind)

    check()


SHAPES = """@prefix ex: <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:S sh:targetClass ex:C ; sh:severity sh:Warning ; sh:closed true ; sh:ignoredProperties ( ex:p ) ;
  sh:property [ sh:path ( ex:p [ sh:inversePath ex:q ] ) ; sh:minCount 1 ; sh:pattern "^a+$" ],
    [ sh:path [ sh:alternativePath ( ex:p ex:q ) ] ; sh:in ( 1 2 "x"@zh ) ; sh:uniqueLang true ] ;
  sh:or ( [ sh:datatype xsd:integer ] [ sh:nodeKind sh:IRI ; sh:node ex:S ] ) ;
  sh:sparql [ sh:message "{$this} {?value}" ; sh:select '''SELECT $this ?value WHERE {
    $this <http://e/p> ?value FILTER NOT EXISTS { ?value ?x $this } }''' ] .
ex:P sh:targetObjectsOf ex:p ; sh:path [ sh:zeroOrMorePath ex:p ] ; sh:lessThan ex:q ;
  sh:qualifiedValueShape [ sh:languageIn ( "zh" ) ] ; sh:qualifiedMinCount 1 .
ex:K a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ;
  sh:validator [ sh:ask "ASK { FILTER ($value >= $least) }" ] .
ex:T sh:targetNode ex:a, 1 ; ex:least 2 ; sh:not [ sh:hasValue 1 ; sh:maxInclusive 3.5 ] .
"""
DATA = "@prefix ex: <http://e/> . ex:a a ex:C ; ex:p 1, 'x'@zh, ex:b ; ex:q 2 . ex:b ex:p ex:a ."


def triples(text):
    return [quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)]


def test_shapes_that_were_tampered_with(many):
    data = TripleIndex(triples(DATA))
    assert validate(data, compile_shapes(triples(SHAPES))).results

    @many(250)
    @given(tampered(SHAPES))
    def check(text):
        try:
            found = triples(text)
        except (SyntaxError, UnicodeEncodeError):
            return
        if any(isinstance(triple.object, Triple) for triple in found):
            return
        try:
            shapes = compile_shapes(found)
            if not shapes.unsupported:
                report_triples(validate(data, shapes))
        except ValidationFailure as error:
            assert error.message.zh
            assert error.message.en

    check()


@st.composite
def shuffled(draw, text):
    """The triples of a text with terms exchanged among them."""
    found = triples(text)
    for _ in range(draw(st.integers(1, 8))):
        one, other = draw(st.integers(0, len(found) - 1)), draw(st.integers(0, len(found) - 1))
        a, b = found[one], found[other]
        part = draw(st.sampled_from(["subject", "predicate", "object", "drop"]))
        if part == "drop":
            del found[one]
            if not found:
                break
            continue
        s, p, o = a.subject, a.predicate, a.object
        s = b.subject if part == "subject" else s
        p = b.predicate if part == "predicate" else p
        o = (b.object if draw(st.booleans()) else b.subject) if part == "object" else o
        found.append(Triple(s, p, o))
        if draw(st.booleans()):
            found.remove(a)
    return found


def test_shapes_whose_terms_were_exchanged(many):
    data = TripleIndex(triples(DATA))

    @many(250)
    @given(shuffled(SHAPES))
    def check(found):
        try:
            shapes = compile_shapes(found)
            if not shapes.unsupported:
                report_triples(validate(data, shapes))
        except ValidationFailure as error:
            assert error.message.zh

    check()


QUERY = """PREFIX ex: <http://e/> SELECT $this (COUNT(?x) AS ?n) WHERE {
  $this ex:p/ex:q*|^ex:r ?x . OPTIONAL { ?x ex:p ?y FILTER(?x<?y&&?y>1) } # so }
  { SELECT $this { $this a ?c } } UNION { GRAPH $shapesGraph { ?a ex:b '''x''' } }
  FILTER NOT EXISTS { $this ex:p "SERVICE" } BIND ("\\u4e00" AS ?z)
} GROUP BY $this HAVING (?n > 1) ORDER BY DESC(?n) LIMIT 5"""


def test_queries_that_were_tampered_with(many):
    @many(250)
    @given(st.one_of(tampered(QUERY), st.text(max_size=100)))
    def check(text):
        assert "".join(token.text for token in tokens(text)) == text
        read_query(text)
        try:
            refuse_unsafe(text, {"ex": "http://e/"}, frozenset())
        except InputError as error:
            assert error.line >= 1
        try:
            query = Query(text, (("ex", "http://e/"),), frozenset({"value"}))
            assert query.steps is None or query.steps
            assert "".join(query.pieces).endswith(text)
            query.with_path("<urn:p>", 1)
        except ValidationFailure as error:
            assert error.message.zh

    check()


def test_patterns_of_any_kind(many):
    alphabet = st.sampled_from([*"ab甲\\dpL{}[]()^$.*+?|-,0129:=!<", "(?:", "(?=", "{2,", "[^"])

    @many(250)
    @given(st.lists(alphabet, max_size=15).map("".join), st.text("ab甲 ", max_size=30))
    def check(source, text):
        try:
            found = Pattern(source).matching([text, text * 40])
        except ValidationFailure as error:
            assert error.message.zh
            return
        assert found <= {text, text * 40}

    check()


# reports

REPORT = """云汐区2031年国民经济和社会发展计划执行情况与2032年国民经济和社会发展计划的报告
一、2031年主要工作
（一）经济平稳运行。地区生产总值完成1234.5亿元，增长5.2%，高于全市0.3个百分点。
所属街道 | 点位名称 | 详细地址 |
望霞街道 | 幸福食堂 | 望霞路1号 |
“十五五”时期建成3家养老助餐点、2个公园等5处设施；①云岭中心揭牌，《行动方案》印发。
"""


@pytest.fixture(scope="module")
def reader():
    return Reader(load_genre(Resources.find().folders("genre")))


def test_report_texts_of_any_kind(reader, many):
    strange = st.characters(exclude_categories=["Cs"])

    @many(60)
    @given(st.one_of(tampered(REPORT), st.text(strange, max_size=150)), st.booleans())
    def check(text, legacy):
        data = text.encode("gb18030" if legacy else "utf-8", "replace")
        try:
            reading = reader(ReportInput("report", data))
        except InputError as error:
            assert error.message.zh
            return
        assert reading.extraction is not None

    check()


def test_report_bytes_of_any_kind(reader, many):
    @many(60)
    @given(st.binary(max_size=300))
    def check(data):
        try:
            reader(ReportInput("report", data))
        except InputError as error:
            assert error.message.zh

    check()


# the command, with its children


@contextmanager
def nothing_raised():
    with pytest.raises(SystemExit) as ended:
        yield
    assert ended.value.code in (0, 1, 2), ended.value.code


def test_the_command_ends_in_order_whatever_it_is_given(many, tmp_path, capsys, published_folder):
    shapes = tmp_path / "shapes.ttl"
    suffixes = dict(zip(Format, (".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf"), strict=True))

    @many(12)
    @given(st.data(), st.sampled_from(list(Format)), st.booleans())
    def check(data, kind, in_context):
        path = tmp_path / f"new{suffixes[kind]}"
        path.write_bytes(data.draw(documents(kind)))
        shapes.write_bytes(data.draw(tampered(SHAPES)).encode())
        by = ("--store", published_folder) if in_context else ("-s", shapes)
        with nothing_raised():
            main(["--lang", "en", *map(str, ("validate", path, *by, "--timeout", "20"))])
        told = capsys.readouterr()
        assert "internal error" not in told.err, told.err

    check()
