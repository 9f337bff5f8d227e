"""Counts documents on a real database as the aggregator does, one batch at a time."""

import json
from typing import Any
from uuid import UUID, uuid4

import psycopg

from services.adapters.provision import fill_progress
from services.adapters.standards import load_catalogue
from services.adapters.topics import INDICATORS, event_topic
from services.adapters.units import load_units
from services.aggregator.count.batch import Record, decode_batch
from services.aggregator.count.positions import take_over
from services.aggregator.count.writer import Writer

TOPIC = event_topic("public-service")
REPORTS = event_topic("telecom")
RECEIPT = uuid4()
AT = "2025-10-06T09:15:00+07:00"


def dossier(number: int, unit: str = "C:11953", time: str = AT, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "/agency/H33.15/mot-cua",
        "type": "vn.ioc.dossier.received.v1",
        "time": time,
        "subject": f"case-{number}",
        "recordedtime": time,
        "unit": unit,
        "data": {
            "procedure_code": "1.001193",
            "svc_level": "full",
            "submitted_at": time,
            "requires_paper_result": False,
            "agency_id": "H33.15",
        },
        **more,
    }


def record(topic: str, offset: int, document: dict[str, Any], receipt: UUID | None) -> Record:
    headers = {}
    if receipt is not None:
        headers["receipt"] = receipt.bytes + (offset + 1).to_bytes(4, "big")
    return Record(topic, 0, offset, json.dumps(document).encode(), headers)


class Counting:
    """Counts documents as the aggregator does, one batch at a time."""

    def __init__(self, database: str, connection: psycopg.Connection) -> None:
        fill_progress(database, {TOPIC: 1, REPORTS: 1, INDICATORS: 1}, [TOPIC, REPORTS])
        owner = uuid4()
        self._held = take_over(connection, owner, [(TOPIC, 0), (REPORTS, 0)])
        self._writer = Writer(connection, owner, load_catalogue(), load_units())

    def count(
        self,
        *documents: dict[str, Any],
        now: int,
        topic: str = TOPIC,
        receipt: UUID | None = RECEIPT,
    ) -> dict[str, int]:
        begin = self._held[topic, 0].offset
        records = [record(topic, begin + n, each, receipt) for n, each in enumerate(documents)]
        held = {(topic, 0): self._held[topic, 0]}
        ends = {(topic, 0): begin + len(records)}
        written = self._writer.write(decode_batch(records, "r", "d"), held, ends, now)
        self._held |= written.positions
        return dict(written.states)

    def tick(self, now: int) -> None:
        self._held |= self._writer.tick(self._held, list(self._held), now).positions
