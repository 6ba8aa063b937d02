"""Writing a folder as a whole: beside its place first, then there by one rename.

A reader sees the former distribution or the new one. Killed in the middle, the place is as it was;
what was begun stays beside it under a hidden name until the next run empties it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kg_builder.errors import BusyError, OutputError
from kg_builder.graph.disk import (
    claim_folder,
    make_folders,
    output_errors,
    remove_empty,
    sync,
    sync_tree,
)
from kg_builder.graph.distribution.layout import MARKER

_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of renameat2(2)


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `folder` when the block ends well.

    Raises OutputError for a folder that holds anything not of ours or cannot be written, BusyError
    where another export writes it.
    """
    target = Path(os.path.realpath(folder))
    staging = target.with_name(f".{target.name}.new")
    with output_errors(target):
        _refuse_foreign(target, folder)
        made = make_folders(target.parent)
        lock = claim_folder(staging)
        if lock is None:
            raise BusyError(
                "正被另一个导出占用，请等它结束",
                "another export is writing it: wait for that export",
                file=str(folder),
            )
        try:
            yield staging
            sync_tree(staging)
            _refuse_foreign(target, folder)
            _switch(staging, target)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            remove_empty(made)
            raise
        finally:
            os.close(lock)


def _refuse_foreign(target: Path, folder: Path) -> None:
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise OutputError("不是文件夹", "not a folder", file=str(folder))
    if any(target.iterdir()) and not (target / MARKER).is_file():
        raise OutputError(
            "不是空文件夹，也不是 kg export --dist 写的：请换一个文件夹，或移走其中的文件",
            "neither empty nor written by kg export --dist: name another folder, or move away what"
            " is in it",
            file=str(folder),
        )


def _switch(staging: Path, target: Path) -> None:
    """Put a folder in the place of another, which is removed."""
    if not target.exists():
        staging.rename(target)
        sync(target.parent)
        return
    if not _exchange(staging, target):
        former = target.with_name(f".{target.name}.old")
        shutil.rmtree(former, ignore_errors=True)
        target.rename(former)
        staging.rename(target)
        former.rename(staging)
    sync(target.parent)
    shutil.rmtree(staging)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system cannot."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    done: int = rename(
        _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_EXCHANGE)
    )
    return done == 0
