"""Writes queries/README.md: the stored queries, and which of them answers what question."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.graph.query.catalogue import Catalogue, Parameter, StoredQuery

_SPECIAL = " ()'\"$&|;<>*?[]#~`!{}\\\\"

_HEAD = """# Stored queries / 存储的查询

One question a file. Its `#+` header says what it asks, with what parameters; the text below runs in
any SPARQL 1.1 engine as it stands. `kg query` lists them, `kg query NAME --help` tells about one.
Expected answers stand in `tests/queries/NAME.csv`, the same from rdflib and Oxigraph.

This page is generated: `pytest tests/test_competency.py --update-goldens`.

## Conventions

- A column `x` with a thing or concept has `x_name` beside it; units stand in columns of their own,
  the figure as printed in `verbatim`.
- A parameter not given asks for all, or has its default. Several values ask for any of them.
- `year` is a whole number; it asks for what holds in a period that includes the year.
- Lists come in the report's order. Sums and counts are apart by area and period, and sums also by
  indicator, unit, basis and actual or planned; a part is never added to its whole.
- No query names a thing of the data or a graph: they ask any report of the genre.

"""


@dataclass(frozen=True)
class Question:
    """A competency question in our own words, what asks it, and the answers of the graph."""

    zh: str
    en: str
    query: str
    parameters: Mapping[str, Sequence[str]]
    answers: Sequence[str]


def command(name: str, settings: Mapping[str, Sequence[str]]) -> str:
    """Return the command that asks a stored query."""
    options = [
        f"--{parameter.replace('_', '-')} {_quoted(value)}"
        for parameter, values in settings.items()
        for value in values
    ]
    return " ".join(("kg query", name, *options))


def _quoted(value: str) -> str:
    """Return a value as a shell takes it; Chinese needs no quotes, whatever shlex thinks."""
    return shlex.quote(value) if set(value) & set(_SPECIAL) else value


def page(catalogue: Catalogue, questions: Iterable[Question]) -> str:
    """Return the page as Markdown."""
    queries = list(catalogue.values())
    lines = [_HEAD, f"## The {len(queries)} queries\n"]
    for query in queries:
        lines += _entry(query)
    lines.append("\n## Questions and answers\n")
    lines.append("Each is a kind of question that readers of the published report asked.\n")
    lines.append("| question | command | answer |\n|---|---|---|")
    for item in questions:
        answers = "<br>".join(item.answers) or "– (the report does not say)"
        asked = _cell(command(item.query, item.parameters))
        lines.append(f"| {_cell(item.zh)}<br>{_cell(item.en)} | `{asked}` | {_cell(answers)} |")
    return "\n".join(lines) + "\n"


def _entry(query: StoredQuery) -> list[str]:
    lines = [
        f"### {query.name}\n",
        f"**{query.title.zh}** · {query.title.en} ({', '.join(query.tags)})\n",
        f"{query.description.zh} {query.description.en}\n",
    ]
    lines += [_parameter(parameter) for parameter in query.parameters.values()]
    lines += [
        f"- computed `{name}`: {words.zh}; {words.en}" for name, words in query.computed.items()
    ]
    example = query.examples[0] if query.examples else {}
    return [*lines, f"\n`{command(query.name, example)}`\n"]


def _parameter(parameter: Parameter) -> str:
    kind = parameter.entity_class or parameter.type
    default = f", default {parameter.default}" if parameter.default else ""
    option = parameter.name.replace("_", "-")
    return f"- `--{option}` {parameter.label.zh} / {parameter.label.en} ({kind}{default})"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")
