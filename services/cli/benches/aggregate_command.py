"""`ioc bench aggregate`: its options, its table for people and its document for machines."""

import cProfile
import json
import pstats
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from services.adapters.collection import collect_seldom
from services.adapters.standards import load_catalogue
from services.adapters.units import load_units
from services.cli.benches.aggregate import Result, Size, StateResult, run
from services.cli.benches.batches import STAGES, BatchResult
from services.cli.centre import JsonOption

PROFILE_LINES = 30
EXAMPLES = """Examples:

  ioc bench aggregate

  ioc bench aggregate --only batch --json

  ioc bench aggregate --only tick --profile --every 10 --history 1
"""


class Part(StrEnum):
    """What can be measured alone."""

    TICK = "tick"
    BATCH = "batch"


def aggregate(
    *,
    only: Annotated[
        list[Part] | None, typer.Option("--only", help="Measure just this part.")
    ] = None,
    points: Annotated[
        int, typer.Option("--points", min=1, help="Points in each measure of each commune.")
    ] = 2,
    history: Annotated[
        int, typer.Option("--history", min=1, help="Measure again with so many times the points.")
    ] = 10,
    every: Annotated[
        int, typer.Option("--every", min=1, help="Count in every so manieth commune only.")
    ] = 1,
    events: Annotated[
        int, typer.Option("--events", min=10, help="Events of each kind in a batch.")
    ] = 10_000,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, help="Repetitions of which the median is given.")
    ] = 3,
    profile: Annotated[
        bool, typer.Option("--profile", help="Show where the time went; slows it down.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The evaluator's ticks and the counter's batches in one process; needs no server.

    All communes and provinces, all indicators, all windows: CPU seconds of a tick by how much has
    changed, with little and with long history, and microseconds of an event by stage.
    """
    size = Size(points, history, every, events, rounds)
    parts = frozenset(part.value for part in only or list(Part))
    catalogue, units = load_catalogue(), load_units()
    collect_seldom()
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    found = run(catalogue, units, size, parts, _tell)
    if profile:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(PROFILE_LINES)
    if as_json:
        print(json.dumps(msgspec.to_builtins(found)))
    else:
        print("\n".join(_table(found)))


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _table(found: Result) -> Iterator[str]:
    yield f"{found.communes} communes, {found.indicators} indicators in {found.windows} windows"
    for state in found.states:
        yield from _of_state(state)
    if found.history_ratio is not None:
        yield f"full tick with the longer history: {found.history_ratio:.2f} of the other's time"
    for name, batch in found.batches.items():
        yield from _of_batch(name, batch)


def _of_state(state: StateResult) -> Iterator[str]:
    yield ""
    yield f"{state.points:,} points in {state.keys:,} keys, {state.cells:,} cells"
    yield (
        f"  {'tick':<22} {'CPU':>10} {'evaluation':>11} {'values':>9} {'records':>9} {'MB':>5}"
        f" {'of full':>8}"
    )
    named = [(f"{each.changed_share:.2%} changed", each) for each in state.changed]
    whole = [("first, all published", state.first), ("all again, none new", state.again)]
    for name, tick in [*whole, *named]:
        yield (
            f"  {name:<22} {tick.seconds * 1000:>7,.0f} ms"
            f" {tick.evaluation_seconds * 1000:>8,.0f} ms {tick.evaluated:>9,} {tick.records:>9,}"
            f" {tick.record_bytes / 1e6:>5,.0f} {tick.ratio:>8.3f}"
        )
    yield f"  {'idle':<22} {state.idle_seconds * 1000:>7.2f} ms {'':>37} {state.idle_ratio:>8.5f}"
    yield f"  peak memory so far {state.peak_rss_bytes / 2**30:.2f} GiB"


def _of_batch(name: str, batch: BatchResult) -> Iterator[str]:
    yield ""
    yield f"{name}: {batch.events} events, {batch.points} points, {batch.delta_bytes:,} bytes"
    for stage in STAGES:
        yield f"  {stage:<22} {batch.stages_us[stage]:>7.2f} us/event"
    yield f"  {'together':<22} {batch.events_per_second:>7,.0f} events/s"
    yield (
        f"  the limit: decoding bare {batch.bare_decode_us:.2f} us, adding {batch.bare_add_us:.3f}"
        f" us = {batch.floor_ratio:.1%} of that"
    )
