"""Closed periods that are revised while another version of their indicator is in force."""

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from services.aggregator.evaluate.reviser import ASKED_BY_NAME_MAX
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.versions import in_force
from services.domain.events import decode
from services.domain.instants import DAY, HOUR, format_instant
from services.reference.reference import Reference
from tests.integration.counted_documents import dossier
from tests.integration.revising import MONTH, Centre, Evaluating, catalogue, centre_of
from tests.unit.engine_centre import SUCCESSOR_FACTS, UNIT_FACTS
from tests.unit.reference_log import at, indicators, measures, stamp

pytestmark = pytest.mark.servers

SECOND_BEGINS = "2025-11-01"
OPEN, CLOSED, LATE = (at(f"2025-{day}T12:00") for day in ("10-20", "11-02", "11-05"))
KEY = "PS-01|P:33@2025-07-01||month~revised"
COMMUNES = ("C:11953", "C:11977")
PLACES = ("P:33", *COMMUNES)


def both(before: dict[str, Any] | None = None, **changed: Any) -> Catalogue:
    """Two versions, changed in some members: until October 2025, and from November on."""
    own = catalogue().indicators["PS-01"]
    first = msgspec.structs.replace(own, **(before or {}))
    second = msgspec.structs.replace(
        own, formula_version=2, effective_from=SECOND_BEGINS, **changed
    )
    return in_force(catalogue().measures.values(), [first, second], date(2025, 11, 5))


def all_count() -> Catalogue:
    """By the second version whatever was received counts, on paper as well."""
    return both(numerator=("dossiers_received",))


@pytest.fixture
def known() -> Catalogue:
    """The versions in force; a test that needs others says so."""
    return all_count()


@pytest.fixture
def centre(database: str, known: Catalogue) -> Iterator[Centre]:
    with centre_of(database, ASKED_BY_NAME_MAX, known) as centre:
        yield centre


def paper(number: int, *, needed: bool, **more: Any) -> dict[str, Any]:
    """A dossier of October of which a result on paper is wanted, or not."""
    made = dossier(number, **more)
    made["data"] |= {"channel": 2, "requires_paper_result": needed}
    return made


def closed(centre: Centre, *documents: dict[str, Any]) -> Evaluating:
    """October with these dossiers, closed under its own version while the second is in force."""
    evaluating = centre.evaluator()
    centre.send(OPEN, *documents)
    evaluating.take_over()
    evaluating.tick(OPEN)
    centre.send(CLOSED)
    evaluating.tick(CLOSED)
    return evaluating


def told(centre: Centre, name: str = MONTH) -> list[tuple[Any, ...]]:
    """(revision, value, numerator, denominator, version) of a period's rows."""
    return centre.connection.execute(
        "select revision, value, numerator, denominator, formula_version from period_revision"
        " where id = %s order by revision",
        (name,),
    ).fetchall()


@pytest.mark.clause("4.1.2", "7.2.3")
def test_a_revision_follows_the_version_that_the_period_ended_under(centre: Centre) -> None:
    evaluating = closed(centre, paper(1, needed=True), paper(2, needed=False))
    centre.send(LATE, paper(3, needed=True))
    evaluating.tick(LATE)
    rows = told(centre)
    assert [row[:1] + row[2:] for row in rows] == [(1, 1, 2, 1), (2, 1, 3, 1)]
    record = evaluating.log[KEY]
    assert record is not None
    assert (record["period"], record["formula_version"], record["numerator"]) == ("2025-10", 1, 1)
    found = centre.ask(LATE + HOUR, periods=("2025-10",))
    assert (found["revision"], found["numerator"], found["finality"]) == (2, 1, "final")


@pytest.mark.clause("7.2.3")
def test_what_only_the_first_version_counts_is_a_revision(centre: Centre) -> None:
    evaluating = closed(centre, paper(1, needed=True), paper(2, needed=False))
    corrected = paper(1, needed=False) | {"id": "c-1", "op": "correct", "supersedes": "e-1"}
    corrected["recordedtime"] = stamp("2025-11-05T08:00")
    centre.send(LATE, corrected)
    evaluating.tick(LATE)
    assert [row[2:4] for row in told(centre)] == [(1, 2), (2, 2)]


GONE: dict[str, tuple[str, dict[str, Any]]] = {
    "window": ("P:33", {"windows": ("24h", "30d", "ytd", "all")}),
    "level": ("C:11953", {"unit_levels": ("country", "province")}),
    "calendar": ("P:33", {"period_calendars": ("administrative",)}),
}


@pytest.mark.parametrize(
    ("known", "unit"), [(both(**more), unit) for unit, more in GONE.values()], ids=list(GONE)
)
def test_what_the_second_version_does_not_have_is_revised_for_the_time_of_the_first(
    centre: Centre, unit: str
) -> None:
    evaluating = closed(centre, paper(1, needed=True))
    centre.send(LATE, paper(2, needed=False))
    evaluating.tick(LATE)
    rows = told(centre, f"PS-01|{unit}@2025-07-01||month:2025-10")
    assert [row[2:4] for row in rows] == [(0, 1), (1, 2)]
    found = centre.ask(LATE + HOUR, periods=("2025-10",), units=(unit,))
    assert (found["revision"], found["finality"], found["formula_version"]) == (2, "final", 1)


@pytest.mark.parametrize("known", [both({"period_calendars": ("statistical",)})])
def test_what_only_the_second_version_has_is_not_told_of_the_time_before(centre: Centre) -> None:
    evaluating = closed(centre, paper(1, needed=True))
    centre.send(LATE, paper(2, needed=False))
    evaluating.tick(LATE)
    assert len(told(centre)) == 2
    assert told(centre, "PS-01|P:33@2025-07-01||month~admin:2025-10") == []
    assert "PS-01|P:33@2025-07-01||month~admin~revised" not in evaluating.log


@pytest.mark.parametrize(
    "known", [both(form="sum", inputs=("dossiers_received",), numerator=(), denominator=())]
)
def test_a_month_that_closed_empty_said_what_its_own_version_says(centre: Centre) -> None:
    evaluating = closed(centre, dossier(9, time="2025-09-05T09:00:00+07:00"))
    centre.send(LATE, paper(1, needed=False))
    evaluating.tick(LATE)
    assert [row[0] for row in told(centre)] == [2]
    record = evaluating.log[KEY]
    assert record is not None
    assert "previous" not in record  # it had no value: a ratio over nothing
    quiet = centre.ask(LATE + HOUR, periods=("2025-10",), known_at=LATE - HOUR)
    assert (quiet["value"], quiet["null_reason"]) == (None, "zero_denominator")


MONTHS = ("2025-09", "2025-10", "2025-11")
FROM, UNTIL = at("2025-09-05T09:00"), at("2025-11-28T09:00")


def life(number: int, chance: random.Random) -> list[dict[str, Any]]:
    """A dossier of any day of three months, perhaps corrected and taken back in December."""
    time = format_instant(chance.randrange(FROM, UNTIL, HOUR))
    given = {"unit": chance.choice(COMMUNES), "time": time}
    made = [paper(number, needed=chance.random() < 0.5, **given)]
    for later in range(chance.choice([0, 0, 1, 2])):
        change: dict[str, Any] = paper(number, needed=chance.random() < 0.5, **given)
        change |= {"id": f"c-{number}-{later}", "supersedes": f"e-{number}", "op": "correct"}
        change["recordedtime"] = stamp(f"2025-12-0{later + 1}T0{chance.randrange(10)}:00")
        if later and chance.random() < 0.5:
            change["op"] = "retract"
            del change["data"]
        made.append(change)
    return made


def opinion(sent: list[dict[str, Any]], period: str) -> Reference:
    """The reference over what was sent, by the version that the month ended under."""
    known = [dict(each) for each in indicators()]
    if period >= SECOND_BEGINS[:7]:
        (changed,) = [each for each in known if each["id"] == "PS-01"]
        changed["numerator"] = ["dossiers_received"]
    events = [decode(msgspec.json.encode(document)) for document in sent]
    return Reference(events, UNIT_FACTS, measures(), known, successors=SUCCESSOR_FACTS)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.clause("4.1.2", "7.2.3", "8.4.3")
def test_revisions_are_what_the_reference_says_by_the_version_of_each_month(
    centre: Centre, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seeded choice, no secret
    waiting = [document for number in range(1, 25) for document in life(number, chance)]
    chance.shuffle(waiting)
    evaluating = centre.evaluator()
    centre.send(OPEN)
    evaluating.take_over()
    evaluating.tick(OPEN)
    sent: list[dict[str, Any]] = []
    now = at("2025-12-10T09:00")
    while waiting:
        batch, waiting = waiting[:9], waiting[9:]
        sent += batch
        now += DAY
        centre.send(now, *batch)
        evaluating.tick(now)
        _agrees(centre, sent, now + HOUR)


def _agrees(centre: Centre, sent: list[dict[str, Any]], now: int) -> None:
    """The last rows, and what the API says of the months, are what the reference says."""
    for period in MONTHS:
        reference = opinion(sent, period)
        for unit in PLACES:
            key = f"{unit}@2025-07-01"
            right = reference.value("PS-01", key, None, "month", now, period)
            rows = told(centre, f"PS-01|{key}||month:{period}")
            if not rows:
                assert not right.denominator, (unit, period)
                continue
            number, value, *parts, version = rows[-1]
            assert parts == [right.numerator, right.denominator], (unit, period)
            assert value == (None if right.value is None else pytest.approx(float(right.value)))
            assert version == 1 + (period >= SECOND_BEGINS[:7])
            found = centre.ask(now, periods=(period,), units=(unit,))
            assert (found["finality"], found["revision"]) == ("final", number)
            assert [found["numerator"], found["denominator"]] == parts
