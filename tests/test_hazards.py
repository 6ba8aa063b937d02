"""What must not happen to whoever reads a file of unknown origin: one test for each hazard.

The hazards are those that engines show when they are called naively: entities that explode, nesting
that ends the process, files and addresses that are read though nobody named them, answers that are
wrong in silence. Each document here is read by the command as people start it; what is asserted is
the exit code, one line with the reason, the seconds, the memory of the largest process, that nobody
was called, and that nothing is left behind.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

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
def kg(tmp_path, listener):
    """Run `kg` in a folder of its own; nobody may be called and no file may stay."""

    def run(*args, stdin=None, within=20.0, cwd=None):
        temporary = tmp_path / "tmp"
        temporary.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "TMPDIR": str(temporary),
            "NO_COLOR": "1",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        before = listener.calls
        started = time.monotonic()
        with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "kg_builder", "--lang", "en", *map(str, args)],
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=out,
                stderr=err,
                env=environment,
                cwd=cwd or tmp_path,
                start_new_session=True,
            )
            status, usage = _wait(process, started + within)
        assert listener.calls == before, "somebody was called"
        return Done(
            os.waitstatus_to_exitcode(status),
            (tmp_path / "out").read_text(errors="replace"),
            (tmp_path / "err").read_text(errors="replace"),
            time.monotonic() - started,
            usage.ru_maxrss * 1024,
            sorted(path.name for path in temporary.iterdir()),
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
        '{"@context": {"a": {"@id": "http://e/a", ' * DEEP + "1" + "}}}" * DEEP,
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
