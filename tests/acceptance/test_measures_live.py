"""What is counted changes while a centre runs: its history moves to the new definition."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.senders import send
from tests.centre import Centre, running_centre, until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(280)]

COUNT, ONLINE = 30, 12
Document = dict[str, Any]


def receipt(number: int) -> Document:
    """A dossier of October 2025; the first ones came online."""
    time = f"2025-10-{1 + number % 28:02d}T09:00:00+07:00"
    return {
        "specversion": "1.0",
        "id": f"live-{number}",
        "source": "/agency/H33.15/mot-cua",
        "type": "vn.ioc.dossier.received.v1",
        "time": time,
        "recordedtime": time,
        "subject": f"LIVE-{number}",
        "unit": "C:11953",
        "data": {
            "procedure_code": "1.001193",
            "svc_level": "full",
            "channel": 2 if number < ONLINE else 1,
            "submitted_at": time,
            "requires_paper_result": False,
            "agency_id": "H33.15",
        },
    }


@pytest.fixture(name="centre")
def _centre(folder: Path) -> Iterator[Centre]:
    with running_centre(IOC_STANDARDS=str(folder)) as running:
        yield running


async def month(centre: Centre) -> tuple[Any, Any]:
    asked = {"indicator": "PS-07.submitted", "unit": "P:33", "window": "month"}
    (found,) = await centre.observations(**asked, period="2025-10")
    return found["numerator"], found["denominator"]


def redefine(folder: Path, measure: str, **members: Any) -> None:
    path = folder / "measures.yaml"
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    (found,) = (each for each in document["measures"] if each["id"] == measure)
    found |= members
    path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper), encoding="utf-8")


@pytest.mark.clause("4.1.3")
async def test_a_changed_measure_counts_what_was_counted_before(
    centre: Centre, folder: Path
) -> None:
    await send(centre, [receipt(number) for number in range(COUNT)])
    await centre.settled()
    assert await month(centre) == (ONLINE, COUNT)
    either = [{"field": "channel", "op": "in", "value": [1, 2]}]
    redefine(folder, "dossiers_submitted_online", filter=either, dimensions={})
    await send(centre, [receipt(COUNT)])

    async def moved() -> bool:
        return await month(centre) == (COUNT + 1, COUNT + 1)

    await until(moved, "every dossier is counted by the new definition")
    restarts = [process.restarts for each in centre.running.processes.values() for process in each]
    assert not any(restarts)
