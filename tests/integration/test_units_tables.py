"""The lists of units in the real database, and boundaries through the command."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from psycopg import sql
from typer.testing import CliRunner

from services.adapters.units import boundaries, fill_units, load_units
from services.cli import units as units_command
from services.domain.errors import Unavailable

pytestmark = pytest.mark.servers

RING = [[106.05, 20.65], [106.1, 20.65], [106.1, 20.7], [106.05, 20.65]]
COMMUNES = {"11953": "Phố Hiến", "12826": "Thái Thụy"}


@pytest.fixture(name="connection")
def _connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database) as connection:
        fill_units(connection)
        yield connection


def count(connection: psycopg.Connection, table: str) -> int:
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def import_file(file: Path, url: str) -> dict[str, object]:
    app = typer.Typer()
    units_command.register(app)
    result = CliRunner().invoke(
        app, ["units", "import", str(file), "--database", url, "--json"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


def test_tables_hold_the_lists_however_often_they_are_filled(
    connection: psycopg.Connection,
) -> None:
    fill_units(connection)
    units = load_units()
    assert count(connection, "admin_unit") == len(units)
    assert count(connection, "admin_successor") == sum(
        len(units.successors(unit.key)) for unit in units
    )
    assert count(connection, "admin_change") == sum(len(units.changes(unit.key)) for unit in units)
    assert count(connection, "admin_alias") == 123


def test_boundaries_come_back_as_they_were_imported(
    connection: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    assert boundaries(connection, "33") is None
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        }
        for code, name in COMMUNES.items()
    ]
    file = tmp_path / "two.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    for _ in range(2):
        assert import_file(file, database) | {"on": None} == {
            "imported": 2,
            "on": None,
            "provinces": ["P:33"],
        }
    connection.rollback()
    fill_units(connection)
    found = boundaries(connection, "P:33")
    assert found is not None
    assert found == {
        "type": "FeatureCollection",
        "features": [
            {
                **feature,
                "id": code,
                "properties": {"code": code, "name": name, "unit": f"C:{code}@2025-07-01"},
            }
            for feature, (code, name) in zip(features, COMMUNES.items(), strict=True)
        ],
    }
    assert boundaries(connection, "75") is None


def test_a_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "one.geojson"
    feature = {
        "type": "Feature",
        "properties": {"code": "11953", "name": "Phố Hiến"},
        "geometry": {"type": "Polygon", "coordinates": [RING]},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(Unavailable, match="does not answer"):
        import_file(file, "postgresql://ioc@127.0.0.1:1/ioc")
