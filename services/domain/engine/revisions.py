"""Numbered revisions of closed periods (clause 7.2.3): what was said, what is said now.

The first final value of a period is revision 1, each value after it that differs one more. What
counts is the value with what it was made of; a comparison that moves is no revision. All of it is
a function of the last row at rest and of the value now: whoever evaluates finds the same number.
"""

from math import isclose

import msgspec
import numpy as np

from services.domain.engine.amount import Bools
from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.evaluate import MISSING, ZERO_DENOMINATOR, Values
from services.domain.engine.numbers import number
from services.domain.engine.observation import (
    Freshness,
    Observation,
    Previous,
    key_of,
)
from services.domain.engine.windows import (
    ADMINISTRATIVE,
    SCHOOL,
    STATISTICAL,
    TERM,
    place,
)
from services.domain.instants import HOUR, SECOND, format_instant, local_date
from services.domain.units import UnitList

REVISED = "~revised"
"""Ends the window's name in the key of a revision: beside the newest period, never in its place."""
PAUSE_MAX = HOUR
"""A period that keeps changing is numbered once an hour in the end; its value is always current."""
SAME = 1e-12
IMPLIED = 0
"""The version of a formula behind a revision that has no row."""


class Said(msgspec.Struct, frozen=True):
    """What a period says; absent numbers are None."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    null_reason: str | None = None

    @property
    def silent(self) -> bool:
        """Whether nothing was counted: no row is written for what never said anything."""
        return not self.value and not self.numerator and not self.denominator

    def same_as(self, other: "Said") -> bool:
        """Whether nothing differs but the last bits of a division."""
        pairs = (
            (self.value, other.value),
            (self.numerator, other.numerator),
            (self.denominator, other.denominator),
        )
        return self.null_reason == other.null_reason and all(_same(a, b) for a, b in pairs)


class Revision(msgspec.Struct, frozen=True):
    """A row at rest; `as_of` is when it was written, in microseconds."""

    id: str
    revision: int
    as_of: int
    said: Said
    formula_version: int


def said_of(values: Values, index: int) -> Said:
    """What an evaluation says of one cell."""
    reason = ZERO_DENOMINATOR if values.zero[index] else MISSING
    return Said(
        _shown(float(values.value[index])) if values.has[index] else None,
        _shown(float(values.numerator[index])),
        _shown(float(values.denominator[index])),
        None if values.has[index] else reason,
    )


def spoken(values: Values) -> Bools:
    """The cells of an evaluation that are not silent."""
    numerator, denominator = np.nan_to_num(values.numerator), np.nan_to_num(values.denominator)
    found: Bools = (values.has & (values.value != 0)) | (numerator != 0) | (denominator != 0)
    return found


def quiet(formula: Formula) -> Said:
    """What a period says in which nothing was counted; such cells have no row when it closes."""
    if formula.form == "sum":
        return Said(0)
    if formula.form in {"ratio", "combine"}:
        return Said(None, 0, 0, ZERO_DENOMINATOR)
    return Said(None, null_reason=MISSING)


def implied(catalogue: Catalogue, name: str, closed_at: int | None) -> Revision | None:
    """What a period without a row said when it was closed; None while it was not.

    It was said by the version of the formula that the period ended under.
    """
    if closed_at is None:
        return None
    formula, _, _, window, calendar, period = read_name(name)
    then = catalogue.on(local_date(place(window, calendar, closed_at, period).end - 1))
    known = then.formulas.get(formula)
    return None if known is None else Revision(name, 1, closed_at, quiet(known), IMPLIED)


def province_code(units: UnitList, unit_key: str) -> str:
    """Of the province that a unit is or lies in, without its level; VN of the country."""
    province = units.province_of(unit_key)
    return province.code[2:] if province is not None else "VN"


def next_number(standing_one: Revision | None, now: Said) -> int | None:
    """The number under which a value is to be written; None when there is nothing new to say.

    A period that ended before anybody looked at it begins with the first thing it has to say.
    """
    implied = standing_one is None or standing_one.formula_version == IMPLIED
    if implied and now.silent:
        return None
    if standing_one is None:
        return 1
    return None if now.same_as(standing_one.said) else standing_one.revision + 1


def pause_after(revision: int) -> int:
    """How long a revision stands at least, in microseconds: twice as long as the one before."""
    return min(PAUSE_MAX, SECOND << min(revision, 12))


def read_name(name: str) -> tuple[str, str, dict[str, str], str, str, str | None]:
    """(formula, unit key, dims, window, calendar, period) of an observation's id."""
    formula, unit, dims, last = name.split("|", 3)
    window, _, period = last.partition(":")
    window, _, shifted = window.partition("~")
    calendar = SCHOOL if window == TERM else ADMINISTRATIVE if shifted else STATISTICAL
    member = dict([dims.split("=", 1)]) if "=" in dims else {}
    return formula, unit, member, window, calendar, period or None


def previous_of(before: Revision | None) -> Previous | None:
    """The revision before, as an observation names it; None when it had no value."""
    if before is None or before.said.value is None:
        return None
    return Previous(before.said.value, before.revision, format_instant(before.as_of))


def observed(
    revision: Revision, before: Revision | None = None, *, final: bool = True
) -> Observation:
    """A row as an observation: all that was written down, and nothing of what is known since."""
    formula, unit_key, dims, window, calendar, period = read_name(revision.id)
    span = place(window, calendar, revision.as_of, period)
    unit, _, valid_from = unit_key.partition("@")
    said = revision.said
    return Observation(
        id=revision.id,
        indicator=formula,
        unit=unit,
        valid_from=valid_from,
        dims=dims,
        window=window,
        period=period,
        start=format_instant(span.begin),
        end=format_instant(span.end),
        calendar=calendar,
        value=None if said.value is None else number(said.value),
        numerator=None if said.numerator is None else number(said.numerator),
        denominator=None if said.denominator is None else number(said.denominator),
        null_reason=said.null_reason,
        formula_version=revision.formula_version or None,
        status="M" if said.value is None else "A",
        finality="final" if final else "provisional",
        revision=revision.revision,
        previous=previous_of(before),
        as_of=format_instant(revision.as_of),
        freshness=Freshness("final" if final else "provisional"),
    )


def numbered(observation: Observation, last: Revision, before: Revision | None) -> Observation:
    """A computed value of a closed period under the number of its last revision.

    When it is another value, whoever numbers it has yet to come: it is provisional until then.
    """
    said = Said(
        observation.value if isinstance(observation.value, int | float) else None,
        observation.numerator,
        observation.denominator,
        observation.null_reason,
    )
    if (last.formula_version == IMPLIED and said.silent) or said.same_as(last.said):
        return msgspec.structs.replace(
            observation, revision=last.revision, previous=previous_of(before)
        )
    return msgspec.structs.replace(
        observation,
        revision=last.revision,
        previous=previous_of(last),
        finality="provisional",
        freshness=Freshness("provisional", reason="revision_pending"),
    )


def revised_key(observation: Observation) -> str:
    """The key under which a revision is published: of each key the period revised last."""
    return key_of(observation) + REVISED


def _shown(value: float) -> float | None:
    if value != value:  # noqa: PLR0124 - NaN, which says that there is none
        return None
    shown: float = number(value)
    return shown


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=SAME, abs_tol=SAME)
