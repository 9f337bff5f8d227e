"""The aggregator in one process: ticks of the evaluator and micro-batches of the counter.

No server takes part. Every figure is CPU time of this process and stands beside another one of the
same run, because the machine may be shared: compare the ratios, not the seconds.
"""

import resource
from collections.abc import Callable
from statistics import median

import msgspec

from services.cli.benches.batches import BatchResult, run_batches
from services.cli.benches.filling import filled
from services.cli.benches.ticks import Tick, Ticker
from services.domain.engine.catalogue import Catalogue
from services.domain.instants import SECOND, parse_instant
from services.domain.units import UnitList

NOW = parse_instant("2026-10-14T10:07:31+07:00")
"""The clock of the bench; so every run counts the same."""
STEP = SECOND // 4
SHARES = (0.0001, 0.01, 0.1, 1.0)
"""Shares of the keys of communes that change before a tick."""
IDLE_TICKS = 9
Tell = Callable[[str], None]


class TickResult(msgspec.Struct, frozen=True):
    """A tick: medians of several. `ratio` is its time to that of the full tick of its state.

    `evaluation_seconds` are without making, comparing and encoding `records` of `record_bytes`.
    """

    changed_share: float
    seconds: float
    evaluation_seconds: float
    evaluated: int
    records: int
    record_bytes: int
    ratio: float


class StateResult(msgspec.Struct, frozen=True):
    """A state of so many points, and its ticks.

    `first` publishes everything; `again` looks at everything when nothing has changed.
    """

    points: int
    keys: int
    cells: int
    first: TickResult
    again: TickResult
    changed: list[TickResult]
    idle_seconds: float
    idle_ratio: float
    peak_rss_bytes: int


class Result(msgspec.Struct, frozen=True):
    """What one run found; parts that were not asked for are missing."""

    communes: int
    indicators: int
    windows: int
    states: list[StateResult] = []
    history_ratio: float | None = None
    batches: dict[str, BatchResult] = {}


class Size(msgspec.Struct, frozen=True):
    """How much is measured: points in each key, their multiple, communes, events, repetitions."""

    points: int = 2
    history: int = 10
    every: int = 1
    events: int = 10_000
    rounds: int = 3


def run(
    catalogue: Catalogue, units: UnitList, size: Size, parts: frozenset[str], tell: Tell
) -> Result:
    """Measure the parts that are asked for: `tick`, `batch`."""
    communes = sum(u.level == "C" and u.valid_to is None for u in units)
    states: list[StateResult] = []
    if "tick" in parts:
        lengths = dict.fromkeys((size.points, size.points * size.history))
        states = [_state(catalogue, units, size, length, tell) for length in lengths]
    batches: dict[str, BatchResult] = {}
    if "batch" in parts:
        tell(f"counting batches of {size.events} events")
        batches = run_batches(catalogue, units, NOW, size.events, size.rounds)
    full = [state.changed[-1].seconds for state in states]
    return Result(
        communes=-(-communes // size.every),
        indicators=len(catalogue.indicators),
        windows=sum(
            len(catalogue.indicators[formula.indicator].calendars_of(window))
            for formula in catalogue.formulas.values()
            for window in formula.windows
        ),
        states=states,
        history_ratio=round(full[-1] / full[0], 3) if len(full) > 1 else None,
        batches=batches,
    )


def _state(
    catalogue: Catalogue, units: UnitList, size: Size, points: int, tell: Tell
) -> StateResult:
    tell(f"filling a state with {points} points in each measure of each commune")
    ticker = Ticker(filled(catalogue, units, NOW, points, size.every))
    clock = NOW
    tell("evaluating everything for the first time")
    first = ticker.first(clock)
    ticker.settle(clock)
    again = [ticker.again(clock + number + 1) for number in range(size.rounds)]
    changed: list[tuple[float, list[Tick]]] = []
    for share in SHARES:
        tell(f"ticks with {share:.2%} of the keys changed")
        ticks = []
        for _ in range(size.rounds):
            clock += STEP
            ticks.append(ticker.changed(clock, share))
        changed.append((share, ticks))
    idle = []
    for _ in range(IDLE_TICKS):
        clock += STEP
        idle.append(ticker.idle(clock).cpu_seconds)
    state = ticker.filling.state
    full = median(tick.cpu_seconds for tick in changed[-1][1])
    return StateResult(
        points=len(state.points),
        keys=len(ticker.filling.numbers),
        cells=len(state.cells),
        first=_result(1.0, [first], full),
        again=_result(0.0, again, full),
        changed=[_result(share, ticks, full) for share, ticks in changed],
        idle_seconds=round(median(idle), 6),
        idle_ratio=round(median(idle) / full, 6),
        peak_rss_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def _result(share: float, ticks: list[Tick], full: float) -> TickResult:
    seconds = median(tick.cpu_seconds for tick in ticks)
    return TickResult(
        changed_share=share,
        seconds=round(seconds, 6),
        evaluation_seconds=round(median(t.cpu_seconds - t.record_seconds for t in ticks), 6),
        evaluated=round(median(tick.evaluated for tick in ticks)),
        records=round(median(tick.records for tick in ticks)),
        record_bytes=round(median(tick.record_bytes for tick in ticks)),
        ratio=round(seconds / full, 4),
    )
