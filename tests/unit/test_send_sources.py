"""Files become records with their lines; damaged ones say what is wrong."""

import gzip
from pathlib import Path

import openpyxl
import pytest

from services.cli.mapping import TableMapping, parse_mapping
from services.cli.sources import SourceRecord, check_source, open_source
from services.domain.errors import Refused
from services.domain.events import RECORD_BYTES_MAX

MAPPING = """
[common]
source = "/agency/H33.15/office"
unit = "C:11953"
[[event]]
type = "vn.ioc.dossier.received.v1"
id = "{no}"
subject = "{no}"
time = "{when}"
recordedtime = "{when}"
"""


@pytest.fixture
def mapping() -> TableMapping:
    return parse_mapping(MAPPING)


def read(path: Path, mapping: TableMapping | None = None) -> list[SourceRecord]:
    with open_source(path) as source:
        return list(source.records(mapping))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def lines_of(records: list[SourceRecord]) -> list[int]:
    return [record.line for record in records]


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
def test_lines(tmp_path: Path, name: str) -> None:
    content = b'{"a":1}\r\n\n  {"b":2}\n{"c":3}'
    path = written(tmp_path / name, gzip.compress(content) if ".gz" in name else content)
    check_source(path, None)
    assert read(path) == [
        SourceRecord(1, b'{"a":1}'),
        SourceRecord(3, b'{"b":2}'),
        SourceRecord(4, b'{"c":3}'),
    ]


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
def test_a_byte_order_mark_is_no_part_of_the_first_event(tmp_path: Path, name: str) -> None:
    content = b'\xef\xbb\xbf{"a":1}\n{"b":2}\n'
    path = written(tmp_path / name, gzip.compress(content) if ".gz" in name else content)
    assert read(path) == [SourceRecord(1, b'{"a":1}'), SourceRecord(2, b'{"b":2}')]
    assert read(written(tmp_path / "empty.ndjson", b"\xef\xbb\xbf\n{}\n")) == [
        SourceRecord(2, b"{}")
    ]


@pytest.mark.parametrize(
    ("content", "command"),
    [
        (b'[{"a":1},{"b":2}]', r"jq -c '\.\[\]' .*events\.json"),
        (b'\n[\n  {\n    "a": 1\n  }\n]\n', r"jq -c '\.\[\]' "),
        (b'\xef\xbb\xbf{\n  "a": 1\n}\n', r"jq -c \. "),
    ],
)
def test_one_document_is_refused_once_with_the_way_out(
    tmp_path: Path, content: bytes, command: str
) -> None:
    path = written(tmp_path / "events.json", content)
    with pytest.raises(Refused, match=rf"one event a line \(NDJSON\): {command}"):
        check_source(path, None)


def test_an_array_further_down_is_left_to_the_intake(tmp_path: Path) -> None:
    path = written(tmp_path / "events.ndjson", b'{"a":1}\n[1]\n{\n')
    assert lines_of(read(path)) == [1, 2, 3]


def test_an_endless_line_is_cut_and_the_next_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "long.ndjson", b"x" * 5_000_000 + b"\n{}\n")
    first, second = read(path)
    assert len(first.raw) == RECORD_BYTES_MAX + 1
    assert second == SourceRecord(2, b"{}")


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_rows_of_csv_keep_their_first_line(
    tmp_path: Path, mapping: TableMapping, name: str
) -> None:
    content = '\ufeffno,when,note\n1,x,"two\nlines"\n\n2,x,\n3,x\n'.encode()
    path = written(tmp_path / name, gzip.compress(content) if ".gz" in name else content)
    records = read(path, mapping)
    assert lines_of(records) == [2, 5, 6]
    assert [bool(record.fault) for record in records] == [False, False, True]
    assert "2 cells" in records[2].fault


def test_rows_of_a_spreadsheet(tmp_path: Path, mapping: TableMapping) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (["no", "when", "note"], [1, "x", "y"], [], [2, "x"], [3, "x", "y", "z"]):
        sheet.append(cells)
    book.save(tmp_path / "t.xlsx")
    records = read(tmp_path / "t.xlsx", mapping)
    assert lines_of(records) == [2, 4, 5]
    assert b'"id":"1"' in records[0].raw
    assert "4 cells" in records[2].fault


def test_a_wrong_sheet_names_those_found(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "t.xlsx")
    with pytest.raises(Refused, match=r"'Data' is not in the file; found: Sheet"):
        read(tmp_path / "t.xlsx", parse_mapping('[file]\nsheet = "Data"\n' + MAPPING))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", b"", "no header"),
        ("t.csv", b"no,wann\n", "'when'"),
        ("t.csv", b"no,when\n1,\xff\n", "not utf-8-sig text"),
        ("t.csv", b'no,when\n1,"a" b\n', "is not CSV"),
        ("t.csv.gz", b"no,when\n", "gzip"),
        ("t.xlsx", b"no,when\n", "not a spreadsheet"),
    ],
)
def test_damaged_tables(
    tmp_path: Path, mapping: TableMapping, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        read(written(tmp_path / name, content), mapping)


def test_a_table_needs_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="--mapping"):
        check_source(written(tmp_path / "t.csv", b"no,when\n"), None)


def test_a_damaged_gzip_and_a_missing_file(tmp_path: Path) -> None:
    path = written(tmp_path / "e.ndjson.gz", gzip.compress(b"{}\n" * 1000)[:-9])
    with pytest.raises(Refused, match="damaged"):
        read(path)
    path = written(tmp_path / "e.ndjson.gz", b"{}\n")
    with pytest.raises(Refused, match="is not gzip"):
        read(path)
    packed = bytearray(gzip.compress(bytes(range(256)) * 40))
    packed[20:30] = b"\xff" * 10
    path = written(tmp_path / "e.ndjson.gz", bytes(packed))
    with pytest.raises(Refused, match="damaged"):
        read(path)
    with pytest.raises(Refused, match="cannot be read"):
        read(tmp_path / "none.ndjson")
