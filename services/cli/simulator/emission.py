"""From the life of a dossier to the events that are sent, with what goes wrong on the way.

Late records, the same event sent twice, corrections and retractions, each by its share. All of
them are legal: the centre has to come to the same values as if nothing had gone wrong.
"""

import random
from typing import Any

from services.cli.simulator.documents import Document, encode, ordered_id, stamp
from services.cli.simulator.dossiers import Life, Step
from services.cli.simulator.profile import Agency, Shares
from services.domain.instants import HOUR, MINUTE, SECOND

Sending = tuple[int, bytes]
"""When an event is sent, in microseconds, and its bytes."""

TYPES = {
    kind: f"vn.ioc.dossier.{kind}.v1"
    for kind in (
        "received", "supplement_requested", "supplement_completed", "finished", "returned",
        "refused", "suspended", "withdrawn", "rated",
    )
}  # fmt: skip


def sendings(
    rng: random.Random, shares: Shares, agency: Agency, subject: str, life: Life
) -> list[Sending]:
    """Give all events of a dossier with their instants of sending, not yet in that order."""
    found: list[Sending] = []
    for step in life.steps:
        recorded_at = max(step.at, life.entered_at) + _entry_delay(rng, quick=life.quick)
        drawn = rng.random()
        if drawn < shares.late:
            recorded_at += _lateness(rng, quick=life.quick)
        event_id = ordered_id(recorded_at, rng)
        document = Document(
            specversion="1.0",
            id=event_id,
            source=agency.source,
            type=TYPES[step.kind],
            time=stamp(step.at),
            subject=subject,
            recordedtime=stamp(recorded_at),
            unit=agency.unit,
            quality="simulated",
            data=step.data,
        )
        sent = (recorded_at, encode(document))
        found.append(sent)
        if drawn > 1 - shares.duplicate:
            found.append((recorded_at + int((10 + 600 * rng.random()) * SECOND), sent[1]))
        if step.kind == "received" and rng.random() < shares.corrected:
            found.append(_correction(rng, document, step, recorded_at, quick=life.quick))
        if step.kind == "finished" and rng.random() < shares.retracted:
            found.extend(_finish_again(rng, document, step, recorded_at, quick=life.quick))
            break
    return found


def _correction(
    rng: random.Random, first: Document, step: Step, recorded_at: int, *, quick: bool
) -> Sending:
    """Send the receipt again with another channel, as a clerk corrects it later."""
    at = recorded_at + _second_thought(rng, quick=quick)
    data: dict[str, Any] = dict(step.data)
    data["channel"] = 1 if data["channel"] != 1 else 3
    if data.get("paid_online"):
        data["paid_online"] = 0
    return at, encode(_version(rng, first, "correct", first.time, at, data))


def _finish_again(
    rng: random.Random, first: Document, step: Step, recorded_at: int, *, quick: bool
) -> list[Sending]:
    """Take the finish back, for it was booked on the wrong dossier; the right one comes later."""
    taken_back_at = recorded_at + _second_thought(rng, quick=quick)
    finished_at = taken_back_at + _second_thought(rng, quick=quick)
    again = Document(
        specversion="1.0",
        id=ordered_id(finished_at, rng),
        source=first.source,
        type=first.type,
        time=stamp(finished_at),
        subject=first.subject,
        recordedtime=stamp(finished_at),
        unit=first.unit,
        quality=first.quality,
        data=step.data,
    )
    retraction = _version(rng, first, "retract", first.time, taken_back_at, None)
    return [(taken_back_at, encode(retraction)), (finished_at, encode(again))]


def _version(
    rng: random.Random, first: Document, op: str, time: str, at: int, data: dict[str, Any] | None
) -> Document:
    return Document(
        specversion="1.0",
        id=ordered_id(at, rng),
        source=first.source,
        type=first.type,
        time=time,
        subject=first.subject,
        recordedtime=stamp(at),
        unit=first.unit,
        op=op,
        supersedes=first.id,
        quality=first.quality,
        data=data,
    )


def _entry_delay(rng: random.Random, *, quick: bool) -> int:
    return 0 if quick else int((5 + 85 * rng.random()) * SECOND)


def _lateness(rng: random.Random, *, quick: bool) -> int:
    return int((2 + 58 * rng.random()) * MINUTE) if quick else int((1 + 29 * rng.random()) * HOUR)


def _second_thought(rng: random.Random, *, quick: bool) -> int:
    mean = MINUTE if quick else 3 * HOUR
    return 10 * SECOND + int(rng.expovariate(1 / mean))
