"""The files that `ioc send` reads, as records with the line that each came from.

Files are read as they are sent: memory does not grow with their length. Records are not judged
here; the intake does that.
"""

import codecs
import csv
import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from services.cli.mapping import TableMapping
from services.cli.mapping_rows import RawCell, Row, RowEvents
from services.domain.errors import Refused
from services.domain.events import RECORD_BYTES_MAX

STDIN = Path("-")
LINE_BYTES_MAX = 1024 * 1024
"""Of a longer line only the beginning is read; the intake rejects it as too large."""
CELL_CHARACTERS_MAX = 1024 * 1024


class SourceRecord(NamedTuple):
    """One record: its line in the file, its bytes, and what is wrong when it has none."""

    line: int
    raw: bytes
    fault: str = ""


class Source:
    """One open file; `position` is how many of its `bytes_total` bytes have been read."""

    def __init__(self, path: Path, stream: BinaryIO, bytes_total: int | None) -> None:
        self.path = path
        self.bytes_total = bytes_total
        self._stream = stream

    @property
    def position(self) -> int:
        """Bytes of the file read so far, compressed ones where it is compressed."""
        return 0 if self.bytes_total is None or self._stream.closed else self._stream.tell()

    def records(self, mapping: TableMapping | None) -> Iterator[SourceRecord]:
        """Give the records of the file; raises Refused when it is not what its name says."""
        suffixes = [suffix.lower() for suffix in self.path.suffixes]
        try:
            if mapping is None:
                yield from _events(_lines(self._plain()), self.path)
            elif ".xlsx" in suffixes[-1:]:
                yield from _mapped(mapping, _spreadsheet_rows(self._stream, mapping), padded=True)
            else:
                yield from _mapped(mapping, _text_rows(self._plain(), mapping), padded=False)
        except Refused as failure:
            raise Refused(f"{self.path}: {failure}") from failure
        except (gzip.BadGzipFile, EOFError, zlib.error) as failure:
            raise Refused(f"{self.path} is not gzip (or damaged): {failure}.") from failure

    def _plain(self) -> BinaryIO:
        if self.path.suffix.lower() == ".gz":
            return gzip.GzipFile(fileobj=self._stream)  # type: ignore[return-value]  # reads alike
        return self._stream


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a file, or standard input for `-`; raises Refused when it cannot be read."""
    if path == STDIN:
        yield Source(path, sys.stdin.buffer, None)
        return
    try:
        stream = path.open("rb")
    except OSError as failure:
        raise Refused(f"{path} cannot be read: {failure.strerror}.") from failure
    with stream:
        yield Source(path, stream, path.stat().st_size)


def check_source(path: Path, mapping: TableMapping | None) -> None:
    """Look at the beginning of a file before anything is sent; raises Refused."""
    if path == STDIN:
        return
    is_table = bool({".csv", ".tsv", ".xlsx"} & {suffix.lower() for suffix in path.suffixes})
    if is_table and mapping is None:
        raise Refused(f"{path} is a table: say with --mapping FILE.toml how rows become events.")
    with open_source(path) as source:
        records = source.records(mapping)
        next(records, None)


def _lines(stream: BinaryIO) -> Iterator[SourceRecord]:
    number = 0
    while line := stream.readline(LINE_BYTES_MAX):
        number += 1
        complete = line.endswith(b"\n")
        while not complete:
            rest = stream.readline(LINE_BYTES_MAX)
            complete = not rest or rest.endswith(b"\n")
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        raw = line.strip(b" \t\r\n")
        if raw:
            yield SourceRecord(number, raw[: RECORD_BYTES_MAX + 1])


def _events(records: Iterator[SourceRecord], path: Path) -> Iterator[SourceRecord]:
    """Give the records; refuse a file that by its first line is one document and not events.

    An array, or an object whose opening bracket stands alone.
    """
    first = next(records, None)
    if first is None:
        return
    is_array = first.raw.startswith(b"[")
    if is_array or first.raw == b"{":
        what, query = ("a JSON array", "'.[]'") if is_array else ("indented JSON", ".")
        name = "FILE" if path == STDIN else path
        raise Refused(f"This is {what}; send one event a line (NDJSON): jq -c {query} {name}")
    yield first
    yield from records


def _mapped(mapping: TableMapping, rows: Iterator[Row], *, padded: bool) -> Iterator[SourceRecord]:
    for _ in range(mapping.file.header_row - 1):
        next(rows, None)
    first = next(rows, None)
    if first is None:
        raise Refused(f"The file has no header in row {mapping.file.header_row}.")
    header = ["" if cell is None else str(cell).strip() for cell in first[1]]
    row_events = RowEvents(mapping, header)
    if padded:
        rows = _padded(rows, len(header))
    for row in row_events.chosen(rows):
        line = row[0]
        try:
            made = row_events.events(row)
        except Refused as failure:
            yield SourceRecord(line, b"", str(failure))
            continue
        for raw in made:
            yield SourceRecord(line, raw)


def _text_rows(stream: BinaryIO, mapping: TableMapping) -> Iterator[Row]:
    rule = mapping.file
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    try:
        text = io.TextIOWrapper(stream, encoding=rule.encoding, newline="")
    except LookupError as failure:
        raise Refused(f"file.encoding {rule.encoding!r} is no text encoding.") from failure
    reader = csv.reader(text, delimiter=rule.delimiter, strict=True)
    line = 0
    with text:
        try:
            for cells in reader:
                begin, line = line + 1, reader.line_num
                if any(cells):
                    yield begin, cells
        except UnicodeDecodeError as failure:
            raise Refused(
                f"After line {line} the file is not {rule.encoding} text; set file.encoding."
            ) from failure
        except csv.Error as failure:
            raise Refused(f"Line {line + 1} is not CSV: {failure}.") from failure


def _spreadsheet_rows(stream: BinaryIO, mapping: TableMapping) -> Iterator[Row]:
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as failure:
        raise Refused(f"The file is not a spreadsheet: {failure}.") from failure
    try:
        name = mapping.file.sheet or book.sheetnames[0]
        if name not in book.sheetnames:
            found = ", ".join(book.sheetnames)
            raise Refused(f"Sheet {name!r} is not in the file; found: {found}.")
        for number, cells in enumerate(book[name].iter_rows(values_only=True), 1):
            trimmed = [_cell(cell) for cell in cells]
            while trimmed and trimmed[-1] in {None, ""}:
                trimmed.pop()
            if trimmed:
                yield number, trimmed
    finally:
        book.close()


def _padded(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Fill rows up to the header: a spreadsheet does not store empty cells at the end."""
    for number, cells in rows:
        yield number, [*cells, *(None,) * (width - len(cells))]


def _cell(value: object) -> RawCell:
    """Keep what a mapping can convert, and the text of anything else."""
    if value is None or isinstance(value, RawCell):
        return value
    return str(value)
