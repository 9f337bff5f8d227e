"""Documents of events as senders write them, and the instants around which logs are drawn."""

import itertools
from typing import Any, TypeAlias

from hypothesis import strategies as st

from services.domain.engine.windows import place, year_before
from services.domain.instants import DAY, HOUR, MINUTE, SECOND
from tests.unit.reference_log import at, stamp

Document: TypeAlias = dict[str, Any]

RECEIPT: Document = {
    "procedure_code": "1.001193",
    "svc_level": "full",
    "channel": 2,
    "submitted_at": "2020-01-01T00:00:00+07:00",
    "requires_paper_result": False,
    "agency_id": "H33.15",
}
NOWS = tuple(
    at(text)
    for text in (
        "2025-07-20T10:00",
        "2025-10-15T00:00",
        "2025-12-15T08:00",
        "2026-01-03T16:00",
        "2026-03-31T17:29",
        "2028-02-29T09:30",
    )
)
_numbers = itertools.count(1)


def document(kind: str, time: str, subject: str, data: Document, **envelope: Any) -> Document:
    """A document of vn.ioc.<kind>.v1 at a local time, of C:11953 unless another unit is said."""
    return {
        "specversion": "1.0",
        "id": f"d-{next(_numbers)}",
        "source": "/agency/A",
        "type": f"vn.ioc.{kind}.v1",
        "time": stamp(time),
        "recordedtime": stamp(time),
        "subject": subject,
        "unit": "C:11953",
        "data": data,
    } | envelope


def moments(now: int) -> st.SearchStrategy[int]:
    """Instants at and around the bounds of windows, and in between."""
    bounds = [0, DAY, 30 * DAY, 30 * DAY + DAY, now - year_before(now)]
    ago = [bound + shift for bound in bounds for shift in (-1, 0, 1, SECOND)]
    for window in ("month", "quarter", "year"):
        for calendar in ("statistical", "administrative"):
            begin = place(window, calendar, now).begin
            ago += [now - begin, now - begin + SECOND, now - year_before(begin)]
    near = st.integers(-2 * 24 * 60, 75 * 24 * 60).map(lambda minutes: minutes * MINUTE)
    far = st.integers(0, 800).map(lambda days: days * DAY + HOUR)
    return st.one_of(st.sampled_from(ago), near, near, far).map(lambda back: now - back)
