"""The life of one simulated dossier: what is received, when it is handled, how it ends.

Two paces. At the natural pace everything happens in office hours over days. At the quick pace, for
a wall that has to move at any hour, a working day passes in four minutes; due dates stay natural,
and a dossier that is to be late is one that the agency enters only now although it was received
days ago.
"""

import random
from typing import Any, NamedTuple

import msgspec

from services.cli.simulator.documents import stamp
from services.cli.simulator.procedures import Procedure
from services.cli.simulator.profile import Agency, Shares
from services.domain.instants import HOUR, MINUTE, SECOND
from services.domain.worktime import WorkingCalendar

QUICK_PACE = 1 / 120
ONLINE_BY_LEVEL = {"full": 0.80, "partial": 0.48, "none": 0.0}
REFUSALS = ("Không thuộc thẩm quyền", "Thành phần hồ sơ không hợp lệ", "Không đủ điều kiện")
SUPPLEMENTS = (
    "Thiếu bản vẽ",
    "Bản chụp không đọc được",
    "Thiếu giấy tờ chứng minh",
    "Tờ khai chưa ký",
)
PICKUP_BY_CHANNEL = {1: "counter", 2: "online", 3: "post"}


class Step(NamedTuple):
    """One thing that happens to a dossier: when, which event, with what data."""

    at: int
    kind: str
    data: dict[str, Any]


class Life(NamedTuple):
    """A dossier from its receipt on; `entered_at` is when the agency's system learns of it."""

    entered_at: int
    quick: bool
    steps: list[Step]


class Drawer(msgspec.Struct, frozen=True):
    """Draws lives with the shares and the calendar of a province."""

    shares: Shares
    calendar: WorkingCalendar

    def life(
        self,
        rng: random.Random,
        agency: Agency,
        procedure: Procedure,
        arrived_at: int,
        *,
        quick: bool,
        by_net: bool,
    ) -> Life:
        """Draw a life that becomes known at `arrived_at`; `by_net`: no counter was open then."""
        limit = int(procedure.limit_hours * HOUR)
        late = rng.random() < agency.lateness
        handling = _handling_time(rng, limit, late=late)
        channel = 2 if by_net else _channel(rng, agency, procedure)
        received_at = arrived_at
        if quick and late:
            received_at = self._before(arrived_at, handling)
        steps = [
            Step(
                received_at,
                "received",
                self._received(rng, agency, procedure, received_at, channel),
            )
        ]
        if quick and late:
            wait = int(rng.expovariate(1 / (10 * MINUTE)))
            self._end(rng, agency, procedure, channel, steps, arrived_at + wait, quick=True)
        else:
            self._handle(rng, agency, procedure, channel, steps, handling, quick=quick)
        return Life(arrived_at, quick, steps)

    def _received(
        self,
        rng: random.Random,
        agency: Agency,
        procedure: Procedure,
        received_at: int,
        channel: int,
    ) -> dict[str, Any]:
        limit_hours = procedure.limit_hours
        due_at = self._after(received_at, int(limit_hours * HOUR), quick=False)
        waited = 3 * HOUR if channel == 3 else int(rng.random() * 15 * MINUTE)
        digitised = channel == 2 or rng.random() < 0.6 * agency.digital
        found: dict[str, Any] = {
            "procedure_code": procedure.code,
            "svc_level": procedure.svc_level,
            "channel": channel,
            "block": "province",
            "submitted_at": stamp(received_at - waited),
            "due_at": stamp(due_at // MINUTE * MINUTE),
            "limit_working_hours": limit_hours,
            "applicant_hash": f"{rng.getrandbits(64):016x}",
            "requires_paper_result": procedure.paper_result,
            "agency_id": agency.agency_id,
            "has_component_file": digitised,
            "fee_total": procedure.fee_vnd,
        }
        if channel == 2:
            found["vneid_verified"] = True
        if digitised:
            found["reused_components"] = int(rng.random() * 3)
        if procedure.fee_vnd:
            found["paid_online"] = 1 + int(rng.random() * 2) if channel == 2 else 0
        return found

    def _handle(
        self,
        rng: random.Random,
        agency: Agency,
        procedure: Procedure,
        channel: int,
        steps: list[Step],
        handling: int,
        *,
        quick: bool,
    ) -> None:
        begin = steps[0].at
        shares = self.shares
        fate = rng.random()
        if fate < shares.suspended:
            asked_at = self._after(begin, handling // 4, quick=quick)
            steps.append(
                Step(asked_at, "supplement_requested", {"reason": rng.choice(SUPPLEMENTS)})
            )
            given_up_at = self._after(asked_at, 80 * HOUR, quick=quick)
            steps.append(Step(given_up_at, "suspended", {"reason": "Người nộp không bổ sung"}))
            return
        fate -= shares.suspended
        if fate < shares.refused:
            at = self._after(begin, handling // 3, quick=quick)
            steps.append(Step(at, "refused", {"reason": rng.choice(REFUSALS)}))
            return
        if fate < shares.refused + shares.withdrawn:
            at = self._after(begin, handling // 2, quick=quick)
            steps.append(Step(at, "withdrawn", {"reason": "Người nộp xin rút"}))
            return
        done = 0
        for _ in range(self._requests(rng)):
            asked = int((handling - done) * (0.1 + 0.5 * rng.random()))
            asked_at = self._after(begin, asked, quick=quick)
            steps.append(
                Step(asked_at, "supplement_requested", {"reason": rng.choice(SUPPLEMENTS)})
            )
            begin = self._after(asked_at, int((2 + 20 * rng.random()) * HOUR), quick=quick)
            steps.append(Step(begin, "supplement_completed", {"has_component_file": True}))
            done += asked
        finished_at = self._after(begin, handling - done, quick=quick)
        self._end(rng, agency, procedure, channel, steps, finished_at, quick=quick)

    def _end(
        self,
        rng: random.Random,
        agency: Agency,
        procedure: Procedure,
        channel: int,
        steps: list[Step],
        finished_at: int,
        *,
        quick: bool,
    ) -> None:
        finished: dict[str, Any] = {"agency_id": agency.agency_id}
        electronic = not procedure.paper_result or rng.random() < 0.5 * agency.digital
        if electronic:
            finished["e_result_ref"] = f"KQ.{agency.agency_id}.{rng.getrandbits(40):010x}"
        steps.append(Step(finished_at, "finished", finished))
        at = finished_at
        if rng.random() < self.shares.returned:
            pickup = PICKUP_BY_CHANNEL[2 if electronic and channel == 2 else channel % 2 or 3]
            at = self._after(at, int((0.1 + 8 * rng.random()) * HOUR), quick=quick)
            steps.append(Step(at, "returned", {"pickup": pickup}))
        if rng.random() < self.shares.rated:
            at = self._after(at, int((0.2 + 12 * rng.random()) * HOUR), quick=quick)
            steps.append(Step(at, "rated", _rating(rng, agency)))

    def _requests(self, rng: random.Random) -> int:
        drawn = rng.random()
        return (drawn < self.shares.supplement) + (drawn < self.shares.supplement * 0.04)

    def _after(self, begin: int, amount: int, *, quick: bool) -> int:
        if quick:
            return begin + int(amount * QUICK_PACE) // SECOND * SECOND
        found = self.calendar.add(begin, amount)
        return begin + amount if found is None else found // SECOND * SECOND

    def _before(self, end: int, amount: int) -> int:
        found = self.calendar.before(end, amount)
        return end - amount if found is None else found // SECOND * SECOND


def _handling_time(rng: random.Random, limit: int, *, late: bool) -> int:
    if late:
        return limit + HOUR // 2 + int(rng.expovariate(1 / (10 * HOUR)))
    return int(limit * (0.08 + 0.86 * rng.random()))


def _channel(rng: random.Random, agency: Agency, procedure: Procedure) -> int:
    drawn = rng.random()
    online = min(0.97, ONLINE_BY_LEVEL[procedure.svc_level] * agency.digital)
    if drawn < online:
        return 2
    return 3 if drawn > 0.98 else 1


def _rating(rng: random.Random, agency: Agency) -> dict[str, Any]:
    drawn = rng.random()
    if drawn < 0.02 + agency.lateness / 2:
        return {"rating": -1, "complaint": rng.random() < 0.3}
    return {"rating": 0 if drawn < 0.15 else 1}
