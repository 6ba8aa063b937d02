"""Options of the whole suite."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings

import kg_builder
from tests.browser import Browser, opened_browser

settings.register_profile("house", deadline=None)
settings.load_profile("house")

re._MAXCACHE = 4096
"""The genre has more patterns than the 512 that `re` remembers: every build of the many here would
compile all of them anew, a third of its time."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--slow",
        action="store_true",
        default=bool(os.environ.get("KG_SLOW")),
        help="run the long versions of tests (also: KG_SLOW=1)",
    )

    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write the goldens of tests/reports anew (refused in CI)",
    )


@pytest.fixture(scope="session")
def slow(request: pytest.FixtureRequest) -> bool:
    """Whether the long versions of tests are wanted."""
    return bool(request.config.getoption("--slow"))


@pytest.fixture(scope="session")
def published_build(tmp_path_factory: pytest.TempPathFactory) -> kg_builder.BuildResult:
    """Return what `kg build` makes of the published facts. Only to be read."""
    out = tmp_path_factory.mktemp("published") / "build"
    result = kg_builder.build([], kg_builder.BuildOptions(out=out))
    assert result.conforms
    return result


@pytest.fixture(scope="session")
def published_folder(published_build: kg_builder.BuildResult) -> Path:
    """Return the folder that `kg build` leaves of the published facts. Only to be read."""
    return published_build.written.folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a real browser; what asks for it is skipped where there is none."""
    with closing(opened_browser()) as browser:
        yield browser
