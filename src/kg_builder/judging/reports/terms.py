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
        "kg:UnknownTerm": Bilingual(
            "用了本体里没有的类、属性或概念。",
            "A class, property or concept is used that the ontology does not have.",
        ),
        "kg:UnusedTerm": Bilingual(
            "用了图里没人用的术语。", "A term is used that the graph makes no use of."
        ),
        "kg:MisspeltNamespace": Bilingual(
            "命名空间写得像已知的，但不是。", "A namespace is written much like a known one."
        ),
        "kg:DisjointTypes": Bilingual(
            "一个事物有两个互斥的类。", "A thing is of two classes that share no member."
        ),
        "kg:LexicalForm": Bilingual(
            "文字值的写法不合它的数据类型。", "A literal is not written as its datatype asks."
        ),
        "kg:LanguageTag": Bilingual("语言标签写得不对。", "A language tag is not well written."),
        "kg:ChineseWithoutTag": Bilingual(
            "中文文字没有语言标签。", "Chinese words have no language tag."
        ),
        "kg:Circle": Bilingual(
            "上下级关系绕成了圈。", "A hierarchy leads back to where it started."
        ),
        "kg:DanglingTarget": Bilingual(
            "指向的事物哪里都没有。", "What is pointed to exists nowhere."
        ),
        "kg:UntypedSubject": Bilingual(
            "一个事物没有类型，没有形状会检查它。",
            "A thing has no class, and no shape would check it.",
        ),
        "kg:IriPattern": Bilingual(
            "IRI 不照它的类的写法。", "An IRI is not made as those of its class."
        ),
        "kg:SchemaTriple": Bilingual(
            "提交的数据自带规则。", "A submission brings rules of its own."
        ),
        "kg:Import": Bilingual("owl:imports 从不获取。", "owl:imports is never fetched."),
        "kg:SameAs": Bilingual("图里不用 owl:sameAs。", "The graph has no owl:sameAs."),
        "kg:BlankNode": Bilingual("节点没有 IRI。", "A node has no IRI."),
        "kg:NamedGraph": Bilingual(
            "一次提交就是一个图，不收命名图。", "A submission is one graph, without named ones."
        ),
        "kg:ForgedEvidence": Bilingual(
            "用了只有报告的证据才有的术语。", "Terms are used that only evidence of reports has."
        ),
        "kg:HiddenCharacter": Bilingual(
            "文字里有看不见的字符。", "There are characters that nobody sees."
        ),
        "kg:NotFilledIn": Bilingual(
            "样本里的字还没有换成自己的。", "A form has not been filled in."
        ),
        "kg:GluedPunctuation": Bilingual(
            "中文标点把两个名称连成了一个。", "Chinese punctuation joins two names to one."
        ),
        "kg:UndeclaredPrefix": Bilingual(
            "要写的是带前缀的名称，却写成了完整的 IRI。",
            "An IRI where a prefixed name was meant.",
        ),
        "kg:IgnoredKey": Bilingual(
            "JSON-LD 的键没有含义，被略去。", "A key of JSON-LD has no meaning and is dropped."
        ),
        "kg:NothingToCheck": Bilingual("没有可检查的。", "There is nothing to check."),
        "kg:UnknownShaclTerm": Bilingual(
            "形状用了 SHACL 没有的属性。", "A shape uses a property that SHACL does not have."
        ),
        "kg:UnmetTarget": Bilingual(
            "形状的目标在数据里没有对应的节点。", "The target of a shape meets no node."
        ),
    }
)
_SECTIONS: Final = MappingProxyType(
    {
        "SPARQL": "sparql-constraints",
        "QualifiedMinCount": "QualifiedValueShapeConstraintComponent",
        "QualifiedMaxCount": "QualifiedValueShapeConstraintComponent",
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
    """Return what a constraint of SHACL or ours asks for; None for other people's."""
    return _HELP.get(component_name(iri))


def component_page(iri: str) -> str | None:
    """Return where SHACL defines a constraint component of its own; None for any other."""
    space, name = PREFIXES["sh"], component_name(iri).partition(":")[2]
    if not iri.startswith(space):
        return None
    return f"https://www.w3.org/TR/shacl/#{_SECTIONS.get(name, iri.removeprefix(space))}"
