"""What a query asks for, in parts of a bounded size, evaluated over one committed state."""

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from services.domain.engine.asked import Ask, Placed, asks
from services.domain.engine.observation import Observation
from services.domain.engine.observing import Moment
from services.domain.engine.state import State
from services.domain.engine.through_time import TimedObserver
from services.domain.errors import Refused
from services.domain.query import ObservationQuery

CELLS_PER_ROUND = 2_000
ASKS_MAX = 500_000


class Answered(NamedTuple):
    """A value that was asked for, None where there is nothing to say of it."""

    ask: Ask
    observation: Observation | None


def wanted_of(
    query: ObservationQuery, state: State, now: int, silent: Container[int] = frozenset()
) -> dict[str, Ask]:
    """Every value that the query asks for, by its id; raises `Refused` when these are too many."""
    wanted: dict[str, Ask] = {}
    for ask in asks(query, state, now, silent):
        wanted[ask.id] = ask
        if len(wanted) > ASKS_MAX:
            detail = f"more than {ASKS_MAX} values asked for at once"
            raise Refused(f"{detail}; name a unit or an indicator")
    return wanted


def rounds(query: ObservationQuery, wanted: Iterable[Ask]) -> Iterator[list[Ask]]:
    """What is asked for behind the query's cursor, in order, in parts.

    The first is of one page, for mostly every value has an answer; each next one is twice as large.
    """
    listed = sorted(
        (ask for ask in wanted if query.after is None or ask.id > query.after),
        key=lambda ask: ask.id,
    )
    start, size = 0, query.limit + 1
    while start < len(listed):
        size = min(size, CELLS_PER_ROUND)
        yield listed[start : start + size]
        start, size = start + size, 2 * size


def answers(wanted: Iterable[Ask], state: State, moment: Moment) -> Iterator[Answered]:
    """The value of each, in no particular order."""
    observer = TimedObserver(state)
    tasks: dict[Placed, dict[int, Ask]] = {}
    for ask in wanted:
        tasks.setdefault(ask.task, {})[ask.cell] = ask
    for task, asked in tasks.items():
        formula = state.catalogue.formula(task.formula)
        clock = moment.now if task.at is None else task.at
        at = Moment(clock, moment.final_to, task.constant)
        cells = list(asked)
        for cell, made in observer.each(
            formula, task.window, task.calendar, cells, at, task.period
        ):
            yield Answered(asked[cell], made)
