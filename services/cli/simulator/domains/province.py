"""All domains of a simulated province beside dossiers, day by day.

Not simulated are decisions of people (targets, thresholds, changes of units, expectations, lists,
the calendar), what the centre writes itself (alerts) and what it measures of itself (probes).
"""

import random
from collections.abc import Iterator

from services.cli.simulator.domains import cases, facts, readings, reports
from services.cli.simulator.domains.day import Day, Source, written
from services.cli.simulator.emission import Sending
from services.cli.simulator.profile import Agency

SOURCES: dict[str, Source] = {
    source.__name__: source
    for source in (
        reports.references,
        reports.plans,
        reports.catalogue,
        reports.networks,
        reports.statistics,
        reports.schools,
        readings.air,
        readings.roads,
        readings.beds,
        readings.heartbeats,
        facts.budget,
        facts.disbursements,
        facts.enterprises,
        facts.deals,
        facts.crashes,
        facts.calls,
        facts.infections,
        facts.stays,
        facts.incidents,
        facts.outages,
        facts.bulletins,
        cases.feedback,
        cases.tasks,
    )
}
"""By name: each draws from a generator of its own, so that another one changes none of them."""


def day_of_domains(
    seed: str, province: str, agencies: tuple[Agency, ...], number: int
) -> Iterator[tuple[int, list[Sending]]]:
    """When something begins on a local day and the events that come of it, in order of beginning.

    A function of its arguments only; `number` counts days since 1970-01-01.
    """
    found: list[tuple[int, list[Sending]]] = []
    for name, source in SOURCES.items():
        rng = random.Random(f"{seed}/{number}/{name}")  # noqa: S311 - a simulation has to be repeatable
        day = Day(number, province, agencies, rng)
        found.extend((chain[0].at, written(rng, chain)) for chain in source(day))
    yield from sorted(found, key=lambda each: each[0])
