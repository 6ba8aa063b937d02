"""Explanations: what was found, what is asked, what to do; for each constraint component."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from kg_builder.graph.index import Term
from kg_builder.graph.shacl import constraints as core
from kg_builder.graph.shacl import logic, queries, relations
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.shacl.datatypes import is_well_formed
from kg_builder.graph.shacl.ordering import compare_keys, sort_key
from kg_builder.graph.shacl.vocabulary import RDF_TYPE, short_name
from kg_builder.graph.vocabulary import expand
from kg_builder.judging.words.asked import Asker
from kg_builder.judging.words.kinds import DATATYPES
from kg_builder.judging.words.messages import author_message, description
from kg_builder.judging.words.names import Namer, apart, capital, counted, joined
from kg_builder.judging.words.offence import Case, Offence
from kg_builder.judging.words.steps import path_of
from kg_builder.model.bilingual import Bilingual


def explain(case: Case, at_fault: Offence, namers: tuple[Namer, Namer]) -> Bilingual:
    """Return the explanation of a result, by a namer of Chinese and one of English."""
    zh, en = (_Teller(case, at_fault, namer).told() for namer in namers)
    return Bilingual(zh, en)


class _Teller:
    """Explains one result in one language."""

    def __init__(self, case: Case, at_fault: Offence, namer: Namer) -> None:
        self.case = case
        self.namer = namer
        self.at_fault = at_fault
        self.say = namer.say
        self.thing = namer.thing(case.focus)
        if case.constraint is not None:
            self.asker = Asker(namer, case.shapes, case.material.facts, case.value)

    def told(self) -> str:
        constraint = self.case.constraint
        words = _WORDS.get(type(constraint), _Teller._unknown)
        sentences = [*words(self, constraint), self._because()]
        return joined(map(self._finished, sentences), self.namer.language)

    def _finished(self, sentence: str) -> str:
        ended = sentence[-1:] in "。！？.!?"  # of a message an author may leave the stop out
        if self.namer.language == "zh":
            return sentence if ended else f"{sentence}。"
        return capital(sentence if ended else f"{sentence}.")

    # what is common

    @property
    def predicate(self) -> NamedNode | None:
        """The property of the offending value, where the path tells it or the triple does."""
        path = self.case.result.path
        if path is None:
            return None
        single = path_of(path).predicate
        if single is not None:
            return single
        triples, value = self.at_fault.triples, self.case.value
        operators = {op[0] for op in path_of(path).ops if not isinstance(op, NamedNode)}
        if triples and operators == {"alternative"} and triples[0].object == value:
            return triples[0].predicate
        return None

    @property
    def prop(self) -> str:
        """The property or path."""
        path, shape = self.case.result.path or "", self.case.shape
        if not path:
            return self.say("“自身”", "“itself”")
        if shape is None or shape.path is None or shape.path.text != path:
            return self.namer.path(path)
        if self.predicate is not None and shape.path.predicate is None:
            return self.namer.prop(self.predicate)
        return self.asker.prop(shape)

    def value(self, term: Term | None = None) -> str:
        """Return the value, a class where the property says the type."""
        found = term if term is not None else self.case.value
        return self.namer.value(found, self.predicate) if found is not None else ""

    def shown(self, terms: Iterable[Term]) -> str:
        """Values as they are listed, with what was there before."""
        old = self._old()
        return self.namer.all(
            self.value(term) + (self.namer.aside(self.say("原有", "there before")) if o else "")
            for term in terms
            for o in [old(term)]
        )

    def _old(self) -> Callable[[Term], bool]:
        material, walked = self.case.material, self.case.walk
        if material.graph is None:
            return lambda _: False

        def old(term: Term) -> bool:
            leading = walked.leading_to(term)
            mine = any(t in material.home or t in material.inferred_set for t in leading)
            return bool(leading) and not mine

        return old

    def _is_so(self) -> str:
        """Return that the value stands there: A的“所在街道”写成了B."""
        if self.case.result.path is None:
            return self.thing
        return self.say(
            f"{self.thing}的{self.prop}写成了{apart(self.value())}",
            f"the {self.prop} of {self.thing} is {self.value()}",
        )

    def _must(self, asked: str, why: str = "") -> str:
        """Return what stands there, and what is asked."""
        more = self.say(f"；{why}", f"; {why}") if why else ""
        if self.case.result.path is None:
            return self.say(
                f"{self.thing}{must(asked)}{more}。", f"{self.thing} must {asked}{more}."
            )
        return self.say(
            f"{self._is_so()}，这里{must(asked)}{more}。",
            f"{self._is_so()}; it must {asked}{more}.",
        )

    def _because(self) -> str:
        """Return how the submission comes to be at fault for what stands elsewhere."""
        case, triples = self.case, self.at_fault.triples
        if self.at_fault.inferred:
            written = self.namer.all(
                dict.fromkeys(self.namer.prop(triple.predicate) for triple in triples)
            )
            return self.say(
                f"这是由这里写的{written}推出的。", f"this follows from the {written} here."
            )
        mentions = case.material.mentions.get(case.focus, ())
        if case.material.graph is None or any(t.subject == case.focus for t in mentions):
            return ""
        return self.say(
            f"{self.thing}不是这份文件新写的：是这里的几行使它不再合乎要求。",
            f"{self.thing} is not described in this file; what stands here makes it fail.",
        )

    # one value at a time

    def _class(self, constraint: core.Class) -> Iterable[str]:
        value = self.case.value if self.case.value is not None else self.case.focus
        asked, name = self.asker.value(constraint, self._shape), self.namer.term(constraint.cls)
        if isinstance(value, Literal):
            why = self.say("文字不能代替事物本身", "text cannot stand for the thing itself")
            yield self._must(asked, why)
            yield self.say(
                f"请写{name}的 IRI，不加引号。",
                f"Write the IRI of {self.namer.a(constraint.cls)}, without quotation marks.",
            )
            yield self._form_for(constraint.cls)
            return
        short = self.namer.short(constraint.cls) if isinstance(constraint.cls, NamedNode) else ""
        yield self._must(asked, self._untyped(value))
        if self._is_nowhere(value):
            a = self.namer.a(constraint.cls)
            yield self.say(f"请改指已有的{name}。", f"Point to {a} that there is.")
            yield self._form_for(constraint.cls)
            return
        point = (
            ""
            if self.case.result.path is None
            else self.say(f"改指一个{name}，或", f"point to {self.namer.a(constraint.cls)}, or ")
        )
        yield self.say(
            f"请{point}给它补上类型 {short}。", f"{capital(point + 'give it')} the type {short}."
        )

    def _form_for(self, cls: Term) -> str:
        """Return how to bring a thing of a class that the graph has not got yet."""
        if self.case.material.graph is None or not isinstance(cls, NamedNode):
            return ""
        short = self.namer.short(cls)
        if not short.startswith("kg:") or cls == _ENTITY:
            return ""
        command = f"kg schema {short.removeprefix('kg:')} --template"
        return self.say(
            f"图里还没有的，另写一个节点，写法见 {command}。",
            f"What the graph has not got yet needs a node of its own: {command} shows how.",
        )

    def _is_nowhere(self, value: Term) -> bool:
        """Return whether nothing at all is said of a value, in a graph that should know it."""
        material = self.case.material
        if material.graph is None or not isinstance(value, NamedNode):
            return False
        if any(triple.subject == value for triple in material.mentions.get(value, ())):
            return False
        return not any(material.graph.store.quads_for_pattern(value, None, None, None))

    def _untyped(self, value: Term) -> str:
        if self.case.material.facts.types(value):
            return ""
        if self._is_nowhere(value):
            return self.say("图里和这份文件里都没有它", "neither the graph nor this file knows it")
        return self.say("它没有写明类型", "it is said to be of no class")

    def _datatype(self, constraint: core.Datatype) -> Iterable[str]:
        value = self.case.value
        yield self._must(
            self.asker.value(constraint, self._shape), self._instead(value, constraint)
        )
        if isinstance(value, Literal):
            yield self.say("请照此改写这个值。", "Write the value so.")
        else:
            yield self.say("请写这样的值，不写 IRI。", "Write such a value, not an IRI.")

    def _instead(self, value: Term | None, constraint: core.Datatype) -> str:
        if not isinstance(value, Literal):
            return self.say("这是 IRI，不是文字或数", "this is an IRI, not text or a number")
        if value.datatype == constraint.datatype:
            if is_well_formed(value):
                return ""
            name = self.namer.short(constraint.datatype)
            return self.say(
                f"“{value.value}”不合 {name} 的写法", f"“{value.value}” is no way to write {name}"
            )
        known = DATATYPES.get(value.datatype.value)
        kind = known[0].pick(self.namer.language) if known else self.namer.short(value.datatype)
        return self.say(f"现在是{kind}", f"now it is {kind}")

    def _node_kind(self, constraint: core.NodeKind) -> Iterable[str]:
        value = self.case.value if self.case.value is not None else self.case.focus
        yield self._must(self.asker.value(constraint, self._shape), self._kind_of(value))
        if isinstance(value, BlankNode):
            yield self.say(
                "请给它一个 IRI，别处才能提到它。",
                "Give it an IRI, so that others can refer to it.",
            )
        elif isinstance(value, Literal):
            yield self.say(
                "请写事物的 IRI，不加引号。", "Write the IRI of the thing, without quotation marks."
            )
        else:
            yield self.say("请把值写在引号里。", "Write the value in quotation marks.")

    def _kind_of(self, value: Term) -> str:
        if isinstance(value, BlankNode):
            return self.say("它没有 IRI", "it has no IRI")
        if isinstance(value, Literal):
            return self.say("现在是文字值", "now it is a literal")
        return self.say("现在是 IRI", "now it is an IRI")

    def _range(self, constraint: core.Range) -> Iterable[str]:
        value = self.case.value
        asked = self.asker.value(constraint, self._shape)
        comparable = isinstance(value, Literal) and (
            compare_keys(sort_key(value), sort_key(constraint.limit)) is not None
        )
        why = "" if comparable else self.say("两者无法比较大小", "the two cannot be compared")
        yield self._must(asked, why)
        yield self.say("请核对这个数。", "Check the number.")

    def _length(self, constraint: core.Length) -> Iterable[str]:
        value = self.case.value
        asked = self.asker.value(constraint, self._shape)
        if isinstance(value, Literal | NamedNode):
            length = len(value.value)
            why = self.say(f"现在有 {length} 个", f"now it has {length}")
        else:
            why = self.say("它没有 IRI，也就没有长度", "it has no IRI, and so no length")
        yield self._must(asked, why)
        short = constraint.name == "minLength"
        yield self.say(
            "请写全。" if short else "请写短些。", "Write it in full." if short else "Shorten it."
        )

    def _matches(self, constraint: core.Matches) -> Iterable[str]:
        yield self._must(self.asker.value(constraint, self._shape))
        yield self._advice() or self.say("请改正这个值。", "Correct the value.")

    def _advice(self) -> str:
        """Return the shape's sh:description, where it has one."""
        shape = self.case.shape
        return description(self.case.material, shape.node, self.namer.language) if shape else ""

    def _language_in(self, constraint: core.LanguageIn) -> Iterable[str]:
        value = self.case.value
        tag = value.language if isinstance(value, Literal) else None
        why = (
            self.say(f"现在是 @{tag}", f"now it has @{tag}")
            if tag
            else self.say("现在没有标签", "now it has none")
        )
        yield self._must(self.asker.value(constraint, self._shape), why)
        yield self.say("请改用许可的标签。", "Use a tag that is allowed.")

    def _in(self, constraint: core.In) -> Iterable[str]:
        yield self._must(self.asker.value(constraint, self._shape))
        yield self.say("请从中选一个。", "Choose one of them.")

    # all values together

    def _min_count(self, constraint: relations.MinCount) -> Iterable[str]:
        found, limit = self.case.walk.values, constraint.limit
        if not found:
            least = self.say(
                f"至少要有 {limit} 个", f"at least {limit} {'is' if limit == 1 else 'are'} needed"
            )
            yield self.say(
                f"{self.thing}没有{self.prop}，{least}。",
                f"{self.thing} has no {self.prop}; {least}.",
            )
        else:
            yield self.say(
                f"{self.thing}的{self.prop}只有 {len(found)} 个（{self.shown(found)}），"
                f"至少要有 {limit} 个。",
                f"{self.thing} has only {counted(len(found), 'value')} of {self.prop} "
                f"({self.shown(found)}); at least {limit} are needed.",
            )
        yield self._add()
        yield self._usual()

    def _usual(self) -> str:
        """Return what the graph has most often where a thing is missing."""
        graph, predicate = self.case.material.graph, self.predicate
        if graph is None or predicate is None:
            return ""
        quads = graph.store.quads_for_pattern(None, predicate, None, DefaultGraph())
        looked_at = islice(quads, _LOOKED_AT)
        counted_ = Counter(q.object for q in looked_at if isinstance(q.object, NamedNode))
        best = sorted(counted_.items(), key=lambda item: (-item[1], item[0].value))[:_USUAL]
        if not best:
            return ""
        named = self.namer.all(self.namer.member(term) for term, _ in best)
        return self.say(f"图里常见的是{named}。", f"In the graph it often is {named}.")

    def _add(self) -> str:
        """Return that a value is to be added, and what it is to be."""
        shape = self.case.shape
        predicate = self.predicate
        if shape is None:
            return ""
        how = self._name_of(predicate) if predicate is not None else self.prop
        wanted = [c for c in shape.constraints if isinstance(c, _DESCRIBES)]
        asked = self.say("，且", " and ").join(self.asker.value(c, shape) for c in wanted[:2])
        asked = asked or self._of_range(predicate)
        if not asked:
            return self.say(f"请补上 {how}。", f"Add {how}.")
        return self.say(f"请补上 {how}，它的值须{asked}。", f"Add {how}, whose value must {asked}.")

    def _of_range(self, predicate: NamedNode | None) -> str:
        """Return what the ontology says of the values of a property."""
        facts = self.case.material.facts
        found = [c for p in _RANGES if predicate is not None for c in facts.objects(predicate, p)]
        named = [c for c in found if isinstance(c, NamedNode)]
        if not named:
            return ""
        listed = self.namer.either(
            self.namer.datatype(c) if c.value in DATATYPES else self.namer.a(c) for c in named
        )
        return self.say(f"是{listed}", f"be {listed}")

    def _name_of(self, predicate: NamedNode) -> str:
        return "a" if predicate == RDF_TYPE else self.namer.short(predicate)

    def _max_count(self, constraint: relations.MaxCount) -> Iterable[str]:
        found, limit = self.case.walk.values, constraint.limit
        yield self.say(
            f"{self.thing}有 {len(found)} 个{self.prop}：{self.shown(found)}；"
            f"{self._at_most(limit)}。",
            f"{self.thing} has {counted(len(found), 'value')} of {self.prop}: "
            f"{self.shown(found)}; {self._at_most(limit)}.",
        )
        yield self._keep(limit)

    def _keep(self, limit: int) -> str:
        if limit == 0:
            return self.say("请删去。", "Remove it.")
        return self.say("请只留对的，删去其余。", "Keep what is right and remove the rest.")

    def _unique_lang(self, _: relations.UniqueLang) -> Iterable[str]:
        found = self.case.told
        yield self.say(
            f"{self.thing}的{self.prop}在同一种语言里有多个值：{self.shown(found)}；每种语言至多一个。",
            f"{self.thing} has several values of {self.prop} in one language: {self.shown(found)}; "
            "at most one in each language is allowed.",
        )
        yield self.say("请只留一个，或改正语言标签。", "Keep one, or correct the language tag.")

    def _has_value(self, constraint: relations.HasValue) -> Iterable[str]:
        wanted = self.namer.member(constraint.value)
        if self.case.result.path is None:
            yield self._must(self.asker.value(constraint, self._shape))
            return
        found = self.case.walk.values
        now = (
            self.say(f"（现有：{self.shown(found)}）", f" (there is: {self.shown(found)})")
            if found
            else ""
        )
        yield self.say(
            f"{self.thing}的{self.prop}里须有{wanted}，却没有{now}。",
            f"{self.thing} must have {wanted} among its {self.prop}, and has not{now}.",
        )
        yield self.say("请改正或补上。", "Correct the value, or add it.")

    # two properties

    def _equals(self, constraint: relations.Equals) -> Iterable[str]:
        other = self.namer.prop(constraint.predicate)
        here = self.case.value in self.case.walk.values
        only, lacking = (self.prop, other) if here else (other, self.prop)
        yield self.say(
            f"{self.thing}的{self.prop}与{other}须有相同的值，"
            f"而{apart(self.value())} 只是它的{only}，不是{lacking}。",
            f"the {self.prop} and the {other} of {self.thing} must have the same values, but "
            f"{self.value()} is its {only} alone, not its {lacking}.",
        )
        yield self.say("请把两处写成一样。", "Write the same in both.")

    def _disjoint(self, constraint: relations.Disjoint) -> Iterable[str]:
        other = self.namer.prop(constraint.predicate)
        yield self.say(
            f"{self.value()} 既是{self.thing}的{self.prop}，又是它的{other}；两者不得有相同的值。",
            f"{self.value()} is both the {self.prop} and the {other} of {self.thing}; "
            "the two must not share a value.",
        )
        yield self.say("请删去其中一处。", "Remove one of the two.")

    def _less_than(self, constraint: relations.LessThan) -> Iterable[str]:
        other, value = self.namer.prop(constraint.predicate), self.case.value
        against = [o for o in self.case.others if not _less(value, o, constraint.name)]
        listed = self.namer.values(against or self.case.others)
        zh, en = ("小于", "less than") if constraint.name == "lessThan" else ("不大于", "at most")
        yield self.say(
            f"{self._is_so()}，须{zh}它的{other}，即 {listed}。",
            f"{self._is_so()}; it must be {en} its {other}, that is {listed}.",
        )
        yield self.say("请核对两个值。", "Check both values.")

    def _closed(self, constraint: relations.Closed) -> Iterable[str]:
        listed = self.namer.all(self.asker.properties(constraint), 12)
        yield self.say(
            f"{self.thing}有属性{apart(self.prop)}（值是{apart(self.value())}），而只许有这些属性：{listed}。",
            f"{self.thing} has the property {self.prop} (value: {self.value()}), but "
            f"only these are allowed: {listed}.",
        )
        yield self.say("请删去，或改用其中之一。", "Remove it, or use one of these.")

    # other shapes

    def _not(self, constraint: logic.Not) -> Iterable[str]:
        node = self.case.value if self.case.value is not None else self.case.focus
        refused, facts = self.case.concerns.refused, self.case.material.facts
        found = [c for c in facts.types(node) if any(r in facts.above(c) for r in refused)]
        upper = {u for c in found for u in facts.above(c) if u != c}
        found = [c for c in found if c not in upper] or found
        asked = self.asker.value(constraint, self._shape)
        if found and self.case.result.path is None:
            yield self._both(found)
            yield self.say(
                "请删去错的类型，或另立一个节点。",
                "Remove the wrong type, or make two things of it.",
            )
            return
        names = self.namer.all(self.namer.a(cls) for cls in found)
        known = not found or self.namer.label(found[0]) == self.namer.kind(node)
        yield self._must(asked, "" if known else self.say(f"它却是{names}", f"but it is {names}"))
        yield (
            self.say("请改指别的事物。", "Point to something else.")
            if found
            else self.say("请改正。", "Correct it.")
        )

    def _both(self, found: list[NamedNode]) -> str:
        """Return that a thing is of two classes that go not together."""
        names = self.namer.all(self.namer.a(cls) for cls in found)
        targets = self._shape.targets.classes
        if not targets:
            return self.say(f"{self.thing}不能是{names}。", f"{self.thing} must not be {names}.")
        target = self.namer.a(targets[0])
        return self.say(
            f"{self.thing}作为{target}，不能同时是{names}。",
            f"{self.thing}, being {target}, must not be {names} at the same time.",
        )

    def _shapes(self, constraint: Constraint) -> Iterable[str]:
        yield self._must(self.asker.value(constraint, self._shape), self._lacking(constraint))
        yield self._now()
        if isinstance(constraint, logic.Or) and not self.asker.implies(constraint):
            yield self.say("满足其中一项即可。", "Any one of these will do.")
        else:
            yield self.say("请改正。", "Correct it.")

    def _now(self) -> str:
        """Return what a node has of the properties that its shape looks at."""
        node = self.case.value if self.case.value is not None else self.case.focus
        facts, told = self.case.material.facts, []
        for predicate in self.case.concerns.predicates:
            values = facts.objects(node, predicate)
            if values and predicate != RDF_TYPE:
                listed = self.namer.all(map(self.namer.member, values), 3)
                name = self.namer.prop(predicate)
                told.append(self.say(f"{name}是{apart(listed)}", f"{name} is {listed}"))
        if not told:
            return ""
        return self.say(f"现在{'，'.join(told[:4])}。", f"now its {' and its '.join(told[:4])}.")

    def _lacking(self, constraint: Constraint) -> str:
        """Return which of several shapes a node fails, or that it meets too many."""
        node = self.case.value if self.case.value is not None else self.case.focus
        numbers = constraint.references()
        if isinstance(constraint, logic.Xone):
            met = [str(i) for i, n in enumerate(numbers, 1) if self.case.fitting.fits(n, node)]
            if not met:
                return self.say("它一项也不满足", "it satisfies none of them")
            listed = self.say("、", ", ").join(met)
            return self.say(f"它同时满足第 {listed} 项", f"it satisfies {listed} at once")
        if isinstance(constraint, logic.And) and len(numbers) > 1:
            failed = [n for n in numbers if not self.case.fitting.fits(n, node)]
            if failed and len(failed) < len(numbers):
                asked = self.namer.all(self.asker.number(n) for n in failed)
                return self.say(f"其中没有做到的是：{asked}", f"of this it fails to {asked}")
        return ""

    def _node(self, constraint: logic.Node) -> Iterable[str]:
        scheme = self.asker.scheme(constraint)
        yield self._must(self.asker.value(constraint, self._shape))
        if scheme is not None:
            yield self.say("请从中选一个。", "Choose one of them.")
        else:
            yield self._now()
            yield self.say("请改正。", "Correct it.")

    def _qualified(self, constraint: logic.Qualified) -> Iterable[str]:
        inner = self.asker.number(constraint.shape, "plural")
        counts, limit = self.case.told, constraint.limit
        if constraint.name == "qualifiedMaxCount":
            yield self.say(
                f"{self.thing}的{self.prop}中，{inner}的有 {len(counts)} 个："
                f"{self.shown(counts)}；至多只能有 {limit} 个。",
                f"{self.thing} has {counted(len(counts), 'value')} of {self.prop} that {inner}: "
                f"{self.shown(counts)}; {self._at_most(limit)}.",
            )
            yield self._keep(limit)
            return
        found = self.case.walk.values
        one = self.asker.number(constraint.shape, "base")
        zh = f"至少要有 {limit} 个{inner}"
        en = f"at least {counted(limit, 'value')} must {one}"
        if not found:
            yield self.say(
                f"{self.thing}没有{self.prop}；{zh}。", f"{self.thing} has no {self.prop}; {en}."
            )
        else:
            count = f"，其中合乎要求的有 {len(counts)} 个" if limit > 1 else ""
            many = f", of which {len(counts)} count" if limit > 1 else ""
            verb = "is" if len(found) == 1 else "are"
            yield self.say(
                f"{self.thing}的{self.prop}是{self.shown(found)}{count}；{zh}。",
                f"the {self.prop} of {self.thing} {verb} {self.shown(found)}{many}; {en}.",
            )
        yield self.say("请改正或补上。", "Correct the value, or add one.")

    def _at_most(self, limit: int) -> str:
        if limit == 0:
            return self.say("一个也不得有", "none is allowed")
        verb = "is" if limit == 1 else "are"
        return self.say(f"至多只能有 {limit} 个", f"at most {limit} {verb} allowed")

    # queries

    def _query(self, constraint: Constraint) -> Iterable[str]:
        rule = self.asker.rule(constraint, self._shape)
        if self.case.result.path is None:
            yield self.say(f"{self.thing}不合{rule}。", f"{self.thing} does not satisfy {rule}.")
        else:
            so = self._is_so() if self.case.value is not None else self.thing
            yield self.say(f"{so}，不合{rule}。", f"{so}, against {rule}.")
        messages = list(self._messages())
        yield from messages
        if self.case.result.path is None:
            yield self._now()
        if not messages:
            yield self.say("请改正。", "Correct it.")

    def _messages(self) -> Iterable[str]:
        words = author_message(self.case)
        if words is not None:
            yield words.pick(self.namer.language)

    def _unknown(self, _: Constraint | None) -> Iterable[str]:
        """Return the words for a result whose shape is not at hand."""
        name = short_name(self.case.result.component).removesuffix("ConstraintComponent")
        if self.case.result.path is not None and self.case.value is not None:
            yield self.say(
                f"{self._is_so()}，不合要求（{name}）。",
                f"{self._is_so()}, which is not allowed ({name}).",
            )
        else:
            yield self.say(
                f"{self.thing}不合要求（{name}）。",
                f"{self.thing} does not meet a requirement ({name}).",
            )
        yield from self._messages()

    @property
    def _shape(self) -> Any:  # noqa: ANN401  # known wherever the constraint is
        return self.case.shape


def must(asked: str) -> str:
    """Return a Chinese phrase as a demand: 须是…, 不能是…."""
    if asked.startswith("没有"):
        return f"不能{asked[1:]}"
    return f"不能{asked[1:]}" if asked.startswith("不") and "，" not in asked else f"须{asked}"


_LOOKED_AT: Final = 200
_USUAL: Final = 2
_ENTITY: Final = expand("Entity")
"""Above all classes of things: it has no form of its own."""
_RANGES: Final = (expand("rdfs:range"), expand("schema:rangeIncludes"))
_DESCRIBES: Final = (core.Class, core.Datatype, core.In, core.NodeKind, core.Matches)
"""Constraints that tell what a missing value is to be."""


def _less(value: Term | None, other: Term, name: str) -> bool:
    if not isinstance(value, Literal) or not isinstance(other, Literal):
        return False
    order = compare_keys(sort_key(value), sort_key(other))
    return order == -1 or (order == 0 and name != "lessThan")


_WORDS: Final[Mapping[type, Callable[[Any, Any], Iterable[str]]]] = MappingProxyType(
    {
        core.Class: _Teller._class,
        core.Datatype: _Teller._datatype,
        core.NodeKind: _Teller._node_kind,
        core.Range: _Teller._range,
        core.Length: _Teller._length,
        core.Matches: _Teller._matches,
        core.LanguageIn: _Teller._language_in,
        core.In: _Teller._in,
        relations.MinCount: _Teller._min_count,
        relations.MaxCount: _Teller._max_count,
        relations.UniqueLang: _Teller._unique_lang,
        relations.HasValue: _Teller._has_value,
        relations.Equals: _Teller._equals,
        relations.Disjoint: _Teller._disjoint,
        relations.LessThan: _Teller._less_than,
        relations.Closed: _Teller._closed,
        logic.Not: _Teller._not,
        logic.And: _Teller._shapes,
        logic.Or: _Teller._shapes,
        logic.Xone: _Teller._shapes,
        logic.Node: _Teller._node,
        logic.Qualified: _Teller._qualified,
        queries.Select: _Teller._query,
        queries.Ask: _Teller._query,
    }
)
