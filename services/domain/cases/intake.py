"""What the mere arrival of an event counts: how long it took to the intake.

It is counted once, when the event is admitted, and is never taken back: that an event was corrected
later does not change when it came.
"""

from collections.abc import Callable, Sequence

from services.domain.engine.compiled import Point
from services.domain.engine.contributions import CountedMeasures
from services.domain.engine.measures import EVERY_TYPE, Measure
from services.domain.events import CONTRACT, Event
from services.domain.worktime import WorkingCalendar

OWN_DOMAIN = "alerts"
"""The topic that the centre itself writes; nothing of it comes through the intake."""
_NO_CALENDAR = WorkingCalendar()


class IntakeMeasures:
    """The measures of every accepted event, compiled once."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        found = [measure for measure in measures if EVERY_TYPE in measure.event_types]
        self._counted = CountedMeasures(found) if found else None

    def contribution(
        self, event: Event, ingested_at: int | None, unit_of: Callable[[Event], str | None]
    ) -> tuple[str, Sequence[Point]]:
        """The unit key and the points of a first event of a fact.

        No points without the hour of the intake.
        """
        if self._counted is None or ingested_at is None or event.op != "create":
            return "", ()
        unit = unit_of(event)
        if unit is None or CONTRACT.types[event.type].topic_domain == OWN_DOMAIN:
            return "", ()
        attributes = {"time": event.at, "ingestedtime": ingested_at}
        return unit, self._counted.flows(attributes, _NO_CALENDAR)
