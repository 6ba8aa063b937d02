"""What output asks of the file system: files and folders whole or not at all, locks, `fsync`."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO, Final

from kg_builder.errors import OutputError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED: Final = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ELOOP,
        errno.EIO,
        errno.ENAMETOOLONG,
        errno.EISDIR,
        errno.EBUSY,
        errno.EXDEV,
        errno.ENOTEMPTY,
    }
)


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn what the system refuses under `path` into one clear error."""
    try:
        yield
    except OSError as error:
        refused = error.errno in _REFUSED and _is_under(error.filename, path)
        if error.errno not in _FULL and not refused:
            raise
        mend = (
            ("请腾出空间", "make room on the disk")
            if error.errno in _FULL
            else ("请检查权限，或换一个输出位置", "check its permissions, or write elsewhere")
        )
        raise OutputError(
            f"写不了（{error.strerror}）：{mend[0]}",
            f"cannot be written ({error.strerror}): {mend[1]}",
            file=str(path),
        ) from error


def _is_under(name: object, path: Path) -> bool:
    """Whether a file that the system names is `path`, in it, beside it, or on the way to it."""
    if not isinstance(name, str):
        return name is None
    file, path = Path(name).absolute(), path.absolute()
    return file.is_relative_to(path.parent) or path.is_relative_to(file)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose bytes become the file `path` when the block ends well: all, or none.

    A reader finds the former file or the new one, never half of one; a link stays and what it
    points to is replaced; a pipe or device is written to as it is. Raises OutputError.
    """
    target = _target(path)
    with output_errors(target):
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("wb") as stream:
                yield stream
            return
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            draft.chmod(0o666 & ~_umask())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync(target.parent)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder that becomes the folder `path` when the block ends well: all, or none.

    The caller has seen to it that what is there may go. Raises OutputError.
    """
    target = _target(path).absolute()
    with output_errors(target):
        made = make_folders(target.parent)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
        former = draft.with_name(f"{draft.name}.old")
        try:
            yield draft
            draft.chmod(0o777 & ~_umask())
            sync_tree(draft)
            if target.exists():
                target.rename(former)
            draft.rename(target)
        except BaseException:
            if former.exists() and not target.exists():
                former.rename(target)
            shutil.rmtree(draft, ignore_errors=True)
            remove_empty(made)
            raise
        sync(target.parent)
        shutil.rmtree(former, ignore_errors=True)


def _target(path: Path) -> Path:
    """Return what a link points to; a path that is none stays as it is."""
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError) as error:  # up to Python 3.12 a circle is a RuntimeError
        raise OutputError(
            "写不了：这些链接绕成了圈；请换一个输出位置",
            "cannot be written: its links lead in a circle; write elsewhere",
            file=str(path),
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def lock_file(path: Path) -> int | None:
    """Return an open, exclusive lock on a file, which is made; None where somebody has it."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except FileNotFoundError:  # its folder was given up by another builder just now
        return None
    return _flock(lock, path, fcntl.LOCK_EX)


def lock_folder(path: Path, mode: int) -> int | None:
    """Return an open lock on a folder; None where it is gone or somebody has it."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    return _flock(lock, path, mode)


def _flock(lock: int, path: Path, mode: int) -> int | None:
    try:
        fcntl.flock(lock, mode | fcntl.LOCK_NB)
        # What was opened may have been renamed or removed before the lock was had.
        if os.path.samestat(os.fstat(lock), path.stat()):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def claim_folder(path: Path) -> int | None:
    """Make a folder or empty a left-over one; return its lock, None where somebody has it."""
    path.mkdir(exist_ok=True)
    lock = lock_folder(path, fcntl.LOCK_EX)
    if lock is not None:
        for entry in path.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    return lock


def make_folders(path: Path) -> tuple[Path, ...]:
    """Make a folder and those above it; return what was made, innermost first. All or none."""
    wanted = list(takewhile(lambda folder: not os.path.lexists(folder), (path, *path.parents)))
    made: tuple[Path, ...] = ()
    try:
        for folder in reversed(wanted):
            with suppress(FileExistsError):  # another builder made it meanwhile
                folder.mkdir()
                made = (folder, *made)
                sync(folder.parent)
    except BaseException:
        remove_empty(made)
        raise
    return made


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders, innermost first, up to one that holds something."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def remove_unread(folder: Path) -> None:
    """Remove a generation, unless a reader holds it."""
    lock = lock_folder(folder, fcntl.LOCK_EX)
    if lock is not None:
        try:
            shutil.rmtree(folder)
        finally:
            os.close(lock)


def sync_tree(folder: Path) -> None:
    """Put a folder and all in it on the disk.

    A file with several names is one that a generation before has, and was put there with it.
    """
    for entry in folder.iterdir():
        if entry.is_symlink():
            continue
        if entry.is_dir():
            sync_tree(entry)
        elif entry.stat().st_nlink == 1:
            sync(entry)
    sync(folder)


def sync(path: Path) -> None:
    """Put a file or a folder's list of names on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
