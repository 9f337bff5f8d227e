"""One event in binary mode: attributes in `ce-` headers, `data` in the body.

CloudEvents 1.0 HTTP protocol binding, section 3.1. Header values are percent-encoded UTF-8; a
value in double quotes is unquoted first. The event is put together as the JSON document that
structured mode would have carried, so that there is one way to judge it.
"""

import re
from collections.abc import Iterable

import msgspec

from services.ingest.problems import RequestRefused

PREFIX = b"ce-"
_ATTRIBUTE_NAME = re.compile(r"[a-z0-9]{1,40}")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)


def is_binary_mode(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether the request carries attributes in its headers."""
    return any(name.startswith(PREFIX) for name, _ in headers)


def assemble(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Put attributes and data together as one JSON document.

    A body that is not JSON is given back alone: it is no event, and judging it says so.
    Raises RequestRefused when a header cannot be read or comes twice.
    """
    attributes: dict[str, str] = {}
    for header, value in headers:
        if not header.startswith(PREFIX):
            continue
        name = header[len(PREFIX) :].decode("latin-1")
        if not _ATTRIBUTE_NAME.fullmatch(name) or name == "data":
            raise RequestRefused(400, f"Header ce-{name} is not a CloudEvents attribute name.")
        if name in attributes:
            raise RequestRefused(400, f"Header ce-{name} is given more than once.")
        attributes[name] = _decode(name, value)
    attributes["datacontenttype"] = "application/json"
    document = msgspec.json.encode(attributes)
    if not body:
        return document
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return body
    return document[:-1] + b',"data":' + body + b"}"


def _decode(name: str, value: bytes) -> str:
    value = value.strip()
    if len(value) >= 2 and value[:1] == value[-1:] == b'"':
        value = _QUOTED_PAIR.sub(rb"\1", value[1:-1])
    decoded = _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), value)
    try:
        return decoded.decode()
    except UnicodeDecodeError:
        raise RequestRefused(400, f"Header ce-{name} is not percent-encoded UTF-8.") from None
