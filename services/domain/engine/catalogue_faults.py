"""What is wrong with indicators although each file has the right form: everything at once.

Whether references exist, units and denominators fit, breakdowns exist in the measures, windows and
comparisons go together, targets and levels stand on the right side of the direction.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from services.domain.engine.alert_faults import alert_faults
from services.domain.engine.fault import Fault, Steps
from services.domain.engine.indicator import Calculation, Component, Indicator
from services.domain.engine.measures import Measure
from services.domain.engine.windows import PERIODS, TERM

PARAMETERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    form: (frozenset(needed.split()), frozenset(allowed.split()))
    for form, needed, allowed in (
        ("ratio", "numerator denominator", "offset divide_by"),
        ("sum", "inputs", "minus divide_by"),
        ("last", "inputs", "offset divide_by"),
        ("quantile", "inputs q", ""),
        ("growth", "numerator basis", "denominator"),
        ("extreme", "inputs pick", ""),
        ("composite", "criteria", "min_points"),
        ("combine", "inputs op", ""),
        ("aqi", "inputs", ""),
        ("outcome_check", "inputs", ""),
    )
}
"""What each form needs, and what it may have beside `scale`."""
ALL_PARAMETERS = frozenset().union(*(needed | more for needed, more in PARAMETERS.values()))
INPUTS = {"last": 1, "quantile": 1, "combine": 2, "aqi": 1, "outcome_check": 2}
POINTS = 100
"""What the criteria of a score add up to."""
LISTS = ("windows", "dimensions", "comparisons", "unit_levels", "period_calendars")
"""Lists in which a name has no use twice."""
MAGNITUDES = {"bn": 1e9, "mn": 1e6}
WINDOWS_OF_COMPARISON = {
    "mom": {"month", "30d", "24h"},
    "qoq": {"quarter"},
    "ytd_yoy": {"ytd"},
    "day_before": {"instant", "5m", "1h", "24h", "7d", "30d"},
    "week_before": {"instant", "5m", "1h", "24h", "7d", "30d"},
    "baseline_28d": {"5m", "1h", "24h", "7d", "30d"},
    "baseline_5y": {"7d"},
}
COMPONENTS_OF_COMPARISON = {
    "limit": {"of_limit", "to_limit"},
    "share_of_grdp_growth": {"to_grdp"},
}
ROLLUPS_OF_FORM = {
    "ratio": {"ratio_of_sums", "none"},
    "sum": {"sum", "none"},
    "quantile": {"sketch"},
    "aqi": {"none"},
    "composite": {"none"},
}


class _Known(NamedTuple):
    measures: Mapping[str, Measure]
    parts: Mapping[str, Calculation]


def indicator_faults(measures: Iterable[Measure], indicators: Iterable[Indicator]) -> list[Fault]:
    """Every fault of these indicators over these measures; none when they fit together."""
    given = list(indicators)
    parts: dict[str, Calculation] = {each.id: each for each in given}
    parts |= {f"{each.id}.{part.id}": part for each in given for part in each.components}
    known = _Known({measure.id: measure for measure in measures}, parts)
    return [fault for each in given for fault in _faults(each, known)]


def _faults(indicator: Indicator, known: _Known) -> Iterator[Fault]:
    for steps in _not_finite(msgspec.to_builtins(indicator)):
        yield Fault(indicator.id, steps, "is no finite number")
    for path, part in _parts(indicator):
        for steps, reason in _of_part(part, known):
            yield Fault(indicator.id, (*path, *steps), reason)
        yield from _windows(indicator, path, part, known)
    names = [part.id for part in indicator.components]
    for member, listed in (("components", names), *((m, getattr(indicator, m)) for m in LISTS)):
        for reason in _twice(listed):
            yield Fault(indicator.id, (member,), reason)
    if "value" in names:
        yield Fault(indicator.id, ("components",), "value is the indicator itself: another name")
    yield from _surroundings(indicator, known)
    yield from _comparisons(indicator)
    yield from alert_faults(indicator, known.measures)


def _not_finite(value: object, *steps: str | int) -> Iterator[Steps]:
    """Where numbers stand with which nothing can be computed."""
    if isinstance(value, float) and not math.isfinite(value):
        yield steps
    for name, each in value.items() if isinstance(value, dict) else ():
        yield from _not_finite(each, *steps, name)
    for number, each in enumerate(value) if isinstance(value, list | tuple) else ():
        yield from _not_finite(each, *steps, number)


def _twice(listed: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(listed).items():
        if count > 1:
            yield f"{name} is there {count} times"


def _parts(indicator: Indicator) -> Iterator[tuple[Steps, Indicator | Component]]:
    yield (), indicator
    for number, part in enumerate(indicator.components):
        yield ("components", number), part


def _of_part(part: Calculation, known: _Known) -> Iterator[tuple[Steps, str]]:
    needed, allowed = PARAMETERS[part.form]
    empty = type(part)
    defaults = {f.name: f.default for f in _fields(empty)}
    given = {name for name in ALL_PARAMETERS if getattr(part, name) != defaults[name]}
    for name in sorted(needed - given):
        yield ("form",), f"{part.form} needs {name}"
    for name in sorted(given - needed - allowed):
        yield (name,), f"{part.form} has no use for it"
    if part.form in INPUTS and len(part.inputs) != INPUTS[part.form]:
        yield ("inputs",), f"{part.form} has {INPUTS[part.form]} of them"
    unknown = [n for n in part.references if n not in known.measures and n not in known.parts]
    for name in unknown:
        yield _where(part, name), f"{name} is neither a measure nor an indicator"
    if not unknown:
        yield from _kinds(part, known)
        yield from _units(part, known)
    for member in ("numerator", "denominator", "inputs", "minus"):
        for reason in _twice(getattr(part, member)):
            yield (member,), reason
    if part.scale == 0:
        yield ("scale",), "nothing is left of a value times 0"
    if part.form == "composite":
        yield from _points(part)


def _points(part: Calculation) -> Iterator[tuple[Steps, str]]:
    """Whether the criteria of a score make up its points."""
    for reason in _twice(criterion.input for criterion in part.criteria):
        yield ("criteria",), reason
    points = sum(criterion.max_points for criterion in part.criteria)
    if part.min_points > points:
        yield ("min_points",), f"there are only {points:g} points"
    if not math.isclose(points, POINTS):
        yield ("criteria",), f"they add up to {points:g} points, not to {POINTS}"


def _fields(kind: type[Calculation]) -> Iterable["_Field"]:
    names = kind.__struct_fields__
    defaults = kind.__struct_defaults__
    offset = len(names) - len(defaults)
    for index, name in enumerate(names):
        yield _Field(name, defaults[index - offset] if index >= offset else None)


class _Field(NamedTuple):
    name: str
    default: object


def _where(part: Calculation, name: str) -> Steps:
    for member in ("numerator", "denominator", "inputs", "minus"):
        if name in getattr(part, member):
            return (member,)
    return ("criteria",)


def _kinds(part: Calculation, known: _Known) -> Iterator[tuple[Steps, str]]:
    """Whether the measures are of the kind that a form can work with."""
    for name in part.references:
        measure = known.measures.get(name)
        if measure is None:
            if part.form in {"last", "quantile", "aqi", "outcome_check"}:
                yield _where(part, name), f"{part.form} is of measures, {name} is none"
            continue
        if part.form in {"ratio", "sum", "growth", "outcome_check"} and measure.agg != "sum":
            yield _where(part, name), f"{name} can not be added: it is kept as {measure.agg}"
        if (part.form == "quantile") != (measure.agg == "sketch"):
            yield _where(part, name), f"{part.form} of {name}, which is kept as {measure.agg}"
        if part.form == "aqi" and measure.agg != "last":
            yield _where(part, name), f"{name} is no reading"
        if part.form == "last" and measure.kind != "report":
            yield _where(part, name), f"{name} is no reported figure"


def _units(part: Calculation, known: _Known) -> Iterator[tuple[Steps, str]]:
    """Whether what is added has one unit, and the unit of the value follows from it."""
    units = {
        member: {known.measures[n].unit for n in getattr(part, member) if n in known.measures}
        for member in ("numerator", "denominator", "inputs", "minus")
    }
    added = units["inputs"] | units["minus"] if part.form in {"sum", "extreme"} else set()
    for member, found in (*units.items(), ("inputs", added)):
        if len(found) > 1 and part.form not in {"combine", "outcome_check"}:
            yield (member,), f"different units: {', '.join(sorted(found))}"
    prefix, _, base = part.unit.partition(" ")
    if prefix in MAGNITUDES and part.form == "sum":
        if added and base not in added:
            yield ("unit",), f"{part.unit} of a sum in {', '.join(sorted(added))}"
        if part.divide_by / part.scale != MAGNITUDES[prefix]:
            yield ("divide_by",), f"{part.unit} is a sum divided by {MAGNITUDES[prefix]:g}"
    if part.form == "ratio" and part.unit == "%":
        above, below = units["numerator"], units["denominator"]
        if abs(part.scale) != 100 or part.divide_by != 1:
            yield ("scale",), "a share in % has the scale 100 or -100"
        if above not in (below, {"1"}):
            yield ("denominator",), f"% of {', '.join(sorted(below))} in {', '.join(sorted(above))}"
    if part.unit == "timestamp" and (part.form != "extreme" or units["inputs"] != {"timestamp"}):
        yield ("unit",), "a timestamp is the first or last of timestamps"


def _windows(
    indicator: Indicator, path: Steps, part: Indicator | Component, known: _Known
) -> Iterator[Fault]:
    behind = [known.measures[name] for name in part.references if name in known.measures]
    for window in part.windows or indicator.windows:
        where = (*path, "windows") if part.windows else ("windows",)
        if (window == TERM) != (indicator.period_calendars == ("school",)):
            yield Fault(indicator.id, where, f"{window} is not of the calendar")
        if behind and window not in PERIODS and all(m.kind == "report" for m in behind):
            yield Fault(indicator.id, where, f"reports have no values in {window}")
        if window == "instant" and any(m.kind in {"flow", "report"} for m in behind):
            yield Fault(indicator.id, where, "an instant has stocks only")
        if part.form == "aqi" and window not in {"1h", "24h"}:
            yield Fault(indicator.id, where, f"an hourly index has no {window}")


def _surroundings(indicator: Indicator, known: _Known) -> Iterator[Fault]:
    def fault(reason: str, *path: str) -> Fault:
        return Fault(indicator.id, path, reason)

    for number, dim in enumerate(indicator.dimensions):
        if not _has_dimension(indicator, dim, known, ()):
            yield Fault(
                indicator.id, ("dimensions", number), f"no such breakdown of the measures: {dim}"
            )
    if indicator.rollup not in ROLLUPS_OF_FORM.get(indicator.form, {indicator.rollup}):
        yield fault(f"{indicator.form} does not roll up as {indicator.rollup}", "rollup")
    dates: list[date] = []
    for name in ("effective_from", "effective_to"):
        text = getattr(indicator, name)
        try:
            dates += [date.fromisoformat(text)] if text else []
        except ValueError:
            yield fault(f"{text} is no day", name)
    if dates != sorted(dates):
        yield fault("lies before effective_from", "effective_to")
    for name in ("effective_from", "name_short_vi", "unit_short_vi", "owner"):
        if getattr(indicator, name) is None:
            yield fault("is missing", name)


def _has_dimension(part: Calculation, dim: str, known: _Known, asking: tuple[str, ...]) -> bool:
    able = []
    for name in part.leading:
        if name in known.measures:
            able.append(dim in known.measures[name].dimensions)
        elif name in known.parts and name not in asking:
            able.append(_has_dimension(known.parts[name], dim, known, (*asking, name)))
    return any(able) if part.form in {"combine", "composite"} else all(able)


def _comparisons(indicator: Indicator) -> Iterator[Fault]:
    windows = {*indicator.windows, *(w for part in indicator.components for w in part.windows)}
    components = {part.id for part in indicator.components}
    for number, kind in enumerate(indicator.comparisons):
        where = ("comparisons", number)
        fitting = WINDOWS_OF_COMPARISON.get(kind)
        if fitting is not None and not windows & fitting:
            yield Fault(indicator.id, where, f"{kind} needs one of {', '.join(sorted(fitting))}")
        named = COMPONENTS_OF_COMPARISON.get(kind)
        if named is not None and not components & named:
            yield Fault(
                indicator.id, where, f"{kind} is the component {' or '.join(sorted(named))}"
            )
