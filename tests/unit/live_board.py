"""A board as the wall shows it, and what evaluating everything would show.

It is changed only where `Live` says that a commit or the clock touched something.
"""

from typing import Any

import msgspec

from services.domain.engine.live import Live
from services.domain.engine.observation import Observation, identity, key_of
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.said import Said
from services.domain.engine.waiting import Task
from services.domain.engine.windows import window_name
from tests.unit.engine_centre import Counting, Reading, catalogue
from tests.unit.reference_log import at

SHOWN_WITH_THE_CLOCK = {"as_of", "start", "end"}
"""What goes on with every second is no reason to publish."""


class Board:
    """What is shown, kept up to date by what `Live` says."""

    def __init__(self, centre: Counting) -> None:
        self._centre = centre
        self._reading = Reading()
        self._live = Live(self._reading.state)
        self._changes = Observer(self._reading.state, Said())
        self._live.touch_all()
        self.shown: dict[str, dict[str, Any]] = {}

    def tick(self, now: int) -> None:
        keys, figures = self._reading.read(self._centre)
        self._live.touch_keys(keys)
        self._live.touch_figures(figures)
        self._live.advance(now, now)
        for task, cells in self._live.take_totals():
            self._show(task, cells, now)
        while len(self._live):
            for task, cells in self._live.take_breakdowns(50):
                self._show(task, cells, now)

    def everything(self, now: int) -> dict[str, dict[str, Any]]:
        """All that there is to show, evaluated anew by an observer that remembers nothing."""
        found: dict[str, dict[str, Any]] = {}
        state = self._reading.state
        observer = Observer(state)
        cells = [
            cell
            for cell in range(len(state.cells))
            if state.cells.members[cell][0] == "" or state.cells.units[cell][0] in "NP"
        ]
        for task in self._live._tasks:
            found |= {key_of(each): _plain(each) for each in _observed(observer, task, cells, now)}
        return found

    def _show(self, task: Task, cells: list[int], now: int) -> None:
        state = self._reading.state
        formula, moment = catalogue().formulas[task.formula], Moment(now, now)
        for cell, made in self._changes.each(formula, task.window, task.calendar, cells, moment):
            dim, member = state.cells.members[cell]
            dims = {dim: member} if dim else {}
            name = window_name(task.window, task.calendar)
            key = identity(task.formula, state.cells.units[cell], dims, name, None)
            self.shown.pop(key, None)
            if made is not None:
                self.shown[key] = _plain(made)


def _observed(observer: Observer, task: Task, cells: list[int], now: int) -> list[Observation]:
    formula, moment = catalogue().formulas[task.formula], Moment(now, now)
    return observer.observe(formula, task.window, task.calendar, cells, moment)


def _plain(observation: Observation) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(observation)
    return {name: value for name, value in document.items() if name not in SHOWN_WITH_THE_CLOCK}


def differences(board: Board, now: int) -> list[str]:
    board.tick(now)
    board.tick(now)
    shown, right = board.shown, board.everything(now)
    return [
        f"{key}: shown {shown.get(key)}, right {right.get(key)}"
        for key in sorted(shown.keys() | right.keys())
        if shown.get(key) != right.get(key)
    ]


def remembered_wrongly(centre: Counting, board: Board, now: int) -> list[str]:
    """What differs from the same by somebody who has just read everything."""
    fresh = Board(centre)
    fresh.tick(now)
    board.tick(now)
    both = board.shown.keys() & fresh.shown.keys()
    return [
        f"{key}: shown {board.shown[key]}, right {fresh.shown[key]}"
        for key in sorted(both)
        if board.shown[key] != fresh.shown[key]
    ]


def moved(log: list[Any], *moments: str) -> list[tuple[dict[str, dict[str, Any]], list[str]]]:
    """What is shown, and what of it is wrong, at each moment; the log comes before the first."""
    centre = Counting()
    board = Board(centre)
    centre.count(log, 0, at(moments[0]))
    found = []
    for moment in moments:
        wrongly = differences(board, at(moment))
        found.append((dict(board.shown), wrongly))
    assert [wrongly for _, wrongly in found] == [[]] * len(moments)
    return found
