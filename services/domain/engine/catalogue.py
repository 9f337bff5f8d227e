"""The catalogue: indicators and their components as formulas over measures.

Read from data, refused when it does not fit together.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from services.domain.engine.measures import Measure
from services.domain.engine.windows import ADMINISTRATIVE, PERIODS, ROLLING, STATISTICAL
from services.domain.errors import Refused

FORMS = ("ratio", "sum", "last", "growth", "extreme", "combine")
WINDOWS = {*ROLLING, *PERIODS, "instant", "all"}


class Formula(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator, or one of its components (`PS-04.finished`): a form with its parameters."""

    id: str
    indicator: str
    component: str | None
    vi: str
    unit: str
    decimals: int
    form: str
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    scale: float = 1
    offset: float = 0
    divide_by: float = 1
    pick: str | None = None
    op: str | None = None
    windows: tuple[str, ...]

    @property
    def references(self) -> tuple[str, ...]:
        """Every measure or formula that this one names."""
        return (*self.numerator, *self.denominator, *self.inputs, *self.minus)


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """What the standard says of an indicator beyond its formulas."""

    id: str
    formula_version: int
    vi: str
    en: str
    domain: str
    kind: str
    level: str
    formula: str
    unit: str
    windows: tuple[str, ...]
    period_calendars: tuple[str, ...]
    unit_levels: tuple[str, ...]
    dimensions: tuple[str, ...]
    comparisons: tuple[str, ...]
    decimals: int
    rollup: str
    direction: str
    alert_levels: dict[str, Any]
    target_bound: dict[str, Any] | None = None
    effective_from: str | None = None
    name_short_vi: str | None = None
    unit_short_vi: str | None = None
    owner: dict[str, str] | None = None
    formulas: tuple[Formula, ...] = ()

    def calendars_of(self, window: str) -> tuple[str, ...]:
        """The calendars in which a window is computed: only named periods have more than one."""
        if window not in PERIODS:
            return (STATISTICAL,)
        return tuple(c for c in self.period_calendars if c in {STATISTICAL, ADMINISTRATIVE})


class Catalogue:
    """All indicators and measures, checked against each other."""

    def __init__(self, measures: Iterable[Measure], indicators: Iterable[Indicator]) -> None:
        self.measures: dict[str, Measure] = {measure.id: measure for measure in measures}
        self.indicators: dict[str, Indicator] = {found.id: found for found in indicators}
        self.formulas: dict[str, Formula] = {
            formula.id: formula
            for indicator in self.indicators.values()
            for formula in indicator.formulas
        }
        for formula in self.formulas.values():
            self._check(formula)

    def _check(self, formula: Formula) -> None:
        if formula.form not in FORMS:
            raise Refused(f"{formula.id}: form {formula.form!r} is not one of {', '.join(FORMS)}")
        for window in formula.windows:
            if window not in WINDOWS:
                raise Refused(f"{formula.id}: window {window!r} is not known")
        if not formula.references:
            raise Refused(f"{formula.id}: form {formula.form} names no measure")
        for name in formula.references:
            if name not in self.measures and name not in self.formulas:
                raise Refused(f"{formula.id}: {name} is neither a measure nor an indicator")

    def measures_of(self, formula: Formula) -> tuple[Measure, ...]:
        """Every measure behind a formula, also through the formulas it names."""
        found: dict[str, Measure] = {}
        for name in formula.references:
            if name in self.measures:
                found[name] = self.measures[name]
            else:
                found.update({m.id: m for m in self.measures_of(self.formulas[name])})
        return tuple(found.values())

    def reported(self, formula: Formula) -> bool:
        """Whether a formula rests on reports: its periods are those that have been reported."""
        return any(measure.kind == "report" for measure in self.measures_of(formula))

    def has_dimension(self, formula: Formula, dim: str) -> bool:
        """Whether a formula can be broken down.

        All of its numerator or inputs can, or one value of a combination.
        """
        leading = formula.numerator or formula.inputs
        able = [self._able(name, dim) for name in leading]
        return any(able) if formula.form == "combine" else all(able)

    def _able(self, name: str, dim: str) -> bool:
        if name in self.measures:
            return dim in self.measures[name].dimensions
        return self.has_dimension(self.formulas[name], dim)


def parse_indicator(document: Mapping[str, Any]) -> Indicator:
    """An indicator from its document; raises `Refused` naming the member that does not fit."""
    given = dict(document)
    components = given.pop("components", [])
    main = {**given, "indicator": given.get("id"), "component": None}
    try:
        formulas = [msgspec.convert(main, Formula)]
        for part in components:
            own = {
                **part,
                "id": f"{given['id']}.{part['id']}",
                "indicator": given["id"],
                "component": part["id"],
            }
            own.setdefault("windows", given["windows"])
            formulas.append(msgspec.convert(own, Formula))
        return msgspec.convert({**given, "formulas": formulas}, Indicator)
    except msgspec.ValidationError as error:
        raise Refused(f"indicator {given.get('id')}: {error}") from error


def parse_measure(document: Mapping[str, Any]) -> Measure:
    """A measure from its document; raises `Refused` naming the member that does not fit."""
    try:
        return msgspec.convert(dict(document), Measure)
    except msgspec.ValidationError as error:
        raise Refused(f"measure {document.get('id')}: {error}") from error
