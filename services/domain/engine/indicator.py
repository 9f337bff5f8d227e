"""What a file of the standard says of an indicator: the document, typed as it is checked.

These types are the one definition of the file format: `schemas/catalogue/indicator.json` is made
from them. A member that they do not know is refused, so a mistyped name never passes in silence.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.domain.engine.windows import ADMINISTRATIVE, PERIODS, SCHOOL, STATISTICAL, TERM

Form = Literal[
    "ratio",
    "sum",
    "last",
    "quantile",
    "growth",
    "extreme",
    "composite",
    "combine",
    "aqi",
    "outcome_check",
]
Window = Literal[
    "instant", "5m", "1h", "24h", "7d", "30d", "month", "quarter", "year", "ytd", "term", "all"
]
Calendar = Literal["statistical", "administrative", "school"]
UnitLevel = Literal["country", "province", "commune"]
ComparisonKind = Literal[
    "mom",
    "qoq",
    "yoy",
    "ytd_yoy",
    "yoy_points",
    "day_before",
    "week_before",
    "target",
    "path",
    "limit",
    "rank",
    "baseline_28d",
    "baseline_5y",
    "share_of_grdp_growth",
]
Rollup = Literal["sum", "ratio_of_sums", "sketch", "max", "min", "last", "none"]
AlertRuleName = Literal[
    "bounds",
    "sla_stages",
    "poisson_upper_tail",
    "baseline_sd",
    "aqi_bands",
    "own_level",
    "none",
]
Comparator = Literal["<", "<=", ">", ">="]
IndicatorId = Annotated[str, Meta(pattern=r"^[A-Z]{2}-\d{2}$", examples=["PS-04"])]
ComponentId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", examples=["on_time"])]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$", examples=["2027-01-31"])]
Text = Annotated[str, Meta(min_length=1)]
Decimals = Annotated[int, Meta(ge=0, le=9)]
AlertLevel = Annotated[int, Meta(ge=1, le=5)]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Duration = Annotated[str, Meta(pattern=r"^P\d{1,3}D$", examples=["P7D"])]


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a score: `max_points` from `full_marks_at` on, in proportion below."""

    input: str
    max_points: Positive
    full_marks_at: Positive
    group: str | None = None


class Calculation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form with its parameters, which `standards/README.md` describes."""

    unit: Text
    form: Form
    decimals: Decimals
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    min_points: Annotated[float, Meta(ge=0)] = 0
    scale: float = 1
    offset: float = 0
    divide_by: Positive = 1
    q: Share | None = None
    basis: Literal["yoy"] | None = None
    pick: Literal["min", "max"] | None = None
    op: Literal["divide", "multiply"] | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """Every measure or formula that this one names."""
        scored = tuple(criterion.input for criterion in self.criteria)
        return (*self.numerator, *self.denominator, *self.inputs, *self.minus, *scored)

    @property
    def leading(self) -> tuple[str, ...]:
        """What decides which breakdowns there are, and whose reports stand behind a value."""
        scored = tuple(criterion.input for criterion in self.criteria)
        return self.numerator or self.inputs or scored


class Component(Calculation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of an indicator with a value of its own; without windows it has those of the whole."""

    id: ComponentId
    vi: Text
    windows: tuple[Window, ...] = ()


class Formula(Calculation, frozen=True, kw_only=True):
    """An indicator, or one of its components (`PS-04.finished`), ready to be evaluated."""

    id: str
    indicator: str
    component: str | None
    vi: str
    windows: tuple[Window, ...]


class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agency that answers for an indicator."""

    code: Text
    short_vi: Text


class TargetBound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The target of the standard: a bound or a band, of the value or of one component (`on`).

    `plan`: the unit's own plan, sent as `target.set`, goes before it or stands alone.
    `alert_may_precede`: the first level may begin before the target is missed.
    """

    op: Comparator | None = None
    value: float | None = None
    band: tuple[float, float] | None = None
    on: str | None = None
    plan: bool = False
    by: str | None = None
    alert_may_precede: bool = False


class LevelStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level of a rule, and what has to hold for it."""

    level: AlertLevel
    colour: Literal["yellow", "orange", "red"]
    op: Comparator | None = None
    bound: float | None = None
    on: str | None = None
    window: Window | None = None
    hold: Duration | None = None
    relative_to: Literal["target", "path"] | None = None
    p_below: Share | None = None
    above_sd: Positive | None = None


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A band of an index with a palette of its own, up to and with `to`."""

    to: Positive
    rgb: tuple[int, int, int]
    vi: Text


class AlertRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"lam": "lambda"}):
    """How the level of a unit is found; operators' thresholds replace it when they are set."""

    rule: AlertRuleName
    window: Window | None = None
    on: str = "value"
    min_denominator: Annotated[int, Meta(ge=1)] | None = None
    count: str | None = None
    min_count: Annotated[int, Meta(ge=1)] = 1
    lam: str | None = None
    baseline: str | None = None
    levels: tuple[LevelStep, ...] = ()
    bands: tuple[Band, ...] = ()
    note: str | None = None


class CaseStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stage of an open case: what is left of its time, in shares of the whole or in hours."""

    level: AlertLevel
    colour: Literal["light_blue", "yellow", "orange", "red", "violet"]
    share_left: Share | None = None
    hours_left: Positive | None = None
    overdue: Annotated[float, Meta(ge=0)] | None = None


class CaseStages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The stages that each open case of a kind goes through; never the level of a unit."""

    case: Text
    stages: tuple[CaseStage, ...]
    note: str | None = None


class Indicator(Calculation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file, one version: the main formula, its components, and what surrounds them.

    In force from `effective_from` to `effective_to` (both days included, local), unless `shadow`:
    then it is only held against what is in force.
    """

    id: IndicatorId
    formula_version: Annotated[int, Meta(ge=1)]
    effective_from: Date | None = None
    effective_to: Date | None = None
    shadow: bool = False
    vi: Text
    en: Text
    name_short_vi: Annotated[str, Meta(min_length=1, max_length=28)] | None = None
    unit_short_vi: Annotated[str, Meta(min_length=1, max_length=16)] | None = None
    owner: Owner | None = None
    domain: Text
    kind: Literal["outcome", "intermediate"]
    level: Literal["input", "process", "output", "effectiveness", "impact", "context"]
    formula: Text
    components: tuple[Component, ...] = ()
    windows: Annotated[tuple[Window, ...], Meta(min_length=1)]
    period_calendars: Annotated[tuple[Calendar, ...], Meta(min_length=1)]
    unit_levels: Annotated[tuple[UnitLevel, ...], Meta(min_length=1)]
    dimensions: tuple[str, ...]
    comparisons: tuple[ComparisonKind, ...]
    comparison_in: Literal["difference"] | None = None
    rollup: Rollup
    zero_denominator: Literal["no_value"]
    target: Text | None = None
    target_bound: TargetBound | None = None
    target_source: str | None = None
    direction: Literal["↑", "↓", "band"]
    provenance: str | None = None
    alert_levels: AlertRule
    refresh: Text
    case_stages: CaseStages | None = None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The main formula and those of the components."""
        shared = Calculation.__struct_fields__

        def made(part: "Indicator | Component", component: str | None) -> Formula:
            return Formula(
                id=f"{self.id}.{component}" if component else self.id,
                indicator=self.id,
                component=component,
                vi=part.vi,
                windows=part.windows or self.windows,
                **{name: getattr(part, name) for name in shared},
            )

        return (made(self, None), *(made(part, part.id) for part in self.components))

    def calendars_of(self, window: str) -> tuple[str, ...]:
        """The calendars in which a window is computed: only named periods have more than one."""
        if window not in PERIODS:
            return (STATISTICAL,)
        if window == TERM:
            return (SCHOOL,)
        return tuple(c for c in self.period_calendars if c in {STATISTICAL, ADMINISTRATIVE})
