"""What must not happen: a loop, a recursion error, a runaway pattern, a read nobody asked for."""

import subprocess
import sys
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from shacl_support import EX, SH, both, counted, ours, triples

from kg_builder.errors import TimeLimitError, ValidationFailure
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import compile_shapes, report_triples, validate
from kg_builder.graph.shacl.datatypes import is_well_formed
from kg_builder.graph.shacl.ordering import compare_keys, sort_key
from kg_builder.graph.shacl.paths import Path, Walker, _build, parse, render
from kg_builder.graph.shacl.patterns import Pattern, few_ways
from kg_builder.graph.validation import validate_with_pyshacl

XSD = "http://www.w3.org/2001/XMLSchema#"


def ex(name):
    return NamedNode(f"{EX}{name}")


def chain(length, predicate="p"):
    nodes = [ex(f"n{i}") for i in range(length + 1)]
    return [Triple(a, ex(predicate), b) for a, b in pairwise(nodes)]


# shapes


def test_cyclic_lists_are_refused():
    for name in ("in", "or", "languageIn"):
        with pytest.raises(ValidationFailure):
            compile_shapes(triples(f"ex:S sh:{name} _:l . _:l rdf:first ex:T ; rdf:rest _:l ."))


def test_a_path_that_holds_itself_is_refused():
    with pytest.raises(ValidationFailure):
        compile_shapes(triples("ex:S sh:path _:p ; sh:minCount 1 . _:p sh:inversePath _:p ."))


@pytest.mark.parametrize("operator", ["inversePath", "zeroOrMorePath", "zeroOrOnePath"])
def test_deep_paths(operator):
    nodes = [BlankNode(f"b{i}") for i in range(1000)]
    shapes = triples("ex:S sh:targetNode ex:n0 ; sh:path _:start ; sh:in () .")
    shapes = [
        Triple(t.subject, t.predicate, nodes[0]) if t.predicate.value == SH + "path" else t
        for t in shapes
    ]
    targets = [*nodes[1:], ex("p")]
    shapes += [Triple(a, NamedNode(SH + operator), b) for a, b in zip(nodes, targets, strict=True)]
    report = ours(chain(3), shapes)
    found = {result.value.removeprefix(f"<{EX}n").rstrip(">") for result in report.results}
    assert (
        found
        == {
            "inversePath": {"1"},
            "zeroOrMorePath": {"0", "1", "2", "3"},
            "zeroOrOnePath": {"0", "1"},
        }[operator]
    )
    path = report.results[0].path
    assert render(parse(path)) == path
    assert len(report_triples(report)) > 1000


def nested(operators):
    """Shapes that report the values of a path of unary operators, each within the one before."""
    nodes = [BlankNode(f"b{i}") for i in range(len(operators))]
    shapes = triples("ex:S sh:targetNode ex:n0 ; sh:in () .")
    shapes.append(Triple(ex("S"), NamedNode(SH + "path"), nodes[0]))
    for node, operator, inner in zip(nodes, operators, [*nodes[1:], ex("p")], strict=True):
        shapes.append(Triple(node, NamedNode(SH + operator), inner))
    return shapes


UNARY = ("inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")


@pytest.mark.parametrize("operator", UNARY)
def test_paths_fifty_thousand_deep(operator):
    start = time.process_time()
    assert ours(chain(300), nested([operator] * 49_000)).results
    with pytest.raises(ValidationFailure, match="too long"):
        compile_shapes(nested([operator] * 60_000))
    assert time.process_time() - start < 20


@settings(max_examples=150, derandomize=True)
@given(st.data())
def test_what_a_path_says_twice_changes_nothing(data):
    """The walk over a simplified path reaches what one over every operator reaches."""

    def path(depth):
        kind = data.draw(st.sampled_from(["p", "q", *"^*+?/|"])) if depth else "p"
        if kind in "pq":
            return [ex(kind)]
        if kind in "/|":
            parts = [path(depth - 1) for _ in range(data.draw(st.integers(2, 3)))]
            parts += [parts[-1]] * data.draw(st.integers(0, 1))
            name = "sequence" if kind == "/" else "alternative"
            return [op for part in parts for op in part] + [(name, len(parts))]
        return [*path(depth - 1), ("inverse" if kind == "^" else kind, 1)]

    ops = tuple(path(4))
    edges = data.draw(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from("pq"), st.integers(0, 4)))
    )
    graph = TripleIndex(Triple(ex(f"n{a}"), ex(p), ex(f"n{b}")) for a, p, b in edges)
    plain = Path(ops)
    plain.__dict__["automaton"] = _build(ops)
    for edge in edges:
        node = graph.find(ex(f"n{edge[0]}"))
        mine, whole = Walker(Path(ops), graph), Walker(plain, graph)
        assert set(mine.values(node)) == set(whole.values(node))


def test_paths_that_repeat_themselves_are_walked_once():
    many = " ".join(["ex:p"] * 40_000)
    stars = " ".join(["[ sh:zeroOrMorePath ex:p ]"] * 2000)
    start = time.process_time()
    for path in (f"[ sh:alternativePath ( {many} ) ]", f"( {stars} )"):
        shapes = triples(f"ex:S sh:targetSubjectsOf ex:p ; sh:path {path} ; sh:maxCount 0 .")
        assert len(ours(chain(300), shapes).results) == 300
    assert time.process_time() - start < 10


def test_a_path_that_doubles_itself_at_every_level_is_refused():
    doubling = "".join(
        f"_:d{i} rdf:first _:d{i + 1} ; rdf:rest [ rdf:first _:d{i + 1} ; rdf:rest () ] . "
        for i in range(40)
    )
    with pytest.raises(ValidationFailure, match="too long"):
        compile_shapes(
            triples(f"ex:S sh:path _:d0 ; sh:maxCount 0 . {doubling} _:d40 sh:inversePath ex:p .")
        )


def test_results_that_multiply_are_counted_or_refused():
    def shapes(levels):
        return triples(
            "ex:S sh:targetNode ex:n0 ; sh:property ex:P0 . "
            + "".join(
                f"ex:P{i} sh:path [ sh:zeroOrMorePath ex:p ] ; sh:property ex:P{i + 1} . "
                for i in range(levels)
            )
            + f"ex:P{levels} sh:path ex:p ; sh:maxCount 0 ."
        )

    assert len(ours(chain(100), shapes(2)).results) == 100 * 101 // 2
    with pytest.raises(ValidationFailure, match="on many ways"):
        ours(chain(300), shapes(8))


def test_shapes_that_refer_to_each_other_on_two_ways_each():
    nested = "".join(
        f"ex:S{i} sh:and ( ex:S{i + 1} [ sh:node ex:S{i + 1} ] ) . " for i in range(100)
    )
    shapes = triples("ex:S0 sh:targetClass ex:C . " + nested + "ex:S100 sh:class ex:D .")
    assert len(ours(triples("ex:a a ex:C . ex:b a ex:C, ex:D ."), shapes).results) == 1


def test_numbers_beyond_all_measure():
    nines = "9" * 100_000
    data = triples(
        f"""ex:a ex:p "1e20000000"^^xsd:decimal, "1e20000000"^^xsd:double, {nines},
        "P{nines}Y"^^xsd:duration, "{nines}-01-01"^^xsd:date, "PT0.{nines}S"^^xsd:duration ."""
    )
    shapes = triples(
        f"""ex:S sh:targetNode ex:a ; sh:path ex:p ; sh:datatype xsd:decimal ; sh:minCount {nines} ;
        sh:minInclusive "1e20000000"^^xsd:decimal ; sh:maxInclusive {nines} ; sh:lessThan ex:p ;
        sh:maxLength {nines} ; sh:minLength {nines} ."""
    )
    start = time.process_time()
    found = ours(data, shapes).results
    assert [r.value for r in found if "Datatype" in r.component] == sorted(
        str(t.object) for t in data
    )
    assert time.process_time() - start < 10


def test_long_lists_and_messages_are_written_once():
    members = " ".join(map(str, range(20_000)))
    shapes = triples(
        f"ex:S sh:targetSubjectsOf ex:p ; sh:in ( {members} ) . ex:T sh:targetSubjectsOf ex:p ; "
        f"sh:class ex:C ; sh:message '{'m' * 1_000_000}' ."
    )
    start = time.process_time()
    report = ours(chain(1000), shapes)
    assert len(report.results) == 2000
    assert len({id(r.messages) for r in report.results}) == 2
    assert time.process_time() - start < 10


def test_a_sequence_of_a_thousand_steps():
    items = " ".join(["ex:p"] * 1000)
    shapes = triples(f"ex:S sh:targetNode ex:n0 ; sh:path ( {items} ) ; sh:maxCount 0 .")
    assert len(ours(chain(1000), shapes).results) == 1
    assert not ours(chain(999), shapes).results


def test_shapes_nested_two_thousand_deep():
    nested = "".join(f"ex:S{i} sh:not ex:S{i + 1} . " for i in range(2000))
    shapes = triples("ex:S0 sh:targetNode ex:a . " + nested + "ex:S2000 sh:class ex:C .")
    assert not ours(triples("ex:b a ex:C ."), shapes).conforms
    assert ours(triples("ex:a a ex:C ."), shapes).conforms
    nested = "".join(
        f"ex:S{i} sh:property ex:P{i} . ex:P{i} sh:path ex:p ; sh:node ex:S{i + 1} . "
        for i in range(2000)
    )
    shapes = triples("ex:S0 sh:targetNode ex:n0 . " + nested + "ex:S2000 sh:class ex:C .")
    assert len(ours(chain(2000), shapes, details=True).results) == 1


RECURSIVE = {
    "node": "ex:S sh:property [ sh:path ex:p ; sh:node ex:S ] ; sh:nodeKind sh:IRI .",
    "property": "ex:S sh:property ex:P . ex:P sh:path ex:p ; sh:class ex:C ; sh:property ex:P .",
    "not": "ex:S sh:not ex:S .",
    "or": "ex:S sh:or ( ex:S [ sh:class ex:C ] ) .",
    "mutual": "ex:S sh:node ex:T . ex:T sh:property [ sh:path ex:p ; sh:not ex:S ] .",
}


@pytest.mark.parametrize("name", RECURSIVE)
def test_recursive_shapes_end(name):
    data = triples("ex:a ex:p ex:b ; a ex:C . ex:b ex:p ex:a, ex:c . ex:c ex:p 'x' .")
    shapes = triples("ex:S sh:targetNode ex:a . " + RECURSIVE[name])
    report = ours(data, shapes)
    assert report == ours(data, shapes)


def test_recursion_finds_the_failure_at_the_end_of_a_chain():
    shapes = triples(
        "ex:S sh:targetClass ex:Start ; sh:property [ sh:path ex:p ; sh:node ex:S ], "
        "[ sh:path ex:q ; sh:maxCount 0 ] ."
    )
    data = [*chain(300), *triples("ex:n0 a ex:Start . ex:n300 ex:p ex:n0 .")]
    assert ours(data, shapes).conforms
    data += triples("ex:n200 ex:q 1 .")
    assert len(ours(data, shapes).results) == 1


def test_recursion_as_pyshacl_where_data_are_acyclic():
    shapes = triples(
        "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:node ex:S ], "
        "[ sh:path ex:q ; sh:maxCount 0 ] ."
    )
    mine, theirs = both(triples("ex:a a ex:C ; ex:p ex:b . ex:b ex:p ex:c ; ex:q 1 ."), shapes)
    assert mine == theirs


# values


def literal(text, name):
    return Literal(text, datatype=NamedNode(XSD + name))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("decimal", "1 1.5 .5 5. +1 -0", "1e3 ６.０ 1,5 . +"),
        ("integer", "1 -1 +1 007", "1.0 一 --1"),
        ("double", "1 1e3 INF -INF NaN .5E-2", "1e Inf nan"),
        ("boolean", "true false 1 0", "True yes 2"),
        (
            "date",
            "2024-02-29 2024-01-01Z -0044-03-15 12024-01-01+08:00",
            "2023-02-29 24-01-01 2024-1-1",
        ),
        ("dateTime", "2024-01-01T00:00:00 2024-01-01T24:00:00Z", "2024-01-01 2024-01-01T25:00:00"),
        ("gYear", "2024 -0001 2024+08:00", "24 2024年 ２０２４"),
        ("gMonthDay", "--02-29 --12-31Z", "--02-30 12-31"),
        ("duration", "P1Y P1Y2M3DT4H5M6.7S PT0S -P1D", "P PT 1Y P1S"),
        ("nonNegativeInteger", "0 5 -0", "-1"),
        ("positiveInteger", "1", "0 -1"),
        ("unsignedByte", "255", "256 -1"),
        ("language", "zh-Hans en", "中文 en_US"),
        ("hexBinary", "0aFF", "0 0g"),
        ("anyURI", "http://例.org/a#b urn:x <x> a|b", ""),
    ],
)
def test_lexical_forms(name, good, bad):
    assert all(is_well_formed(literal(text, name)) for text in good.split())
    assert not any(is_well_formed(literal(text, name)) for text in bad.split())


@pytest.mark.parametrize(
    ("a", "b", "name", "order"),
    [
        ("2", "10", "integer", -1),
        ("1.50", "1.5", "decimal", 0),
        ("NaN", "1", "double", None),
        ("2023", "2024", "gYear", -1),
        ("2024-01-01T08:00:00+08:00", "2024-01-01T00:00:00Z", "dateTime", 0),
        ("2024-01-01T00:00:00", "2024-01-01T05:00:00Z", "dateTime", None),
        ("2024-01-01T00:00:00", "2024-01-03T00:00:00Z", "dateTime", -1),
        ("P1M", "P30D", "duration", None),
        ("P2M", "P1M", "yearMonthDuration", 1),
        ("--02", "--11", "gMonth", -1),
        ("x", "1", "integer", None),
        ("9" * 5000, "1", "integer", 1),
        ("9" * 5000, "9999", "gYear", None),
    ],
)
def test_order_of_values(a, b, name, order):
    assert compare_keys(sort_key(literal(a, name)), sort_key(literal(b, name))) == order


# patterns


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*a){20}b", "^(([a-z])+.)+[A-Z]$"]
)
def test_patterns_that_backtrack_do_not_run_away(pattern):
    assert not few_ways(pattern)
    start = time.process_time()
    assert Pattern(pattern).matching(["a" * 50_000 + "!"]) == set()
    assert time.process_time() - start < 5


def test_patterns_of_python_alone():
    assert Pattern("^(?!x)a").matching(["ab", "xa"]) == {"ab"}
    assert Pattern(r"(a)\1").matching(["aa", "ab"]) == {"aa"}
    for pattern in ("^(?=(a+)+b)", "(?<!a+)b", r"(a)(\1)+b", "[" * 3000, "(" * 2000, "a" * 5000):
        with pytest.raises(ValidationFailure):
            Pattern(pattern)
    assert Pattern("[a||b]$").matching(["|", "b", "c"]) == {"|", "b"}
    with pytest.raises(ValidationFailure):
        Pattern("^(?!x)a").matching(["a" * 10_000])


def test_patterns_over_long_values_and_with_flags():
    assert Pattern("^a+$").matching(["a" * 100_000, "a" * 100_000 + "\n"]) == {"a" * 100_000}
    assert Pattern("^a.b$", "si").matching(["A\nb", "a\nc"]) == {"A\nb"}
    assert Pattern("^b$", "m").matching(["a\nb"]) == {"a\nb"}
    assert Pattern("a b", "x").matching(["ab"]) == {"ab"}
    assert Pattern("a.b", "q").matching(["a.b", "axb"]) == {"a.b"}
    with pytest.raises(ValidationFailure):
        Pattern("a", "g")


# size and surroundings


def test_many_focus_nodes():
    count = 100_000
    data = TripleIndex(
        t
        for i in range(count)
        for t in (
            Triple(
                ex(f"n{i}"), NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), ex("C")
            ),
            Triple(ex(f"n{i}"), ex("p"), Literal(i)),
        )
    )
    shapes = compile_shapes(
        triples("ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:maxExclusive 99983 ] .")
    )
    start = time.process_time()
    assert len(validate(data, shapes).results) == 17
    assert time.process_time() - start < 10


def test_the_child_reports_failures():
    data = TripleIndex(triples("ex:a ex:p 1 ."))
    with pytest.raises(ValidationFailure, match="pySHACL"):
        validate_with_pyshacl(data, triples("ex:S a sh:PropertyShape ; sh:targetNode ex:a ."))
    with pytest.raises(TimeLimitError):
        validate_with_pyshacl(data, [], seconds=0.01)


def test_the_child_gives_the_same_results():
    data = triples("ex:a a ex:C ; ex:p 01, [ ex:q 'x'@zh ] .")
    shapes = triples(
        "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:nodeKind sh:IRI ], "
        "[ sh:path ( ex:p [ sh:zeroOrMorePath ex:q ] ) ; sh:datatype xsd:date ] ."
    )
    theirs = validate_with_pyshacl(TripleIndex(data), shapes)
    assert counted(theirs) == counted(ours(data, shapes))
    assert not validate_with_pyshacl(TripleIndex(data), shapes, [ex("b")]).results


def test_our_engine_loads_neither_rdflib_nor_pyshacl():
    code = (
        "import sys; from kg_builder.graph.index import TripleIndex;"
        "from kg_builder.graph.shacl import compile_shapes;"
        "from kg_builder.graph.validation import validate;"
        "validate(TripleIndex(), compile_shapes([]));"
        "print([m for m in ('rdflib', 'pyshacl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
