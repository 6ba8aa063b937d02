"""Minting: same thing, same IRI, in every run and from every report.

An instance IRI is `BASE id/CLASS/LOCAL`: CLASS is the class's local name in kebab-case, LOCAL is
made of the key's parts, joined by `_`, of letters, digits and CJK characters alone, so that Turtle
and SPARQL can write it with a prefix. A local name that lost characters, or is over 80 long, ends
in 8 hexadecimal digits of the SHA-256 of the whole key: what looks alike stays apart.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.entity import EntityId

_Term = TypeVar("_Term")

_MAX_LOCAL = 80
_UNREADABLE = re.compile(r"[^0-9A-Za-z\u3007\u3400-\u4dbf\u4e00-\u9fff]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_iri(text: str) -> bool:
    """Return whether `text` is an absolute IRI (RFC 3987)."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def class_segment(type_name: str) -> str:
    """Return the path segment of a class: `EducationGroup` gives `education-group`."""
    return _HUMP.sub("-", type_name).lower()


def local_name(key: Sequence[str]) -> str:
    """Return the readable local name of a key."""
    folded = [unicodedata.normalize("NFKC", part).strip() for part in key]
    cleaned = [_UNREADABLE.sub("", part) for part in folded]
    local = "_".join(part for part in cleaned if part)
    if cleaned == folded and len(local) <= _MAX_LOCAL:
        return local
    digest = hashlib.sha256("\x1f".join(folded).encode()).hexdigest()[:8]
    return f"{local[: _MAX_LOCAL - 9]}_{digest}" if local else digest


def mint(base: str, entity: EntityId) -> NamedNode:
    """Return the IRI of an entity under `base`, which ends in `/`."""
    return NamedNode(f"{base}id/{class_segment(entity.type)}/{local_name(entity.key)}")


def mint_graph(base: str, *parts: str) -> NamedNode:
    """Return the IRI of a named graph: `BASE graph/evidence`, `BASE graph/report/…`."""
    return NamedNode(f"{base}graph/{'/'.join(parts)}")


def move(triple: Triple, old: str, new: str) -> Triple:
    """Return a triple with its IRIs under the base `old` moved to the base `new`.

    The terms of vocabularies stay, also where the base is a beginning of theirs.
    """
    if old == new:
        return triple
    subject, predicate, object_ = triple
    return Triple(_move(subject, old, new), _move(predicate, old, new), _move(object_, old, new))


def _move(term: _Term, old: str, new: str) -> _Term | NamedNode:
    if not isinstance(term, NamedNode) or not term.value.startswith(old):
        return term
    if any(name.startswith(old) and term.value.startswith(name) for name in PREFIXES.values()):
        return term
    return NamedNode(new + term.value.removeprefix(old))
