"""Judges the observations of a centre: what each says of itself, and whether it adds up."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from math import isclose
from typing import Final

from services.cli.probes.finding import Finding, all_of
from services.cli.probes.survey import Item, Survey

STATUSES: Final = frozenset("ABDEFGHIJKLMNOPQSUVW")
NULL_REASONS: Final = frozenset(
    {"zero_denominator", "missing", "suppressed", "embargoed", "below_coverage"}
)
FRESHNESS: Final = frozenset(
    {"live", "provisional", "final", "late", "stale", "partial", "no_roster"}
)
VN_LEVELS: Final = {"uoc_tinh": "EF", "so_bo": "P", "chinh_thuc": "A"}
WINDOW_LENGTHS: Final = {
    "5m": timedelta(minutes=5),
    "1h": timedelta(hours=1),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
WINDOW_STEPS: Final = {
    "5m": timedelta(seconds=10),
    "1h": timedelta(minutes=1),
    "24h": timedelta(minutes=5),
    "7d": timedelta(hours=1),
    "30d": timedelta(hours=1),
}
CHANGES: Final = frozenset(
    {"mom", "qoq", "yoy", "ytd_yoy", "yoy_points", "day_before", "week_before", "path"}
    | {"baseline_28d"}
)
"""Comparisons that are made of the value and its base."""
VIETNAM: Final = timedelta(hours=7)
TOLERANCE: Final = 1e-9


def say_how_current_they_are(survey: Survey) -> Finding:
    """4.2.4: each value has a freshness of the list."""
    return _each(survey, _any, lambda one: (one.get("freshness") or {}).get("state") in FRESHNESS)


def say_their_time(survey: Survey) -> Finding:
    """6.2.1: each value has window, start, end and `as_of`, and a period where it is of one."""

    def holds(one: Item) -> bool:
        wanted = ("window", "start", "end", "as_of")
        named = ":" not in str(one.get("id")).rpartition("|")[2] or bool(one.get("period"))
        return all(one.get(name) for name in wanted) and named

    return _each(survey, _any, holds)


def say_their_calendar(survey: Survey) -> Finding:
    """6.3.1: each value of a period names its calendar."""
    calendars = {"statistical", "administrative"}
    return _each(survey, lambda one: "period" in one, lambda one: one.get("calendar") in calendars)


def carry_a_status(survey: Survey) -> Finding:
    """7.1.1: each value has a status of SDMX."""
    return _each(survey, _any, lambda one: one.get("status") in STATUSES)


def map_their_level(survey: Survey) -> Finding:
    """7.1.2: the level of the Statistics Law and the status agree by the table."""
    return _each(
        survey,
        lambda one: bool(one.get("vn_level")),
        lambda one: str(one.get("status")) in VN_LEVELS.get(str(one.get("vn_level")), ""),
    )


def say_whether_they_are_final(survey: Survey) -> Finding:
    """7.2.3: each value is provisional or final; only a period that has ended is final."""

    def holds(one: Item) -> bool:
        finality = one.get("finality")
        has_ended = bool(one.get("period")) and _instant(one["end"]) <= _instant(one["as_of"])
        return finality == "provisional" or (finality == "final" and has_ended)

    return _each(survey, _any, holds)


def missing_is_not_zero(survey: Survey) -> Finding:
    """7.5.1: a value is there without a reason for its absence, or null with one."""
    return _each(
        survey,
        _any,
        lambda one: "value" in one and (one["value"] is None) == bool(one.get("null_reason")),
    )


def reasons_are_of_the_list(survey: Survey) -> Finding:
    """7.5.2: the reason of a missing value is one of the five."""
    return _each(
        survey,
        lambda one: one.get("value") is None,
        lambda one: one.get("null_reason") in NULL_REASONS,
    )


def rates_come_with_their_parts(survey: Survey) -> Finding:
    """4.3.1: a rate has numerator and denominator."""
    return _each(
        survey,
        lambda one: _is_rate(survey, one) and one.get("value") is not None,
        lambda one: one.get("numerator") is not None and one.get("denominator") is not None,
    )


def rates_are_their_parts(survey: Survey) -> Finding:
    """8.1.2: a rate is what its numerator and denominator give."""

    def holds(one: Item) -> bool:
        formula = survey.formula_of(one) or {}
        given = formula.get("scale", 1) * one["numerator"] / one["denominator"]
        given = (given + formula.get("offset", 0)) / formula.get("divide_by", 1)
        return isclose(one["value"], given, rel_tol=TOLERANCE)

    def complete(one: Item) -> bool:
        return (
            _is_rate(survey, one)
            and one.get("value") is not None
            and one.get("numerator") is not None
            and bool(one.get("denominator"))
        )

    return _each(survey, complete, holds)


def nothing_is_divided_by_zero(survey: Survey) -> Finding:
    """8.1.3: with a denominator of zero there is no value."""
    return _each(
        survey,
        lambda one: _is_rate(survey, one) and one.get("denominator") == 0,
        lambda one: one.get("value") is None and one.get("null_reason") == "zero_denominator",
    )


def changes_follow_the_table(survey: Survey) -> Finding:
    """8.1.5: growths and differences are what value and base give."""

    def holds(one: Item) -> bool:
        return all(_agrees(one["value"], each) for each in one["comparisons"] if _told(each))

    return _each(survey, _has_numbers_to_compare, holds)


def changes_of_shares_are_in_points(survey: Survey) -> Finding:
    """8.1.6: each change has a unit; the same kind in points and in per cent is told apart."""

    def holds(one: Item) -> bool:
        units = [(each.get("kind"), each.get("unit")) for each in one["comparisons"]]
        return all(unit for _, unit in units) and len(units) == len(set(units))

    return _each(survey, lambda one: bool(one.get("comparisons")), holds)


def rolling_windows_have_their_length(survey: Survey) -> Finding:
    """8.2.1: a rolling window begins on a step and is as long as it says, up to that step."""

    def holds(one: Item) -> bool:
        window, start, end = one["window"], _instant(one["start"]), _instant(one["end"])
        spare = end - start - WINDOW_LENGTHS[window]
        step = WINDOW_STEPS[window]
        on_step = (start - datetime(1970, 1, 1, tzinfo=start.tzinfo)) % step == timedelta(0)
        return on_step and timedelta(0) <= spare < step

    return _each(survey, lambda one: one.get("window") in WINDOW_LENGTHS, holds)


def periods_are_of_vietnam(survey: Survey) -> Finding:
    """8.2.2: a period begins at midnight of Vietnam's time."""

    def holds(one: Item) -> bool:
        start = _instant(one["start"])
        return start.utcoffset() == VIETNAM and start.time() == time.min

    return _each(survey, lambda one: "period" in one, holds)


def levels_are_of_the_scale(survey: Survey) -> Finding:
    """9.1.1: a level is null or one of 0 to 5."""
    return _each(
        survey,
        lambda one: bool(one.get("level")),
        lambda one: one["level"].get("value") in {None, 0, 1, 2, 3, 4, 5},
    )


def units_are_dated(survey: Survey) -> Finding:
    """15.1.4: each value names its unit and the day from which that is valid."""

    def holds(one: Item) -> bool:
        level, _, code = str(one.get("unit")).partition(":")
        key = f"{one.get('unit')}@{one.get('valid_from')}"
        return level in {"N", "P", "C", "D"} and bool(code) and f"|{key}|" in str(one.get("id"))

    return _each(survey, _any, holds)


def _each(
    survey: Survey, concerns: Callable[[Item], bool], holds: Callable[[Item], bool]
) -> Finding:
    concerned = [one for one in survey.observations if concerns(one)]
    wrong = [str(one.get("id")) for one in concerned if not _safely(holds, one)]
    return all_of("observations that it concerns", len(concerned), wrong)


def _safely(holds: Callable[[Item], bool], one: Item) -> bool:
    """An observation whose members are missing or no numbers does not hold either."""
    try:
        return holds(one)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        return False


def _any(_one: Item) -> bool:
    return True


def _is_rate(survey: Survey, one: Item) -> bool:
    return (survey.formula_of(one) or {}).get("form") == "ratio"


def _has_numbers_to_compare(one: Item) -> bool:
    told = any(_told(each) for each in one.get("comparisons") or ())
    return told and isinstance(one.get("value"), int | float)


def _told(change: Item) -> bool:
    """Whether value and base make the change, on the same boundaries; of a component is another."""
    return change.get("kind") in CHANGES and "boundaries" not in change


def _agrees(value: float, change: Item) -> bool:
    base, delta = change["base_value"], change["delta"]
    rate = {"%": 100, "ratio": 1}.get(change["unit"])
    given = value - base if rate is None else rate * (value / base - 1)
    return isclose(delta, given, rel_tol=1e-6, abs_tol=1e-6)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
