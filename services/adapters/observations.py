"""Observations of any window and period, computed from what is counted.

The answer to queries that the live board can not give.

It keeps its own reading of the panes and brings it up to date at each query, so an answer is always
of one committed state.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from services.adapters.known import known_observations, numbered_observations
from services.adapters.panes import PaneReader
from services.adapters.timescale import connect
from services.domain.engine.answered import answers, rounds, wanted_of
from services.domain.engine.asked import Ask
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.differing import VersionsCompared, differing, versions_compared
from services.domain.engine.looked_at import under
from services.domain.engine.observation import Observation
from services.domain.engine.observing import Moment
from services.domain.engine.silent import SilentCells
from services.domain.engine.state import State
from services.domain.errors import Refused, Unavailable
from services.domain.query import ObservationQuery, Page, QueryRefused
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
        self._silent = SilentCells(self._reader.state.cells)
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
        with self._committed() as (state, present):
            then = present.now if query.known_at is None else self._then(query.known_at)
            moment = Moment(then, present.final_to)
            found: list[tuple[str, Observation]] = []
            wanted = wanted_of(query, state, moment.now, self._silent)
            for asked in rounds(query, wanted.values()):
                known = self._known if query.known_at is not None else self._round
                found.extend(known(asked, state, moment))
                if len(found) > query.limit:
                    break
            page = found[: query.limit]
            after = page[-1][0] if len(found) > len(page) else None
            return Page(tuple(observation for _, observation in page), after)

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
            sides = (state, under(state, trial))
            page = differing(query, indicator, only, sides, moment, self._silent)
            return versions_compared(state.catalogue, trial, indicator), page

    @contextmanager
    def _committed(self) -> Iterator[tuple[State, Moment]]:
        """One committed state, read up to now."""
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise Unavailable("too many questions to the database at once; ask again")
        try:
            watermark = self._refresh()
            try:
                yield self._reader.state, Moment(self._now(), watermark)
            finally:
                self._silent.answered()
        finally:
            self._turn.release()

    def freshen(self) -> None:
        """Read what was committed meanwhile, so that the next question need not wait for it.

        Nothing is read while somebody asks, nor without a database.
        """
        if self._turn.acquire(blocking=False):
            try:
                with suppress(Unavailable):
                    self._refresh()
            finally:
                self._turn.release()

    def close(self) -> None:
        """Give the connection back; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _then(self, known_at: int) -> int:
        if known_at > self._now():
            raise QueryRefused("known_at", "known_at lies in the future: nothing is known then")
        return known_at

    def _round(
        self, asked: list[Ask], state: State, moment: Moment
    ) -> list[tuple[str, Observation]]:
        made = answers(asked, state, moment)
        found = [(a.ask.id, a.observation) for a in made if a.observation is not None]
        return self._with_revisions(sorted(found, key=lambda pair: pair[0]))

    def _known(
        self, asked: list[Ask], state: State, moment: Moment
    ) -> list[tuple[str, Observation]]:
        """The same as it was known at a moment of the past."""
        with self._tables() as cursor:
            found = list(known_observations(cursor, state, asked, moment.now, moment.final_to))
        return sorted(((each.id, each) for each in found), key=lambda pair: pair[0])

    def _with_revisions(
        self, found: list[tuple[str, Observation]]
    ) -> list[tuple[str, Observation]]:
        """Closed periods with the number that their value has, and the one before."""
        final = [
            one
            for _, one in found
            if one.finality == "final" and one.period and not one.revision and not one.boundaries
        ]
        if not final:
            return found
        with self._tables() as cursor:
            numbered = numbered_observations(cursor, self._reader.state, final)
        return [(name, numbered.get(one.id, one)) for name, one in found]

    @contextmanager
    def _tables(self) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        if self._connection is None:
            raise Unavailable("the database does not answer")
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except psycopg.Error as error:
            self._connection.close()
            self._connection = None
            raise Unavailable(
                f"the database does not answer: {str(error).strip()[:200]}"
            ) from error

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
        more = True
        while more:
            read = self._reader.read(connection)
            if read.anew:
                self._silent = SilentCells(self._reader.state.cells)
            self._silent.counted(read.keys, read.figures)
            more = read.more
        return read.watermark
