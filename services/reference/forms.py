"""The forms of indicators: how a value is made of the figures of measures, in exact fractions."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from services.reference.air import NOWCAST_HOURS, station_index
from services.reference.conditions import exact
from services.reference.contributions import Member
from services.reference.coverage import too_few
from services.reference.instants import HOUR
from services.reference.known import Known
from services.reference.outcomes import has_moved
from services.reference.parts import Catalogue, Part
from services.reference.sketches import quantile
from services.reference.windows import Window, cut_like, period_one_year_before

VALUES_KEPT_MAX = 200_000  # of one instant; then they are computed anew
MISSING, ZERO_DENOMINATOR = "missing", "zero_denominator"
BELOW_COVERAGE = "below_coverage"


class Value(NamedTuple):
    """A value, or the reason why there is none; a ratio also says its two sums."""

    value: Fraction | None
    numerator: int | Fraction | None = None
    denominator: int | Fraction | None = None
    null_reason: str | None = None


class Asked(NamedTuple):
    """What is asked of a part: where, in which breakdown (None: the total), in which window.

    `constant`: on the boundaries of today's units, else on those of the time.
    """

    unit: str
    member: Member | None
    window: Window
    constant: bool = False


NO_VALUE = Value(None, null_reason=MISSING)


class Evaluation:
    """Evaluates parts of a catalogue over what is known at one instant."""

    def __init__(self, catalogue: Catalogue, known: Known) -> None:
        self._catalogue = catalogue
        self._known = known
        self._values: dict[tuple[str, Asked], Value] = {}
        self._forms: dict[str, Form] = {
            "ratio": self._ratio,
            "sum": self._sum,
            "last": self._last,
            "extreme": self._extreme,
            "combine": self._combine,
            "growth": self._growth,
            "quantile": self._quantile,
            "composite": self._composite,
            "aqi": self._aqi,
            "outcome_check": self._outcome_check,
        }

    def value(self, name: str, asked: Asked) -> Value:
        """Return the value of a part or measure; one without the breakdown is taken in total."""
        member = self._catalogue.in_breakdown(name, asked.member)
        if member != asked.member:
            asked = asked._replace(member=member)
        if (name, asked) not in self._values:
            if len(self._values) >= VALUES_KEPT_MAX:
                self._values.clear()
            self._values[name, asked] = self._computed(name, asked)
        return self._values[name, asked]

    def _computed(self, name: str, asked: Asked) -> Value:
        if name in self._catalogue.measures:
            figure = self._known.figure(self._catalogue.measures[name], *asked)
            return NO_VALUE if figure is None else Value(figure)
        part = self._catalogue.parts[name]
        return self._forms[part["form"]](part, asked)

    def _ratio(self, part: Part, asked: Asked) -> Value:
        above, below = (
            self._total(part["numerator"], asked),
            self._total(part["denominator"], asked),
        )
        if above is None or below is None:
            return NO_VALUE
        sums = (whole(above), whole(below))
        if below == 0:
            return Value(None, *sums, ZERO_DENOMINATOR)
        if too_few(self._catalogue, self._known, part, asked.unit, asked.window):
            return Value(None, *sums, BELOW_COVERAGE)
        result = _offset(part) + _scale(part) * above / below
        return Value(result / exact(part.get("divide_by") or 1), *sums)

    def _sum(self, part: Part, asked: Asked) -> Value:
        plus, minus = (
            self._total(part["inputs"], asked),
            self._total(part.get("minus") or [], asked),
        )
        if plus is None or minus is None:
            return NO_VALUE
        return Value((plus - minus) / exact(part.get("divide_by") or 1))

    def _last(self, part: Part, asked: Asked) -> Value:
        published = self.value(part["inputs"][0], asked)
        if published.value is None:
            return published
        return Value(_offset(part) + _scale(part) * published.value)

    def _extreme(self, part: Part, asked: Asked) -> Value:
        found = [self.value(source, asked).value for source in part["inputs"]]
        values = [value for value in found if value is not None]
        if len(values) < len(found):
            return NO_VALUE
        return Value(max(values) if part["pick"] == "max" else min(values))

    def _combine(self, part: Part, asked: Asked) -> Value:
        left, right = (self.value(source, asked) for source in part["inputs"])
        if left.value is None or right.value is None:
            return Value(None, null_reason=left.null_reason or right.null_reason)
        if part["op"] == "multiply":
            return Value(_scale(part) * left.value * right.value)
        if right.value <= 0:
            return Value(None, null_reason=ZERO_DENOMINATOR)
        return Value(_scale(part) * left.value / right.value)

    def _growth(self, part: Part, asked: Asked) -> Value:
        asked = asked._replace(constant=True)
        base = period_one_year_before(asked.window)
        earlier = asked._replace(window=cut_like(base, asked.window, self._known.now, by_year=True))
        now, before = self._level(part, asked), self._level(part, earlier)
        if now is None or before is None or now <= 0 or before <= 0:
            return NO_VALUE
        return Value(100 * (now / before - 1))

    def _quantile(self, part: Part, asked: Asked) -> Value:
        measure = self._catalogue.measures[part["inputs"][0]]
        buckets = self._known.buckets(measure, *asked[:3], constant=asked.constant)
        found = quantile((int(each) for each in buckets), part["q"])
        return NO_VALUE if found is None else Value(found)

    def _composite(self, part: Part, asked: Asked) -> Value:
        points, reachable = Fraction(0), Fraction(0)
        for criterion in part["criteria"]:
            name, most = criterion["input"], exact(criterion["max_points"])
            if self._catalogue.in_breakdown(name, asked.member) != asked.member:
                continue  # a criterion without the breakdown is left out
            found = self.value(name, asked).value
            if found is not None:
                share = max(Fraction(0), found) / exact(criterion["full_marks_at"])
                points += most * min(Fraction(1), share)
                reachable += most
        if reachable == 0 or reachable < exact(part["min_points"]):
            return NO_VALUE
        return Value(100 * points / reachable)

    def _aqi(self, part: Part, asked: Asked) -> Value:
        measure = self._catalogue.measures[part["inputs"][0]]
        end = min(asked.window.end, self._known.now) // HOUR  # the hour before it is the last full
        first = end - {"1h": 1, "24h": 24}[asked.window.name]
        hours = (first - NOWCAST_HOURS + 1, end)
        stations = self._known.stations(measure, asked.unit, asked.member, hours)
        found = [station_index(each, hour) for each in stations for hour in range(first, end)]
        indexes = [each for each in found if each is not None]
        return Value(Fraction(max(indexes))) if indexes else NO_VALUE

    def _outcome_check(self, part: Part, asked: Asked) -> Value:
        completed, linked = (self._catalogue.measures[name] for name in part["inputs"])
        count = self._known.figure(completed, *asked)
        if count != self._known.figure(completed, *asked[:3]):
            return NO_VALUE  # what the tasks of former units were to move does not move with them
        end = min(asked.window.end, self._known.now)
        moved = sum(
            has_moved(self._catalogue, unit, task, end, self._of_outcome)
            for unit, task in self._known.linked_tasks(linked, *asked[:3])
        )
        if not count:
            return Value(None, moved, 0, ZERO_DENOMINATOR)
        return Value(_scale(part) * moved / count, moved, whole(count))

    def _of_outcome(self, name: str, unit: str, window: Window) -> Fraction | None:
        return self.value(name, Asked(unit, None, window)).value

    def _level(self, part: Part, asked: Asked) -> Fraction | None:
        above = self._total(part["numerator"], asked)
        if above is None or not part.get("denominator"):
            return above
        below = self._total(part["denominator"], asked)
        return None if below is None or below == 0 else above / below

    def _total(self, sources: Sequence[str], asked: Asked) -> Fraction | None:
        """Return the sum of the sources; None when one of them has no value."""
        total = Fraction(0)
        for source in sources:
            value = self.value(source, asked).value
            if value is None:
                return None
            total += value
        return total


Form: TypeAlias = Callable[[Part, Asked], Value]


def whole(number: Fraction) -> int | Fraction:
    """Return a whole number as int."""
    return int(number) if number.denominator == 1 else number


def _scale(part: Part) -> Fraction:
    return exact(part.get("scale", 1))


def _offset(part: Part) -> Fraction:
    return exact(part.get("offset", 0))
