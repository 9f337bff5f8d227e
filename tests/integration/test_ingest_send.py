"""`ioc send` as its user runs it, against an intake on a real broker."""

import asyncio
import gzip
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.ingest import PUBLIC_SERVICE, RunningIntake, event, lines, read_topics, running_intake

pytestmark = pytest.mark.servers

CHECKOUT = Path(__file__).parents[2]
RECEIPT_LOG = CHECKOUT.parent / "shared" / "data" / "receipt_log.csv"
RECEIPT_LOG_MAPPING = CHECKOUT / "examples" / "receipt_log.toml"


class Result(NamedTuple):
    status: int
    printed: str
    told: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.printed)
        return found


@pytest.fixture
async def intake(kafka: str) -> AsyncIterator[RunningIntake]:
    async with running_intake(kafka) as running:
        yield running


async def ioc_send(*arguments: object, standard_input: bytes = b"") -> Result:
    command = [sys.executable, "-m", "services.cli", "send", *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=-1, stderr=-1, cwd=CHECKOUT
    )
    printed, told = await process.communicate(standard_input)
    assert process.returncode is not None
    return Result(process.returncode, printed.decode(), told.decode())


def address(intake: RunningIntake) -> str:
    return str(intake.client.base_url)


async def stored(intake: RunningIntake, source: str) -> list[dict[str, Any]]:
    documents = [json.loads(r.value) for r in await read_topics(intake.bootstrap, PUBLIC_SERVICE)]
    return [document for document in documents if document["source"] == source]


async def test_files_of_events(intake: RunningIntake, tmp_path: Path) -> None:
    source = f"/agency/H33.15/{tmp_path.name}"
    plain, packed = [event(source=source) for _ in range(250)], [event(source=source)]
    (tmp_path / "plain.ndjson").write_bytes(lines(plain))
    (tmp_path / "packed.ndjson.gz").write_bytes(gzip.compress(lines(packed)))
    sent = await ioc_send(
        *(tmp_path / "plain.ndjson", tmp_path / "packed.ndjson.gz", "--json"),
        *("--batch", 100, "--to", address(intake)),
    )
    assert sent.status == 0, sent.told
    assert len(sent.document.pop("receipts")) == 4
    assert sent.document | {"receipts": []} == {
        "records": 251,
        "accepted": 251,
        "rejected": 0,
        "receipts": [],
        "rejections": [],
    }
    found = {document["id"] for document in await stored(intake, source)}
    assert found == {each["id"] for each in plain + packed}


async def test_rejections_name_the_line_and_fail_the_command(intake: RunningIntake) -> None:
    body = lines([event()]) + b"\n" + lines([event(unit="C:99999"), event()])
    sent = await ioc_send("-", "--json", "--to", address(intake), standard_input=body)
    assert sent.status == 1
    (rejection,) = sent.document["rejections"]
    assert (rejection["line"], rejection["code"], rejection["pointer"]) == (
        3,
        "unknown_unit",
        "/unit",
    )
    assert (sent.document["accepted"], sent.document["rejected"]) == (2, 1)
    shown = await ioc_send("-", "--to", address(intake), standard_input=body)
    assert "line 3: unknown_unit /unit" in shown.told
    assert "2 accepted, 1 rejected" in shown.printed


async def test_a_wrong_column_sends_nothing(intake: RunningIntake, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("case:concept:name,case:start\nc-1,2011-10-11\n")
    sent = await ioc_send(
        *(tmp_path / "log.csv", "--mapping", RECEIPT_LOG_MAPPING, "--to", address(intake))
    )
    assert sent.status == 1
    assert "'case:startdate'" in sent.told
    assert "found: case:concept:name, case:start" in sent.told
    assert sent.printed == ""


async def test_nobody_answers() -> None:
    sent = await ioc_send(
        *("-", "--to", "http://127.0.0.1:1", "--patience", 0), standard_input=b"{}"
    )
    assert sent.status == 1
    assert "has not taken the records" in sent.told


@pytest.mark.skipif(not RECEIPT_LOG.exists(), reason="the folder of real data is absent")
@pytest.mark.clause("4.2.3")
async def test_the_real_receipt_log_twice(intake: RunningIntake) -> None:
    documents = {}
    for _ in range(2):
        sent = await ioc_send(
            *(RECEIPT_LOG, "--mapping", RECEIPT_LOG_MAPPING, "--to", address(intake), "--json")
        )
        assert sent.status == 0, sent.told
        assert (sent.document["records"], sent.document["accepted"]) == (2763, 2763)
        for document in await stored(intake, "/agency/H33.11953/receipt-log"):
            documents[document["id"]] = document

    kinds = Counter(document["type"] for document in documents.values())
    assert kinds == {"vn.ioc.dossier.received.v1": 1434, "vn.ioc.dossier.finished.v1": 1329}
    received = {
        document["subject"]: document["data"]
        for document in documents.values()
        if document["type"] == "vn.ioc.dossier.received.v1"
    }
    channels = Counter(fields.get("channel") for fields in received.values())
    assert channels == {2: 1250, 1: 109, 3: 53, None: 22}
