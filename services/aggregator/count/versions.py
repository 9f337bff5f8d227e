"""The versions of corrected readings, beside the cases: read and written with a batch.

A correction may name another time than the reading that it corrects, and may come before it. All
versions of a fact that was ever corrected are kept in one row under the fact's name; a batch with a
version looks there, and takes the versions to every case whose time one of them names. Batches
without a correction ask once whether any such row exists.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.aggregator.count import locks
from services.aggregator.count.batch import Partition, Received
from services.aggregator.count.case_rows import (
    CaseBody,
    CaseRow,
    CaseWrite,
    Cursor,
    decode_body,
    encode_body,
    read_cases,
)
from services.domain.cases.names import CaseName
from services.domain.cases.versions import VERSIONS, case_at, fact_of, is_timed, needed
from services.domain.events import Event, decode

CREATE = "create"
_ALONE = "select pg_advisory_xact_lock(%s)"
_TOGETHER = "select pg_advisory_xact_lock_shared(%s)"
"""Who corrects readings waits for those who count them, and the other way round."""
_ANY = "select exists (select 1 from case_state where kind = any(%s) limit 1)"
_ORIGINAL = (
    "select body from case_state where kind = %s and unit = %s and subject ^@ %s"
    " and position(convert_to(%s, 'UTF8') in body) > 0"
)
"""The cases of one subject lie side by side in the index of a database with collation C."""


class Brought(NamedTuple):
    """What the cases of a batch must know of other times.

    `events` are the versions for each case, as they came, `partitions` who brings them.
    """

    events: dict[CaseName, list[bytes]]
    partitions: dict[CaseName, Partition]
    writes: list[CaseWrite]


def bring(cursor: Cursor, fresh: Sequence[Received]) -> Brought:
    """Find the versions that the cases of these new events must know, and remember the new ones."""
    timed = [received for received in fresh if is_timed(received.event.type)]
    if not timed:
        return Brought({}, {}, [])
    corrected = any(received.event.op != CREATE for received in timed)
    cursor.execute(_ALONE if corrected else _TOGETHER, (locks.VERSIONS,))
    if not corrected:
        kinds = list({f"{VERSIONS}{received.event.type}" for received in timed})
        cursor.execute(_ANY, (kinds,))
        if cursor.fetchone() == (False,):
            return Brought({}, {}, [])
    facts: dict[CaseName, list[Received]] = {}
    for received in timed:
        facts.setdefault(fact_of(received.event), []).append(received)
    rows = read_cases(cursor, list(facts))
    brought = Brought({}, {}, [])
    for name, group in facts.items():
        _remember(cursor, rows.get(name, CaseRow(name)), group, brought)
    return brought


def read_with_versions(
    cursor: Cursor, grouped: dict[CaseName, list[Received]], brought: Brought
) -> dict[CaseName, CaseRow]:
    """Read the rows of a batch's cases, with the versions that they lack.

    Cases of which there is nothing new but a version are added to `grouped`.
    """
    names = list(dict.fromkeys([*grouped, *brought.events]))
    rows = read_cases(cursor, names) if names else {}
    for name, versions in brought.events.items():
        row = rows.get(name, CaseRow(name))
        own = (received.record.value for received in grouped.setdefault(name, []))
        known = {*row.body.events, *own}
        missing = tuple(dict.fromkeys(each for each in versions if each not in known))
        body = CaseBody((*row.body.events, *missing), row.body.contribution, row.body.figures)
        rows[name] = row._replace(body=body)
    return rows


def _remember(cursor: Cursor, row: CaseRow, group: Sequence[Received], brought: Brought) -> None:
    """Add new versions to those of a fact; a reading that nobody has corrected has no row."""
    created = any(received.event.op == CREATE for received in group)
    if row.version == 0 and all(received.event.op == CREATE for received in group):
        return
    bodies = [*row.body.events, *(received.record.value for received in group)]
    if row.version == 0 and not created:
        bodies += _original(cursor, group[0].event)
    bodies = list(dict.fromkeys(bodies))
    partition = (group[-1].record.topic, group[-1].record.part)
    body = encode_body(CaseBody(tuple(bodies)))
    brought.writes.append(CaseWrite(row.name, row.version, partition, None, None, body))
    for case, versions in needed([(decode(each), each) for each in bodies]).items():
        brought.events.setdefault(case, []).extend(versions)
        brought.partitions[case] = partition


def _original(cursor: Cursor, correction: Event) -> list[bytes]:
    """The first event of a fact, which was counted at a time nobody knows; none before it came.

    Nearly always it has the time of its correction.
    """
    kind, unit, subject = correction.type, correction.unit, correction.subject
    likely = case_at(kind, unit, subject, correction.at)
    found = _among(correction, [row.body for row in read_cases(cursor, [likely]).values()])
    if not found:
        cursor.execute(_ORIGINAL, (kind, unit, f"{subject}@", correction.supersedes))
        bodies = [decode_body(bytes(body)) for (body,) in cursor.fetchall()]
        found = _among(correction, bodies)
    return found


def _among(correction: Event, bodies: Sequence[CaseBody]) -> list[bytes]:
    for each in (each for body in bodies for each in body.events):
        event = decode(each)
        if (event.source, event.id) == (correction.source, correction.supersedes):
            return [each] if event.subject == correction.subject else []
    return []
