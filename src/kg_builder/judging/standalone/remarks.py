"""What data hold that is hardly meant, and that no shape of others has to see.

They are remarks, not results: what conforms is for SHACL to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import Literal

from kg_builder.graph.submission.model import Submission
from kg_builder.judging.lint import fault_of
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.validation import ValidationResult

_MOST: Final = 5
"""How many of a kind are told, of each file; the others are counted."""


def remarks(
    files: Sequence[Submission], results: Sequence[ValidationResult]
) -> Iterator[Bilingual]:
    """Yield what reading noticed, and ill-formed literals that no shape reports."""
    told = {(result.focus_node, result.value) for result in results}
    for file in files:
        noticed = [(notice.span, notice.message) for notice in file.notices]
        for found in (noticed, list(_ill_formed(file, told))):
            yield from (_placed(file, span, words) for span, words in found[:_MOST])
            more = len(found) - _MOST
            if more > 0:
                yield Bilingual(
                    f"{file.name}：这样的还有 {more} 处", f"{file.name}: {more} more such"
                )


def _ill_formed(
    file: Submission, told: set[tuple[str, str | None]]
) -> Iterator[tuple[Span | None, Bilingual]]:
    for triple in file.triples:
        value = triple.object
        fault = fault_of(value) if isinstance(value, Literal) else None
        if fault is not None and (str(triple.subject), str(value)) not in told:
            spans = file.spans(triple)
            words = Bilingual(f"{fault.zh}（没有形状检查它）", f"{fault.en} (no shape checks it)")
            yield (spans.object if spans else None), words


def _placed(file: Submission, span: Span | None, words: Bilingual) -> Bilingual:
    if span is None:
        return Bilingual(f"{file.name}：{words.zh}", f"{file.name}: {words.en}")
    place = file.place(span)
    where = f"{place.file}:{place.line}:{place.column}: "
    return Bilingual(where + words.zh, where + words.en)
