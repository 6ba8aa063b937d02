"""The ontology as loaded: its triples, and what the rest of the graph wing asks of it.

`kg.ttl` is the root; `owl:imports` lead from it to the modules and taxonomies, each of which is a
file of the same folder (`…/ont/NAME` is `NAME.ttl`, `…/NAME` is `taxonomies/NAME.ttl`). Nothing is
ever fetched, and the alignments, which nothing imports, stay out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Triple

from kg_builder.errors import ConfigurationError, InputError
from kg_builder.graph.dataset import read_turtle, with_canonical_blank_nodes
from kg_builder.graph.vocabulary import HOUSE, RDF_TYPE, SCHEMES, expand

ROOT: Final = NamedNode(HOUSE + "ont")

_IMPORTS: Final = expand("owl:imports")
_ONTOLOGY: Final = expand("owl:Ontology")
_VERSION_IRI: Final = expand("owl:versionIRI")
_CLASS: Final = expand("owl:Class")
_CONCEPT: Final = expand("skos:Concept")
_PROPERTY_KINDS: Final = (
    expand("owl:ObjectProperty"),
    expand("owl:DatatypeProperty"),
    expand("owl:AnnotationProperty"),
)


@dataclass(frozen=True, slots=True)
class Ontology:
    """The TBox and the taxonomies. `triples` come file by file, in the order of the imports.

    Classes and properties are those declared, the reused ones of other vocabularies among them.
    Those with blank nodes come last, under canonical labels (RDFC-1.0), the same in every run.
    """

    triples: tuple[Triple, ...]
    classes: frozenset[NamedNode]
    properties: frozenset[NamedNode]
    concepts: frozenset[NamedNode]


def load_ontology(folder: Path) -> Ontology:
    """Read the ontology whose root is `folder/kg.ttl`.

    Raises ConfigurationError for an import that names no file of the folder, a file that does not
    declare the ontology it is imported as, or broken Turtle (with line and column).
    """
    triples: list[Triple] = []
    waiting = [ROOT]
    seen = set(waiting)
    while waiting:
        iri = waiting.pop(0)
        module = _read(iri, folder)
        triples.extend(module)
        imports = (t.object for t in module if t.subject == iri and t.predicate == _IMPORTS)
        for target in imports:
            if isinstance(target, NamedNode) and target not in seen:
                seen.add(target)
                waiting.append(target)
    return ontology_of(with_canonical_blank_nodes(triples))


def merged_ontology(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """Return the ontology as one: the root's header alone, and nothing to import.

    A file that declares several ontologies, or imports what it holds, is no OWL 2 document (W3C,
    Structural Specification, 3). A taxonomy stays a concept scheme with its words.
    """
    triples = tuple(triples)
    typed: dict[object, set[object]] = {}
    for triple in triples:
        if triple.predicate == RDF_TYPE:
            typed.setdefault(triple.subject, set()).add(triple.object)
    modules = {s for s, types in typed.items() if _ONTOLOGY in types and s != ROOT}
    bare = {module for module in modules if typed[module] == {_ONTOLOGY}}
    return tuple(
        triple
        for triple in triples
        if triple.subject not in bare
        and triple.predicate != _IMPORTS
        and not (
            triple.subject in modules
            and (triple.predicate == _VERSION_IRI or triple.object == _ONTOLOGY)
        )
    )


def _file_of(iri: NamedNode, folder: Path) -> Path | None:
    if iri == ROOT:
        return folder / "kg.ttl"
    name = iri.value.removeprefix(ROOT.value + "/")
    if name != iri.value and name.isascii() and name.isalpha():
        return folder / f"{name}.ttl"
    scheme = iri.value.removeprefix(HOUSE)
    return folder / "taxonomies" / f"{scheme}.ttl" if scheme in SCHEMES else None


def _read(iri: NamedNode, folder: Path) -> list[Triple]:
    path = _file_of(iri, folder)
    if path is None or not path.is_file():
        raise ConfigurationError(
            f"本体引入了 {iri.value}，而本体文件夹里没有这个文件；引入从不联网获取",
            f"the ontology imports {iri.value}, for which its folder has no file; imports are "
            "never fetched",
            file=str(path or folder / "kg.ttl"),
        )
    try:
        triples = read_turtle(path)
    except InputError as error:
        raise ConfigurationError(
            error.message.zh,
            error.message.en,
            file=error.file,
            line=error.line,
            column=error.column,
        ) from error
    if Triple(iri, RDF_TYPE, _ONTOLOGY) not in triples:
        raise ConfigurationError(
            f"该文件没有声明本体 {iri.value}",
            f"the file does not declare the ontology {iri.value}",
            file=str(path),
        )
    return triples


def ontology_of(triples: tuple[Triple, ...]) -> Ontology:
    """Return the ontology that triples make up, as a store holds it."""
    typed: dict[NamedNode, set[NamedNode]] = {}
    for triple in triples:
        s, o = triple.subject, triple.object
        if triple.predicate == RDF_TYPE and isinstance(s, NamedNode) and isinstance(o, NamedNode):
            typed.setdefault(o, set()).add(s)
    return Ontology(
        triples=triples,
        classes=frozenset(typed.get(_CLASS, ())),
        properties=frozenset(term for kind in _PROPERTY_KINDS for term in typed.get(kind, ())),
        concepts=frozenset(typed.get(_CONCEPT, ())),
    )
