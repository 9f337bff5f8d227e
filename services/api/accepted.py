"""Which of two forms a request prefers, by the weights of its `Accept` (RFC 9110, 12.5.1)."""

import re
from typing import Final, NamedTuple

_weight_form: Final = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)").fullmatch


class _Range(NamedTuple):
    """A media range, its weight and its negative place in the list."""

    name: str
    weight: float
    place: int


def prefers(accept: str, wanted: str, usual: str) -> bool:
    """Whether `wanted` is preferred over `usual`; of equal weight the one that is named first.

    A weight that is none counts as 1. Who accepts neither, or names none, gets the usual one.
    """
    ranges = [_range(text, -place) for place, text in enumerate(accept.lower().split(","))]
    one, other = _weight(ranges, wanted), _weight(ranges, usual)
    return one.weight > 0 and (one.weight, one.place) > (other.weight, other.place)


def _range(text: str, place: int) -> _Range:
    name, *parameters = (part.strip() for part in text.split(";"))
    weights = [found[1] for part in parameters if (found := _weight_form(part.replace(" ", "")))]
    return _Range(name, float(weights[0]) if weights else 1.0, place)


def _weight(ranges: list[_Range], media_type: str) -> _Range:
    """The range that names a media type most closely."""
    whole = media_type.partition("/")[0]
    for name in (media_type, f"{whole}/*", "*/*"):
        for each in ranges:
            if each.name == name:
                return each
    return _Range("", 0.0, -len(ranges))
