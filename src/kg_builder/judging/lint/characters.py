"""Characters that nobody sees: they make two things of what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.judging.lint.findings import Kind, about, instead
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Mend, Part, Raw
from kg_builder.model.bilingual import Bilingual

_IMPOSSIBLE: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
"""What XML 1.0 cannot hold (W3C, XML 1.0, 2.2)."""
_HIDDEN: Final = re.compile(
    f"[{_IMPOSSIBLE}\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb]"
    "|(?<=[\u3007\u3400-\u4dbf\u4e00-\u9fff])[\u200c\u200d]|[\u200c\u200d](?=[\u3007-\u9fff])"
)
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_IN_XML: Final = re.compile(f"[{_IMPOSSIBLE}]")


def hidden(task: Task) -> Iterator[Raw]:
    """Yield the literals and IRIs that hold characters nobody sees."""
    seen: set[NamedNode] = set()
    for triple in task.triples:
        value = triple.object
        if isinstance(value, Literal) and _is_hiding(value.value):
            clean = _HIDDEN.sub("", value.value)
            yield _result(triple, "object", value.value, _same_kind(value, clean))
        for part, term in _named(triple):
            if term not in seen:
                seen.add(term)
                if _is_hiding(term.value):
                    yield _result(triple, part, term.value, NamedNode(_HIDDEN.sub("", term.value)))


def _named(triple: Triple) -> Iterator[tuple[Part, NamedNode]]:
    if isinstance(triple.subject, NamedNode):
        yield "subject", triple.subject
    if isinstance(triple.object, NamedNode):
        yield "object", triple.object


def _is_hiding(text: str) -> bool:
    # none of the characters is printable, and most texts are
    return not text.isprintable() and _HIDDEN.search(text) is not None


def _same_kind(literal: Literal, value: str) -> Literal:
    if literal.language:
        return Literal(value, language=literal.language)
    return Literal(value, datatype=literal.datatype)


def _result(triple: Triple, part: Part, text: str, new: Term) -> Raw:
    found = sorted(set(_HIDDEN.findall(text)))
    named = " ".join(f"U+{ord(character):04X}" for character in found)
    zh, en = f"含有看不见的字符 {named}", f"there are characters nobody sees: {named}"
    if not _BIDI.isdisjoint(found):
        zh, en = f"{zh}，会改变显示的方向", f"{en}, which change the direction of the text"
    impossible = _NOT_IN_XML.search(text) is not None
    if impossible:
        zh, en = f"{zh}，XML 无法保存", f"{en}, which XML cannot hold"
    words = Bilingual(f"{zh}：请删去", f"{en}: leave them out")
    title = Bilingual(f"删去 {named}", f"leave out {named}")
    mend = Mend(title, instead(triple, part, new, "").replacements)
    return about(
        Kind.HIDDEN_CHARACTER,
        triple,
        part,
        words,
        severity="Violation" if impossible else "Warning",
        fixes=(mend,),
    )
