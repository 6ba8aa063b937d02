"""Which language to speak: `--lang` anywhere on the command line, else the locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg_builder.model.bilingual import Language


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return `zh` or `en`. A wrong `--lang` is reported later, in the locale's language."""
    asked = ""
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments):
            asked = arguments[number + 1]
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"
