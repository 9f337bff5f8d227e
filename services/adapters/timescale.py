"""Connections to the database, with the time limits that the protocol rests on."""

import psycopg

from services.domain.errors import Unavailable

LIMITS = (
    "-c idle_in_transaction_session_timeout=5s"
    " -c statement_timeout=60s -c synchronous_commit=on -c jit=off"
)
CONNECT_SECONDS = 5


def connect(url: str, application: str) -> psycopg.Connection:
    """A connection in autocommit mode; transactions are opened where they are meant.

    A process that sleeps inside a transaction loses it after five seconds, so that it can not hold
    up a successor. Raises `Unavailable` when the database can not be reached.
    """
    try:
        connection = psycopg.connect(
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
