"""The versions that outputs state: of the package, and of the layout of built folders."""

from __future__ import annotations

from typing import Final

VERSION = "0.1.0"
FORMAT: Final = 2
"""Rises when the layout of a built folder changes, so that an older tool refuses it by name."""
