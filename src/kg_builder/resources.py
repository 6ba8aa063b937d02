"""Where the house keeps its data: ontology, shapes, queries, published facts, genre, examples.

In a checkout they lie at the top level, in an installed wheel inside the package. A project of the
user's own (`--project DIR`) lies over them: a file there replaces the installed file of the same
path, or stands beside it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_builder.errors import ConfigurationError, InputError

_PACKAGE = Path(__file__).resolve().parent
_FOLDERS = ("genre", "shapes", "queries", "data")
_TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def _house() -> Path:
    for root in (_PACKAGE / "_house", _PACKAGE.parent.parent):
        if (root / "ontology" / "kg.ttl").is_file():
            return root
    raise ConfigurationError(
        f"{_PACKAGE} 旁没有 ontology/kg.ttl：安装不完整，请重新安装 kg-builder",
        f"no ontology/kg.ttl beside {_PACKAGE}: install kg-builder again",
    )


@dataclass(frozen=True, slots=True)
class Resources:
    """The house's data, overlaid by a project's.

    `roots` are searched in order; later roots win.
    """

    roots: tuple[Path, ...]

    @classmethod
    def find(cls, project: Path | None = None) -> Resources:
        """Return the installed data, overlaid by the folder `project` if given.

        Raises InputError if `project` is not a folder that holds any of genre/, shapes/,
        queries/, data/.
        """
        house = _house()
        if project is None:
            return cls((house,))
        if not any((project / folder).is_dir() for folder in _FOLDERS):
            names = ", ".join(f"{folder}/" for folder in _FOLDERS)
            raise InputError(
                f"项目文件夹里应有 {names} 中的至少一个",
                f"a project folder holds at least one of {names}",
                file=str(project),
            )
        return cls((house, project))

    def folders(self, name: str) -> tuple[Path, ...]:
        """Return the folders called `name`, the installed one first."""
        return tuple(root / name for root in self.roots if (root / name).is_dir())

    def files(self, folder: str, pattern: str) -> tuple[Path, ...]:
        """Return the files of `folder` that match `pattern`, sorted by name, overlays applied."""
        found: dict[str, Path] = {}
        for place in self.folders(folder):
            for path in place.glob(pattern):
                found[path.relative_to(place).as_posix()] = path
        return tuple(found[name] for name in sorted(found))

    @property
    def ontology(self) -> Path:
        """The folder of the ontology, which no project replaces."""
        return self.roots[0] / "ontology"

    @property
    def examples(self) -> Path:
        """The folder of invented example reports."""
        return self.roots[0] / "examples"


def load_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds.

    Raises ConfigurationError for a file that cannot be read or is not UTF-8, and for bad syntax
    with its line and column.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"读不了：{error.strerror}", f"cannot be read: {error.strerror}", file=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"不是 UTF-8（第 {error.start} 字节）",
            f"not UTF-8 (byte {error.start})",
            file=str(path),
        ) from error
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        reason = _TOML_PLACE.sub("", str(error))
        raise ConfigurationError(
            f"TOML 语法错误：{reason}",
            f"TOML syntax: {reason}",
            file=str(path),
            line=int(place[1]) if place else None,
            column=int(place[2]) if place else None,
        ) from error
