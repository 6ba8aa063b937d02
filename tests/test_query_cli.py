"""`kg query` as a user meets it: listed, explained, asked with names as people say them."""

import csv
import io
import os
import subprocess
import sys

import openpyxl
import pytest

import kg_builder


def kg(*arguments, cwd, **environment):
    env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "kg_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, env=env, timeout=120)


@pytest.fixture
def query(published_folder, tmp_path):
    """Return what runs `kg query` on the published graph."""

    def run(*arguments, **more):
        return kg("query", *arguments, "--store", published_folder, cwd=tmp_path, **more)

    return run


def rows(done):
    assert done.returncode == 0, done.stderr.decode()
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def test_they_are_listed_in_both_languages_and_searched(tmp_path):
    every = kg("query", "--lang", "zh", cwd=tmp_path).stdout.decode()
    assert "canteens_of_street" in every
    assert "某街镇的助餐点" in every
    some = kg("query", "--search", "助餐点", cwd=tmp_path).stdout.decode()
    assert "canteens_of_street" in some
    assert "policies_in_force" not in some
    assert "Canteens of a subdistrict" in some
    none = kg("query", "-s", "nothing like it", cwd=tmp_path)
    assert (none.returncode, len(none.stderr.splitlines())) == (2, 1)


def test_help_shows_parameters_and_an_example_that_works(query, tmp_path):
    shown = kg("query", "canteens_of_street", "--help", "--lang", "zh", cwd=tmp_path)
    text = shown.stdout.decode()
    assert "--street 名称" in text
    assert "八里庄街道" in text
    assert "kg query canteens_of_street --street 八里庄街道" in text
    assert len(rows(query("canteens_of_street", "--street", "八里庄街道", "--format", "csv"))) == 2


@pytest.mark.parametrize(
    "name",
    [
        *("八里庄街道", "八里庄", "八里莊街道", "balizhuang", "blzjd", " 八里庄 街道 "),
        "https://example.org/kg/id/street/海淀区_八里庄街道",
        "<https://example.org/kg/id/street/海淀区_八里庄街道>",
        "street:海淀区_八里庄街道",
    ],
)
def test_a_parameter_takes_names_as_people_say_them_and_iris(query, name):
    found = rows(query("canteens_of_street", "--street", name, "--format", "csv"))
    assert {row["street_name"] for row in found} == {"八里庄街道"}
    assert len(found) == 2


def test_several_values_and_the_long_way(query):
    both = rows(
        query("canteens_of_street", "--street", "东升镇", "--street", "四季青镇", "--format", "csv")
    )
    assert {row["street_name"] for row in both} == {"东升镇", "四季青镇"}
    assert rows(query("canteens_of_street", "-p", "street=东升镇", "--format", "csv")) == both[:1]


def test_a_parameter_with_the_name_of_an_option_is_given_the_long_way(query):
    done = query("sections_of_report", "-p", "number=(一)", "--format", "csv")
    assert {row["number"] for row in rows(done)} == {"(一)"}
    assert b"Warning" not in done.stderr


@pytest.mark.parametrize("year", ["2026", "２０２６", "二〇二六", "2026年"])
def test_years_as_people_write_them(query, year):
    assert len(rows(query("policies_in_force", "--year", year, "--format", "csv"))) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["canteens_of_streat"], "did you mean canteens_of_street"),
        (["canteens_of_street", "--stret", "x"], "--stret"),
        (["canteens_of_street", "-p", "stret=x"], "has no parameter stret; it has street"),
        (["canteens_of_street", "--street", "八里庄街到"], "did you mean 八里庄街道"),
        (["canteens_of_street", "--street", "什么也不是"], "nothing in the graph is called"),
        (["policies_in_force", "--year", "soon"], "parameter year cannot be 'soon'"),
        (["things_with_status", "--status", "吃完"], "parameter status cannot be"),
        (["canteens_of_street", "--street", ""], "nothing in the graph is called"),
    ],
)
def test_mistakes_get_one_line_with_the_mend(query, arguments, words):
    done = query(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert words in line


def test_a_name_of_two_things_lists_them_and_is_not_guessed(query):
    done = query("relations_of_thing", "--thing", "人大附中")
    assert done.returncode == 2
    line = done.stderr.decode()
    assert "school:中国人民大学附属中学" in line
    assert "education-group:" in line


HOSTILE = [
    '" } UNION { ?s ?p ?o } #',
    "\\u0022 } SERVICE <http://127.0.0.1:9/> {} #",
    "'''",
    "} LIMIT 1 #",
    "\n\r\t",
    "VALUES",
    "💥" * 300,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_of_a_parameter_changes_the_query(query, words):
    done = query("names_with_words", "--words", words, "--format", "csv")
    assert done.returncode == 0, done.stderr.decode()
    assert all(row["words"] == words for row in rows(done)) or not rows(done)


def test_a_workbook_says_what_was_asked_and_where_it_comes_from(query, tmp_path):
    done = query("canteens_of_street", "--street", "八里庄", "--evidence", "-o", "a.xlsx")
    assert done.returncode == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    listed = list(book["Sources"].iter_rows(values_only=True))
    pairs = dict(reversed(listed))
    assert pairs["stored query"] == "canteens_of_street"
    assert pairs["parameter street"] == "八里庄"
    assert pairs["source"].startswith("关于海淀区2024年")
    assert pairs["SHA-256 of the source"].startswith("6c0a9fa749c3")
    assert pairs["evidence of row 1"].startswith("line 97, column 1")
    headings = [cell.value for cell in next(book["Results"].iter_rows())]
    assert headings[:3] == ["canteen IRI", "canteen", "subdistrict IRI"]


def test_nothing_found_says_what_the_report_says(query):
    done = query("members_of_group", "--group", "中国人民大学附属中学教育集团", "--lang", "zh")
    assert (done.returncode, done.stdout) == (0, b"")
    assert "报告没有说" in done.stderr.decode()
    assert "成员校" in done.stderr.decode()


def test_a_project_brings_queries_of_its_own(published_folder, tmp_path):
    folder = tmp_path / "mine" / "queries"
    folder.mkdir(parents=True)
    (folder / "roads.rq").write_text(
        "#+ title: {zh: 道路, en: Roads}\n"
        "#+ description: {zh: 全部, en: all}\n"
        "#+ tags: [list]\n"
        "PREFIX kg: <https://w3id.org/kg-builder/ont#>\n"
        "SELECT ?road { ?road a kg:Road }\n",
        "utf-8",
    )
    done = kg(
        *("query", "roads", "--project", "mine", "--store", published_folder, "--format", "csv"),
        cwd=tmp_path,
    )
    assert len(rows(done)) == 27
    (folder / "roads.rq").write_text("#+ titel: x\nSELECT * {}\n", "utf-8")
    broken = kg("query", "--project", "mine", "roads", cwd=tmp_path)
    assert broken.returncode == 2
    assert broken.stderr.decode().startswith("mine/queries/roads.rq:1:4: ")


def test_a_result_is_cited(query):
    done = query("canteens_of_street", "--street", "八里庄", "--cite", "gbt7714", "--lang", "zh")
    first, second = done.stderr.decode().splitlines()[:2]
    assert first.startswith("[1] 某街镇的助餐点; street = 八里庄[DS]. kg_builder ")
    assert second.startswith("[2] 北京市海淀区人民政府办公室. 关于海淀区2024年")
    assert second.endswith("[R]. 第98, 101行.")
    counted = query("canteens_by_kind_of_street", "--cite", "text")
    assert "Data: kg_builder" in counted.stderr.decode()


def test_a_program_asks_by_one_call(published_folder):
    found = kg_builder.ask("canteens_of_street", store=published_folder, street="八里庄")
    assert [row["canteen_name"].value for row in found.rows] == [
        "超市发华光商厦店",
        "裕友大厦海淀食堂",
    ]
    counted = kg_builder.ask(
        "SELECT (COUNT(?s) AS ?n) { ?s a kg:Canteen }", store=published_folder, evidence=True
    )
    assert counted.rows[0]["n"].value == "30"
    assert counted.formulas == {"n": "COUNT(?s)"}
    assert kg_builder.ask("ASK { ?s a kg:Street }", store=published_folder).boolean
    with pytest.raises(KeyError):
        kg_builder.ask("no_such_query", store=published_folder)
