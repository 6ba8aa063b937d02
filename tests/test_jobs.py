"""`kg build --jobs`: several processes read what one would have read, byte for byte."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from kg_builder.desk import ReportInput, read_report, read_reports
from kg_builder.errors import InputError
from kg_builder.pipeline import BuildOptions, build
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.processes import children_of, until, until_ended

ROOT = Path(__file__).resolve().parents[1]
TABLES = sorted((ROOT / "tests" / "reports").glob("*/source.txt"))[::4]
PROSE = sorted((ROOT / "tests" / "quality" / "prose").glob("*.txt"))
OWN = {"timings.json", "store", ".checksums"}
"""What no two builds have alike: the clock, the files of RocksDB, and the checksums of these."""


@pytest.fixture(scope="module")
def folders():
    return Resources.find().folders("genre")


@pytest.fixture(scope="module")
def genre(folders):
    return load_genre(folders)


def command(*arguments):
    return [sys.executable, "-m", "kg_builder", "build", *map(str, arguments), "--lang", "en"]


def files(folder):
    """Return every file of a build's generation, by its path there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and OWN.isdisjoint(path.relative_to(folder).parts)
    }


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return built(tmp_path_factory.mktemp("alone"), 1)


def built(folder, jobs):
    said = []
    reports = [ReportInput.load(path) for path in (*TABLES, *PROSE)]
    options = BuildOptions(out=folder / "out", jobs=jobs)
    result = build(reports, options, lambda stage, done, total: said.append((stage, done, total)))
    return result, files(result.written.folder.resolve()), said


@pytest.mark.parametrize("jobs", [2, 4])
def test_every_file_is_equal_however_many_processes_read(alone, tmp_path, jobs):
    one, wanted, steps = alone
    result, found, said = built(tmp_path, jobs)
    assert {"asserted.ttl", "evidence.ttl", "build.json"} <= wanted.keys()
    assert found.keys() == wanted.keys()
    for name, data in wanted.items():
        assert found[name] == data, name
    assert result.conforms == one.conforms
    assert result.files == one.files
    assert said == steps


def test_readings_are_equal_and_in_order(genre, folders):
    sources = [ReportInput.load(path) for path in reversed(PROSE)]
    with closing(read_reports(sources, genre, folders, jobs=3)) as found:
        for source, reading in zip(sources, found, strict=True):
            assert reading == read_report(source, genre)


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_the_first_bad_file_is_named_in_one_line(tmp_path, jobs):
    bad, worse = tmp_path / "bad.txt", tmp_path / "worse.txt"
    bad.write_bytes(b"\x00\x01\x02" * 50)
    worse.write_bytes(b"")
    paths = [*PROSE[:3], bad, worse, *PROSE[3:]]
    done = subprocess.run(
        command(*paths, "-o", "out", "--jobs", jobs),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"{bad}: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_wrong_data_of_a_project_is_named_in_one_line(tmp_path):
    lexicons = tmp_path / "mine" / "genre" / "lexicons"
    lexicons.mkdir(parents=True)
    (lexicons / "units.toml").write_text("[[unit]]\nid = 3\n", "utf-8")
    said = set()
    for jobs in (1, 2):
        arguments = command(*PROSE[:4], "--project", "mine", "--jobs", jobs)
        done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        said.add(done.stderr)
    assert len(said) == 1


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_a_wrong_number_of_jobs(tmp_path, jobs):
    done = subprocess.run(
        command(*PROSE[:2], "--jobs", jobs), cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "--jobs" in done.stderr
    assert done.stderr.count("\n") == 1
    with pytest.raises(InputError):
        BuildOptions(jobs=0)


@pytest.fixture
def long_build(tmp_path):
    """A build that reads for a while in two processes; they and it."""
    paths = []
    for number, path in enumerate((*PROSE, *PROSE)):
        text = path.read_text("utf-8")
        lines = text.split("\n", 1)
        paths.append(tmp_path / f"{number}.txt")
        paths[-1].write_text(f"{lines[0]}\n" + lines[1] * 60, "utf-8")
    process = subprocess.Popen(
        command(*paths, "-o", "out", "--jobs", 2),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: len(children_of(process.pid)) >= 2, 60)
        children = children_of(process.pid)
        assert len(children) == 2
        time.sleep(0.7)
        yield process, children
    finally:
        process.kill()
        process.communicate()


linux = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")


@linux
def test_an_interrupt_ends_all_processes(long_build, tmp_path):
    process, children = long_build
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "interrupted\n"
    until_ended(children)
    assert not (tmp_path / "out").exists()


@linux
def test_a_process_that_is_killed_is_one_line(long_build, tmp_path):
    process, children = long_build
    os.kill(min(children), signal.SIGKILL)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert ".txt: the process of " in err
    assert "SIGKILL" in err
    assert err.count("\n") == 1
    until_ended(children)
    assert not (tmp_path / "out").exists()


@linux
def test_no_process_is_left_where_the_builder_is_killed(long_build):
    process, children = long_build
    process.kill()
    process.wait()
    until_ended(children)
