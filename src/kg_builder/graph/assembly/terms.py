"""From the values of facts to RDF terms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from kg_builder.errors import ConfigurationError
from kg_builder.graph.iris import mint
from kg_builder.graph.ontology import Ontology
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, expand
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text, Value, Year

_XSD = PREFIXES["xsd"]
_DECIMAL = NamedNode(_XSD + "decimal")
_INTEGER = NamedNode(_XSD + "integer")
_GYEAR = NamedNode(_XSD + "gYear")
_DATE = NamedNode(_XSD + "date")
_BOOLEAN = NamedNode(_XSD + "boolean")


def decimal_form(value: Decimal) -> str:
    """Return the form that every engine keeps: no trailing zeros, no exponent (6.0 gives `6`).

    Engines rewrite `12.50` to `12.5` on their own; the digits as printed stand in `kg:verbatim`.
    """
    if not value.is_finite():
        raise ValueError(f"not a figure: {value}")
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


class Terms:
    """Turns names and values of the text wing into terms; each name is checked once.

    Raises ConfigurationError for a class, property or concept that the ontology does not have: a
    rule or a table kind that names it is wrong.
    """

    def __init__(self, base: str, ontology: Ontology) -> None:
        self.base = base
        self._ontology = ontology
        self._names: dict[str, NamedNode] = {}
        self._entities: dict[EntityId, NamedNode] = {}

    def entity(self, entity: EntityId) -> NamedNode:
        """Return the IRI of an entity."""
        iri = self._entities.get(entity)
        if iri is None:
            iri = self._entities[entity] = mint(self.base, entity)
        return iri

    def name(self, name: str) -> NamedNode:
        """Return the class or property of a local or prefixed name."""
        term = self._names.get(name)
        if term is None:
            term = self._names[name] = self._checked(name)
        return term

    def _checked(self, name: str) -> NamedNode:
        try:
            term = expand(name)
        except KeyError:
            term = None
        known = self._ontology.classes | self._ontology.properties
        if term is None or (term.value.startswith(PREFIXES["kg"]) and term not in known):
            raise ConfigurationError(
                f"本体里没有“{name}”：请改正用到它的表类或规则",
                f"the ontology has no {name!r}: mend the table kind or rule that names it",
            )
        return term

    def value(self, value: Value) -> NamedNode | Literal:
        """Return the term of a fact's object."""
        match value:
            case EntityId():
                return self.entity(value)
            case Concept(scheme, name):
                concept = NamedNode(f"{HOUSE}{scheme}/{name}")
                if concept not in self._ontology.concepts:
                    raise ConfigurationError(
                        f"分类表里没有“{scheme}:{name}”",
                        f"the taxonomies have no concept {scheme}:{name}",
                    )
                return concept
            case Text(text):
                return Literal(text, language="zh")
            case Year(year):
                return Literal(f"{year:04d}", datatype=_GYEAR)
            case bool():
                return Literal("true" if value else "false", datatype=_BOOLEAN)
            case int():
                return Literal(str(value), datatype=_INTEGER)
            case Decimal():
                return Literal(decimal_form(value), datatype=_DECIMAL)
            case date():
                return Literal(value.isoformat(), datatype=_DATE)
            case str():
                return Literal(value)
