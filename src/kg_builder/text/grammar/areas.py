"""Areas in names and addresses: whose the text is, and which names carry their own locality.

The words are data: `genre/lexicons/areas.toml` and `ambiguous-areas.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.text.grammar.data import Data


@dataclass(frozen=True, slots=True)
class AreaNames:
    """What is known of names of areas."""

    located: re.Pattern[str]
    named: re.Pattern[str]
    """An area's name with what a caption or paragraph may open with before it."""
    own: tuple[str, ...]
    short: tuple[str, ...]
    ambiguous: Mapping[str, tuple[str, ...]]
    """Names that several cities' districts bear, with those cities."""

    @classmethod
    def of(cls, data: Data, ambiguous: Data) -> AreaNames:
        """Read the lexicons; raises ConfigurationError for wrong ones."""
        located = data.compiled("located", "|".join(data.texts("located")))
        named = data.compiled("named", data.text("opening") + data.text("named"))
        if not {"city", "area"} <= set(named.groupindex):
            raise data.refuse("named", "缺少组 city、area", "needs the groups city and area")
        cities = ambiguous.part("cities")
        return cls(
            located,
            named,
            data.texts("own"),
            data.texts("short"),
            {name: cities.texts(name) for name, _ in cities.items()},
        )

    def own_words(self, area: str | None, city: str | None) -> list[str]:
        """Return the words that mean the report's own area."""
        words = [*self.own]
        if area:
            words += [area, (city or "") + area]
            words += [word for word in self.short if area.endswith(word)]
        return words

    def is_located(self, name: str, area: str | None) -> bool:
        """Whether a name tells by itself where the thing is.

        The bare name of a district that several cities have does not.
        """
        match = self.located.search(name)
        if match is None:
            return False
        return not (area in self.ambiguous and area is not None and name.startswith(area))

    def key(self, area: str, city: str | None) -> str:
        """Return the key of an area: with its city where the name alone is not enough."""
        return (
            city + area if city and area in self.ambiguous and not area.startswith(city) else area
        )
