"""The stage of an open case by what is left of its time (clause 9.4 of the standard).

Stages colour due lists and countdowns; they are never the level of a unit, and a paused case has
none.
"""

from services.domain.engine.indicator import CaseStage, CaseStages
from services.domain.instants import HOUR
from services.domain.worktime import WorkingCalendar


def stage_of(
    stages: CaseStages, opened_at: int, deadline_at: int, now: int, calendar: WorkingCalendar
) -> CaseStage | None:
    """The highest stage that holds for an unpaused case; None while it has time enough.

    Shares are of the working time from opening to deadline; instants are microseconds.
    """
    limit = calendar.between(opened_at, deadline_at)
    left = calendar.between(now, deadline_at) if now < deadline_at else 0
    over = calendar.between(deadline_at, now) if now > deadline_at else 0
    holding = [
        stage
        for stage in stages.stages
        if (stage.share_left is not None and left <= stage.share_left * limit)
        or (stage.hours_left is not None and left <= stage.hours_left * HOUR)
        or (stage.overdue == 0 and now > deadline_at)
        or (stage.overdue is not None and over > stage.overdue * limit)
    ]
    return max(holding, key=lambda stage: stage.level, default=None)
