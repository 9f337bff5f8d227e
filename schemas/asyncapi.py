"""Makes the AsyncAPI 3 document: the topics, what they hold, who writes and who reads."""

from typing import Any

from schemas.record_keys import newest_pattern, revised_pattern
from services.domain.events import CONTRACT, EventType

Document = dict[str, Any]

DAY_MS = 24 * 3600 * 1000
EVENT_KEPT_DAYS = 7
DEAD_LETTER_KEPT_DAYS = 30
SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
CLOUDEVENTS = "application/cloudevents+json"
ALERTS = "alerts"
FIVE_YEARS_DAYS = 1827
"""The one domain that agencies do not write to: its topic has a name and a life of its own."""


def asyncapi_document() -> Document:
    """The document of all topics, with the events of this release as messages."""
    domains = [domain for domain in CONTRACT.topic_domains if domain != ALERTS]
    channels = {f"events-{domain}": _event_channel(domain) for domain in domains}
    operations = {f"count-{domain}": _receive(f"events-{domain}") for domain in domains}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Intelligent Operations Centre: topics",
            "version": "1.0.0",
            "description": "Events come in by domain; observations and alerts go out compacted.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels | _own_channels(),
        "operations": operations | _own_operations(),
        "components": {
            "messages": {kind.name: _message(kind) for kind in CONTRACT.types.values()}
            | _own_messages()
        },
    }


def _event_channel(domain: str) -> Document:
    return _channel(
        f"ioc.events.{domain}.v1",
        f"Accepted events of the domain {domain}, stamped with their time of arrival.",
        _types_of(domain),
        ["delete"],
        EVENT_KEPT_DAYS,
    )


def _types_of(domain: str) -> list[str]:
    return [kind.name for kind in CONTRACT.types.values() if kind.topic_domain == domain]


def _own_channels() -> Document:
    return {
        "receipts": _channel(
            "ioc.receipts.v1",
            "What the intake answered to each request.",
            ["receipt"],
            ["delete"],
            EVENT_KEPT_DAYS,
        ),
        "deadletter": _channel(
            "ioc.deadletter.v1",
            "Rejected records: the original bytes, with reasons and pointers as headers.",
            ["dead-letter"],
            ["delete"],
            DEAD_LETTER_KEPT_DAYS,
        ),
        "indicators": _channel(
            "ioc.indicators.v1",
            "Observations: the newest of each indicator, unit, dimensions and window, and beside it"
            " the closed period of it that was revised last, under a key of its own. A record"
            " without a body takes its key's observation away.",
            ["observation", "revision"],
            ["compact"],
        ),
        "alerts": _channel(
            "ioc.alerts.v1",
            "Transitions of alerts, written by the centre only.",
            _types_of(ALERTS),
            ["compact", "delete"],
            FIVE_YEARS_DAYS,
        ),
        "partials": _channel(
            "ioc.partials.v1",
            "Parts of the country's values; at a national centre only.",
            ["partial"],
            ["compact"],
        ),
    }


def _own_operations() -> Document:
    return {
        "store-receipts": _receive("receipts"),
        "show-dead-letters": _receive("deadletter"),
        "publish-observations": _send("indicators"),
        "publish-alerts": _send("alerts"),
        "publish-partials": _send("partials"),
    }


def _own_messages() -> Document:
    titles = {
        "receipt": ("Receipt of one request", "id of the receipt"),
        "dead-letter": ("Rejected record", "source of the record"),
        "partial": ("Part of a value", "province, measure, dimensions and name of the window"),
    }
    return {
        name: {"name": name, "title": title, **_keyed_by(key)}
        for name, (title, key) in titles.items()
    } | {
        "observation": _observation(
            "observation",
            "Observation",
            "indicator, unit, dimensions and name of the window; never a date, so the newest"
            " period takes the place of the one before",
            newest_pattern(),
        ),
        "revision": _observation(
            "revision",
            "Observation of a closed period that was revised",
            "key of the observation and `~revised`; never in the place of the newest period. Of"
            " each key the period revised last: `period` and `revision` say which and how often,"
            " `previous` what was said before",
            revised_pattern(),
        ),
    }


def _observation(name: str, title: str, key: str, pattern: str) -> Document:
    return {
        "name": name,
        "title": title,
        "contentType": "application/json",
        "payload": {"schemaFormat": SCHEMA_FORMAT, "schema": {"$ref": "./observation.json"}},
        **_keyed_by(key, pattern=pattern),
    }


def _channel(
    topic: str, about: str, messages: list[str], cleanup: list[str], kept_days: int | None = None
) -> Document:
    settings: Document = {"cleanup.policy": cleanup}
    if kept_days is not None:
        settings["retention.ms"] = kept_days * DAY_MS
    return {
        "address": topic,
        "description": about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"kafka": {"topic": topic, "topicConfiguration": settings}},
    }


def _message(kind: EventType) -> Document:
    return {
        "name": kind.name,
        "title": kind.vi,
        "contentType": CLOUDEVENTS,
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"./events/{kind.name}.json"},
        },
        **_keyed_by("subject"),
    }


def _keyed_by(key: str, **more: str) -> Document:
    return {"bindings": {"kafka": {"key": {"type": "string", "description": key, **more}}}}


def _receive(channel: str) -> Document:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{channel}"}}


def _send(channel: str) -> Document:
    return {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}}
