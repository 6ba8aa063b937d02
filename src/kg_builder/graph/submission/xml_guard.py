"""XML that may be read: well-formed, of no depth that harms, and with no entities that do.

Small entities that a document declares itself are common in OWL (`<!ENTITY kg "https://…">`) and
harmless. What stands elsewhere is never read, and what multiplies is refused before it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NoReturn
from xml.parsers import expat

from kg_builder.errors import InputError
from kg_builder.graph.submission.wording import offset_of, refused_at

MAX_ENTITIES: Final = 1_000
MAX_ENTITY: Final = 10_000
"""Characters of one entity, with the entities in it."""
MAX_GROWTH: Final = 10 << 20
"""Characters that all entities of a document may add to it."""
REFERENCE: Final = re.compile(r"&(#x?[0-9A-Fa-f]+|[^#;&\s][^;&\s]*);")
PREDEFINED: Final[Mapping[str, str]] = MappingProxyType(
    {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
)


class _Stop(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def declared_entities(text: str, name: str, max_depth: int) -> Mapping[str, str]:
    """Return what the entities of a document stand for; it is well-formed then, and harmless.

    Raises InputError with the place and the reason.
    """
    guard = _Guard(max_depth)
    parser = expat.ParserCreate("utf-8")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = guard.doctype
    parser.EntityDeclHandler = guard.entity
    parser.AttlistDeclHandler = guard.attributes
    parser.StartElementHandler = guard.start
    parser.EndElementHandler = guard.end
    parser.XmlDeclHandler = guard.declaration
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - the signature of expat
    except _Stop as stop:
        place = offset_of(text, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        raise refused_at(text, place, name, stop.zh, stop.en) from None
    except expat.ExpatError as error:
        raise _not_well_formed(error, text, name) from None
    references = REFERENCE.finditer(text) if guard.entities else ()
    growth = sum(len(guard.entities.get(match[1], "")) for match in references)
    if growth > MAX_GROWTH:
        raise InputError(
            f"实体展开后要多出 {growth:,} 个字符，最多 {MAX_GROWTH:,}：请直接写出内容",
            f"its entities would add {growth:,} characters, and {MAX_GROWTH:,} are the most: write"
            " out what they stand for",
            file=name,
        )
    return guard.entities


def _not_well_formed(error: expat.ExpatError, text: str, name: str) -> InputError:
    place = offset_of(text, error.lineno, error.offset + 1)
    reason = expat.ErrorString(error.code)
    known = _REASONS.get(reason)
    zh, en = known or (reason, reason)
    return refused_at(text, place, name, f"不是正确的 XML：{zh}", f"not XML: {en}")


_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "no element found": (
        "文件没写完：有元素没有关上，或者没有元素",
        "it ends before its elements are closed, or holds none",
    ),
    "mismatched tag": (
        "结束标签与开始标签不一致",
        "the end tag is not that of the element that is open",
    ),
    "unbound prefix": ("前缀没有声明：加上 xmlns:前缀", "a prefix without its xmlns: declaration"),
    "undefined entity": (
        "没有声明的实体；& 本身写作 &amp;",
        "an entity that is not declared; & itself is written &amp;",
    ),
    "duplicate attribute": ("同一个属性写了两次", "an attribute twice"),
    "junk after document element": (
        "根元素之后还有内容",
        "there is something behind the outermost element",
    ),
    "not well-formed (invalid token)": (
        "这里的字符不合语法（& 写作 &amp;，< 写作 &lt;，属性值用英文引号）",
        "a character that cannot stand here (& is &amp;, < is &lt;, attributes have plain quotes)",
    ),
}


class _Guard:
    """What expat is told to call."""

    def __init__(self, max_depth: int) -> None:
        self.entities: dict[str, str] = {}
        self._max_depth = max_depth
        self._depth = 0

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise _Stop(
                f"声明的编码是 {encoding}，这里只读 UTF-8：另存为 UTF-8，并改正声明",
                f"declares the encoding {encoding}, and only UTF-8 is read: save it as UTF-8 and"
                " say so",
            )

    def doctype(self, _name: str, system: str | None, public: str | None, _internal: int) -> None:
        if system or public:
            _external(system or public or "", "DTD", "the DTD")

    def entity(
        self,
        name: str,
        is_parameter: int,
        value: str | None,
        _base: str | None,
        system: str | None,
        public: str | None,
        _notation: str | None,
    ) -> None:
        if system or public:
            _external(system or public or "", f"实体 {name}", f"the entity {name}")
        if is_parameter:
            raise _Stop(
                f"参数实体 %{name}; 不读：请去掉",
                f"a parameter entity, %{name};, is not read: leave it out",
            )
        self._add(name, value or "")

    def _add(self, name: str, value: str) -> None:
        if len(self.entities) == MAX_ENTITIES:
            raise _Stop(f"实体超过 {MAX_ENTITIES:,} 个", f"over {MAX_ENTITIES:,} entities")
        if "<" in value:
            raise _Stop(
                f"实体 {name} 含有标签，不读：请直接写出内容",
                f"the entity {name} holds tags and is not read: write out what it stands for",
            )
        length = len(value) + sum(
            len(self.entities.get(match[1], "")) for match in REFERENCE.finditer(value)
        )
        if length > MAX_ENTITY:
            raise _Stop(
                f"实体 {name} 展开后超过 {MAX_ENTITY:,} 个字符",
                f"the entity {name} stands for over {MAX_ENTITY:,} characters",
            )
        # those it holds are declared before it, else it is refused
        self.entities.setdefault(name, REFERENCE.sub(self._expanded, value))

    def _expanded(self, match: re.Match[str]) -> str:
        if match[1].startswith("#"):
            return match[0]
        known = self.entities.get(match[1], PREDEFINED.get(match[1]))
        if known is None:
            raise _Stop(
                f"实体 &{match[1]}; 在声明之前使用",
                f"the entity &{match[1]}; is used before it is declared",
            )
        return known

    def attributes(
        self, element: str, name: str, _kind: str, default: str | None, _required: int
    ) -> None:
        if default is not None:
            raise _Stop(
                f"DTD 给 {element} 的属性 {name} 规定了默认值，这里不读：写在元素里",
                f"the DTD gives the attribute {name} of {element} a default, which is not read:"
                " write it at the element",
            )

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._max_depth:
            raise _Stop(
                f"嵌套超过 {self._max_depth} 层", f"nested more than {self._max_depth} levels deep"
            )

    def end(self, _name: str) -> None:
        self._depth -= 1


def _external(where: str, zh: str, en: str) -> NoReturn:
    raise _Stop(
        f"{zh} 在别处（{where}），这里什么都不读取：请去掉，或把内容写进文件",
        f"{en} stands elsewhere ({where}), and nothing is fetched: leave it out, or write what it"
        " says into the file",
    )
