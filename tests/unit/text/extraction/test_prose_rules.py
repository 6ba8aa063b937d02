"""The rules of prose: every row with its own examples, and what the tellers promise."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from kg_builder.desk import Reader, ReportInput
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text
from kg_builder.resources import Resources
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.genre import load_genre
from kg_builder.text.grammar.words import Words, split
from kg_builder.text.recognition.clauses import ClauseScanner
from kg_builder.text.recognition.encoding import ASIDE

ROOT = Path(__file__).resolve().parents[4]
HEAD = "云岭区2024年国民经济和社会发展计划执行情况与2025年国民经济和社会发展计划草案的报告"
RESULTS = "一、2024年国民经济和社会发展计划执行情况"
PLAN = "二、2025年国民经济和社会发展计划草案"
STATEMENTS = ("StatusStatement", "AwardStatement", "DistinctionClaim", "Observation")
PREPARES = {"topic", "signed", "silent", "ahead", "subject"}
"""What tells nothing by itself, but sets what another rule tells."""
SILENT = frozenset(
    {
        "built-by-it",
        "claim-alone",
        "claim-became",
        "claim-of",
        "claim-verb",
        "done-by-it",
        "extends-to",
        "fields",
        "in-fields",
        "in-fields-plain",
        "in-place",
        "merged-of",
        "paired-measures",
        "status-two-verbs",
        "took-part",
        "works-counted",
    }
)
"""Rules that find nothing in the committed texts of tests/quality: their own examples hold them."""


@cache
def genre():
    return load_genre(Resources.find().folders("genre"))


@cache
def knowledge():
    return Knowledge.of(genre())


@cache
def reader():
    return Reader(genre())


@cache
def extraction(text, section=RESULTS):
    data = f"{HEAD}\n{section}\n{text}".encode()
    return reader()(ReportInput("rules", data)).extraction


def told(extraction):
    """What an extraction tells, in words: {(rule, words)}."""
    labels = {entity.id: entity.label for entity in extraction.entities}
    of = {}
    for fact in extraction.facts:
        of.setdefault(fact.subject, {}).setdefault(fact.predicate, fact)

    def words(value):
        if isinstance(value, EntityId):
            return labels.get(value) or ""
        if isinstance(value, Concept | Text):
            return value.name if isinstance(value, Concept) else value.value
        return str(value)

    found = set()
    for subject, facts in of.items():
        if subject.type not in STATEMENTS:
            continue
        said = {name: words(fact.object) for name, fact in facts.items()}
        first = next(iter(facts.values()))
        parts = {
            "StatusStatement": ("about", "status", "verbatim", "plannedCompletion"),
            "AwardStatement": ("about", "outcome", "award"),
            "DistinctionClaim": ("about", "distinction", "verbatim"),
            "Observation": ("about", "indicator", "measure", "verbatim"),
        }[subject.type]
        found.add((first.rule, " ".join(said[name] for name in parts if said.get(name))))
    for fact in extraction.facts:
        subject = labels.get(fact.subject)
        if fact.subject.type not in STATEMENTS and subject and fact.rule:
            found.add((fact.rule, f"{subject} {fact.predicate} {words(fact.object)}"))
    return found


def encoded(text, *, carries=False):
    """The clauses of a text as rules see them, those of asides included."""
    known = knowledge()
    scanner = ClauseScanner(known.names, known.figures, known.periods, {})
    for sentence in split(Words(text, 0), "。"):
        for number, part in enumerate(split(sentence, "；;，,:：")):
            clause = known.passages.refiner.refine(scanner.scan(part))
            yield known.passages.encoding.encode(clause, carries=carries or number > 0).text
            for token in clause.tokens:
                if token.kind == ASIDE:
                    yield from encoded(part.raw[token.start + 1 : token.end - 1], carries=True)


def rules():
    return knowledge().passages.rules


def prepares(rule):
    return all(telling.action in PREPARES for telling in rule.tells)


def by_id(rule):
    return rule.id


@pytest.mark.parametrize("rule", rules(), ids=by_id)
def test_a_rule_tells_what_its_examples_say(rule):
    assert rule.examples, "a rule without an example"
    for example in rule.examples:
        text, _, facts = example.partition(" -> ")
        assert any(rule.pattern.search(one) for one in encoded(text)), text
        found = told(extraction(text))
        for fact in facts.split("; "):
            rules_of = {by for by, words in found if words == fact}
            assert rules_of, (text, fact, sorted(found))
            assert prepares(rule) or rule.id in rules_of, (text, fact, rules_of)


@pytest.mark.parametrize("rule", rules(), ids=by_id)
def test_a_rule_is_silent_in_its_counterexamples(rule):
    assert rule.counterexamples, "a rule without a counterexample"
    for text in rule.counterexamples:
        assert rule.id not in {by for by, _ in told(extraction(text))}
        assert not any(rule.pattern.search(one) for one in encoded(text)), text


def test_no_id_and_no_example_stands_twice():
    raw = tomllib.loads((ROOT / "genre/rules/clauses.toml").read_text("utf-8"))
    ids = [row["id"] for row in raw["rule"]]
    assert len(ids) == len(set(ids))


def committed():
    quality = ROOT / "tests/quality"
    return sorted((*quality.glob("prose*/*.txt"), *quality.glob("genre/*.txt")))


def test_rules_that_find_nothing_in_the_committed_texts_are_known():
    fired = set()
    for path in committed():
        facts = reader()(ReportInput(path.stem, path.read_bytes())).extraction.facts
        fired |= {fact.rule for fact in facts}
    idle = {rule.id for rule in rules() if not prepares(rule)} - fired
    assert idle == SILENT


def test_no_rule_is_passed_over_that_fits():
    passages = knowledge().passages
    for path in committed():
        for line in path.read_text("utf-8").splitlines():
            for text in encoded(line):
                fitting = {rule.id for rule in passages.fitting(text)}
                for rule in passages.rules:
                    assert rule.id in fitting or not rule.pattern.search(text), (rule.id, line)


# --- what the tellers promise ---


def words_of(text, section=RESULTS):
    return {words for _, words in told(extraction(text, section))}


def statements(text, type_, section=RESULTS):
    found = extraction(text, section)
    nodes = {}
    for fact in found.facts:
        if fact.subject.type == type_:
            nodes.setdefault(fact.subject, {})[fact.predicate] = fact
    return list(nodes.values())


def test_a_figure_is_told_once():
    texts = (
        "海州大桥全长3.2公里，总投资8亿元。",
        "新建口袋公园12个，累计达86个。",
        "设立规模20亿元的海州科创基金。",
        "滨江产业园建筑面积21万平方米，入驻企业137家。",
    )
    for text in texts:
        figures = [fact["verbatim"].evidence[-1].span for fact in statements(text, "Observation")]
        assert figures, text
        assert len(figures) == len(set(figures)), text


def test_lists_that_are_paired_keep_their_order():
    found = words_of("晨光小学、育才小学分别新增学位960个、270个。")
    assert "晨光小学 学位 level 960个" in found
    assert "育才小学 学位 level 270个" in found
    assert not any(words.startswith("育才小学 学位 level 960") for words in found)


def test_lists_of_unlike_length_are_not_paired():
    found = words_of("晨光小学、育才小学、海州中学分别新增学位960个、270个。")
    assert not any(words.startswith("晨光小学 学位") for words in found)


def test_a_subject_that_a_clause_does_not_name_is_marked_as_carried():
    facts = extraction("恒锐精密产业园项目总投资12亿元，占地150亩。").facts
    about = [fact for fact in facts if fact.predicate == "about"]
    readings = [[item.reading for item in fact.evidence] for fact in about]
    assert any("carried" in reading for reading in readings)
    assert any("carried" not in reading for reading in readings)


def test_a_sentence_takes_no_subject_from_the_one_before():
    found = words_of("恒锐精密产业园项目总投资12亿元。占地150亩。")
    assert not any(words.startswith("恒锐精密产业园项目 占地") for words in found)


def test_a_sentence_may_refer_to_the_one_before():
    found = words_of("恒锐精密产业园项目开工建设。该项目总投资12亿元。")
    assert any(words.startswith("恒锐精密产业园项目 总投资") for words in found)


def test_what_stands_in_the_plan_is_planned():
    text = "开工建设云岭体育中心，新增学位1200个。"
    for section, kind in ((RESULTS, "actual"), (PLAN, "plan")):
        for type_ in ("StatusStatement", "Observation"):
            for facts in statements(text, type_, section):
                assert facts["resultKind"].object.name == kind


def test_a_planned_date_is_the_last_day_of_what_is_said():
    found = words_of("云岭隧道预计2025年6月底前通车。")
    assert "云岭隧道 planned 通车 2025-06-30" in found


@pytest.mark.parametrize(
    ("text", "is_told", "is_not"),
    [
        ("云岭产业园未入选国家级绿色园区。", "云岭产业园 not-granted", "云岭产业园 granted"),
        ("云岭隧道尚未开工。", "云岭隧道 not-started", "云岭隧道 construction-started"),
        ("云岭电站项目已报审批。", "云岭电站项目 submitted-for-approval", "云岭电站项目 approved"),
        ("云岭大桥达到通车条件。", "云岭大桥 ready-to-open", "云岭大桥 opened-to-traffic"),
        ("云岭粮库项目建成后，总投资达8亿元。", "云岭粮库项目 总投资", "云岭粮库项目 built"),
    ],
)
def test_what_has_not_come_about_is_not_told(text, is_told, is_not):
    found = words_of(text)
    assert any(words.startswith(is_told) for words in found), sorted(found)
    assert not any(words.startswith(is_not) for words in found)


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (
            "云岭基金（规模2亿元）完成备案。",
            {"云岭基金 规模 level 2亿元", "云岭基金 filed 完成备案"},
        ),
        ("云岭湿地公园（占地18公顷）开放。", {"云岭湿地公园 占地 level 18公顷"}),
        ("启用颐康养老照料中心（松园路18号）。", {"颐康养老照料中心 locatedIn 松园路"}),
        (
            "新增研发机构23家（企业技术中心12家、工程研究中心11家）。",
            {"企业技术中心 inCollection 研发机构", "工程研究中心 inCollection 研发机构"},
        ),
    ],
)
def test_a_bracket_may_say_something_of_what_stands_before_it(text, is_told):
    assert is_told <= words_of(text)


def test_a_bracket_that_is_part_of_a_name_stays_with_it():
    found = extraction("松涛二路(一期)(云泉大道-港前街)道路工程完工。").entities
    assert "松涛二路(一期)(云泉大道-港前街)道路工程" in {entity.label for entity in found}


def test_parts_of_what_was_counted_are_told_in_its_unit():
    found = words_of("实施重点项目168个，其中产业类112个、完成投资20亿元、民生类22个。")
    assert {"产业类 inCollection 重点项目", "民生类 inCollection 重点项目"} <= found
    assert not any(words.startswith("投资 inCollection") for words in found)


def test_the_former_and_the_latter_are_those_of_the_list():
    text = "建成云岭服务中心、东湖社区食堂，后者面积430平方米，前者面积900平方米。"
    found = words_of(text)
    assert {"东湖社区食堂 面积 level 430平方米", "云岭服务中心 面积 level 900平方米"} <= found


def test_a_list_that_opens_a_sentence_is_the_subject_of_its_clauses():
    found = words_of("溪东大道、滨江路开工，年底通车。溪南路启用，随后通车。")
    assert {"溪东大道 opened-to-traffic 通车", "滨江路 opened-to-traffic 通车"} <= found


def test_a_date_without_a_year_is_of_the_year_spoken_of():
    planned = words_of("云岭学校预计9月投用。")
    assert "云岭学校 planned 投用 2024-09-30" in planned
    assert "云岭学校 planned 投用 2025-09-30" in words_of("云岭学校9月投用。", PLAN)
    (status,) = statements("云岭公园5月建成开放。", "StatusStatement")
    assert status["period"].object.key == ("2024年5月",)


def test_what_is_put_off_is_put_off_to_a_date():
    found = words_of("云岭大桥受征拆影响，延至2025年9月。")
    assert "云岭大桥 planned 延 2025-09-30" in found or (
        "云岭大桥 planned 延至 2025-09-30" in found
    )


def test_a_fall_is_never_told_as_a_level():
    for verb in ("下降", "缩水", "减少", "回落"):
        found = statements(f"海州产业园产值{verb}39.5%。", "Observation")
        assert [str(facts["value"].object) for facts in found] == ["-39.5"], verb
        assert found[0]["measure"].object.name == "growth"


def test_the_towns_of_a_list_are_not_named_after_what_sums_them_up():
    found = words_of("龙滩、白庙2个市级重点帮扶镇通水。")
    assert "龙滩镇 inCollection 市级重点帮扶镇" in found
    assert "市级重点帮扶镇 数量 level 2个" in found


def test_a_zone_named_by_its_letter_is_one_of_the_park_before_it():
    found = words_of("华岚产业园A区竣工，B区封顶，一期投产。")
    assert "华岚产业园B区 topped-out 封顶" in found
    assert not any(words.startswith("华岚产业园一期") for words in found)


def test_numbers_in_numerals_are_figures_and_parts_of_names_are_not():
    found = words_of("云岭科创园引进企业四十七家，新增学位一千零八十个，印发二十条措施。")
    assert {"企业 数量 level 四十七家", "学位 数量 change 一千零八十个"} <= found
    assert "二十条措施 issued 印发" in found


def test_the_batch_of_a_thing_stands_in_front_of_its_name():
    assert "国家生态示范区 batch 第六批" in words_of("云岭区荣获第六批国家生态示范区称号。")


def test_a_body_is_known_by_whom_it_is_asked_to_approve():
    found = extraction("云岭大桥方案已报市规划自然资源委审批。").entities
    assert "市规划自然资源委" in {entity.label for entity in found}


def test_what_gets_an_honour_is_of_a_class_that_fits_it():
    types = {
        entity.label: entity.id.type
        for entity in extraction("云岭醒狮列入省级非物质文化遗产名录。").entities
    }
    assert types["云岭醒狮"] == "Topic"
