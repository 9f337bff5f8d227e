"""Runs the migrations on the connection that the caller hands over; alembic executes this file."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context


@contextmanager
def _on_given_connection() -> Iterator[None]:
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        yield


with _on_given_connection():
    context.run_migrations()
