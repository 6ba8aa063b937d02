"""Asking a remote endpoint: the SPARQL 1.1 Protocol, as its client.

A query goes out as a form (POST, W3C SPARQL 1.1 Protocol, 2.1.2), what comes back goes to a file as
it arrives, and is read by the same parser as everything else.
"""

from __future__ import annotations

import errno
import http.client
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    parse,
    parse_query_results,
    serialize,
)

from kg_builder.errors import EndpointError, InputError, TimeLimitError
from kg_builder.graph.query.levels import Form
from kg_builder.version import VERSION

_RESULTS: Final[Mapping[str, QueryResultsFormat]] = MappingProxyType(
    {
        "application/sparql-results+json": QueryResultsFormat.JSON,
        "application/json": QueryResultsFormat.JSON,
        "application/sparql-results+xml": QueryResultsFormat.XML,
    }
)
_GRAPHS: Final[Mapping[str, RdfFormat]] = MappingProxyType(
    {
        "application/n-triples": RdfFormat.N_TRIPLES,
        "text/turtle": RdfFormat.TURTLE,
        "application/rdf+xml": RdfFormat.RDF_XML,
    }
)
_NO_ROOM: Final = (errno.EFBIG, errno.ENOSPC, errno.EDQUOT)
"""Here, not there."""
_WORDS: Final = 300
"""How much of an endpoint's complaint is repeated."""
_ALLOWED: Final = "/:?#[]@!$&'()*+,;=%"
"""What stands in an address as it is (RFC 3986, 2.2, and what is encoded already)."""


def ask_endpoint(url: str, text: str, form: Form, spool: Path, timeout: float) -> None:
    """Ask the endpoint `url` and spool what it answers: JSON results, or N-Triples.

    Raises InputError for an address that is none of http(s), EndpointError where nobody answers, or
    not with a result, TimeLimitError where the connection is silent for `timeout` seconds.
    """
    graph = form in ("CONSTRUCT", "DESCRIBE")
    request = _request(url, text, tuple(_GRAPHS if graph else _RESULTS))
    raw = spool.with_name(spool.name + ".raw")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response, raw.open("wb") as file:  # noqa: S310 - http(s) alone, see _request
            media_type = response.headers.get_content_type()
            shutil.copyfileobj(response, file)
    except urllib.error.HTTPError as error:
        raise _refused(url, error) from None
    except TimeoutError:
        raise _silent(timeout) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _silent(timeout) from None
        raise _failed(
            url, f"连接不上（{error.reason}）", f"no connection ({error.reason})"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise
        raise _failed(url, f"连接中断（{error}）", f"the connection broke ({error})") from None
    _rewrite(url, raw, media_type, spool, form)


def _request(url: str, text: str, media_types: tuple[str, ...]) -> urllib.request.Request:
    try:
        parts = urllib.parse.urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        address = parts._replace(
            netloc=parts.netloc.replace(parts.hostname or "", host),
            path=urllib.parse.quote(parts.path, _ALLOWED),
            query=urllib.parse.quote(parts.query, _ALLOWED),
        )
        known = parts.port != 0 and bool(host) and parts.scheme in ("http", "https")
    except ValueError:  # also what is no name of a host
        known = False
    if not known:
        raise InputError(
            f"端点地址应形如 http://主机/路径 或 https://…：{url}",
            f"an endpoint's address is of the form http://HOST/PATH or https://…: {url}",
        )
    accept = ", ".join(f"{name};q={1 - number / 10}" for number, name in enumerate(media_types))
    return urllib.request.Request(  # noqa: S310 - the scheme is checked above
        address.geturl(),
        data=urllib.parse.urlencode({"query": text}).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Accept": accept,
            "User-Agent": f"kg_builder/{VERSION}",
        },
    )


def _rewrite(url: str, raw: Path, media_type: str, spool: Path, form: Form) -> None:
    """Bring an endpoint's answer into the form of every spool."""
    graph = form in ("CONSTRUCT", "DESCRIBE")
    try:
        if graph and media_type in _GRAPHS:
            quads = parse(path=str(raw), format=_GRAPHS[media_type], base_iri=url)
            serialize((quad.triple for quad in quads), str(spool), RdfFormat.N_TRIPLES)
            return
        if not graph and media_type in _RESULTS:
            document = parse_query_results(path=str(raw), format=_RESULTS[media_type])
            if isinstance(document, QueryBoolean) != (form == "ASK"):
                raise ValueError(f"no answer to {form}")
            document.serialize(str(spool), QueryResultsFormat.JSON)
            return
    except (SyntaxError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise
        raise _failed(url, f"结果无法读取（{error}）", f"cannot be read ({error})") from None
    raise _failed(
        url,
        f"返回的是 {media_type}，不是查询结果；这是 SPARQL 端点吗？",
        f"answers {media_type}, which is no query result; is it a SPARQL endpoint?",
    )


def _refused(url: str, error: urllib.error.HTTPError) -> EndpointError:
    with error:
        body = " ".join(error.read(_WORDS * 4).decode("utf-8", "replace").split())[:_WORDS]
    return _failed(
        url, f"拒绝了（HTTP {error.code}）：{body}", f"refuses (HTTP {error.code}): {body}"
    )


def _failed(url: str, zh: str, en: str) -> EndpointError:
    return EndpointError(f"端点{zh}", f"the endpoint: {en}", file=url)


def _silent(timeout: float) -> TimeLimitError:
    return TimeLimitError(
        f"端点 {timeout:g} 秒没有回答", f"the endpoint did not answer within {timeout:g} s"
    )
