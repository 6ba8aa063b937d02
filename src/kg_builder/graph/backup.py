"""A backup: a complete copy of an output folder, which opens by itself.

Generations are never changed once they are current, so a copy needs no lock but the one that keeps
its generation from being removed; others read and write meanwhile. The copy shares no file with the
original (a hard link would share its damage), and is checked before it appears.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg_builder.errors import OutputError, StoreError
from kg_builder.graph.checksums import ALL_FILES, changed_files
from kg_builder.graph.contributions import check_batches, listed_in
from kg_builder.graph.contributions.files import FOLDER
from kg_builder.graph.disk import replacing_folder
from kg_builder.graph.generations import CURRENT, GENERATIONS, link_names, open_current, reading

_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Backup:
    """What was copied."""

    contributions: int
    bytes: int


def back_up(source: Path, target: Path) -> Backup:
    """Copy the current generation of a built folder, and its contributions, to a new folder.

    Raises OutputError where `target` is something already or cannot be written, StoreError where
    the source is damaged; nothing is left of the copy then.
    """
    _refuse_others(source, target)
    for _ in range(_TRIES - 1):
        try:
            return _copy(source, target)
        except _OvertakenError:
            continue
    return _copy(source, target)


class _OvertakenError(StoreError):
    """Contributions of the generation were discarded while they were copied."""


def _copy(source: Path, target: Path) -> Backup:
    with reading(source) as generation, replacing_folder(target) as draft:
        copy = draft / GENERATIONS / generation.name
        copy.parent.mkdir()
        shutil.copytree(generation, copy, copy_function=shutil.copyfile)
        try:
            numbers = _copy_contributions(source, draft, copy / "build.json")
            _check(copy, source)
        except (StoreError, OSError) as error:
            if open_current(source) == generation:
                raise
            raise _OvertakenError("", "") from error
        link_names(draft, copy)
        (draft / CURRENT).symlink_to(Path(GENERATIONS) / copy.name)
        size = sum(path.lstat().st_size for path in draft.rglob("*") if path.is_file())
    return Backup(numbers, size)


def _copy_contributions(source: Path, draft: Path, summary: Path) -> int:
    (draft / FOLDER).mkdir()
    try:
        listed = listed_in(json.loads(summary.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(source, ["build.json"]) from error
    check_batches(source, listed)  # so that what is damaged there is told by its place there
    for number in listed:
        name = Path(FOLDER) / str(number)
        shutil.copytree(source / name, draft / name, copy_function=shutil.copyfile)
    check_batches(draft, listed)
    return len(listed)


def _check(copy: Path, source: Path) -> None:
    try:
        changed = [name for name, _ in changed_files(copy)]
    except StoreError as error:
        raise _damaged(source, [ALL_FILES]) from error
    if changed:
        raise _damaged(source, changed)


def _refuse_others(source: Path, target: Path) -> None:
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise OutputError(
            "已经存在，备份不会覆盖它：请换一个名字",
            "is there already, and a backup replaces nothing: choose another name",
            file=str(target),
        )
    if target.resolve().is_relative_to(source.resolve()):
        raise OutputError(
            "在要备份的文件夹里面：请换一个位置",
            "lies in the folder that is backed up: choose another place",
            file=str(target),
        )


def _damaged(source: Path, names: Iterable[str]) -> StoreError:
    text = "、".join(names)
    return StoreError(
        f"已损坏（{text}），没有备份；kg verify 说明情况和出路",
        f"is damaged ({', '.join(names)}), nothing was backed up; kg verify says what and the way"
        " out",
        file=str(source),
    )
