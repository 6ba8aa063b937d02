"""Paths of the mapping, followed over the records of an Extraction."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept

_STEP = re.compile(
    r"(?P<back>\^)?(?P<name>[\w:]+)(?:\((?P<via>\w+)\))?"
    r"(?:\[(?P<key>\w+)(?P<sign>!?=)(?P<value>[\w-]+)\])?"
)
_SAYS = ("value", "verbatim", "status")
"""The facts of a statement whose passage is where it is said."""


@dataclass(frozen=True)
class Reading:
    """What a path leads to from `subject`. `witness` is equal for the same fact on any path."""

    subject: EntityId
    object: object
    evidence: tuple
    """Passages of all facts on the way."""
    derived: bool
    """Whether the last fact only follows from the form of a passage."""
    witness: tuple


class View:
    """An extraction, looked at by subject and by path."""

    def __init__(self, extraction, line_of):
        self.extraction = extraction
        self.line_of = line_of
        self.entities = {entity.id: entity for entity in extraction.entities}
        self.facts = defaultdict(lambda: defaultdict(list))
        self.by_predicate = defaultdict(list)
        for fact in extraction.facts:
            self.facts[fact.subject][fact.predicate].append(fact)
            self.by_predicate[fact.predicate].append(fact)
        self._paths = {}

    def one(self, node, predicate):
        facts = self.facts[node][predicate] if node in self.facts else ()
        return facts[0].object if facts else None

    def rule(self, witness):
        """The rule that read the fact of a Reading's witness."""
        node, path = witness[0], witness[1].split("/")[0]
        said = self.facts[node]
        facts = said.get(path) or next(iter(said.values()))
        return facts[0].rule

    def label(self, node):
        entity = self.entities.get(node)
        return entity.label if entity else None

    def concept(self, node, predicate):
        value = self.one(node, predicate)
        return value.name if isinstance(value, Concept) else None

    def classes(self, node):
        entity = self.entities.get(node)
        return {node.type, *(entity.also_types if entity else ())}

    def lines(self, evidence):
        """The lines of passages: those of a table row reach two lines further either way."""
        found = set()
        for item in evidence:
            first = self.line_of(item.span.start)
            last = self.line_of(max(item.span.start, item.span.end - 1))
            near = 0 if item.table is None else 2
            found.update(range(first - near, last + near + 1))
        return found

    def readings(self, path):
        """What `path` leads to, by subject."""
        if path not in self._paths:
            found = defaultdict(list)
            for reading in self._follow(path):
                found[reading.subject].append(reading)
            self._paths[path] = found
        return self._paths[path]

    @cached_property
    def _said(self):
        said = defaultdict(list)
        for fact in self.extraction.facts:
            if fact.predicate in _SAYS:
                said[fact.subject].extend(fact.evidence)
        return said

    def _follow(self, path):
        first, *rest = path.split("/")
        step = _STEP.fullmatch(first)
        if step is None or not all(re.fullmatch(r"[\w:]+", name) for name in rest):
            raise ValueError(f"not a path: {path}")
        if step["via"]:
            yield from self._through(step, rest)
        elif step["back"]:
            for fact in self.by_predicate[step["name"]]:
                if isinstance(fact.object, EntityId):
                    witness = (fact.subject, step["name"], fact.object)
                    yield Reading(
                        fact.object, fact.subject, fact.evidence, _derived(fact.evidence), witness
                    )
        else:
            for fact in self.by_predicate[step["name"]]:
                for end, evidence, last in self._on(fact.object, fact.evidence, rest):
                    witness = (fact.subject, path, end)
                    yield Reading(fact.subject, end, evidence, _derived(last), witness)

    def _through(self, step, rest):
        for fact in self.by_predicate[step["via"]]:
            node = fact.subject
            if step["name"] not in self.classes(node) or not self._fits(node, step):
                continue
            said = tuple(self._said[node]) or fact.evidence
            for end, evidence, last in self._on(node, said, rest):
                witness = (node, "/".join(rest), end)
                yield Reading(fact.object, end, evidence, _derived(last), witness)

    def _fits(self, node, step):
        if step["key"] is None:
            return True
        said = {
            fact.object.name
            for fact in self.facts[node][step["key"]]
            if isinstance(fact.object, Concept)
        }
        return (step["value"] in said) == (step["sign"] == "=")

    def _on(self, start, evidence, rest):
        ends = [(start, tuple(evidence), tuple(evidence))]
        for name in rest:
            ends = [
                (fact.object, (*passed, *fact.evidence), fact.evidence)
                for node, passed, _last in ends
                if isinstance(node, EntityId) and node in self.facts
                for fact in self.facts[node][name]
            ]
        return ends


def _derived(evidence):
    return all(item.reading == "derived" for item in evidence)
