"""From what is typed for a parameter of a stored query to the terms that are bound to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeAlias

from pyoxigraph import NamedNode

from kg_builder.asking.typed import refuse_broken_name
from kg_builder.errors import InputError
from kg_builder.graph.query.catalogue import Parameter, ParameterTerm, StoredQuery
from kg_builder.text.numerals import parse_number

Finder: TypeAlias = Callable[[str, str], NamedNode]
"""From a name and the local name of a class to the entity that is meant; raises InputError."""


def resolve_parameters(
    stored: StoredQuery, values: Mapping[str, Sequence[str]], find: Finder
) -> tuple[dict[str, tuple[ParameterTerm, ...]], dict[str, str]]:
    """Return the terms to bind, by parameter, and what was typed for each, in words.

    Raises InputError for a parameter that the query has not, and for what is typed that is none of
    its type: a name that nothing has, or several; no number; a word that is not enumerated.
    """
    for name in values:
        if name not in stored.parameters:
            raise _unknown(stored, name)
    terms: dict[str, tuple[ParameterTerm, ...]] = {}
    words: dict[str, str] = {}
    for name, typed in values.items():
        if typed:
            terms[name] = tuple(_term(stored.parameters[name], text, find) for text in typed)
            words[name] = ", ".join(typed)
    return terms, words


def _term(parameter: Parameter, text: str, find: Finder) -> ParameterTerm:
    """Return the term that is typed: a name, a number as people write it (２０２６, 二〇二六年)."""
    refuse_broken_name(text)
    if parameter.type == "entity":
        return find(text, parameter.entity_class or "")
    if parameter.type in ("integer", "decimal", "year"):
        plain = text.strip()
        number = parse_number(plain.removesuffix("年") if parameter.type == "year" else plain)
        if number is not None:
            return parameter.term(f"{number:f}")
    return parameter.term(text)


def _unknown(stored: StoredQuery, name: str) -> InputError:
    known = ", ".join(stored.parameters) or "–"
    near = get_close_matches(name, stored.parameters, n=1)
    return InputError(
        f"查询 {stored.name} 没有参数 {name}；可用：{known}"
        + (f"；是不是 {near[0]}？" if near else ""),
        f"the query {stored.name} has no parameter {name}; it has {known}"
        + (f"; did you mean {near[0]}?" if near else ""),
    )
