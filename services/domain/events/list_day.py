"""The day of the list of units in which the code of an event is looked up."""

import datetime
from typing import Final

LAST_DISTRICT_DAY: Final = datetime.date(2025, 6, 30)
"""Districts ended with this day (Law 72/2025/QH15)."""
DISTRICT: Final = "D:"
"""Begins the code of a former district."""


def list_day(unit: str, on: datetime.date) -> datetime.date:
    """The day itself; of a district no later than its last one.

    A district's code means the district that there was, however late it is still sent.
    """
    return min(on, LAST_DISTRICT_DAY) if unit.startswith(DISTRICT) else on
