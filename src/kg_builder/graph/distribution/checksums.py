"""Checksums that `sha256sum -c` verifies."""

from __future__ import annotations

from collections.abc import Mapping


def checksum_lines(checksums: Mapping[str, str]) -> str:
    """Return the text of SHA256SUMS for checksums by path, sorted by path.

    Paths hold no backslash and no line break, which coreutils would have escaped.
    """
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(checksums.items()))
