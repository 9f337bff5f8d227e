"""The filters of observations, as the OpenAPI document describes them."""

from collections.abc import Container
from typing import Any

from services.domain.query import BOUNDARIES, CALENDARS, LIMIT_DEFAULT, LIMIT_MAX
from services.domain.times_asked import STEPS
from services.domain.vocabulary import Vocabulary


def described_filters(vocabulary: Vocabulary, without: Container[str] = ()) -> list[dict[str, Any]]:
    """Every parameter of a question but those `without`, with the names that are known now."""
    described = [
        _several("indicator", "indicator or component", "PS-04", sorted(vocabulary.indicators)),
        _several("unit", "unit, with or without its date", "P:33"),
        _several("within", "all units below this one, at any depth", "P:33"),
        _several("window", "window", "month", sorted(vocabulary.windows)),
        _several("period", "named period of any age; without: the newest", "2026-10"),
        _several("calendar", "calendar; without: statistical", "statistical", list(CALENDARS)),
        _several("dims", "all members of a breakdown", "agency", sorted(vocabulary.dimensions)),
        {
            **parameter("dims.", "one member of a breakdown, as in dims.agency=H33.15"),
            "style": "form",
            "explode": True,
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        parameter(
            "boundaries",
            "`as-then`: units of the time; `constant`: history moved to the units of today",
            enum=list(BOUNDARIES),
            default=BOUNDARIES[0],
        ),
        parameter("history", "a series instead of one value", type="boolean"),
        parameter("from", "begin of the series: date or instant", "2026-10-01"),
        parameter("to", "end of the series, exclusive", "2026-11-01"),
        parameter(
            "step",
            "distance of its points; of calendar periods there is one value for each",
            "1d",
            enum=list(STEPS),
        ),
        parameter("known_at", "calendar periods as known at a date or instant", "2026-10-15"),
        parameter(
            "limit",
            "items of a page",
            type="integer",
            minimum=1,
            maximum=LIMIT_MAX,
            default=LIMIT_DEFAULT,
        ),
        parameter("cursor", "`next` of the page before"),
    ]
    return [each for each in described if each["name"] not in without]


def parameter(name: str, about: str, example: object = None, **schema: object) -> dict[str, Any]:
    """Describe one parameter that may be left out; `schema` is added to that of a text."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": {"type": "string", **schema},
        **({} if example is None else {"example": example}),
    }


def _several(name: str, about: str, example: str, enum: list[str] | None = None) -> dict[str, Any]:
    items = {"type": "string", **({} if enum is None else {"enum": enum})}
    return parameter(name, about, [example], type="array", items=items)
