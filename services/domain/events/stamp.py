"""Writes the time of arrival into a record without touching any other byte of it, and reads it."""

import json
import re

import msgspec

ATTRIBUTE = "ingestedtime"

_token = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]')
_value = re.compile(rb'[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\]|\\.)*"|null)')


def append_stamp(raw: bytes, written: bytes) -> bytes:
    """The record, a JSON object with members but without the attribute, with the attribute."""
    return b'%b,"ingestedtime":%b}' % (raw[: raw.rindex(b"}")], written)


def replace_stamp(raw: bytes, written: bytes) -> bytes:
    """The record, a JSON object, with the value of its own attribute (text or null) replaced."""
    depth = 0
    for token in _token.finditer(raw):
        mark = raw[token.start() : token.start() + 1]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
        elif depth == 1 and json.loads(token.group()) == ATTRIBUTE:
            value = _value.match(raw, token.end())
            if value is not None:
                return raw[: value.start(1)] + written + raw[value.end(1) :]
    raise ValueError("the record has no such attribute")


class _Stamped(msgspec.Struct, gc=False):
    ingestedtime: str | None = None


_stamped = msgspec.json.Decoder(_Stamped)


def written_stamp(raw: bytes) -> str | None:
    """The time of arrival of a record as it was written; None when it has none."""
    try:
        return _stamped.decode(raw).ingestedtime
    except msgspec.DecodeError:
        return None
