"""Other people's shapes: files read as submissions, judged alone or together with a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from kg_builder.errors import (
    ConfigurationError,
    CrashError,
    InputError,
    MemoryLimitError,
    TimeLimitError,
    ValidationFailure,
)
from kg_builder.graph.mixing import Inference
from kg_builder.graph.shacl.report import read_term
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.reports.report import UNMET_TARGET
from kg_builder.judging.reports.terms import shortened
from kg_builder.judging.standalone.engine import Aim, Checked, Unusable, check_alone
from kg_builder.judging.standalone.terms import advanced_terms, strange_terms
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult
from kg_builder.model.verdict import FilePlace, PlacedResult

_KINDS: Final = {
    "class": Bilingual("类 {} 没有实例", "nothing is of class {}"),
    "subjects": Bilingual("没有谁有属性 {}", "nothing has the property {}"),
    "objects": Bilingual("没有谁是属性 {} 的值", "nothing is a value of the property {}"),
}


@dataclass(frozen=True, slots=True)
class ShapeFiles:
    """The files of a shapes graph."""

    files: tuple[Submission, ...]

    @property
    def triples(self) -> tuple[Triple, ...]:
        """The triples of all files."""
        return tuple(triple for file in self.files for triple in file.triples)

    @property
    def names(self) -> str:
        """The files by name."""
        return ", ".join(file.name for file in self.files)

    def short(self, term: str) -> str:
        """Return a term with a prefix of the files where one fits."""
        prefixes = {name: space for file in self.files for name, space in file.prefixes.items()}
        return shortened(prefixes)[term] if term.startswith("<") else term

    def place(self, node: NamedNode | BlankNode) -> FilePlace | None:
        """Return where a shape is written."""
        for file in self.files:
            span = file.subject_span(node)
            if span is not None:
                return file.place(span)
        return None


def check_shapes(
    data: Sequence[Triple],
    shapes: ShapeFiles,
    ontology: Sequence[Triple] = (),
    *,
    inference: Inference = "none",
    timeout: float,
    must_check: bool = True,
) -> Checked:
    """Check a data graph against shape files.

    Raises ConfigurationError for shapes that cannot be used, or that check nothing, with the place
    (for shapes that merely meet no node, if something `must_check`); TimeLimitError,
    ValidationFailure.
    """
    _refuse_no_shapes(shapes)
    found = _checked(data, shapes, ontology, inference, timeout)
    if isinstance(found, Unusable):
        raise _unusable(found, shapes)
    if not found.shapes and not found.asleep:
        raise ConfigurationError(
            "没有一个形状既有目标又有约束：什么也不会检查；请给形状加 sh:targetClass 等目标",
            "no shape has both a target and a constraint: nothing would be checked; give a shape a"
            " target, such as sh:targetClass",
            file=shapes.names,
        )
    if must_check and found.shapes and not found.focus_nodes:
        raise _checked_nothing(found, shapes)
    return found


def _checked(
    data: Sequence[Triple],
    shapes: ShapeFiles,
    ontology: Sequence[Triple],
    inference: Inference,
    timeout: float,
) -> Checked | Unusable:
    """Do what `check_alone` does; how its process ended is said in words of the check."""
    try:
        return check_alone(data, shapes.triples, ontology, inference=inference, timeout=timeout)
    except TimeLimitError as error:
        raise TimeLimitError(
            f"{timeout:g} 秒内没有检验完，没有结果；可用 --timeout 给更多时间",
            f"the check did not end within {timeout:g} s, there is no result; --timeout gives more",
            file=shapes.names,
        ) from error
    except (MemoryLimitError, CrashError) as error:
        raise ValidationFailure(
            f"没能检验完，没有结果：检验的进程{_DIED[type(error)].zh}",
            f"could not check, there is no result: the process {_DIED[type(error)].en}",
            file=shapes.names,
        ) from error


_DIED: Final = {
    MemoryLimitError: Bilingual("耗尽了内存", "ran out of memory"),
    CrashError: Bilingual("意外结束了", "died"),
}


def _refuse_no_shapes(shapes: ShapeFiles) -> None:
    namespace = PREFIXES["sh"]
    if any(triple.predicate.value.startswith(namespace) for triple in shapes.triples):
        return
    raise ConfigurationError(
        "里面没有形状（没有 sh: 的属性）：什么也不会检查；是不是给错了文件？",
        "holds no shapes (no property of sh:): nothing would be checked; is it the wrong file?",
        file=shapes.names,
    )


def _unusable(found: Unusable, shapes: ShapeFiles) -> ConfigurationError:
    place = None
    for name in (found.node, found.name):
        term = read_term(name) if name else None
        if place is None and isinstance(term, NamedNode | BlankNode):
            place = shapes.place(term)
    return ConfigurationError(
        found.message.zh,
        found.message.en,
        file=place.file if place else shapes.names,
        line=place.line if place else None,
        column=place.column if place else None,
    )


def _checked_nothing(found: Checked, shapes: ShapeFiles) -> ConfigurationError:
    """Return the error for shapes that meet nothing in the data."""
    aim = next((aim for aim in found.unmet if aim.near), found.unmet[0])
    words = _unmet_words(aim, shapes)
    more = len(found.unmet) - 1
    rest_zh, rest_en = (f"（另有 {more} 个目标也是）", f" ({more} other targets neither)")
    place = _shape_place(aim, shapes)
    return ConfigurationError(
        f"什么也没检查：{words.zh}{rest_zh if more else ''}",
        f"nothing was checked: {words.en}{rest_en if more else ''}",
        file=place.file if place else shapes.names,
        line=place.line if place else None,
        column=place.column if place else None,
    )


def _shape_place(aim: Aim, shapes: ShapeFiles) -> FilePlace | None:
    """Return where the target of a shape is written, else the shape."""
    shape, term = read_term(aim.shape), read_term(aim.term)
    for file in shapes.files:
        for triple in file.triples:
            if triple.subject == shape and triple.object == term:
                spans = file.spans(triple)
                if spans:
                    return file.place(spans.object)
    return shapes.place(shape) if isinstance(shape, NamedNode | BlankNode) else None


def _unmet_words(aim: Aim, shapes: ShapeFiles) -> Bilingual:
    words, term = _KINDS[aim.kind], shapes.short(aim.term)
    zh, en = words.zh.format(term), words.en.format(term)
    if aim.near:
        near = shapes.short(aim.near)
        return Bilingual(f"{zh}；是不是 {near}？", f"{en}; did you mean {near}?")
    return Bilingual(zh, en)


def about_shapes(found: Checked, shapes: ShapeFiles) -> tuple[list[PlacedResult], list[Bilingual]]:
    """Return what to say of shapes that check less than they seem to.

    That is a warning for a target that nothing else speaks of, and for a term that SHACL does not
    have, for they may be misspelt; other shapes that had nothing to check are counted.
    """
    strange = [*strange_terms(shapes.files)]
    strange += [_unmet(aim, shapes) for aim in found.unmet if not aim.known]
    notes = []
    known = sum(aim.known for aim in found.unmet)
    if known:
        notes.append(
            Bilingual(
                f"有 {known} 个形状目标在数据里没有对应的节点，没有可检查的",
                f"targets of shapes that meet nothing in the data, and checked nothing: {known}",
            )
        )
    if found.asleep and not found.shapes:
        notes.append(
            Bilingual(
                "形状的约束全都关掉了（sh:deactivated 等），什么也没检查",
                "all constraints of the shapes are switched off (sh:deactivated …), and nothing was"
                " checked",
            )
        )
    advanced = advanced_terms(shapes.files)
    return strange, [*notes, advanced] if advanced else notes


def _unmet(aim: Aim, shapes: ShapeFiles) -> PlacedResult:
    words = _unmet_words(aim, shapes)
    message = Bilingual(
        f"形状 {shapes.short(aim.shape)} 什么也没检查：{words.zh}",
        f"the shape {shapes.short(aim.shape)} checked nothing: {words.en}",
    )
    place = _shape_place(aim, shapes)
    result = ValidationResult(
        focus_node=aim.term,
        path=None,
        value=None,
        severity="Warning",
        component=UNMET_TARGET,
        source_shape=aim.shape,
        messages=(),
    )
    return PlacedResult(result, message, message, place, shape_place=place)


def data_of(submissions: Sequence[Submission], *, merge: bool) -> tuple[Submission, ...]:
    """Return submissions that are one graph each.

    Raises InputError for one with named graphs, at the first of them, unless `merge` is asked for.
    """
    found = []
    for submission in submissions:
        if submission.named and not merge:
            raise _named_graphs(submission)
        found.append(_merged(submission) if submission.named else submission)
    return tuple(found)


def _merged(submission: Submission) -> Submission:
    """Return a submission as one graph."""
    every = (*submission.triples, *(t for found in submission.named.values() for t in found))
    # places are looked up by quads
    quads = tuple(Quad(*quad.triple) for quad in submission._quads)
    return replace(submission, triples=tuple(dict.fromkeys(every)), named={}, _quads=quads)


def _named_graphs(submission: Submission) -> InputError:
    name, triples = next(iter(submission.named.items()))
    spans = submission.spans(triples[0], name) if triples else None
    place = submission.place(spans.subject) if spans else None
    return InputError(
        f"里面有命名图 {name}，不会悄悄并成一个图：请加 --merge-graphs，或每个图一个文件",
        f"holds the named graph {name}, which is not merged in silence: add --merge-graphs, or"
        " make a file of each graph",
        file=submission.name,
        line=place.line if place else None,
        column=place.column if place else None,
    )


def more_than(
    after: Sequence[ValidationResult], before: Sequence[ValidationResult]
) -> Iterator[ValidationResult]:
    """Yield the results of `after` that `before` has not, as often as it has them less."""
    left = Counter(before)
    for result in after:
        if left[result]:
            left[result] -= 1
        else:
            yield result
