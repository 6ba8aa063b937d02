"""The ontology's documentation: every term with its shapes, queries and an instance; drawings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Final

from kg_builder.graph.query.catalogue import Parameter, StoredQuery
from kg_builder.graph.reference.records import ConceptTerm, Module, Reference
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.pages.markup import both, content_policy, shown
from kg_builder.pages.ontology_drawing import Drawn, hierarchy, relations
from kg_builder.pages.ontology_terms import Linker, TermWriter, link_out
from kg_builder.version import VERSION

GENERATOR: Final = "kg-builder docs"
"""Begins the `generator` of every page, which tells a page of ours from any other file."""

_HERE: Final = Path(__file__).parent
_MANY: Final = 100
"""Concepts above which a taxonomy's table is folded."""

_WORDS: Final[Mapping[str, Bilingual]] = {
    "skip": Bilingual("跳到正文", "Skip to the text"),
    "language": Bilingual("语言", "Language"),
    "show": Bilingual("只看", "Show"),
    "all": Bilingual("全部", "All"),
    "classes": Bilingual("类", "Classes"),
    "properties": Bilingual("属性", "Properties"),
    "concepts": Bilingual("概念", "Concepts"),
    "contents": Bilingual("目录", "Contents"),
    "about": Bilingual("概览", "Overview"),
    "hierarchy": Bilingual("类的层次", "Hierarchy of the classes"),
    "hierarchy_hint": Bilingual(
        "下位类在上位类之下，向右缩进；颜色表示模块；点击方框到该类。",
        "A subclass stands below its superclass, to the right; colours tell modules;"
        " a box leads to its class.",
    ),
    "index": Bilingual("全部词项", "All terms"),
    "relations": Bilingual("类及其关系", "Classes and their relations"),
    "relations_hint": Bilingual(
        "左边是类和它的属性（右端是数据类型与个数），线连到属性所指的类或分类；虚框的类属于别的模块。",
        "On the left classes with their properties (datatype and count at the end of the row);"
        " lines lead to the classes and taxonomies pointed at; a dashed class is of another"
        " module.",
    ),
    "taxonomies": Bilingual("分类", "Taxonomies"),
    "taxonomies_text": Bilingual(
        "取值的概念表（SKOS）；每个概念的 IRI 是分类的 IRI 加斜杠和代码。",
        "Tables of concepts (SKOS); the IRI of a concept is that of its taxonomy, a slash and"
        " the code.",
    ),
    "queries": Bilingual("存储的查询", "Stored queries"),
    "queries_text": Bilingual(
        "每个查询回答一个问题，可直接运行；参数可填可不填。",
        "Each answers one question and runs as it stands; parameters may be given.",
    ),
    "parameters": Bilingual("参数", "Parameters"),
    "text": Bilingual("查询文本", "Text of the query"),
    "other": Bilingual("别的词汇", "Other vocabularies"),
    "borrowed": Bilingual("沿用的词", "Terms reused"),
    "borrowed_text": Bilingual(
        "本体声明并沿用的词；定义见各自的词汇。",
        "Terms that the ontology declares and reuses; their vocabularies define them.",
    ),
    "used_by": Bilingual("本体中的用处", "Used here by"),
    "rules": Bilingual("形状的要求", "What shapes ask"),
    "alignments": Bilingual("对照", "Alignments"),
    "alignments_text": Bilingual(
        "与别的词汇的对照，供查考，不参与推理；各词的对照写在该词处。",
        "Matches with other vocabularies, for reference: no inference follows from them. Each"
        " term lists its own.",
    ),
    "prefixes": Bilingual("前缀", "Prefixes"),
    "prefix": Bilingual("前缀", "Prefix"),
    "namespace": Bilingual("命名空间", "Namespace"),
    "term": Bilingual("词", "Term"),
    "iri": Bilingual("IRI", "IRI"),
    "version": Bilingual("版本", "Version"),
    "licence": Bilingual("许可", "Licence"),
    "created": Bilingual("创建", "Created"),
    "modified": Bilingual("修改", "Modified"),
    "module": Bilingual("模块", "Module"),
    "imports": Bilingual("引入", "Imports"),
    "counts": Bilingual("规模", "Size"),
    "count_text": Bilingual(
        "{classes} 个类，{properties} 个属性，{concepts} 个概念，{shapes} 个形状，{queries} 个查询",
        "{classes} classes, {properties} properties, {concepts} concepts, {shapes} shapes,"
        " {queries} queries",
    ),
}


def ontology_page(reference: Reference, language: Language) -> str:
    """Return the documentation as one HTML document without requests.

    Both languages are in it, and the reader switches; `language` is the one shown first. Terms
    stand at the fragment of their local name (`#Canteen`, `#status/planned`). Raises
    ConfigurationError for a constraint of the shapes that there are no words for.
    """
    return _Writer(reference, language).page()


class _Writer:
    def __init__(self, reference: Reference, language: Language) -> None:
        self._reference = reference
        self._language: Language = language
        self._linker = Linker(reference)
        self._terms = TermWriter(reference, self._linker)
        self._drawn = Drawn(
            self._linker.anchor, self._linker.label, self._linker.local, self._linker.colour
        )

    def page(self) -> str:
        """Return the whole document."""
        root = self._reference.root
        style = "".join(
            (_HERE / f"{name}.css").read_text("utf-8") for name in ("house", "ontology")
        )
        script = (_HERE / "ontology.js").read_text("utf-8")
        return Template((_HERE / "ontology.html").read_text("utf-8")).substitute(
            {f"w_{name}": both(words) for name, words in _WORDS.items()},
            lang="zh-Hans" if self._language == "zh" else "en",
            zh_checked=" checked" if self._language == "zh" else "",
            en_checked=" checked" if self._language == "en" else "",
            policy=shown(content_policy(style, script)),
            generator=f"{GENERATOR} {VERSION}",
            plain_title=shown(" · ".join(dict.fromkeys((root.title.zh, root.title.en)))),
            title=both(root.title),
            version=shown(root.version or ""),
            style=style,
            script=script,
            navigation="".join(self._navigation()),
            about="".join(self._about()),
            hierarchy=hierarchy(self._reference, self._drawn),
            index="".join(self._index()),
            modules="\n".join(map(self._module, self._reference.modules)),
            schemes="\n".join(map(self._scheme, self._reference.schemes)),
            queries="".join(self._queries()),
            borrowed="".join(self._borrowed()),
            alignments="".join(self._alignments()),
            prefixes="".join(self._prefixes()),
        )

    def _navigation(self) -> Iterator[str]:
        for module in self._reference.modules:
            classes = "".join(
                f"<li>{self._entry(iri)}</li>"
                for iri, item in self._reference.classes.items()
                if item.term.module == module.iri
            )
            colour = f"d-{module.iri.rpartition('/')[2]}"
            yield f'<li class="{shown(colour)}">{self._entry(module.iri)}<ul>{classes}</ul></li>'
        schemes = "".join(f"<li>{self._entry(m.iri)}</li>" for m in self._reference.schemes)
        yield f'<li><a href="#ui-taxonomies">{self._say("taxonomies")}</a><ul>{schemes}</ul></li>'
        for name in ("queries", "other"):
            if name != "queries" or self._reference.queries:
                yield f'<li><a href="#ui-{name}">{self._say(name)}</a></li>'

    def _entry(self, iri: str) -> str:
        anchor = shown(self._linker.anchor(iri) or "")
        return f'<a href="#{anchor}">{both(self._linker.label(iri))}</a>'

    def _say(self, word: str) -> str:
        return both(_WORDS[word])

    def _about(self) -> Iterator[str]:
        root = self._reference.root
        counts = {
            "classes": len(self._reference.classes),
            "properties": len(self._reference.properties),
            "concepts": len(self._reference.concepts),
            "shapes": len(self._reference.shapes),
            "queries": len(self._reference.queries),
        }
        words = _WORDS["count_text"]
        size = Bilingual(words.zh.format(**counts), words.en.format(**counts))
        yield both(root.description, "p")
        yield '<dl class="facts">'
        yield from self._header(root)
        yield f"<dt>{self._say('counts')}</dt><dd>{both(size)}</dd></dl>"

    def _header(self, module: Module) -> Iterator[str]:
        rows = (
            ("iri", f"<code>{shown(module.iri)}</code>"),
            ("version", self._version(module)),
            ("prefix", _prefix(module)),
            ("licence", link_out(module.licence or "", shown(module.licence or ""))),
            ("created", shown(module.created or "")),
            ("modified", shown(module.modified or "")),
        )
        for word, html in rows:
            if html:
                yield f"<dt>{self._say(word)}</dt><dd>{html}</dd>"

    def _version(self, module: Module) -> str:
        iri = f" <code>{shown(module.version_iri)}</code>" if module.version_iri else ""
        return shown(module.version or "") + iri

    def _index(self) -> Iterator[str]:
        linker, reference = self._linker, self._reference
        for module in reference.modules:
            of_module = [
                *(
                    (iri, "c")
                    for iri, c in reference.classes.items()
                    if c.term.module == module.iri
                ),
                *(
                    (iri, "p")
                    for iri, p in reference.properties.items()
                    if p.term.module == module.iri
                ),
            ]
            terms = " ".join(
                f'<a class="{kind}" href="#{shown(linker.anchor(iri) or "")}">'
                f"{shown(linker.local(iri))}</a>"
                for iri, kind in of_module
            )
            colour = shown(f"d-{module.iri.rpartition('/')[2]}")
            yield f'<dt class="{colour}">{linker.named(module.iri)}</dt><dd>{terms}</dd>'

    def _module(self, module: Module) -> str:
        reference, linker = self._reference, self._linker
        anchor = shown(linker.anchor(module.iri) or "")
        colour = shown(f"d-{module.iri.rpartition('/')[2]}")
        drawing = relations(reference, module.iri, self._drawn)
        figure = (
            f'<figure><div class="scroll" tabindex="0">{drawing}</div>'
            f"<figcaption>{self._say('relations_hint')}</figcaption></figure>"
            if drawing
            else ""
        )
        classes = "\n".join(
            self._terms.class_article(item)
            for item in reference.classes.values()
            if item.term.module == module.iri
        )
        properties = "\n".join(
            self._terms.property_article(item)
            for item in reference.properties.values()
            if item.term.module == module.iri
        )
        imports = "".join(f"<span>{linker.named(iri)}</span> " for iri in module.imports)
        about = f"<dt>{self._say('iri')}</dt><dd><code>{shown(module.iri)}</code></dd>" + (
            f"<dt>{self._say('imports')}</dt><dd>{imports}</dd>" if imports else ""
        )
        return (
            f'<section class="module {colour}" id="{anchor}"><h2><a href="#{anchor}">'
            f"{both(module.title)}</a></h2>{both(module.description, 'p')}"
            f'<dl class="facts">{about}</dl>{figure}{classes}{properties}</section>'
        )

    def _scheme(self, scheme: Module) -> str:
        concepts: list[ConceptTerm] = [
            c for c in self._reference.concepts.values() if c.term.module == scheme.iri
        ]
        anchor = shown(self._linker.anchor(scheme.iri) or "")
        table = self._terms.scheme_table(scheme, concepts)
        if len(concepts) > _MANY:
            count = Bilingual(f"{len(concepts)} 个概念", f"{len(concepts)} concepts")
            table = f'<details class="long"><summary>{both(count)}</summary>{table}</details>'
        return (
            f'<section class="scheme" id="{anchor}"><h3><a href="#{anchor}">{both(scheme.title)}'
            f"</a> <code>{shown(scheme.prefix or '')}:</code></h3>"
            f'{both(scheme.description, "p")}<dl class="facts"><dt>{self._say("iri")}</dt>'
            f"<dd><code>{shown(scheme.iri)}</code></dd></dl>{table}</section>"
        )

    def _queries(self) -> Iterator[str]:
        if not self._reference.queries:
            return
        yield (
            f'<section id="ui-queries"><h2>{self._say("queries")}</h2>'
            f"<p>{self._say('queries_text')}</p>"
        )
        for query in self._reference.queries:
            yield self._query(query)
        yield "</section>"

    def _query(self, query: StoredQuery) -> str:
        anchor = f"query/{shown(query.name)}"
        parameters = "".join(map(self._parameter, query.parameters.values()))
        listed = (
            f"<dt>{self._say('parameters')}</dt><dd><ul>{parameters}</ul></dd>"
            if parameters
            else ""
        )
        tags = " ".join(f"<span>{shown(tag)}</span>" for tag in query.tags)
        return (
            f'<article class="query" id="{anchor}"><h3><a href="#{anchor}">{both(query.title)}</a>'
            f" <code>{shown(query.name)}</code></h3>{both(query.description, 'p')}"
            f'<dl class="facts">{listed}</dl><p class="tags">{tags}</p>'
            f'<details><summary>{self._say("text")}</summary><pre tabindex="0"><code>'
            f"{shown(query.text.rstrip())}</code></pre></details></article>"
        )

    def _parameter(self, parameter: Parameter) -> str:
        kind = shown(parameter.type)
        if parameter.entity_class:
            kind = self._linker.named(self._reference.prefixes["kg"] + parameter.entity_class)
        examples = ", ".join(f"<q>{shown(text)}</q>" for text in parameter.examples)
        values = " | ".join(f"<code>{shown(text)}</code>" for text in parameter.values)
        parts = [f"<code>{shown(parameter.name)}</code>", both(parameter.label), kind]
        return f"<li>{' · '.join([*parts, *filter(None, (values, examples))])}</li>"

    def _borrowed(self) -> Iterator[str]:
        head = "".join(f'<th scope="col">{self._say(w)}</th>' for w in ("term", "used_by", "rules"))
        yield f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>'
        users: dict[str, dict[str, None]] = {}
        for iri, item in self._reference.classes.items():
            for parent in item.parents:
                users.setdefault(parent, {})[iri] = None
        for iri, found in self._reference.properties.items():
            for other in (*found.parents, *found.points_at, *found.ranges, *found.used_on):
                users.setdefault(other, {})[iri] = None
        targets = {
            iri
            for shape in self._reference.shapes
            for iri in (*shape.classes, *shape.subjects_of, *shape.objects_of)
        }
        others = {iri for iri in targets if self._reference.term(iri) is None}
        for iri in sorted({*self._reference.borrowed, *others}):
            used = " ".join(
                f"<span>{self._linker.code(name)}</span>" for name in users.get(iri, ())
            )
            yield (
                f'<tr><th scope="row">{self._linker.code(iri)}</th><td>{used}</td>'
                f"<td>{self._terms.other_rules(iri)}</td></tr>"
            )
        yield "</tbody></table></div>"

    def _alignments(self) -> Iterator[str]:
        for module in self._reference.alignments:
            yield (f"<li>{both(module.title)} <code>{shown(module.iri)}</code></li>")

    def _prefixes(self) -> Iterator[str]:
        for prefix, namespace in sorted(self._reference.prefixes.items()):
            yield (
                f'<tr><th scope="row"><code>{shown(prefix)}:</code></th>'
                f"<td><code>{shown(namespace)}</code></td></tr>"
            )


def _prefix(module: Module) -> str:
    if not module.prefix or not module.namespace:
        return ""
    return f"<code>{shown(module.prefix)}: &lt;{shown(module.namespace)}&gt;</code>"
