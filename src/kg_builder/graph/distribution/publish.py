"""Making a distribution: every file, then the catalogue of them, then their checksums."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.errors import InputError
from kg_builder.graph.disk import sha256_of
from kg_builder.graph.distribution.catalog import GENERATOR, Catalog
from kg_builder.graph.distribution.checksums import checksum_lines
from kg_builder.graph.distribution.contents import Contents, read_contents
from kg_builder.graph.distribution.cube import Cube, describe_cubes
from kg_builder.graph.distribution.formats import graph_bytes, trig_bytes
from kg_builder.graph.distribution.layout import CHECKSUMS, MARKER, PublishedFile
from kg_builder.graph.distribution.options import DistributionOptions
from kg_builder.graph.distribution.parts import (
    catalog_parts,
    dataset_node,
    every_triple,
    source_title,
    void_parts,
)
from kg_builder.graph.distribution.readme import readme
from kg_builder.graph.distribution.redirects import redirect_files
from kg_builder.graph.distribution.service import describe_service
from kg_builder.graph.distribution.staging import staged_folder
from kg_builder.graph.distribution.terms import Description
from kg_builder.graph.distribution.void import describe_links, describe_parts
from kg_builder.graph.ontology import ROOT, load_ontology, merged_ontology
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import DEFAULT_BASE
from kg_builder.model.bilingual import Bilingual
from kg_builder.resources import Resources
from kg_builder.version import VERSION

TableWriter: TypeAlias = Callable[[Iterable[Triple], Path], object]
"""Writes one table per class, with CSVW metadata, into a folder that is there."""

_PATH: Final = re.compile(r"(?:[a-z0-9][-a-z0-9_]*/)*[A-Za-z0-9][-A-Za-z0-9_]*\.[a-z0-9]+")
_TABLE: Final = re.compile(r"[^\x00-\x1f\x7f/\\]+\.(?:csv|json)")
_DATA_FORMATS: Final = (".ttl", ".nt", ".jsonld", ".rdf")
_NO_DOCUMENTS: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Distribution:
    """What was written, and what a publisher should know of it."""

    folder: Path
    files: tuple[PublishedFile, ...]
    warnings: tuple[Bilingual, ...]


def publish_distribution(
    graph: OpenGraph,
    folder: Path,
    resources: Resources,
    options: DistributionOptions | None = None,
    *,
    documents: Mapping[str, bytes] = _NO_DOCUMENTS,
    tables: TableWriter | None = None,
) -> Distribution:
    """Write into `folder` what a publisher puts on the web; see `layout` for what that is.

    `documents` are ready files by path (`ontology/index.html`), `tables` writes the CSV tables.
    Equal input gives equal bytes. Raises InputError for a graph that `kg build` did not make or a
    document whose path is no plain one, OutputError for a folder that is somebody else's.
    """
    options = options or DistributionOptions()
    contents = read_contents(graph)
    writer = _Writer(contents, options, resources)
    with staged_folder(folder) as staging:
        writer.write(staging, graph, documents, tables)
    return Distribution(folder, tuple(writer.files), tuple(_warnings(contents, options, resources)))


def _warnings(
    contents: Contents, options: DistributionOptions, resources: Resources
) -> Iterable[Bilingual]:
    if set(contents.ontology) != set(load_ontology(resources.ontology).triples):
        yield Bilingual(
            "图是用另一版本体建的：ontology/ 里的模块与数据不合，请重新运行 kg build",
            "the graph was built with another ontology than the modules in ontology/: run kg build"
            " again",
        )
    if contents.base == DEFAULT_BASE:
        yield Bilingual(
            f"实例 IRI 的基址仍是占位符 {DEFAULT_BASE}，在网上不可解析：发布前请用 kg build --base"
            " 您的基址 重新建图",
            f"base is still the placeholder {DEFAULT_BASE}, which resolves nowhere: build again"
            " with kg build --base YOURS before you publish",
        )
    if options.publisher is None:
        yield Bilingual(
            "没有给出 --publisher：目录里的发布者暂作本体的发布者 kg_builder",
            "no --publisher: the catalogue names the ontology's publisher, kg_builder",
        )
    if options.contact is None:
        yield Bilingual(
            "没有给出 --contact：w3id/ 里的联系人待填",
            "no --contact: the maintainer in w3id/ is left to be filled in",
        )
    if contents.licence is None:
        yield Bilingual(
            "来源记录没有（或没有同一个）数据许可：整个数据集的许可没有写",
            "the source records name no licence of the data, or several: none is stated for the"
            " whole",
        )


class _Writer:
    """Writes the files of one distribution, and keeps account of them."""

    def __init__(
        self, contents: Contents, options: DistributionOptions, resources: Resources
    ) -> None:
        self._contents = contents
        self._options = options
        self._resources = resources
        self._download = options.download_base or contents.base
        self._staging = Path()
        self.files: list[PublishedFile] = []

    def write(
        self,
        staging: Path,
        graph: OpenGraph,
        documents: Mapping[str, bytes],
        tables: TableWriter | None,
    ) -> None:
        """Write all files into an empty folder."""
        self._staging = staging
        self._write_ontology()
        self._write_documents(documents)
        self._write_data(graph)
        if tables is not None:
            self._write_tables(tables)
        cubes = self._write_cubes()
        self._write_void()
        self._write_service()
        self._write_catalog(cubes)
        self._write_redirects()
        self._write_readmes()
        self._put(MARKER, b"1\n", Bilingual("发布包的标记", "the mark of a distribution"))
        sums = checksum_lines({file.path: file.sha256 for file in self.files})
        (staging / CHECKSUMS).write_text(sums, "utf-8", newline="")

    def _put(self, path: str, data: bytes, title: Bilingual, part: str | None = None) -> None:
        target = self._staging / path
        if target.exists():  # a document has taken the place
            raise _no_path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self._enter(path, title, part)

    def _enter(self, path: str, title: Bilingual, part: str | None) -> None:
        target = self._staging / path
        size = target.stat().st_size
        self.files.append(PublishedFile(path, title, size, sha256_of(target), part))

    def _write_ontology(self) -> None:
        root = self._resources.ontology
        for path in sorted(root.rglob("*.ttl")):
            place = path.relative_to(root)
            title = _title_of_module(place.parent.as_posix(), path.stem)
            self._put(f"ontology/{place.as_posix()}", path.read_bytes(), title)
        for path in self._resources.files("shapes", "*.ttl"):
            title = Bilingual(f"形状 {path.stem}", f"shapes of {path.stem}")
            self._put(f"shapes/{path.name}", path.read_bytes(), title)
        merged = merged_ontology(self._contents.ontology)
        for suffix in _DATA_FORMATS:
            title = Bilingual("整个本体，一个文件", "the whole ontology in one file")
            data = graph_bytes(merged, suffix, self._contents.base)
            self._put(f"ontology/kg-all{suffix}", data, title, "ontology")

    def _write_documents(self, documents: Mapping[str, bytes]) -> None:
        for path, data in sorted(documents.items()):
            if not _PATH.fullmatch(path):
                raise _no_path(path)
            part = "ontology" if path.startswith("ontology/") else None
            self._put(path, data, Bilingual("文档", "documentation"), part)

    def _write_data(self, graph: OpenGraph) -> None:
        contents = self._contents
        title = Bilingual("各来源所说的全部事实", "what all sources say")
        for suffix in _DATA_FORMATS:
            data = graph_bytes(contents.asserted, suffix, contents.base)
            self._put(f"data/asserted{suffix}", data, title, "asserted")
        for source in contents.sources:
            data = graph_bytes(source.triples, ".ttl", contents.base)
            self._put(f"{source.path}.ttl", data, source_title(contents, source), source.name)
        for name, triples, words in (
            ("inferred", contents.inferred, Bilingual("推出的事实", "what follows")),
            ("evidence", contents.evidence, Bilingual("每条事实的出处", "who says so")),
        ):
            data = graph_bytes(triples, ".ttl", contents.base)
            self._put(f"data/{name}.ttl", data, words, name)
        title = Bilingual("全部，分命名图", "all of it, in named graphs")
        if graph.generation is not None:
            (self._staging / "data/dataset.nq").write_bytes(graph.nquads())
            self._enter("data/dataset.nq", title, "whole")
        named = [(source.graph, source.triples) for source in contents.sources]
        named += [
            (NamedNode(f"{contents.base}graph/{name}"), triples)
            for name, triples in (
                ("evidence", contents.evidence),
                ("inferred", contents.inferred),
                ("ontology", contents.ontology),
            )
        ]
        words = Bilingual(
            "全部，只有命名图（默认图是本体、断言与推出之和）",
            "all of it, named graphs alone (the default graph is ontology, asserted and inferred)",
        )
        self._put("data/dataset.trig", trig_bytes(named, contents.base), words, "whole")

    def _write_tables(self, tables: TableWriter) -> None:
        folder = self._staging / "data/csv"
        folder.mkdir()
        tables(self._contents.asserted, folder)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and _TABLE.fullmatch(path.name):
                title = Bilingual(f"表 {path.stem}", f"table {path.stem}")
                if path.suffix == ".json":
                    title = Bilingual("各表的 CSVW 元数据", "CSVW metadata of the tables")
                self._enter(path.relative_to(self._staging).as_posix(), title, "asserted")

    def _write_cubes(self) -> tuple[Cube, ...]:
        about = Description()
        cubes = describe_cubes(about, self._contents)
        if cubes:
            title = Bilingual("报告中的数，作为数据立方体", "the figures as a data cube")
            topics = tuple(cube.node for cube in cubes)
            self._put_description("cube.ttl", about, title, topics, "cube")
        return cubes

    def _write_void(self) -> None:
        about = Description()
        contents = self._contents
        whole = dataset_node(contents.base, "whole")
        describe_parts(
            about,
            void_parts(contents, self.files, self._download),
            contents,
            self._options.endpoint,
        )
        describe_links(about, whole, every_triple(contents), f"{contents.base}id/")
        title = Bilingual("数据集及其各部分有多大（VoID）", "how much of what there is (VoID)")
        self._put_description(
            "void.ttl", about, title, (whole,), classes=("void:DatasetDescription",)
        )

    def _write_service(self) -> None:
        if self._options.endpoint is None:
            return
        about = Description()
        service = describe_service(about, self._contents, self._options.endpoint)
        title = Bilingual("SPARQL 查询服务的描述", "description of the SPARQL service")
        self._put_description("service.ttl", about, title, (service,))

    def _write_catalog(self, cubes: Sequence[Cube]) -> None:
        about = Description()
        catalog = Catalog(about, self._contents, self._options, self._download)
        catalog.describe(catalog_parts(self._contents, cubes), self.files)
        title = Bilingual("目录（DCAT-AP 3）", "the catalogue (DCAT-AP 3)")
        node = NamedNode(f"{self._contents.base}catalog")
        self._put_description("dcat.ttl", about, title, (node,))

    def _put_description(
        self,
        path: str,
        about: Description,
        title: Bilingual,
        topics: Sequence[NamedNode],
        part: str | None = None,
        classes: tuple[str, ...] = ("foaf:Document",),
    ) -> None:
        """Write a description that says what made it."""
        node = NamedNode(self._download + path)
        about.a(node, *classes)
        about.say(node, "dcterms:title", title)
        about.say(node, "dcterms:creator", GENERATOR)
        about.say(node, "rdfs:comment", Literal(f"kg_builder {VERSION}, kg export --dist"))
        about.say(node, "dcterms:issued", self._options.released)
        about.say(node, "foaf:primaryTopic", topics[0])
        data = graph_bytes(about, ".ttl", self._contents.base)
        self._put(path, data, title, part)

    def _write_redirects(self) -> None:
        info = self._contents.terms.first(ROOT, "owl:versionInfo")
        version = info.value if isinstance(info, Literal) else VERSION
        paths = {file.path for file in self.files}
        texts = redirect_files(self._contents.base, self._download, paths, self._options, version)
        for path, text in texts.items():
            self._put(path, text.encode(), Bilingual("IRI 的重定向", "redirects of IRIs"))

    def _write_readmes(self) -> None:
        listed = [file for file in self.files if not file.path.endswith("README.md")]
        title = Bilingual("各文件的说明", "what each file is")
        for path, language in (("README.md", "en"), ("README.zh.md", "zh")):
            text = readme(listed, self._contents, self._options, "zh" if language == "zh" else "en")
            self._put(path, text.encode(), title)


def _no_path(path: str) -> InputError:
    return InputError(f"文档的路径不能是 {path!r}", f"no path for a document: {path!r}")


def _title_of_module(folder: str, name: str) -> Bilingual:
    words = {"taxonomies": ("分类", "taxonomy"), "alignments": ("对照", "alignment")}
    zh, en = words.get(folder, ("本体模块", "module"))
    return Bilingual(f"{zh} {name}", f"{en} {name}")
