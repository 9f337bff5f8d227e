"""JSON as RFC 8259 and the contract want it, with the reason when a record is not that.

Slower than the fast path and more exact: repeated members, lone surrogates and deep nesting are
found here.
"""

import json
import re
from collections import Counter
from typing import Any, Final

RECORD_BYTES_MAX: Final = 65_536
DEPTH_MAX: Final = 8
_INTEGER_DIGITS_MAX = 30
"""Longer integers are beyond every bound; read as floats they cost nothing to compare."""

_lone_surrogate = re.compile("[\ud800-\udfff]").search
_SHOWN_CHARACTERS_MAX = 60


class Malformed(ValueError):
    """The bytes are not one JSON document as the contract wants it; the text says why."""


def parse_strictly(raw: bytes) -> Any:
    """The document in the bytes; Malformed, with one sentence why, when there is none.

    A number beyond the doubles is infinite in the result, so that its own field can be blamed.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"Byte {error.start} is not UTF-8; JSON must be UTF-8.") from error
    try:
        document = _decoder.decode(text)
    except RecursionError as error:
        raise Malformed(_too_deep()) from error
    except json.JSONDecodeError as error:
        raise Malformed(f"Not one JSON document: {error.msg} at character {error.pos}.") from error
    _check_inside(document)
    return document


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        times = Counter(name for name, _ in pairs)
        repeated = times.most_common(1)[0][0][:_SHOWN_CHARACTERS_MAX]
        name = repeated.encode("ascii", "backslashreplace").decode()
        raise Malformed(f'Member "{name}" is given more than once; each name may appear once.')
    return found


def _constant(name: str) -> Any:
    raise Malformed(f"{name} is not a JSON number; only finite numbers are allowed.")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _INTEGER_DIGITS_MAX else float(digits)


def _check_inside(document: Any) -> None:
    waiting = [(document, 1)]
    while waiting:
        item, level = waiting.pop()
        if isinstance(item, str):
            if _lone_surrogate(item):
                raise Malformed("A string holds half of a surrogate pair, which is no character.")
            continue
        if not isinstance(item, dict | list):
            continue
        if level > DEPTH_MAX:
            raise Malformed(_too_deep())
        waiting.extend((inner, level + 1) for inner in item)
        if isinstance(item, dict):
            waiting.extend((inner, level + 1) for inner in item.values())


def _too_deep() -> str:
    return f"Nested too deep; at most {DEPTH_MAX} objects and arrays may lie inside each other."


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_constant, parse_int=_integer
)
