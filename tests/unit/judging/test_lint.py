"""What is wrong with a submission and SHACL does not see, by the examples of lint_cases.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from kg_builder.graph.conformance import load_shapes
from kg_builder.graph.ontology import Ontology, load_ontology
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.submission.reading import read_placed
from kg_builder.graph.vocabulary import DEFAULT_BASE, PREFIXES, RDF_TYPE, expand
from kg_builder.judging.lint import LintContext, already_there, is_schema, lint
from kg_builder.judging.lint.findings import Kind
from kg_builder.judging.lint.repeats import words_of
from kg_builder.judging.raw import Mend, Raw
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Fix
from kg_builder.resources import Resources

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "lint_cases.toml").read_text("utf-8"))["case"]
SHAPES = HERE.parents[1] / "shapes"
VALID = sorted(SHAPES.glob("*/*-valid.ttl"))
SEGMENTS = ("canteen", "city", "district", "street", "topic")
ALL_PREFIXES = {**PREFIXES, **{name: f"{DEFAULT_BASE}id/{name}/" for name in SEGMENTS}}
HEAD = " ".join(f"@prefix {name}: <{iri}> ." for name, iri in ALL_PREFIXES.items()) + "\n"
SUFFIXES = {"turtle": "ttl", "trig": "trig", "jsonld": "jsonld"}
ENDING = "ConstraintComponent"


@cache
def ontology() -> Ontology:
    return load_ontology(Resources.find().ontology)


def store_of(*files: Path) -> OpenGraph:
    store = Store()
    triples = [*ontology().triples]
    for file in files:
        triples += [quad.triple for quad in parse(path=file, format=RdfFormat.TURTLE)]
    store.extend(Quad(*triple, DefaultGraph()) for triple in triples)
    return OpenGraph(store, Path("store"))


@pytest.fixture(scope="module")
def context() -> Iterator[LintContext]:
    graph = store_of(HERE / "lint_context.ttl")
    with LintContext(ontology(), graph, base=DEFAULT_BASE) as found:
        yield found


def read(folder: Path, text: str, syntax: str = "turtle") -> Submission:
    path = folder / f"new.{SUFFIXES[syntax]}"
    path.write_text(head(syntax) + text, "utf-8")
    return read_placed(path)


def head(syntax: str) -> str:
    """Return what stands on line 1."""
    return "\n" if syntax == "jsonld" else HEAD


def kind_of(raw: Raw) -> str:
    return raw.result.component.removeprefix(PREFIXES["kg"]).removesuffix(ENDING)


def span_of(submission: Submission, raw: Raw) -> Span | None:
    if raw.span is not None or not raw.triples:
        return raw.span
    spans = submission.spans(raw.triples[0])
    return getattr(spans, raw.part) if spans else None


def written(submission: Submission, fix: Mend | Fix) -> str:
    """Return what a mend writes, as this file would."""
    if isinstance(fix, Fix):
        return fix.edits[0].text
    (new,) = {replacement.new for replacement in fix.replacements}
    names = PrefixedNames(submission.prefixes, None)
    text = str(new)
    if isinstance(new, NamedNode):
        return names[text]
    return text.replace(f"<{PREFIXES['xsd']}", "xsd:").rstrip(">") if "^^" in text else text


def seen(submission: Submission, raw: Raw) -> tuple[str, int, str, str]:
    span = span_of(submission, raw)
    fix = written(submission, raw.fixes[0]) if raw.fixes else ""
    if span is None:
        return kind_of(raw), 0, "", fix
    return kind_of(raw), submission.place(span).line, submission.text[span.start : span.end], fix


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_examples(case: dict[str, object], context: LintContext, tmp_path: Path) -> None:
    text, syntax = str(case["text"]), str(case.get("syntax", "turtle"))
    submission = read(tmp_path, text.removeprefix("\n"), syntax)
    told = {row[0] for row in case["found"]}  # type: ignore[attr-defined]
    # most examples are of one triple, whose subject has no class: only some are about that
    ignored = {*case.get("ignore", ()), "UntypedSubject"} - told  # type: ignore[misc]
    found = [raw for raw in lint(submission, context) if kind_of(raw) not in ignored]
    expected = [tuple(row) for row in case["found"]]  # type: ignore[attr-defined]
    assert Counter(seen(submission, raw) for raw in found) == Counter(expected)
    for raw in found:
        words = words_of(raw)
        assert words.zh
        assert words.en
        assert words.zh != words.en
        assert not any("\u3400" <= char <= "\u9fff" for char in without_quoted(words.en, text))


def without_quoted(words: str, text: str) -> str:
    """Return English words without what they quote from the example or the store."""
    quoted = (HERE / "lint_context.ttl").read_text("utf-8") + text + "万亿…"
    return "".join(char for char in words if char not in quoted)


def mended(submission: Submission, fix: Mend | Fix) -> str:
    """Return the text of a submission with a mend done."""
    edits: list[tuple[Span, str]] = []
    if isinstance(fix, Fix):
        edits = [(edit.span, edit.text) for edit in fix.edits]
    else:
        for replacement in fix.replacements:
            spans = submission.spans_all(replacement.triple)
            new = str(replacement.new)
            if submission.format == "jsonld":  # whose places are within the quotation marks
                new = new.strip("<>")
            edits += [(getattr(each, replacement.part), new) for each in spans]
    text = submission.text
    for span, new in sorted(set(edits), reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text.removeprefix(head(submission.format))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_mend_mends(case: dict[str, object], context: LintContext, tmp_path: Path) -> None:
    """With every first mend done, nothing of a kind is found that all could be mended of."""
    text, syntax = str(case["text"]), str(case.get("syntax", "turtle"))
    submission = read(tmp_path, text.removeprefix("\n"), syntax)
    found = list(lint(submission, context))
    for raw in found:
        if raw.fixes:
            after = read(tmp_path, mended(submission, raw.fixes[0]), syntax)
            left = Counter(key(other) for other in lint(after, context))
            assert left[key(raw)] < Counter(map(key, found))[key(raw)]


def key(raw: Raw) -> tuple[str, str, str | None]:
    return raw.result.component, raw.result.focus_node, raw.result.value


def test_the_cases_are_of_every_kind() -> None:
    told = {row[0] for case in CASES for row in case["found"]}
    assert told == {kind.value for kind in Kind}


@pytest.mark.parametrize("path", VALID, ids=[path.stem for path in VALID])
def test_what_conforms_has_no_violation(path: Path, conforming: LintContext) -> None:
    found = {
        kind_of(raw)
        for raw in lint(read_placed(path), conforming)
        if raw.result.severity == "Violation"
    }
    assert found == ({"ForgedEvidence"} if path.parent.name == "evidence" else set())


def test_nothing_is_wrong_with_what_is_published() -> None:
    (path,) = (HERE.parents[2] / "data").glob("haidian-2024.ttl")
    submission = read_placed(path)
    assert len(submission.triples) > 5000
    assert list(lint(submission, LintContext(ontology()))) == []


@pytest.fixture(scope="module")
def conforming() -> Iterator[LintContext]:
    graph = store_of(SHAPES / "context.ttl")
    files = Resources.find().files("shapes", "*.ttl")
    targeted = load_shapes(files, ontology()).target_predicates()
    base = "https://example.org/shapes/"
    with LintContext(ontology(), graph, base=base, targeted=targeted) as found:
        yield found


def test_without_a_store_the_ontology_is_still_asked(tmp_path: Path) -> None:
    submission = read(tmp_path, "canteen:甲 a kg:Canten ; kg:inStreet street:乙 .")
    found = {kind_of(raw) for raw in lint(submission, LintContext(ontology()))}
    assert found == {"UnknownTerm", "DanglingTarget"}


def test_what_is_brought_beside_exists(context: LintContext, tmp_path: Path) -> None:
    beside = read(tmp_path, 'street:松溪区_新街道 a kg:Street ; rdfs:label "新街道"@zh .')
    text = "canteen:甲 kg:inStreet street:松溪区_新街道 . street:松溪区_新街道 a kg:Town ."
    submission = read(tmp_path, text)
    alone = {kind_of(raw) for raw in lint(submission, context)}
    together = {kind_of(raw) for raw in lint(submission, context, (submission, beside))}
    assert "DisjointTypes" in together - alone
    only = read(tmp_path, "canteen:甲 a kg:Canteen ; kg:inStreet street:松溪区_新街道 .")
    assert [kind_of(raw) for raw in lint(only, context)] == ["DanglingTarget"]
    assert not list(lint(only, context, (beside,)))


def test_results_come_one_by_one(context: LintContext, tmp_path: Path) -> None:
    text = "canteen:甲 kg:inStreet street:子虚乌有 ; a kg:Canten ."
    first = next(lint(read(tmp_path, text), context))
    assert kind_of(first) == "UnknownTerm"


def test_a_note_on_what_is_there_already() -> None:
    assert already_there(3, 3) is None
    whole = Bilingual("3 个三元组图里都已有了", "the graph has all 3 triples already")
    assert already_there(3, 0) == whole
    some = already_there(3, 2)
    assert some is not None
    assert some.en == "the graph has 1 of the 3 triples already"


@pytest.mark.parametrize(
    ("triple", "schema"),
    [
        (("http://a.example/x", "rdfs:label", "http://a.example/y"), False),
        (("http://a.example/x", "rdf:type", "kg:Canteen"), False),
        (("http://a.example/x", "owl:deprecated", "http://a.example/y"), False),
        (("http://a.example/x", "rdfs:subClassOf", "http://a.example/y"), True),
        (("http://a.example/x", "rdf:type", "rdf:Property"), True),
        (("http://a.example/x", "owl:inverseOf", "http://a.example/y"), True),
        (("http://a.example/x", "owl:sameAs", "http://a.example/y"), True),
        (("http://a.example/x", "sh:property", "http://a.example/y"), True),
        (("kg:Canteen", "rdfs:seeAlso", "http://a.example/y"), True),
        (("kg:NewClass", "rdfs:label", "http://a.example/y"), True),
        (("schema:Place", "rdfs:label", "http://a.example/y"), True),
    ],
)
def test_what_is_schema(triple: Sequence[str], schema: bool) -> None:
    s, p, o = (NamedNode(name) if "//" in name else expand(name) for name in triple)
    assert is_schema(Triple(s, p, o), ontology()) is schema


# --- whatever comes ---


def iri(head: str, tail: str) -> NamedNode:
    """Return an IRI, of the head alone where both together are none."""
    try:
        return NamedNode(head + tail)
    except ValueError:
        return NamedNode(head)


IRIS = st.sampled_from(
    [
        *("kg:Canteen", "kg:canten", "kg:about", "kg:within", "kg:partOf", "kg:Fact", "kg:"),
        *("status:completed", "status:x", "skos:broader", "rdf:type", "rdfs:label", "owl:sameAs"),
        *("rdfs:subClassOf", "sh:path", "schema:x", "owl:imports", "dcterms:isPartOf"),
    ]
).map(expand) | st.text("甲乙/#:_-%？（\u200b\u202ea0", max_size=12).flatmap(
    lambda tail: st.sampled_from(
        [
            *(f"{DEFAULT_BASE}id/street/", f"{DEFAULT_BASE}graph/", f"{DEFAULT_BASE}", "urn:x:"),
            *("http://schema.org/", "https://w3id.org/kg-builder/ont/", "https://schema.org"),
        ]
    ).map(lambda head: iri(head, tail))
)
DATATYPES = ("decimal", "integer", "byte", "date", "dateTime", "gYear", "gYearMonth", "boolean")
TEXTS = st.text(max_size=20) | st.from_regex(
    r"[-+]?[0-9０-９一二十]{1,5}[-/.年,eE:T]?[0-9]{0,3}[-/.月万亿]?[0-9]{0,3}日?", fullmatch=True
)
LITERALS = st.one_of(
    TEXTS.map(Literal),
    st.builds(
        lambda text, name: Literal(text, datatype=expand(f"xsd:{name}")),
        TEXTS,
        st.sampled_from((*DATATYPES, "float", "time", "anyURI", "nothing")),
    ),
    st.builds(
        lambda text, tag: Literal(text, language=tag),
        TEXTS,
        st.sampled_from(("zh", "en", "cn", "xx", "zh-hans-cn")),
    ),
)
NODES = IRIS | st.sampled_from([BlankNode("a"), BlankNode("b")])
TRIPLES = st.builds(Triple, NODES, IRIS, NODES | LITERALS)


@settings(max_examples=150)
@given(st.lists(TRIPLES, max_size=8), st.lists(TRIPLES, max_size=2))
def test_nothing_is_raised_whatever_comes(
    context: LintContext, triples: list[Triple], named: list[Triple]
) -> None:
    submission = Submission(
        name="new.nq",
        format="nquads",
        sha256="",
        text="",
        base=None,
        prefixes={},
        triples=tuple(dict.fromkeys(triples)),
        named={BlankNode("g"): tuple(named)} if named else {},
    )
    for raw in lint(submission, context):
        words = words_of(raw)
        assert words.zh != words.en
        assert raw.result.severity in ("Violation", "Warning", "Info")
        assert all(triple in {*triples, *named} for triple in raw.triples[:1])
        for fix in raw.fixes:
            assert isinstance(fix, Fix) or all(
                getattr(each.triple, each.part) != each.new for each in fix.replacements
            )


def test_the_types_of_the_store_are_enough_for_a_conflict(
    context: LintContext, tmp_path: Path
) -> None:
    (raw,) = lint(read(tmp_path, "street:松溪区_湖畔街道 a kg:Town ."), context)
    street = NamedNode(f"{DEFAULT_BASE}id/street/松溪区_湖畔街道")
    assert raw.triples[1] == Triple(street, RDF_TYPE, expand("kg:Street"))
    assert raw.result.focus_node == str(street)
