"""A process that has closed its door calls nobody, and still answers from its store."""

from __future__ import annotations

import socket
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg_builder.graph.query.door import closed_door
from kg_builder.workers import run_in_child

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")


def ask(folder: str, query: str, closes: bool) -> str:
    """Answer a query in a child process, its door closed or not."""
    store = Store.read_only(folder)
    try:
        with closed_door() if closes else nullcontext():
            return " ".join(str(row) for row in store.query(query))
    except (OSError, RuntimeError) as error:
        return f"failed: {error}"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    store = Store(str(tmp_path / "store"))
    for part in range(6):
        store.bulk_extend(
            Quad(NamedNode(f"http://x/{part}/{n}"), NamedNode("http://x/p"), Literal(f"值{n}"))
            for n in range(500)
        )
    store.flush()
    return str(tmp_path / "store")


@pytest.mark.parametrize("closes", [True, False])
def test_a_call_reaches_nobody(folder: str, closes: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3 if not closes else 0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        query = f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"
        if closes:
            answer = run_in_child(ask, folder, query, closes, timeout=20)
            assert "failed" in answer
            with pytest.raises(TimeoutError):
                server.accept()
        else:  # or the test above proves nothing
            with pytest.raises(Exception, match="did not end"):
                run_in_child(ask, folder, query, closes, timeout=2)
            server.accept()[0].close()


def test_the_store_answers_behind_a_closed_door(folder: str) -> None:
    query = "SELECT (COUNT(*) AS ?n) (MAX(?o) AS ?m) { ?s ?p ?o . ?s ?q ?o }"
    answer = run_in_child(ask, folder, query, True, timeout=20)
    assert "3000" in answer
