"""A reading that a correction moves to another time: counted once, whatever comes first."""

import itertools
import json
import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from services.domain.events import decode
from services.domain.instants import DAY, HOUR, SECOND
from tests.integration.counting import COMMUNE, Centre, centre_over
from tests.unit.engine_documents import Document, document
from tests.unit.reference_log import at, reference

MEASURE = "beds_occupied"
HOURS = ("09", "10", "11")
NOW = at("2026-03-01T00:00")

pytestmark = pytest.mark.servers


@pytest.fixture(name="centre")
def _centre(database: str) -> Iterator[Centre]:
    with centre_over(database, MEASURE) as centre:
        yield centre


def beds(day: int, hour: str, occupied: int, name: str, **envelope: str) -> Document:
    """The beds of a ward in an hour of a day."""
    date = f"2025-{10 + day // 28:02d}-{1 + day % 28:02d}"
    said = {"facility_id": "BV-1", "ward": "general", "beds_available": 50}
    said |= {"beds_occupied": occupied}
    subject = "BV-1/general"
    envelope = {"id": f"{name}-{day}", "recordedtime": f"{date}T20:00:00+07:00"} | envelope
    return document("health.bed", f"{date}T{hour}:00", subject, said, **envelope)


def story(day: int) -> list[Document]:
    """A reading, corrected to the next hour and then to the one after, where there is another."""
    date = beds(day, "09", 10, "a")["time"][:10]
    first = {"op": "correct", "supersedes": f"a-{day}"}
    return [
        beds(day, "09", 10, "a"),
        beds(day, "10", 20, "b", recordedtime=f"{date}T21:00:00+07:00", **first),
        beds(day, "11", 30, "c", recordedtime=f"{date}T22:00:00+07:00", **first),
        beds(day, "11", 40, "other", recordedtime=f"{date}T21:30:00+07:00"),
    ]


def withdrawn(day: int) -> list[Document]:
    """A reading that is retracted by an event of another time, and one that stays."""
    date = beds(day, "09", 10, "a")["time"][:10]
    gone = {"op": "retract", "supersedes": f"a-{day}", "recordedtime": f"{date}T23:00:00+07:00"}
    return [
        beds(day, "09", 10, "a"),
        beds(day, "11", 0, "r", **gone),
        beds(day, "10", 5, "stays"),
    ]


def batches(documents: Sequence[Document], size: int) -> Iterator[list[Document]]:
    for start in range(0, len(documents), size):
        yield list(documents[start : start + size])


def counted(centre: Centre, day: str) -> dict[str, int]:
    """What is counted in each hour of a day."""
    begins = {hour: at(f"{day}T{hour}:00") // SECOND for hour in HOURS}
    length = HOUR // SECOND
    return {hour: centre.total(MEASURE, at, at + length) for hour, at in begins.items()}


def expected(documents: Sequence[Document], day: str) -> dict[str, int]:
    opinion = reference(*(decode(json.dumps(each).encode()) for each in documents))
    begins = {hour: at(f"{day}T{hour}:00") for hour in HOURS}
    return {
        hour: int(opinion.measure(MEASURE, COMMUNE, None, begin, begin + HOUR, NOW) or 0)
        for hour, begin in begins.items()
    }


@pytest.mark.parametrize("told", [story, withdrawn])
def test_every_order_counts_the_same(centre: Centre, told: Callable[[int], list[Document]]) -> None:
    orders = list(itertools.permutations(range(len(told(0)))))
    for day, order in enumerate(orders):
        documents = [told(day)[place] for place in order]
        for batch in batches(documents, 1 + day % 3):
            centre.count(batch, NOW)
        date = documents[0]["time"][:10]
        assert counted(centre, date) == expected(documents, date), order


def test_a_resent_correction_changes_nothing(centre: Centre) -> None:
    documents = story(0) * 3
    random.Random(5).shuffle(documents)  # noqa: S311  the seed makes a failure repeatable
    for batch in batches(documents, 2):
        centre.count(batch, NOW)
    assert counted(centre, "2025-10-01") == expected(documents, "2025-10-01")


def test_a_moved_reading_has_the_states_of_its_versions(centre: Centre) -> None:
    reading, moved, *_ = story(3)
    assert centre.count([moved], NOW).states == {"waiting": 1}
    assert centre.count([reading], NOW).states == {"superseded": 1}
    again = beds(3, "09", 11, "d", op="correct", supersedes="a-3")
    assert centre.count([again | {"recordedtime": "2026-01-01T00:00:00+07:00"}], NOW).states == {
        "counted": 1
    }
    assert counted(centre, moved["time"][:10]) == {"09": 11, "10": 0, "11": 0}


def test_a_reading_that_moves_into_the_future_waits_for_its_hour(centre: Centre) -> None:
    reading, moved, *_ = story(5)
    now = at(f"{reading['time'][:10]}T09:30")
    centre.count([reading, moved], now)
    date = reading["time"][:10]
    assert counted(centre, date) == {"09": 0, "10": 0, "11": 0}
    centre.tick(now + DAY)
    assert counted(centre, date) == {"09": 0, "10": 20, "11": 0}
