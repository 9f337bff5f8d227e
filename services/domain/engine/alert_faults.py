"""What is wrong with the target and the levels of an indicator."""

from collections.abc import Iterator, Mapping

from services.domain.engine.fault import Fault, Steps
from services.domain.engine.indicator import AlertRule, Indicator, LevelStep
from services.domain.engine.measures import Measure

SIDES = {"↑": ("<", "<="), "↓": (">", ">="), "band": (">", ">=")}
TARGETS = {"↑": (">", ">="), "↓": ("<", "<="), "band": ()}
NEEDED = {
    "bounds": ("window", "levels"),
    "poisson_upper_tail": ("window", "levels", "count"),
    "baseline_sd": ("window", "levels"),
    "aqi_bands": ("window", "bands"),
    "own_level": ("window",),
    "sla_stages": (),
    "none": (),
}
NEEDED_OF_STEP = {
    "bounds": ("op", "bound"),
    "poisson_upper_tail": ("p_below",),
    "baseline_sd": ("above_sd",),
}


def alert_faults(indicator: Indicator, measures: Mapping[str, Measure]) -> Iterator[Fault]:
    """Every fault of the target, of the rule and its levels, and of the stages of cases."""
    for path, reason in (
        *_target(indicator),
        *_rule(indicator, measures),
        *_levels(indicator),
        *_stages(indicator),
    ):
        yield Fault(indicator.id, path, reason)


def _target(indicator: Indicator) -> Iterator[tuple[Steps, str]]:
    target = indicator.target_bound
    if target is None:
        return
    if target.op is not None and target.op not in TARGETS[indicator.direction]:
        yield (
            ("target_bound", "op"),
            f"the target stands against the direction {indicator.direction}",
        )
    if (target.op is None) != (target.value is None):
        yield ("target_bound",), "a bound is an op and a value"
    if (target.band is not None) != (indicator.direction == "band"):
        yield ("target_bound",), "a band is the target of the direction band"
    if target.band is not None and target.band[0] >= target.band[1]:
        yield ("target_bound", "band"), "the lower edge is not below the upper"
    if target.value is None and target.band is None and not target.plan:
        yield ("target_bound",), "names no target"
    if target.on is not None and target.on not in {part.id for part in indicator.components}:
        yield ("target_bound", "on"), f"{target.on} is no component"


def _windows_of(indicator: Indicator, name: str) -> tuple[str, ...]:
    """The windows of what a level looks at: a component, or the value or a comparison of it."""
    for part in indicator.components:
        if part.id == name:
            return part.windows or indicator.windows
    return indicator.windows


def _known(indicator: Indicator, name: str) -> bool:
    return (
        name == "value"
        or name in indicator.comparisons
        or name in {part.id for part in indicator.components}
    )


def _rule(indicator: Indicator, measures: Mapping[str, Measure]) -> Iterator[tuple[Steps, str]]:
    rule = indicator.alert_levels
    for name in NEEDED[rule.rule]:
        if not getattr(rule, name):
            yield ("alert_levels", "rule"), f"{rule.rule} needs {name}"
    if not _known(indicator, rule.on):
        yield ("alert_levels", "on"), f"{rule.on} is neither a component nor a comparison"
    for name in (rule.on, "value"):
        if rule.window is not None and rule.window not in _windows_of(indicator, name):
            yield ("alert_levels", "window"), f"{name} has no window {rule.window}"
            break
    if rule.count is not None and rule.count not in measures:
        yield ("alert_levels", "count"), f"{rule.count} is no measure"


def _levels(indicator: Indicator) -> Iterator[tuple[Steps, str]]:
    rule = indicator.alert_levels
    for number, step in enumerate(rule.levels):
        where = ("alert_levels", "levels", number)
        for name in NEEDED_OF_STEP.get(rule.rule, ()):
            if getattr(step, name) is None:
                yield where, f"a level of {rule.rule} needs {name}"
        if step.op is not None and step.op not in SIDES[indicator.direction]:
            yield (*where, "op"), f"{step.op} stands against the direction {indicator.direction}"
        name = step.on or rule.on
        if not _known(indicator, name):
            yield (*where, "on"), f"{name} is neither a component nor a comparison"
        elif step.window is not None and step.window not in _windows_of(indicator, name):
            yield (*where, "window"), f"{name} has no window {step.window}"
        if step.relative_to is not None and step.relative_to not in indicator.comparisons:
            yield (*where, "relative_to"), f"{step.relative_to} is not compared with"
    if [step.level for step in rule.levels] != sorted({step.level for step in rule.levels}):
        yield ("alert_levels", "levels"), "the levels do not rise"
    yield from _order(indicator, rule)
    edges = [band.to for band in rule.bands]
    if edges != sorted(set(edges)):
        yield ("alert_levels", "bands"), "the bands do not rise"


def _order(indicator: Indicator, rule: AlertRule) -> Iterator[tuple[Steps, str]]:
    """Bounds that a value meets one after the other, the first not before the target is missed."""
    alike = [s for s in rule.levels if s.on in {None, rule.on} and s.hold is None]
    bounds = [step.bound for step in alike if step.bound is not None]
    if bounds != sorted(bounds, reverse=indicator.direction == "↑"):
        yield ("alert_levels", "levels"), "the bounds are out of order"
    target = indicator.target_bound
    if (
        not bounds
        or target is None
        or target.value is None
        or target.alert_may_precede
        or (target.on or "value") != rule.on
        or alike[0].relative_to is not None
    ):
        return
    if _before(alike[0], target.value):
        yield ("alert_levels", "levels", 0, "bound"), "alerts before the target is missed"


def _before(step: LevelStep, target: float) -> bool:
    bound = step.bound or 0
    return bound > target if step.op in {"<", "<="} else bound < target


def _stages(indicator: Indicator) -> Iterator[tuple[Steps, str]]:
    stages = indicator.case_stages
    if stages is None:
        return
    if [stage.level for stage in stages.stages] != sorted({s.level for s in stages.stages}):
        yield ("case_stages", "stages"), "the stages do not rise"
    for number, stage in enumerate(stages.stages):
        if stage.share_left is None and stage.hours_left is None and stage.overdue is None:
            yield ("case_stages", "stages", number), "says nothing of the time"
