"""The simulated province: repeatable, in order, legal by the contract, in the rhythm of offices."""

import datetime
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cli.simulator.emission import Sending
from services.cli.simulator.memory import Memory, plan_course, read_memory, write_memory
from services.cli.simulator.procedures import PROCEDURES, procedures_csv
from services.cli.simulator.profile import Shares, agencies_of
from services.cli.simulator.stream import (
    Plan,
    Simulation,
    dossiers_a_day,
    history_begin,
    start_windows,
)
from services.domain.errors import Refused
from services.domain.events import Accepted, counting_facts, decode, judge
from services.domain.instants import DAY, HOUR, MINUTE, parse_instant

COMMUNES = tuple(f"C:{code:05d}" for code in range(11953, 11953 + 60, 3))
START = parse_instant("2026-10-14T15:00:00+07:00")
"""A Wednesday afternoon."""

NO_FAULTS = Shares(late=0, duplicate=0, corrected=0, retracted=0)


class KnownUnits:
    def known(self, code: str, on: datetime.date) -> bool:
        return code in COMMUNES


def plan(**changes: Any) -> Plan:
    wanted: dict[str, Any] = {
        "seed": 5,
        "province": "33",
        "communes": COMMUNES,
        "per_day": 60,
        "rate": 240,
    }
    return Plan(**(wanted | changes))


def history(days: int = 10, **changes: Any) -> list[Sending]:
    simulation = Simulation(plan(**changes))
    return list(simulation.events(history_begin(START, days, 0), (), START))


def documents(sendings: list[Sending]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(document) for _, document in sendings]


def test_the_same_plan_gives_the_same_bytes() -> None:
    windows = start_windows(START, START + HOUR)
    runs = [
        list(Simulation(plan()).events(START - 3 * DAY, windows, START + HOUR)) for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 500


def test_another_seed_gives_another_province() -> None:
    ids = [{each["id"] for each in documents(history(seed=seed))} for seed in (1, 2)]
    assert not ids[0] & ids[1]


def test_events_come_in_order_of_sending() -> None:
    windows = start_windows(START, START + HOUR)
    instants = [at for at, _ in Simulation(plan()).events(START - 5 * DAY, windows, START + HOUR)]
    assert instants == sorted(instants)
    assert instants[-1] < START + HOUR


def test_nothing_is_recorded_after_it_was_sent_or_before_it_happened() -> None:
    windows = start_windows(START, START + HOUR)
    for at, document in Simulation(plan()).events(START - 5 * DAY, windows, START + HOUR):
        event = decode(document)
        assert event.at <= event.recorded_at <= at


@pytest.mark.parametrize("rhythm", ["always", "office"])
def test_every_event_is_accepted_without_a_warning(rhythm: str) -> None:
    simulation = Simulation(plan(rhythm=rhythm, shares=Shares(corrected=0.1, retracted=0.1)))
    windows = start_windows(START, START + 2 * HOUR)
    for at, document in simulation.events(START - 9 * DAY, windows, START + 2 * HOUR):
        verdict = judge(document, at, KnownUnits())
        assert isinstance(verdict, Accepted), verdict
        assert verdict.warnings == ()
        assert "simulated" in verdict.event.quality


@settings(max_examples=8, deadline=None)
@given(first=st.integers(0, 20), second=st.integers(0, 20), live_minutes=st.integers(0, 120))
def test_two_runs_send_the_same_where_they_overlap(
    first: int, second: int, live_minutes: int
) -> None:
    """A later history holds exactly what the longer history held of its days."""
    late, early = sorted((first, second))
    simulation = Simulation(plan(per_day=12))
    until = START + live_minutes * MINUTE
    long = documents(list(simulation.events(history_begin(START, early, 0), (), until)))
    short = documents(list(simulation.events(history_begin(START, late, 0), (), until)))
    assert Counter(each["id"] for each in short) <= Counter(each["id"] for each in long)
    assert {each["id"]: each for each in long} | {each["id"]: each for each in short} == {
        each["id"]: each for each in long
    }


@settings(max_examples=8, deadline=None)
@given(ran_minutes=st.integers(1, 90), pause_minutes=st.integers(0, 60), live_minutes=st.just(200))
def test_a_feed_that_starts_again_ends_what_it_began(
    ran_minutes: int, pause_minutes: int, live_minutes: int
) -> None:
    """No event twice, none of the dossiers begun is forgotten, nothing arrives during the pause."""
    simulation = Simulation(plan(per_day=12, rate=60, shares=NO_FAULTS))
    until = START + live_minutes * MINUTE
    history_from = history_begin(START, 3, 0)
    whole = plan_course(None, simulation.name, history_from, START, until)
    everything = list(whole.events(simulation, until))
    stopped_at = START + ran_minutes * MINUTE
    sent = [each for each in everything if each[0] < stopped_at]
    memory = Memory(simulation.name, history_from, whole.live[0].begin, sent[-1][0] + 1)
    again_at = stopped_at + pause_minutes * MINUTE
    course = plan_course(memory, simulation.name, history_from, again_at, until)
    resumed = list(course.events(simulation, until))
    assert not set(sent) & set(resumed)
    assert set(resumed) <= set(everything)
    begun = {decode(document).subject for _, document in sent}
    owed = {each for each in everything if decode(each[1]).subject in begun} - set(sent)
    assert owed <= set(resumed)


def test_another_plan_or_a_longer_history_begins_anew() -> None:
    memory = Memory("one", START - 10 * DAY, START, START + HOUR)
    end = START + DAY
    assert plan_course(memory, "two", START - 5 * DAY, START + HOUR, end).send_from < START
    assert plan_course(memory, "one", START - 20 * DAY, START + HOUR, end).send_from < START
    assert plan_course(memory, "one", START - 5 * DAY, START + HOUR, end).send_from == START + HOUR


def test_memory_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_memory(tmp_path) is None
    memory = Memory("one", 1, 2, 3)
    write_memory(tmp_path / "new", memory)
    assert read_memory(tmp_path / "new") == memory
    (tmp_path / "new" / "simulator.json").write_text("{")
    assert read_memory(tmp_path / "new") is None


def test_offices_work_by_day_and_in_the_week() -> None:
    received = [
        decode(document)
        for _, document in history(days=28, per_day=200, shares=NO_FAULTS)
        if b"dossier.received" in document
    ]
    local = [
        datetime.datetime.fromtimestamp(
            event.at / 1e6, tz=datetime.timezone(datetime.timedelta(hours=7))
        )
        for event in received
    ]
    by_weekday = Counter(at.weekday() for at in local)
    assert by_weekday[5] + by_weekday[6] < 0.05 * len(local)
    at_night = [
        event
        for event, at in zip(received, local, strict=True)
        if not 7 <= at.hour < 18 or at.weekday() > 4
    ]
    assert 0.03 < len(at_night) / len(received) < 0.15
    assert {event.data.channel for event in at_night if event.data} == {2}  # type: ignore[attr-defined]  # dossiers only


def test_shares_come_out() -> None:
    shares = Shares(late=0.2, duplicate=0.1, corrected=0.1, retracted=0.1, supplement=0.3)
    raw = history(days=28, per_day=200, shares=shares)
    events = [decode(document) for _, document in raw]
    unique = {event.id: event for event in events}.values()
    received = [e for e in unique if e.type.endswith("received.v1") and e.op == "create"]
    asked = {e.subject for e in unique if "supplement_requested" in e.type}
    assert abs(len(asked) / len(received) - 0.3) < 0.05
    assert abs(1 - len(unique) / len(events) - 0.1 / 1.1) < 0.03
    late = [e for e in unique if e.op == "create" and e.recorded_at - e.at > 30 * MINUTE]
    assert abs(len(late) / len(unique) - 0.2) < 0.05
    corrected = [e for e in unique if e.op == "correct"]
    assert abs(len(corrected) / len(received) - 0.1) < 0.04
    assert any(e.op == "retract" for e in unique)


def test_corrections_and_retractions_name_the_first_event_of_their_fact() -> None:
    events = [decode(d) for _, d in history(shares=Shares(corrected=0.3, retracted=0.3))]
    first = {event.id: event for event in events if event.op == "create"}
    later = [event for event in events if event.op != "create"]
    assert later
    for event in later:
        opened = first[event.supersedes or ""]
        assert (event.source, event.type, event.unit, event.subject) == (
            opened.source,
            opened.type,
            opened.unit,
            opened.subject,
        )
    retracted = {event.supersedes for event in later if event.op == "retract"}
    assert not retracted & {event.id for event in counting_facts(events)}


def test_some_communes_are_good_and_some_are_bad() -> None:
    communes = tuple(f"C:{code:05d}" for code in range(10000, 10104))
    lateness = [agency.lateness for agency in agencies_of(1, "33", communes)]
    assert sum(rate > 0.10 for rate in lateness) >= 5
    assert sum(rate < 0.02 for rate in lateness) >= 50


def test_events_per_dossier_is_what_happens_in_the_long_run() -> None:
    simulation = Simulation(plan(per_day=150))
    events = list(simulation.events(START - 90 * DAY, (), START))
    received = {e["subject"] for e in documents(events) if e["type"].endswith("received.v1")}
    expected = simulation.plan.shares.events_per_dossier
    assert 0.88 * expected < len(events) / len(received) < 1.02 * expected


def test_the_live_stream_keeps_its_rate() -> None:
    simulation = Simulation(plan(per_day=0, rate=600))
    windows = start_windows(START - 2 * HOUR, START + HOUR)
    found = [at for at, _ in simulation.events(START, windows, START + HOUR) if at >= START]
    assert 0.85 * 600 * 60 < len(found) < 1.15 * 600 * 60


def test_the_office_rhythm_is_silent_at_night() -> None:
    night = parse_instant("2026-10-14T20:00:00+07:00")
    simulation = Simulation(plan(per_day=0, rhythm="office"))
    windows = start_windows(night, night + 2 * HOUR)
    received = [
        document
        for _, document in simulation.events(night, windows, night + 2 * HOUR)
        if b"dossier.received" in document
    ]
    assert received == []


def test_the_volume_can_be_chosen_by_the_number_of_events() -> None:
    begin = history_begin(START, 30, 0)
    per_day = dossiers_a_day(2000, begin, START, Shares())
    found = list(Simulation(plan(per_day=per_day)).events(begin, (), START))
    assert 1500 < len(found) < 2300


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": -1},
        {"per_day": 1e9},
        {"rhythm": "night"},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        plan(**wrong)


def test_shares_and_days_have_limits() -> None:
    with pytest.raises(Refused, match="late"):
        Shares(late=1.5)
    with pytest.raises(Refused, match="more than 1"):
        Shares(refused=0.6, withdrawn=0.6)
    with pytest.raises(Refused, match="days"):
        history_begin(START, 5000, 0)
    with pytest.raises(Refused, match="commune"):
        agencies_of(1, "33", ())
    with pytest.raises(Refused, match="days"):
        list(Simulation(plan()).events(START - 2000 * DAY, (), START))


def test_history_does_not_begin_before_the_units_exist() -> None:
    units_from = parse_instant("2025-07-01T00:00:00+07:00")
    assert history_begin(parse_instant("2025-07-10T08:00:00+07:00"), 45, units_from) == units_from


def test_generation_is_fast_enough_for_benches() -> None:
    """The aim is 20,000 events a second; a fifth of it is asked for on a machine shared by all."""
    simulation = Simulation(plan(per_day=3000))
    began = time.process_time()
    count = sum(1 for _ in simulation.events(START - 5 * DAY, (), START))
    assert count / (time.process_time() - began) > 4_000


def test_the_list_of_procedures_is_sound_and_published() -> None:
    codes = [procedure.code for procedure in PROCEDURES]
    assert len(codes) == len(set(codes)) >= 40
    assert {procedure.svc_level for procedure in PROCEDURES} == {"full", "partial", "none"}
    published = Path(__file__).parents[2] / "examples" / "procedures.csv"
    assert published.read_text("utf-8") == procedures_csv()
