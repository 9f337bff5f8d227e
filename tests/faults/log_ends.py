"""What the log of observations must look like whenever it is at rest."""

import msgspec

from services.adapters.topics import INDICATORS
from tests.centre import Centre
from tests.ingest import read_topics


async def assert_log_ends_right(centre: Centre) -> None:
    """Of each key the last record in the log is the newest: whoever reads it later is right."""
    newest: dict[bytes, tuple[int, int]] = {}
    last: dict[bytes, tuple[int, int]] = {}
    for record in await read_topics(centre.running.kafka, INDICATORS):
        if record.value is None:
            last.pop(record.key, None)
            newest.pop(record.key, None)
            continue
        document = msgspec.json.decode(record.value)
        version = (document["epoch"], document["rev"])
        last[record.key] = version
        newest[record.key] = max(version, newest.get(record.key, version))
    assert last == newest
