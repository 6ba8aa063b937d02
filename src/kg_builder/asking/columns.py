"""What the columns of a result are called: the ontology's words, else those of `columns.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyoxigraph import NamedNode

from kg_builder.asking.answer import NAME_SUFFIX
from kg_builder.errors import ConfigurationError
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Language
from kg_builder.resources import Resources, load_toml


def headings_of(
    graph: OpenGraph, variables: Sequence[str], resources: Resources, language: Language
) -> dict[str, str]:
    """Return what variables are called: `?street_name` as the class `Street` is, others by data.

    A variable that nothing has a word for is left out. Raises ConfigurationError for a
    `queries/columns.toml` that is wrong.
    """
    found: dict[str, str] = {}
    words: Mapping[str, str] | None = None
    for name in variables:
        base = name.removesuffix(NAME_SUFFIX)
        label = _in_ontology(graph, base, language)
        if label is None:
            words = _columns(resources, language) if words is None else words
            label = words.get(name) or words.get(base)
        if label is not None:
            found[name] = label
    return found


def _in_ontology(graph: OpenGraph, base: str, language: Language) -> str | None:
    camel = "".join(word.capitalize() for word in base.split("_"))
    for local in (camel, camel[:1].lower() + camel[1:]):
        label = graph.label(NamedNode(PREFIXES["kg"] + local), language) if local else None
        if label is not None:
            return label
    return None


def _columns(resources: Resources, language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in resources.folders("queries"):
        path = folder / "columns.toml"
        for name, words in load_toml(path).items() if path.is_file() else ():
            if not isinstance(words, dict) or set(words) != {"zh", "en"}:
                raise ConfigurationError(
                    f"“{name}”须有 zh 和 en", f"{name} needs zh and en", file=str(path)
                )
            found[name] = str(words[language])
    return found
