"""The source record of a report: what is known of the copy that was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One copy of a report, by the checksums of its bytes and of its normalised text."""

    name: str | None
    """Name of the record's file without suffix; None where nobody wrote a record."""
    sha256: str
    text_sha256: str
    title: str | None = None
    issuer: str | None = None
    address: str | None = None
    """The official address (URL) of the report."""
    number: str | None = None
    """The document number of the issuing body."""
    issued: date | None = None
    retrieved: date | None = None
    rights: str | None = None
    data_licence: str | None = None
    """IRI of the licence of the facts taken from it."""
    extent: str | None = None
    """What part of the report the copy holds."""
