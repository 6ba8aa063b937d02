"""What is wrong in Turtle and its kin: the place, the mistake and the mend, in both languages."""

from __future__ import annotations

import pytest
from submission_support import read

from kg_builder.errors import InputError
from kg_builder.graph.submission.formats import Format

E = "@prefix e: <http://e/> .\n"


@pytest.mark.parametrize(
    ("text", "at", "zh", "en"),
    [
        ("e:a e:b e:c。", (2, 12), "改成 .", "write ."),
        (
            *("e:a e:b e:c。\ne:a e:b e:d。\ne:a e:b e:f，e:g。", (2, 12)),
            *("同样要改的还有第 3、4 行", "the same on line 3, 4"),
        ),
        ("@prefix f: <http://f/>；\ne:a e:b e:c .", (2, 23), "把 ； 改成 .", "write . for ；"),
        ("@prefix f: <http://f/> ;\ne:a e:b e:c .", (2, 24), "把 ; 改成 .", "write . for ;"),
        ("@base <http://f/>；\ne:a e:b e:c .", (2, 18), "把 ； 改成 .", "write . for ；"),
        ("e:a e:b e:c 。", (2, 13), "「。」", "write ."),
        ("e:a e:b e:c；\n e:d e:e .", (2, 12), "改成 ;", "write ;"),
        ("e:a e:b e:c ； e:d e:e .", (2, 13), "改成 ;", "write ;"),
        ("e:a e:b e:c ，e:d .", (2, 13), "改成 ,", "write ,"),
        ('e:a e:b "甲"@zh，"乙"@zh .', (2, 15), "改成 ,", "write ,"),
        ('e:a e:b "甲"@zh_CN .', (2, 12), "改成 @zh-CN", "write @zh-CN"),
        ('e:a e:b "甲"@ zh .', (2, 12), "改成 @zh", "write @zh"),
        ('e:a e:b "甲"@中文 .', (2, 12), "中文写 @zh", "Chinese is @zh"),
        ('e:a e:b "甲"@zh, "b"@english_uk , 1 .', (2, 20), "改成 @english-uk", "write @english-uk"),
        ('e:a e:b "甲"@toolongtag .', (2, 12), "中文写 @zh", "Chinese is @zh"),
        ("e:a e:b “甲乙” .", (2, 9), '"甲乙"@zh', 'write "甲乙"'),
        ('e:a e:b "甲” .', (2, 11), "引号不成对", "do not match"),
        ("e:a\u3000e:b e:c .", (2, 4), "普通空格", "a plain space"),
        ("（e:a） e:b e:c .", (2, 1), "改成 (", "write ("),
        ("e:a e:b １２ .", (2, 9), "改成 12", "write 12"),
        ("e:a e:b ｔｒｕｅ .", (2, 9), "改成 true", "write true"),
        (
            *("e:a kg:b e:c .", (2, 5), "@prefix kg: <https://w3id.org/kg-builder/ont#> ."),
            "add the line @prefix kg: <https://w3id.org/kg-builder/ont#> .",
        ),
        ("e:a e:b 'x'^^xsd:date .", (2, 14), "XMLSchema#", "@prefix xsd:"),
        ("e:a ee:b e:c .", (2, 5), "是不是 e:", "did you mean e:"),
        ("e:a e:b http://e/x .", (2, 9), "尖括号", "angle brackets"),
        ("e:a e:b <http://e/a b> .", (2, 20), "%20", "%20"),
        ("e:a e:b <x> .", (2, 9), "@base", "@base"),
        ('e:a e:b "x\\q" .', (2, 11), "转义", "escape"),
        ('e:a e:b "甲\n" .', (2, 9), "行末", "on its line"),
        ('e:a e:b """甲', (2, 9), "没有结束", "never ends"),
        ("e:a e:b e:c", (2, 12), "缺 .", "a . is missing"),
        ("e:a e:b e:c\ne:d e:e e:f .", (2, 12), "缺 .", "a . is missing"),
        ("e:a e:b", (2, 8), "没有写完", "not complete"),
        ("e:a e:b e:c ;; , e:d .", (2, 16), "缺谓语", "a predicate is missing"),
        ("e:a e:b e:c , .", (2, 15), "缺宾语", "an object is missing"),
        ("e:a e:b [ e:c e:d .", (2, 19), "]", "]"),
        ("e:a e:b True .", (2, 9), "改成 true", "write true"),
        ("e:a e:b 北京 .", (2, 9), '"北京"', "has a prefix"),
        ('e:a "b" e:c .', (2, 5), "宾语", "can be an object only"),
        ("e:g { e:a e:b e:c }", (2, 5), "-df trig", "-df trig"),
        ("@prefix f <http://f/> .", (2, 9), "冒号", "a colon"),
    ],
)
def test_mends_in_turtle(text: str, at: tuple[int, int], zh: str, en: str) -> None:
    with pytest.raises(InputError) as caught:
        read(E + text)
    error = caught.value
    assert zh in error.message.zh
    assert en in error.message.en
    assert (error.line, error.column) == at
    assert error.excerpt is not None
    assert error.excerpt.splitlines()[0].strip() == text.splitlines()[at[0] - 2].strip()


T = "<http://e/a> <http://e/b> "


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        (T + "<http://e/c> <http://e/g> .", 40, "-df nquads"),
        (T + "<c> .", 27, "wants whole ones"),
        (T + "e:c .", 27, "-df turtle"),
        (T + "1.5 .", 27, '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        (T + "true .", 27, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("@prefix e: <http://e/> .", 1, "-df turtle"),
        (T + '"x"\n' + T + '"y" .', 30, "a . is missing"),
        (T + "“x” .", 27, 'write "x"'),
    ],
)
def test_mends_in_ntriples(text: str, column: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, Format.N_TRIPLES)
    assert says in caught.value.message.en
    assert (caught.value.line, caught.value.column) == (1, column)


def test_names_that_hold_chinese_brackets_are_not_blamed() -> None:
    with pytest.raises(InputError, match=r"a \. is missing"):
        read(E + "e:食堂（旧） e:名称 e:c\ne:d e:e e:f .")


def test_columns_count_code_points_after_every_kind_of_line_end() -> None:
    with pytest.raises(InputError) as caught:
        read(E + 'e:a e:b "😀" .\r\ne:a e:b 1 .\re:甲 e:😀 .')
    assert (caught.value.line, caught.value.column) == (4, 9)


@pytest.mark.parametrize("text", ["<" * 100_000, "e:" + "." * 100_000, "“" * 20_000, "(" * 400])
def test_what_is_long_and_wrong_is_refused_in_time(text: str) -> None:
    with pytest.raises(InputError):
        read(text)


@pytest.mark.parametrize("text", ["名称,街道\n甲,乙\n", "名称\t街道\n甲\t乙\n", "a，b\n1，2"])
def test_a_table_is_told_from_turtle(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, Format.TURTLE)
    assert (caught.value.line, caught.value.column) == (1, 1)
    assert "CSV" in caught.value.message.zh
    assert "kg schema" in caught.value.message.en
