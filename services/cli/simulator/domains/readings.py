"""What instruments say hour by hour: air, roads, beds, feeds."""

import math

from services.cli.simulator.documents import stamp
from services.cli.simulator.domains.day import Day, Drawn, Happening, system
from services.domain.instants import HOUR, MINUTE

CLEAN_AIR = {"PM2.5": 22.0, "PM10": 41.0, "NO2": 19.0}
"""Usual hourly means, µg/m³."""
FREE_FLOW_KMH = 60
FEEDS = {
    "mot-cua": "public-service",
    "phan-anh": "citizen-feedback",
    "quan-trac": "environment",
    "giao-thong": "traffic-safety",
    "giuong-benh": "health",
}
FALL_SILENT = ("phan-anh", "quan-trac", "giao-thong", "giuong-benh")
CONTRACT_SECONDS = 3600
BEAT = 30 * MINUTE


def air(day: Day) -> Drawn:
    """One station in every fifteenth commune; the hour is known when it is over."""
    weather = 0.7 + 0.8 * day.rng.random()
    for agency in day.some(15):
        for hour in range(24):
            rush = 1 + 0.35 * _rush(hour)
            for pollutant, usual in CLEAN_AIR.items():
                station = f"{agency.agency_id}-KK"
                data = {
                    "station_id": station,
                    "pollutant": pollutant,
                    "value": round(usual * weather * rush * day.rng.uniform(0.8, 1.25), 1),
                    "averaging": "1h",
                    "valid": day.rng.random() > 0.02,
                }
                yield [
                    Happening(
                        day.midnight + hour * HOUR,
                        "env.reading",
                        agency.unit,
                        system(agency, "quan-trac"),
                        f"{station}/{pollutant}",
                        data,
                        after=HOUR + 2 * MINUTE,
                    )
                ]


def roads(day: Day) -> Drawn:
    """One segment in every tenth commune, measured each hour."""
    for agency in day.some(10):
        segment = f"{agency.agency_id}-D1"
        for hour in range(24):
            rush = _rush(hour)
            data = {
                "segment_id": segment,
                "speed": round(FREE_FLOW_KMH * (1 - 0.55 * rush * day.rng.random()), 1),
                "free_flow": FREE_FLOW_KMH,
                "flow": round(120 + 1100 * rush * day.rng.uniform(0.7, 1.2)),
                "length": 2.5,
            }
            at = day.midnight + hour * HOUR
            source = system(agency, "giao-thong")
            yield [Happening(at, "traffic.reading", agency.unit, source, segment, data)]


def beds(day: Day) -> Drawn:
    """A hospital in every twentieth commune, two wards each."""
    for agency in day.some(20):
        facility = f"{agency.agency_id}-BV"
        for ward, available in (("general", 160), ("intensive", 14)):
            for hour in range(24):
                occupied = round(available * day.rng.uniform(0.68, 0.97))
                data = {
                    "facility_id": facility,
                    "ward": ward,
                    "beds_available": available,
                    "beds_occupied": occupied,
                }
                at = day.midnight + hour * HOUR
                source, subject = system(agency, "giuong-benh"), f"{facility}/{ward}"
                yield [Happening(at, "health.bed", agency.unit, source, subject, data)]


def heartbeats(day: Day) -> Drawn:
    """What the feeds of the province deliver, each half hour; for some hours one of them nothing.

    Each promises data every hour, so the one that is silent becomes late, then stale, and returns.
    """
    agency = day.agencies[0]
    silent = day.rng.choice(FALL_SILENT)
    begin = day.midnight + day.rng.randrange(6, 19) * HOUR
    end = begin + day.span(2 * HOUR, 4 * HOUR)
    for feed, domain in FEEDS.items():
        for number in range(48):
            at = day.midnight + number * BEAT + 5 * MINUTE
            heard_at, rows = at - day.span(MINUTE, 10 * MINUTE), day.rng.randrange(5, 400)
            if feed == silent and begin < at < end:
                heard_at, rows = begin, 0
            data = {
                "feed_id": feed,
                "agency_id": agency.agency_id,
                "domain": domain,
                "contract_interval": CONTRACT_SECONDS,
                "active": True,
                "last_occurred_at": stamp(heard_at),
                "rows": rows,
                "rejected": 0,
            }
            unit, source = f"P:{day.province}", system(agency, "giam-sat")
            yield [Happening(at, "feed.heartbeat", unit, source, feed, data)]


def _rush(hour: int) -> float:
    """How full roads are, 0..1, with peaks at half past seven and half past five."""
    return math.exp(-((hour - 7.5) ** 2) / 4) + math.exp(-((hour - 17.5) ** 2) / 5)
