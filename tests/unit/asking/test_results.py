"""Results as people and programs take them away: nothing is lost, and no cell acts."""

from __future__ import annotations

import csv
import errno
import gc
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    parse_query_results,
)
from rich.cells import cell_len

from kg_builder.asking.answer import Answer, Asked, SourceNote, Support
from kg_builder.asking.results.formats import GRAPH, TABULAR, choose_format
from kg_builder.asking.results.tabular import Style
from kg_builder.asking.results.writing import TABLE_ROWS, write_answer
from kg_builder.errors import InputError
from kg_builder.graph.index import Term
from kg_builder.graph.query.levels import Form
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice

XSD = "http://www.w3.org/2001/XMLSchema#"
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "1-42",
    "3/4",
    "http://example.org/",
    "007",
    "a\tb",
    "第一行\n第二行",
    '他说"好"',
    "<script>alert(1)</script>",
    "| a | b |",
    "\x1b[31m",
    "\u202eabc",
    "完" * 5,
    "",
    " ",
    "𠀀",
]


def said(*rows):
    return tuple(tuple(map(Support, row)) for row in rows)


def answer(folder: Path, variables: list[str], rows: list[list[Term]], **more: Any) -> Answer:
    """Return an answer as an engine spools it."""
    names = " ".join(f"?{name}" for name in variables)
    data = " ".join(f"({' '.join(map(str, row))})" for row in rows)
    found = Store().query(f"SELECT {names} {{ VALUES ({names}) {{ {data} }} }}")
    assert isinstance(found, QuerySolutions)
    spool = folder / "answer"
    found.serialize(str(spool), QueryResultsFormat.JSON)
    return Answer(Asked("SELECT"), "SELECT", spool, tuple(variables), len(rows), **more)


def written(found: Answer, name: str, **how: Any) -> bytes:
    stream = io.BytesIO()
    write_answer(found, name, stream, Style("zh"), **how)
    return stream.getvalue()


def book_of(found: Answer, folder: Path) -> Any:
    path = folder / "answer.xlsx"
    path.write_bytes(written(found, "xlsx"))
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("name", ["json", "xml", "tsv"])
def test_terms_come_back_from_the_formats_of_the_w3c(tmp_path: Path, name: str) -> None:
    terms: list[Term] = [Literal(text) for text in HOSTILE if "\x1b" not in text]
    terms += [
        Literal("助餐点", language="zh"),
        Literal(3),
        Literal("6.5", datatype=NamedNode(XSD + "decimal")),
    ]
    terms.append(NamedNode("http://example.org/海淀区_八里庄街道"))
    found = answer(tmp_path, ["x"], [[term] for term in terms])
    format_ = {"json": "JSON", "xml": "XML", "tsv": "TSV"}[name]
    back = parse_query_results(written(found, name), getattr(QueryResultsFormat, format_))
    assert isinstance(back, QuerySolutions)
    assert [row["x"] for row in back] == terms


def test_csv_holds_the_words_alone(tmp_path: Path) -> None:
    found = answer(tmp_path, ["x"], [[Literal(text)] for text in HOSTILE])
    rows = list(csv.reader(io.StringIO(written(found, "csv").decode(), newline="")))
    assert rows[0] == ["x"]
    assert [row[0] if row else "" for row in rows[1:]] == HOSTILE


def test_a_byte_order_mark_is_there_when_asked_for(tmp_path: Path) -> None:
    found = answer(tmp_path, ["x"], [[Literal("甲")]])
    assert written(found, "csv", bom=True) == b"\xef\xbb\xbf" + written(found, "csv")
    assert written(found, "json", bom=True) == written(found, "json")


def test_no_cell_of_a_workbook_is_more_than_its_text(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if text.strip()]
    found = answer(tmp_path, ["x"], [[Literal(text)] for text in texts])
    sheet = book_of(found, tmp_path)["结果"]
    cells = [sheet.cell(row, 1) for row in range(2, len(texts) + 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    shown = [cell.value for cell in cells]
    assert [text.replace("_x001B_", "\x1b") for text in shown] == texts


@pytest.mark.parametrize(
    ("value", "datatype", "kept"),
    [
        ("１２", "integer", False),
        ("1E2", "decimal", False),
        ("1" + "0" * 400, "integer", False),
        ("0.30000000000000004", "double", False),
        ("1E2", "double", True),
        ("-0.1", "decimal", True),
    ],
)
def test_a_workbook_has_no_number_that_the_graph_does_not_hold(
    tmp_path: Path, value: str, datatype: str, kept: bool
) -> None:
    found = answer(tmp_path, ["x"], [[Literal(value, datatype=NamedNode(XSD + datatype))]])
    cell = book_of(found, tmp_path)["结果"].cell(2, 1)
    assert cell.data_type == ("n" if kept else "s")
    assert cell.value == (float(value) if kept else value)


class Full(io.BytesIO):
    """A disk that is full."""

    def write(self, _data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_workbook_on_a_full_disk_is_one_plain_error(tmp_path: Path) -> None:
    found = answer(tmp_path, ["x"], [[Literal("a")]])
    with Full() as stream, pytest.raises(OSError, match="No space"):
        write_answer(found, "xlsx", stream, Style("zh"))
    gc.collect()


def test_no_cell_of_a_markdown_table_is_markup(tmp_path: Path) -> None:
    found = answer(tmp_path, ["x"], [[Literal("~~a~~ &lt; $b$ |")]])
    assert written(found, "markdown").decode().splitlines()[2] == (r"| \~\~a\~\~ \&lt; \$b\$ \| |")


def test_numbers_of_a_workbook_are_numbers_and_units_stand_beside_them(tmp_path: Path) -> None:
    decimal = NamedNode(XSD + "decimal")
    found = answer(
        tmp_path,
        ["value", "unit_name", "verbatim", "long"],
        [
            [
                Literal("356.51", datatype=decimal),
                Literal("亿元", language="zh"),
                Literal("1-42"),
                Literal("12345678901234567890"[:19], datatype=NamedNode(XSD + "integer")),
            ]
        ],
    )
    row = next(book_of(found, tmp_path)["结果"].iter_rows(min_row=2))
    assert [(cell.data_type, cell.value) for cell in row] == [
        ("n", 356.51),
        ("s", "亿元"),
        ("s", "1-42"),
        ("s", "1234567890123456789"),
    ]


def test_labels_stand_beside_iris(tmp_path: Path) -> None:
    street = NamedNode("http://example.org/street/八里庄")
    found = answer(
        tmp_path, ["street", "n"], [[street, Literal(2)]], labels={street.value: "八里庄街道"}
    )
    rows = list(book_of(found, tmp_path)["结果"].iter_rows(values_only=True))
    assert rows == [("street", "street 名称", "n"), (street.value, "八里庄街道", 2)]
    named = answer(tmp_path, ["street", "street_name"], [[street, Literal("八里庄街道")]])
    rows = list(book_of(named, tmp_path)["结果"].iter_rows(values_only=True))
    assert rows[0] == ("street IRI", "street_name")


def test_the_second_sheet_says_where_it_comes_from(tmp_path: Path) -> None:
    found = answer(
        tmp_path,
        ["n"],
        [[Literal(2)]],
        formulas={"n": "COUNT(?c)"},
        remarks=(Notice("note", Bilingual("注意", "note")),),
        sources=(
            SourceNote("http://example.org/r", "报告", ((Bilingual("机关", "body"), "区政府"),)),
        ),
        supports=said(("第97行第1列 › 表5",)),
    )
    sheet = book_of(found, tmp_path)["出处"]
    pairs = list(sheet.iter_rows(values_only=True))
    assert ("计算值 n", "COUNT(?c)") in pairs
    assert ("来源", "报告") in pairs
    assert ("机关", "区政府") in pairs
    assert ("第 1 行的出处", "第97行第1列 › 表5") in pairs
    assert ("查询", "SELECT") in pairs
    assert any(name == "程序版本" for name, _ in pairs)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv", "markdown", "table"])
def test_evidence_goes_into_every_format(tmp_path: Path, name: str) -> None:
    found = answer(
        tmp_path, ["n"], [[Literal(2)], [Literal(3)]], supports=said(("第1行",), ("第2行", "第3行"))
    )
    text = written(found, name).decode()
    assert all(place in text for place in ("第1行", "第2行", "第3行"))


def test_evidence_does_not_take_the_name_of_a_variable(tmp_path: Path) -> None:
    found = answer(tmp_path, ["evidence"], [[Literal(2)]], supports=said(("第1行",)))
    document = json.loads(written(found, "json"))
    assert document["head"]["vars"] == ["evidence", "evidence_"]


def test_columns_of_a_table_stand_under_each_other(tmp_path: Path) -> None:
    rows: list[list[Term]] = [
        [Literal("海淀区"), Literal(2)],
        [Literal("a"), Literal(10)],
        [Literal("紫竹院街道ab"), Literal(300)],
    ]
    text = written(answer(tmp_path, ["名称", "n"], rows), "table").decode()
    lines = text.splitlines()
    assert len({cell_len(line) for line in lines[1:]}) == 1  # numbers end in one column
    assert text == text.rstrip() + "\n"
    assert all(line == line.rstrip() for line in lines)


def test_no_cell_commands_the_terminal_or_the_page(tmp_path: Path) -> None:
    found = answer(tmp_path, ["x"], [[Literal(text)] for text in HOSTILE])
    table, markdown = (written(found, name).decode() for name in ("table", "markdown"))
    assert "\x1b" not in table + markdown
    assert "\u202e" not in table + markdown
    assert "<script>" not in markdown
    bars = {line.replace("\\|", "").count("|") for line in markdown.splitlines()}
    assert bars == {2}


def test_a_table_has_a_limit_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    found = answer(tmp_path, ["n"], [[Literal(number)] for number in range(TABLE_ROWS + 5)])
    stream = io.BytesIO()
    assert write_answer(found, "table", stream, Style("en")) == 5
    assert len(stream.getvalue().splitlines()) == TABLE_ROWS + 2


def test_iris_with_a_name_beside_them_are_left_out_of_tables(tmp_path: Path) -> None:
    iri = NamedNode("http://example.org/id/street/x")
    found = answer(
        tmp_path,
        ["street", "street_name"],
        [[iri, Literal("甲街道")]],
        headings={"street_name": "街道"},
        prefixes={"street": "http://example.org/id/street/"},
    )
    assert "street:x" not in written(found, "table").decode()
    assert "街道" in written(found, "table").decode()
    assert "street:x" in written(found, "table", all_variables=True).decode()


@pytest.mark.parametrize(
    ("form", "name", "out", "expected"),
    [
        ("SELECT", None, None, "table"),
        ("CONSTRUCT", None, None, "turtle"),
        ("SELECT", None, "a.CSV", "csv"),
        ("SELECT", "json", "a.csv", "json"),
        ("DESCRIBE", None, "a.jsonld", "jsonld"),
        ("ASK", None, "a.xml", "xml"),
        ("DESCRIBE", None, "a.rdf", "rdfxml"),
    ],
)
def test_formats_are_chosen_by_name_or_suffix(
    form: Form, name: str | None, out: str | None, expected: str
) -> None:
    assert choose_format(form, name, Path(out) if out else None) == expected


@pytest.mark.parametrize(
    ("form", "name", "out"),
    [
        ("SELECT", "turtle", None),
        ("DESCRIBE", "csv", None),
        ("SELECT", None, "a.pdf"),
        ("SELECT", None, "a"),
    ],
)
def test_formats_that_do_not_fit_are_refused(form: Form, name: str | None, out: str | None) -> None:
    with pytest.raises(InputError):
        choose_format(form, name, Path(out) if out else None)


def test_every_format_writes_something(tmp_path: Path) -> None:
    found = answer(tmp_path, ["x"], [[Literal("甲")]])
    for name in TABULAR:
        assert written(found, name)
    (tmp_path / "answer").write_text('<http://x/a> <http://x/b> "甲"@zh .\n', "utf-8")
    graph = Answer(Asked("DESCRIBE"), "DESCRIBE", tmp_path / "answer", size=1)
    for name in GRAPH:
        assert "甲" in written(graph, name).decode()


def test_an_ask_is_a_word(tmp_path: Path) -> None:
    (tmp_path / "answer").write_text('{"head":{},"boolean":false}', "utf-8")
    found = Answer(Asked("ASK"), "ASK", tmp_path / "answer")
    assert written(found, "table") == b"false\n"
    assert json.loads(written(found, "json"))["boolean"] is False


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")), max_size=5))
def test_any_text_comes_back_from_tsv_and_workbook(texts: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = answer(folder, ["x"], [[Literal(text)] for text in texts])
        back = parse_query_results(written(found, "tsv"), QueryResultsFormat.TSV)
        assert isinstance(back, QuerySolutions)
        assert [row["x"].value for row in back] == texts  # type: ignore[union-attr]
        sheet = book_of(found, folder)["结果"]
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
        assert kinds <= {"s"}
