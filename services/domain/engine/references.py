"""How formulas name each other: which are defined by themselves, and what rests on what."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from services.domain.engine.fault import Fault, Steps
from services.domain.engine.indicator import Calculation, Indicator

_MEMBERS = ("numerator", "denominator", "inputs", "minus")


def cycle_faults(indicators: Iterable[Indicator]) -> Iterator[Fault]:
    """A fault at every place where a formula names one that rests on it."""
    given = list(indicators)
    named = {formula.id: formula.references for each in given for formula in each.formulas}
    for each in given:
        for name, path, part in _parts(each):
            for steps, below in _references(part):
                way = _way(below, name, named)
                if way:
                    reason = f"{name} is defined by itself, through {' and '.join(way)}"
                    yield Fault(each.id, (*path, *steps), reason)


def resting_on(
    indicators: Iterable[Indicator], unsound: Collection[str], known: Collection[str] | None
) -> set[str]:
    """The indicators that name something unsound, at once or through others, and the unsound.

    With `known`, the sound measures, whatever is neither one of them nor an indicator may be
    something unsound that has no name.
    """
    names = {each.id: set(_named(each)) for each in indicators}
    found = set(unsound)
    if known is not None:
        found |= {n for each in names.values() for n in each if n not in names and n not in known}
    while more := {name for name, below in names.items() if below & found} - found:
        found |= more
    return found


def _named(indicator: Indicator) -> Iterator[str]:
    """Measures and other indicators; a component stands for its indicator."""
    for formula in indicator.formulas:
        yield from (name.partition(".")[0] for name in formula.references)
    if indicator.alert_levels.count is not None:
        yield indicator.alert_levels.count


def _parts(indicator: Indicator) -> Iterator[tuple[str, Steps, Calculation]]:
    yield indicator.id, (), indicator
    for number, part in enumerate(indicator.components):
        yield f"{indicator.id}.{part.id}", ("components", number), part


def _references(part: Calculation) -> Iterator[tuple[Steps, str]]:
    for member in _MEMBERS:
        for number, name in enumerate(getattr(part, member)):
            yield (member, number), name
    for number, criterion in enumerate(part.criteria):
        yield ("criteria", number, "input"), criterion.input


def _way(begin: str, end: str, named: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The names from `begin` to `end`, each of which names the next; empty when there is none."""
    ways: dict[str, tuple[str, ...]] = {begin: (begin,)}
    waiting = [begin]
    for name in waiting:
        if name == end:
            return ways[name]
        for below in named.get(name, ()):
            if below not in ways:
                ways[below] = (*ways[name], below)
                waiting.append(below)
    return ()
