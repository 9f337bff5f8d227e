"""Two units of one code: topics and queries mean today's, the other has a name of its own."""

from datetime import date

import pytest

from services.api.live.topics import Pattern, path_of, read_key, read_topic
from services.api.newest import NewestObservations
from services.api.places import Places
from services.domain.instants import DAY, start_of_local_day
from services.domain.query import ObservationQuery
from services.domain.units import parse_units
from tests.unit.live_model import Replica

REFORM = date(2025, 7, 1)
UNITS = parse_units(
    """level,code,valid_from,valid_to,name_vi,name_short_vi,type,parent,lat,lon
N,VN,1900-01-01,,Việt Nam,Việt Nam,quốc gia,,,
P,33,1900-01-01,2025-07-01,Tỉnh Cũ,Cũ,tỉnh,N:VN@1900-01-01,,
P,33,2025-07-01,,Tỉnh Mới,Mới,tỉnh,N:VN@1900-01-01,,
P,34,1900-01-01,,Tỉnh Khác,Khác,tỉnh,N:VN@1900-01-01,,
C,1,1900-01-01,2025-07-01,Xã Cũ,Cũ,xã,P:33@1900-01-01,,
C,1,2025-07-01,,Xã Mới,Mới,xã,P:33@2025-07-01,,
C,2,1900-01-01,2025-07-01,Xã Cũ Khác,Cũ Khác,xã,P:34@1900-01-01,,
C,2,2025-07-01,,Xã Mới Khác,Mới Khác,xã,P:34@1900-01-01,,
""",
    "pred,succ,weight,method,is_default\n",
)
KEYS = tuple(unit.key for unit in UNITS)
PATTERNS = (
    "indicators/33/P:33/PS-04/30d",
    "indicators/33/C:1/PS-04/30d",
    "indicators/33/C:1/PS-04/30d/**",
    "indicators/33/*/PS-04/30d",
    "indicators/34/*/PS-04/30d",
    "indicators/33/**",
    "indicators/34/**",
    "revisions/33/**",
)


def meant(places: Places, topic: str) -> set[str]:
    pattern = read_topic(topic, 400)
    assert isinstance(pattern, Pattern)
    ends = ("30d", "month~revised")
    return {
        key
        for key in KEYS
        for end in ends
        if pattern.matches(path_of(read_key(f"PS-04|{key}||{end}"), places.segments(key)))
    }


@pytest.mark.parametrize("day", [date(2025, 6, 30), REFORM, date(2026, 3, 5)])
@pytest.mark.parametrize("topic", PATTERNS)
def test_a_topic_of_bare_codes_means_units_of_the_day_alone(day: date, topic: str) -> None:
    found = meant(Places(UNITS, day), topic)
    assert found
    of_day = {unit.key for unit in UNITS if unit.valid_on(day)}
    assert found <= of_day


def test_a_former_unit_is_followed_under_its_dated_name() -> None:
    places = Places(UNITS, date(2026, 3, 5))
    old = "indicators/33@1900-01-01"
    assert meant(places, f"{old}/C:1@1900-01-01/PS-04/30d") == {"C:1@1900-01-01"}
    assert meant(places, f"{old}/**") == {"C:1@1900-01-01", "P:33@1900-01-01"}
    assert meant(places, "indicators/34@1900-01-01/**") == {"C:2@1900-01-01"}
    assert meant(places, "indicators/**") == set(KEYS)


def found(newest: NewestObservations, query: ObservationQuery) -> set[str]:
    """The unit keys of what is found."""
    texts = [bytes(item).decode() for item in newest.find(query).items]  # type: ignore[call-overload]  # raw JSON
    return {key for key in KEYS for text in texts if f'"PS-04|{key}||' in text}


def test_the_newest_of_a_bare_code_is_of_the_unit_of_the_day() -> None:
    replica = Replica()
    for number, key in enumerate(KEYS):
        replica.put(f"PS-04|{key}||30d", 1, 1, float(number))
    places = Places(UNITS, date(2026, 3, 5))
    newest = NewestObservations(replica.board, places)

    def units(**said: tuple[str, ...]) -> set[str]:
        return found(newest, ObservationQuery(**said))  # type: ignore[arg-type]  # units and within

    assert units(units=("P:33",)) == {"P:33@2025-07-01"}
    assert units(units=("P:33@1900-01-01",)) == {"P:33@1900-01-01"}
    assert units(within=("P:33",)) == {"C:1@2025-07-01"}
    assert units(within=("P:33@1900-01-01",)) == {"C:1@1900-01-01"}
    assert units(within=("P:34",)) == {"C:2@1900-01-01", "C:2@2025-07-01"}
    assert units(within=("N:VN",)) == set(KEYS) - {"N:VN@1900-01-01"}
    assert units() == set(KEYS)


def test_a_code_means_its_former_unit_when_nothing_else_is_known_of_it() -> None:
    replica = Replica()
    replica.put("PS-04|C:1@1900-01-01||30d", 1, 1, 1.0)
    newest = NewestObservations(replica.board, Places(UNITS, date(2026, 3, 5)))
    assert found(newest, ObservationQuery(units=("C:1",))) == {"C:1@1900-01-01"}
    assert found(newest, ObservationQuery(units=("C:2", "C:3"))) == set()
    replica.put("PS-04|C:1@2025-07-01||24h", 1, 1, 1.0)
    assert found(newest, ObservationQuery(units=("C:1",))) == {"C:1@2025-07-01"}


async def test_a_replica_ends_on_the_day_on_which_a_code_means_another_unit() -> None:
    midnight = start_of_local_day(REFORM)
    moments = iter([midnight - DAY, midnight - 1, midnight])
    await Places(UNITS, date(2025, 6, 29)).outlive(lambda: next(moments), look_seconds=0)
    assert next(moments, None) is None
