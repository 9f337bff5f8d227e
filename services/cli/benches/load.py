"""The load of the bench: a fixed mix of simple and dossier events; pure."""

from collections.abc import Iterator

import msgspec

from services.domain.instants import format_instant

SIMPLE_SHARE = 80
PROBE = "C:11980"
"""The commune in which only latency probes open dossiers."""
_encode = msgspec.json.Encoder().encode


def events(count: int, communes: list[str], now: int) -> Iterator[bytes]:
    """`count` events: of each hundred 80 are reports of one fact, 20 open or close dossiers."""
    for number in range(count):
        if number % 100 < SIMPLE_SHARE:
            yield _report(number, communes[number % len(communes)], now)
        else:
            yield _dossier(number, communes[number // 2 % len(communes)], now)


def readings(count: int, communes: list[str], now: int) -> Iterator[bytes]:
    """`count` readings of road segments, each of another segment or minute."""
    for number in range(count):
        segment, back = f"S-{number % 997:04d}", number // 997
        at = now - (1 + back) * 60_000_000
        identity = f"r-{number:08d}"
        commune = communes[number % 997 % len(communes)]
        yield _encode(
            {
                **_envelope(identity, "vn.ioc.traffic.reading.v1", segment, commune, at),
                "data": {
                    "segment_id": segment,
                    "speed": 20 + number % 400 / 10,
                    "free_flow": 60,
                    "flow": number % 1200,
                    "length": 1.5,
                },
            }
        )


def dossiers(count: int, communes: list[str], now: int) -> Iterator[bytes]:
    """`count` events of dossiers: every second one closes the one opened just before it."""
    for number in range(count):
        yield _dossier(number, communes[number // 2 % len(communes)], now)


def probe(number: int, now: int) -> bytes:
    """A dossier of the probe commune: each adds one to its open dossiers."""
    return _received(f"probe-{number:08d}", f"b-probe-{number:08d}", PROBE, now)


def _envelope(identity: str, kind: str, subject: str, commune: str, at: int) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": identity,
        "source": "/agency/H33.15/bench",
        "type": kind,
        "time": format_instant(at),
        "subject": subject,
        "recordedtime": format_instant(at),
        "unit": commune,
    }


def _report(number: int, commune: str, now: int) -> bytes:
    """A month's subscriptions of one of five operators; a subject comes once in 150,000."""
    turn = number // 103
    operator = f"OP{turn % 5}"
    month = f"{2000 + turn // 60 % 25}-{turn // 5 % 12 + 1:02d}"
    at = now - 3_600_000_000
    subject = f"{month}/statistical/operator/{operator}"
    return _encode(
        {
            **_envelope(f"b-{number:08d}", "vn.ioc.telecom.subscription.v1", subject, commune, at),
            "data": {
                "period": month,
                "period_calendar": "statistical",
                "vn_level": "so_bo",
                "vintage_no": 1,
                "released_at": format_instant(at),
                "subs_mobile_bb": number % 9973,
                "subs_fixed_bb": number % 4999,
                "households_fibre": number % 3001,
                "dim": "operator",
                "dim_value": operator,
            },
        }
    )


def _dossier(number: int, commune: str, now: int) -> bytes:
    """Every second one closes the dossier that was opened just before it."""
    opened = number - number % 2
    subject = f"bench-{opened:08d}"
    if number % 2 == 0:
        return _received(subject, f"b-{number:08d}", commune, now - 7_200_000_000)
    return _encode(
        {
            **_envelope(
                f"b-{number:08d}", "vn.ioc.dossier.finished.v1", subject, commune, now - 60_000_000
            ),
            "data": {"e_result_ref": f"KQ.{opened}"},
        }
    )


def _received(subject: str, identity: str, commune: str, at: int) -> bytes:
    return _encode(
        {
            **_envelope(identity, "vn.ioc.dossier.received.v1", subject, commune, at),
            "data": {
                "procedure_code": f"1.00{hash_of(subject) % 40:04d}",
                "svc_level": "full",
                "channel": 2,
                "submitted_at": format_instant(at),
                "due_at": format_instant(at + 5 * 86_400_000_000),
                "requires_paper_result": False,
                "agency_id": "H33.15",
            },
        }
    )


def hash_of(text: str) -> int:
    """A small number from a text, the same in every process."""
    return sum(text.encode())
