"""Terms of results in short: prefixed names, and what each kind of constraint asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual

_SUFFIX: Final = "ConstraintComponent"

_HELP: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        "sh:Class": Bilingual("值须是某个类的实例。", "A value must be an instance of a class."),
        "sh:Datatype": Bilingual(
            "值须是某种数据类型的文字值，写法合乎该类型的文法。",
            "A value must be a literal of a datatype, written as its grammar asks.",
        ),
        "sh:NodeKind": Bilingual(
            "值须是 IRI、空白节点或文字值中的某种。",
            "A value must be of a kind: IRI, blank node or literal.",
        ),
        "sh:MinCount": Bilingual("值的个数有下限。", "There is a least number of values."),
        "sh:MaxCount": Bilingual("值的个数有上限。", "There is a greatest number of values."),
        "sh:MinExclusive": Bilingual("值须大于某数。", "A value must be greater than a bound."),
        "sh:MinInclusive": Bilingual("值不得小于某数。", "A value must not be below a bound."),
        "sh:MaxExclusive": Bilingual("值须小于某数。", "A value must be less than a bound."),
        "sh:MaxInclusive": Bilingual("值不得大于某数。", "A value must not be above a bound."),
        "sh:MinLength": Bilingual("值的字数有下限。", "A value has a least length."),
        "sh:MaxLength": Bilingual("值的字数有上限。", "A value has a greatest length."),
        "sh:Pattern": Bilingual("值须合乎正则表达式。", "A value must match a regular expression."),
        "sh:LanguageIn": Bilingual(
            "值须带有规定的语言标签。", "A value must have one of the allowed language tags."
        ),
        "sh:UniqueLang": Bilingual(
            "每种语言至多一个值。", "There is at most one value in each language."
        ),
        "sh:Equals": Bilingual("两个属性的值须相同。", "Two properties must have the same values."),
        "sh:Disjoint": Bilingual(
            "两个属性不得有相同的值。", "Two properties must not share a value."
        ),
        "sh:LessThan": Bilingual(
            "值须小于另一属性的值。", "A value must be less than those of another property."
        ),
        "sh:LessThanOrEquals": Bilingual(
            "值不得大于另一属性的值。", "A value must not exceed those of another property."
        ),
        "sh:Not": Bilingual("值不得合乎某个形状。", "A value must not conform to a shape."),
        "sh:And": Bilingual("值须合乎所有这些形状。", "A value must conform to all shapes."),
        "sh:Or": Bilingual("值须合乎其中一个形状。", "A value must conform to one of the shapes."),
        "sh:Xone": Bilingual(
            "值须恰好合乎一个形状。", "A value must conform to exactly one of the shapes."
        ),
        "sh:Node": Bilingual("值须合乎某个形状。", "A value must conform to a shape."),
        "sh:QualifiedMinCount": Bilingual(
            "合乎某个形状的值有个数下限。", "There is a least number of values of a shape."
        ),
        "sh:QualifiedMaxCount": Bilingual(
            "合乎某个形状的值有个数上限。", "There is a greatest number of values of a shape."
        ),
        "sh:Closed": Bilingual(
            "只许用形状列出的属性。", "Only the properties that the shape lists are allowed."
        ),
        "sh:HasValue": Bilingual("须有某个值。", "A certain value must be there."),
        "sh:In": Bilingual("值须是列出的之一。", "A value must be one of those listed."),
        "sh:SPARQL": Bilingual("用 SPARQL 写成的约束。", "A constraint that is written in SPARQL."),
    }
)


def shortened(prefixes: Mapping[str, str]) -> Mapping[str, str]:
    """Return what gives `<IRI>` as a prefixed name where one fits; `prefixes` before the known."""
    return PrefixedNames({**prefixes, **_others(prefixes)}, None)


def _others(prefixes: Mapping[str, str]) -> dict[str, str]:
    return {name: space for name, space in PREFIXES.items() if name not in prefixes}


@lru_cache(maxsize=4096)
def short(iri: str) -> str:
    """Return an IRI as a prefixed name of a known vocabulary where one fits, else in brackets."""
    return shortened({})[f"<{iri}>"]


def component_name(iri: str) -> str:
    """Return what a constraint component is called: `sh:MinCount`, or the IRI's short form."""
    name = short(iri)
    return name.removesuffix(_SUFFIX) if name.startswith(("sh:", "kg:")) else name


def component_help(iri: str) -> Bilingual | None:
    """Return what a constraint of SHACL asks for; None for any other."""
    return _HELP.get(component_name(iri))
