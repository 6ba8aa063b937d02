"""Redirects of the IRIs to the files, as w3id.org and any Apache server take them.

w3id.org wants a folder with an `.htaccess` and a `README.md` that names who answers for it
(https://github.com/perma-id/w3id.org). Every redirect is a 303: what an IRI names is a thing, what
is sent is a document about it. Nothing here comes from the data; addresses come from options, in
ASCII, with what Apache would read as its own escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.graph.distribution.layout import media_type
from kg_builder.graph.distribution.options import DistributionOptions, as_uri
from kg_builder.graph.vocabulary import HOUSE, SCHEMES
from kg_builder.version import VERSION

_W3ID: Final = "https://w3id.org/"
_SEGMENT: Final = re.compile("[A-Za-z0-9][-A-Za-z0-9_.]*")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+!|~])")
_NEGOTIATED: Final = (".ttl", ".jsonld", ".nt", ".rdf")
_HEADER: Final = f"# Made by kg_builder {VERSION}: kg export --dist\n"
_HTML: Final = r"text/html|application/xhtml\+xml"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern of paths, and the files it leads to; the first that is asked for is sent.

    `files` are by format; the one without a format is sent to who asks for nothing that is there.
    A path may hold `$1`, what the pattern's one group found.
    """

    pattern: str
    files: Mapping[str, str]


def redirect_files(
    base: str, download: str, files: Collection[str], options: DistributionOptions, version: str
) -> dict[str, str]:
    """Return the texts of the files of redirects by path; `files` are those published.

    The folder `w3id/kg-builder/` is the ontology's; one more is the instances' where the base is
    at w3id.org. `.htaccess` at the top is for a server that stands at the base itself.
    """
    target = as_uri(download)
    house = [*_ontology_rules(files, version)]
    instances = list(_instance_rules(files, options))
    texts = {".htaccess": _types() + _htaccess(instances, target, "")}
    folders: dict[str, list[tuple[str, Sequence[_Rule]]]] = {"kg-builder": [("", house)]}
    segment, _, rest = base.removeprefix(_W3ID).partition("/")
    if base.startswith(_W3ID) and _SEGMENT.fullmatch(segment):
        folders.setdefault(segment, []).insert(0, (as_uri(rest), instances))
    for name, rules in sorted(folders.items()):
        body = "".join(_rules(found, target, prefix) for prefix, found in rules)
        texts[f"w3id/{name}/.htaccess"] = _preamble() + body
        texts[f"w3id/{name}/README.md"] = _readme(name, download, options)
    return texts


def _ontology_rules(files: Collection[str], version: str) -> Iterator[_Rule]:
    merged = {s: f"ontology/kg-all{s}" for s in _NEGOTIATED if f"ontology/kg-all{s}" in files}
    page = {".html": "ontology/index.html"} if "ontology/index.html" in files else {}
    number = re.escape(version)
    yield _Rule(rf"ont(?:/{number})?/?", {**page, **merged, "": "ontology/kg-all.ttl"})
    modules = "|".join(sorted(_names(files, "ontology/")))
    yield _Rule(rf"ont/(?:{number}/)?({modules})", {**page, "": "ontology/$1.ttl"})
    aligned = "|".join(sorted(_names(files, "ontology/alignments/")))
    if aligned:
        yield _Rule(
            rf"ont/(?:{number}/)?alignments/({aligned})", {"": "ontology/alignments/$1.ttl"}
        )
    schemes = "|".join(sorted(SCHEMES))
    if page:  # where the page has a place for each concept
        concept = "ontology/index.html#$1"
        yield _Rule(rf"((?:{schemes})/[-a-z0-9]+)", {".html": concept})
    yield _Rule(rf"({schemes})(?:/.*)?", {**page, "": "ontology/taxonomies/$1.ttl"})
    shapes = "|".join(sorted(_names(files, "shapes/")))
    if shapes:
        yield _Rule(rf"shapes/({shapes})", {"": "shapes/$1.ttl"})
    if "cube.ttl" in files:
        yield _Rule("cube", {"": "cube.ttl"})
    yield _Rule("", {"": "README.md"})


def _names(files: Iterable[str], folder: str) -> Iterator[str]:
    for path in files:
        name = path.removeprefix(folder).removesuffix(".ttl")
        if path == f"{folder}{name}.ttl" and re.fullmatch("[a-z]+", name):
            yield name


def _instance_rules(files: Collection[str], options: DistributionOptions) -> Iterator[_Rule]:
    page = {".html": options.homepage} if options.homepage else {}
    asserted = {s: f"data/asserted{s}" for s in _NEGOTIATED if f"data/asserted{s}" in files}
    yield _Rule(r"id/(?:fact|passage|decision|source)/.*", {**page, "": "data/evidence.ttl"})
    yield _Rule(r"id/.*", {**page, **asserted, "": "data/asserted.ttl"})
    yield _Rule("graph/(inferred|evidence)", {"": "data/$1.ttl"})
    yield _Rule("graph/ontology", {"": "ontology/kg-all.ttl"})
    yield _Rule("graph/.*", {"": "data/dataset.trig"})
    if "cube.ttl" in files:
        yield _Rule("cube/.*", {"": "cube.ttl"})
    if "service.ttl" in files:
        yield _Rule("service(?:/.*)?", {"": "service.ttl"})
    yield _Rule("dataset(?:/.*)?", {**page, "": "void.ttl"})
    yield _Rule(r"(?:catalog|publisher|contact|distribution/.*)", {**page, "": "dcat.ttl"})


def _htaccess(rules: Sequence[_Rule], target: str, prefix: str) -> str:
    return _preamble() + _rules(rules, target, prefix)


def _preamble() -> str:
    return (
        f"{_HEADER}Options +FollowSymLinks\nRewriteEngine on\n"
        '<IfModule mod_headers.c>\n  Header set Access-Control-Allow-Origin "*"\n</IfModule>\n'
    )


def _types() -> str:
    suffixes = (".ttl", ".nt", ".nq", ".trig", ".jsonld", ".rdf", ".csv")
    lines = [
        f"AddType {media.iana} {suffix}"
        for suffix in suffixes
        if (media := media_type(f"file{suffix}"))
    ]
    return "\n".join([*lines, f"AddCharset utf-8 {' '.join(suffixes)}", ""])


def _rules(rules: Iterable[_Rule], target: str, prefix: str) -> str:
    lines = []
    for rule in rules:
        pattern = f"^{re.escape(prefix)}{rule.pattern}$"
        for suffix, path in rule.files.items():
            if suffix:
                lines.append(f"RewriteCond %{{HTTP_ACCEPT}} {_accepted(suffix)}")
            address = as_uri(path) if "://" in path else target + path
            lines.append(f"RewriteRule {pattern} {_substitution(address, path)} [R=303,NE,L]")
    return "".join(f"{line}\n" for line in lines)


def _accepted(suffix: str) -> str:
    """Return the pattern of Accept headers that ask for a format before any other.

    Apache does not weigh q-values: what is asked for is told by what stands in the header.
    """
    if suffix == ".html":
        return f"^[^,]*(?:{_HTML})"
    media = media_type(f"file{suffix}")
    return re.escape(media.iana) if media else ""


def _substitution(address: str, path: str) -> str:
    """Return an address as Apache's substitution takes it: its own `$` and `%` are escaped."""
    own = "$1" if "$1" in path and "://" not in path else None
    head, found, tail = address.partition(own) if own else (address, "", "")
    return _escaped(head) + found + _escaped(tail)


def _escaped(text: str) -> str:
    return text.replace("%", r"\%").replace("$", r"\$")


def _readme(name: str, download: str, options: DistributionOptions) -> str:
    contact = (
        markdown(options.contact)
        if options.contact
        else "(to be filled in before it is sent to w3id.org: kg export --dist … --contact ADDRESS)"
    )
    publisher = [f"- Publisher: {markdown(options.publisher)}\n"] if options.publisher else []
    home = [f"- Homepage: <{as_uri(options.homepage)}>\n"] if options.homepage else []
    what = (
        "The ontology of kg_builder: facts of Chinese government reports, mapped into RDF."
        if f"{_W3ID}{name}/" == HOUSE
        else "A knowledge graph of Chinese government reports."
    )
    return "".join(
        [
            f"# {_W3ID}{name}/\n\n{what}\n\n",
            f"- Files: <{as_uri(download)}>\n",
            *home,
            *publisher,
            f"- Maintainer and contact: {contact}\n",
        ]
    )


def markdown(text: str) -> str:
    """Return words as Markdown shows them: neither markup nor HTML, on one line."""
    line = " ".join(text.split())
    return _MARKDOWN.sub(r"\\\1", html.escape(line, quote=False))
