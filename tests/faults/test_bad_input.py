"""Malformed records of every kind in a good stream: each gets its reason, all the others count."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.dossier_log import Log
from tests.acceptance.exactness import assert_exact, assert_receipt_settled
from tests.acceptance.senders import NDJSON, Sent, post, send
from tests.centre import Centre
from tests.faults.conftest import DrawLog

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

KIBIBYTE = 1024
MAPPING = Path(__file__).resolve().parents[2] / "examples" / "receipt_log.toml"

Event = dict[str, Any]


def bad_records(good: Event) -> list[tuple[bytes, str, str]]:
    """Records made from a good one, each wrong in one way, with code and pointer of the fault."""

    def changed(**members: object) -> bytes:
        return json.dumps(good | {"id": "bad"} | members).encode()

    def with_data(**members: object) -> bytes:
        return changed(data=good["data"] | members)

    def without(name: str) -> bytes:
        return json.dumps({key: value for key, value in good.items() if key != name}).encode()

    text = changed()
    return [
        (text[:-1], "malformed_json", ""),
        (text.replace(b"1.001193", b"\xff\xfe"), "malformed_json", ""),
        (text.replace(b'"1.001193"', b"NaN"), "malformed_json", ""),
        (text.replace(b'"1.001193"', b"Infinity"), "malformed_json", ""),
        (text.replace(b'"1.001193"', b"-Infinity"), "malformed_json", ""),
        (text.replace(b'"1.001193"', b"[" * 3000 + b"]" * 3000), "malformed_json", ""),
        (text[:-1] + b', "id": "again"}', "malformed_json", ""),
        (b"\xef\xbb\xbf" + text, "malformed_json", ""),
        (b"null", "wrong_type", ""),
        (b"[" + text + b"]", "wrong_type", ""),
        (with_data(note="x" * 64 * KIBIBYTE), "too_large", ""),
        (without("subject"), "missing_field", "/subject"),
        (without("unit"), "missing_field", "/unit"),
        (with_data(agency_id=None), "missing_field", "/data/agency_id"),
        (with_data(procedure_code=1.001193), "wrong_type", "/data/procedure_code"),
        (with_data(requires_paper_result="no"), "wrong_type", "/data/requires_paper_result"),
        (changed(data="nothing"), "wrong_type", "/data"),
        (with_data(channel=9), "not_in_list", "/data/channel"),
        (with_data(fee_total=-1), "out_of_range", "/data/fee_total"),
        (changed(time="2025-07-01 08:00"), "bad_format", "/time"),
        (changed(time="2025-02-30T08:00:00+07:00"), "bad_format", "/time"),
        (changed(time="9999-01-01T00:00:00+07:00"), "time_in_future", "/time"),
        (changed(unit="C:99999"), "unknown_unit", "/unit"),
        (changed(unit="X:1"), "bad_format", "/unit"),
        (changed(type="vn.ioc.dossier.received.v9"), "unknown_type", "/type"),
        (changed(type="vn.ioc.dossier.eaten.v1"), "unknown_type", "/type"),
        (changed(type="vn.ioc.alert.raised.v1"), "not_authorised", "/type"),
        (changed(op="correct"), "correction_invalid", "/supersedes"),
        (changed(specversion="0.3"), "not_in_list", "/specversion"),
    ]


def mixed(log: Log, bad: list[tuple[bytes, str, str]]) -> tuple[list[bytes], dict[int, int]]:
    """Lines of the log with a bad one now and then; by line number, which bad one it is."""
    lines: list[bytes] = []
    places: dict[int, int] = {}
    for number, event in enumerate(log.events):
        lines.append(json.dumps(event).encode())
        if number % 7 == 0 and number // 7 < len(bad):
            lines.append(bad[number // 7][0])
            places[len(lines)] = number // 7
    return lines, places


async def test_each_bad_record_gets_its_reason_and_all_others_count(
    centre: Centre, draw_log: DrawLog
) -> None:
    log = draw_log(81)
    bad = bad_records(log.events[0])
    lines, places = mixed(log, bad)
    answer = await post(centre, b"\n".join(lines))
    assert (answer["accepted"], answer["rejected"]) == (len(log.events), len(bad))
    told = {each["line"]: each["reasons"] for each in answer["verdicts"] if "reasons" in each}
    assert told.keys() == places.keys()
    for line, number in places.items():
        raw, code, pointer = bad[number]
        first = told[line][0]
        assert (first["code"], first["pointer"]) == (code, pointer), (raw[:200], told[line])
        assert first["detail"]
    await assert_exact(centre, log, Sent([answer]))
    receipt = await assert_receipt_settled(centre, answer)
    noted = {each["line"]: each for each in receipt["notes"] if each["state"] == "rejected"}
    assert noted.keys() == places.keys()
    for line, number in places.items():
        assert (noted[line]["code"], noted[line].get("pointer") or "") == bad[number][1:]


@pytest.mark.clause("7.3.2")
async def test_the_dead_letters_keep_what_was_sent(centre: Centre, draw_log: DrawLog) -> None:
    log = draw_log(82)
    bad = bad_records(log.events[0])
    ((before,),) = await centre.rows("select count(*) from dead_letter")
    answer = await post(centre, b"\n".join(raw for raw, _, _ in bad))
    assert answer["rejected"] == len(bad)
    await centre.settled()
    ((after,),) = await centre.rows("select count(*) from dead_letter")
    assert after == before + len(bad)
    kept = await centre.rows(
        "select body, reason, pointer from dead_letter order by at desc, record_offset limit %s",
        [len(bad)],
    )
    told = {(bytes(body), reason, pointer) for body, reason, pointer in kept}
    assert told == {(raw[: 64 * KIBIBYTE], code, pointer) for raw, code, pointer in bad}


async def test_a_refused_request_leaves_nothing_and_stops_nothing(
    centre: Centre, draw_log: DrawLog
) -> None:
    log = draw_log(83)
    half = len(log.events) // 2
    await send(centre, log.events[:half])
    async with httpx.AsyncClient(base_url=centre.running.ingest, timeout=60) as client:
        oversized = b" " * (17 * KIBIBYTE * KIBIBYTE)
        too_many = b"{}\n" * 50_001
        for body, headers, status in (
            (oversized, NDJSON, 413),
            (too_many, NDJSON, 413),
            (b"<event/>", {"content-type": "application/xml"}, 415),
            (b"not gzip", NDJSON | {"content-encoding": "gzip"}, 400),
        ):
            answer = await client.post("/v1/events", content=body, headers=headers)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]
    await send(centre, log.events[half:])
    await assert_exact(centre, log)


async def test_the_same_identity_with_other_content_counts_as_first_sent(
    centre: Centre, draw_log: DrawLog
) -> None:
    log = draw_log(84)
    await send(centre, log.events)
    await centre.settled()
    late = "2025-12-31T08:00:00+07:00"
    conflicts = [event | {"time": late} for event in log.events if "op" not in event][:50]
    sent = await send(centre, conflicts)
    await assert_exact(centre, log, sent)
    receipt = await assert_receipt_settled(centre, sent.answers[0])
    assert receipt["duplicate"] == len(conflicts)
    assert all(note["code"] for note in receipt["notes"])


async def test_a_table_with_a_wrong_column_sends_nothing(centre: Centre, tmp_path: Path) -> None:
    table = tmp_path / "wrong.csv"
    table.write_text("case:concept:name,case:start\ncase-1,2025-07-01 08:00:00+07:00\n")
    words = ("send", "--mapping", str(MAPPING), str(table))
    done = await asyncio.to_thread(centre.ioc, *words)
    assert done.returncode != 0
    assert "case:startdate" in done.stderr
    assert done.stdout == ""


async def test_a_file_with_bad_lines_is_sent_to_its_end(
    centre: Centre, draw_log: DrawLog, tmp_path: Path
) -> None:
    log = draw_log(85)
    bad = bad_records(log.events[0])
    lines, places = mixed(log, bad)
    file = tmp_path / "mixed.ndjson"
    file.write_bytes(b"\n".join(lines) + b"\n")
    done = await asyncio.to_thread(centre.ioc, "send", str(file), "--json")
    assert done.returncode == 1
    summary = json.loads(done.stdout)
    assert (summary["accepted"], summary["rejected"]) == (len(log.events), len(bad))
    told: dict[int, tuple[str, str]] = {}
    for each in summary["rejections"]:
        told.setdefault(each["line"], (each["code"], each["pointer"]))
    assert told == {line: bad[number][1:] for line, number in places.items()}
    await assert_exact(centre, log)
