"""`ioc units` as its user sees it: what it prints, and what it answers to a typo."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services.cli import units
from services.domain.errors import Refused


def run(*arguments: str) -> str:
    app = typer.Typer()
    units.register(app)
    result = CliRunner().invoke(app, ["units", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def document(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def test_without_a_command_the_provinces_are_listed() -> None:
    lines = run().splitlines()
    assert len(lines) == 34
    assert lines[0].split(maxsplit=1) == ["P:01", "Thành phố Hà Nội"]
    assert len(document()["items"]) == 34


def test_list_below_a_unit_and_of_a_day() -> None:
    assert len(document("list", "--in", "P:33")["items"]) == 104
    assert len(document("list", "--level", "d", "--on", "2025-06-30")["items"]) == 696
    assert document("list", "--in", "P:33", "--level", "D")["items"] == []


def test_find_ignores_accents() -> None:
    (found,) = document("find", "hung yen", "--on", "2025-07-01")["items"]
    assert found["key"] == "P:33@2025-07-01"
    assert "Tỉnh Hưng Yên" in run("find", "HƯNG YÊN")


def test_show_a_code_tells_both_its_meanings() -> None:
    text = run("show", "C:26740")
    for part in ("Phường Bến Nghé, until 2025-07-01", "Phường Sài Gòn, still valid", "Quận 1"):
        assert part in text
    former, present = document("show", "C:26740")["items"]
    assert former["successors"][0]["succ"] == present["unit"]["key"]
    assert len(document("show", "C:26740@2025-07-01")["items"]) == 1


def test_show_changes_and_shares() -> None:
    assert "since 2026-04-30: Thành phố Đồng Nai (30/2026/QH16)" in run("show", "P:75")
    assert "25.00%" in run("show", "C:00019@1900-01-01")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["find", "atlantis"], "no unit is called 'atlantis'"),
        (["find", "x", "--on", "30/6/2025"], "write it as 2025-07-01"),
        (["show", "11953"], "codes look like P:33 or C:11953"),
        (["list", "--in", "P:99"], "'P:99' is no unit on"),
        (["list", "--level", "X"], "allowed are N, P, D, C"),
        (["import", "missing.geojson"], "missing.geojson cannot be read: No such file"),
    ],
)
def test_a_typo_gets_a_sentence_that_helps(arguments: list[str], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        run(*arguments)


def test_a_bad_file_is_refused_before_any_database_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "bad.geojson"
    file.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(Refused, match="not a GeoJSON collection"):
        run("import", str(file), "--data", str(tmp_path))


def test_import_without_a_running_centre_says_so(tmp_path: Path) -> None:
    file = tmp_path / "good.geojson"
    ring = [[106.05, 20.65], [106.1, 20.65], [106.1, 20.7], [106.05, 20.65]]
    feature = {
        "type": "Feature",
        "properties": {"code": "11953", "name": "Phố Hiến"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(Refused, match="ioc up"):
        run("import", str(file), "--data", str(tmp_path))


@pytest.mark.parametrize("command", [[], ["list"], ["find"], ["show"], ["import"]])
def test_help_has_examples(command: list[str]) -> None:
    assert "ioc units show C:11953" in run(*command, "--help")
