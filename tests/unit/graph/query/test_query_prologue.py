"""Prefixes that a query need not declare."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from kg_builder.graph.query.prologue import mentioned


@pytest.mark.parametrize("text", ["ASK { ?s ex:p 1 }", r"ASK { ?s ex:a\-b 1 }", "ASK { ?s :p 1 }"])
def test_prefixes_that_a_text_mentions_are_known(text):
    prefixes = {"ex": "https://example.org/", "": "https://example.org/"}
    assert not Store().query(text, prefixes=mentioned(text, prefixes))
    assert "other" not in mentioned("ASK { ?s ex:p 1 }", {**prefixes, "other": "a:"})
