"""Topics that can never tell anything are refused, all at once and with what there is."""

import json

import pytest

from services.api.live.possible import TopicsRefused, require_possible
from services.api.live.topics import read_topic
from services.api.standard import vocabulary_of
from services.domain.vocabulary import Vocabulary
from tests.unit.engine_centre import catalogue, units
from tests.unit.live_model import Replica, all_of, subscribe


def vocabulary() -> Vocabulary:
    return vocabulary_of(catalogue(), lambda key: units().get(key) is not None)


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("indicators/33/P:33/XX/30d", "unknown indicator 'XX'"),
        ("indicators/33/P:33/XX/**", "unknown indicator 'XX'"),
        ("indicators/33/P:33/PS-04/foo", "PS-04 has no window 'foo': 24h, 30d, "),
        ("indicators/33/P:33/PS-04/5m", "PS-04 has no window '5m'"),
        ("indicators/33/*/*/foo", "it has no window 'foo'"),
        ("indicators/33/P:33/PS-04/30d~admin", "administrative calendar has no window '30d'"),
        ("indicators/33/P:33/PS-04/month~constant", "constant boundaries"),
        ("indicators/33/P:33/PS-04/month~revised", "no window"),
        ("indicators/33/P:33/PS-04/30d/colour/*", "PS-04 has no breakdown 'colour': agency"),
        ("indicators/33/P:33/*/30d/colour/red", "no breakdown 'colour'"),
        ("revisions/33/P:33/PS-04/30d", "only calendar periods are revised"),
        ("revisions/33/P:33/*/24h/**", "only calendar periods are revised"),
        ("trend/XX|P:33@2025-07-01||24h", "unknown indicator 'XX'"),
        ("trend/PS-04|P:33@2025-07-01||foo", "no window 'foo'"),
        ("trend/PS-04|P:33||30d", "a unit carries its date"),
        ("trend/PS-04|P:99@2025-07-01||30d", "unknown unit 'P:99@2025-07-01'"),
        ("trend/PS-04|P:33@2025-07-01|colour=red|30d", "no breakdown 'colour'"),
        ("trend/PS-04|P:33@2025-07-01||30d:2026-10", "window '30d' has no periods"),
        ("trend/PS-04|P:33@2025-07-01||month", "it names no month"),
        ("trend/PS-04|P:33@2025-07-01||month:٢٠٢٦-10", "it names no month"),
        ("trend/PS-04|P:33@2025-07-01||month:2026", "period '2026' is no month"),
        ("trend/PS-04|P:33@2025-07-01||month~constant:2026-10", "constant boundaries"),
        ("trend/PS-04|P:33@2025-07-01||month~revised:2026-10", "a unit carries its date"),
    ],
)
def test_what_can_never_be_is_refused(topic: str, reason: str) -> None:
    with pytest.raises(TopicsRefused) as refused:
        require_possible([read_topic(topic, 400)], vocabulary())
    assert str(refused.value).startswith(f"topic {topic!r}: ")
    assert reason in str(refused.value)
    assert refused.value.topics == (topic,)


@pytest.mark.parametrize(
    "topic",
    [
        "indicators/**",
        "indicators/33/P:33/**",
        "indicators/*/*/*/*",
        "indicators/unknown/P:99/PS-04/30d",
        "indicators/33/P:33/PS-04/30d/agency/H33.15",
        "indicators/33/P:33/PS-04/30d/*/*",
        "indicators/33/P:33/PS-04.finished/month~admin",
        "indicators/33/*/*/all",
        "revisions/33/P:33/PS-04/*",
        "revisions/33/P:33/PS-04/month~admin",
        "trend/PS-04|P:33@2025-07-01||30d",
        "trend/PS-04|P:33@2025-07-01|agency=H33.15|month:2026-10",
        "trend/PS-01|P:33@2025-07-01||ytd~admin:2026",
    ],
)
def test_what_may_come_is_followed(topic: str) -> None:
    require_possible([read_topic(topic, 400)], vocabulary())


def test_a_client_is_told_all_of_them_and_may_ask_again_without() -> None:
    session = Replica().session()
    right, wrong = "indicators/33/P:33/PS-04/30d", "indicators/33/P:33/XX/30d"
    session.receive(subscribe("a", right, wrong, "trend/XX|P:33@2025-07-01||24h"))
    (error,) = all_of(session)
    assert (error["type"], error["code"], error["id"]) == ("error", "refused", "a")
    assert error["topics"] == [wrong, "trend/XX|P:33@2025-07-01||24h"]
    assert error["detail"] == (
        f"topic {wrong!r}: unknown indicator 'XX': GET /v1/indicators lists them (and 1 more)"
    )
    session.receive(subscribe("a", right))
    assert [message["type"] for message in all_of(session)] == ["snapshot"]
    session.receive(subscribe("a", "indicators/33"))
    assert "topics" not in json.loads(str(session.next()))
