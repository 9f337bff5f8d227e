"""Asks a centre everything that probes judge, over its public interfaces only."""

from collections.abc import Callable

import httpx
import msgspec

from services.cli.probes import asking, listening, topics
from services.cli.probes.asking import ANSWER_SECONDS_MAX, INTAKE_QUESTIONS
from services.cli.probes.survey import Answer, Item, Sent, Survey


class Addresses(msgspec.Struct, frozen=True):
    """Where a centre is reached; without intake or Kafka their clauses are not checked."""

    api: str
    live: str
    ingest: str | None = None
    kafka: str | None = None


async def inquire(centre: Addresses, say: Callable[[str], None], *, sending: bool) -> Survey:
    """Ask a centre; `sending` allows records to its intake, none of which changes a figure.

    Raises `Unavailable` when a part that was named does not answer.
    """
    async with _client(centre.api) as api:
        say("asking the read interface")
        answers = await asking.ask_api(api)
        indicators = tuple((await asking.get_many(api, {"all": "/v1/indicators"}))["all"].items)
        say(f"reading a sample of {len(indicators)} indicators")
        observations = await asking.sample(api, indicators)
        of_a_period = next((one for one in observations if one.get("period")), None)
        if of_a_period is not None:
            answers |= await asking.ask_for(api, of_a_period)
        sent: Sent | None = None
        again: Sent | None = None
        if centre.ingest is not None:
            say("asking the intake")
            more, sent, again = await _ask_intake(centre.ingest, api, sending=sending)
            answers |= more
    say("listening to the live protocol")
    live, resumed = await listening.listen(centre.live, listening.topics_of(observations))
    settings: dict[str, dict[str, str]] | None = None
    records: dict[str, Item] = {}
    if centre.kafka is not None:
        say("looking at the topics")
        settings, records = await topics.look(centre.kafka)
    return Survey(
        answers=answers,
        indicators=indicators,
        observations=observations,
        live=live,
        resumed=resumed,
        topics=settings,
        records=records,
        sent=sent,
        sent_again=again,
    )


async def _ask_intake(
    url: str, api: httpx.AsyncClient, *, sending: bool
) -> tuple[dict[str, Answer], Sent | None, Sent | None]:
    async with _client(url) as ingest:
        answers = await asking.get_many(ingest, INTAKE_QUESTIONS)
        if not sending:
            return answers, None, None
        answers["wrong body"] = await asking.post_wrong_body(ingest)
        lines = asking.harmless_lines()
        sent = await asking.send(ingest, api, lines)
        return answers, sent, await asking.send(ingest, api, lines[:1])


def _client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS_MAX)
