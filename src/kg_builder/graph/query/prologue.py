"""The prologue of a query: the prefixes that it declares, and those that it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from kg_builder.graph.query.tokens import Token, solid_tokens


def declared(text: str, prefixes: Mapping[str, str], end: str = " ") -> str:
    """Return a query that declares what it uses of `prefixes`, for engines that do not know them.

    The declarations stand before the first line, so that every line keeps its number; with a line
    break for `end`, each on a line of its own.
    """
    solid = solid_tokens(text)
    own = set(_declarations(solid))
    used = {
        token.text.partition(":")[0]
        for token in solid
        if token.kind == "name" and token.text.partition(":")[0] in prefixes
    }
    missing = [f"PREFIX {name}: <{prefixes[name]}>{end}" for name in sorted(used - own)]
    return "".join(missing) + text


def mentioned(text: str, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those of `prefixes` that a query may use.

    Oxigraph reads each prefix that it is given as if it were declared; where all are given, that
    takes longer than a short query itself.
    """
    return {name: iri for name, iri in prefixes.items() if f"{name}:" in text}


def _declarations(solid: tuple[Token, ...]) -> Iterator[str]:
    for word, name in pairwise(solid):
        if word.is_word("PREFIX") and name.kind == "name":
            yield name.text.partition(":")[0]
