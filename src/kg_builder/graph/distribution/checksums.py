"""Checksums that `sha256sum -c` verifies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_lines(checksums: Mapping[str, str]) -> str:
    """Return the text of SHA256SUMS for checksums by path, sorted by path.

    Paths hold no backslash and no line break, which coreutils would have escaped.
    """
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(checksums.items()))
