"""From the body of a request to its records: pure, nothing is judged here."""

import codecs
import zlib
from collections.abc import Callable, Sequence

from services.ingest.arrays import split_array
from services.ingest.binary_mode import assemble, is_binary_mode
from services.ingest.limits import IngestLimits
from services.ingest.problems import RequestRefused

HttpHeaders = Sequence[tuple[bytes, bytes]]
Record = tuple[int, bytes]
"""The line in NDJSON or the place in the array, from 1, and the bytes as sent."""

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"
JSON = "application/json"
ACCEPTED_TYPES = (STRUCTURED, BATCH, NDJSON, JSON)
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_WHITESPACE = b" \t\r\n"
_GZIP_MEMBERS_MAX = 64


def header(headers: HttpHeaders, name: bytes) -> str:
    """Give the value of a header, empty when it is absent."""
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def media_type(headers: HttpHeaders) -> str:
    """Give the content type without its parameters, in small letters; refuse other charsets."""
    value, _, parameters = header(headers, b"content-type").partition(";")
    for parameter in parameters.lower().split(";"):
        name, _, text = parameter.strip().partition("=")
        if name == "charset" and text.strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            raise RequestRefused(415, f"The charset is {text}; only utf-8 is read.")
    return value.strip().lower()


def inflate(body: bytes, headers: HttpHeaders, bytes_max: int) -> bytes:
    """Undo the content encoding; never makes more than `bytes_max` bytes of a body."""
    encoding = header(headers, b"content-encoding").strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        raise RequestRefused(415, f"The content encoding is {encoding}; gzip and none are read.")
    pieces: list[bytes] = []
    left = bytes_max
    while body and len(pieces) < _GZIP_MEMBERS_MAX:
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            piece = member.decompress(body, left + 1)
        except zlib.error as failure:
            raise RequestRefused(400, f"The body is not valid gzip: {failure}.") from failure
        left -= len(piece)
        if left < 0:
            raise RequestRefused(413, f"The inflated body is longer than {bytes_max} bytes.")
        if not member.eof:
            raise RequestRefused(400, "The gzip body ends too early.")
        pieces.append(piece)
        body = member.unused_data
    if body:
        raise RequestRefused(400, f"The body has more than {_GZIP_MEMBERS_MAX} gzip members.")
    return b"".join(pieces)


def records_of(headers: HttpHeaders, body: bytes, limits: IngestLimits) -> list[Record]:
    """Cut an inflated body into records, at most `limits.records_max`.

    Raises RequestRefused for a content type that is not read, an empty body where an event is
    expected, and too many records. A broken array is one record that is no JSON.
    """
    kind = media_type(headers)
    if is_binary_mode(headers) and not kind.startswith("application/cloudevents"):
        if kind not in {"", JSON}:
            raise RequestRefused(415, f"Data of type {kind} is not read; send {JSON}.")
        return [(1, assemble(headers, body))]
    read = _READERS.get(kind)
    if read is None:
        accepted = ", ".join(ACCEPTED_TYPES)
        raise RequestRefused(415, f"Content type {kind or 'none'} is not read; send {accepted}.")
    return read(body, limits)


def _one(body: bytes, _limits: IngestLimits) -> list[Record]:
    if not body.strip(_WHITESPACE):
        raise RequestRefused(400, "The body is empty; send an event.")
    return [(1, body)]


def _array(body: bytes, limits: IngestLimits) -> list[Record]:
    if body.lstrip(_WHITESPACE)[:1] != b"[":
        raise RequestRefused(400, "The body is not a JSON array of events.")
    records = split_array(body, limits.records_max)
    if records is None:
        return [(1, body[: limits.record_bytes_max])]
    if len(records) > limits.records_max:
        raise _too_many(limits)
    return list(enumerate(records, 1))


def _one_or_array(body: bytes, limits: IngestLimits) -> list[Record]:
    read = _array if body.lstrip(_WHITESPACE)[:1] == b"[" else _one
    return read(body, limits)


def _lines(body: bytes, limits: IngestLimits) -> list[Record]:
    if body.count(b"\n") > 2 * limits.records_max:
        raise _too_many(limits)
    lines = enumerate(body.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1)
    records = [(number, line) for number, line in lines if line.strip(_WHITESPACE)]
    if len(records) > limits.records_max:
        raise _too_many(limits)
    return records


def _too_many(limits: IngestLimits) -> RequestRefused:
    return RequestRefused(413, f"Send at most {limits.records_max} records in one request.")


_READERS: dict[str, Callable[[bytes, IngestLimits], list[Record]]] = {
    STRUCTURED: _one,
    BATCH: _array,
    NDJSON: _lines,
    JSON: _one_or_array,
}
