"""Judges a centre's live protocol and its topics, and whether all tell the same."""

from typing import Any, Final

from services.cli.live_follower import SUBPROTOCOL
from services.cli.probes.finding import Finding, all_of, first_fault, unknown
from services.cli.probes.survey import Item, Survey

HELLO: Final = (*("epoch", "seq", "heartbeat", "limits", "server_time", "tz", "standard_version"),)
LIMITS: Final = ("subscriptions", "topics", "message_bytes", "items")
SAME: Final = (
    *("indicator", "unit", "valid_from", "dims", "window", "period", "start", "end", "calendar"),
    *("value", "numerator", "denominator", "null_reason", "status", "vn_level", "finality"),
)
DAY_MS: Final = 86_400_000
NOT_LISTENED: Final = "nobody listened to the live protocol"
NOT_LOOKED: Final = "the topics were not looked at"


def the_greeting_is_complete(survey: Survey) -> Finding:
    """11.4.1: the subprotocol is spoken, and hello states what a client must know."""
    hellos = survey.messages("hello")
    if not survey.live:
        return unknown(NOT_LISTENED)
    hello: Item = hellos[0] if hellos else {}
    spoken = [message.get("subprotocol") for message in survey.messages("opened")]
    lacking = [name for name in HELLO if hello.get(name) is None]
    unlimited = [name for name in LIMITS if name not in (hello.get("limits") or {})]
    return first_fault(
        [
            (spoken == [SUBPROTOCOL], f"the subprotocol is {spoken}"),
            (hellos, "there is no hello"),
            (not lacking, f"hello lacks {', '.join(lacking)}"),
            (not unlimited, f"hello names no limit of {', '.join(unlimited)}"),
            (hello.get("tz") == "Asia/Ho_Chi_Minh", f"the time zone is {hello.get('tz')}"),
        ],
        f"heartbeat {hello.get('heartbeat')} s, limits of {', '.join(hello.get('limits') or {})}",
    )


def a_snapshot_comes_first(survey: Survey) -> Finding:
    """11.4.2: a complete snapshot, before any change."""
    if not survey.live:
        return unknown(NOT_LISTENED)
    kinds = [message.get("type") for message in survey.live]
    snapshots = survey.messages("snapshot")
    told = [kind for kind in kinds if kind in {"snapshot", "change"}]
    items = sum(len(message.get("items", ())) for message in snapshots)
    return first_fault(
        [
            (snapshots, "there is no snapshot"),
            (told[:1] == ["snapshot"], "a change comes before the snapshot"),
            (snapshots and not snapshots[-1].get("more"), "the snapshot never ends"),
        ],
        f"{items} items in {len(snapshots)} pages",
    )


def resuming_is_whole(survey: Survey) -> Finding:
    """11.4.3: resumed, or a gap and a snapshot; a foreign epoch is always a gap."""
    if not survey.resumed:
        return unknown(NOT_LISTENED)
    mine = [each.get("type") for each in survey.resumed if each.get("id") == "conform"]
    strange = [each.get("type") for each in survey.resumed if each.get("id") == "strange"]
    return first_fault(
        [
            (mine[:1] == ["resumed"] or mine[:2] == ["gap", "snapshot"], f"resuming gives {mine}"),
            (strange[:2] == ["gap", "snapshot"], f"a foreign epoch gives {strange}"),
        ],
        f"the same epoch gives {mine[0] if mine else None}, a foreign one gap and snapshot",
    )


def mistakes_are_answered(survey: Survey) -> Finding:
    """11.4.5: a wrong message is answered with what is right."""
    if not survey.live:
        return unknown(NOT_LISTENED)
    errors = survey.messages("error")
    detail = str(errors[0].get("detail", "")) if errors else ""
    return first_fault(
        [(errors, "a wrong message is not answered"), (detail, "the error says nothing")],
        detail[:100],
    )


def topics_are_named(survey: Survey) -> Finding:
    """11.5.1: the topics exist, and observations and alerts are compacted by key."""
    if survey.topics is None:
        return unknown(NOT_LOOKED)
    policies = {
        name: survey.topics.get(name, {}).get("cleanup.policy", "")
        for name in ("ioc.indicators.v1", "ioc.alerts.v1")
    }
    events = [name for name in survey.topics if name.startswith("ioc.events.")]
    return first_fault(
        [
            (events, "there is no topic of events"),
            *(("compact" in policy, f"{name}: {policy}") for name, policy in policies.items()),
        ],
        f"{len(events)} topics of events; {', '.join(policies)} compacted",
    )


def topics_are_kept(survey: Survey) -> Finding:
    """13.1.4: events for 7 days, dead letters for 30."""
    if survey.topics is None:
        return unknown(NOT_LOOKED)
    wanted = {name: 7 for name in survey.topics if name.startswith("ioc.events.")}
    wanted["ioc.deadletter.v1"] = 30
    short = [name for name, days in wanted.items() if not _kept(survey.topics.get(name), days)]
    return all_of("topics kept for 7 and 30 days", len(wanted), short)


def all_tell_the_same(survey: Survey) -> Finding:
    """4.2.5: closed periods are the same over REST, WebSocket and topic."""
    rest = {item["id"]: _told(item) for item in survey.observations if _is_closed(item)}
    live = {
        item["id"]: _told(item)
        for message in survey.messages("snapshot")
        for item in message.get("items", ())
        if "value" in item
    }
    records = {name: _told(item) for name, item in survey.records.items()}
    common = [name for name in rest if name in live or name in records]
    differ = [
        name
        for name in common
        if any(rest[name] != other.get(name, rest[name]) for other in (live, records))
    ]
    return all_of("closed observations over REST, WebSocket and topic", len(common), differ)


def _told(item: Item) -> dict[str, Any]:
    return {name: item.get(name) for name in SAME}


def _is_closed(item: Item) -> bool:
    return item.get("finality") == "final"


def _kept(settings: Any, days: int) -> bool:
    kept = int((settings or {}).get("retention.ms", 0))
    return kept < 0 or kept >= days * DAY_MS
