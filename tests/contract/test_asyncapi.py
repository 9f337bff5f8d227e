"""The AsyncAPI document names all topics, keys and event types; its references lead somewhere."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import schemas
from schemas import asyncapi_text
from services.aggregator.evaluate.published import Shard
from services.aggregator.evaluate.records import records_of, told_of
from services.api.live.topics import read_key
from services.domain.engine.evaluated import Evaluated
from services.domain.engine.observation import Observation
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.revisions import Revision, Said, observed, revised_key
from services.domain.engine.state import State
from services.domain.engine.windows import PERIODS
from services.domain.events import CONTRACT
from tests.schema_references import references
from tests.unit.engine_centre import catalogue, units
from tests.unit.reference_log import COMMUNE, COUNTRY, OLD_PROVINCE, PROVINCE, at

FOLDER = Path(schemas.__file__).parent


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(asyncapi_text())
    return loaded


@pytest.mark.clause("11.5.1")
def test_it_names_every_topic() -> None:
    topics = {channel["address"] for channel in document()["channels"].values()}
    inputs = {f"ioc.events.{domain}.v1" for domain in CONTRACT.topic_domains if domain != "alerts"}
    outputs = {"deadletter", "receipts", "indicators", "alerts", "partials"}
    assert topics == inputs | {f"ioc.{name}.v1" for name in outputs}


def test_every_event_type_is_a_message_of_the_topic_of_its_domain() -> None:
    channels = document()["channels"]
    for name, kind in CONTRACT.types.items():
        holding = {key for key, channel in channels.items() if name in channel["messages"]}
        own = kind.topic_domain if kind.direction == "out" else f"events-{kind.topic_domain}"
        assert holding == {own}


def test_every_reference_leads_somewhere() -> None:
    loaded = document()
    for reference in references(loaded):
        if reference.startswith("#/"):
            target = loaded
            for step in reference[2:].split("/"):
                target = target[step]
        else:
            assert (FOLDER / reference).is_file()


@pytest.mark.clause("11.5.2")
def test_it_is_of_version_3_and_every_channel_is_used() -> None:
    loaded = document()
    assert loaded["asyncapi"].startswith("3.")
    used = {operation["channel"]["$ref"] for operation in loaded["operations"].values()}
    assert used == {f"#/channels/{name}" for name in loaded["channels"]}


NOW = at("2026-03-05T12:00")


def keys_of(records: Iterable[tuple[bytes, bytes]]) -> list[str]:
    return [key.decode() for key, _ in records]


def observations(shard: Shard) -> Iterator[tuple[Observation, list[str]]]:
    """One of each form, and the keys under which a shard sends it.

    Every figure in every window, calendar, level of unit and breakdown.
    """
    state = State(catalogue(), units())
    observer = Observer(state)
    for formula in catalogue().formulas.values():
        indicator = catalogue().indicators[formula.indicator]
        members = [("", ""), *((dim, "Sở Y tế, 1.001193 = a/b") for dim in indicator.dimensions)]
        cells = [
            state.cells.number(unit, *member)
            for unit in (COUNTRY, PROVINCE, OLD_PROVINCE, COMMUNE, "D:323@1900-01-01")
            for member in members
        ]
        for window in formula.windows:
            for calendar in indicator.calendars_of(window):
                for told in observer.told(formula, window, calendar, cells, Moment(NOW, NOW)):
                    if isinstance(told, Evaluated):
                        keys = keys_of(shard.changed(records_of(told), ""))
                        made = told.observations()
                        yield from ((one, [key]) for one, key in zip(made, keys, strict=True))


KEYED = ("observation", "revision")


def pattern(message: str) -> str:
    """The form of a message's keys."""
    loaded = document()
    assert set(loaded["channels"]["indicators"]["messages"]) == set(KEYED)
    form: str = loaded["components"]["messages"][message]["bindings"]["kafka"]["key"]["pattern"]
    return form


@pytest.mark.clause("7.2.3", "11.5.1")
def test_every_key_of_an_observation_is_of_one_described_form() -> None:
    shard, forms = Shard(0, 1), {name: re.compile(pattern(name)) for name in KEYED}
    windows: set[str] = set()
    for made, plain in observations(shard):
        revised = []
        if made.window in PERIODS:
            last = observed(Revision(made.id, 2, NOW, Said(1, 1, 1), 1))
            revised = keys_of(shard.changed_one(revised_key(last), told_of(last), ""))
        for name, keys in (("observation", plain), ("revision", revised)):
            for key in keys:
                assert [form for form in KEYED if forms[form].search(key)] == [name], key
                assert read_key(key).revised is (name == "revision")
                windows.add(key.rpartition("|")[2])
    assert {"instant", "24h", "all", "month", "month~admin", "ytd~admin~revised"} <= windows


@pytest.mark.parametrize(
    "key",
    [
        "PS-04|P:33||month",
        "PS-04|P:33@2025-07-01||month:2026-10",
        "PS-04|P:33@2025-07-01||month~constant",
        "PS-04|P:33@2025-07-01||24h~admin",
        "PS-04|P:33@2025-07-01||24h~revised",
        "PS-04|P:33@2025-07-01||month~revised~admin",
        "PS-04|P:33@2025-07-01|agency|month",
    ],
)
def test_no_other_key_is_described(key: str) -> None:
    assert not [name for name in KEYED if re.search(pattern(name), key)]
