"""The catalogue: indicators and their components as formulas over measures.

Read from data, refused when it does not fit together: every reason is given at once.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from services.domain.engine.indicator import Formula, Indicator
from services.domain.engine.measures import Measure
from services.domain.errors import Refused

COMPONENT_COMPARISONS = ("of_limit", "to_limit", "to_grdp")
"""Components that are shown as a comparison of their indicator."""
__all__ = ["Catalogue", "Formula", "Indicator", "parse_indicator", "parse_measure"]


class Era(NamedTuple):
    """A catalogue and the first local day on which it is in force."""

    begin: date
    catalogue: "Catalogue"


class Catalogue:
    """All indicators and measures; references are resolved, nothing else is checked here.

    One version of each indicator. `eras` are the catalogues through time, this one among them, and
    `trials` holds for an indicator this catalogue with its next version instead (`versions.py`).

    Raises `Refused` when a formula names what does not exist, or names itself through others.
    """

    def __init__(self, measures: Iterable[Measure], indicators: Iterable[Indicator]) -> None:
        self.eras: tuple[Era, ...] = (Era(date.min, self),)
        self.trials: Mapping[str, Catalogue] = {}
        self.measures: dict[str, Measure] = {measure.id: measure for measure in measures}
        self.indicators: dict[str, Indicator] = {found.id: found for found in indicators}
        self.formulas: dict[str, Formula] = {
            formula.id: formula
            for indicator in self.indicators.values()
            for formula in indicator.formulas
        }
        self._measures: dict[str, tuple[Measure, ...]] = {}
        for formula in self.formulas.values():
            self._check(formula)
            self._resolve(formula, ())

    def _check(self, formula: Formula) -> None:
        if not formula.references:
            raise Refused(f"{formula.id}: form {formula.form} names no measure")
        for name in formula.references:
            if name not in self.measures and name not in self.formulas:
                raise Refused(f"{formula.id}: {name} is neither a measure nor an indicator")

    def _resolve(self, formula: Formula, asking: tuple[str, ...]) -> tuple[Measure, ...]:
        if formula.id in asking:
            raise Refused(f"{formula.id}: is defined by itself, through {' and '.join(asking)}")
        found = self._measures.get(formula.id)
        if found is None:
            named: dict[str, Measure] = {}
            for name in formula.references:
                if name in self.measures:
                    named[name] = self.measures[name]
                elif name in self.formulas:
                    below = self._resolve(self.formulas[name], (*asking, formula.id))
                    named.update({measure.id: measure for measure in below})
            found = self._measures[formula.id] = tuple(named.values())
        return found

    def on(self, day: date) -> "Catalogue":
        """The catalogue by which a window is computed that ends on a local day."""
        if len(self.eras) == 1:
            return self.eras[0].catalogue
        return self.eras[bisect_right(self.eras, day, key=lambda era: era.begin) - 1].catalogue

    @property
    def family(self) -> tuple["Catalogue", ...]:
        """Every catalogue that may be asked: of all times, and those with a version in shadow."""
        return (*(era.catalogue for era in self.eras), *self.trials.values())

    def same_as(self, other: "Catalogue") -> bool:
        """Whether both say the same of every day; what runs in shadow does not matter."""
        mine, theirs = ([(e.begin, e.catalogue.indicators) for e in c.eras] for c in (self, other))
        return (
            mine == theirs
            and self.indicators == other.indicators
            and self.measures == other.measures
        )

    def measures_of(self, formula: Formula) -> tuple[Measure, ...]:
        """Every measure behind a formula, also through the formulas it names."""
        return self._measures[formula.id]

    def formula(self, name: str) -> Formula:
        """A formula as it is in force, else as it was or will be in some era."""
        for catalogue in (self, *self.past_and_coming):
            if name in catalogue.formulas:
                return catalogue.formulas[name]
        raise Refused(f"no indicator or component {name} is or was in force")

    @property
    def past_and_coming(self) -> tuple["Catalogue", ...]:
        """The catalogues of the other eras, the latest first."""
        return tuple(e.catalogue for e in reversed(self.eras) if e.catalogue is not self)

    def shown_by(self, formula: Formula) -> tuple[Measure, ...]:
        """Every measure that an observation of a formula shows, by this version or another.

        Its own, and those of the components that its level and comparisons look at.
        """
        found = {measure.id: measure for measure in self.shown_by_this(formula)}
        for other in self.past_and_coming:
            if formula.id in other.formulas:
                found |= {m.id: m for m in other.shown_by_this(other.formulas[formula.id])}
        return tuple(found.values())

    def shown_by_this(self, formula: Formula) -> tuple[Measure, ...]:
        """The same by this version alone."""
        indicator = self.indicators[formula.indicator]
        if formula.component is not None:
            return self.measures_of(formula)
        rule = indicator.alert_levels
        named = {rule.on, *(step.on for step in rule.levels), *COMPONENT_COMPARISONS}
        parts = [self.formulas.get(f"{indicator.id}.{name}") for name in named]
        found = {m.id: m for m in self.measures_of(formula)}
        for part in parts:
            found |= {m.id: m for m in self.measures_of(part)} if part is not None else {}
        if rule.count is not None:
            found[rule.count] = self.measures[rule.count]
        return tuple(found.values())

    def behind(self, formula: Formula) -> tuple[Measure, ...]:
        """Every measure behind a formula, by this version or another."""
        found = {measure.id: measure for measure in self.measures_of(formula)}
        for other in self.past_and_coming:
            if formula.id in other.formulas:
                found |= {m.id: m for m in other.measures_of(other.formulas[formula.id])}
        return tuple(found.values())

    def reported(self, formula: Formula) -> bool:
        """Whether a formula rests on reports: its periods are those that have been reported."""
        return any(measure.kind == "report" for measure in self.measures_of(formula))

    def by_vintage(self, formula: Formula) -> bool:
        """Whether nothing but reports and reference values stands behind a formula."""
        return self.reported(formula) and all(
            measure.kind == "report" or measure.source == "rows"
            for measure in self.measures_of(formula)
        )

    def has_dimension(self, formula: Formula, dim: str) -> bool:
        """Whether a formula can be broken down.

        All of its numerator or inputs can, or one value of a combination or score.
        """
        able = [self.able(name, dim) for name in formula.leading]
        return any(able) if formula.form in {"combine", "composite"} else all(able)

    def able(self, name: str, dim: str) -> bool:
        """Whether a measure or formula can be broken down."""
        if name in self.measures:
            return dim in self.measures[name].dimensions
        return self.has_dimension(self.formulas[name], dim)


def parse_indicator(document: Mapping[str, Any]) -> Indicator:
    """An indicator from its document; raises `Refused` naming the member that does not fit."""
    try:
        return msgspec.convert(dict(document), Indicator)
    except msgspec.ValidationError as error:
        raise Refused(f"indicator {document.get('id')}: {error}") from error


def parse_measure(document: Mapping[str, Any]) -> Measure:
    """A measure from its document; raises `Refused` naming the member that does not fit."""
    try:
        return msgspec.convert(dict(document), Measure)
    except msgspec.ValidationError as error:
        raise Refused(f"measure {document.get('id')}: {error}") from error
