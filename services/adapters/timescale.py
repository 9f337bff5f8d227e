"""Connections to the database, with the time limits that the protocol rests on."""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from services.domain.errors import Unavailable

LIMITS = (
    "-c idle_in_transaction_session_timeout=5s"
    " -c statement_timeout=60s -c synchronous_commit=on -c jit=off"
)
CONNECT_SECONDS = 5
Row = TypeVar("Row")
Answer = TypeVar("Answer")


class PatientConnection(psycopg.Connection[Row]):
    """A connection that waits for an answer, but not for ever.

    The server ends what takes longer than its own limits. Who hears nothing after that talks to a
    machine or a line that hangs, and would hang with it. The connection is then closed and
    `psycopg.OperationalError` raised; whether a transaction was committed is not known.
    """

    answer_seconds_max = 35.0

    def wait(self, gen: PQGen[Answer], *arguments: Any, **limits: Any) -> Answer:
        """Wait for the server, as everything does that this connection is asked to do."""
        limits.setdefault("timeout", self.answer_seconds_max)
        try:
            return super().wait(gen, *arguments, **limits)
        except psycopg.OperationalError as error:
            if type(error).__name__ == "_WaitTimeout":
                self.pgconn.finish()  # in mid-conversation nothing else can be said over it
                raise psycopg.OperationalError(
                    f"the database gave no answer for {limits['timeout']:g} s"
                ) from error
            raise


def is_defect(error: Exception) -> bool:
    """Whether our statement itself is wrong: no second try helps, the program has to be mended."""
    return isinstance(error, psycopg.DataError | psycopg.ProgrammingError | psycopg.IntegrityError)


def connect(url: str, application: str) -> PatientConnection[tuple[Any, ...]]:
    """A connection in autocommit mode; transactions are opened where they are meant.

    A process that sleeps inside a transaction loses it after five seconds, so that it can not hold
    up a successor. Raises `Unavailable` when the database can not be reached.
    """
    try:
        connection: PatientConnection[tuple[Any, ...]] = PatientConnection.connect(
            url,
            autocommit=True,
            application_name=application,
            connect_timeout=CONNECT_SECONDS,
            options=LIMITS,
            tcp_user_timeout=30_000,
        )
        if connection.info.server_version >= 170_000:
            connection.execute("set transaction_timeout = '30s'")
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database does not answer: {str(error).strip()[:200]}") from error
    return connection
