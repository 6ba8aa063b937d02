"""The README of a distribution, in Chinese and in English: what each file is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg_builder.graph.distribution.contents import Contents
from kg_builder.graph.distribution.layout import CHECKSUMS, PublishedFile
from kg_builder.graph.distribution.options import DistributionOptions, as_uri
from kg_builder.graph.distribution.redirects import markdown
from kg_builder.graph.vocabulary import HOUSE
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.version import VERSION


def readme(
    files: Sequence[PublishedFile],
    contents: Contents,
    options: DistributionOptions,
    language: Language,
) -> str:
    """Return a README in Markdown. Names are escaped, whatever they hold."""

    def say(zh: str, en: str) -> str:
        return Bilingual(zh, en).pick(language)

    other = say("English: [README.md](README.md)", "中文：[README.zh.md](README.zh.md)")
    lines = [
        say("# 政府报告知识图谱", "# A knowledge graph of government reports"),
        "",
        other,
        "",
        *_sources(contents),
        *_known(contents, options, language),
        "",
        say("| 文件 | 是什么 | 字节 |", "| file | what it is | bytes |"),
        "|---|---|--:|",
        *(
            f"| `{file.path}` | {markdown(file.title.pick(language))} | {file.size} |"
            for file in files
        ),
        "",
        say(
            f"校验：`sha256sum -c {CHECKSUMS}`。许可、来源与版本见 `dcat.ttl`，各部分多大见"
            f" `void.ttl`。本体的 IRI 以 `{HOUSE}ont#` 开头，实例的以 `{contents.base}id/` 开头。",
            f"To verify: `sha256sum -c {CHECKSUMS}`. Licence, source and version stand in"
            f" `dcat.ttl`, sizes in `void.ttl`. Terms of the ontology begin with"
            f" `{HOUSE}ont#`, instances with `{contents.base}id/`.",
        ),
        "",
        say(
            f"由 kg_builder {contents.made_by} 建图，kg_builder {VERSION} 写出。",
            f"Graph built by kg_builder {contents.made_by}, written by kg_builder {VERSION}.",
        ),
        "",
    ]
    return "\n".join(lines)


def _sources(contents: Contents) -> Iterable[str]:
    for source in contents.sources:
        labels = contents.facts.labels(source.report) if source.report else []
        name = labels[0].value if labels else source.name
        yield f"- {markdown(name)} (`{source.path}.ttl`)"


def _known(contents: Contents, options: DistributionOptions, language: Language) -> Iterable[str]:
    licence = contents.licence.value if contents.licence else None
    known = (
        (
            Bilingual("发布者", "Publisher"),
            markdown(options.publisher) if options.publisher else None,
        ),
        (Bilingual("发布日期", "Released"), str(options.released) if options.released else None),
        (Bilingual("数据许可", "Licence of the data"), f"<{as_uri(licence)}>" if licence else None),
        (
            Bilingual("主页", "Homepage"),
            f"<{as_uri(options.homepage)}>" if options.homepage else None,
        ),
        (
            Bilingual("查询服务", "SPARQL"),
            f"<{as_uri(options.endpoint)}>" if options.endpoint else None,
        ),
    )
    colon = "：" if language == "zh" else ": "
    for label, value in known:
        if value:
            yield f"- {label.pick(language)}{colon}{value}"
