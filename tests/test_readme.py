"""The README is true: its worked run is run, and its output compared; its links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def worked_run():
    """Return pairs of command and expected output from the README's `console` blocks."""
    steps = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line.removeprefix("$ "), []))
            elif line.startswith("> "):
                command, output = steps[-1]
                steps[-1] = (f"{command}\n{line.removeprefix('> ')}", output)
            else:
                steps[-1][1].append(line)
    return [(command, "".join(f"{line}\n" for line in output)) for command, output in steps]


def test_the_worked_run_prints_what_the_readme_says(tmp_path):
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    steps = worked_run()
    assert len(steps) >= 4
    for command, expected in steps:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        assert done.stdout.decode() == expected, command
        assert done.returncode == 0, command


def test_the_two_commands_are_the_first_block_of_their_section():
    section = README.partition("## Two commands")[2]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]
    main_job, tests = block.splitlines()
    assert main_job.endswith("kg build")
    assert "pytest" in tests
    assert block in (ROOT / "README.zh.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "CONTRIBUTING.md"])
def test_links_lead_to_files(name):
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target


def test_the_map_names_every_folder_of_the_package():
    named = README.partition("## Map of the house")[2].partition("##")[0]
    folders = [path for path in (ROOT / "src" / "kg_builder").iterdir() if path.is_dir()]
    for folder in [*folders, *(ROOT / name for name in ("genre", "ontology", "shapes", "data"))]:
        if not folder.name.startswith("_"):
            assert f"{folder.name}/" in named, folder.name
