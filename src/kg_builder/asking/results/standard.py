"""The W3C's result formats: JSON, XML, CSV and TSV, as Oxigraph writes them.

Evidence, which the formats have no place for, is one more variable; an answer that nobody asked
evidence of is handed through as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import IO, Final

from pyoxigraph import QueryResultsFormat, parse_query_results

from kg_builder.asking.answer import Answer

EVIDENCE: Final = "evidence"
"""The variable that evidence is bound to."""
_FORMATS: Final[Mapping[str, QueryResultsFormat]] = MappingProxyType(
    {
        "json": QueryResultsFormat.JSON,
        "xml": QueryResultsFormat.XML,
        "csv": QueryResultsFormat.CSV,
        "tsv": QueryResultsFormat.TSV,
    }
)


def write_standard(answer: Answer, name: str, stream: IO[bytes]) -> None:
    """Write an answer to SELECT or ASK as `json`, `xml`, `csv` or `tsv` (SPARQL 1.1 Results)."""
    if not answer.evidence:
        answer.document().serialize(stream, _FORMATS[name])
        return
    document = json.loads(answer.spool.read_bytes())
    variable = evidence_variable(answer)
    document["head"]["vars"].append(variable)
    for binding, places in zip(document["results"]["bindings"], answer.evidence, strict=True):
        binding[variable] = {"type": "literal", "value": "\n".join(places)}
    text = json.dumps(document, ensure_ascii=False).encode()
    parse_query_results(text, QueryResultsFormat.JSON).serialize(stream, _FORMATS[name])


def evidence_variable(answer: Answer) -> str:
    """Return the name of the variable for evidence: one that the query does not use."""
    name = EVIDENCE
    while name in answer.variables:
        name += "_"
    return name
