"""The figures as a data cube: every observation, with the structure that tells how to read it.

Format: The RDF Data Cube Vocabulary (W3C Recommendation, 2014); the cubes are well-formed (its
section 11). The structure is the same for every publisher and stands in the namespace `cube#`;
observations keep the IRIs they have in the data. What hangs from them here are the cube's own
properties, each with exactly one value, since a well-formed cube allows no gap:

- What a report leaves open (a basis, a comparison, a period) is `cube:notStated`, a code of every
  list, rather than one more structure for each combination of what may be missing.
- Several values of one (two bases at once) are one code of their own, which names its parts.
- A figure about nothing else is about its area, as the ontology has it.
- A report may give two figures for the same thing: `cube:occurrence` numbers them, in the order of
  their IRIs. Nothing is dropped and nothing decided here.
- Figures and words are two cubes (`figures`, `wordings`), since each observation of a cube has
  each of its measures.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.distribution.contents import Contents
from kg_builder.graph.distribution.terms import CUBE, Description, Term, integer, term
from kg_builder.graph.iris import local_name
from kg_builder.model.bilingual import Bilingual

NOT_STATED: Final = NamedNode(CUBE + "notStated")


@dataclass(frozen=True, slots=True)
class _Dimension:
    """A dimension: the property of the graph that it is read from, its names, its SDMX kin.

    `codes` names its code list; without, its values are things of the graph.
    """

    name: str
    source: str
    label: Bilingual
    codes: str | None = None
    parent: str | None = None
    concept: str | None = None


_DIMENSIONS: Final = (
    _Dimension(
        "area",
        "kg:area",
        Bilingual("地区", "area"),
        parent="sdmx-dimension:refArea",
        concept="sdmx-concept:refArea",
    ),
    _Dimension(
        "period",
        "kg:period",
        Bilingual("时期", "period"),
        parent="sdmx-dimension:refPeriod",
        concept="sdmx-concept:refPeriod",
    ),
    _Dimension("subject", "kg:about", Bilingual("所计量的事物", "thing measured")),
    _Dimension("indicator", "kg:indicator", Bilingual("指标", "indicator"), codes="indicators"),
    _Dimension("measureKind", "kg:measure", Bilingual("量度", "kind of measure"), codes="measures"),
    _Dimension(
        "resultKind", "kg:resultKind", Bilingual("实绩或计划", "actual or plan"), codes="kinds"
    ),
    _Dimension("basis", "kg:basis", Bilingual("口径", "basis"), codes="bases"),
    _Dimension(
        "comparison", "kg:comparedWith", Bilingual("比较对象", "compared with"), codes="comparisons"
    ),
    _Dimension("report", "kg:statedIn", Bilingual("出处报告", "stating report")),
)
_OCCURRENCE: Final = _Dimension("occurrence", "", Bilingual("第几个", "occurrence"))
_CODE_LISTS: Final = {
    "indicators": Bilingual("指标", "Indicators"),
    "measures": Bilingual("量度", "Kinds of measure"),
    "kinds": Bilingual("实绩或计划", "Actual or plan"),
    "bases": Bilingual("口径", "Bases"),
    "comparisons": Bilingual("比较对象", "What figures are compared with"),
}


@dataclass(frozen=True, slots=True)
class _Attribute:
    """What qualifies a figure; required ones stand at every observation."""

    name: str
    required: bool = False
    parent: str | None = None
    concept: str | None = None


_ATTRIBUTES: Final = (
    _Attribute(
        "kg:unit",
        required=True,
        parent="sdmx-attribute:unitMeasure",
        concept="sdmx-concept:unitMeasure",
    ),
    _Attribute("kg:bound"),
    _Attribute("kg:normalizedValue"),
    _Attribute("kg:headline"),
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two cubes: what it measures, and what may qualify that."""

    name: str
    measure: str
    label: Bilingual
    comment: Bilingual
    attributes: tuple[_Attribute, ...]


_FIGURES: Final = _Kind(
    "figures",
    "kg:value",
    Bilingual("报告中的数", "Figures of reports"),
    Bilingual(
        "报告为某地区、某时期、某事物的某指标给出的数；报告没有说的，以“未说明”表示。",
        "The figures that reports give for an indicator of a thing, an area and a period; what a"
        " report leaves open is coded “not stated”.",
    ),
    _ATTRIBUTES,
)
_WORDINGS: Final = _Kind(
    "wordings",
    "kg:verbatim",
    Bilingual("报告中以文字给出的量", "Quantities that reports put in words"),
    Bilingual(
        "报告只用文字说的量，照印出的写法，没有数值。",
        "What reports say of an indicator in words alone, as printed, without a number.",
    ),
    (),
)


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube that was written: its `qb:DataSet`, its names, how many observations it has."""

    node: NamedNode
    label: Bilingual
    comment: Bilingual
    observations: int


def describe_cubes(about: Description, contents: Contents) -> tuple[Cube, ...]:
    """Describe the figures of a graph as cubes; return those that have any observation."""
    found: dict[str, list[NamedNode]] = defaultdict(list)
    for node in contents.facts.instances("kg:Observation"):
        kind = next((k for k in (_FIGURES, _WORDINGS) if _measured(contents, node, k)), None)
        if kind:
            found[kind.name].append(node)
    if not found:
        return ()
    codes = _Codes(about, contents)
    cubes = []
    for kind in (_FIGURES, _WORDINGS):
        if found[kind.name]:
            node = NamedNode(f"{contents.base}cube/{kind.name}")
            _describe_structure(about, kind, contents)
            _describe_observations(about, node, kind, found[kind.name], contents, codes)
            about.a(node, "qb:DataSet")
            about.say(node, "rdfs:label", kind.label)
            about.say(node, "dcterms:title", kind.label)
            about.say(node, "rdfs:comment", kind.comment)
            about.say(node, "qb:structure", _structure(kind))
            about.say(node, "dcterms:license", contents.licence)
            cubes.append(Cube(node, kind.label, kind.comment, len(found[kind.name])))
    return tuple(cubes)


def _measured(contents: Contents, node: NamedNode, kind: _Kind) -> bool:
    required = [kind.measure, *(item.name for item in kind.attributes if item.required)]
    return all(contents.facts.values(node, name) for name in required)


def _structure(kind: _Kind) -> NamedNode:
    return NamedNode(f"{CUBE}{kind.name}-structure")


def _describe_structure(about: Description, kind: _Kind, contents: Contents) -> None:
    structure = _structure(kind)
    about.a(structure, "qb:DataStructureDefinition")
    about.say(structure, "rdfs:label", kind.label)
    dimensions = (*_DIMENSIONS, _OCCURRENCE)
    for order, dimension in enumerate(dimensions, 1):
        node = NamedNode(CUBE + dimension.name)
        _describe_dimension(about, node, dimension)
        _component(about, structure, dimension.name, "qb:dimension", node, order)
    measure = term(kind.measure)
    about.a(measure, "rdf:Property", "qb:MeasureProperty")
    about.say(measure, "rdfs:label", *contents.terms.labels(measure))
    local = kind.measure.partition(":")[2]
    _component(about, structure, local, "qb:measure", measure, len(dimensions) + 1)
    if kind is _FIGURES:
        about.say(measure, "rdfs:subPropertyOf", term("sdmx-measure:obsValue"))
        about.say(measure, "qb:concept", term("sdmx-concept:obsValue"))
    for order, item in enumerate(kind.attributes, len(dimensions) + 2):
        node = term(item.name)
        about.a(node, "rdf:Property", "qb:AttributeProperty")
        about.say(node, "rdfs:label", *contents.terms.labels(node))
        about.say(node, "rdfs:subPropertyOf", term(item.parent) if item.parent else None)
        about.say(node, "qb:concept", term(item.concept) if item.concept else None)
        component = _component(
            about, structure, item.name.partition(":")[2], "qb:attribute", node, order
        )
        required = Literal(str(item.required).lower(), datatype=term("xsd:boolean"))
        about.say(component, "qb:componentRequired", required)


def _describe_dimension(about: Description, node: NamedNode, dimension: _Dimension) -> None:
    about.a(node, "rdf:Property", "qb:DimensionProperty")
    about.say(node, "rdfs:label", dimension.label)
    if dimension.codes:
        about.a(node, "qb:CodedProperty")
        about.say(node, "rdfs:range", term("skos:Concept"))
        about.say(node, "qb:codeList", NamedNode(CUBE + dimension.codes))
    elif dimension is _OCCURRENCE:
        about.say(node, "rdfs:range", term("xsd:integer"))
    else:
        about.say(node, "rdfs:range", term("rdfs:Resource"))
    about.say(node, "rdfs:subPropertyOf", term(dimension.parent) if dimension.parent else None)
    about.say(node, "qb:concept", term(dimension.concept) if dimension.concept else None)


def _component(
    about: Description,
    structure: NamedNode,
    name: str,
    role: str,
    node: NamedNode,
    order: int,
) -> NamedNode:
    component = NamedNode(f"{structure.value}-{name}")
    about.a(component, "qb:ComponentSpecification")
    about.say(structure, "qb:component", component)
    about.say(component, role, node)
    about.say(component, "qb:order", integer(order))
    return component


def _describe_observations(
    about: Description,
    cube: NamedNode,
    kind: _Kind,
    nodes: Sequence[NamedNode],
    contents: Contents,
    codes: _Codes,
) -> None:
    met: dict[tuple[Term, ...], int] = defaultdict(int)
    for node in nodes:
        place = tuple(codes.of(dimension, node) for dimension in _DIMENSIONS)
        met[place] += 1
        about.a(node, "qb:Observation")
        about.say(node, "qb:dataSet", cube)
        for dimension, value in zip(_DIMENSIONS, place, strict=True):
            about.say(node, f"cube:{dimension.name}", value)
        about.say(node, f"cube:{_OCCURRENCE.name}", integer(met[place]))
        for name in (kind.measure, *(item.name for item in kind.attributes)):
            about.say(node, name, contents.facts.first(node, name))


class _Codes:
    """The values of dimensions: exactly one for each observation, described where first met."""

    def __init__(self, about: Description, contents: Contents) -> None:
        self._about = about
        self._contents = contents
        self._made: set[tuple[str, Term]] = set()
        about.say(NOT_STATED, "rdfs:label", Bilingual("未说明", "not stated"))
        about.say(NOT_STATED, "skos:prefLabel", Bilingual("未说明", "not stated"))
        about.a(NOT_STATED, "skos:Concept")
        for name, label in _CODE_LISTS.items():
            node = NamedNode(CUBE + name)
            about.a(node, "skos:ConceptScheme")
            about.say(node, "rdfs:label", label)
            about.say(node, "dcterms:title", label)
            about.say(NOT_STATED, "skos:inScheme", node)

    def of(self, dimension: _Dimension, observation: NamedNode) -> Term:
        """Return the value of a dimension."""
        values = self._contents.facts.values(observation, dimension.source)
        if not values and dimension.name == "subject":
            values = self._contents.facts.values(observation, "kg:area")
        nodes = [self._node(dimension, value) for value in values]
        found = nodes[0] if len(nodes) == 1 else self._together(dimension, nodes)
        self._list(dimension, found)
        return found

    def _node(self, dimension: _Dimension, value: Term) -> NamedNode:
        """Return a value as a thing with a name: words become a code."""
        if isinstance(value, NamedNode):
            labels = self._contents.facts.labels(value) or self._contents.terms.labels(value)
            return self._named(dimension, value, labels)
        words = value.value
        node = NamedNode(f"{self._contents.base}cube/{dimension.name}/{local_name([words])}")
        return self._named(dimension, node, [value] if isinstance(value, Literal) else [])

    def _together(self, dimension: _Dimension, nodes: Sequence[NamedNode]) -> NamedNode:
        """Return one value for several, or for none."""
        if not nodes:
            return NOT_STATED
        digest = hashlib.sha256("\n".join(node.value for node in nodes).encode()).hexdigest()[:12]
        node = NamedNode(f"{self._contents.base}cube/{dimension.name}/{digest}")
        self._about.say(node, "dcterms:hasPart", *nodes)
        return self._named(dimension, node, list(self._joined(nodes)))

    def _joined(self, nodes: Sequence[NamedNode]) -> Iterator[Literal]:
        for language, comma in (("zh", "、"), ("en", ", ")):
            names = [
                next((n.value for n in self._labels(node) if n.language == language), None)
                for node in nodes
            ]
            if all(names):
                yield Literal(comma.join(filter(None, names)), language=language)

    def _labels(self, node: NamedNode) -> list[Literal]:
        return self._contents.facts.labels(node) or self._contents.terms.labels(node)

    def _named(
        self, dimension: _Dimension, node: NamedNode, labels: Sequence[Literal]
    ) -> NamedNode:
        self._about.say(node, "rdfs:label", *labels)
        if dimension.codes:  # SKOS allows one preferred label a language
            firsts = {label.language: label for label in reversed(labels)}
            self._about.say(node, "skos:prefLabel", *firsts.values())
        return node

    def _list(self, dimension: _Dimension, node: NamedNode) -> None:
        """Put a code into the list of its dimension, once."""
        if dimension.codes and (dimension.codes, node) not in self._made:
            self._made.add((dimension.codes, node))
            self._about.a(node, "skos:Concept")
            self._about.say(node, "skos:inScheme", NamedNode(CUBE + dimension.codes))
