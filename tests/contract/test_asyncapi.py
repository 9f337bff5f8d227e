"""The AsyncAPI document names all topics and event types, and its references lead somewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import schemas
from schemas import asyncapi_text
from services.domain.events import CONTRACT

FOLDER = Path(schemas.__file__).parent


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(asyncapi_text())
    return loaded


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


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
