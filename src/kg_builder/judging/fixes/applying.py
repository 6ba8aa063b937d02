"""Applying mends to a text: all edits of one or none, and no two in the same place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg_builder.model.verdict import Edit, Fix


def compatible(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """Return the mends that can be made together, each once; of two that meet, the first.

    Two meet if they edit the same characters, or insert at the same place, unless by equal edits.
    Edits in different files never meet.
    """
    chosen: dict[Fix, None] = {}
    taken: dict[Edit, None] = {}
    for fix in fixes:
        fresh = [edit for edit in dict.fromkeys(fix.edits) if edit not in taken]
        if any(meet(edit, other) for edit in fresh for other in (*taken, *_others(fresh, edit))):
            continue
        chosen[fix] = None
        taken.update(dict.fromkeys(fresh))
    return tuple(chosen)


def _others(edits: Sequence[Edit], edit: Edit) -> list[Edit]:
    return [other for other in edits if other is not edit]


def meet(one: Edit, other: Edit) -> bool:
    """Whether two edits touch the same characters, so that only one of them can be made."""
    if one.file != other.file or one == other:
        return False
    if one.span.start == other.span.start:
        return True
    return one.span.start < other.span.end and other.span.start < one.span.end


def apply_fixes(text: str, fixes: Iterable[Fix], file: str | None = None) -> str:
    """Return a text with mends made, those that are `compatible`; in `file` alone, if given."""
    edits = {
        edit: None
        for fix in compatible(fixes)
        for edit in fix.edits
        if file is None or edit.file == file
    }
    return edited(text, edits)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits made that do not meet."""
    parts: list[str] = []
    place = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        parts += text[place : edit.span.start], edit.text
        place = edit.span.end
    return "".join([*parts, text[place:]])
