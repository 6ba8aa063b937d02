"""Hostile reports: names of any characters come back equal from every output; nothing breaks."""

import re
import resource
import time

import pytest
import rdflib
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, RdfFormat, Store, parse

import kg_builder
from kg_builder.desk import Reader
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
TITLE = (
    "云汐区人民政府办公室关于印发《关于云汐区2031年国民经济和社会发展计划执行情况"
    "与2032年国民经济和社会发展计划的报告》的通知\n"
)
AREAS = ("云汐区", "望江区", "澄湖区", "鹭岭区", "青溪区")
"""A build costs seconds, a report in it next to nothing: examples come by fives."""
# not part of a name: the cell's own bars, line ends, and white space, which is layout
BULLETS = "Ø➢•■◆●–—-▪·○◇□★☆►▶※*"
PLAIN = st.characters(
    exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="|｜\ufffd" + BULLETS
)
TRICKY = st.sampled_from(list("\"\\<>{}^`'&#%$@;,.…“”《》()（）\u2028\u0085\u202e\u200f😀𠮷"))
NAMES = st.text(st.one_of(PLAIN, TRICKY), min_size=1, max_size=40)

HOSTILE = [
    '引"号\\反斜\\"',
    "<script>alert(1)</script>",
    "行\u2028分\u0085隔",
    "右\u202e到\u200f左",
    "笑脸😀𠮷野家",
    "{a}^`|".replace("|", ""),
    "''' \"\"\"".replace(" ", ""),
    "食堂" * 2500,
]


@pytest.fixture(scope="module")
def reader():
    return Reader(load_genre(Resources.find().folders("genre")))


def table_of(names, area="云汐区"):
    rows = "".join(
        f"望霞街道 |\n{name} |\n望霞路{number}号 |\n" for number, name in enumerate(names, 1)
    )
    title = TITLE.replace("云汐区", area)
    return f"{title}所属街道 |\n点位名称 |\n详细地址 |\n" + rows


def built(text, folder):
    report = kg_builder.ReportInput("hostile", text.encode("utf-8"))
    return kg_builder.build([report], kg_builder.BuildOptions(out=folder))


def labels_of(folder):
    """The canteens and their labels in every output, read by rdflib and by pyoxigraph."""
    turtle, quads = folder / "asserted.ttl", folder / "dataset.nq"
    graph = rdflib.Graph().parse(turtle)
    kind = rdflib.URIRef("https://w3id.org/kg-builder/ont#Canteen")
    yield {
        (str(node), str(graph.value(node, rdflib.RDFS.label)))
        for node in graph.subjects(rdflib.RDF.type, kind)
    }
    for quad_source in (
        parse(path=str(turtle), format=RdfFormat.TURTLE),
        parse(path=str(quads), format=RdfFormat.N_QUADS),
        Store.read_only(str(folder / "store")),
    ):
        yield {
            (quad.subject.value, quad.object.value)
            for quad in quad_source
            if quad.predicate.value == LABEL
            and "/id/canteen/" in getattr(quad.subject, "value", "")
            and isinstance(quad.object, Literal)
        }


def test_hostile_names_come_back_equal(tmp_path):
    result = built(table_of(HOSTILE), tmp_path / "out")
    assert result.conforms
    for found in labels_of(tmp_path / "out"):
        assert {label for _canteen, label in found} == set(HOSTILE)


def test_an_over_long_name_is_kept_and_warned_of_with_its_line(tmp_path):
    result = built(table_of(["短名食堂", "食堂" * 2500]), tmp_path / "out")
    warnings = result.summary["reports"][0]["warnings"]
    assert [(item["code"], item["line"]) for item in warnings if item["code"] == "long-name"] == [
        ("long-name", 9)
    ]


TABLES = st.lists(
    st.lists(NAMES, min_size=1, max_size=6, unique_by=lambda name: re.sub(r"\s", "", name)),
    min_size=len(AREAS),
    max_size=len(AREAS),
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables=TABLES)
@example(tables=[["\u0085"], ["无", "幸福食堂"], ["甲\u0085", "\u2028甲"], ["a\u2028b", "ab"]])
def test_names_of_any_characters_come_back_equal(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "out"
    given = dict(zip(AREAS, tables, strict=False))
    reports = [
        kg_builder.ReportInput("hostile", table_of(names, area).encode("utf-8"))
        for area, names in given.items()
    ]
    result = kg_builder.build(reports, kg_builder.BuildOptions(out=folder))
    assert result.conforms, result.report.violations()[:1]
    assert "\ufffd" not in (folder / "asserted.ttl").read_text("utf-8")
    accounts = {account["name"]: account["warnings"] for account in result.summary["reports"]}
    said = {area: {item["code"] for item in accounts[f"{area}_2031_计划报告"]} for area in given}
    for found in labels_of(folder):
        assert {canteen.split("/canteen/")[1][:3] for canteen, _label in found} <= set(given)
        for area, names in given.items():
            wanted = {_cleaned(name) for name in names} - {""}
            labels = {label for canteen, label in found if f"/canteen/{area}" in canteen}
            assert labels <= wanted
            # a row is skipped, or a table left unknown, only aloud
            aloud = said[area] & {"half-row", "unknown-table", "no-table"}
            assert labels == wanted or aloud, said[area]


def _cleaned(name):
    kept = re.sub(r"[\ufffe\uffff]", "", name)
    return kept.strip("\ufeff")


ANY_BYTES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")),
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(ANY_BYTES, min_size=8, max_size=8))
def test_any_bytes_build_or_are_refused_in_one_line(files, reader, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bytes")
    taken, refused = [], []
    for data in files:
        report = kg_builder.ReportInput("hostile", data)
        try:
            reader(report)
        except kg_builder.InputError as error:
            assert "\n" not in error.render("en")
            assert "\n" not in error.render("zh")
            refused.append(report)
        else:
            taken.append(report)
    if taken:
        kg_builder.build(taken, kg_builder.BuildOptions(out=folder / "taken"))
    if refused:
        with pytest.raises(kg_builder.InputError):
            kg_builder.build([*taken, *refused], kg_builder.BuildOptions(out=folder / "refused"))
        assert not (folder / "refused").exists()


ENDLESS = {
    "words": ("云", "、", "1", "Ø ", "一、", "增长5%"),
    "brackets": ("(", "“", "《", "{}"),
    "one line": ("云",),
    "bars": ("|",),
    "bars and words": ("云|",),
    "heads": ("所属街道 |点位名称 |详细地址 |",),
}
"""Lines of one thing again and again; what ends by being refused stands alone."""


@pytest.mark.parametrize("pieces", ENDLESS.values(), ids=ENDLESS.keys())
def test_50_mb_in_endless_lines_end_within_limits(pieces, tmp_path, slow):
    """Every shape of an endless line: seconds, and no more than a few times its size."""
    for together in [(piece,) for piece in pieces] if slow else [pieces]:
        text = "".join(
            piece * (50_000_000 // len(together) // len(piece.encode())) + "\n"
            for piece in together
        )
        report = kg_builder.ReportInput("hostile", (TITLE + text).encode())
        start = time.process_time()
        try:
            kg_builder.build([report], kg_builder.BuildOptions(out=tmp_path / "out"))
        except kg_builder.KgError as error:
            assert error.render("en").count("\n") == 0
        assert time.process_time() - start < 60
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert peak < 6000, f"{peak:.0f} MiB"
