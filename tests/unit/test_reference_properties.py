"""Random logs: order and repetition change nothing, and what comes in is either closed or open."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.events import Event
from services.reference.instants import DAY, HOUR
from services.reference.reference import Reference
from tests.unit.reference_log import COUNTRY, PROVINCE, at, received, reference, step

START = at("2025-10-01T00:00")
NOW = START + 60 * DAY
STEPS = ("supplement_requested", "supplement_completed", "finished", "returned", "withdrawn")
PARTS = ("PS-01", "PS-04", "PS-04.finished", "PS-05", "PS-05.due_soon", "PS-05.countdown", "PS-07")


# A first example loads the catalogue, and the machine may be busy: no deadline for one example.
UNHURRIED = settings(deadline=None, max_examples=60)


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Draw the events of a few dossiers, some of them corrected or retracted."""
    events: list[Event] = []
    for number in range(draw(st.integers(1, 4))):
        subject = f"H33-{number}"
        unit = draw(st.sampled_from(["C:11953", "C:11977", "C:13000"]))
        due = draw(st.sampled_from([None, "2025-10-05T09:00", "2025-10-20T17:30"]))
        said = {} if due is None else {"due": due}
        opening = received("2025-10-01T00:00", subject, unit=unit, channel=number % 2 + 1, **said)
        named = draw(st.lists(st.sampled_from(STEPS), max_size=5))
        life = [opening, *(step(name, "2025-10-01T00:00", subject, unit=unit) for name in named)]
        for event in life:
            moved = msgspec.structs.replace(event, at=START + draw(st.integers(0, 1000)) * HOUR)
            events.append(moved)
            change = draw(st.sampled_from([None, None, "correct", "retract"]))
            if change is not None:
                events.append(
                    msgspec.structs.replace(
                        moved,
                        id=f"{moved.id}-c",
                        op=change,
                        supersedes=moved.id,
                        at=START + draw(st.integers(0, 1000)) * HOUR,
                        recorded_at=moved.recorded_at + 1,
                    )
                )
    return events


def values(opinion: Reference) -> list[object]:
    return [
        opinion.value(part, unit, None, window, NOW)
        for part in PARTS
        for unit in (PROVINCE, COUNTRY)
        for window in ("instant", "30d", "month", "all")
    ]


@UNHURRIED
@given(logs(), st.randoms(use_true_random=False))
@pytest.mark.clause("8.4.1")
def test_order_and_repetition_change_nothing(log: list[Event], shuffler: random.Random) -> None:
    again = [*log, *shuffler.sample(log, len(log) // 2)]
    shuffler.shuffle(again)
    assert values(reference(*log)) == values(reference(*again))


@UNHURRIED
@given(logs(), st.integers(0, 1000), st.integers(0, 1000))
def test_received_and_open_before_is_closed_and_open_after(
    log: list[Event], first: int, second: int
) -> None:
    opinion = reference(*log)
    start, end = (START + hours * HOUR for hours in sorted((first, second)))

    def asked(measure: str, a: int | None, b: int) -> float:
        return opinion.measure(measure, COUNTRY, None, a, b, NOW) or 0

    came = asked("dossiers_received", start, end) + asked("dossiers_open", None, start)
    went = asked("dossiers_closed", start, end) + asked("dossiers_open", None, end)
    assert came == went


@UNHURRIED
@given(logs(), st.integers(0, 1000))
def test_the_provinces_add_up_to_the_country(log: list[Event], hours: int) -> None:
    opinion = reference(*log)
    moment = START + hours * HOUR
    names = (
        "dossiers_open_in_time",
        "dossiers_open_late",
        "dossiers_closed_late",
        "dossiers_due_soon",
    )
    for name in names:
        country, *provinces = (
            opinion.measure(name, unit, None, None, moment, NOW) or 0
            for unit in (COUNTRY, PROVINCE, "P:34@2025-07-01")
        )
        assert country == sum(provinces)
