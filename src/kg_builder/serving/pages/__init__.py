"""The pages for people: made of what the graph holds, read without a script, in two languages.

A server mounts `Pages(site).routes()`, asks `Pages.entity` for the page of an IRI where somebody
wants HTML, and `Pages.failure` for the page of an error.
"""

from __future__ import annotations

from kg_builder.serving.pages.pages import Pages
from kg_builder.serving.pages.site import Site

__all__ = ["Pages", "Site"]
