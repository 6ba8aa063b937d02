"""Which stored queries use which terms: the names and IRIs of a query's text, without its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg_builder.graph.query.catalogue import StoredQuery
from kg_builder.graph.query.tokens import Token, tokens
from kg_builder.graph.vocabulary import PREFIXES


def terms_used(queries: Iterable[StoredQuery]) -> Mapping[str, tuple[str, ...]]:
    """Return, by the IRI of a term, the names of the queries that use it.

    The class of a parameter counts as used. Comments and literals are not looked at.
    """
    found: dict[str, dict[str, None]] = {}
    for query in queries:
        for iri in _iris(query):
            found.setdefault(iri, {})[query.name] = None
    return {iri: tuple(names) for iri, names in found.items()}


def _iris(query: StoredQuery) -> Iterable[str]:
    for parameter in query.parameters.values():
        if parameter.entity_class:
            yield PREFIXES["kg"] + parameter.entity_class
    solid = [token for token in tokens(query.text) if token.kind not in ("space", "comment")]
    prefixes = dict(PREFIXES)
    place = 0
    while place < len(solid):
        token = solid[place]
        if token.is_word("PREFIX") and place + 2 < len(solid):
            prefixes[solid[place + 1].text.removesuffix(":")] = solid[place + 2].text[1:-1]
            place += 3
            continue
        iri = _iri(token, prefixes)
        if iri is not None:
            yield iri
        place += 1


def _iri(token: Token, prefixes: Mapping[str, str]) -> str | None:
    if token.kind == "iri":
        return token.text[1:-1]
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return prefixes[prefix] + local if prefix in prefixes else None
    return None
