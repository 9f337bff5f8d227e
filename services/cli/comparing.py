"""Every value of a committed state against the slow reference, on several processors."""

import multiprocessing
import os
from collections.abc import Container, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import NamedTuple, TypeAlias

import msgspec
from rich.console import Console
from rich.progress import Progress

from services.domain.engine.catalogue import Formula
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.state import State
from services.domain.engine.windows import (
    ADMINISTRATIVE,
    PERIODS,
    SCHOOL,
    STATISTICAL,
    TERM,
    kind_of_period,
    period_at,
    place,
)
from services.reference.compare import Difference, compare
from services.reference.reference import Reference
from services.reference.unsaid import Question, unsaid_cells, unsaid_comparisons

PROCESSES_MAX = 4  # each keeps what it has looked up: about 1 GB for 60,000 events

Periods: TypeAlias = dict[tuple[str, str], list[str]]  # by kind and calendar


class Compared(NamedTuple):
    """How many values were compared, and each that is not what the raw events give."""

    checked: int
    differences: list[Difference]


class Compare:
    """A state and the reference over exactly its events."""

    def __init__(self, state: State, reference: Reference, moment: Moment) -> None:
        self._state, self._reference, self._moment = state, reference, moment
        self._observer = Observer(state)
        self._views = [
            (moment, list(range(len(state.cells)))),
            (moment._replace(constant=True), state.crosswalk.present()),
        ]
        self._counted = set(state.cells.units)
        self._units = sorted(reference.units_sent() | self._counted)

    def questions(self, indicators: Container[str] | None = None) -> dict[str, list[Question]]:
        """Return what is to be compared, by formula; of some indicators or of all."""
        found: dict[str, list[Question]] = {}
        for formula, asked in _tasks(self._state, self._reference, self._moment.now):
            if indicators is None or formula.indicator in indicators:
                found.setdefault(formula.id, []).append(asked)
        return found

    def one(self, asked: Question) -> Compared:
        """Compare a formula in a window, in every cell, on the boundaries of then and of today."""
        formula = self._state.catalogue.formulas[asked.name]
        checked, found = 0, list[Difference]()
        for moment, cells in self._views:
            observed = self._observer.observe(
                formula, asked.window, asked.calendar, cells, moment, asked.period
            )
            documents = msgspec.json.decode(msgspec.json.encode(observed))
            checked += len(documents)
            found += compare(documents, self._reference, lambda _observation: self._moment.now)
            found += unsaid_comparisons(documents, self._reference, asked)
            if not moment.constant:
                found += unsaid_cells(documents, self._reference, asked, self._units, self._counted)
        return Compared(checked, found)


def compare_all(
    work: Compare, processes: int | None = None, indicators: Container[str] | None = None
) -> Compared:
    """Compare everything, or some indicators; progress goes to standard error.

    The processes are forked, so that they have the state and the reference without a copy.
    """
    groups = work.questions(indicators)
    checked, found = 0, list[Difference]()
    with (
        ProcessPoolExecutor(
            processes or min(PROCESSES_MAX, os.cpu_count() or 1),
            multiprocessing.get_context("fork"),
            _inherit,
            (work,),
        ) as pool,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        bar = progress.add_task("comparing", total=sum(map(len, groups.values())))
        futures = {pool.submit(_of_group, group): len(group) for group in groups.values()}
        for future in as_completed(futures):
            compared = future.result()
            checked += compared.checked
            found += compared.differences
            progress.advance(bar, futures[future])
    return Compared(checked, sorted(found, key=lambda each: (each.id, each.member)))


_inherited: list[Compare] = []  # what this process was forked with


def _inherit(work: Compare) -> None:
    _inherited[:] = [work]


def _of_group(group: list[Question]) -> Compared:
    parts = [_inherited[0].one(asked) for asked in group]
    return Compared(
        sum(part.checked for part in parts), [each for part in parts for each in part.differences]
    )


def _tasks(state: State, reference: Reference, now: int) -> Iterator[tuple[Formula, Question]]:
    """Every window now, and every period in which something happened or of which it is told."""
    happened, told = _periods_of(reference, now)
    for formula in state.catalogue.formulas.values():
        indicator = state.catalogue.indicators[formula.indicator]
        named = told if state.catalogue.reported(formula) else happened
        for window in formula.windows:
            for calendar in indicator.calendars_of(window):
                yield formula, Question(formula.id, window, now, None, calendar)
                if window in PERIODS:
                    kind = "year" if window == "ytd" else window
                    for period in named.get((kind, calendar), ()):
                        yield formula, Question(formula.id, window, now, period, calendar)


def _periods_of(reference: Reference, now: int) -> tuple[Periods, Periods]:
    """The periods by kind and calendar with a fact, less the current one, and with a figure."""
    happened: Periods = {}
    told: Periods = {}
    days, reported = reference.days_before(now), reference.periods_reported()
    for calendar in (STATISTICAL, ADMINISTRATIVE, SCHOOL):
        said = [period for of, period in reported if of == calendar]
        begins = [place(kind_of_period(each), calendar, now, each).begin for each in said]
        for kind in (TERM,) if calendar == SCHOOL else ("month", "quarter", "year"):
            periods = {period_at(kind, calendar, day) for day in days}
            happened[kind, calendar] = sorted(periods - {period_at(kind, calendar, now)})
            told[kind, calendar] = sorted({period_at(kind, calendar, at) for at in begins})
    return happened, told
