"""Linked data: every IRI of the data and of the ontology answers.

An IRI itself redirects (303) to the document in the format that the client likes best; documents
have suffixes. A thing that is withdrawn says so: 301 to what stands in its place, else 410.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import unquote

from pyoxigraph import DefaultGraph, Literal, NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from kg_builder.asking.terms import is_known
from kg_builder.graph.iris import is_iri
from kg_builder.graph.vocabulary import HOUSE, expand
from kg_builder.serving.cache import names_etag
from kg_builder.serving.generation import MAKING
from kg_builder.serving.guard import CONTENT_POLICY
from kg_builder.serving.media import (
    GRAPHS,
    HTML,
    TYPES,
    accepted,
    format_named,
    graph_format,
    language_of,
)
from kg_builder.serving.pages.pages import Pages
from kg_builder.serving.paths import SUFFIX_OF, SUFFIXES, ascii_iri, suffix_of
from kg_builder.serving.problems import Problem
from kg_builder.serving.protocol import body_response
from kg_builder.serving.queries import yes_or_no
from kg_builder.serving.state import State
from kg_builder.serving.work.datasets import PARTS, Describe
from kg_builder.serving.work.messages import Found
from kg_builder.serving.work.trusted import Document, Download, OntologyPage

_DEPRECATED: Final = expand("owl:deprecated")
_REPLACED: Final = expand("dcterms:isReplacedBy")
_OFFERED: Final = (HTML, *GRAPHS)
_DOCUMENT_FORMATS: Final = ("html", "turtle", "jsonld", "rdfxml", "ntriples")
_ONTOLOGY: Final = HOUSE + "ont"
_DESCRIBED: Final = (
    (re.compile(r"service(/.*)?"), "/sparql"),
    (
        re.compile(r"catalog|distribution/.*|dataset/making|dataset/report/.*/provenance/.*"),
        "/dcat",
    ),
    (re.compile(r"dataset(/.*)?"), "/.well-known/void"),
)
"""By the name under the base, where service, catalogue, datasets and files are described."""
_META_POLICY: Final = re.compile(
    r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', re.IGNORECASE
)
_DESCRIPTIONS: Final = ("service", "void", "dcat")
"""Described at an address of their own, and named as files are, as `kg export --dist` does."""
_FILES: Final = {"asserted.ttl", "inferred.ttl", "evidence.ttl", "dataset.nq"}
"""What a build leaves as files."""
_RANGE: Final = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_SPAN: Final = r"(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
_RANGES: Final = re.compile(rf"bytes={_SPAN}(?:\s*,\s*{_SPAN})*")
_DOWNLOADS: Final = {
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
    ".trig": "trig",
    ".nq": "nquads",
}


async def resource(request: Request, state: State) -> Response:
    """Answer for an IRI of the server's own, or for a document about one."""
    iri = state.paths.iri(request.scope["path"])
    if iri is None or not is_iri(iri):
        raise _unknown()
    if _is_known(state, iri):
        return await _thing(request, state, iri)
    suffix = suffix_of(iri)
    if suffix is not None and _is_known(state, iri.removesuffix(suffix)):
        about = iri.removesuffix(suffix)
        gone = _tombstone(state, about, SUFFIXES[suffix])
        return gone or await _document(request, state, about, SUFFIXES[suffix])
    described = _described(state, iri)
    if described is None and suffix is not None:
        described = _described(state, iri.removesuffix(suffix))
        described = described and f"{described}?format={SUFFIXES[suffix]}"
    if described is not None:
        headers = {"vary": "Accept", "cache-control": "no-cache"}
        return RedirectResponse(state.root + described, 303, headers)
    raise _unknown()


def _described(state: State, iri: str) -> str | None:
    """Return which description tells of an IRI that stands in no graph; None for none."""
    if state.base is None or not iri.startswith(state.base):
        return None
    name = iri.removeprefix(state.base)
    return next((path for pattern, path in _DESCRIBED if pattern.fullmatch(name)), None)


async def describe(request: Request, state: State) -> Response:
    """Answer for any IRI that the graph knows: `/describe?iri=…&format=…`."""
    iri = request.query_params.get("iri", "")
    if not is_iri(iri):
        raise Problem("bad-request", "参数 iri 应是一个 IRI", "the parameter iri is an IRI")
    if not _is_known(state, iri):
        iri = unquote(iri)  # as browsers give an address to copy
        if not _is_known(state, iri):
            raise _unknown()
    name = _asked_format(request) or _liked(request)
    return await _document(request, state, iri, name)


def _asked_format(request: Request) -> str | None:
    asked = request.query_params.get("format")
    if not asked:
        return None
    name = graph_format(format_named(asked) or "")
    if name not in _DOCUMENT_FORMATS:
        known = ", ".join(_DOCUMENT_FORMATS)
        raise Problem(
            "not-acceptable",
            f"没有 {asked} 这种格式；可用：{known}",
            f"there is no format {asked}; use {known}",
        )
    return name


def _liked(request: Request) -> str:
    """Return the format that a client likes best. Raises Problem where it takes none."""
    accept = request.headers.get("accept")
    kind = accepted(accept, _OFFERED)
    if kind is None:
        known = ", ".join(_OFFERED)
        raise Problem(
            "not-acceptable",
            f"没有所要的格式；可用：{known}",
            f"not to be had in that format; it can be {known}",
        )
    if accept is None or accept.strip() in ("", "*/*"):
        return "turtle"  # no browser asks so
    return "html" if kind == HTML else GRAPHS[kind]


async def _thing(request: Request, state: State, iri: str) -> Response:
    """Redirect from a thing to a document about it."""
    name = _asked_format(request) or _liked(request)
    gone = _tombstone(state, iri, None if name == "html" else name)
    if gone is not None:
        return gone
    if _is_withdrawn(state, iri):
        return await _document(request, state, iri, name)
    query = request.url.query
    headers = {"vary": "Accept", "link": _links(state, iri), "cache-control": "no-cache"}
    target = state.paths.document(iri, name) + (f"?{query}" if query else "")
    return RedirectResponse(target, 303, headers)


def _tombstone(state: State, iri: str, name: str | None) -> Response | None:
    """Return the redirect to what stands in the place of a thing that is withdrawn."""
    if not _is_withdrawn(state, iri):
        return None
    quads = state.graph.store.quads_for_pattern(NamedNode(iri), _REPLACED, None, DefaultGraph())
    others = sorted({q.object.value for q in quads if isinstance(q.object, NamedNode)})
    if len(others) != 1:
        return None
    path = state.paths
    target = path.path(others[0]) if name is None else path.document(others[0], name)
    if target.startswith(f"{path.root}/describe?") and not _is_known(state, others[0]):
        target = ascii_iri(others[0])
    return RedirectResponse(target, 301, {"vary": "Accept", "cache-control": "no-cache"})


def _is_withdrawn(state: State, iri: str) -> bool:
    node = NamedNode(iri)
    quads = state.graph.store.quads_for_pattern(node, _DEPRECATED, None, DefaultGraph())
    return any(isinstance(q.object, Literal) and q.object.value in ("true", "1") for q in quads)


def _is_known(state: State, iri: str) -> bool:
    if not is_iri(iri):
        return False
    node = NamedNode(iri)
    store = state.graph.store
    if next(store.quads_for_pattern(node, None, None, None), None) is not None:
        return True
    if next(store.quads_for_pattern(None, None, None, node), None) is not None:
        return True
    return is_known(state.graph, node)


async def _document(request: Request, state: State, iri: str, name: str) -> Response:
    """Return the document about a thing, in a format by name."""
    status = 410 if _is_withdrawn(state, iri) else 200
    if name == "html":
        response = await _page(request, state, iri)
    else:
        evidence = yes_or_no("evidence", request.query_params.get("evidence"))
        found: Found = await state.trusted.ask(
            Document(iri, name, evidence=evidence), state.settings.timeout
        )
        response = body_response(found.body, TYPES[name], {})
    if response.status_code == 200:
        response.status_code = status
    response.headers["link"] = _links(state, iri)
    response.headers.setdefault("cache-control", "no-cache")
    response.headers["vary"] = "Accept, Accept-Language"
    return response


def _links(state: State, iri: str) -> str:
    """Return what a document is about, and in which formats it is to be had."""
    links = [f'<{ascii_iri(iri)}>; rel="describes"']
    for name in SUFFIX_OF:
        kind = TYPES[name].partition(";")[0]
        links.append(f'<{state.paths.document(iri, name)}>; rel="alternate"; type="{kind}"')
    links.append(f'<{state.root}/.well-known/void>; rel="describedby"')
    return ", ".join(links)


async def _page(request: Request, state: State, iri: str) -> Response:
    """Return the page about a thing: the ontology's documentation, or that of an entity."""
    pages: Pages = request.app.state.pages
    if iri == _ONTOLOGY:
        language = language_of(request, state.settings.language)
        if language not in pages.ontology:
            found: Found = await state.trusted.ask(OntologyPage(language), MAKING)
            pages.ontology[language] = await _bytes_of(found)
        return whole_page(pages.ontology[language])
    return await pages.entity(request, iri)


async def _bytes_of(found: Found) -> bytes:
    body = found.body
    if body.data is not None:
        return body.data
    assert body.path is not None  # noqa: S101 - the one or the other
    data = await run_in_threadpool(body.path.read_bytes)
    body.path.unlink(missing_ok=True)
    return data


def whole_page(page: bytes) -> Response:
    """Return a page that carries its own style and script, under the policy that it states."""
    match = _META_POLICY.search(page[:20_000].decode("utf-8", "replace"))
    own = html.unescape(match[1]) if match else CONTENT_POLICY
    headers = {"content-security-policy": f"{own}; frame-ancestors 'none'"}
    return Response(page, headers=headers, media_type=TYPES["html"])


def _unknown() -> Problem:
    return Problem(
        "not-found",
        "图里没有这个 IRI，也没有这一页",
        "no page, and no IRI of the graph",
    )


# descriptions of the data, and the data whole


async def service(request: Request, state: State) -> Response:
    """Answer with the description of the endpoint."""
    return await _description(request, state, "service")


async def void(request: Request, state: State) -> Response:
    """Answer with VoID: how much of what there is."""
    return await _description(request, state, "void")


async def dcat(request: Request, state: State) -> Response:
    """Answer with the catalogue."""
    return await _description(request, state, "dcat")


async def _description(
    request: Request, state: State, which: str, asked: str | None = None
) -> Response:
    asked = asked or _asked_format(request)
    if asked is None:
        kind = accepted(request.headers.get("accept"), (*GRAPHS, HTML))
        if kind is None:
            raise Problem(
                "not-acceptable",
                f"没有所要的格式；可用：{', '.join(GRAPHS)}",
                f"not to be had in that format; it can be {', '.join(GRAPHS)}",
            )
        asked = "turtle" if kind == HTML else GRAPHS[kind]
    if asked == "html":
        asked = "turtle"
    item = Describe(which, asked, state.origin(request))
    found: Found = await state.trusted.ask(item, MAKING)
    return body_response(
        found.body, TYPES[found.format], {"vary": "Accept", "cache-control": "no-cache"}
    )


async def download(request: Request, state: State) -> Response:
    """Answer with a part of the data, whole, as `/data/asserted.ttl`."""
    name = request.path_params["name"]
    part, dot, ending = name.partition(".")
    format_name = _DOWNLOADS.get(dot + ending)
    if part in _DESCRIPTIONS and format_name in _DOCUMENT_FORMATS:
        return await _description(request, state, part, format_name)
    if part not in PARTS or format_name is None:
        known = ", ".join(f"/data/{part}.ttl" for part in PARTS)
        raise Problem(
            "not-found",
            f"没有这个文件；有 {known}，后缀可用 {' '.join(_DOWNLOADS)}",
            f"no such file; there are {known}, with the suffixes {' '.join(_DOWNLOADS)}",
        )
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-cache",
        "etag": state.etag(f"{part}{ending}"),
    }
    if names_etag(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    generation = state.now.graph.generation
    if generation is not None and name in _FILES and (generation / name).is_file():
        path = generation / name
    else:
        path = await state.downloads.get(Download(part, format_name), name)
    _check_range(request, path.stat().st_size)
    return FileResponse(path, 200, headers, TYPES[format_name])


def _check_range(request: Request, size: int) -> None:
    """Leave of a Range what can be had (RFC 9110, 14.2). Raises Problem where that is nothing."""
    asked = request.headers.get("range")
    if asked is None:
        return
    spans = _RANGE.findall(asked)
    backwards = any(end and start and int(end) < int(start) for start, end in spans)
    there = [f"{start}-{end}" for start, end in spans if (int(start) < size if start else int(end))]
    fields = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
    if request.method != "GET" or backwards or not _RANGES.fullmatch(asked):
        request.scope["headers"] = fields
    elif there:
        request.scope["headers"] = [*fields, (b"range", f"bytes={','.join(there)}".encode())]
    elif "if-range" not in request.headers:
        raise Problem(
            "range",
            f"文件只有 {size:,} 字节",
            f"the file has {size:,} bytes",
            headers={"content-range": f"bytes */{size}"},
        )
