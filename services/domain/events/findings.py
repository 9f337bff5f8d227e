"""What the intake finds in a record: faults that reject it, warnings that go along with it."""

import json
import math
from typing import Final

import msgspec

REASONS: Final = (
    "malformed_json",
    "too_large",
    "missing_field",
    "wrong_type",
    "bad_format",
    "not_in_list",
    "out_of_range",
    "rule_violated",
    "unknown_type",
    "unknown_unit",
    "time_in_future",
    "correction_invalid",
    "not_authorised",
)
"""Every code that can reject a record; bounded, so it may label a metric."""

WARNINGS: Final = (
    "unknown_field",
    "duplicate_differs",
    "deadline_missing",
    "extension_after_due",
    "inconsistent_amounts",
    "parts_do_not_add_up",
    "cross_series",
    "sudden_change",
    "legacy_district",
    "subject_in_two_units",
)
"""Every code that a counted record can carry; some need other records and are found later."""

_SHOWN_CHARACTERS_MAX = 60


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One thing found in a record.

    `code` is one of REASONS or WARNINGS, `pointer` the JSON pointer (RFC 6901) of the member, empty
    for the whole record, `detail` one sentence that says what was found and what is allowed.
    """

    code: str
    pointer: str
    detail: str


def pointer_to(base: str, name: str) -> str:
    """The JSON pointer of a member below another pointer."""
    return f"{base}/{name.replace('~', '~0').replace('/', '~1')}"


def shown(value: object) -> str:
    """A value as a sentence may quote it: as JSON where it can be, and cut when it is long."""
    match value:
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case str():
            text = json.dumps(value[:_SHOWN_CHARACTERS_MAX], ensure_ascii=False)
        case dict():
            text = "an object"
        case list() | tuple():
            text = f"an array of {len(value)}"
        case float() if math.isinf(value):
            text = "a number too large for 64 bits"
        case _:
            text = str(value)
    if len(text) <= _SHOWN_CHARACTERS_MAX:
        return text
    return f"{text[: _SHOWN_CHARACTERS_MAX - 1]}…"
