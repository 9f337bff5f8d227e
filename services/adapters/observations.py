"""Observations of any window and period, computed from what is counted.

The answer to queries that the live board can not give.

It keeps its own reading of the panes and brings it up to date at each query, so an answer is always
of one committed state.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from services.adapters.panes import PaneReader
from services.adapters.timescale import connect
from services.domain.engine.answered import answer
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.differing import VersionsCompared, differing, versions_compared
from services.domain.engine.observe import Moment
from services.domain.engine.state import State
from services.domain.errors import Refused, Unavailable
from services.domain.query import ObservationQuery, Page
from services.domain.units import UnitList

WAIT_SECONDS = 20.0


class DatabaseObservations:
    """An `ObservationSource` over the database; one query at a time, the others wait their turn."""

    def __init__(
        self, url: str, catalogue: Catalogue, units: UnitList, now: Callable[[], int]
    ) -> None:
        self._url = url
        self._catalogue = catalogue
        self._units = units
        self._now = now
        self._reader = PaneReader(catalogue, units)
        self._read_by = catalogue
        self._connection: psycopg.Connection | None = None
        self._turn = threading.Lock()

    def adopt(self, catalogue: Catalogue) -> None:
        """Answer by another catalogue from the next query on; may be called in any thread."""
        self._catalogue = catalogue

    def find(self, query: ObservationQuery) -> Page:
        """At most `query.limit` observations in the order of their ids.

        Raises `Unavailable` without a database.
        """
        with self._committed() as (state, moment):
            return answer(query, state, moment)

    def differences(
        self, indicator: str, query: ObservationQuery, only: str | None
    ) -> tuple[VersionsCompared, Page]:
        """At most `query.limit` differences between an indicator in force and its candidate.

        `only` is `changed` or `level`: other pairs are left out, and a page may end, with a place
        to go on from, before it is full. Raises `Refused` when the indicator has no candidate,
        `Unavailable` without a database.
        """
        with self._committed() as (state, moment):
            trial = state.catalogue.trials.get(indicator)
            if trial is None:
                raise Refused(f"no version of {indicator} runs in shadow or is still to come")
            page = differing(query, indicator, only, (state, state.under(trial)), moment)
            return versions_compared(state.catalogue, trial, indicator), page

    @contextmanager
    def _committed(self) -> Iterator[tuple[State, Moment]]:
        """One committed state, read up to now."""
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise Unavailable("too many questions to the database at once; ask again")
        try:
            watermark = self._refresh()
            yield self._reader.state, Moment(self._now(), watermark)
        finally:
            self._turn.release()

    def _refresh(self) -> int:
        """Bring the reading up to date; returns how far every source has been counted."""
        catalogue = self._catalogue
        if catalogue is not self._read_by:
            self._reader.adopt(catalogue)
            self._read_by = catalogue
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._url, "ioc-observations")
                # Another connection may lead to another history, of a backup or of a stand-by.
                self._reader = PaneReader(catalogue, self._units)
            return self._read(self._connection)
        except psycopg.Error as error:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            raise Unavailable(
                f"the database does not answer: {str(error).strip()[:200]}"
            ) from error

    def _read(self, connection: psycopg.Connection) -> int:
        read = self._reader.read(connection)
        while read.more:
            read = self._reader.read(connection)
        return read.watermark
