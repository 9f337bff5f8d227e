"""Cases beside dossiers: what citizens report, and tasks that carry out resolutions."""

from typing import Any

from services.cli.simulator.documents import stamp
from services.cli.simulator.domains.day import Day, Drawn, Happening, serial, system
from services.cli.simulator.profile import Agency
from services.domain.instants import DAY, HOUR, MINUTE

CATEGORIES = {
    "environment": 22,
    "transport": 18,
    "construction": 14,
    "public_order": 12,
    "electricity_water": 12,
    "security": 8,
    "administration": 8,
    "telecom": 6,
}
TASKS = (
    "Số hóa kết quả giải quyết thủ tục hành chính",
    "Kết nối, chia sẻ dữ liệu với trục liên thông",
    "Đào tạo kỹ năng số cho cán bộ cấp xã",
    "Phủ sóng 5G khu công nghiệp",
)
FEEDBACK_LIMIT = 7 * DAY


class _Chain:
    """A case that grows step by step."""

    def __init__(self, family: str, agency: Agency, source: str, subject: str, at: int) -> None:
        self.at = at
        self.steps: list[Happening] = []
        self._family, self._agency, self._source, self._subject = family, agency, source, subject

    def step(self, kind: str, data: dict[str, Any], after: int = 0) -> None:
        """Add a step so long after the one before."""
        self.at += after
        name = f"{self._family}.{kind}"
        self.steps.append(
            Happening(self.at, name, self._agency.unit, self._source, self._subject, data)
        )


def feedback(day: Day) -> Drawn:
    """What citizens report, how it is handled and how they rate the answer."""
    for number in range(day.count(0.3)):
        agency = day.anywhere()
        subject, source = serial(day, "PA", number), system(agency, "phan-anh")
        chain = _Chain("feedback", agency, source, subject, day.instant(6, 22))
        opened_at = chain.at
        category = day.rng.choices(tuple(CATEGORIES), tuple(CATEGORIES.values()))[0]
        channel = day.rng.choices(("app", "1022", "npsp", "camera"), (55, 25, 15, 5))[0]
        urgency = "urgent" if day.rng.random() < 0.06 else "normal"
        chain.step("submitted", {"channel": channel, "category": category, "urgency": urgency})
        if day.rng.random() < 0.04:
            reason = {"reason": "Nội dung không đủ thông tin"}
            chain.step("refused", reason, day.span(HOUR, 20 * HOUR))
        else:
            due = {"due_at": stamp(opened_at + FEEDBACK_LIMIT)}
            about = {"agency_id": agency.agency_id}
            chain.step("assigned", about | due, day.span(10 * MINUTE, 8 * HOUR))
            if day.rng.random() < 0.06:
                chain.step("transferred", about | due, day.span(HOUR, 6 * HOUR))
            chain.step("in_progress", about, day.span(30 * MINUTE, 20 * HOUR))
            if day.rng.random() < 0.05:
                asked = {"reason": "Đề nghị cho biết địa điểm"}
                chain.step("supplement_requested", asked, day.span(HOUR, 8 * HOUR))
            _answer(day, chain, agency)
        yield chain.steps


def _answer(day: Day, chain: _Chain, agency: Agency) -> None:
    late = day.rng.random() < agency.lateness
    spent = day.span(7 * DAY, 10 * DAY) if late else day.span(4 * HOUR, 5 * DAY)
    chain.step("resolved", {"agency_id": agency.agency_id}, spent)
    if day.rng.random() < 0.04:
        chain.step("reopened", {"reason": "Chưa xử lý dứt điểm"}, day.span(2 * HOUR, DAY))
        chain.step("resolved", {"agency_id": agency.agency_id}, day.span(4 * HOUR, 3 * DAY))
    if day.rng.random() < 0.7:
        chain.step("published", {}, day.span(30 * MINUTE, 20 * HOUR))
    if day.rng.random() < 0.45:
        rating = day.rng.choices((-1, 0, 1), (8, 17, 75))[0]
        chain.step("rated", {"rating": rating}, day.span(HOUR, 2 * DAY))


def tasks(day: Day) -> Drawn:
    """Tasks given on working days and what becomes of them in weeks."""
    for number in range(day.count(0.02) if day.weekday < 5 else 0):
        agency = day.anywhere()
        subject, source = serial(day, "NV", number), system(agency, "nhiem-vu")
        chain = _Chain("task", agency, source, subject, day.instant(8, 11))
        allowed = day.span(5 * DAY, 30 * DAY)
        assigned = {
            "title": day.rng.choice(TASKS),
            "resolution_id": "NQ-57",
            "lead_agency": agency.agency_id,
            "due_at": stamp(chain.at + allowed),
        }
        chain.step("assigned", assigned)
        chain.step("progress", {"percent": day.rng.randrange(20, 60)}, allowed // 3)
        if day.rng.random() < 0.03:
            chain.step("cancelled", {"document": f"CV-{subject}"}, allowed // 4)
        else:
            _carry_out(day, chain, agency, allowed, subject)
        yield chain.steps


def _carry_out(day: Day, chain: _Chain, agency: Agency, allowed: int, subject: str) -> None:
    spent = allowed // 2
    if day.rng.random() < 0.15:
        later = {"due_at": stamp(chain.at + 2 * allowed), "document": f"CV-{subject}"}
        chain.step("extended", later, allowed // 4)
    elif day.rng.random() < agency.lateness:
        spent = allowed + DAY
    chain.step("completed", {"evidence_ref": f"BC-{subject}"}, spent)
