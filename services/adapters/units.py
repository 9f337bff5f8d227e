"""The lists of units: read from `standards/units`, filled into tables; boundaries in and out.

The files are the truth and the tables a copy for queries; only `unit_boundary` lives in the
database alone. Nothing here changes the files.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, LiteralString

import msgspec
import psycopg
from msgspec.structs import astuple
from psycopg import sql
from psycopg.rows import tuple_row

from services.domain.boundaries import Boundary
from services.domain.errors import Refused, Unavailable
from services.domain.units import Unit, UnitList, parse_units

FOLDER: Final = Path(__file__).resolve().parents[2] / "standards" / "units"
TABLES: Final = Path(__file__).with_name("sql") / "units.sql"

_UNIT_COLUMNS: Final = (
    "unit_key level code valid_from valid_to name_vi name_short_vi type parent lat lon"
)
_SUCCESSOR_COLUMNS: Final = "pred succ weight method is_default"
_CHANGE_COLUMNS: Final = "effective_on decree kind unit_key name_vi name_short_vi type"
_ALIAS_COLUMNS: Final = "source_system source_code unit_key"
_BOUNDARIES: Final[LiteralString] = """
    select commune.unit_key, commune.code, coalesce(renamed.name_short_vi, commune.name_short_vi),
           boundary.geometry::text
    from admin_unit as province
    join admin_unit as commune on commune.parent = province.unit_key and commune.valid_to is null
    join unit_boundary as boundary on boundary.unit_key = commune.unit_key
    left join lateral (
        select name_short_vi from admin_change
        where unit_key = commune.unit_key and effective_on <= current_date
        order by effective_on desc limit 1
    ) as renamed on true
    where province.level = 'P' and province.code = %s and province.valid_to is null
    order by commune.code
"""


def load_units(folder: Path = FOLDER) -> UnitList:
    """Read and check the committed lists, in about 0.2 s.

    Raises `Refused` when a file is missing or the lists contradict themselves.
    """
    names = ("units.csv", "successors.csv", "changes.csv")
    try:
        texts = [(folder / name).read_text("utf-8") for name in names]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"the lists of units cannot be read: {error}") from error
    return parse_units(*texts)


def load_aliases(folder: Path = FOLDER) -> list[tuple[str, str, str]]:
    """Read the foreign codes: source system, its code, our unit key."""
    with (folder / "aliases.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [(row["source_system"], row["source_code"], row["unit"]) for row in rows]


def fill_units(connection: psycopg.Connection) -> None:
    """Make the tables where they are missing and replace their rows by the committed lists.

    One transaction: readers see the former rows or the new ones. Boundaries are kept.
    """
    units = load_units()
    listed = list(units.established())
    successions = [part for unit in listed for part in units.successors(unit.key)]
    changes = [change for unit in listed for change in units.changes(unit.key)]
    with _converted(), connection.transaction():
        connection.execute(TABLES.read_bytes())
        connection.execute("lock table admin_unit in exclusive mode")
        _replace(connection, "admin_unit", _UNIT_COLUMNS, map(_unit_row, listed))
        _replace(connection, "admin_successor", _SUCCESSOR_COLUMNS, map(astuple, successions))
        _replace(connection, "admin_change", _CHANGE_COLUMNS, map(astuple, changes))
        _replace(connection, "admin_alias", _ALIAS_COLUMNS, load_aliases())


def store_boundaries(connection: psycopg.Connection, found: Sequence[Boundary]) -> None:
    """Store boundaries, each in the place of a former one of the same unit; all or none."""
    rows = [(each.unit.key, msgspec.json.encode(each.geometry).decode()) for each in found]
    with _converted(), connection.transaction(), connection.cursor() as cursor:
        cursor.execute(TABLES.read_bytes())
        cursor.executemany(
            "insert into unit_boundary (unit_key, geometry) values (%s, %s)"
            " on conflict (unit_key) do update set geometry = excluded.geometry",
            rows,
        )


def boundaries(connection: psycopg.Connection, province_code: str) -> dict[str, object] | None:
    """Give the boundaries of a province's present communes as GeoJSON, `None` when it has none.

    The code is `"33"` or `"P:33"`; each feature has `code` (5 digits), `name` (without the type)
    and `unit` (the key).
    """
    with _converted(), connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_BOUNDARIES, [province_code.removeprefix("P:")]).fetchall()
    if not rows:
        return None
    features = [
        {
            "type": "Feature",
            "id": code,
            "properties": {"code": code, "name": name, "unit": key},
            "geometry": msgspec.json.decode(geometry),
        }
        for key, code, name, geometry in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def _unit_row(unit: Unit) -> tuple[object, ...]:
    return (
        unit.key,
        unit.level,
        unit.code.removeprefix(f"{unit.level}:"),
        unit.valid_from,
        unit.valid_to,
        unit.name_vi,
        unit.name_short_vi,
        unit.type,
        unit.parent,
        unit.lat,
        unit.lon,
    )


def _replace(
    connection: psycopg.Connection, table: str, columns: str, rows: Iterable[Sequence[object]]
) -> None:
    target = sql.Identifier(table)
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns.split())
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("delete from {}").format(target))
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(target, names)) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def _converted() -> Iterator[None]:
    """Say what kind of failure an error of the database is."""
    try:
        yield
    except psycopg.errors.UndefinedTable as error:
        raise Refused("the tables of units are missing: run `ioc migrate` first") from error
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database does not answer: {error}") from error
