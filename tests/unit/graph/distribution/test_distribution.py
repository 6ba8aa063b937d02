"""A distribution as a whole: every file parses, equal input gives equal bytes, all or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
import rdflib
from distribution_support import BASE, HOSTILE, OPTIONS, PAGE, hostile_store, write_one_table
from pyoxigraph import RdfFormat, parse

from kg_builder.errors import InputError, OutputError
from kg_builder.graph.distribution import DistributionOptions, parse_day, publish_distribution
from kg_builder.graph.distribution.layout import MARKER
from kg_builder.graph.opening import open_graph
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE

VOCABULARIES = Path(__file__).parents[3] / "vocabularies"
_RDFLIB = {
    ".ttl": "turtle",
    ".nt": "nt",
    ".nq": "nquads",
    ".trig": "trig",
    ".jsonld": "json-ld",
    ".rdf": "xml",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return hostile_store(tmp_path_factory.mktemp("small") / "built")


def publish(built, folder, resources, **given):
    with open_graph(built) as graph:
        return publish_distribution(graph, folder, resources, **given)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_layout(distribution):
    paths = set(contents(distribution.folder))
    assert paths >= {
        *("ontology/kg.ttl", "ontology/indicator.ttl", "ontology/taxonomies/unit.ttl"),
        *(f"ontology/kg-all.{s}" for s in ("ttl", "nt", "jsonld", "rdf")),
        *(f"data/asserted.{s}" for s in ("ttl", "nt", "jsonld", "rdf")),
        *("data/inferred.ttl", "data/evidence.ttl", "data/dataset.nq", "data/dataset.trig"),
        *("data/source/report/海淀区_2024_计划报告.ttl", "data/csv/csv-metadata.json"),
        *("cube.ttl", "void.ttl", "dcat.ttl", "service.ttl", ".htaccess", "SHA256SUMS"),
        *("w3id/kg-builder/.htaccess", "w3id/kg-builder/README.md", "ontology/index.html"),
        *("README.md", "README.zh.md", "shapes/core.ttl"),
    }
    assert {file.path for file in distribution.files} == paths - {"SHA256SUMS"}
    assert (distribution.folder / "ontology/index.html").read_bytes() == PAGE


def test_checksums_verify(distribution):
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=distribution.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(distribution.files)


def test_every_file_parses_alike(small, tmp_path, resources):
    made = publish(small, tmp_path / "out", resources, options=OPTIONS)
    seen = set()
    for file in made.files:
        suffix = os.path.splitext(file.path)[1]  # noqa: PTH122
        copied = file.path.startswith(("shapes/", "ontology/")) and "kg-all" not in file.path
        if copied or suffix not in _RDFLIB:
            continue
        path = made.folder / file.path
        ours = list(parse(path=str(path), format=RdfFormat.from_extension(suffix[1:])))
        theirs = rdflib.Dataset().parse(path.as_posix(), format=_RDFLIB[suffix])
        count = sum(1 for _ in theirs.quads())
        assert count == len(set(ours)) > 0, file.path
        seen.add(suffix)
    assert seen == set(_RDFLIB)


def test_equal_input_gives_equal_bytes(small, tmp_path, resources):
    options = {"options": OPTIONS, "documents": {"ontology/index.html": PAGE}}
    first = publish(small, tmp_path / "a", resources, **options, tables=write_one_table)
    again = publish(small, tmp_path / "b", resources, **options, tables=write_one_table)
    assert contents(first.folder) == contents(again.folder)


def test_equal_bytes_over_hash_seeds_and_builds(small, tmp_path, resources):
    first = publish(small, tmp_path / "a", resources)
    hostile_store(tmp_path / "built")
    code = (
        "import sys; from pathlib import Path; from kg_builder import Resources;"
        "from kg_builder.graph.opening import open_graph;"
        "from kg_builder.graph.distribution import publish_distribution as p\n"
        "with open_graph(Path(sys.argv[1])) as g: p(g, Path(sys.argv[2]), Resources.find())"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "built"), str(tmp_path / "b")]
    subprocess.run(arguments, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    assert contents(first.folder) == contents(tmp_path / "b")


def test_no_moment_and_no_path_of_the_machine(distribution):
    for path, data in contents(distribution.folder).items():
        if path.endswith((".nq", ".trig")) or path.startswith("data/"):
            continue
        assert str(distribution.folder).encode() not in data, path
        assert f"T{time.strftime('%H:%M')}".encode() not in data, path


def test_hostile_names_break_nothing(small, tmp_path, resources):
    made = publish(small, tmp_path / "out", resources, options=OPTIONS)
    for file in made.files:
        assert ".." not in file.path
        assert file.path.isprintable()
        assert (made.folder / file.path).resolve().is_relative_to(made.folder.resolve())
    readme = (made.folder / "README.md").read_text("utf-8")
    assert "<script" not in readme
    assert "](javascript" not in readme
    assert "\n# =cmd" not in readme
    for path in (".htaccess", "w3id/kg-builder/.htaccess"):
        assert "script" not in (made.folder / path).read_text("utf-8")
    words = {
        quad.object.value
        for quad in parse(path=str(made.folder / "cube.ttl"), format=RdfFormat.TURTLE)
        if hasattr(quad.object, "language")
    }
    assert HOSTILE in words


@pytest.mark.parametrize("options", [None, OPTIONS])
def test_warnings(tmp_path, resources, options):
    built = hostile_store(tmp_path / "built", base=DEFAULT_BASE)
    made = publish(built, tmp_path / "out", resources, options=options)
    told = " ".join(w.en for w in made.warnings)
    assert "base is still the placeholder" in told
    assert ("no --publisher" in told) == (options is None)
    assert ("no --contact" in told) == (options is None)
    assert "no licence of the data" in told
    assert "another ontology" in told


def test_no_warning_without_need(distribution):
    (warning,) = distribution.warnings  # one of the two reports has no source record
    assert "no licence of the data" in warning.en


_OTHERS = {
    "http://www.w3.org/ns/sparql-service-description#": (
        "Service Dataset Graph NamedGraph endpoint supportedLanguage SPARQL11Query defaultDataset"
        " defaultGraph namedGraph name graph"
    ),
    "http://www.w3.org/2006/vcard/ns#": "Kind fn hasEmail hasURL",
    "http://spdx.org/rdf/terms#": (
        "Checksum ChecksumAlgorithm checksum algorithm checksumValue checksumAlgorithm_sha256"
    ),
    "http://purl.org/linked-data/sdmx/2009/dimension#": "refArea refPeriod",
    "http://purl.org/linked-data/sdmx/2009/attribute#": "unitMeasure",
    "http://purl.org/linked-data/sdmx/2009/measure#": "obsValue",
    "http://purl.org/linked-data/sdmx/2009/concept#": "refArea refPeriod unitMeasure obsValue",
}
"""Terms of vocabularies of which no whole list is vendored, as their specifications name them."""


def test_terms_are_those_of_their_vocabularies(distribution):
    known = {space: set(words.split()) for space, words in _OTHERS.items()}
    for path in VOCABULARIES.glob("*.txt"):
        space, *lines = path.read_text("utf-8").splitlines()
        names = {line for line in lines if line and not line.startswith("#")}
        known[space.removeprefix("# ").strip()] = names
    used = set()
    for name in ("cube.ttl", "dcat.ttl", "void.ttl", "service.ttl"):
        for quad in parse(path=str(distribution.folder / name), format=RdfFormat.TURTLE):
            used |= {quad.predicate.value}
            if quad.predicate == RDF_TYPE:
                used.add(quad.object.value)
    spaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in used}
    ours = {"https://w3id.org/kg-builder/ont#", "https://w3id.org/kg-builder/cube#"}
    assert spaces - ours - {"http://rdfs.org/ns/void#"} <= set(known)  # VoID: see its own test
    for iri in used:
        space = next((s for s in known if iri.startswith(s)), None)
        if space:
            assert iri.removeprefix(space) in known[space], iri


def test_a_folder_of_somebody_else_is_refused(small, tmp_path, resources):
    folder = tmp_path / "public"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="neither empty nor written by"):
        publish(small, folder, resources)
    assert contents(folder) == {"mine.txt": b"mine"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["public"]
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(OutputError, match="not a folder"):
        publish(small, file, resources)


def test_ours_is_replaced_as_a_whole(small, tmp_path, resources):
    folder = tmp_path / "new" / "public"
    first = publish(small, folder, resources, options=OPTIONS)
    assert (first.folder / "service.ttl").exists()
    publish(small, folder, resources)
    assert not (folder / "service.ttl").exists()
    assert (folder / MARKER).is_file()
    assert [p.name for p in folder.parent.iterdir()] == ["public"]


def test_an_empty_folder_and_a_link_to_one_are_taken(small, tmp_path, resources):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    publish(small, tmp_path / "link", resources)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "dcat.ttl").is_file()


def test_what_fails_leaves_nothing(small, tmp_path, resources):
    def fail(triples, folder):
        raise RuntimeError("no room")

    with pytest.raises(RuntimeError):
        publish(small, tmp_path / "new" / "public", resources, tables=fail)
    assert list(tmp_path.iterdir()) == []


def test_killed_midway_leaves_the_former(small, tmp_path, resources):
    folder = tmp_path / "public"
    publish(small, folder, resources, options=OPTIONS)
    before = contents(folder)
    code = (
        "import sys, time; from pathlib import Path; from kg_builder import Resources;"
        "from kg_builder.graph.opening import open_graph;"
        "from kg_builder.graph.distribution import publish_distribution as p\n"
        "def wait(triples, folder): print('now', flush=True); time.sleep(60)\n"
        "with open_graph(Path(sys.argv[1])) as g:\n"
        "    p(g, Path(sys.argv[2]), Resources.find(), tables=wait)"
    )
    arguments = [sys.executable, "-c", code, str(small), str(folder)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGKILL)
    assert contents(folder) == before
    publish(small, folder, resources, options=OPTIONS)
    assert contents(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


@pytest.mark.parametrize(
    "path",
    [
        "../x.html",
        "/x.html",
        "a/../x.html",
        "a b.html",
        "dcat",
        "void.ttl",
        ".x",
        "a\n.html",
        "ontology/kg.ttl",
        "README.md",
    ],
)
def test_documents_have_plain_paths(small, tmp_path, resources, path):
    with pytest.raises(InputError, match="no path for a document"):
        publish(small, tmp_path / "out", resources, documents={path: b""})
    assert list(tmp_path.iterdir()) == []


def test_other_rdf_has_no_distribution(tmp_path, resources):
    file = tmp_path / "x.ttl"
    file.write_text("<a:a> <a:b> <a:c> .")
    with open_graph(file) as graph, pytest.raises(InputError, match="run kg build first"):
        publish_distribution(graph, tmp_path / "out", resources)


@pytest.mark.parametrize(
    "given",
    [
        {"homepage": "javascript:alert(1)"},
        {"homepage": "https://"},
        {"download_base": "https://x.cn/\nRewriteRule ^ https://evil/"},
        {"download_base": "files"},
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": 'https://x.cn/"onclick='},
        {"contact": "nobody"},
        {"contact": "a@b\nBcc: c@d"},
        {"publisher": "a\nb"},
        {"publisher": " "},
        {"version": "1\u2028"},
    ],
)
def test_options_are_checked(given):
    with pytest.raises(InputError, match="--"):
        DistributionOptions(**given)


def test_a_day_is_a_day():
    assert parse_day("2026-11-23") == date(2026, 11, 23)
    with pytest.raises(InputError, match="--released"):
        parse_day("today")


def test_service_names_every_graph(distribution, built):
    with open_graph(built) as graph:
        names = {node.value for node in graph.store.named_graphs()}
        total = sum(1 for _ in graph.store.query("SELECT ?s { ?s ?p ?o }"))
    text = list(parse(path=str(distribution.folder / "service.ttl"), format=RdfFormat.TURTLE))
    named = {q.object.value for q in text if q.predicate.value.endswith("#name")}
    assert named == names
    counts = {
        q.object.value
        for q in text
        if q.predicate.value.endswith("#triples") and q.subject.value.endswith("default-graph")
    }
    assert counts == {str(total)}


def test_the_merged_ontology_is_one_ontology(distribution):
    path = distribution.folder / "ontology/kg-all.nt"
    triples = [str(quad.triple) for quad in parse(path=str(path), format=RdfFormat.N_TRIPLES)]
    headers = [t for t in triples if t.endswith("<http://www.w3.org/2002/07/owl#Ontology>")]
    assert len(headers) == 1
    assert headers[0].startswith("<https://w3id.org/kg-builder/ont> ")
    assert not [t for t in triples if "owl#imports" in t]
    assert any(
        "<https://w3id.org/kg-builder/status>" in t and "ConceptScheme" in t for t in triples
    )
    assert BASE not in "".join(triples)
