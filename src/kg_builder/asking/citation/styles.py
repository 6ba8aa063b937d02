"""Citations in words: plain text, GB/T 7714-2015, CSL-JSON, BibTeX.

GB/T 7714-2015 (信息与文献 参考文献著录规则) sets the order of the parts and their
punctuation, which is half-width: `责任者. 题名: 编号[R/OL]. 年: 引文位置(发布日期)[引用日期].
获取路径.` A part that is not known is left out with its punctuation. CSL-JSON follows the schema of
the Citation Style Language 1.0.2, BibTeX the entry types and fields of biblatex.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from kg_builder.asking.citation.record import Citation, CitedPlace, CitedSource
from kg_builder.asking.evidence import Contribution
from kg_builder.model.bilingual import Language

Style: TypeAlias = Literal["text", "gbt7714", "csl", "bibtex"]

_SHOWN: Final = 3
"""Places that a citation names one by one; of the others it gives the number."""
_BIBTEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "{}$&#_%"},
    }
)


def cited(citation: Citation, style: Style, language: Language, accessed: date) -> str:
    """Return a citation in a style, in lines without a last line feed.

    `accessed` is the day of access that is printed where there is an address to go to; a report
    whose retrieval is on record has that day.
    """
    return STYLES[style](citation, language, accessed)


def _plain(citation: Citation, language: Language, accessed: date) -> str:
    zh = language == "zh"
    lines = []
    if not citation.is_report:
        kind = citation.kind.pick(language) if citation.kind else None
        title = _flat(citation.title.pick(language))
        named = (f"{title}（{kind}）" if zh else f"{title} ({kind})") if kind else title
        lines.append(_sentence([named, citation.iri], zh=zh))
    lines += [_plain_source(source, accessed, zh=zh) for source in citation.sources]
    lines += [
        _sentence(
            [
                ("审阅人的决定：" if zh else "Reviewer's decision: ") + _flat(decision.who),
                decision.day,
                _flat(decision.reason),
            ],
            zh=zh,
        )
        for decision in citation.decisions[:_SHOWN]
    ]
    more = len(citation.decisions) - _SHOWN
    if more > 0:
        lines.append(f"另有 {more} 项决定。" if zh else f"{more} more decisions.")
    lines += [
        _sentence([_flat(item.in_words(language))], zh=zh)
        for item in citation.contributions[:_SHOWN]
    ]
    more = len(citation.contributions) - _SHOWN
    if more > 0:
        lines.append(f"另有 {more} 批贡献。" if zh else f"{more} more contributions.")
    lines.append(_plain_dataset(citation, accessed, zh=zh))
    return "\n".join(filter(None, lines))


def _plain_source(source: CitedSource, accessed: date, *, zh: bool) -> str:
    title = _flat(source.title)
    parts = [
        ("出处：" if zh else "Source: ") + (_flat(source.issuer) if source.issuer else ""),
        f"《{title}》" if zh else title,
        source.number and _flat(source.number),
        source.issued and (f"{source.issued} 发布" if zh else f"issued {source.issued}"),
        source.address and f"{source.address} {_visited(source, accessed, zh=zh)}",
        *_places(source, zh=zh),
    ]
    if not source.issuer:
        parts[:2] = [f"{parts[0]}{parts[1]}"]
    return _sentence(parts, zh=zh)


def _places(source: CitedSource, *, zh: bool) -> list[str]:
    """Return the first places in words, and how many more there are."""
    found = [_plain_place(place, zh=zh) for place in source.places[:_SHOWN]]
    more = len(source.places) - _SHOWN
    if more > 0:
        found.append(f"另有 {more} 处" if zh else f"{more} more places")
    return found


def _visited(source: CitedSource, accessed: date, *, zh: bool) -> str:
    day = source.retrieved or accessed.isoformat()
    return f"（{day} 查阅）" if zh else f"(accessed {day})"


def _plain_place(place: CitedPlace, *, zh: bool) -> str:
    words = (
        f"第 {place.line} 行第 {place.column} 字"
        if zh
        else f"line {place.line}, column {place.column}"
    )
    if not place.path:
        return words
    return f"{words}（{_flat(place.path)}）" if zh else f"{words} ({_flat(place.path)})"


def _plain_dataset(citation: Citation, accessed: date, *, zh: bool) -> str:
    version = _version(citation, zh=zh)
    licences = " ".join(citation.dataset.licences)
    parts = [
        *version,
        licences and (f"数据许可 {licences}" if zh else f"data licence {licences}"),
        _resolves(citation) and (f"{accessed} 查阅" if zh else f"accessed {accessed}"),
    ]
    words = _sentence(parts, zh=zh)
    return ("数据：" if zh else "Data: ") + words if words else ""


def _version(citation: Citation, *, zh: bool) -> list[str]:
    """Return what tells this state of the graph from any other."""
    dataset = citation.dataset
    found = (
        (dataset.tool, "kg_builder {}", "kg_builder {}"),
        (dataset.ontology, "本体 {}", "ontology {}"),
        (dataset.build, "构建 {}", "build {}"),
    )
    return [
        (chinese if zh else english).format(value) for value, chinese, english in found if value
    ]


def _resolves(citation: Citation) -> bool:
    """Return whether there is an address of the thing to go to."""
    return citation.iri is not None and not citation.dataset.is_placeholder


def _gbt(citation: Citation, language: Language, accessed: date) -> str:
    zh = language == "zh"
    entries = [] if citation.is_report else [_gbt_dataset(citation, language, accessed)]
    entries += [_gbt_source(source, accessed, zh=zh) for source in citation.sources]
    entries += [_gbt_contribution(item, zh=zh) for item in citation.contributions]
    if len(entries) == 1:
        return entries[0]
    return "\n".join(f"[{number}] {entry}" for number, entry in enumerate(entries, 1))


def _gbt_dataset(citation: Citation, language: Language, accessed: date) -> str:
    online = _resolves(citation)
    version = ", ".join(_version(citation, zh=language == "zh"))
    visited = f"[{accessed}]" if online else ""
    title = _flat(citation.title.pick(language))
    return _stops([f"{title}[{'DS/OL' if online else 'DS'}]", version + visited, citation.iri])


def _gbt_source(source: CitedSource, accessed: date, *, zh: bool) -> str:
    medium = "R/OL" if source.address else "R"
    title = _flat(source.title) + (f": {_flat(source.number)}" if source.number else "")
    year = source.issued[:4] if source.issued else ""
    day = f"({source.issued})" if source.issued and len(source.issued) > 4 else ""
    visited = f"[{source.retrieved or accessed}]" if source.address else ""
    issue = ": ".join(filter(None, (year, _lines(source, zh=zh)))) + day + visited
    issuer = _flat(source.issuer) if source.issuer else ""
    return _stops([issuer, f"{title}[{medium}]", issue, source.address])


def _gbt_contribution(item: Contribution, *, zh: bool) -> str:
    day = item.when[:10]
    return _stops([_flat(item.by), f"{_contributed(item, zh=zh)}[Z]", f"{day[:4]}({day})"])


def _contributed(item: Contribution, *, zh: bool) -> str:
    """Return the title of a contribution: its number, and the source of the claim."""
    source = _flat(item.source)
    if zh:
        return f"第 {item.number} 批贡献, 依据: {source}"
    return f"contribution {item.number}, source: {source}"


def _address(item: Contribution) -> str | None:
    """Return the source of a contribution where that is an address to go to."""
    return item.source if item.source.startswith(("https://", "http://")) else None


def _lines(source: CitedSource, *, zh: bool) -> str:
    """Return the lines that are cited, as the standard gives pages."""
    numbers = sorted({place.line for place in source.places})
    if not numbers:
        return ""
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    more = len(numbers) - _SHOWN
    if zh:
        return f"第{shown}行" + (f"等{len(numbers)}行" if more > 0 else "")
    word = "line" if len(numbers) == 1 else "lines"
    return f"{word} {shown}" + (f" and {more} more" if more > 0 else "")


def _csl(citation: Citation, language: Language, accessed: date) -> str:
    zh = language == "zh"
    items: list[dict[str, Any]] = []
    if not citation.is_report:
        items.append(
            {
                "id": _key(citation.iri or citation.title.zh),
                "type": "dataset",
                "title": citation.title.pick(language),
                "version": ", ".join(_version(citation, zh=zh)) or None,
                "URL": citation.iri if _resolves(citation) else None,
                "accessed": _csl_date(accessed.isoformat()) if _resolves(citation) else None,
                "note": citation.iri if not _resolves(citation) else None,
            }
        )
    items += [_csl_source(source, accessed, zh=zh) for source in citation.sources]
    items += [_csl_contribution(item, zh=zh) for item in citation.contributions]
    known = [{name: value for name, value in item.items() if value} for item in items]
    return json.dumps(known, ensure_ascii=False, indent=2)


def _csl_source(source: CitedSource, accessed: date, *, zh: bool) -> dict[str, Any]:
    return {
        "id": _key(source.iri),
        "type": "report",
        "title": source.title,
        "author": [{"literal": source.issuer}] if source.issuer else None,
        "number": source.number,
        "issued": _csl_date(source.issued),
        "accessed": _csl_date(source.retrieved or str(accessed)) if source.address else None,
        "URL": source.address,
        "language": "zh",
        "note": "; ".join(_places(source, zh=zh)),
    }


def _csl_contribution(item: Contribution, *, zh: bool) -> dict[str, Any]:
    return {
        "id": _key(item.graph),
        "type": "document",
        "title": _contributed(item, zh=zh),
        "author": [{"literal": item.by}],
        "issued": _csl_date(item.when[:10]),
        "URL": _address(item),
    }


def _csl_date(word: str | None) -> dict[str, Any] | None:
    return {"date-parts": [[int(part) for part in word.split("-")]]} if word else None


def _bibtex(citation: Citation, language: Language, accessed: date) -> str:
    zh = language == "zh"
    entries = []
    if not citation.is_report:
        fields = {
            "title": citation.title.pick(language),
            "version": ", ".join(_version(citation, zh=zh)),
            "url": citation.iri if _resolves(citation) else None,
            "urldate": str(accessed) if _resolves(citation) else None,
            "note": citation.iri if not _resolves(citation) else None,
        }
        entries.append(_bibtex_entry("dataset", citation.iri or citation.title.zh, fields))
    for source in citation.sources:
        fields = {
            "author": source.issuer and f"{{{_bibtex_words(source.issuer)}}}",
            "title": source.title,
            "number": source.number,
            "date": source.issued,
            "url": source.address,
            "urldate": (source.retrieved or str(accessed)) if source.address else None,
            "note": "; ".join(_places(source, zh=zh)),
        }
        entries.append(_bibtex_entry("report", source.iri, fields))
    for item in citation.contributions:
        fields = {
            "author": f"{{{_bibtex_words(item.by)}}}",
            "title": _contributed(item, zh=zh),
            "date": item.when[:10],
            "url": _address(item),
        }
        entries.append(_bibtex_entry("misc", item.graph, fields))
    return "\n\n".join(entries)


def _bibtex_entry(kind: str, name: str, fields: Mapping[str, str | None]) -> str:
    raw = ("author", "url")  # an author is escaped already, a URL stands as it is
    lines = [
        f"  {field} = {{{value if field in raw else _bibtex_words(value)}}},"
        for field, value in fields.items()
        if value
    ]
    return "\n".join((f"@{kind}{{{_key(name)},", *lines, "}"))


def _bibtex_words(text: str) -> str:
    return _flat(text).translate(_BIBTEX)


def _key(name: str) -> str:
    """Return a key that depends on what is cited alone."""
    return "kg-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _flat(text: str) -> str:
    """Return a text in one line: a label may hold any characters."""
    return re.sub(r"\s+", " ", text).strip()


def _sentence(parts: Sequence[str | bool | None], *, zh: bool) -> str:
    found = [part for part in parts if part and isinstance(part, str)]
    return ("，" if zh else ", ").join(found) + ("。" if zh else ".") if found else ""


def _stops(parts: Sequence[str | None]) -> str:
    return "".join(f"{part}. " for part in parts if part).rstrip()


STYLES: Final[Mapping[Style, Callable[[Citation, Language, date], str]]] = MappingProxyType(
    {"text": _plain, "gbt7714": _gbt, "csl": _csl, "bibtex": _bibtex}
)
