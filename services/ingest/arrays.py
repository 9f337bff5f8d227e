"""Splitting a JSON array into its records without decoding them.

A record that is not JSON must not spoil its neighbours: `[{...}, {"a":NaN}, {...}]` gives three
records, of which the second is judged as malformed later.
"""

import re

import msgspec

_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_OPENING = frozenset(b"[{")
_QUOTE = ord('"')
_COMMA = ord(",")
_WHITESPACE = b" \t\r\n"
LOOSE_BYTES_MAX = 1024 * 1024
"""A longer array with a fault in it is malformed as a whole: finding the fault takes too long."""


def split_array(body: bytes, records_max: int) -> list[bytes] | None:
    """Cut the records of an array out of the body; None when it is no array, or a broken one.

    Of an array with more than `records_max` records at least one more than these is given.
    """
    try:
        return [bytes(record) for record in _ARRAY.decode(body)]
    except (msgspec.DecodeError, RecursionError):
        return _split_loosely(body.strip(_WHITESPACE), records_max)


def _split_loosely(body: bytes, records_max: int) -> list[bytes] | None:
    """Split at the commas of the outermost level, minding only strings and brackets."""
    if len(body) > LOOSE_BYTES_MAX or not (body.startswith(b"[") and body.endswith(b"]")):
        return None
    cuts = _outer_commas(body)
    if cuts is None:
        return None
    begins = [1, *(cut + 1 for cut in cuts[:records_max])]
    ends = [*cuts[: records_max + 1], len(body) - 1]
    return [body[begin:end].strip(_WHITESPACE) for begin, end in zip(begins, ends, strict=False)]


def _outer_commas(body: bytes) -> list[int] | None:
    """Find the commas of depth 1; None when brackets or quotes do not match up."""
    commas: list[int] = []
    depth = 0
    for token in _TOKEN.finditer(body):
        sign = body[token.start()]
        if sign == _QUOTE:
            if token.end() - token.start() == 1:
                return None
        elif sign == _COMMA:
            if depth == 1:
                commas.append(token.start())
        elif sign in _OPENING:
            depth += 1
        else:
            depth -= 1
            if depth == 0 and token.end() != len(body):
                return None
    return commas if depth == 0 else None
