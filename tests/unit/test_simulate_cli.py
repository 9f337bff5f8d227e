"""`ioc simulate` as a user types it."""

from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from services.cli.simulate import register
from services.domain.errors import Refused


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["simulate", *arguments])


START = ("--start", "2026-10-01T12:00:00+07:00")


def test_a_file_holds_the_ministry_and_the_province(tmp_path: Path) -> None:
    out = tmp_path / "events.ndjson"
    result = run(
        "--ministry", "--events", "200", "--backfill", "5", *START, "--out", str(out), "--json"
    )
    assert result.exit_code == 0, result.output
    summary = msgspec.json.decode(result.stdout)
    lines = [msgspec.json.decode(line) for line in out.read_bytes().splitlines()]
    assert summary["events"] == summary["accepted"] == len(lines)
    assert 150 < len(lines) <= 219
    assert lines[0]["unit"] == "N:VN"
    assert {line["unit"][:2] for line in lines[19:]} == {"C:"}
    assert summary["to"] < "2026-10-01T12:00:00"


def test_the_same_options_give_the_same_file(tmp_path: Path) -> None:
    outs = [tmp_path / name for name in ("one", "two")]
    for out in outs:
        assert run("--per-day", "20", "--backfill", "3", *START, "--out", str(out)).exit_code == 0
    assert outs[0].read_bytes() == outs[1].read_bytes() != b""


def test_standard_output_takes_events() -> None:
    result = run("--events", "5", "--backfill", "20", *START, "--out", "-")
    assert result.exit_code == 0
    assert [msgspec.json.decode(line)["quality"] for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--start", "yesterday"), "--start"),
        (("--province", "98"), "no province 98"),
        (("--late", "2"), "late"),
        (("--rhythm", "slow"), "rhythm"),
        (("--backfill", "9999"), "days"),
    ],
)
def test_a_wrong_option_says_what_is_possible(arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments, "--out", "-")
    assert isinstance(result.exception, Refused)
    assert says in str(result.exception)


def test_without_a_centre_it_says_so(tmp_path: Path) -> None:
    result = run("--data", str(tmp_path / "none"), "--events", "1")
    assert isinstance(result.exception, Refused)
