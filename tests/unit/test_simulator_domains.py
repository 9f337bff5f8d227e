"""The other domains of the simulated province: all of them, legal, repeatable, in order."""

import datetime
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import pytest

from services.cli.simulator.emission import Sending
from services.cli.simulator.stream import Plan, Simulation
from services.domain.events import CONTRACT, Accepted, Event, decode, judge
from services.domain.instants import DAY, HOUR, parse_instant

COMMUNES = tuple(f"C:{code:05d}" for code in range(11953, 11953 + 300, 3))
START = parse_instant("2026-02-10T00:00:00+07:00")
"""Forty-two days before it hold two first days of a month, two sixth ones and the end of a term."""
NOT_SIMULATED = {
    "vn.ioc.probe.result.v1",
    "vn.ioc.admin.change.v1",
    "vn.ioc.target.set.v1",
    "vn.ioc.threshold.set.v1",
    "vn.ioc.reference.calendar_day.v1",
    "vn.ioc.reference.list.v1",
    "vn.ioc.reference.expectation.v1",
}


class KnownUnits:
    def known(self, code: str, on: datetime.date) -> bool:
        return code in COMMUNES or code == "P:33"


def sent(days: int, *, per_day: float = 0, **changes: Any) -> list[Sending]:
    plan = Plan(
        seed=5, province="33", communes=COMMUNES, per_day=per_day, rate=0, domains=True, **changes
    )
    return list(Simulation(plan).events(START - days * DAY, (), START))


@pytest.fixture(name="weeks", scope="module")
def _weeks() -> list[Sending]:
    return sent(42)


@pytest.fixture(name="events", scope="module")
def _events(weeks: list[Sending]) -> list[Event]:
    return [decode(document) for _, document in weeks]


def test_every_type_comes_that_is_no_decision_and_no_measurement_of_the_centre(
    events: list[Event],
) -> None:
    taken = {name for name, kind in CONTRACT.types.items() if kind.direction == "in"}
    dossiers = {name for name in taken if ".dossier." in name}
    assert {event.type for event in events} == taken - dossiers - NOT_SIMULATED


def test_every_event_is_accepted_without_a_warning_and_marked(weeks: list[Sending]) -> None:
    for at, document in weeks:
        verdict = judge(document, at, KnownUnits())
        assert isinstance(verdict, Accepted), verdict
        assert verdict.warnings == ()
        assert verdict.event.quality == ("simulated",)
        assert verdict.event.at <= verdict.event.recorded_at <= at


def test_they_come_in_order_of_sending_and_once(weeks: list[Sending], events: list[Event]) -> None:
    instants = [at for at, _ in weeks]
    assert instants == sorted(instants)
    assert instants[-1] < START
    assert len({event.id for event in events}) == len(events)


def test_a_shorter_history_sends_what_the_longer_one_sent_of_its_days(weeks: list[Sending]) -> None:
    short = sent(5)
    assert len(short) > 3000
    assert set(short) <= set(weeks)


def test_no_fact_is_told_twice(events: list[Event]) -> None:
    facts = Counter(
        (event.type, event.unit, event.subject, event.at)
        for event in events
        if CONTRACT.types[event.type].key != "case"
    )
    assert set(facts.values()) == {1}


def test_cases_begin_with_their_opening_and_go_on_in_order(events: list[Event]) -> None:
    lives: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        if CONTRACT.types[event.type].key == "case":
            lives[event.unit, event.subject].append(event)
    assert len(lives) > 500
    for life in lives.values():
        assert CONTRACT.types[life[0].type].case_rank == 0
        assert [event.at for event in life] == sorted(event.at for event in life)


def test_the_rate_is_small(events: list[Event]) -> None:
    assert 1000 < len(events) / 42 < 1800


def test_dossiers_stay_as_they_are() -> None:
    """With the other domains the same dossiers are sent, byte for byte, and the plan is another."""
    plain = Plan(seed=5, province="33", communes=COMMUNES, per_day=20, rate=0)
    dossiers = list(Simulation(plain).events(START - 3 * DAY, (), START))
    both = sent(3, per_day=20)
    assert [each for each in both if b".dossier." in each[1]] == dossiers
    other = Plan(seed=5, province="33", communes=COMMUNES, per_day=20, rate=0, domains=True)
    assert Simulation(plain).name != Simulation(other).name


def test_a_small_province_has_them_too() -> None:
    plan = Plan(seed=1, province="33", communes=("C:11953",), per_day=0, rate=0, domains=True)
    found = list(Simulation(plan).events(START - HOUR, (), START))
    assert {decode(document).unit for _, document in found} == {"C:11953", "P:33"}


def test_feeds_keep_their_contract_but_one_of_them_for_some_hours(events: list[Event]) -> None:
    feeds: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        if event.type == "vn.ioc.feed.heartbeat.v1":
            feeds[event.subject].append(event)
    assert len(feeds) == 5
    silent: dict[int, set[str]] = defaultdict(set)
    for name, beats in feeds.items():
        for beat, following in pairwise(beats):
            promised = beat.data.contract_interval * 1_000_000
            heard_at = parse_instant(beat.data.last_occurred_at)
            if following.recorded_at - heard_at > 1.5 * promised:
                silent[(beat.at - START) // DAY].add(name)
    assert len(silent) > 40
    assert {len(names) for names in silent.values()} == {1}
    assert "mot-cua" not in set().union(*silent.values())
