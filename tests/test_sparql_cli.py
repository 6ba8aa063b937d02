"""`kg sparql` as a user meets it: whole processes, hostile queries, limits that hold."""

import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

COUNT = (
    "SELECT ?street (COUNT(?c) AS ?n) { ?c kg:inStreet ?street } GROUP BY ?street ORDER BY ?street"
)
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def kg(*arguments, cwd, stdin=b"", **environment):
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, env=env, timeout=120)


@pytest.fixture
def ask(published_folder, tmp_path):
    """Return what runs `kg sparql` on the published graph."""

    def run(*arguments, **more):
        return kg("sparql", *arguments, "--store", published_folder, cwd=tmp_path, **more)

    return run


def test_a_query_on_the_command_line_in_a_file_and_on_standard_input(ask, tmp_path):
    direct = ask(COUNT, "--format", "csv")
    assert direct.returncode == 0
    rows = list(csv.reader(io.StringIO(direct.stdout.decode())))
    assert rows[0] == ["street", "n"]
    assert len(rows) == 22
    (tmp_path / "q.rq").write_text("\ufeff" + COUNT, "utf-8")
    assert ask("-f", "q.rq", "--format", "csv").stdout == direct.stdout
    for stdin in (["-"], ["-f", "-"]):
        assert ask(*stdin, "--format", "csv", stdin=COUNT.encode()).stdout == direct.stdout


def test_a_triple_of_two_graphs_is_one(tmp_path):
    (tmp_path / "x.trig").write_text("<g:1> { <a:a> <a:b> 1, 2 } <g:2> { <a:a> <a:b> 2, 3 }")
    query = "SELECT (COUNT(*) AS ?n) FROM <g:1> FROM <g:2> { ?s ?p ?o }"
    found = kg("sparql", query, "--store", "x.trig", "--format", "csv", cwd=tmp_path)
    assert found.stdout.split() == [b"n", b"3"], found.stderr


def test_the_forms_of_a_query(ask):
    assert ask("ASK { ?s a kg:Canteen }").stdout == b"true\n"
    assert (
        ask("ASK { ?s a kg:Canteen }", "--format", "json").stdout == b'{"head":{},"boolean":true}'
    )
    text = ask("DESCRIBE kg:Canteen").stdout.decode()
    assert 'rdfs:label "canteen"@en' in text
    built = ask("CONSTRUCT { ?s a kg:Canteen } WHERE { ?s a kg:Canteen }", "--format", "ntriples")
    assert len(built.stdout.splitlines()) == 30


def test_a_file_by_its_suffix_and_nothing_beside_it(ask, tmp_path):
    for name in ("a.csv", "a.tsv", "a.json", "a.xml", "a.md", "a.xlsx", "a.txt"):
        assert ask(COUNT, "-o", name).returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        *("a.csv", "a.tsv", "a.json", "a.xml", "a.md", "a.xlsx", "a.txt")
    }
    assert len(json.loads((tmp_path / "a.json").read_bytes())["results"]["bindings"]) == 21
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Results", "Sources"]
    assert book["Results"].max_row == 22
    assert book["Results"]["B2"].value.endswith(("街道", "镇"))  # the label beside the IRI


def test_a_table_says_how_values_are_computed_and_evidence_where(ask):
    done = ask(COUNT, "--evidence", "--lang", "zh")
    text = done.stdout.decode()
    assert "计算值：n = COUNT(?c)" in text
    assert "第97行第1列 › 一 › (一) › 表5 › 第1行 › 所属街道" in text


def test_people_read_names_in_their_language_and_programs_what_the_graph_has(ask, tmp_path):
    text = (
        "SELECT ?unit ?unit_name ?said"
        ' { VALUES ?unit { unit:yi-yuan } ?unit rdfs:label ?unit_name BIND("所说" AS ?said)'
        ' FILTER(LANG(?unit_name) = "zh") }'
    )
    for name in ("table", "markdown"):
        english = ask(text, "--lang", "en", "--format", name).stdout.decode()
        assert "hundred million yuan" in english
        assert "所说" in english
        assert "亿元" in ask(text, "--lang", "zh", "--format", name).stdout.decode()
    for name in ("csv", "tsv", "json", "xml"):
        assert "亿元" in ask(text, "--lang", "en", "--format", name).stdout.decode()
    assert ask(text, "--lang", "en", "-o", "a.xlsx").returncode == 0
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Results"]
    assert [cell.value for cell in sheet[2]][1:] == ["hundred million yuan", "所说"]


def test_quotes_need_the_text_and_its_hash(ask, tmp_path):
    report = os.environ.get("KG_REPORT")
    if not report:
        pytest.skip("KG_REPORT names no report")
    one = "SELECT ?n { ?c a kg:Canteen ; rdfs:label ?n } ORDER BY ?n LIMIT 1"
    quoted = ask(one, "--evidence", "--report", report)
    name = quoted.stdout.decode().splitlines()[2].split()[0]
    assert f"“{name}”" in quoted.stdout.decode()
    (tmp_path / "other.txt").write_text("另一份报告" * 4000, "utf-8")
    assert "“" not in ask(one, "--evidence", "--report", "other.txt").stdout.decode()


def test_sums_of_what_does_not_add_up_are_warned_of(ask):
    done = ask("SELECT (SUM(?v) AS ?sum) { ?o kg:value ?v }")
    assert b"figures of different units are added" in done.stderr
    assert b"parts are added to their wholes, 12 in all" in done.stderr
    fine = ask(
        "SELECT (SUM(?v) AS ?sum) { ?o kg:about/rdfs:label ?n ; kg:value ?v ;"
        " kg:unit unit:yi-yuan ;"
        ' kg:indicator/rdfs:label "区级总投资"@zh VALUES ?n { "环境治理类"@zh "社会事业类"@zh } }'
    )
    assert b"are added" not in fine.stderr
    assert b"computed: sum = SUM(?v)" in fine.stdout


REFUSED = {
    "an update": "DELETE WHERE { ?s ?p ?o }",
    "loading": "LOAD <file:///etc/passwd>",
    "a service": "SELECT * { SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "a service in any case": "SELECT * { sErViCe SILENT <http://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "a service with escapes": "SELECT * { \\u0053ERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "a service by variable": "SELECT * { VALUES ?u { <http://127.0.0.1:PORT/> }"
    " SERVICE ?u { ?s ?p ?o } }",
    "a file": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "an address": "SELECT * FROM NAMED <http://127.0.0.1:PORT/x> { GRAPH ?g { ?s ?p ?o } }",
    "no query": "hello",
    "nothing": "",
    "a broken one": "SELECT ?s { ?s ?p }",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_does_more_than_read_is_refused_and_calls_nobody(ask, text):
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        port = server.getsockname()[1]

        def listen():
            try:
                calls.append(server.accept())
            except OSError:
                return

        thread = threading.Thread(target=listen)
        thread.start()
        done = ask(text.replace("PORT", str(port)))
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert (done.returncode, done.stdout) == (2, b"")
    assert not calls
    assert b"Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_graph_of_the_dataset_may_be_asked_by_from(ask):
    found = ask(
        "SELECT (COUNT(*) AS ?n) FROM <https://example.org/kg/graph/inferred> { ?s ?p ?o }",
        "--format",
        "csv",
    )
    assert found.returncode == 0
    assert int(found.stdout.split()[1]) > 1000


DEADLY = {
    "a product": PRODUCT,
    "a product, sorted": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g",
    "text that doubles": "SELECT ?x40 { BIND('xxxxxxxxxxxxxxxx' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    + " }",
    "nested calls": "SELECT (" + "STR(" * 1000 + "?s" + ")" * 1000 + " AS ?x) { ?s ?p ?o }",
    "a long path": "SELECT * { ?s " + "/".join(["kg:within"] * 1000) + " ?o }",
    "a path of paths": "SELECT * { ?s (((((kg:about|^kg:about)*)*)*)*)* ?o . ?o (!kg:x)* ?z }",
    "all that is": PRODUCT.replace("(COUNT(*) AS ?n)", "*"),
}


@pytest.mark.parametrize("text", DEADLY.values(), ids=DEADLY.keys())
def test_a_query_that_never_ends_is_ended_and_leaves_nothing(ask, tmp_path, text):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "q.rq").write_text(text, "utf-8")
    start = time.monotonic()
    done = ask("-f", "q.rq", "--timeout", 2, "--format", "csv", TMPDIR=str(tmp_path / "tmp"))
    assert done.returncode in (2, 124)
    assert time.monotonic() - start < 20
    assert done.stdout == b""
    assert len(done.stderr.splitlines()) <= 4
    assert not list((tmp_path / "tmp").iterdir())
    assert not workers_of(tmp_path / "tmp")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("loading", [False, True])
def test_who_is_asked_to_end_leaves_nothing(published_folder, tmp_path, number, loading):
    store, folder = published_folder, tmp_path / "tmp"
    folder.mkdir()
    if loading:  # a child of the child is at work
        store = tmp_path / "pipe.ttl"
        os.mkfifo(store)
    command = [sys.executable, "-m", "kg_builder", "sparql", PRODUCT, "--store", str(store)]
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TMPDIR": str(folder)}
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while len(workers_of(folder)) < 1 + loading:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.7)  # at work by now
    process.send_signal(number)
    _, complaint = process.communicate(timeout=20)
    assert (process.returncode, complaint) == (130, b"interrupted\n")
    assert not list(folder.iterdir())
    time.sleep(0.2)
    assert not workers_of(folder)


def test_a_timeout_while_other_rdf_is_read_leaves_nothing(tmp_path):
    (tmp_path / "tmp").mkdir()
    os.mkfifo(tmp_path / "pipe.ttl")
    arguments = ("sparql", "ASK {}", "--store", "pipe.ttl", "--timeout", 3)
    done = kg(*arguments, cwd=tmp_path, TMPDIR=str(tmp_path / "tmp"))
    assert done.returncode == 124
    assert not list((tmp_path / "tmp").iterdir())
    time.sleep(0.2)
    assert not workers_of(tmp_path / "tmp")


def flip(folder):
    for path in (folder / "current" / "store").glob("*.sst"):
        data = bytearray(path.read_bytes())
        for place in range(0, len(data), 97):
            data[place] ^= 0x5A
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / "current").unlink(), "holds no graph made by kg build"),
        (lambda folder: (folder / "build.json").write_text("[]"), "build.json cannot be read"),
        (flip, "the store cannot be read (Corruption"),
    ],
)
def test_a_damaged_graph_is_said_to_be_so(published_folder, tmp_path, damage, words):
    copy = tmp_path / "copy"
    shutil.copytree(published_folder, copy, symlinks=True)
    damage(copy)
    for arguments in (["sparql", "SELECT * { ?s ?p ?o }"], ["export"]):
        done = kg(*arguments, "--store", copy, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, b"")
        [line] = done.stderr.decode().splitlines()
        assert line.startswith(f"{copy}: {words}")


def test_rdf_that_is_too_deep_is_blamed_and_not_the_query(tmp_path):
    (tmp_path / "deep.jsonld").write_text('{"http://e/p":' * 20_000 + "1" + "}" * 20_000)
    for arguments in (["sparql", "ASK {}"], ["schema"]):
        done = kg(*arguments, "--store", "deep.jsonld", cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith(b"deep.jsonld: the process that reads it died")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sparql", "ASK {\n?s rdfs:label '\udcff' }"], "query:2:16: not UTF-8"),
        (["show", "\udcff"], "'\\udcff' is not UTF-8"),
        (["query", "canteens_of_street", "--street", "\udcff"], "'\\udcff' is not UTF-8"),
        (["query", "canteens_of_street", "--street", "urn:x"], "the graph does not have <urn:x>"),
        (["export", "--dist", "d", "--publisher", "\udcff", "--contact", "a@b.c"], "not UTF-8"),
        (["sparql", "ASK {}", "--timeout", "nan"], "--timeout"),
        (["sparql", "ASK {}", "--timeout", "inf"], "--timeout"),
        (["sparql", "ASK {}", "--max-rows", "9" * 30], "--max-rows"),
        (["sparql", "ASK {}", "--endpoint", "http://localhost:1/"], "not both"),
    ],
)
def test_what_is_typed_wrong_is_never_an_internal_error(
    published_folder, tmp_path, arguments, words
):
    done = kg(*arguments, "--store", published_folder, cwd=tmp_path)
    assert done.returncode == 2
    complaint = done.stderr.decode()
    assert words in complaint
    assert "internal error" not in complaint


def workers_of(folder):
    """Return the processes at work for a `kg` that has its temporary files in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            given = (process / "environ").read_bytes().split(b"\0")
            is_worker = b"kg_builder.workers" in (process / "cmdline").read_bytes()
            if is_worker and state != "Z" and os.fsencode(f"TMPDIR={folder}") in given:
                found.append(process.name)
    return found


def test_the_time_limit_has_its_own_exit_code(ask):
    done = ask(PRODUCT, "--timeout", 1)
    assert done.returncode == 124
    assert b"not done within 1 s" in done.stderr


def test_rows_are_cut_and_it_says_so(ask):
    done = ask("SELECT ?s { ?s a kg:Canteen }", "--max-rows", 5, "--format", "csv")
    assert len(done.stdout.splitlines()) == 6
    assert b"only the first 5 rows" in done.stderr
    whole = ask("SELECT ?s { ?s a kg:Canteen }", "--max-rows", 30, "--format", "csv")
    assert len(whole.stdout.splitlines()) == 31
    assert whole.stderr == b""


def test_a_reader_who_leaves_early_is_no_error(published_folder, tmp_path):
    command = (
        f"'{sys.executable}' -m kg_builder sparql 'SELECT * {{ ?s ?p ?o }}' --format csv"
        f" --store '{published_folder}' | head -n 1"
    )
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines() == [b"s,p,o"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], b"give a query"),
        (["-f", "nothing.rq"], b"nothing.rq: cannot be read"),
        (["ASK {}", "-f", "x.rq"], b"give a query"),
        (["ASK {}", "--format", "turtle"], b"cannot be written as turtle"),
        (["SELECT * {}", "-o", "a.pdf"], b"a.pdf: the suffix tells no format"),
        (["SELECT * {}", "--format", "xlsx"], b"xlsx goes to a file"),
        (["SELECT * {}", "-o", "no/such/a.csv"], b"no/such/a.csv: cannot be written"),
        (["SELECT * {}", "--timeout", "0"], b"--timeout"),
        (["SELECT * {}", "--max-rows", "0"], b"--max-rows"),
    ],
)
def test_mistakes_get_one_line(ask, arguments, words):
    done = ask(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_query_that_is_no_utf8(ask, tmp_path):
    (tmp_path / "q.rq").write_bytes(b"ASK {} # \xff")
    done = ask("-f", "q.rq")
    assert done.returncode == 2
    assert done.stderr == b"q.rq: not UTF-8 (byte 9)\n"


def test_any_rdf_can_be_asked(tmp_path):
    (tmp_path / "a.ttl").write_text('<http://x/a> <http://x/b> "甲"@zh , 3 .', "utf-8")
    (tmp_path / "b.nt").write_text("<http://x/a> <http://x/c> <http://x/d> .\n")
    done = kg(
        "sparql",
        "SELECT ?o { ?s ?p ?o } ORDER BY ?o",
        "--store",
        ".",
        "--format",
        "csv",
        cwd=tmp_path,
    )
    assert sorted(done.stdout.decode().split()) == sorted(["o", "http://x/d", "甲", "3"])
    (tmp_path / "a.ttl").write_text("<http://x/a> <b> .", "utf-8")
    broken = kg("sparql", "ASK {}", "--store", "a.ttl", cwd=tmp_path)
    assert broken.returncode == 2
    assert broken.stderr.startswith(b"a.ttl:1:")


def test_without_a_graph_the_published_one_is_built_once(tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    (tmp_path / "here").mkdir()
    question = ("sparql", "SELECT (COUNT(*) AS ?n) { ?s a kg:Canteen }", "--format", "csv")
    first = kg(*question, cwd=tmp_path / "here", **cache)
    assert first.stdout.split() == [b"n", b"30"]
    (folder,) = (tmp_path / "cache" / "kg_builder").iterdir()
    stamp = (folder / "current").lstat().st_mtime_ns
    again = kg(*question, cwd=tmp_path / "here", **cache)
    assert again.stdout == first.stdout
    assert (folder / "current").lstat().st_mtime_ns == stamp
    assert not list((tmp_path / "here").iterdir())
