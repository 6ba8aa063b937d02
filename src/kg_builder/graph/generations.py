"""The output folder: immutable generations, and one pointer that a rename switches.

    OUT/.generations/7/     a generation: asserted.ttl, dataset.nq, store/ …, and `.format`
    OUT/current             → .generations/7: the pointer; readers resolve it once, first
    OUT/asserted.ttl …      → current/asserted.ttl: for people and for single files
    OUT/contributions/      made here, what is in it is never touched
    OUT/.lock               held by the one builder

A generation is complete and on the disk before the pointer moves, so a kill at any instant leaves
the old state or the new one. What a killed build left over, the next one removes. The generation
before the current one is kept for readers that have it open, as is any that `reading` holds.
Locks are `flock` locks, which end with the process; folders on file systems without them, and
Windows, are out of reach.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kg_builder.errors import BusyError, OutputError, StoreError
from kg_builder.graph.disk import (
    claim_folder,
    lock_file,
    lock_folder,
    make_folders,
    output_errors,
    remove_empty,
    remove_unread,
    replacing,
    sync,
    sync_tree,
)
from kg_builder.version import FORMAT

GENERATIONS: Final = ".generations"
_LOCK: Final = ".lock"
CURRENT: Final = "current"
_FORMAT_FILE: Final = ".format"
_CONTRIBUTIONS: Final = "contributions"
_RESERVED: Final = frozenset({CURRENT, _CONTRIBUTIONS})
_POLL: Final = 0.05


class Output:
    """The folder that builds write into; `wait` is how many seconds to wait for another builder.

    Every method raises OutputError where the folder cannot be written or is somebody else's, and
    BusyError where another build holds it; the state that was there stays.
    """

    def __init__(self, path: Path, *, wait: float = 0.0) -> None:
        self.given = path
        self.path = path.absolute()
        self._wait = wait
        self._held = False

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builders out, for instance while contributions are read for the next build.

        Where no generation comes of it, a folder that was made for the lock is removed again.
        """
        if self._held:
            yield
            return
        with output_errors(self.path):
            made, lock = self._acquire()
        self._held = True
        try:
            yield
        finally:
            self._held = False
            with suppress(OSError, OutputError):  # what cannot be tidied now, the next build will
                self._tidy()
                if self._number() is None:
                    self._vacate(made)
            os.close(lock)

    @contextmanager
    def generation(self) -> Iterator[Path]:
        """Give an empty folder to write a whole generation into; leaving the block switches to it.

        On any exception the folder is removed and the current generation stays. Every entry of
        the folder appears as OUT/NAME, but for names that start with a dot.
        """
        with self.locked(), output_errors(self.path):
            self._refuse_newer()
            self._tidy()
            folder = self.path / GENERATIONS / str((self._number() or 0) + 1)
            folder.mkdir()
            try:
                yield folder
                self._commit(folder)
            except BaseException:
                if self._number() != int(folder.name):
                    shutil.rmtree(folder, ignore_errors=True)
                raise

    def _acquire(self) -> tuple[tuple[Path, ...], int]:
        """Return the folders that were made here for OUT, and the open lock."""
        deadline = time.monotonic() + self._wait
        while True:
            made = self._enter()
            try:
                lock = lock_file(self.path / _LOCK)
                if lock is not None:
                    (self.path / GENERATIONS).mkdir(exist_ok=True)
                    return made, lock
            except BaseException:
                remove_empty(made)
                raise
            if time.monotonic() >= deadline:
                raise BusyError(
                    "正被另一个构建占用，请等它结束，或换一个输出文件夹",
                    "another build holds it: wait for that build, or write elsewhere",
                    file=str(self.path),
                )
            time.sleep(_POLL)

    def _enter(self) -> tuple[Path, ...]:
        """Make OUT or see that it is ours; return the folders that were made."""
        made = make_folders(self.path)
        if not made:
            if not self.path.is_dir():
                raise OutputError(
                    "不是文件夹，请换一个输出位置",
                    "not a folder: write elsewhere",
                    file=str(self.path),
                )
            names = {entry.name for entry in self.path.iterdir()}
            if GENERATIONS not in names and names - {_LOCK, _CONTRIBUTIONS}:
                raise OutputError(
                    "里面有别的文件，不是 kg build 的文件夹，请换一个输出位置",
                    "holds other files and was not made by kg build: write elsewhere",
                    file=str(self.path),
                )
        return made

    def _vacate(self, made: Iterable[Path]) -> None:
        """Leave OUT as it was found. The lock goes last, so that nobody else stands here yet."""
        (self.path / GENERATIONS).rmdir()
        (self.path / _LOCK).unlink()
        remove_empty(made)

    def _refuse_newer(self) -> None:
        """Raise StoreError where a newer kg-builder wrote: an older one would undo its layout."""
        found = _format_of(self.path / CURRENT)
        if found is not None and _is_newer(found):
            raise _other_format(self.path, found)

    def _number(self) -> int | None:
        """Return the number of the current generation, or None before the first."""
        pointer = self.path / CURRENT
        if not os.path.lexists(pointer):
            return None
        if not pointer.is_symlink() or not pointer.readlink().name.isdecimal():
            raise OutputError(
                "不是 kg build 写的链接，请移走它",
                "not the link that kg build makes: move it away",
                file=str(pointer),
            )
        return int(pointer.readlink().name)

    def _commit(self, folder: Path) -> None:
        """Put the generation on the disk, link its names, and move the pointer."""
        (folder / _FORMAT_FILE).write_text(f"{FORMAT}\n", "ascii")
        sync_tree(folder)
        link_names(self.path, folder)
        (self.path / _CONTRIBUTIONS).mkdir(exist_ok=True)
        sync(folder.parent)
        sync(self.path)
        pointer = folder.parent / "next"
        pointer.symlink_to(Path(GENERATIONS) / folder.name)
        pointer.replace(self.path / CURRENT)
        sync(self.path)

    def _tidy(self) -> None:
        """Remove what killed builds left, generations nobody needs, and links to nothing."""
        folder = self.path / GENERATIONS
        current = self._number() or 0
        numbers = {int(entry.name) for entry in folder.iterdir() if entry.name.isdecimal()}
        previous = max((number for number in numbers if number < current), default=None)
        for number in sorted(numbers - {current, previous}):
            remove_unread(folder / str(number))
        (folder / "next").unlink(missing_ok=True)
        for entry in self.path.iterdir():
            if _points(entry, Path(CURRENT) / entry.name) and not entry.exists():
                entry.unlink()


def link_names(out: Path, generation: Path) -> None:
    """Make OUT/NAME point through `current` to each file of a generation, where it does not yet.

    Raises OutputError where something else has the name.
    """
    names = sorted(entry.name for entry in generation.iterdir() if entry.name[0] != ".")
    links = {out / name: Path(CURRENT) / name for name in names}
    missing = {link: target for link, target in links.items() if not _points(link, target)}
    for link in missing:
        if link.name in _RESERVED or os.path.lexists(link):
            raise OutputError(
                "不是 kg build 写的，请移走它",
                "not made by kg build: move it away",
                file=str(link),
            )
    for link, target in missing.items():
        link.symlink_to(target)


@contextmanager
def rejected_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder that becomes OUT.rejected as a whole, in the place of a former one.

    OUT is not touched. Raises OutputError where the folder cannot be written or is somebody
    else's, BusyError where another build writes it.
    """
    target, staging, former = _rejected_names(out)
    if os.path.lexists(target) and not _is_rejected(target):
        raise OutputError(
            "不是 kg build 写的，请移走它",
            "not made by kg build: move it away",
            file=str(target),
        )
    with output_errors(target):
        made = make_folders(target.parent)
        lock = claim_folder(staging)
        if lock is None:
            raise BusyError(
                "正被另一个构建占用，请等它结束",
                "another build is writing it: wait for that build",
                file=str(target),
            )
        try:
            yield staging
            (staging / _FORMAT_FILE).write_text(f"{FORMAT}\n", "ascii")
            sync_tree(staging)
            shutil.rmtree(former, ignore_errors=True)
            if target.exists():
                target.rename(former)
            staging.rename(target)
            sync(target.parent)
            shutil.rmtree(former, ignore_errors=True)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            remove_empty(made)
            raise
        finally:
            os.close(lock)


def remove_rejected(out: Path) -> None:
    """Remove an OUT.rejected that is ours, for when a good build has come since.

    It stays where another build is just writing it, or where the system refuses.
    """
    target, staging, former = _rejected_names(out)
    with suppress(OSError):
        lock = claim_folder(staging) if _is_rejected(target) else None
        if lock is None:
            return
        try:
            shutil.rmtree(former, ignore_errors=True)
            target.rename(former)
            shutil.rmtree(former)
        finally:
            staging.rmdir()
            os.close(lock)


def _rejected_names(out: Path) -> tuple[Path, Path, Path]:
    """Return OUT.rejected, and what it is called before and after it is that."""
    out = out.absolute()
    name = f"{out.name}.rejected"
    return out.with_name(name), out.with_name(f".{name}.new"), out.with_name(f".{name}.old")


def _is_rejected(path: Path) -> bool:
    """Whether a folder was written as OUT.rejected."""
    return (path / _FORMAT_FILE).is_file() and not path.is_symlink()


def replace_file(path: Path, text: str) -> None:
    """Put a file in the place of a former one, whole or not at all. Raises OutputError."""
    with replacing(path) as stream:
        stream.write(text.encode())


def is_built(path: Path) -> bool:
    """Whether `kg build` made a folder, also one whose pointer is lost or no link any more."""
    return os.path.lexists(path / CURRENT) or any(path.glob(f"{GENERATIONS}/*/{_FORMAT_FILE}"))


def open_current(path: Path) -> Path:
    """Return the folder of the current generation: what it holds belongs together.

    Raises StoreError where `path` was not made by `kg build`, or by one of another format.
    """
    folder = (path / CURRENT).resolve()
    found = _format_of(folder)
    if found is None:
        if (path / CURRENT).resolve() != folder:  # two builds have passed since the line above
            return open_current(path)
        raise StoreError(
            f"没有 kg build 建好的图；请运行 kg build -o {path}",
            f"holds no graph made by kg build; run kg build -o {path}",
            file=str(path),
        )
    if found != str(FORMAT):
        raise _other_format(path, found)
    return folder


def _format_of(folder: Path) -> str | None:
    """Return the format version that a generation states, None where it states none."""
    try:
        return (folder / _FORMAT_FILE).read_text("utf-8", "replace").strip()
    except OSError:
        return None


def _is_newer(found: str) -> bool:
    return found.isdecimal() and int(found) > FORMAT


def _other_format(path: Path, found: str) -> StoreError:
    if _is_newer(found):
        zh, en = "请升级 kg-builder", "upgrade kg-builder"
    else:
        zh = f"请重新运行 kg build -o {path}，contributions/ 会保留"
        en = f"run kg build -o {path} again, contributions/ is kept"
    return StoreError(
        f"格式版本是 {found}，本程序读的是 {FORMAT}：{zh}",
        f"has format version {found}, this kg-builder reads {FORMAT}: {en}",
        file=str(path),
    )


@contextmanager
def reading(path: Path) -> Iterator[Path]:
    """Give the folder of the current generation, and keep builders from removing it meanwhile.

    Raises StoreError as `open_current` does.
    """
    while True:
        folder = open_current(path)
        lock = lock_folder(folder, fcntl.LOCK_SH)
        if lock is not None:
            break
        time.sleep(_POLL)  # just being removed: `current` has moved on twice
    try:
        yield folder
    finally:
        os.close(lock)


def _points(link: Path, target: Path) -> bool:
    return link.is_symlink() and link.readlink() == target
