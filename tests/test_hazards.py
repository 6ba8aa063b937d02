"""What must not happen to whoever reads a file of unknown origin: one test for each hazard.

The hazards are those that engines show when they are called naively: entities that explode, nesting
that ends the process, files and addresses that are read though nobody named them, answers that are
wrong in silence. Each document here is read by the command as people start it; what is asserted is
the exit code, one line with the reason, the seconds, the memory of the largest process, that nobody
was called, and that nothing is left behind.
"""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from kg_builder.cli.main import main
from kg_builder.errors import InputError
from kg_builder.graph.submission.reading import read_submission

EX = "@prefix ex: <http://example.org/> .\n"
SHACL = (
    EX + "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
)
ANY = SHACL + "ex:S sh:targetClass ex:C ; sh:nodeKind sh:BlankNodeOrIRI .\n"
DEEP = 20_000
GIB = 1 << 30
RDF_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'


class Listener:
    """A server on this machine that counts who calls."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()


@pytest.fixture(scope="module")
def listener():
    made = Listener()
    yield made
    made.socket.close()


@dataclass
class Done:
    """A command that ended: how, after what time, and how large its largest process was."""

    code: int
    out: str
    err: str
    seconds: float
    peak: int
    left: list[str]


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files, in which none may stay; the tests run beside it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def kg(temporary, listener, capfd):
    """Run `kg` in this process: the children that it starts are measured."""

    def run(*args):
        calls, largest = listener.calls, _largest_child()
        started = time.monotonic()
        with pytest.raises(SystemExit) as ended:
            main(["--lang", "en", *map(str, args)])
        seconds = time.monotonic() - started
        out, err = capfd.readouterr()
        assert listener.calls == calls, "somebody was called"
        peak = _largest_child()
        return Done(
            ended.value.code, out, err, seconds, peak if peak > largest else 0, left_in(temporary)
        )

    return run


def _largest_child():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@pytest.fixture
def process(tmp_path, temporary, listener):
    """Run `kg` as a process of its own, which is measured as well."""

    def run(*args, stdin=subprocess.DEVNULL, within=60.0):
        calls = listener.calls
        started = time.monotonic()
        with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "kg_builder", "--lang", "en", *map(str, args)],
                stdin=stdin,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            status, usage = _wait(process, started + within)
        assert listener.calls == calls, "somebody was called"
        return Done(
            os.waitstatus_to_exitcode(status),
            (tmp_path / "out").read_text(errors="replace"),
            (tmp_path / "err").read_text(errors="replace"),
            time.monotonic() - started,
            usage.ru_maxrss * 1024,
            left_in(temporary),
        )

    return run


def _wait(process, until):
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return status, usage
        if time.monotonic() > until:
            os.killpg(process.pid, signal.SIGKILL)
            os.wait4(process.pid, 0)
            process.returncode = -9
            pytest.fail("did not end in time")
        time.sleep(0.01)


def refused(done, reason, place=""):
    """Assert that a command could not run, and said why in one plain line."""
    assert done.code == 2, (done.code, done.out, done.err)
    assert done.out == ""
    line = done.err.splitlines()[0]
    assert re.search(reason, line), line
    assert line.startswith(place), line
    assert "Traceback" not in done.err
    assert str(Path(__file__).parents[1]) not in done.err
    frugal(done)


def frugal(done):
    assert done.peak < GIB, f"{done.peak >> 20} MiB"
    assert not done.left


@pytest.fixture
def shapes(tmp_path):
    path = tmp_path / "shapes.ttl"
    path.write_text(ANY)
    return path


# documents that explode or reach out


def entities(levels):
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels + 1))
    return f'<!DOCTYPE rdf:RDF [<!ENTITY a0 "ha">{steps}]>{_about(f"&a{levels};")}'


def _about(text):
    return (
        f'{RDF_XML}<rdf:Description rdf:about="http://e/s"><e:p>{text}</e:p>'
        "</rdf:Description></rdf:RDF>"
    )


def nested_elements(levels):
    head = '<rdf:Description rdf:about="http://e/s"><e:p>'
    return f"{RDF_XML}{head * levels}{'</e:p></rdf:Description>' * levels}</rdf:RDF>"


DOCUMENTS = {
    "billion laughs": (".rdf", entities(10), "entit"),
    "quadratic blow-up": (
        ".rdf",
        f'<!DOCTYPE rdf:RDF [<!ENTITY a "{"x" * 50_000}">]>{_about("&a;" * 50_000)}',
        "entit",
    ),
    "external entity of a file": (
        ".rdf",
        f'<!DOCTYPE rdf:RDF [<!ENTITY a SYSTEM "file:///etc/hostname">]>{_about("&a;")}',
        "entit",
    ),
    "external entity of the web": (
        ".rdf",
        f'<!DOCTYPE rdf:RDF [<!ENTITY a SYSTEM "http://127.0.0.1:PORT/">]>{_about("&a;")}',
        "entit",
    ),
    "external entity in an attribute": (
        ".rdf",
        f'<!DOCTYPE rdf:RDF [<!ENTITY a SYSTEM "file:///etc/hostname">]>{RDF_XML}'
        '<rdf:Description rdf:about="http://e/&a;" e:p="1"/></rdf:RDF>',
        "entit",
    ),
    "parameter entity": (
        ".rdf",
        f'<!DOCTYPE rdf:RDF [<!ENTITY % a SYSTEM "http://127.0.0.1:PORT/">%a;]>{_about("x")}',
        "entit|DTD|DOCTYPE",
    ),
    "external DTD": (
        ".rdf",
        f'<!DOCTYPE rdf:RDF SYSTEM "http://127.0.0.1:PORT/x.dtd">{_about("x")}',
        "DTD|DOCTYPE|external",
    ),
    "nested elements": (".rdf", nested_elements(DEEP), "nest|deep"),
    "remote context": (
        ".jsonld",
        '{"@context": "http://127.0.0.1:PORT/c.jsonld", "@id": "http://e/s", "p": 1}',
        "context",
    ),
    "remote context in a list": (
        ".jsonld",
        '[{"@context": [{"a": "http://e/a"}, "http://127.0.0.1:PORT/"], "a": 1}]',
        "context",
    ),
    "remote context of a term": (
        ".jsonld",
        '{"@context": {"a": {"@id": "http://e/a", "@context": "http://127.0.0.1:PORT/"}},'
        ' "a": {"b": 1}}',
        "context",
    ),
    "imported context": (
        ".jsonld",
        '{"@context": {"@version": 1.1, "@import": "http://127.0.0.1:PORT/"}, "a": 1}',
        "context|import",
    ),
    "context of a file": (".jsonld", '{"@context": "file:///etc/hostname", "a": 1}', "context"),
    "nested lists in JSON-LD": (
        ".jsonld",
        '{"http://e/p": ' + "[" * DEEP + "]" * DEEP + "}",
        "nest|deep",
    ),
    "nested objects in JSON-LD": (
        ".jsonld",
        '{"http://e/p": ' * DEEP + "1" + "}" * DEEP,
        "nest|deep",
    ),
    "nested contexts in JSON-LD": (
        ".jsonld",
        '{"@context": '
        + '{"a": {"@id": "http://e/a", "@context": ' * DEEP
        + "{}"
        + "}}" * DEEP
        + "}",
        "nest|deep",
    ),
    "nested blank nodes in Turtle": (
        ".ttl",
        EX + "ex:s ex:p " + "[ ex:p " * DEEP + "1" + "]" * DEEP + " .",
        "nest",
    ),
    "nested lists in Turtle": (".ttl", EX + "ex:s ex:p " + "(" * DEEP + ")" * DEEP + " .", "nest"),
    "nested triples in Turtle": (
        ".ttl",
        EX + "<<" * DEEP + "ex:s ex:p ex:o" + ">>" * DEEP + " ex:p 1 .",
        "nest|syntax|expected|triple",
    ),
    "nested graphs in TriG": (".trig", "{" * DEEP + "}" * DEEP, "nest|expected|syntax|not"),
    "nested blank nodes in TriG": (
        ".trig",
        EX + "ex:g { ex:s ex:p " + "[ ex:p " * DEEP + "1" + "]" * DEEP + " }",
        "nest",
    ),
    "relative IRI in Turtle": (
        ".ttl",
        EX + "ex:s ex:p\n  <secret.txt> .",
        "relative|base|absolute",
    ),
    "relative IRI in JSON-LD": (".jsonld", '{"@id": "s", "http://e/p": 1}', "relative|base"),
    "relative IRI in RDF/XML": (
        ".rdf",
        f'{RDF_XML}<rdf:Description rdf:about="s" e:p="1"/></rdf:RDF>',
        "relative|base",
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_is_refused_with_the_reason(name, kg, tmp_path, shapes, listener):
    suffix, text, reason = DOCUMENTS[name]
    path = tmp_path / f"new{suffix}"
    path.write_text(text.replace("PORT", str(listener.port)))
    refused(kg("validate", path.name, "-s", shapes), reason, path.name)


def test_a_process_of_its_own_stays_small_and_fast(process, tmp_path, shapes):
    for name in ("billion laughs", "nested objects in JSON-LD", "nested blank nodes in Turtle"):
        suffix, text, reason = DOCUMENTS[name]
        path = tmp_path / f"new{suffix}"
        path.write_text(text)
        done = process("validate", path.name, "-s", shapes)
        refused(done, reason, path.name)
        assert done.seconds < 10


def test_commands_that_write_refuse_hostile_documents_alike(kg, tmp_path, published_folder):
    path = tmp_path / "new.rdf"
    path.write_text(entities(10))
    pointer = (published_folder / "current").readlink()
    place = ("--store", published_folder)
    refused(kg("add", path, "--source", "x", "--by", "x", *place), "entit", str(path))
    refused(kg("retract", path, "--by", "x", *place), "entit", str(path))
    assert (published_folder / "current").readlink() == pointer


# size


def sparse(path, head, size):
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)


def test_a_literal_of_two_gigabytes_is_refused_before_it_is_read(process, tmp_path, shapes):
    path = tmp_path / "new.ttl"
    sparse(path, b'<urn:a> <urn:b> "', 2 * GIB)
    refused(process("validate", path.name, "-s", shapes), "too large", "new.ttl: ")
    refused(process("validate", shapes, "-s", path.name), "too large", "new.ttl: ")


def test_two_gigabytes_on_stdin_are_refused_as_they_come(process, shapes):
    feed = (
        "import sys\n"
        "part = b'x' * (1 << 20)\n"
        "try:\n"
        "    sys.stdout.buffer.write(b'<urn:a> <urn:b> \"')\n"
        "    for _ in range(2048): sys.stdout.buffer.write(part)\n"
        "except BrokenPipeError: sys.exit(3)\n"
    )
    with subprocess.Popen([sys.executable, "-c", feed], stdout=subprocess.PIPE) as feeder:
        done = process("validate", "-", "-df", "turtle", "-s", shapes, stdin=feeder.stdout)
        feeder.stdout.close()
        refused(done, "too large", "-: ")
        feeder.kill()


def test_a_literal_as_large_as_may_be_stays_within_memory(process, tmp_path):
    path, shapes = tmp_path / "new.nt", tmp_path / "shapes.ttl"
    path.write_bytes(b'<urn:a> <urn:b> "' + b"x" * (60 << 20) + b'" .\n')
    shapes.write_text(SHACL + "ex:S sh:targetNode <urn:a> ; sh:nodeKind sh:IRI .")
    done = process("validate", path.name, "-s", shapes)
    assert done.code == 0 or "memory" in done.err, done.err
    frugal(done)


@pytest.mark.parametrize("what", ["fifo", "/dev/zero", "folder", "socket"])
def test_what_is_no_file_is_refused_at_once(what, kg, tmp_path, shapes):
    path = Path(what) if what.startswith("/") else tmp_path / "new.ttl"
    if what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
    refused(kg("validate", path, "-df", "turtle", "-s", shapes), "pipe|device|folder", str(path))


# what reaches out


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_owl_imports_are_not_followed(scheme, kg, tmp_path, listener):
    secret = tmp_path / "secret.ttl"
    secret.write_text(EX + "ex:x a ex:C .")
    target = f"http://127.0.0.1:{listener.port}/x.ttl" if scheme == "http" else secret.as_uri()
    statement = f"<urn:o> a <urn:x> ; <http://www.w3.org/2002/07/owl#imports> <{target}> .\n"
    data, shapes = tmp_path / "new.ttl", tmp_path / "shapes.ttl"
    data.write_text(EX + statement + "ex:a a ex:C .")
    shapes.write_text(
        ANY + statement + "ex:S sh:sparql [ sh:prefixes <urn:o> ; "
        "sh:select 'SELECT $this { $this <urn:none> ?x }' ] ."
    )
    done = kg("validate", data, "-s", shapes, "-e", data, "-f", "json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["conforms"] is True
    frugal(done)
    refused(kg("validate", data, "-s", shapes, "--imports"), "imports")


def test_addresses_are_no_files(kg, shapes, listener):
    address = f"http://127.0.0.1:{listener.port}/x.ttl"
    refused(kg("validate", address, "-s", shapes), "web", address)
    refused(kg("validate", shapes, "-s", address), "web", address)
    refused(kg("validate", f"file://{shapes}", "-s", shapes), "web|file", "file:")


CALLING = {
    "SERVICE": "SELECT $this { SERVICE <http://127.0.0.1:PORT/> { ?a ?b ?c } }",
    "SERVICE SILENT": "SELECT $this { SERVICE SILENT <http://127.0.0.1:PORT/> { ?a ?b ?c } }",
    "glued": "SELECT $this {SERVICESILENT<http://127.0.0.1:PORT/>{ ?a ?b ?c } }",
    "in a prefix": "PREFIX SERVICEe: <urn:x> PREFIX e: <http://127.0.0.1:PORT/>\n"
    "SELECT $this { ?a ?b ?c .SERVICEe:g{ ?a ?b ?c } }",
    "in what looks like an IRI": "PREFIX e: <http://127.0.0.1:PORT/>\n"
    "SELECT $this { FILTER(1<2)SERVICEe:g#>\n{ ?a ?b ?c } }",
    "escaped": r"SELECT $this { \u0053ERVICE <http://127.0.0.1:PORT/> { ?a ?b ?c } }",
    "FROM the web": "SELECT $this FROM <http://127.0.0.1:PORT/> { ?a ?b ?c }",
    "FROM a file": "SELECT $this FROM <file:///etc/hostname> { ?a ?b ?c }",
    "FROM NAMED": "SELECT $this FROM NAMED <http://127.0.0.1:PORT/> { GRAPH ?g { ?a ?b ?c } }",
    "LOAD": "LOAD <http://127.0.0.1:PORT/>",
    "LOAD after a query": "SELECT $this { ?a ?b ?c } ; LOAD <http://127.0.0.1:PORT/>",
}


def shapes_with(path, query):
    text = query.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    path.write_text(ANY + f'ex:S sh:sparql [ sh:select "{text}" ] .')
    return path


@pytest.fixture
def one(tmp_path):
    path = tmp_path / "one.ttl"
    path.write_text(EX + "ex:a a ex:C ; ex:p 1 .")
    return path


@pytest.mark.parametrize("name", CALLING)
def test_queries_of_shapes_call_nobody(name, kg, one, tmp_path, listener):
    query = CALLING[name].replace("PORT", str(listener.port))
    shapes = shapes_with(tmp_path / "shapes.ttl", query)
    refused(kg("validate", one, "-s", shapes), "SPARQL", str(shapes))


# what runs away

RUNAWAY = {
    "product": "SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o "
    "FILTER (?a = ?j && ?c > ?f) }",
    "order of a product": "SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } "
    "ORDER BY ?a ?d ?g ?j",
    "paths": "SELECT $this { ?a (<urn:p>|!<urn:q>)* ?b . ?c (<urn:p>|!<urn:q>)* ?d . "
    "?e (<urn:p>|!<urn:q>)* ?f FILTER (?a = ?f && ?b > ?d) }",
    "doubling": "SELECT $this { BIND ('xxxxxxxx' AS ?x0) "
    + " ".join(f"BIND (CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
    + " FILTER (STRLEN(?x40) > 1) }",
}


@pytest.mark.parametrize("name", RUNAWAY)
def test_queries_that_run_away_are_ended(name, kg, tmp_path):
    data = tmp_path / "new.ttl"
    data.write_text(EX + " ".join(f"ex:n{i} a ex:C ; ex:p ex:n{i + 1}, {i} ." for i in range(300)))
    shapes = shapes_with(tmp_path / "shapes.ttl", RUNAWAY[name])
    done = kg("validate", data, "-s", shapes, "--timeout", "2")
    assert done.code in (124, 2), (done.code, done.err)
    assert done.out == ""
    assert re.search("memory|within 2 s|processor time|died", done.err), done.err
    assert done.seconds < 15
    assert "Traceback" not in done.err
    frugal(done)


def test_the_door_to_expressions_that_backtrack_is_open_but_leads_nowhere(kg, tmp_path):
    data, shapes = tmp_path / "new.ttl", tmp_path / "shapes.ttl"
    data.write_text(EX + f"ex:a a ex:C ; ex:p '{'a' * 50_000}!' .")
    shapes.write_text(
        SHACL + "ex:S sh:targetClass ex:C ; sh:property ex:P . "
        "ex:P sh:path ex:p ; sh:pattern '(a+)+$', '(a|aa)+$', '^(([a-z])+.)+[A-Z]([a-z])+$' ; "
        "sh:sparql [ sh:select "
        "'SELECT $this ?value { $this $PATH ?value FILTER(!REGEX(?value, \"^(a+)+$\")) }' ] ."
    )
    done = kg("validate", data, "-s", shapes, "-f", "json")
    assert done.code == 1, done.err
    assert len(json.loads(done.out)["results"]) == 4
    assert done.seconds < 10
    frugal(done)


def test_a_cyclic_list_in_a_shape_is_refused_with_its_place(kg, one, tmp_path):
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        SHACL + "ex:S sh:targetClass ex:C ;\n  sh:in _:l .\n_:l rdf:first 1 ; rdf:rest _:l ."
    )
    refused(kg("validate", one, "-s", shapes), "list", f"{shapes}:5:1: ")


def test_shapes_that_refer_to_themselves_end(kg, one, tmp_path):
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        SHACL + "ex:S sh:targetClass ex:C ; sh:node ex:S ; sh:not ex:T ; "
        "sh:property [ sh:path ex:p ; sh:node ex:S ] . ex:T sh:not ex:S ; sh:or ( ex:S ex:T ) ."
    )
    done = kg("validate", one, "-s", shapes)
    assert done.code in (0, 1), done.err
    frugal(done)


def test_a_deep_path_is_walked(kg, one, tmp_path):
    shapes = tmp_path / "shapes.ttl"
    steps = "".join(f"_:b{i} sh:zeroOrOnePath _:b{i + 1} .\n" for i in range(15_000))
    shapes.write_text(
        SHACL
        + "ex:S sh:targetClass ex:C ; sh:path _:b0 ; sh:maxCount 1 .\n"
        + steps
        + "_:b15000 sh:inversePath ex:p ."
    )
    done = kg("validate", one, "-s", shapes, "-f", "json")
    assert done.code == 0, done.err
    assert done.seconds < 20
    frugal(done)


# what would be wrong in silence

WRONG = {
    "no shapes": (EX + "ex:a ex:p 1 .", "no shapes|nothing would be checked"),
    "an empty file": ("", "no shapes|nothing|empty"),
    "no targets": (SHACL + "ex:S a sh:NodeShape ; sh:class ex:C .", "nothing would be checked"),
    "a misspelt target": (SHACL + "ex:S sh:targetClass ex:CC ; sh:class ex:C .", "nothing was"),
    "a failure of its own": (
        SHACL + "ex:S sh:targetClass ex:C ; sh:sparql "
        "[ sh:select 'SELECT $this (true AS ?failure) { }' ] .",
        "fail",
    ),
    "no SPARQL": (
        SHACL + "ex:S sh:targetClass ex:C ; sh:sparql [ sh:select 'SELECT $this { oops' ] .",
        "SPARQL|pySHACL|expected",
    ),
    "a broken shape": (SHACL + "ex:S sh:targetClass ex:C ; sh:minCount 1 .", "minCount"),
    "two paths": (SHACL + "ex:S sh:targetClass ex:C ; sh:path ex:p, ex:q .", "path"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_could_not_be_checked_never_looks_like_a_result(name, kg, one, tmp_path):
    text, reason = WRONG[name]
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(text)
    refused(kg("validate", one, "-s", shapes), reason)


@pytest.fixture
def judged(kg, tmp_path, published_folder):
    """Judge a text in the context of the published graph: the exit code and the results by kind."""

    def run(text, suffix=".ttl"):
        path = tmp_path / f"new{suffix}"
        path.write_text(text, newline="")
        done = kg("validate", path, "--store", published_folder, "-f", "json")
        assert done.code in (0, 1), done.err
        frugal(done)
        return done.code, json.loads(done.out)["results"]

    return run


OURS = (
    "@prefix kg: <https://w3id.org/kg-builder/ont#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    "@prefix kgr: <https://kg-builder.example/> .\n"
)
PLACE = "kgr:p a kg:Place ; rdfs:label '虚岭'@zh .\n"

IN_CONTEXT = {
    "its own subclass": (
        OURS + "kgr:Mine rdfs:subClassOf kg:Subdistrict .\nkgr:x a kgr:Mine .",
        "subClassOf",
    ),
    "its own property axiom": (OURS + "kg:inStreet rdfs:range kg:Canteen .", "range"),
    "an unknown class": (OURS + "kgr:x a kg:Cantene ; rdfs:label '甲'@zh .", "Canteen"),
    "an unknown property": (OURS + "kgr:x a kg:Canteen ; kg:inStret kgr:y .", "inStre"),
    "a decimal without end": (
        OURS + "kgr:x a kg:Statement ; kg:value '1e20000000'^^xsd:decimal .",
        "1e20000000",
    ),
    "full-width digits": (
        OURS + "kgr:x a kg:Statement ; kg:value '６.０'^^xsd:decimal .",
        "６.０",
    ),
    "a year that is none": (OURS + "kgr:x kg:year '24年'^^xsd:gYear .", "24年"),
    "a blank node": (OURS + "[] a kg:Canteen ; rdfs:label '甲'@zh .", "blank"),
    "terms glued by punctuation": (
        OURS + "kgr:x a kg:Canteen ; kg:inStreet kgr:甲、kgr:乙 .",
        "、",
    ),
}


@pytest.mark.parametrize("name", IN_CONTEXT)
def test_what_shacl_alone_lets_pass_is_told(name, judged):
    text, reason = IN_CONTEXT[name]
    code, results = judged(text)
    assert code == 1
    told = json.dumps(results, ensure_ascii=False)
    assert reason in told


def test_named_graphs_are_never_flattened(kg, judged, one, shapes, tmp_path):
    quads = (
        "<http://example.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        "<http://example.org/C> <http://example.org/g> .\n"
    )
    code, results = judged(quads, ".nq")
    assert code == 1
    assert "http://example.org/g" in json.dumps(results)
    path = tmp_path / "new.nq"
    refused(kg("validate", path, "-s", shapes), "named graph", f"{path}:1:")
    done = kg("validate", path, "-s", shapes, "--merge-graphs")
    assert done.code == 0, done.err


# what is kept as it was written


def read(text, format_name):
    return read_submission(text.encode(), name="new", format=format_name)


def test_lexical_forms_are_kept():
    forms = [
        '"12.50"^^xsd:decimal',
        '"true "^^xsd:boolean',
        '"007"^^xsd:integer',
        '"+1"^^xsd:int',
        '"2024"^^xsd:gYear',
        '"1E2"^^xsd:double',
        '"a\\rb"',
        '"a\\r\\nb"',
        '"x"@zh',
    ]
    text = OURS + "".join(f"kgr:x kg:p {form} .\n" for form in forms)
    written = [str(triple.object) for triple in read(text, "turtle").triples]
    plain = [
        form.replace("xsd:", "<http://www.w3.org/2001/XMLSchema#") + (">" if "xsd:" in form else "")
        for form in forms
    ]
    assert written == plain


def test_carriage_returns_within_literals_are_kept(kg, tmp_path):
    text = OURS + 'kgr:x kg:p """a\rb""", """c\r\nd""" .'
    assert [t.object.value for t in read(text, "turtle").triples] == ["a\rb", "c\r\nd"]
    data, shapes = tmp_path / "new.ttl", tmp_path / "shapes.ttl"
    data.write_text(text, newline="")
    shapes.write_text(
        SHACL + "ex:S sh:targetSubjectsOf <https://w3id.org/kg-builder/ont#p> ; "
        "sh:path <https://w3id.org/kg-builder/ont#p> ; sh:nodeKind sh:IRI ."
    )
    for format_name, engine in (("xml", RdfFormat.RDF_XML), ("turtle", RdfFormat.TURTLE)):
        done = kg("validate", data, "-s", shapes, "-f", format_name)
        values = {
            quad.object.value
            for quad in parse(done.out.encode(), engine)
            if quad.predicate.value == "http://www.w3.org/ns/shacl#value"
        }
        assert values == {"a\rb", "c\r\nd"}


def test_an_explicit_string_is_a_plain_one(kg, tmp_path):
    data, shapes = tmp_path / "new.ttl", tmp_path / "shapes.ttl"
    data.write_text(SHACL + "ex:a a ex:C ; ex:p 'x'^^xsd:string, 'y' .")
    shapes.write_text(
        SHACL + "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; "
        "sh:in ( 'x' 'y'^^xsd:string ) ; sh:datatype xsd:string ] ."
    )
    done = kg("validate", data, "-s", shapes)
    assert done.code == 0, done.out


def test_years_are_compared_and_not_stumbled_over(kg, tmp_path):
    data, shapes = tmp_path / "new.ttl", tmp_path / "shapes.ttl"
    data.write_text(
        SHACL + "ex:a a ex:C ; ex:p '2025'^^xsd:gYear ; ex:q '2024'^^xsd:gYear .\n"
        "ex:b a ex:C ; ex:p '2023'^^xsd:gYear ; ex:q '2024'^^xsd:gYear ."
    )
    shapes.write_text(
        SHACL + "ex:S sh:targetClass ex:C ; sh:property "
        "[ sh:path ex:p ; sh:lessThanOrEquals ex:q ] ."
    )
    done = kg("validate", data, "-s", shapes, "-f", "json")
    assert done.code == 1
    (result,) = json.loads(done.out)["results"]
    assert "2025" in json.dumps(result)


@pytest.mark.parametrize(
    "label",
    ["_:a <urn:p> <urn:o> .\n<urn:x>", "_:a> <urn:b> <urn:c> .\n_:d", "_:a b", "_:", "_:a\u2028b"],
)
def test_labels_of_blank_nodes_inject_nothing(label):
    document = json.dumps({"@id": label, "http://e/p": [{"@id": label}, 1]})
    try:
        found = read(document, "json-ld")
    except InputError:
        return
    assert len(found.triples) <= 2
    text = serialize(found.triples, format=RdfFormat.N_TRIPLES)
    assert len(list(parse(text, RdfFormat.N_TRIPLES))) == len(found.triples)
    assert b"urn:" not in text


# documents that are not what they say (each fails by the grammar of its syntax)

MALFORMED = {
    "turtle": r"""
@prefix ex: <http://example.org/>
ex:a ex:b ex:c .
@prefix : <http://e/> . :a :b 'c
@prefix : <http://e/> . :a :b "c'' .
@prefix : <http://e/> . :a :b "\q" .
@prefix : <http://e/> . :a :b "\uD800" .
@prefix : <http://e/> . :a :b "\u12" .
@prefix : <http://e/> . :a :b :c
@prefix : <http://e/> . :a :b .
@prefix : <http://e/> . :a :b , .
@prefix : <http://e/> . :a "b" :c .
@prefix : <http://e/> . "a" :b :c .
@prefix : <http://e/> . :a _:b :c .
@prefix : <http://e/> . :a :b "c"@ .
@prefix : <http://e/> . :a :b "c"@1 .
@prefix : <http://e/> . :a :b "c"^^ .
@prefix : <http://e/> . :a :b "c"@en^^:d .
@prefix : <http://e/> . :a :b 1e .
@prefix : <http://e/> . :a :b +-1 .
@prefix : <http://e/> . :a :b [ :c .
@prefix : <http://e/> . :a :b ( 1 2 .
@prefix : <http://e/> . :a :b ] .
@prefix : <http://e/> . [ :a ] :b .
@prefix : <http://e/> . { :a :b :c }
@prefix : <http://e/> . :a :b :c :d .
@prefix : <http://e/> . :a := :c .
@prefix : <http://e/> . :a => :c .
@prefix : <http://e/> . :a is :b of :c .
@prefix : <http://e/> . :a :b <http://e/ x> .
@prefix : <http://e/> . :a :b <http://e/{x}> .
@prefix : <http://e/> . :a :b <http://e/\u0020> .
@prefix : <http://e/> . :a :b :%zz .
@prefix : <http://e/> . :a :b :c\ .
@prefix : <http://e/> . :a. :b :c .
@prefix : <http://e/> . :a :b true1 .
@prefix : <http://e/> . :a :b TRUE .
@prefix : <http://e/> . A :b :c .
@PREFIX : <http://e/> . :a :b :c .
@base <http://e/> :a :b :c .
<http://e/a> <http://e/b> <http://e/c
""",
    "ntriples": r"""
<urn:a> <urn:b> <urn:c>
<urn:a> <urn:b> .
<urn:a> "b" <urn:c> .
<urn:a> _:b <urn:c> .
"a" <urn:b> <urn:c> .
<urn:a> <urn:b> 'c' .
<urn:a> <urn:b> 1 .
<a> <urn:b> <urn:c> .
<urn:a> <urn:b> "c" <urn:g> .
<urn:a> <urn:b> <urn:c> , <urn:d> .
<urn:a> <urn:b> "c"^^xsd:string .
<urn:a> <urn:b> "c"^^"d" .
<urn:a> <urn:b> "\z" .
<urn:a> <urn:b c> <urn:c> .
@prefix ex: <urn:e> .
""",
    "nquads": r"""
<urn:a> <urn:b> <urn:c> "g" .
<urn:a> <urn:b> <urn:c> <g> .
<urn:a> <urn:b> <urn:c> <urn:g> <urn:h> .
<urn:a> <urn:b> .
""",
    "trig": r"""
@prefix : <http://e/> . :g { :a :b :c
@prefix : <http://e/> . :g { :a :b :c } }
@prefix : <http://e/> . :g { :h { :a :b :c } }
@prefix : <http://e/> . "g" { :a :b :c }
@prefix : <http://e/> . :g { @prefix x: <urn:x> . }
@prefix : <http://e/> . GRAPH { :a :b :c }
@prefix : <http://e/> . :a :b { :c :d :e } .
""",
    "json-ld": r"""
{
{"a": 1,}
{'a': 1}
[1 2]
{"@context": 1}
{"@id": 1, "http://e/p": 1}
{"@context": {"a": 1}, "a": 1}
{"@context": {"@vocab": 1}}
{"@type": {"@id": "urn:x"}}
{"http://e/p": {"@value": "a", "@language": 1}}
{"http://e/p": {"@value": "a", "@type": "http://e/t", "@language": "en"}}
{"http://e/p": {"@value": ["a"]}}
{"@context": {"@version": 2}}
{"a": nan}
""",
    "xml": r"""
<a>
<rdf:RDF/>
not XML at all
RDF<rdf:li/></rdf:RDF>
RDF<rdf:Description></rdf:RDF>
RDF<rdf:Description rdf:ID="1"/></rdf:RDF>
RDF<rdf:Description rdf:about="urn:a" rdf:nodeID="b"/></rdf:RDF>
RDF<rdf:Description rdf:aboutEach="urn:x"/></rdf:RDF>
RDF<rdf:Description rdf:about="urn:x"><e:p rdf:parseType="Literal"></e:p></rdf:RDF>
RDF<rdf:Description e:p="1" e:p="2"/></rdf:RDF>
RDF&nope;</rdf:RDF>
RDF<x/></rdf:RDF>
""",
}


@pytest.mark.parametrize("format_name", MALFORMED)
def test_malformed_documents_are_refused(format_name):
    taken = []
    for text in MALFORMED[format_name].strip().splitlines():
        try:
            read(text.replace("RDF<", f"{RDF_XML}<").replace("RDF&", f"{RDF_XML}&"), format_name)
        except InputError as error:
            assert error.file == "new"
            assert "\n" not in error.render("en")
            continue
        taken.append(text)
    assert taken == []


def poison(size):
    """Blank nodes, each with each: to name them in one way takes as long as trying all orders."""
    nodes = [f"_:b{number}" for number in range(size)]
    return "".join(f"{a} <urn:p> {b} .\n" for a in nodes for b in nodes if a != b)


def test_blank_nodes_that_are_all_alike_are_no_riddle(kg, tmp_path):
    data, shapes = tmp_path / "new.nt", tmp_path / "shapes.ttl"
    data.write_text(poison(40))
    shapes.write_text(SHACL + "ex:S sh:targetSubjectsOf <urn:p> ; sh:nodeKind sh:IRI .")
    for format_name in ("json", "turtle", "sarif", "html", "text"):
        done = kg("validate", data, "-s", shapes, "-f", format_name)
        assert done.code == 1, done.err
        assert done.seconds < 20
        frugal(done)


def test_a_long_chain_of_a_transitive_property_is_refused_before_it_multiplies(
    kg, tmp_path, published_folder
):
    path = tmp_path / "new.ttl"
    for length in (1000, 20_000):
        steps = (f"kgr:n{i} kg:within kgr:n{i + 1} .\n" for i in range(length))
        path.write_text(OURS + "".join(steps))
        done = kg("validate", path, "--store", published_folder)
        refused(done, "transitive property")
        assert done.seconds < 20


def test_a_ring_of_thousands_is_told_once(judged):
    broader = "<http://www.w3.org/2004/02/skos/core#broader>"
    ring = (f"kgr:n{i} {broader} kgr:n{(i + 1) % 1500} .\n" for i in range(1500))
    started = time.monotonic()
    _, results = judged(OURS + "".join(ring))
    circles = [result for result in results if "Circ" in json.dumps(result)]
    assert len(circles) == 1
    assert time.monotonic() - started < 40
