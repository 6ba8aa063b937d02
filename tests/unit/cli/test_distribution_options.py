"""`--dist` and what goes with it, hung on a command of the test."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from kg_builder import BuildOptions, ReportInput, Resources, build
from kg_builder.cli.distribution import distribution_options, write_distribution
from kg_builder.cli.options import Speaker
from kg_builder.errors import InputError
from kg_builder.graph.opening import open_graph


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("built") / "out"
    report = ReportInput.load(Resources.find().examples / "yunxi-2025.txt")
    build([report], BuildOptions(out=out))
    return out


def run(built, language, *arguments):
    say = Speaker(language)

    @click.command()
    @distribution_options(say)
    def command(dist, **given):
        with open_graph(built) as opened:
            write_distribution(say, opened, dist, None, given)

    return CliRunner().invoke(command, list(arguments))


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "基址仍是占位符"), ("en", "base is still the placeholder")]
)
def test_writes_and_warns(built, tmp_path, language, words):
    folder = tmp_path / "public"
    given = ("--released", "2026-11-23", "--publisher", "某局", "--data-version", "2025.1")
    done = run(built, language, "--dist", str(folder), *given)
    assert done.exit_code == 0, done.exception
    assert words in done.stderr
    assert "--publisher" not in done.stderr
    text = (folder / "dcat.ttl").read_text("utf-8")
    assert '"2026-11-23"' in text
    assert "某局" in text
    assert '"2025.1"' in text
    count = sum(path.is_file() for path in folder.rglob("*"))
    assert str(count) in done.stdout


@pytest.mark.parametrize(
    "given", [("--released", "soon"), ("--homepage", "x"), ("--sparql-endpoint", "file:///x")]
)
def test_refuses_what_is_no_value(built, tmp_path, given):
    done = run(built, "en", "--dist", str(tmp_path / "public"), *given)
    assert isinstance(done.exception, InputError)
    assert given[0] in str(done.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_names_every_option(built, language):
    text = run(built, language, "--help").output
    for name in ("dist", "download-base", "homepage", "publisher", "contact", "sparql-endpoint"):
        assert f"--{name}" in text
