"""A stock at an instant is what the facts before that instant tell, whatever came after it."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.cases.book import Book, case_of
from services.domain.engine.contributions import Contribution
from services.domain.events import Event, counting_facts, decode
from services.domain.instants import SECOND
from services.domain.worktime import WorkingCalendar
from tests.unit.engine_centre import catalogue, units
from tests.unit.engine_documents import NOWS, Document
from tests.unit.engine_lives import feedback, tasks
from tests.unit.engine_logs import dossiers

STEADY = settings(deadline=None, max_examples=80, derandomize=True, database=None)
NOW = NOWS[3]
lives = st.one_of(dossiers(NOW, 1), feedback(NOW, 1), tasks(NOW, 1)).filter(bool)
STOCKS = {m.id for m in catalogue().measures.values() if m.kind == "stock"}


def whole_seconds(document: Document) -> Document:
    """The same with instants that a second can tell apart."""
    found = {name: _whole(value) for name, value in document.items()}
    data: Document = document.get("data", {})
    return found | {"data": {name: _whole(value) for name, value in data.items()}}


def _whole(value: object) -> object:
    is_instant = isinstance(value, str) and value[10:11] == "T" and value[-6:] == "+07:00"
    return f"{value[:19]}+07:00" if isinstance(value, str) and is_instant else value


def contribution(facts: list[Event], now: int) -> Contribution:
    book = Book(catalogue(), units(), lambda _unit: WorkingCalendar())
    return book.outcome(case_of(facts[0]), facts, now).contribution


def held(whole: Contribution, at: int) -> dict[str, object]:
    """Every stock at an instant of whole seconds: sums, and the values that hold."""
    found: dict[str, object] = {}
    for measure, second, value in whole.points:
        if measure in STOCKS and second * SECOND < at:
            sum_so_far = found.get(measure, 0)
            assert isinstance(sum_so_far, int)
            found[measure] = sum_so_far + value
    kept = {(m, value) for m, begin, end, value in whole.extents if begin < at <= end}
    return {name: value for name, value in found.items() if value} | {"extents": kept}


@STEADY
@given(lives, st.lists(st.integers(-3, 3), min_size=1, max_size=4))
def test_later_facts_do_not_change_what_held_before(
    documents: list[Document], shifts: list[int]
) -> None:
    events = [decode(msgspec.json.encode(whole_seconds(each))) for each in documents]
    events = [event for event in events if case_of(event) == case_of(events[0])]
    facts = [
        msgspec.structs.replace(fact, op="create", supersedes=None, id=f"{fact.id}-{number}")
        for number, fact in enumerate(counting_facts(events, NOW))
    ]
    if not facts:
        return
    after = contribution(facts, NOW)
    instants = {fact.at + shift * SECOND for fact in facts for shift in shifts}
    instants |= {
        second * SECOND + shift * SECOND for _, second, _ in after.points for shift in shifts
    }
    for at in sorted(at for at in instants if at <= NOW):
        before = [fact for fact in facts if fact.at < at]
        wanted = held(contribution(before, at), at) if before else {"extents": set()}
        assert held(after, at) == wanted
