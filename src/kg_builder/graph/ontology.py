"""The ontology as loaded: its triples, and what the rest of the graph wing asks of it.

`kg.ttl` is the root; `owl:imports` lead from it to the modules and taxonomies, each of which is a
file of the same folder (`…/ont/NAME` is `NAME.ttl`, `…/NAME` is `taxonomies/NAME.ttl`). Nothing is
ever fetched, and the alignments, which nothing imports, stay out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg_builder.errors import ConfigurationError
from kg_builder.graph.dataset import with_stable_blank_nodes
from kg_builder.graph.vocabulary import HOUSE, RDF_TYPE, RDFS_LABEL, SCHEMES, expand
from kg_builder.model.bilingual import Language

ROOT: Final = NamedNode(HOUSE + "ont")

_IMPORTS: Final = expand("owl:imports")
_ONTOLOGY: Final = expand("owl:Ontology")
_CLASS: Final = expand("owl:Class")
_CONCEPT: Final = expand("skos:Concept")
_OBJECT_PROPERTY: Final = expand("owl:ObjectProperty")
_PROPERTY_KINDS: Final = (
    _OBJECT_PROPERTY,
    expand("owl:DatatypeProperty"),
    expand("owl:AnnotationProperty"),
)
_SUBCLASS_OF: Final = expand("rdfs:subClassOf")
_RANGES: Final = (expand("rdfs:range"), expand("schema:rangeIncludes"))

_Links = Mapping[NamedNode, tuple[NamedNode, ...]]


@dataclass(frozen=True, slots=True)
class Ontology:
    """The TBox and the taxonomies. `triples` come file by file, in the order of the imports.

    Classes and properties are those declared, the reused ones of other vocabularies among them.
    Blank nodes are labelled `b0`, `b1`, … in order of appearance, the same in every run.
    """

    triples: tuple[Triple, ...]
    classes: frozenset[NamedNode]
    properties: frozenset[NamedNode]
    object_properties: frozenset[NamedNode]
    concepts: frozenset[NamedNode]
    _superclasses: _Links
    _ranges: _Links
    _labels: Mapping[tuple[NamedNode, str], str]

    def superclasses(self, cls: NamedNode) -> frozenset[NamedNode]:
        """Return every class above `cls`, at any distance; `cls` itself is not among them."""
        found: dict[NamedNode, None] = {}
        open_ = list(self._superclasses.get(cls, ()))
        while open_:
            above = open_.pop()
            if above not in found:
                found[above] = None
                open_.extend(self._superclasses.get(above, ()))
        return frozenset(found) - {cls}

    def is_object_property(self, term: NamedNode) -> bool:
        """Whether `term` is declared as a property between nodes."""
        return term in self.object_properties

    def range(self, term: NamedNode) -> tuple[NamedNode, ...]:
        """Return what the property points at: classes or one datatype; empty if it is not said.

        The range is `rdfs:range`, which entails, or `schema:rangeIncludes`, which only documents.
        """
        return self._ranges.get(term, ())

    def label(self, term: NamedNode, language: Language) -> str | None:
        """Return the label of a class, property or concept, None if it has none."""
        return self._labels.get((term, language))


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
    return _indexed(with_stable_blank_nodes(triples))


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
        triples = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise ConfigurationError(
            f"不是合法的 Turtle：{error.msg}",
            f"not valid Turtle: {error.msg}",
            file=str(path),
            line=error.lineno,
            column=error.offset,
        ) from error
    if Triple(iri, RDF_TYPE, _ONTOLOGY) not in triples:
        raise ConfigurationError(
            f"该文件没有声明本体 {iri.value}",
            f"the file does not declare the ontology {iri.value}",
            file=str(path),
        )
    return triples


def _indexed(triples: Sequence[Triple]) -> Ontology:
    typed: dict[NamedNode, dict[NamedNode, None]] = {}
    superclasses: dict[NamedNode, tuple[NamedNode, ...]] = {}
    ranges: dict[NamedNode, tuple[NamedNode, ...]] = {}
    labels: dict[tuple[NamedNode, str], str] = {}
    for triple in triples:
        s, p, o = triple.subject, triple.predicate, triple.object
        if not isinstance(s, NamedNode):
            continue
        if isinstance(o, Literal):
            if p == RDFS_LABEL and o.language:
                labels.setdefault((s, o.language), o.value)
        elif isinstance(o, NamedNode):
            if p == RDF_TYPE:
                typed.setdefault(o, {})[s] = None
            elif p == _SUBCLASS_OF:
                superclasses[s] = (*superclasses.get(s, ()), o)
            elif p in _RANGES and o not in ranges.get(s, ()):
                ranges[s] = (*ranges.get(s, ()), o)
    return Ontology(
        triples=tuple(triples),
        classes=frozenset(typed.get(_CLASS, ())),
        properties=frozenset(term for kind in _PROPERTY_KINDS for term in typed.get(kind, ())),
        object_properties=frozenset(typed.get(_OBJECT_PROPERTY, ())),
        concepts=frozenset(typed.get(_CONCEPT, ())),
        _superclasses=MappingProxyType(superclasses),
        _ranges=MappingProxyType(ranges),
        _labels=MappingProxyType(labels),
    )
