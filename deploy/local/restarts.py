"""When a child that died is started again: with growing pauses, forgotten after a good while."""

from dataclasses import dataclass

_FIRST_PAUSE_SECONDS = 0.5
_PAUSE_SECONDS_MAX = 30.0
_GOOD_SECONDS = 60.0


@dataclass(frozen=True)
class Restarts:
    """How often a child was started again, and how many times in a row it died early."""

    count: int = 0
    early_deaths: int = 0

    @property
    def pause_seconds(self) -> float:
        """The pause before the next start: 0.5 s, doubled with each early death, 30 s at most."""
        doublings = max(self.early_deaths - 1, 0)
        return min(_FIRST_PAUSE_SECONDS * 2.0**doublings, _PAUSE_SECONDS_MAX)


def after_death(restarts: Restarts, lived_seconds: float) -> Restarts:
    """Count a death; one after a life of 60 s or more counts as the first."""
    early = 1 if lived_seconds >= _GOOD_SECONDS else min(restarts.early_deaths + 1, 16)
    return Restarts(restarts.count + 1, early)
