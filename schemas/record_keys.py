"""The keys of `ioc.indicators.v1` as patterns: what each stands for, and no other.

`<indicator>[.<component>]|<unit>@<first day>|[<dimension>=<member>]|<window>`. A key names its
window and never a date, so that the newest takes the place of the one before.
"""

from typing import get_args

from services.domain.engine.indicator import Window
from services.domain.engine.revisions import REVISED
from services.domain.engine.windows import ADMIN, PERIODS, TERM

_FIGURE = r"[A-Z]{2}-\d{2}(\.[a-z][a-z0-9_]*)?"
_UNIT = r"(N:VN|P:\d{2}|D:\d{3}|C:\d{5})@\d{4}-\d{2}-\d{2}"
_MEMBER = r"([a-z][a-z0-9_]*=[^|]+)?"
_PERIOD = "|".join(
    name if name == TERM else f"{name}(~{ADMIN})?" for name in get_args(Window) if name in PERIODS
)
_ROLLING = "|".join(name for name in get_args(Window) if name not in PERIODS)


def newest_pattern() -> str:
    """Keys of the newest value: of a rolling window, of an instant, or of the period of now."""
    return _pattern(f"({_ROLLING}|{_PERIOD})")


def revised_pattern() -> str:
    """Keys of closed periods: of each figure the period that was revised last."""
    return _pattern(f"({_PERIOD}){REVISED}")


def _pattern(window: str) -> str:
    return rf"^{_FIGURE}\|{_UNIT}\|{_MEMBER}\|{window}$"
