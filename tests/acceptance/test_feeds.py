"""A feed that falls silent makes its values late, then stale, and fresh again when it returns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.screen import Item, Screen, following, observation_id
from tests.acceptance.senders import send
from tests.centre import Centre

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

PROMISED_SECONDS = 12
"""Long enough for a busy machine to be seen between once and one and a half times of it."""
INDICATOR = "PS-04"


def heartbeat(province: str, name: str, seconds: int, **said: Any) -> dict[str, Any]:
    """A heartbeat of now, by a feed that has just delivered."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    data = {
        "feed_id": "mot-cua",
        "agency_id": f"H{province[2:]}",
        "domain": "public-service",
        "contract_interval": seconds,
        "active": True,
        "last_occurred_at": now,
    }
    return {
        "specversion": "1.0",
        "id": f"beat-{province[2:]}-{name}",
        "source": f"/agency/H{province[2:]}/giam-sat",
        "type": "vn.ioc.feed.heartbeat.v1",
        "time": now,
        "recordedtime": now,
        "subject": "mot-cua",
        "unit": province,
        "data": data | said,
    }


async def becomes(screen: Screen, name: str, state: str) -> dict[str, Any]:
    """Wait for a state on the wall and give the whole freshness."""

    def is_so(item: Item) -> bool:
        return bool(item["freshness"]["state"] == state)

    found: dict[str, Any] = (await screen.tells(name, is_so))["freshness"]
    return found


def after(beat: dict[str, Any], intervals: float) -> datetime:
    heard_at = datetime.fromisoformat(beat["data"]["last_occurred_at"])
    return heard_at + timedelta(seconds=intervals * beat["data"]["contract_interval"])


@pytest.mark.clause("6.2.2")
async def test_late_then_stale_then_live_on_the_wall(centre: Centre, province: str) -> None:
    name = observation_id(INDICATOR, province, "30d")
    topics = [f"indicators/{province[2:]}/{province}/{INDICATOR}/30d"]
    async with following(centre, topics) as screen:
        beat = heartbeat(province, "1", PROMISED_SECONDS)
        assert (await send(centre, [beat])).accepted == 1
        try:
            await becomes(screen, name, "live")
            late = await becomes(screen, name, "late")
            assert datetime.fromisoformat(late["since"]) == after(beat, 1)
            assert late["sources_late"] == ["mot-cua"]
            stale = await becomes(screen, name, "stale")
            assert datetime.fromisoformat(stale["since"]) == after(beat, 1.5)
            assert stale["sources_late"] == ["mot-cua"]
            await _the_api_says(centre, province, stale)
            await send(centre, [heartbeat(province, "2", 3600)])
            assert await becomes(screen, name, "live") == {"state": "live"}
        finally:  # the country's values rest on it too, for other tests
            await send(centre, [heartbeat(province, "3", 3600, active=False)])


async def _the_api_says(centre: Centre, province: str, stale: dict[str, Any]) -> None:
    """The newest values and computed ones say what the wall was told, of what is still open."""
    asked = {"indicator": INDICATOR, "unit": province}
    (newest,) = await centre.observations(**asked, window="30d")
    assert newest["freshness"] == stale
    (month,) = await centre.observations(**asked, window="month")
    assert month["freshness"] == stale
    local = datetime.now(UTC) + timedelta(hours=7)
    (computed,) = await centre.observations(
        **asked, window="month", period=f"{local.year}-{local.month:02d}"
    )
    assert computed["freshness"] == stale
    (closed,) = await centre.observations(
        **asked, window="month", period=f"{local.year - 1}-{local.month:02d}"
    )
    assert closed["freshness"] == {"state": "final"}
    (fresh,) = await centre.observations(indicator="DQ-01", unit=province, window="instant")
    assert (fresh["value"], fresh["freshness"]) == (0, {"state": "live"})
