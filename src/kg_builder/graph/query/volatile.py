"""Queries that are answered otherwise tomorrow though the graph is the same."""

from __future__ import annotations

import re
from typing import Final

_VOLATILE: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID)\b|\\u", re.IGNORECASE)
"""The functions of time and chance (SPARQL 1.1 Query, 17.4); escapes may spell any of them."""


def is_volatile(text: str) -> bool:
    """Whether the answer to a query may depend on the time or on chance; in doubt it may."""
    return _VOLATILE.search(text) is not None
