"""What is received: typed records, the judgement of a raw record, and the facts that count.

Others import from here only. `CONTRACT` names the event types of this release; `judge` decides on a
record as it was sent, `decode` reads one that was accepted before.
"""

from services.domain.events.contract import CONTRACT, Contract, EventType
from services.domain.events.decode import decode, decode_stamped
from services.domain.events.event import Event, Record, UnitCodes
from services.domain.events.facts import counting_facts
from services.domain.events.findings import REASONS, WARNINGS, Finding
from services.domain.events.judge import judge
from services.domain.events.list_day import list_day
from services.domain.events.strict_json import RECORD_BYTES_MAX
from services.domain.events.verdict import Accepted, Rejected

__all__ = [
    "CONTRACT",
    "REASONS",
    "RECORD_BYTES_MAX",
    "WARNINGS",
    "Accepted",
    "Contract",
    "Event",
    "EventType",
    "Finding",
    "Record",
    "Rejected",
    "UnitCodes",
    "counting_facts",
    "decode",
    "decode_stamped",
    "judge",
    "list_day",
]
