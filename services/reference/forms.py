"""The forms of indicators: how a value is made of the figures of measures, in exact fractions."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from services.reference.cases import Member
from services.reference.conditions import exact
from services.reference.known import Known
from services.reference.parts import Catalogue, Part
from services.reference.windows import Window, cut_like, period_one_year_before

MISSING, ZERO_DENOMINATOR = "missing", "zero_denominator"


class Value(NamedTuple):
    """A value, or the reason why there is none; a ratio also says its two sums."""

    value: Fraction | None
    numerator: int | Fraction | None = None
    denominator: int | Fraction | None = None
    null_reason: str | None = None


class Asked(NamedTuple):
    """What is asked of a part: where, in which breakdown (None: the total), in which window."""

    unit: str
    member: Member | None
    window: Window


NO_VALUE = Value(None, null_reason=MISSING)


class Evaluation:
    """Evaluates parts of a catalogue over what is known at one instant."""

    def __init__(self, catalogue: Catalogue, known: Known) -> None:
        self._catalogue = catalogue
        self._known = known
        self._forms: dict[str, Form] = {
            "ratio": self._ratio,
            "sum": self._sum,
            "last": self._last,
            "extreme": self._extreme,
            "combine": self._combine,
            "growth": self._growth,
        }

    def value(self, name: str, asked: Asked) -> Value:
        """Return the value of a part or measure; one without the breakdown is taken in total."""
        asked = asked._replace(member=self._catalogue.in_breakdown(name, asked.member))
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
        base = period_one_year_before(asked.window)
        earlier = asked._replace(window=cut_like(base, asked.window, self._known.now, by_year=True))
        now, before = self._level(part, asked), self._level(part, earlier)
        if now is None or before is None or now <= 0 or before <= 0:
            return NO_VALUE
        return Value(100 * (now / before - 1))

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
