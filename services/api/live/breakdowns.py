"""Breakdowns of communes: nobody keeps them live, so they are computed while somebody follows them.

The evaluator publishes the breakdowns of provinces and the country. A topic that names a commune,
an indicator and a window and goes on to its members asks for one more:
`indicators/33/C:11953/PS-05/instant/procedure/*`, or `.../**` for all breakdowns of the figure.
Sessions that ask for the same share it. No clock, no sockets.
"""

from collections.abc import Iterator
from weakref import WeakValueDictionary

import msgspec

from services.api.live.topics import ANY, Pattern, plain
from services.domain.engine.windows import ADMINISTRATIVE, STATISTICAL
from services.domain.errors import Refused
from services.domain.query import ObservationQuery

COMMUNE = "C:"
FIGURE_SEGMENTS = 5


class Name(msgspec.Struct, frozen=True):
    """What is followed: a figure of a commune, of one dimension and member or (`*`) of any."""

    unit: str
    indicator: str
    window: str
    dim: str
    member: str

    def query(self, dimensions: tuple[str, ...], limit: int) -> ObservationQuery:
        """Ask for its newest observations; `dimensions` are all that there are."""
        window, _, calendar = self.window.partition("~")
        chosen = dimensions if self.dim == ANY else (self.dim,)
        return ObservationQuery(
            indicators=(self.indicator,),
            units=(self.unit,),
            windows=(window,),
            calendars=(ADMINISTRATIVE if calendar else STATISTICAL,),
            breakdowns=chosen if self.member == ANY else (),
            members=() if self.member == ANY else tuple((dim, self.member) for dim in chosen),
            limit=limit,
        )


class Breakdown:
    """One breakdown for as long as a session holds it."""

    def __init__(self, name: Name) -> None:
        self.name = name


class Breakdowns:
    """All that are followed, at most `followed_max`; one more is refused."""

    def __init__(self, followed_max: int) -> None:
        self._followed_max = followed_max
        self._known: WeakValueDictionary[Name, Breakdown] = WeakValueDictionary()

    def of(self, pattern: Pattern) -> Breakdown | None:
        """Give what a topic asks for, None for a topic whose keys are published anyway.

        Raises Refused when too many others are followed.
        """
        name = name_of(pattern)
        if name is None:
            return None
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= self._followed_max:
                raise Refused(
                    f"{self._followed_max} breakdowns of communes are followed already; ask"
                    f" GET /v1/observations?unit={name.unit}&indicator={name.indicator}&dims=..."
                )
            known = self._known[name] = Breakdown(name)
        return known

    def __iter__(self) -> Iterator[Name]:
        return iter(list(self._known.keys()))

    def __len__(self) -> int:
        return len(self._known)


def name_of(pattern: Pattern) -> Name | None:
    """Read what a topic asks for beyond totals."""
    figure = [plain(segment) for segment in pattern.segments[2:FIGURE_SEGMENTS]]
    members = [plain(segment) for segment in pattern.segments[FIGURE_SEGMENTS:]]
    if len(figure) < FIGURE_SEGMENTS - 2 or ANY in figure or not figure[0].startswith(COMMUNE):
        return None
    if not members and not pattern.open_ended:
        return None
    unit, indicator, window = figure
    dim, member, *_ = (*members, ANY, ANY)
    return Name(unit, indicator, window, dim, member)
