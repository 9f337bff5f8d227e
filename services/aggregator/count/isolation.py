"""A record that can not be counted never stops the others: the batch is halved until it is alone.

What the intake lets through should always count. Should one record still break the arithmetic or
the database's types, it becomes a dead letter with the error as its detail. A failure of the
database itself is not the record's fault and goes on to the worker.
"""

from collections.abc import Mapping

import psycopg

from services.adapters.logs import logger
from services.aggregator.count.batch import Batch, DeadLetter, Partition
from services.aggregator.count.positions import Position
from services.aggregator.count.writer import Writer, Written

OF_THE_RECORD = (psycopg.DataError, ArithmeticError, LookupError, TypeError, ValueError)
DETAIL_CHARACTERS_MAX = 500


def write_isolating(
    writer: Writer,
    batch: Batch,
    held: Mapping[Partition, Position],
    ends: Mapping[Partition, int],
    now: int,
) -> Written:
    """Write a batch; when a record in it is at fault, find it and write the others."""
    try:
        return writer.write(batch, held, ends, now)
    except OF_THE_RECORD as error:
        writer.forget()
        if len(batch.events) + len(batch.repeated) + len(batch.receipts) == 0:
            raise
        logger("count").warning(
            "record_isolated", events=len(batch.events), detail=repr(error)[:300]
        )
        return _write_parts(writer, batch, held, ends, now, error)


def _write_parts(
    writer: Writer,
    batch: Batch,
    held: Mapping[Partition, Position],
    ends: Mapping[Partition, int],
    now: int,
    error: Exception,
) -> Written:
    """Write two halves, or the one event as a dead letter; only the last part moves positions."""
    if len(batch.events) == 1 and not batch.repeated and not batch.receipts:
        detail = repr(error)[:DETAIL_CHARACTERS_MAX].replace("\x00", "")
        letter = DeadLetter(batch.events[0].record, "rule_violated", "", detail)
        return writer.write(Batch([], [], [], [*batch.dead, letter]), held, ends, now)
    middle = (len(batch.events) + 1) // 2
    if len(batch.events) > 1:
        first = Batch(batch.events[:middle], [], [], [])
        rest = Batch(batch.events[middle:], batch.repeated, batch.receipts, batch.dead)
    else:
        first = Batch(batch.events, [], [], [])
        rest = Batch([], batch.repeated, batch.receipts, batch.dead)
    stay = {partition: position.offset for partition, position in held.items()}
    one = write_isolating(writer, first, held, stay, now)
    two = write_isolating(writer, rest, {**held, **one.positions}, ends, now)
    states = {
        state: one.states.get(state, 0) + two.states.get(state, 0)
        for state in {*one.states, *two.states}
    }
    return Written(two.positions, states, one.cases + two.cases, one.dead + two.dead)
