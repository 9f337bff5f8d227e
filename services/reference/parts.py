"""Indicators and their components as the catalogue writes them, and what they are made of."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from services.reference.contributions import Measure, Member

Part: TypeAlias = Mapping[str, Any]  # an indicator or a component: form, inputs, scale


class Catalogue:
    """The measures, and the parts by name (`PS-04`, `PS-04.finished`)."""

    def __init__(self, measures: Iterable[Measure], indicators: Iterable[Part]) -> None:
        self.measures = {str(measure["id"]): measure for measure in measures}
        self.parts: dict[str, Part] = {}
        self._indicator_of: dict[str, Part] = {}
        self._having: dict[tuple[str, str], bool] = {}
        self._of_reports: dict[str, bool] = {}
        for indicator in indicators:
            self._add(indicator["id"], indicator, indicator)
            for component in indicator.get("components") or []:
                self._add(f"{indicator['id']}.{component['id']}", component, indicator)

    def indicator_of(self, name: str) -> Part:
        """Return the indicator that a part is or belongs to."""
        return self._indicator_of[name]

    def has(self, name: str, dimension: str) -> bool:
        """Say whether a measure or a part can be broken down by a dimension."""
        if (name, dimension) not in self._having:
            self._having[name, dimension] = self._has(name, dimension)
        return self._having[name, dimension]

    def _has(self, name: str, dimension: str) -> bool:
        if name in self.measures:
            return dimension in self.measures[name]["dimensions"]
        part = self.parts[name]
        if part["form"] in ("combine", "composite"):  # one of their values is enough
            return any(self.has(source, dimension) for source in sources_of(part))
        needed = part.get("numerator") or [*part["inputs"], *(part.get("minus") or [])]
        return all(self.has(source, dimension) for source in needed)

    def in_breakdown(self, name: str, member: Member | None) -> Member | None:
        """Return the member when the source has its dimension; None (the total) otherwise."""
        return member if member is not None and self.has(name, member[0]) else None

    def measures_under(
        self, name: str, member: Member | None
    ) -> Iterator[tuple[Measure, Member | None]]:
        """Yield every measure under a part, also through its inputs, with its breakdown."""
        if name in self.measures:
            yield self.measures[name], self.in_breakdown(name, member)
            return
        part = self.parts[name]
        for source in sources_of(part):
            yield from self.measures_under(source, self.in_breakdown(name, member))

    def is_of_reports(self, name: str) -> bool:
        """Say whether a part has no value without reports."""
        if name not in self._of_reports:
            measures = self.measures_under(name, None)
            self._of_reports[name] = any(measure["kind"] == "report" for measure, _ in measures)
        return self._of_reports[name]

    def _add(self, name: str, part: Part, indicator: Part) -> None:
        self.parts[name] = part
        self._indicator_of[name] = indicator


def sources_of(part: Part) -> list[str]:
    """Return the names of all measures and parts that a part is made of directly."""
    roles = ("numerator", "denominator", "inputs", "minus")
    named = [source for role in roles for source in part.get(role) or []]
    return named + [criterion["input"] for criterion in part.get("criteria") or []]
