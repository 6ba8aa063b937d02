"""Statements that a reviewer adds: minted and framed as the reader's own are.

`add` has five forms for them: `status`, `figure`, `claim`, `award` and `statement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NoReturn

from kg_builder.errors import ConfigurationError
from kg_builder.model.decision import ClassName, Decision
from kg_builder.model.document import Document
from kg_builder.model.entity import EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.fact import Concept, Text, Value, Year
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.frame import FrameReader
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.extraction.parsers import MAX_VERBATIM
from kg_builder.text.extraction.statements import Named, Observed, Statements
from kg_builder.text.genre import Genre
from kg_builder.text.grammar.periods import Period
from kg_builder.text.grammar.quantities import Figure, Unit
from kg_builder.text.grammar.words import Page, Words
from kg_builder.text.notes.findings import Findings
from kg_builder.text.notes.frame import Dated
from kg_builder.text.review.terms import TermError, read_term

RULE: Final = "decision"
_CONCEPTS: Final = frozenset("measure scope outcome basis unit bound distinction status".split())
"""Properties whose value in `with` is a concept of the scheme of that name."""
_FRAME: Final = frozenset({"period", "kind"})
_FIGURE: Final = frozenset({"indicator", "measure", "verbatim", "basis", "unit", "bound"})
_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "status": ("StatusStatement", "status"),
    "claim": ("DistinctionClaim", "distinction"),
    "award": ("AwardStatement", "award"),
}
"""The class of a form, and the property that its object is the value of."""


class Minter:
    """Makes the statements that decisions add to one document."""

    def __init__(self, document: Document, genre: Genre) -> None:
        """Read the document's frame. Raises ConfigurationError for wrong data of the genre."""
        self._known = Knowledge.of(genre)
        known = self._known
        self._page = Page.of(document.source, known.folding)
        findings = Findings(self._page)
        self.frame = FrameReader(document, known.frame, known.areas, known.periods, findings).read()

    def period(self, entity: EntityId, said: Evidence) -> Extraction | None:
        """Return a period with its bounds; None where the key is of no period."""
        period = self._period("-".join(part.removesuffix("年") for part in entity.key))
        if period is None or period.key != entity.key:
            return None
        findings = Findings(self._page)
        findings.period(period, said, RULE)
        return findings.result()

    def statement(self, decision: Decision, said: Evidence) -> Extraction:
        """Return the statement that a decision adds, with its frame.

        Raises ConfigurationError, with the line, for a figure, a period or a value in `with` that
        cannot be read.
        """
        findings = Findings(self._page)
        statements = Statements(findings, self.frame, self._known.indicators)
        if decision.predicate == "figure":
            self._observe(statements, decision, said)
        else:
            self._state(statements, decision, said)
        return findings.result()

    def _state(self, statements: Statements, decision: Decision, said: Evidence) -> None:
        subject, thing = decision.subject, decision.object
        if subject is None or thing is None:
            raise TypeError("a statement about nothing")
        name, told = _FORMS.get(decision.predicate, ("", ""))
        facts: list[tuple[str, Value]] = [("about", subject)]
        if isinstance(thing, ClassName):
            name = thing.name
        else:
            facts.append((told, thing))
        facts += [
            (key, _value(decision, key, text))
            for key, text in decision.details.items()
            if key not in _FRAME
        ]
        if decision.predicate == "award" and "outcome" not in decision.details:
            facts.append(("outcome", Concept("outcome", "granted")))
        dated = self._dated(decision, said)
        kind = decision.details.get("kind", "actual")
        distinct = list(_distinction(decision.predicate, dict(facts)))
        if decision.predicate == "statement" and kind != "actual":
            distinct.append(kind)
        when = dated.period.key if dated and decision.predicate != "claim" else ()
        entity = EntityId(name, statements.key(*self.frame.local(subject), *distinct, *when))
        statements.state(entity, said, kind, dated, RULE)
        for predicate, value in facts:
            statements.findings.fact(entity, predicate, value, said, RULE)

    def _observe(self, statements: Statements, decision: Decision, said: Evidence) -> None:
        subject, printed = decision.subject, decision.object
        if subject is None or not isinstance(printed, str):
            raise TypeError("a figure is printed")
        details = decision.details
        verbatim = details.get("verbatim", printed)
        figure = self._figure(decision, printed, said)
        if figure is None and len(verbatim) > MAX_VERBATIM:
            _refuse(decision, f"不是数值：{printed[:40]}", f"not a figure: {printed[:40]}")
        entity = statements.observe(
            Observed(
                Named(details["indicator"], said),
                details.get("measure", "level"),
                figure,
                said,
                verbatim,
                details.get("kind", "actual"),
                self._dated(decision, said),
                ((details["basis"], said),) if "basis" in details else (),
                None if subject == self.frame.area else (subject, said),
            ),
            RULE,
        )
        if entity is None:
            _refuse(decision, "没有数值", "no figure")
        for key, text in details.items():
            if key not in _FIGURE | _FRAME:
                statements.findings.fact(entity, key, _value(decision, key, text), said, RULE)

    def _figure(self, decision: Decision, printed: str, said: Evidence) -> Figure | None:
        asked = decision.details.get("unit")
        unit = self._unit(asked) if asked else None
        if asked and unit is None:
            _refuse(decision, f"没有单位 {asked}", f"no unit {asked}")
        words = Words(self._page.folding.fold(printed), said.span.start)
        figure = self._known.figures.read(words, unit)
        bound = decision.details.get("bound")
        return replace(figure, bound=bound) if figure and bound else figure

    def _unit(self, name: str) -> Unit | None:
        units = self._known.figures.units.values()
        return next((unit for unit in units if unit.name == name), None)

    def _dated(self, decision: Decision, said: Evidence) -> Dated | None:
        printed = decision.details.get("period")
        if printed is None:
            return None
        period = self._period(printed)
        if period is None:
            _refuse(decision, f"不是时期：{printed}", f"not a period: {printed}")
        return Dated(period, said)

    def _period(self, printed: str) -> Period | None:
        words = Words(printed, 0)
        found = self._known.periods.match(words)
        return found.period if found and len(found.words.raw) == len(words.raw) else None


def _distinction(form: str, told: Mapping[str, Value]) -> Iterator[str]:
    """Yield what tells apart the statements about one thing, as the reader's own keys do."""
    if form == "claim" and "verbatim" in told:
        yield str(told["verbatim"])
        return
    for predicate, value in told.items():
        match value:
            case _ if predicate == "about":
                continue
            case EntityId():
                yield from value.key
            case Concept():
                yield value.name
            case Text(words) | str(words):
                yield words
            case Year(year):
                yield str(year)
            case _:
                yield str(value).replace("-", "负").replace(".", "点")


def _value(decision: Decision, key: str, text: str) -> Value:
    """Return the value of a property in `with`."""
    if key == "verbatim":
        if len(text) > MAX_VERBATIM:
            _refuse(
                decision,
                f"verbatim 超过 {MAX_VERBATIM} 字",
                f"verbatim is longer than {MAX_VERBATIM} characters",
            )
        return text
    if key in _CONCEPTS and ":" not in text:
        return Concept(key, text)
    try:
        value = read_term(text)
    except TermError as error:
        _refuse(decision, f"{key}：{error.zh}", f"{key}: {error.en}")
    if isinstance(value, ClassName):
        _refuse(decision, f"{key} 的值不能是类", f"{key}: a class is no value")
    return value


def _refuse(decision: Decision, zh: str, en: str) -> NoReturn:
    raise ConfigurationError(zh, en, file=decision.file, line=decision.line, column=1)
