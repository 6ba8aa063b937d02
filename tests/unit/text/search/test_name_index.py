"""Looking names up: the stages, classes, ambiguity, near misses, and texts that mean harm."""

import random
import sqlite3
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import StoreError
from kg_builder.model.name_record import NamedThings, NameRecord
from kg_builder.resources import Resources
from kg_builder.text.search.index import LISTED, NEAR, index_of, open_names
from kg_builder.text.search.lexicon import load_spoken_names
from kg_builder.text.search.records import Ambiguous, Found, Unknown
from kg_builder.text.search.storage import NAMES_FILE, write_names

LEXICON = load_spoken_names(Resources.find())
HOSTILE = [
    "",
    " ",
    "\n\t",
    "%",
    "_",
    "%_%",
    "\\",
    "'",
    "'; DROP TABLE name; --",
    '"',
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\ud800",
    "海\udfff州",
    "\x00",
    "海\x00州",
    "\u202e州海",
    "(",
    "（（（",
    "。，、",
    "😀",
    "海" * 10_000,
    "a" * 10_000,
    "1" * 10_000,
    "一" * 10_000,
    "%" * 10_000,
    "(" * 10_000,
    "海州 " * 3_000,
]


def thing(number, names, classes=("Thing",), **rest):
    names = (names,) if isinstance(names, str) else names
    return NameRecord(f"http://x/{number}", names, classes, **rest)


THINGS = NamedThings(
    (
        thing(1, "柳溪街道", ("Street", "Place")),
        thing(2, "柳溪镇", ("Town", "Place")),
        thing(
            3, ("海州大学附属中学", "海州大学附属中学教育集团"), ("EducationGroup", "Organization")
        ),
        thing(4, "海州大学附属中学", ("School", "Organization")),
        thing(5, "海州市第一〇一中学", ("School", "Organization")),
        thing(6, "幸福食堂", ("Canteen",), qualifier="柳溪街道"),
        thing(7, "幸福食堂", ("Canteen",), qualifier="柳溪镇"),
        thing(8, "重庆长安大厦", ("Place",)),
        thing(9, "“1+X+1”现代化产业体系", ("System",)),
        thing(10, "完工", ("status", "concept"), apart=True),
        thing(11, "%", ("unit", "concept"), apart=True),
        thing(12, ("助餐点", "Canteen"), ("ontology term",), apart=True),
        thing(13, "完工大厦", ("Place",)),
        thing(14, "<script>alert('x')</script>", ("Thing",)),
        thing(15, "绿园", ("Place",)),
    ),
    ("海州市",),
    ("柳溪",),
)


@pytest.fixture(scope="module")
def index():
    with index_of(THINGS, LEXICON) as found:
        yield found


@pytest.mark.parametrize(
    ("text", "class_name", "number", "how"),
    [
        ("柳溪街道", None, 1, "exact"),
        (" 柳溪街道 ", None, 1, "exact"),
        ("柳溪 街道", None, 1, "folded"),
        ("柳溪街道办事处", None, 1, "said"),
        ("柳溪", "Street", 1, "part"),
        ("柳溪", "Town", 2, "part"),
        ("海州市柳溪镇", None, 2, "part"),
        ("海大附中", "School", 4, "short"),
        ("海大附中", "EducationGroup", 3, "short"),
        ("海州大学附属中学教育集团", None, 3, "exact"),
        ("101中", None, 5, "short"),
        ("海州101中學", None, 5, "part"),
        ("一零一", None, 5, "part"),
        ("chongqing changan dasha", None, 8, "pinyin"),
        ("Chóngqìng Cháng’ān", None, 8, "pinyin"),
        ("cqcads", None, 8, "initials"),
        ("lǜyuán", None, 15, "pinyin"),
        ("lvyuan", None, 15, "pinyin"),
        ("diyilingyizhongxue", "School", 5, "pinyin"),
        ("101zhongxue", "School", 5, "pinyin"),
        ("1+x+1现代化产业体系", None, 9, "folded"),
        ("完工", "status", 10, "exact"),
        ("完工", "concept", 10, "exact"),
        ("%", "unit", 11, "exact"),
        ("canteen", "ontology term", 12, "folded"),
        ("<script>alert('x')</script>", None, 14, "exact"),
    ],
)
def test_what_is_found_and_how(index, text, class_name, number, how):
    answer = index.lookup(text, class_name)
    names = {record.id: record.names[0] for record in THINGS.records}
    assert answer == Found(f"http://x/{number}", names[f"http://x/{number}"], how)


@pytest.mark.parametrize(
    ("text", "class_name", "numbers"),
    [
        ("柳溪", None, {1, 2}),
        ("柳溪", "Place", {1, 2}),
        ("幸福食堂", None, {6, 7}),
        ("xfst", "Canteen", {6, 7}),
        ("海州大学附属中学", None, {3, 4}),
        ("海大附中", "Organization", {3, 4}),
    ],
)
def test_what_means_several_lists_them(index, text, class_name, numbers):
    answer = index.lookup(text, class_name)
    assert isinstance(answer, Ambiguous)
    assert {candidate.id for candidate in answer.candidates} == {f"http://x/{n}" for n in numbers}


def test_candidates_tell_themselves_apart(index):
    answer = index.lookup("幸福食堂")
    assert [candidate.qualifier for candidate in answer.candidates] == ["柳溪街道", "柳溪镇"]
    answer = index.lookup("海州大学附属中学")
    assert {candidate.classes[0] for candidate in answer.candidates} == {"EducationGroup", "School"}


@pytest.mark.parametrize(
    ("text", "class_name", "first"),
    [
        ("柳西街道", None, "柳溪街道"),
        ("流溪街道", "Street", "柳溪街道"),
        ("海州大学附属中字", "School", "海州大学附属中学"),
        ("chongqin changan dasha", None, "重庆长安大厦"),
        ("canten", "ontology term", "助餐点"),
        ("完工吧", "concept", "完工"),
    ],
)
def test_near_misses(index, text, class_name, first):
    answer = index.lookup(text, class_name)
    assert isinstance(answer, Unknown)
    assert answer.near[0].name == first


@pytest.mark.parametrize(
    ("text", "class_name"),
    [
        ("完工", "Street"),
        ("助餐点", None),
        ("中学", "School"),
        ("海州", "School"),
        ("海州中学", "School"),
        ("海州102中学", "School"),
        ("柳溪街道", "Nothing"),
    ],
)
def test_nothing_is_guessed(index, text, class_name):
    assert isinstance(index.lookup(text, class_name), Unknown)


def test_things_set_apart_are_no_candidates(index):
    assert index.lookup("完工").__class__ is Found  # 完工大厦, not the status
    assert index.lookup("完工").id == "http://x/13"
    assert all("concept" not in found.classes for found in index.search("完"))


def test_search_ranks_what_is_typed_so_far(index):
    assert [found.name for found in index.search("柳溪")][:2] == ["柳溪镇", "柳溪街道"]
    assert [found.name for found in index.search("liux", class_name="Street")] == ["柳溪街道"]
    assert index.search("cq")[0].name == "重庆长安大厦"
    assert index.search("附属中")[0].name == "海州大学附属中学"
    assert len(index.search("柳", limit=1)) == 1
    assert index.search("柳", limit=0) == ()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_answered_at_once(index, text):
    start = time.process_time()
    for class_name in (None, "Street", text):
        assert not isinstance(index.lookup(text, class_name), Found)
        index.search(text, class_name=class_name)
    assert time.process_time() - start < 1


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_answered(text):
    with index_of(THINGS, LEXICON) as index:
        answer = index.lookup(text)
        assert isinstance(answer, Found | Ambiguous | Unknown)
        if isinstance(answer, Ambiguous):
            assert len(answer.candidates) > 1
        if isinstance(answer, Unknown):
            assert len(answer.near) <= NEAR


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=8, unique=True))
def test_every_name_finds_its_own(names):
    records = tuple(thing(number, name) for number, name in enumerate(names))
    storable = [record for record in records if not has_surrogate(record.names[0])]
    with index_of(NamedThings(tuple(storable)), LEXICON) as index:
        for record in storable:
            assert index.lookup(record.names[0]) == Found(record.id, record.names[0], "exact")


def test_names_made_to_be_slow():
    names = ["a" * 199, "海" * 199, "海州" * 99, "小学" * 99, "1一" * 60]
    records = [thing(f"{number}/{name[:2]}", name) for name in names for number in range(100)]
    with index_of(NamedThings(tuple(records)), LEXICON) as index:
        for text in ("a" * 31 + "b", "海" * 31 + "洲", "海州" * 12 + "海小", "海" * 150, "1" * 31):
            start = time.process_time()
            index.lookup(text)
            index.search(text)
            assert time.process_time() - start < 3, text


def test_a_name_of_thousands_is_answered_soon():
    records = tuple(thing(number, "幸福食堂") for number in range(5000))
    with index_of(NamedThings(records), LEXICON) as index:
        start = time.process_time()
        assert len(index.lookup("幸福食堂").candidates) == LISTED
        assert time.process_time() - start < 0.5


def has_surrogate(text):
    return any("\ud800" <= char <= "\udfff" for char in text)


def rows(path):
    with sqlite3.connect(path) as connection:
        tables = ("meta", "record", "class", "name", "key")
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    connection.close()
    return found


def test_equal_names_give_equal_rows(tmp_path):
    turned = NamedThings(tuple(reversed(THINGS.records)), THINGS.areas, THINGS.places)
    write_names(tmp_path / "a", THINGS, LEXICON)
    write_names(tmp_path / "b", turned, LEXICON)
    assert rows(tmp_path / "a") == rows(tmp_path / "b")


def test_a_file_answers_as_memory_does(tmp_path, index):
    write_names(tmp_path / NAMES_FILE, THINGS, LEXICON)
    with open_names(tmp_path / NAMES_FILE) as found:
        for text in ("柳溪", "海大附中", "cqcads", "流溪街道"):
            assert found.lookup(text) == index.lookup(text)


@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_index_is_refused(tmp_path, data):
    path = tmp_path / NAMES_FILE
    path.write_bytes(data)
    with pytest.raises(StoreError):
        open_names(path)
    with pytest.raises(StoreError):
        open_names(tmp_path / "nothing")


def test_an_index_of_another_version_is_refused(tmp_path):
    path = tmp_path / NAMES_FILE
    write_names(path, THINGS, LEXICON)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'version'")
    connection.close()
    with pytest.raises(StoreError):
        open_names(path)


def test_a_sure_name_loads_neither_pinyin_nor_distances(tmp_path):
    path = tmp_path / NAMES_FILE
    write_names(path, THINGS, LEXICON)
    code = (
        "import sys; from pathlib import Path; from kg_builder.text.search.index import open_names;"
        f"index = open_names(Path({str(path)!r}));"
        "[index.lookup(text, 'Street') for text in ('柳溪街道', '柳溪', 'liuxi', 'lxjd')];"
        "index.lookup('海大附中', 'School'); index.search('柳');"
        "sys.exit(bool({'pypinyin', 'rapidfuzz'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Twenty thousand names."""
    chance = random.Random(7)
    characters = "东西南北海清河上地温泉香山玉渊紫竹花园曙光永定万寿青龙桥苏家甘田梅兰松柏华文"
    ends = [("小学", "School"), ("街道", "Street"), ("养老服务中心", "Canteen"), ("路", "Road")]
    records = []
    for number in range(20_000):
        end, class_name = chance.choice(ends)
        name = "".join(chance.choices(characters, k=chance.randint(2, 4))) + end
        records.append(thing(number, name, (class_name, "Entity")))
    path = tmp_path_factory.mktemp("many") / NAMES_FILE
    write_names(path, NamedThings(tuple(records)), LEXICON)
    return path, records[0]


def test_looking_up_does_not_load_the_names(many):
    path, record = many
    open_names(path).close()
    start = time.process_time()
    with open_names(path) as index:
        assert record.id in str(index.lookup(record.names[0]))
    assert time.process_time() - start < 0.02


def test_an_unknown_name_is_answered_soon(many):
    path, _ = many
    with open_names(path) as index:
        index.lookup("没有这样的名字")  # loads pinyin and distances
        start = time.process_time()
        for class_name in (None, "Street", "Nothing"):
            assert isinstance(index.lookup("没有这样的名字啊", class_name), Unknown)
        assert time.process_time() - start < 1
