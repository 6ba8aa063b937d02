"""The command line as a user meets it: whole processes, exit codes, one plain line for an error."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "yunxi-2025.txt"
OTHER = ROOT / "tests" / "reports" / "merged-cells" / "source.txt"
FILES = ("asserted.ttl", "inferred.ttl", "evidence.ttl", "dataset.nq", "build.json")


def kg(*arguments, cwd, stdin=b"", **environment):
    """Run `kg`; return the finished process, its output as bytes."""
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, env=env, timeout=120)


def lines(data):
    return data.decode().splitlines()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    done = kg("build", EXAMPLE, "-o", "out", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return folder / "out"


def test_build_leaves_what_the_contract_lists(built):
    names = {path.name for path in built.iterdir() if not path.name.startswith(".")}
    assert {
        "asserted.ttl",
        "inferred.ttl",
        "evidence.ttl",
        "dataset.nq",
        "build.json",
        "timings.json",
        "store",
        "source",
        "contributions",
    } <= names
    (copy,) = (built / "source").iterdir()
    assert copy.read_bytes() == EXAMPLE.read_bytes()


def test_build_is_equal_byte_for_byte_over_hash_seeds_and_folders(built, tmp_path):
    done = kg("build", EXAMPLE, "-o", "elsewhere", cwd=tmp_path, PYTHONHASHSEED="77")
    assert done.returncode == 0
    for name in FILES:
        assert (tmp_path / "elsewhere" / name).read_bytes() == (built / name).read_bytes(), name


def test_no_source_leaves_the_text_out(tmp_path):
    assert kg("build", EXAMPLE, "--no-source", "-o", "out", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "out" / "source").exists()


def test_standard_input_is_a_report_like_any_other(built, tmp_path):
    done = kg("build", "-", "-o", "out", cwd=tmp_path, stdin=EXAMPLE.read_bytes())
    assert done.returncode == 0
    for name in FILES:
        assert (tmp_path / "out" / name).read_bytes() == (built / name).read_bytes(), name
    done = kg("build", "-", "-o", "none", cwd=tmp_path)
    assert (done.returncode, lines(done.stderr)) == (2, ["-: the file is empty"])


def test_the_base_changes_instance_iris_only(built, tmp_path):
    base = "https://data.example.cn/kg/"
    assert kg("build", EXAMPLE, "--base", base, "-o", "out", cwd=tmp_path).returncode == 0
    for name in ("asserted.ttl", "inferred.ttl"):
        ours = (tmp_path / "out" / name).read_text("utf-8")
        assert ours == (built / name).read_text("utf-8").replace("https://example.org/kg/", base)


@pytest.mark.parametrize(
    ("data", "arguments", "said"),
    [
        (b"", [], "empty"),
        (b"\x00\x01\x02" * 50, [], "NUL"),
        ("云溪区".encode() * 9 + b"\xe4\xba", [], "byte 81"),
        (b"\xff\xfe\x00\xd8\x00", [], "byte"),
        ("云溪区".encode(), ["--encoding", "no-such"], "encoding"),
        ("云溪区".encode(), ["--base", "nowhere"], "--base"),
        ("云溪区".encode(), ["--base", "https://example.org/kg#"], "--base"),
        ("云溪区".encode(), ["--base", "https://example.org/#"], "--base"),
        ("云溪区".encode(), ["--base", "http://[/"], "--base"),
        ("云溪区".encode(), ["--base", "https://example.org/%zz/"], "--base"),
        ("云溪区".encode(), ["-o", "report.txt"], "report.txt"),
        ("云溪区".encode(), ["-o", "report.txt/out"], "cannot be written"),
        ("云溪区".encode(), ["-o", "x" * 5000], "cannot be written"),
        ("云溪区".encode(), ["-o", "/proc/kg"], "cannot be written"),
        ("云溪区".encode(), ["--no-such-option"], "no-such-option"),
    ],
)
def test_bad_input_is_one_line_exit_2_and_nothing_written(tmp_path, data, arguments, said):
    (tmp_path / "report.txt").write_bytes(data)
    done = kg("build", "report.txt", "-o", "out", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == b""
    (line,) = lines(done.stderr)
    assert said in line
    assert not (tmp_path / "out").exists()


def test_missing_file_and_folder_are_named(tmp_path):
    for name in ("missing.txt", "."):
        done = kg("build", name, "-o", "out", cwd=tmp_path)
        assert done.returncode == 2
        (line,) = lines(done.stderr)
        assert line.startswith(f"{name}: ")


def test_messages_speak_chinese_when_asked(tmp_path):
    (line,) = lines(kg("build", "missing.txt", "--lang", "zh", cwd=tmp_path).stderr)
    assert line == "missing.txt: 没有这个文件"
    (line,) = lines(kg("build", "--no-such", "--lang", "zh", cwd=tmp_path).stderr)
    assert line.startswith("kg：没有 --no-such 这个选项")
    (line,) = lines(kg("verify", ".", "--lang", "zh", cwd=tmp_path).stderr)
    assert line == "kg：多了参数 .；是不是 --store ."
    assert "读报告" in kg("build", "--help", "--lang", "zh", cwd=tmp_path).stdout.decode()
    assert "读报告" in kg("build", "--help", cwd=tmp_path, LC_ALL="zh_CN.UTF-8").stdout.decode()


def test_traceback_only_with_debug(tmp_path):
    assert b"Traceback" not in kg("build", "missing.txt", cwd=tmp_path).stderr
    assert b"Traceback" in kg("build", "missing.txt", "--debug", cwd=tmp_path).stderr
    assert b"Traceback" in kg("--debug", "build", "missing.txt", cwd=tmp_path).stderr


def test_language_may_stand_before_the_command(tmp_path):
    done = kg("--lang", "zh", "build", "missing.txt", cwd=tmp_path)
    assert (done.returncode, lines(done.stderr)) == (2, ["missing.txt: 没有这个文件"])


def test_names_and_order_of_files_leave_no_trace(tmp_path):
    """The same text twice, and in another encoding, is one report, however files are called."""
    text = EXAMPLE.read_text("utf-8")
    (tmp_path / "a.txt").write_text(text, "utf-8")
    (tmp_path / "b.txt").write_text(text, "gb18030")
    (tmp_path / os.fsdecode(b"\xff\n.txt")).write_text(text, "utf-8")
    orders = (["a.txt", "b.txt"], ["b.txt", "a.txt", "a.txt"], ["b.txt", b"\xff\n.txt"])
    for number, names in enumerate(orders):
        done = kg("build", *map(os.fsdecode, names), "-o", f"out{number}", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert len(lines(done.stdout)) == 3
    for name in FILES:
        (first,) = {(tmp_path / f"out{number}" / name).read_bytes() for number in range(3)}
        assert b"a.txt" not in first


def test_two_files_of_one_name_are_told_apart(tmp_path):
    for folder, source in (("a", EXAMPLE), ("b", OTHER)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.txt").write_bytes(source.read_bytes() + b"\n\x01\n")
    done = kg("build", "a/report.txt", "b/report.txt", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0
    assert {line.partition(":")[0] for line in lines(done.stdout)[:2]} == {
        "a/report.txt",
        "b/report.txt",
    }
    removed = [line for line in lines(done.stderr) if "[removed-character]" in line]
    wanted = {
        f"{name}/report.txt:{source.read_text('utf-8').count(chr(10)) + 2}"
        for name, source in (("a", EXAMPLE), ("b", OTHER))
    }
    assert {":".join(line.split(":")[:2]) for line in removed} == wanted


def test_any_name_of_a_file_makes_one_plain_line(tmp_path):
    for name in ("a\nb", "a\u2028b", "a\x1b[31mb", "a\u202eb", os.fsdecode(b"a\xffb")):
        done = kg("build", name, cwd=tmp_path)
        assert done.returncode == 2
        (line,) = lines(done.stderr)
        assert line.startswith("a\\u")
        assert line.isprintable()


def test_any_locale_prints_chinese_or_escapes(tmp_path):
    """An encoding without Chinese is no reason to fail after the work is done."""
    for encoding in ("ascii", "latin-1"):
        environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
        done = kg("build", EXAMPLE, "-o", "out", "--lang", "zh", cwd=tmp_path, **environment)
        assert done.returncode == 0, done.stderr
        assert any(word in done.stdout for word in ("符合".encode(), rb"\u7b26\u5408"))
    done = kg("build", "无", "--lang", "zh", cwd=tmp_path, LC_ALL="C", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 2
    assert len(lines(done.stderr)) == 1


@pytest.mark.parametrize(
    ("redirection", "code"),
    [(">&-", 0), ("2>&-", 0), ("< /dev/null", 0), ("<&-", 0), ("| true", 0), (">/dev/full", 2)],
)
def test_closed_and_full_streams(tmp_path, redirection, code):
    script = f'"$0" -m kg_builder build "$1" -o out {redirection}'
    if "|" in redirection:
        script += '; exit "${PIPESTATUS[0]}"'
    command = ["bash", "-c", script, sys.executable, str(EXAMPLE)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr
    assert len(lines(done.stderr)) <= 2
    assert (tmp_path / "out" / "asserted.ttl").exists()


def test_a_pipe_that_closes_does_not_hide_that_the_data_does_not_conform(strict, tmp_path):
    script = '"$0" -m kg_builder build "$1" --project "$2" | true; exit "${PIPESTATUS[0]}"'
    command = ["bash", "-c", script, sys.executable, str(EXAMPLE), str(strict)]
    assert subprocess.run(command, cwd=tmp_path, stderr=subprocess.DEVNULL).returncode == 1


def test_timings_name_every_stage(built):
    timings = json.loads((built / "timings.json").read_text("utf-8"))
    assert list(timings) == ["ontology", "genre", "read", "infer", "validate", "write"]
    assert all(seconds > 0 for seconds in timings.values())


def test_warnings_stand_on_stderr_with_file_line_and_column(tmp_path):
    (tmp_path / "note.txt").write_text("云溪区2025年情况\n没有任何表格的一段话。\n", "utf-8")
    done = kg("build", "note.txt", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0
    assert any("[no-table]" in line for line in lines(done.stderr))
    assert all(line.startswith("note.txt") for line in lines(done.stderr) if "warning" in line)


def test_example_writes_the_example_and_never_overwrites(tmp_path):
    assert kg("example", cwd=tmp_path).stdout == EXAMPLE.read_bytes()
    assert kg("example", "-o", "r.txt", cwd=tmp_path).returncode == 0
    assert (tmp_path / "r.txt").read_bytes() == EXAMPLE.read_bytes()
    again = kg("example", "-o", "r.txt", cwd=tmp_path)
    assert again.returncode == 2
    assert "r.txt" in again.stderr.decode()


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A project with a shape of its own that every report with a canteen breaks."""
    shapes = tmp_path_factory.mktemp("strict") / "shapes"
    shapes.mkdir()
    (shapes / "strict.ttl").write_text(
        """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix kg: <https://w3id.org/kg-builder/ont#> .
        <https://example.org/NoCanteen> a sh:NodeShape ; sh:targetClass kg:Canteen ;
            sh:property [ sh:path kg:noSuch ; sh:minCount 1 ;
                sh:message "every canteen is \\"wrong\\""@en, "每个助餐点都不对"@zh ] .
        """,
        "utf-8",
    )
    return shapes.parent


def test_a_rejected_build_leaves_the_old_output_and_says_where(strict, tmp_path):
    """A project's own shape that the report breaks: exit 1, the report's line, OUT untouched."""
    assert kg("build", EXAMPLE, "-o", "out", cwd=tmp_path).returncode == 0
    before = (tmp_path / "out" / "build.json").read_bytes()
    done = kg("build", EXAMPLE, "-o", "out", "--project", strict, cwd=tmp_path)
    assert done.returncode == 1
    found = [line for line in lines(done.stderr) if 'every canteen is "wrong"' in line]
    assert found
    text = EXAMPLE.read_text("utf-8").split("\n")
    for line in found:
        number = int(line.removeprefix(str(EXAMPLE) + ":").partition(":")[0])
        assert 1 <= number <= len(text)
    assert (tmp_path / "out" / "build.json").read_bytes() == before
    rejected = json.loads((tmp_path / "out.rejected" / "build.json").read_text("utf-8"))
    assert rejected["validation"]["conforms"] is False
    assert kg("build", EXAMPLE, "-o", "out", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "out.rejected").exists()


def test_interrupt_exits_130_and_leaves_no_half_output(tmp_path):
    big = EXAMPLE.read_text("utf-8")
    (tmp_path / "big.txt").write_text(big + "无\n" * 900_000, "utf-8")
    command = [sys.executable, "-m", "kg_builder", "build", "big.txt", "-o", "out"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)
    time.sleep(0.6)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert not (tmp_path / "out" / "asserted.ttl").exists()


def project(folder, path, text):
    file = folder / "mine" / path
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    return folder / "mine"


SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix kg: <https://w3id.org/kg-builder/ont#> .
<https://example.org/S> a sh:NodeShape ; {} ; sh:nodeKind sh:IRI .
"""


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("shapes/x.ttl", "@prefix broken", "x.ttl:1:"),
        ("shapes/x.ttl", SHAPE.format("sh:targetClass kg:Canten"), "Canten"),
        ("shapes/x.ttl", SHAPE.format("sh:targetSubjectsOf kg:abot"), "abot"),
        ("genre/tables/x.toml", "id = 'x'\n= 3\n", "x.toml:2:1: "),
        ("data/x.source.toml", "title = 'x'\n= 3\n", "x.source.toml:2:1: "),
        ("data/x.source.toml", "sha256 = 'x'\n", "x.source.toml: "),
        ("data/x.source.toml", "address = 'not a url'\n", "x.source.toml: "),
        ("notes/x.txt", "", "mine: "),
    ],
)
def test_what_is_wrong_in_a_project_is_one_line_that_names_the_file(tmp_path, path, text, said):
    folder = project(tmp_path, path, text)
    done = kg("build", EXAMPLE, "-o", "out", "--project", folder, cwd=tmp_path)
    assert done.returncode == 2
    (line,) = lines(done.stderr)
    assert said in line
    assert not (tmp_path / "out").exists()


def test_publish_keeps_what_the_record_knows_and_build_joins_it(tmp_path):
    """A user's own data/: the record stands beside the facts, and nowhere else."""
    digest = hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    record = f"sha256 = '{digest}'\ntext_sha256 = '{digest}'\naddress = 'https://example.cn/a'\n"
    data = project(tmp_path, "facts/name.source.toml", record) / "facts"
    done = kg("publish", EXAMPLE, "-o", data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "<https://example.cn/a>" in (data / "name.evidence.ttl").read_text("utf-8")
    assert json.loads((data / "name.reading.json").read_text("utf-8"))["name"] == "name"
    none = kg("publish", OTHER, "-o", data, cwd=tmp_path)
    assert none.returncode == 2
    assert "no source record" in none.stderr.decode()


def test_the_three_examples_of_bare_kg_work_in_an_empty_folder(tmp_path):
    (tmp_path / "here").mkdir()
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    shown = kg(cwd=tmp_path, **cache)
    assert shown.returncode == 0
    after = shown.stdout.decode().partition("examples:")[2].splitlines()
    examples = [line.strip() for line in after if line.strip().startswith("kg ")]
    assert len(examples) == 3
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for example in examples:
        done = subprocess.run(
            ["bash", "-euc", example],
            cwd=tmp_path / "here",
            env={**os.environ, **cache, "PATH": path},
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout or "kg build" in example
