"""Observations by the version of an indicator that was in force when their window ended.

A closed period keeps the formula, target and bounds that it was made with; a comparison looks at
the earlier window by the same version, so that it compares like with like.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.domain.engine.catalogue import Catalogue, Formula
from services.domain.engine.looked_at import under
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment, Observing, Silent, Told
from services.domain.engine.said import Said
from services.domain.engine.state import State
from services.domain.engine.versions import last_day
from services.domain.engine.windows import place


class _Asked(NamedTuple):
    """A formula in one kind of window, and when it is asked for."""

    formula: Formula
    window: str
    calendar: str
    moment: Moment


class TimedObserver(Observing):
    """An observer for each catalogue of a state's eras, made when it is needed."""

    def __init__(self, state: State, said: Said | None = None) -> None:
        self._state = state
        self._own = Observer(state, said)
        self._reporting = self._own.reporting
        self._others: dict[Catalogue, Observer] = {}

    def told(
        self,
        formula: Formula,
        window: str,
        calendar: str,
        cells: Sequence[int],
        moment: Moment,
        period: str | None = None,
    ) -> Told:
        """What the version of its window says of each cell."""
        asked = _Asked(formula, window, calendar, moment)
        if len(self._state.catalogue.eras) == 1:
            yield from self._own.told(formula, window, calendar, cells, moment, period)
        elif self._reported(formula):
            yield from self._of_reports(asked, cells, period)
        else:
            end = moment.now + 1
            if period is not None:
                end = place(window, calendar, moment.now, period).end
            then = self._state.catalogue.on(last_day(end, moment.now))
            yield from self._by(then, asked, cells, period)

    def _reported(self, formula: Formula) -> bool:
        catalogue = self._state.catalogue
        own = catalogue.formulas.get(formula.id)
        return own is not None and catalogue.reported(own)

    def _of_reports(self, asked: _Asked, cells: Sequence[int], period: str | None) -> Told:
        """A report has no clock: the newest period decides, which may lie before this version."""
        catalogue, moment = self._state.catalogue, asked.moment
        asked = asked._replace(formula=catalogue.formulas[asked.formula.id])
        spans, silent = self._reporting.spans(
            asked.formula,
            np.array(cells, dtype=np.int64),
            asked.window,
            asked.calendar,
            moment.now,
            period,
            constant=moment.constant,
        )
        self._own.forget(asked.formula, asked.window, asked.calendar, silent)
        yield Silent(silent)
        grouped: dict[tuple[Catalogue, str | None], list[int]] = {}
        for span, found in spans.items():
            then = catalogue.on(last_day(span.end, moment.now))
            grouped.setdefault((then, span.period), []).extend(found)
        for (then, name), group in grouped.items():
            yield from self._by(then, asked, group, name)

    def _by(self, then: Catalogue, asked: _Asked, cells: Sequence[int], period: str | None) -> Told:
        """What a catalogue says; nothing where it does not know the formula or its window."""
        formula, window, calendar, moment = asked
        if then is not self._state.catalogue:
            self._own.forget(formula, window, calendar, cells)
        own = then.formulas.get(formula.id)
        known = own is not None and window in own.windows
        if own is None or not known or calendar not in _calendars(then, own, window):
            yield Silent(cells)
        else:
            observer = self._observer(then)
            yield from observer.told(own, window, calendar, cells, moment, period)

    def _observer(self, catalogue: Catalogue) -> Observer:
        if catalogue is self._state.catalogue:
            return self._own
        if catalogue not in self._others:
            self._others[catalogue] = Observer(under(self._state, catalogue))
        return self._others[catalogue]


def _calendars(catalogue: Catalogue, formula: Formula, window: str) -> tuple[str, ...]:
    return catalogue.indicators[formula.indicator].calendars_of(window)
