"""Writing a page to a file: whole or not at all, and never over a file that is no page of ours."""

from __future__ import annotations

from pathlib import Path

from kg_builder.errors import OutputError


def refuse_others(path: Path, generator: str, command: str) -> None:
    """Raise OutputError for a file that is no page of ours: it may be the report itself.

    `generator` begins the `generator` of the pages of `command`.
    """
    try:
        with path.open("rb") as file:
            ours = f'content="{generator} '.encode() in file.read(2000)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(path, error) from None
    if not ours:
        raise OutputError(
            f"文件已存在，又不是 {command} 写的页面，不会覆盖",
            f"the file exists, is no page of {command}, and is not overwritten",
            file=str(path),
        )


def write_page(path: Path, page: bytes) -> None:
    """Put the page there whole or not at all. Raises OutputError where it cannot be written."""
    from kg_builder.graph.disk import replacing

    with replacing(path) as stream:
        stream.write(page)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"写不了：{error.strerror}", f"cannot be written: {error.strerror}", file=str(path)
    )
