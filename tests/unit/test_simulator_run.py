"""A run of the feed remembers how far it came, and the next one goes on from there."""

import io
from pathlib import Path

from services.cli.simulator.memory import plan_course, read_memory
from services.cli.simulator.run import Run
from services.cli.simulator.sending import FileSink
from services.cli.simulator.stream import Plan, Simulation, history_begin
from services.domain.instants import DAY, parse_instant

START = parse_instant("2026-10-14T15:00:00+07:00")
SIMULATION = Simulation(
    Plan(seed=3, province="33", communes=("C:11953", "C:11956"), per_day=40, rate=60)
)


def feed(folder: Path, until: int, count: int | None = None) -> tuple[list[bytes], list[str]]:
    """The lines sent and the notes told by a run into a file."""
    file, told = io.BytesIO(), list[str]()
    memory = read_memory(folder)
    begin = history_begin(START, 5, 0)
    course = plan_course(memory, SIMULATION.name, begin, START, until)
    run = Run(
        simulation=SIMULATION,
        course=course,
        until=until,
        count=count,
        memory=folder,
        tell=told.append,
    )
    tally = run.feed(FileSink(file), [b'{"first":1}'] if memory is None else [])
    assert tally.events == tally.accepted == len(file.getvalue().splitlines())
    return file.getvalue().splitlines(), told


def test_the_next_run_sends_only_what_is_new(tmp_path: Path) -> None:
    first, told = feed(tmp_path, START)
    assert first[0] == b'{"first":1}'
    assert any("figures" in line for line in told)
    assert any("history" in line for line in told)
    remembered = read_memory(tmp_path)
    assert remembered is not None
    assert remembered.plan == SIMULATION.name
    again, _ = feed(tmp_path, START + DAY)
    assert len(again) > 50
    fresh, _ = feed(tmp_path / "other", START + DAY)
    assert set(again) | set(first) >= set(fresh)


def test_a_count_is_kept(tmp_path: Path) -> None:
    lines, _ = feed(tmp_path, START, count=7)
    assert len(lines) == 1 + 7
