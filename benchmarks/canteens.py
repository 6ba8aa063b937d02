"""Synthetic instance data of this domain, without end and from a seed: canteens with all they have.

Every `_WRONG`th canteen has a telephone number that draws a warning. What is wrong beyond that is
planted: each fault of `FAULTS` costs exactly one violation.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple, parse

from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE, RDFS_LABEL, expand

_HOUSE = Path(__file__).parents[1]
_NOT_OF_INSTANCES = ("ontology.ttl", "evidence.ttl")
_WRONG = 500
_EACH = 31


def files(*patterns: str) -> list[Triple]:
    """Return the triples of Turtle files of the project, each once."""
    found = sorted(path for pattern in patterns for path in _HOUSE.glob(pattern))
    wanted = (path for path in found if path.name not in _NOT_OF_INSTANCES)
    return list(dict.fromkeys(quad.triple for path in wanted for quad in parse(path=path)))


def node(segment: str, name: object) -> NamedNode:
    """Return the IRI of a thing; `segment` says what it is."""
    return NamedNode(f"{DEFAULT_BASE}id/{segment}/示例区_{name}")


DISTRICT = node("district", "区")
REPORT = node("report", "2024")
PERIOD = node("period", "2024")
STREETS = tuple(node("street", number) for number in range(30))
_ISSUER = node("institution", "政府")
_INDICATOR = node("indicator", "面积")
_FRAME = (
    (expand("statedIn"), REPORT),
    (expand("area"), DISTRICT),
    (expand("period"), PERIOD),
    (expand("resultKind"), expand("kind:actual")),
)


def frame() -> list[Triple]:
    """Return what all canteens share: district, streets, report, period, indicator."""
    return [
        *_named(DISTRICT, "District", "示例区"),
        *_named(REPORT, "Report", "示例区2024年报告"),
        *_named(_INDICATOR, "Indicator", "面积"),
        *_named(_ISSUER, "Institution", "示例区政府"),
        Triple(REPORT, expand("dcterms:title"), Literal("示例区2024年报告", language="zh")),
        Triple(REPORT, expand("coversArea"), DISTRICT),
        Triple(REPORT, expand("issuedBy"), _ISSUER),
        Triple(REPORT, expand("reportsPeriod"), PERIOD),
        Triple(PERIOD, RDF_TYPE, expand("Period")),
        Triple(PERIOD, expand("startYear"), _typed("2024", "gYear")),
        Triple(PERIOD, expand("endYear"), _typed("2024", "gYear")),
        Triple(PERIOD, expand("periodSpan"), expand("span:year")),
        *(t for number, s in enumerate(STREETS) for t in _named(s, "Street", f"示例{number}街道")),
        *(Triple(street, expand("within"), DISTRICT) for street in STREETS),
    ]


@dataclass(frozen=True, slots=True)
class Canteen:
    """A canteen, its listing, its address, and a figure about it; 31 triples."""

    number: int
    street: NamedNode
    telephone: str
    area: str

    @property
    def node(self) -> NamedNode:
        """The canteen itself."""
        return node("canteen", self.number)

    @property
    def listing(self) -> NamedNode:
        """What the report says of it."""
        return node("canteen-listing", self.number)

    def triples(self) -> list[Triple]:
        """Return all of it; the first twenty are canteen, address and listing."""
        address, figure = node("address", self.number), node("observation", self.number)
        name, road = f"示例助餐点{self.number}", f"示例{self.number % 97}路"
        return [
            *_named(self.node, "Canteen", name),
            Triple(address, RDF_TYPE, expand("Address")),
            Triple(address, expand("locn:fullAddress"), _zh(f"示例区{road}8号1号楼二层")),
            Triple(address, expand("roadName"), _zh(road)),
            Triple(address, expand("buildingNumber"), _zh("1号楼")),
            Triple(address, expand("houseNumber"), _zh("8号")),
            Triple(address, expand("districtName"), _zh("示例区")),
            Triple(address, expand("floor"), Literal(2)),
            Triple(self.node, expand("inStreet"), self.street),
            *_about(self.listing, "CanteenListing", self.node),
            Triple(self.listing, expand("street"), self.street),
            Triple(self.listing, expand("address"), address),
            Triple(self.listing, expand("telephone"), Literal(self.telephone)),
            Triple(self.listing, expand("listOrder"), Literal(self.number + 1)),
            *_about(figure, "Observation", self.node),
            Triple(figure, expand("indicator"), _INDICATOR),
            Triple(figure, expand("measure"), expand("measure:level")),
            Triple(figure, expand("value"), _typed(self.area, "decimal")),
            Triple(figure, expand("unit"), expand("unit:square-metre")),
            Triple(figure, expand("verbatim"), Literal(f"{self.area}平方米")),
        ]


def canteens(seed: int = 1) -> Iterator[Canteen]:
    """Yield canteens without end."""
    chance = random.Random(seed)
    for number in count():
        phone = f"010-{chance.randrange(10**7, 10**8)}" if number % _WRONG else "无"
        yield Canteen(number, chance.choice(STREETS), phone, f"{chance.randrange(10, 500)}.5")


def stream(least: int) -> Iterator[Triple]:
    """Yield instance data of at least so many triples; one canteen in `_WRONG` is doubtful."""
    found = frame()
    yield from found
    size = len(found)
    for canteen in canteens():
        if size >= least:
            return
        found = canteen.triples()
        yield from found
        size += len(found)


def doubtful(triples: int) -> int:
    """Return how many warnings `stream` of so many triples draws."""
    number = -(-(triples - len(frame())) // _EACH)
    return -(-number // _WRONG)


def twenty(number: int, *, wrong: bool = False) -> list[Triple]:
    """Return twenty new triples: a canteen, its address and its listing, maybe one value wrong."""
    canteen = Canteen(number, STREETS[number % len(STREETS)], "010-12345678", "100.5")
    found = canteen.triples()[:20]
    return FAULTS[0](found) if wrong else found


def _changed(predicate: str, value: Literal | NamedNode | None) -> _Fault:
    """Return what gives a canteen's parts another value of a predicate, or none."""
    wanted = expand(predicate)

    def change(triples: Sequence[Triple]) -> list[Triple]:
        kept = [t for t in triples if t.predicate != wanted]
        if value is None:
            return kept
        return [*kept, *(Triple(t.subject, wanted, value) for t in triples if t not in kept)]

    return change


_Fault = Callable[[Sequence[Triple]], list[Triple]]


def _named(thing: NamedNode, cls: str, label: str) -> list[Triple]:
    return [Triple(thing, RDF_TYPE, expand(cls)), Triple(thing, RDFS_LABEL, _zh(label))]


def _about(statement: NamedNode, cls: str, thing: NamedNode) -> list[Triple]:
    return [
        Triple(statement, RDF_TYPE, expand(cls)),
        Triple(statement, expand("about"), thing),
        *(Triple(statement, *pair) for pair in _FRAME),
    ]


def _zh(text: str) -> Literal:
    return Literal(text, language="zh")


def _typed(text: str, name: str) -> Literal:
    return Literal(text, datatype=expand(f"xsd:{name}"))


FAULTS: tuple[_Fault, ...] = (
    _changed("listOrder", Literal(0)),
    _changed("value", Literal("很多")),
    _changed("unit", None),
    _changed("about", None),
    _changed("locn:fullAddress", None),
    _changed("indicator", None),
    _changed("measure", None),
    _changed("floor", Literal(999)),
)
"""Each makes one violation of a canteen."""


def planted(least: int, faults: int) -> list[Triple]:
    """Return instance data of at least so many triples, with so many violations."""
    found = frame()
    parts = [canteen.triples() for canteen in islice(canteens(), -(-least // _EACH))]
    step = len(parts) // faults
    for number, triples in enumerate(parts):
        place, rest = divmod(number, step)
        wrong = rest == 1 and place < faults
        found += FAULTS[place % len(FAULTS)](triples) if wrong else triples
    return found
