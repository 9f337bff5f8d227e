"""Dossiers of the procedures that most people use, by the list in force when they came in."""

from typing import Any

import pytest

from tests.unit.engine_centre import Counting
from tests.unit.engine_documents import RECEIPT, Document, document
from tests.unit.reference_log import at

NOW = at("2025-12-01T00:00")


def listed(members: list[str], unit: str, begins: str = "2025-10-01", **said: Any) -> Document:
    data = {
        "list_id": "top_procedures",
        "valid_from": begins,
        "valid_to": "2025-12-31",
        "members": members,
    }
    subject = f"top_procedures/{begins}"
    return document("reference.list", "2025-09-15T00:00", subject, data, unit=unit) | said


def dossier(number: int, procedure: str, time: str) -> Document:
    data = RECEIPT | {"procedure_code": procedure}
    return document("dossier.received", time, f"H-{number}", data)


DOSSIERS = [
    dossier(1, "A.1", "2025-09-30T09:00"),
    dossier(2, "A.1", "2025-10-01T09:00"),
    dossier(3, "B.2", "2025-11-01T09:00"),
]
COUNTRY = listed(["A.1"], "N:VN")
PROVINCE = listed(["B.2"], "P:33", "2025-11-01")
LATER = listed(["A.1", "B.2"], "N:VN", recordedtime="2025-09-20T00:00:00+07:00")
GONE = COUNTRY | {"id": "r", "op": "retract", "supersedes": COUNTRY["id"]}


def top(counting: Counting) -> int:
    """All that stands under dossiers_received_top."""
    names = {number: name for name, number in counting.keys.items()}
    return sum(
        int(value)
        for delta in counting.decoded()
        for key, _, value in zip(*delta.points(), strict=True)
        if names[int(key)].measure == "dossiers_received_top" and not names[int(key)].dim
    )


@pytest.mark.parametrize(
    ("lists", "count"),
    [
        ([], 0),
        ([COUNTRY], 1),
        ([COUNTRY, PROVINCE], 2),
        ([COUNTRY, LATER], 2),
        ([COUNTRY, GONE], 0),
    ],
)
def test_the_list_of_the_province_or_else_of_the_country_decides(
    lists: list[Document], count: int
) -> None:
    before, after = Counting(), Counting()
    before.count([*lists, *DOSSIERS], 0, NOW)
    before.tick(NOW)
    assert top(before) == count
    for each in [*DOSSIERS, *lists]:
        after.count([each], 0, NOW)
        after.tick(NOW)
    assert top(after) == count
