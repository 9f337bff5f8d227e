"""Random logs for the engine's tests: dossiers, and with them reports, values and changed days.

Everything happens around one instant, so that windows, periods and their bases have something in
them; the instants are those at which calendars are hard: ends of months, the 15th, 29 February.
"""

import itertools

from hypothesis import strategies as st

from services.domain.instants import DAY, HOUR, SECOND, format_instant
from tests.unit.engine_documents import Document, moments
from tests.unit.engine_reports import changed_days, reports, values

UNITS = ("C:11953", "C:11953", "C:11977", "C:13000", "D:323", "P:33", "P:34", "N:VN")
AGENCIES = ("H33.15", "H33.16", "H33.17")
PROCEDURES = ("1.001193", "2.000635")
STEPS = (
    *("supplement_requested", "supplement_requested", "supplement_completed"),
    *("finished", "finished", "returned", "refused", "suspended", "withdrawn", "rated"),
)


@st.composite
def dossiers(draw: st.DrawFn, now: int, number: int) -> list[Document]:
    """The documents of one dossier, some of them corrected, retracted or under another name."""
    when = moments(now)
    unit = draw(st.sampled_from(UNITS))
    usual: Document = {"subject": f"A-{number}00", "unit": unit, "source": "/agency/A"}
    if draw(st.integers(0, 3)) == 0:
        usual["unitasof"] = draw(st.sampled_from(["2025-06-30", "2025-07-01"]))
    if draw(st.integers(0, 5)) == 0:
        usual["quality"] = "simulated"
    opened = draw(when)
    steps = [("received", opened, draw(receipts(opened)))]
    if draw(st.integers(0, 7)) == 0:
        again = draw(when)
        steps.append(("received", again, draw(receipts(again))))
    for name in draw(st.lists(st.sampled_from(STEPS), max_size=5)):
        steps.append((name, draw(st.one_of(when, st.just(opened))), draw(later_data(name))))
    documents: list[Document] = []
    for order, (name, time, data) in enumerate(steps):
        document = usual | {
            "specversion": "1.0",
            "id": f"{number}-{order}",
            "type": f"vn.ioc.dossier.{name}.v1",
            "time": format_instant(time),
            "recordedtime": format_instant(time + draw(st.sampled_from([0, 5])) * SECOND),
            "data": data,
        }
        documents += draw(versions(document, name, when))
    return documents


@st.composite
def receipts(draw: st.DrawFn, opened: int) -> Document:
    """What a receipt says."""
    said: Document = {
        "procedure_code": draw(st.sampled_from(PROCEDURES)),
        "svc_level": draw(st.sampled_from(["full", "full", "partial"])),
        "submitted_at": "2020-01-01T00:00:00+07:00",
        "requires_paper_result": draw(st.booleans()),
        "agency_id": draw(st.sampled_from(AGENCIES)),
    }
    for name, choices in (
        ("channel", [None, 1, 2, 2, 3]),
        ("block", [None, "ministry"]),
        ("e_result_ref", [None, "E-1"]),
        ("limit_working_hours", [None, 0.5, 8, 40, 3.7]),
    ):
        value = draw(st.sampled_from(choices))
        if value is not None:
            said[name] = value
    days = draw(st.sampled_from([None, None, 0, 1, 5, 30, 400]))
    if days is not None:
        shift = draw(st.sampled_from([0, 1, SECOND, 9 * HOUR]))
        said["due_at"] = format_instant(opened + days * DAY + shift)
    return said


@st.composite
def later_data(draw: st.DrawFn, name: str) -> Document:
    """What a later event of a dossier says."""
    if name == "rated":
        return {"rating": draw(st.integers(-1, 1))}
    said: Document = {"reason": "-"}
    if draw(st.integers(0, 2)) == 0:
        said["agency_id"] = draw(st.sampled_from(AGENCIES))
    if draw(st.integers(0, 2)) == 0:
        said["e_result_ref"] = "E-2"
    return said


@st.composite
def versions(
    draw: st.DrawFn, document: Document, name: str, when: st.SearchStrategy[int]
) -> list[Document]:
    """An event with its corrections and retractions; sometimes these alone."""
    found = [document]
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        time = draw(when)
        changed = document | {
            "id": f"{document['id']}-c{number}",
            "supersedes": document["id"],
            "op": draw(st.sampled_from(["correct", "correct", "retract"])),
            "recordedtime": format_instant(time),
        }
        if changed["op"] == "retract":
            del changed["data"]
        elif name == "received":
            changed |= {"time": format_instant(time), "data": draw(receipts(time))}
        elif name != "rated":
            changed |= {"time": format_instant(time), "data": draw(later_data(name))}
        found.append(changed)
    return found[1:] if draw(st.integers(0, 15)) == 0 else found


@st.composite
def logs(draw: st.DrawFn, now: int, size: int = 4) -> list[Document]:
    """Documents of several dossiers, reports, values and days, as they were made."""
    numbers = itertools.count()
    found: list[Document] = []
    for make, most in (
        (dossiers, size),
        (reports, 2 * size),
        (values, size),
        (changed_days, 2),
    ):
        for _ in range(draw(st.integers(0, most))):
            found += draw(make(now, next(numbers)))
    return found
