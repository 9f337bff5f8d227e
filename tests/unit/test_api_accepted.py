"""Which form of a list a request prefers."""

import pytest

from services.api.accepted import prefers


@pytest.mark.parametrize(
    ("accept", "table"),
    [
        ("", False),
        ("*/*", False),
        ("text/csv", True),
        ("TEXT/CSV; charset=utf-8", True),
        ("text/csv;q=0", False),
        ("text/csv;q=0.000, */*", False),
        ("application/json, text/csv", False),
        ("text/csv, application/json", True),
        ("application/json;q=0.1, text/csv", True),
        ("application/json;q=0.9, text/csv;q=0.8", False),
        ("text/csv;q=0.5, application/json;q=0.5", True),
        ("text/*", True),
        ("text/csv, */*", True),
        ("text/csv;q=0.5, */*", False),
        ("text/html, application/xhtml+xml, */*;q=0.8", False),
        ("text/csv; q=1.0, application/json", True),
        ("text/csv;q=nan, application/json", True),
        ("text/csv;q=٠, application/json;q=0.9", True),
        (",;q=,", False),
    ],
)
def test_the_weights_decide_and_then_the_order(accept: str, table: bool) -> None:
    assert prefers(accept, "text/csv", "application/json") is table
