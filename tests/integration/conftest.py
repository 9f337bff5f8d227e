"""What tests of one service over real servers may ask for."""

from collections.abc import Iterator

import pytest

from services.adapters.timescale import connect
from tests.integration.api_server import make_topic
from tests.integration.counted_documents import Counting


@pytest.fixture
def counting(database: str) -> Iterator[Counting]:
    """Counts documents into the test's database."""
    with connect(database, "test") as connection:
        yield Counting(database, connection)


@pytest.fixture
async def topic(kafka: str, topic_prefix: str) -> str:
    """The name of a topic of observations that no other test uses."""
    name = f"{topic_prefix}indicators"
    await make_topic(kafka, name)
    return name
