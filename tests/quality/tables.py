"""What a report's tables say, as flat tuples: once from the gold, once from what was extracted."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from kg_builder.model.fact import Concept, Text, Year

_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")


def squash(text):
    """Spaces inside names and addresses are layout."""
    return re.sub(r"\s+", "", text)


def figure(text):
    """The number in a figure as printed: `约1,200` gives 1200."""
    found = _NUMBER.search(text)
    return Decimal(found[0].replace(",", "")).normalize() if found else squash(text)


# --- from the gold ---


def gold_tuples(gold, printed=None):
    """Return the set of tuples of a `tables.json`; `printed` maps indicators to their labels."""
    found = set()
    for table in gold["tables"]:
        say = _GOLD.get(table["kind"])
        for row in table.get("rows", ()):
            if say:
                found.update((table["kind"], *item) for item in say(row))
    if printed is None:
        return found
    return {
        (kind, printed.get(name, name) if kind == "indicators" else name, *rest)
        for kind, name, *rest in found
    }


def _canteen(row):
    name = squash(row["name"])
    said = {**row.get("derived", {}), **row}
    for column in ("street", "address", "phone"):
        if column in said:
            yield name, column, squash(said[column])
    for column in ("floor_area", "capacity"):
        if column in row:
            yield name, column, figure(row[column])


def _education_group(row):
    groups = row["group"] if isinstance(row["group"], list) else [row["group"]]
    for group in map(squash, groups):
        yield group, "listed"
        if "period" in row:
            years = re.findall(r"\d{4}", row["period"])
            yield group, "period", years[0], years[-1]
        for member in row.get("members", ()):
            yield group, "member", squash(member)


def _project(row):
    category = squash(row["category"])
    if "count" in row:
        yield category, "count", Decimal(row["count"])
    if "investment" in row:
        yield category, "investment", figure(row["investment"])
    for name, count in row.get("subcategories", ()):
        yield category, "sub-category", squash(name), Decimal(count)
    for work in row.get("works", ()):
        yield category, "work", squash(work[0])
        yield category, "status", squash(work[0]), squash(work[1])


def _reform(row):
    theme = squash(row["theme"])
    if "body" in row:
        yield theme, "body", squash(row["body"])
    for measure in row.get("measures", ()):
        yield theme, "measure", squash(measure)


def _industry(row):
    yield squash(row["industry"]), "tier", row["tier"]


def _indicator(row):
    indicator = squash(row["indicator"])
    for column, measure in (("value", "level"), ("growth", "growth")):
        if column in row:
            yield indicator, measure, figure(row[column])


_GOLD = {
    "canteens": _canteen,
    "education-groups": _education_group,
    "projects": _project,
    "reforms": _reform,
    "industry-system": _industry,
    "indicators": _indicator,
}


# --- from what was extracted ---


class Facts:
    """The facts of an extraction, by subject and predicate."""

    def __init__(self, extraction):
        self.labels = {entity.id: entity.label for entity in extraction.entities}
        self.printed = {
            name: entity.label
            for entity in extraction.entities
            if entity.id.type == "Indicator"
            for name in entity.alt_labels
        }
        self.by_subject = defaultdict(lambda: defaultdict(list))
        self.tables = defaultdict(set)
        for fact in extraction.facts:
            self.by_subject[fact.subject][fact.predicate].append(fact.object)
            if fact.predicate == "value":
                self.tables[fact.subject].update(item.table for item in fact.evidence)

    def in_table(self, observation):
        return any(table is not None for table in self.tables[observation])

    def in_prose(self, observation):
        return None in self.tables[observation]

    def of_type(self, name):
        return [entity for entity in self.labels if entity.type == name]

    def one(self, subject, predicate):
        values = self.by_subject[subject][predicate]
        return values[0] if values else None

    def label(self, entity):
        return squash(self.labels.get(entity) or "")

    def as_printed(self):
        """Other names of indicators -> their label: gold says what is printed, GDP for instance."""
        return {squash(name): squash(label) for name, label in self.printed.items()}


def read_tuples(extraction):
    """Return the set of tuples of an extraction, those of tables only."""
    facts = Facts(extraction)
    found = set()
    for kind, say in _READ.items():
        found.update((kind, *item) for item in say(facts))
    return found


def plain(value):
    match value:
        case Text(text):
            return squash(text)
        case Decimal():
            return value.normalize()
        case Year(year):
            return f"{year:04d}"
        case Concept(_, name):
            return name
    return value


def _read_canteens(facts):
    for listing in facts.of_type("CanteenListing"):
        name = facts.label(facts.one(listing, "about"))
        street = facts.one(listing, "street")
        if street:
            yield name, "street", facts.label(street)
        address = facts.one(listing, "address")
        if address:
            yield name, "address", plain(facts.one(address, "locn:fullAddress"))
        phone = facts.one(listing, "telephone")
        if phone:
            yield name, "phone", squash(phone)
    columns = {"建筑面积": "floor_area", "可容纳人数": "capacity"}
    for observation in facts.of_type("Observation"):
        about = facts.one(observation, "about")
        if about is not None and about.type == "Canteen" and facts.in_table(observation):
            column = columns.get(facts.label(facts.one(observation, "indicator")))
            yield facts.label(about), column, plain(facts.one(observation, "value"))


def _read_groups(facts):
    for listing in facts.of_type("EducationGroupListing"):
        group = facts.label(facts.one(listing, "about"))
        yield group, "listed"
        period = facts.one(listing, "established")
        if period:
            years = [plain(facts.one(period, name)) for name in ("startYear", "endYear")]
            yield group, "period", years[0], years[1] or years[0]
    for membership in facts.of_type("GroupMembership"):
        group, member = facts.one(membership, "group"), facts.one(membership, "member")
        yield facts.label(group), "member", facts.label(member)


def _read_projects(facts):
    parents = {
        category: facts.one(category, "subcategoryOf")
        for category in facts.of_type("ProjectCategory")
    }
    for observation in facts.of_type("Observation"):
        about = facts.one(observation, "about")
        if about is None or about.type != "ProjectCategory" or not facts.in_table(observation):
            continue
        value = plain(facts.one(observation, "value"))
        indicator = facts.label(facts.one(observation, "indicator"))
        parent = parents.get(about)
        if parent:
            yield facts.label(parent), "sub-category", facts.label(about), value
        elif "投资" in indicator:
            yield facts.label(about), "investment", value
        else:
            yield facts.label(about), "count", value
    for progress in facts.of_type("ProjectProgress"):
        category = facts.label(facts.one(progress, "category"))
        work = facts.label(facts.one(progress, "about"))
        yield category, "work", work
        status = facts.one(progress, "verbatim")
        if status:
            yield category, "status", work, squash(status)


def _read_reforms(facts):
    for listing in facts.of_type("ReformListing"):
        theme = facts.one(listing, "theme")
        if theme is None:
            continue
        yield facts.label(theme), "measure", facts.label(facts.one(listing, "about"))
        for body in facts.by_subject[listing]["responsibleBody"]:
            yield facts.label(theme), "body", facts.label(body)


def _read_industries(facts):
    for assignment in facts.of_type("TierAssignment"):
        tier = facts.one(assignment, "tier")
        yield (
            facts.label(facts.one(assignment, "about")),
            "tier",
            plain(facts.one(tier, "tierSymbol")),
        )


def _read_indicators(facts):
    for observation in facts.of_type("Observation"):
        kind = facts.one(observation, "resultKind")
        if facts.one(observation, "about") is not None or not facts.in_table(observation):
            continue
        if kind is not None and kind.name == "plan":
            continue
        value = facts.one(observation, "value")
        if value is not None:
            measure = facts.one(observation, "measure").name
            yield facts.label(facts.one(observation, "indicator")), measure, plain(value)


_READ = {
    "canteens": _read_canteens,
    "education-groups": _read_groups,
    "projects": _read_projects,
    "reforms": _read_reforms,
    "industry-system": _read_industries,
    "indicators": _read_indicators,
}


def score(gold, read):
    """Return precision, recall and F1 of two sets; 1 where both are empty."""
    hits = len(gold & read)
    precision = hits / len(read) if read else 1.0
    recall = hits / len(gold) if gold else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1
