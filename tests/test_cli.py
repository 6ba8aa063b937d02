"""The command line as a user meets it: whole processes, exit codes, one plain line for an error."""

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
    for name in ("asserted.ttl", "inferred.ttl", "evidence.ttl", "dataset.nq", "build.json"):
        assert (tmp_path / "elsewhere" / name).read_bytes() == (built / name).read_bytes(), name


def test_no_source_leaves_the_text_out(tmp_path):
    assert kg("build", EXAMPLE, "--no-source", "-o", "out", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "out" / "source").exists()


def test_standard_input_is_a_report_like_any_other(built, tmp_path):
    done = kg("build", "-", "-o", "out", cwd=tmp_path, stdin=EXAMPLE.read_bytes())
    assert done.returncode == 0
    assert (tmp_path / "out" / "asserted.ttl").read_bytes() == (built / "asserted.ttl").read_bytes()


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
    assert "读报告" in kg("build", "--help", "--lang", "zh", cwd=tmp_path).stdout.decode()
    assert "读报告" in kg("build", "--help", cwd=tmp_path, LC_ALL="zh_CN.UTF-8").stdout.decode()


def test_traceback_only_with_debug(tmp_path):
    assert b"Traceback" not in kg("build", "missing.txt", cwd=tmp_path).stderr
    assert b"Traceback" in kg("build", "missing.txt", "--debug", cwd=tmp_path).stderr


def test_bare_kg_shows_three_working_examples(tmp_path):
    done = kg(cwd=tmp_path)
    assert done.returncode == 0
    text = done.stdout.decode()
    commands = [line.strip() for line in text.partition("examples:")[2].splitlines()]
    assert [line for line in commands if line.startswith(("kg ", "less "))] == [
        "kg build",
        "kg example > report.txt && kg build report.txt -o try",
        "less build/asserted.ttl",
    ]


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


def test_a_rejected_build_leaves_the_old_output_and_says_where(built, tmp_path):
    """A project's own shape that the report breaks: exit 1, the report's line, OUT untouched."""
    assert kg("build", EXAMPLE, "-o", "out", cwd=tmp_path).returncode == 0
    before = (tmp_path / "out" / "build.json").read_bytes()
    shapes = tmp_path / "mine" / "shapes"
    shapes.mkdir(parents=True)
    (shapes / "strict.ttl").write_text(
        """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix kg: <https://w3id.org/kg-builder/ont#> .
        <https://example.org/NoCanteen> a sh:NodeShape ; sh:targetClass kg:Canteen ;
            sh:property [ sh:path kg:noSuch ; sh:minCount 1 ;
                sh:message "every canteen is wrong"@en, "每个助餐点都不对"@zh ] .
        """,
        "utf-8",
    )
    done = kg("build", EXAMPLE, "-o", "out", "--project", "mine", cwd=tmp_path)
    assert done.returncode == 1
    found = [line for line in lines(done.stderr) if "every canteen is wrong" in line]
    assert found
    text = EXAMPLE.read_text("utf-8").split("\n")
    for line in found:
        number = int(line.removeprefix(str(EXAMPLE) + ":").partition(":")[0])
        assert 1 <= number <= len(text)
    assert (tmp_path / "out" / "build.json").read_bytes() == before
    rejected = json.loads((tmp_path / "out.rejected" / "build.json").read_text("utf-8"))
    assert rejected["validation"]["conforms"] is False


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
