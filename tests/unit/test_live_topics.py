"""Topics: what a path is, what a pattern means, how a mistake is answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.live.topics import Pattern, Trend, path_of, read_key, read_topic
from services.domain.errors import Refused
from tests.unit.live_model import place

KEYS = {
    "total": "PS-04|P:33@2025-07-01||30d",
    "commune": "PS-04|C:11953@2025-07-01||30d",
    "agency": "PS-04|P:33@2025-07-01|agency=H33.15|30d",
    "admin": "PS-04|P:33@2025-07-01||month~admin",
    "country": "DE-01|N:VN@1900-01-01||month",
}


def meant(topic: str) -> set[str]:
    pattern = read_topic(topic, 400)
    assert isinstance(pattern, Pattern)
    found = set()
    for name, key in KEYS.items():
        parsed = read_key(key)
        if pattern.matches(path_of(parsed, place(parsed.unit_key))):
            found.add(name)
    return found


@pytest.mark.parametrize(
    ("topic", "names"),
    [
        ("indicators/33/P:33/PS-04/30d", {"total"}),
        ("indicators/33/*/PS-04/30d", {"total", "commune"}),
        ("indicators/33/*/*/*", {"total", "commune", "admin"}),
        ("indicators/*/*/*/*", {"total", "commune", "admin", "country"}),
        ("indicators/33/P:33/PS-04/30d/agency/*", {"agency"}),
        ("indicators/33/P:33/PS-04/30d/agency/H33.15", {"agency"}),
        ("indicators/33/P:33/PS-04/30d/procedure/*", set()),
        ("indicators/33/P:33/PS-04/30d/**", {"total", "agency"}),
        ("indicators/33/P:33/PS-04/month~admin", {"admin"}),
        ("indicators/VN/N:VN/DE-01/month", {"country"}),
        ("indicators/33/**", {"total", "commune", "agency", "admin"}),
        ("indicators/**", set(KEYS)),
        ("indicators/34/**", set()),
    ],
)
def test_a_pattern_means(topic: str, names: set[str]) -> None:
    assert meant(topic) == names


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("", "unknown topic"),
        ("indicators", "segments"),
        ("indicators/33/P:33/PS-04", "segments"),
        ("indicators/33/P:33/PS-04/30d/agency", "segments"),
        ("indicators/33//PS-04/30d", "empty segment"),
        ("indicators/**/30d", "only for the last"),
        ("indicators/3*/P:33/PS-04/30d", "whole segment"),
        ("indicators/" + "x" * 500, "at most 400"),
        ("alerts/33/**", "unknown topic"),
        ("trend/PS-04", "trend/<observation id>"),
        ("trend/|||", "record's key"),
    ],
)
def test_a_mistake_says_what_is_right(topic: str, hint: str) -> None:
    with pytest.raises(Refused, match=hint):
        read_topic(topic, 400)


SEGMENT = st.text(st.characters(codec="utf-8", exclude_characters="|,=@"), min_size=1, max_size=12)


@given(SEGMENT, SEGMENT)
def test_any_member_has_a_path_of_whole_segments(dim: str, member: str) -> None:
    path = path_of(read_key(f"PS-04|P:33@2025-07-01|{dim}={member}|30d"), ("33", "P:33"))
    assert len(path) == 7
    assert all("/" not in segment and "*" not in segment for segment in path)
    pattern = read_topic("/".join(path), 1000)
    assert isinstance(pattern, Pattern)
    assert pattern.matches(path)


def test_a_trend_knows_the_key_behind_its_observation() -> None:
    trend = read_topic("trend/PS-04|P:33@2025-07-01||month:2026-10", 400)
    assert isinstance(trend, Trend)
    assert trend.key == "PS-04|P:33@2025-07-01||month"


def test_a_revision_has_a_family_of_its_own() -> None:
    key = read_key("PS-04|P:33@2025-07-01||month~admin~revised")
    assert (key.window, key.revised) == ("month~admin", True)
    path = path_of(key, ("33", "P:33"))
    asked = read_topic("revisions/33/P:33/PS-04/*", 200)
    newest = read_topic("indicators/33/**", 200)
    assert isinstance(asked, Pattern)
    assert isinstance(newest, Pattern)
    assert (asked.matches(path), newest.matches(path)) == (True, False)
