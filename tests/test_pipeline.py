"""The graph as a whole: a next year and another district beside the real report, and invariants."""

import os
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Store

import kg_builder
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, RDFS_LABEL, expand

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "tests" / "reports"


def built(paths, folder, **options):
    reports = [kg_builder.ReportInput.load(path) for path in paths]
    result = kg_builder.build(reports, kg_builder.BuildOptions(out=folder, **options))
    assert result.conforms, result.report.violations()[:3]
    return result


@pytest.fixture(scope="session")
def haidian():
    path = os.environ.get("KG_REPORT")
    if not path:
        pytest.skip("KG_REPORT does not name the real report")
    return Path(path)


@pytest.fixture(scope="session")
def first():
    """The real report where it is at hand, else the example: invariants must hold of any."""
    return Path(os.environ.get("KG_REPORT") or ROOT / "examples" / "yunxi-2025.txt")


@pytest.fixture(scope="module")
def three(tmp_path_factory, first):
    """A report, an invented next year of Haidian, and another district."""
    paths = [
        first,
        TEXTS / "haidian-2025-invented" / "source.txt",
        TEXTS / "other-district" / "source.txt",
    ]
    reports = [
        kg_builder.ReportInput(f"report-{number}", path.read_bytes())
        for number, path in enumerate(paths)
    ]
    folder = tmp_path_factory.mktemp("three")
    alone = [
        kg_builder.build([report], kg_builder.BuildOptions(out=folder / report.name))
        for report in reports
    ]
    joint = kg_builder.build(reports, kg_builder.BuildOptions(out=folder / "joint"))
    return alone, joint


def test_nothing_is_overwritten_the_joint_graph_is_the_union(three):
    alone, joint = three
    union = {triple for result in alone for triple in result.graph.asserted_triples()}
    assert set(joint.graph.asserted_triples()) == union
    assert len(joint.graph.asserted) == 3


def test_nothing_is_in_conflict(three):
    _alone, joint = three
    assert joint.conforms
    assert not joint.report.violations()


def test_nothing_is_conflated(three, haidian):
    """A thing has one label per report; things of two districts share a node only if national."""
    _alone, joint = three
    national = {"Industry", "Indicator", "School", "Period", "City", "Institution"}
    districts = {}
    for triple in joint.graph.asserted_triples():
        if triple.predicate == expand("statedIn"):
            districts.setdefault(triple.subject, set()).add(triple.object)
    # a statement belongs to one report
    assert all(len(found) == 1 for found in districts.values())
    by_graph = {
        graph: {triple.subject for triple in triples if triple.predicate == RDF_TYPE}
        for graph, triples in joint.graph.asserted.items()
    }
    haidian = [nodes for graph, nodes in by_graph.items() if "海淀" in graph.value]
    (other,) = [nodes for graph, nodes in by_graph.items() if "海淀" not in graph.value]
    assert len(haidian) == 2
    types = {
        triple.subject: triple.object.value.removeprefix(PREFIXES["kg"])
        for triple in joint.graph.asserted_triples()
        if triple.predicate == RDF_TYPE
    }
    for nodes in haidian:
        assert {types[node] for node in nodes & other} <= national
    shared = {types[node] for node in haidian[0] & haidian[1]}
    assert {"District", "Street", "Canteen", "ProjectCategory", "Indicator"} <= shared
    assert not {name for name in shared if name.endswith(("Listing", "Observation", "Progress"))}


def test_file_order_does_not_matter(tmp_path, first):
    paths = [TEXTS / "haidian-2025-invented" / "source.txt", first]
    reports = [kg_builder.ReportInput(path.parent.name, path.read_bytes()) for path in paths]
    for number, order in enumerate((reports, reports[::-1])):
        kg_builder.build(order, kg_builder.BuildOptions(out=tmp_path / str(number)))
    for name in ("asserted.ttl", "inferred.ttl", "evidence.ttl", "dataset.nq", "build.json"):
        assert (tmp_path / "0" / name).read_bytes() == (tmp_path / "1" / name).read_bytes()


def test_every_asserted_triple_has_evidence_within_the_text(three, first):
    alone, _joint = three
    result = alone[0]
    text = first.read_text("utf-8")
    evidence = {}
    for triple in result.graph.evidence:
        evidence.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(
            triple.object
        )
    said = {
        (
            found[expand("rdf:subject")][0],
            found[expand("rdf:predicate")][0],
            found[expand("rdf:object")][0],
        ): (found[expand("prov:wasQuotedFrom")], found[expand("reading")])
        for found in evidence.values()
        if expand("rdf:subject") in found
    }
    for triple in result.graph.asserted_triples():
        passages, readings = said[triple.subject, triple.predicate, triple.object]
        derived = expand("reading:derived") in readings
        for passage in passages:
            (selector,) = evidence[passage][expand("oa:hasSelector")]
            start, end = (
                int(evidence[selector][expand(name)][0].value) for name in ("oa:start", "oa:end")
            )
            (line,) = evidence[passage][expand("line")]
            assert text.count("\n", 0, start) + 1 == int(line.value)
            named = "/id/period/" not in str(triple.subject)  # labels of periods are normalised
            if triple.predicate == RDFS_LABEL and named and not derived:
                assert isinstance(triple.object, Literal)
                words = "".join(text[start:end].split())
                label = "".join(triple.object.value.split())
                assert label in words, (label, words)


def test_the_store_holds_the_quads_of_the_dataset(three):
    _alone, joint = three
    folder = joint.written.folder
    store = Store.read_only(str(folder / "store"))
    fresh = Store()
    fresh.load(path=str(folder / "dataset.nq"))
    assert _canonical(store) == _canonical(fresh)


def _canonical(quads):
    """The ontology's lists are blank nodes, which every load names anew."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def test_the_default_graph_has_no_duplicates_and_no_evidence(three):
    _alone, joint = three
    folder = joint.written.folder
    store = Store.read_only(str(folder / "store"))
    count = store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert int(next(iter(count))["n"].value) == len(set(joint.graph.default_graph()))
    passage = f"ASK {{ ?s a <{PREFIXES['kg']}Passage> }}"
    assert not bool(store.query(passage))
    evidence = NamedNode(joint.graph.base + "graph/evidence")
    inside = f"ASK {{ GRAPH {evidence} {{ ?s a <{PREFIXES['kg']}Passage> }} }}"
    assert bool(store.query(inside))


def test_inferred_is_disjoint_from_asserted(three):
    _alone, joint = three
    assert not set(joint.graph.inferred) & set(joint.graph.asserted_triples())
    assert joint.graph.inferred


def test_reasoners_agree(three, first, tmp_path):
    alone, _joint = three
    slow = built([first], tmp_path / "slow", reasoner="owlrl")
    assert set(slow.graph.inferred) == set(alone[0].graph.inferred)


def test_validators_agree(three, first, tmp_path):
    alone, _joint = three
    slow = built([first], tmp_path / "slow", shacl="pyshacl")
    assert slow.report == alone[0].report


def test_reading_again_reproduces_the_published_facts(haidian, tmp_path):
    written = kg_builder.publish(kg_builder.ReportInput.load(haidian), tmp_path)
    assert len(written) == 3
    for path in written:
        assert path.read_bytes() == (ROOT / "data" / path.name).read_bytes(), path.name


def test_no_sentence_of_the_report_is_in_the_repository(haidian):
    """Prose stays out: no 30 characters in a row of a paragraph stand in any file kept here."""
    prose = [line for line in haidian.read_text("utf-8").split("\n")[2:8] if line[0] != "("]
    assert len(prose) == 5
    kept = [
        path
        for folder in ("data", "src", "genre", "ontology", "shapes", "tests", "examples")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".ttl", ".json", ".toml", ".py", ".txt", ".tsv", ".md"}
    ]
    pieces = {line[n : n + 30] for line in prose for n in range(max(1, len(line) - 29))}
    for path in kept:
        text = path.read_text("utf-8")
        found = {text[n : n + 30] for n in range(len(text))} & pieces if len(text) < 2e6 else set()
        assert not found, path


def test_a_report_read_now_takes_the_place_of_its_published_facts(tmp_path, haidian):
    """Another text of a published report: a warning says that it replaces the published facts."""
    text = haidian.read_bytes() + b"\n"
    options = kg_builder.BuildOptions(out=tmp_path / "out", with_data=True)
    result = kg_builder.build([kg_builder.ReportInput("again", text)], options)
    (account,) = result.summary["reports"]
    assert account["warnings"][0]["code"] == "replaces-published"
    same = kg_builder.build([kg_builder.ReportInput("same", haidian.read_bytes())], options)
    (account,) = same.summary["reports"]
    assert "replaces-published" not in {item["code"] for item in account["warnings"]}


def test_all_committed_texts_conform_in_one_graph(tmp_path):
    quality = ROOT / "tests" / "quality"
    paths = [
        *sorted(quality.glob("prose*/*.txt")),
        *sorted(quality.glob("genre/*.txt")),
        *sorted(TEXTS.glob("*/source.txt")),
    ]
    reports = [
        kg_builder.ReportInput(f"text-{number}", path.read_bytes())
        for number, path in enumerate(paths)
    ]
    result = kg_builder.build(reports, kg_builder.BuildOptions(out=tmp_path / "out"))
    assert [str(item) for item in result.report.violations()] == []
