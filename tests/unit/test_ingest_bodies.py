"""Bodies are cut into records; whatever is sent, cutting ends with records or a refusal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.settings import Settings
from services.ingest.arrays import split_array
from services.ingest.bodies import records_of
from services.ingest.intake import slices
from services.ingest.limits import limits_of
from services.ingest.problems import RequestRefused

MANY = 10_000
LIMITS = limits_of(Settings())
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.lists(JSON_VALUES), st.sampled_from([None, 1]))
def test_an_array_is_cut_where_its_records_end(values: list[object], indent: int | None) -> None:
    found = split_array(json.dumps(values, indent=indent).encode(), MANY)
    assert found is not None
    assert [json.loads(raw) for raw in found] == values


@given(st.lists(JSON_VALUES), st.lists(JSON_VALUES))
def test_a_record_that_is_no_json_is_cut_out_alone(
    before: list[object], after: list[object]
) -> None:
    bad = b'{"a": NaN, "b": [1, {}], "c": "],["}'
    texts = [
        *(json.dumps(v).encode() for v in before),
        bad,
        *(json.dumps(v).encode() for v in after),
    ]
    assert split_array(b" [" + b" , ".join(texts) + b"]\n", MANY) == texts


@pytest.mark.parametrize(
    "body", [b"[", b"[1", b"[}", b'["', b"[1]]", b"[1] 2", b"[[1]", b"{}", b'["a]', b"[{]"]
)
def test_what_is_no_array(body: bytes) -> None:
    found = split_array(body, MANY)
    assert found is None or body == b"[{]"


@given(st.binary() | st.text(alphabet='[]{},"\\ 1').map(str.encode))
def test_cutting_never_fails_otherwise(body: bytes) -> None:
    for kind in (b"application/json", b"application/x-ndjson", b"application/cloudevents+json"):
        try:
            records = records_of([(b"content-type", kind)], body, LIMITS)
        except RequestRefused:
            continue
        assert all(isinstance(raw, bytes) for _, raw in records)


@given(st.lists(st.binary(max_size=30)), st.integers(1, 5), st.integers(1, 40))
def test_slices_hold_every_record_in_order(
    raws: list[bytes], records_max: int, bytes_max: int
) -> None:
    records = list(enumerate(raws, 1))
    pieces = list(slices(records, records_max, bytes_max))
    assert [record for piece in pieces for record in piece] == records
    for piece in pieces:
        assert 1 <= len(piece) <= records_max
        assert len(piece) == 1 or sum(len(raw) for _, raw in piece) <= bytes_max


def test_a_byte_order_mark_before_lines_is_no_part_of_them() -> None:
    body = b'\xef\xbb\xbf{"a":1}\n{"b":2}\n'
    found = records_of([(b"content-type", b"application/x-ndjson")], body, LIMITS)
    assert found == [(1, b'{"a":1}'), (2, b'{"b":2}')]
