"""What figures for a period have in common: the period, its release, and a one-way breakdown."""

from typing import Annotated, Literal

from services.domain.events.fields import said, text, whole
from services.domain.events.rules import Condition, Rule

Period = Annotated[
    str,
    text(
        r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4]|-T[12])?$",
        note="2025-05 month, 2025-Q2 quarter, 2025 year, 2025-T1 term of the school year 2025/26",
    ),
]
PeriodCalendar = Literal["statistical", "administrative", "school"]
ReleaseLevel = Annotated[
    Literal["uoc_tinh", "so_bo", "chinh_thuc"], said("estimated, preliminary, official")
]
Vintage = Annotated[int, whole(1, 999)]
ScopeNote = Annotated[str, text(length_max=500)]
ONE_WAY = "one breakdown; absent: the total"

RELEASE_RULES = (
    Rule(
        text="released_at must not be before embargo_until",
        then=(Condition("released_at", ">=", "embargo_until"),),
        pointer="/data/released_at",
    ),
    Rule(
        text="time must equal released_at, because a report happens when it is released",
        then=(Condition("released_at", "=", "time"),),
        pointer="/time",
    ),
)
BREAKDOWN_RULES = (
    Rule(
        text="a record with dim needs dim_value",
        when=(Condition("dim", "present"),),
        then=(Condition("dim_value", "present"),),
        pointer="/data/dim_value",
    ),
    Rule(
        text="a record with dim_value needs dim",
        when=(Condition("dim_value", "present"),),
        then=(Condition("dim", "present"),),
        pointer="/data/dim",
    ),
)
