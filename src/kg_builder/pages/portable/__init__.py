"""One HTML file that holds a graph, an engine to ask it, and all that is needed to read it.

It is opened from a disk: no server, no network, no Python. The engine is Oxigraph's WebAssembly of
npm; the program is `web/src/portable`, built into `built/` (see `web/README.md`). Everything large
is gzip in base64, and unpacked by the browser.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from pathlib import Path
from string import Template
from typing import Any, Final

from kg_builder.errors import InputError
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.catalogue import load_catalogue
from kg_builder.model.bilingual import Language
from kg_builder.pages.markup import content_policy, shown
from kg_builder.pages.portable.contents import back, front, title_of
from kg_builder.resources import Resources
from kg_builder.version import VERSION

GENERATOR: Final = "kg-builder portable"
"""Begins the `generator` of every page, which tells a page of ours from any other file."""
MOST_QUADS: Final = 500_000
"""A graph with more is too much for a page: of 750,000 it took 18 s and 870 MB to load."""

_HERE: Final = Path(__file__).parent
_BUILT: Final = _HERE / "built"


def portable_page(
    graph: OpenGraph, resources: Resources, language: Language, *, quotes: bool = False
) -> bytes:
    """Return the page; equal bytes for an equal graph, the same version and the same zlib.

    `language` is the one shown first. With `quotes` the words of passages are in it, which are the
    report's: whoever sends it on publishes them. Raises InputError for a graph that is too large,
    and for `quotes` where no text is at hand; ConfigurationError for a wrong query or lexicon.
    """
    size = len(graph.store)
    if size > MOST_QUADS:
        raise InputError(
            f"图有 {size} 条四元组，一个页面最多 {MOST_QUADS} 条；请用 kg serve",
            f"the graph has {size} quads, a page takes {MOST_QUADS} at most; use kg serve",
            file=str(graph.path),
        )
    style = "".join(
        path.read_text("utf-8") for path in (_HERE.parent / "house.css", _HERE / "portable.css")
    )
    script = (_BUILT / "portable.js").read_text("utf-8")
    title, queries = title_of(graph), tuple(load_catalogue(resources).values())
    page = Template((_HERE / "page.html").read_text("utf-8")).substitute(
        lang="zh-Hans" if language == "zh" else "en",
        policy=shown(_policy(style, script)),
        generator=f"{GENERATOR} {VERSION}",
        title=shown(title.pick(language)),
        title_zh=shown(title.zh),
        title_en=shown(title.en),
        style=style,
        script=script,
        licences=shown((_BUILT / "LICENCES.txt").read_text("utf-8")),
        front=_packed(_json(front(graph, queries, resources, quotes=quotes))),
        back=_packed(_json(back(graph, queries, quotes=quotes))),
        data=_packed(graph.nquads()),
        engine=_base64((_BUILT / "oxigraph.wasm.gz").read_bytes()),
    )
    return page.encode("utf-8", "replace")


def _policy(style: str, script: str) -> str:
    """Return the policy of a page whose script starts itself again as a worker, with WebAssembly.

    No connection of any kind is allowed, nor forms; a worker inherits all of it.
    """
    policy = content_policy(style, script)
    allowed = policy.replace("script-src ", "script-src 'wasm-unsafe-eval' ")
    return f"{allowed}; worker-src blob:"


def _json(data: Any) -> bytes:  # noqa: ANN401 - what JSON takes
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _packed(data: bytes) -> str:
    return _base64(gzip.compress(data, compresslevel=9, mtime=0))


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
