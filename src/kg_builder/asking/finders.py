"""From a name that is typed to the entity that is meant: in a graph at hand, or at an endpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kg_builder.asking.answer import Answer, Asked, words_of
from kg_builder.asking.parameters import Finder
from kg_builder.asking.terms import is_a, is_known, of_another_class, resolve
from kg_builder.errors import InputError
from kg_builder.graph.iris import is_iri
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.levels import Form
from kg_builder.graph.vocabulary import expand


def name_finder(graph: OpenGraph) -> Finder:
    """Return what finds entities of a graph by name, alias or IRI; an IRI has to be known to it."""

    def find(text: str, of_class: str) -> NamedNode:
        node = resolve(graph, text, expand(of_class) if of_class else None)
        if not is_known(graph, node):
            raise InputError(
                f"图里没有 <{node.value}>；请写名称，或用 kg show 查到的 IRI",
                f"the graph does not have <{node.value}>; give a name, or the IRI that kg show has",
            )
        if of_class and not is_a(graph, node, expand(of_class)):
            raise of_another_class(graph, node, of_class)
        return node

    return find


def remote_finder(engine: Callable[[str, Form, Path], None], spool: Path) -> Finder:
    """Return what finds entities at an endpoint: by IRI, or by a label or alias as it stands."""

    def find(text: str, of_class: str) -> NamedNode:
        bare = text[1:-1] if text.startswith("<") and text.endswith(">") else text
        if is_iri(bare) and "//" in bare:
            return NamedNode(bare)
        target = spool.with_name("names")
        query = _NAMED.format(of_class=expand(of_class).value, name=str(Literal(text)))
        engine(query, "SELECT", target)
        solutions = Answer(Asked(query), "SELECT", target).solutions()
        found = sorted({words_of(solution[0]) for solution in solutions})
        if len(found) == 1:
            return NamedNode(found[0])
        if found:
            raise InputError(
                f"“{text}”所指不止一个：{'；'.join(found)}；请用 IRI 指明",
                f"{text!r} is the name of several: {'; '.join(found)}; give the IRI",
            )
        raise InputError(
            f"端点上没有叫“{text}”的 {of_class}", f"the endpoint has no {of_class} called {text!r}"
        )

    return find


_NAMED = """SELECT DISTINCT ?thing WHERE {{
  VALUES ?name {{ {name}@zh {name} {name}@en }}
  ?thing a <{of_class}> ;
    <http://www.w3.org/2000/01/rdf-schema#label>|
      <http://www.w3.org/2004/02/skos/core#altLabel> ?name .
}} LIMIT 20"""
