"""The committed lists: their counts, the known cases of the reform, and that nothing got lost."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from services.adapters.units import FOLDER, load_aliases, load_units
from services.domain.errors import Refused
from services.domain.units import Unit, UnitList

REFORM = date(2025, 7, 1)
BEFORE = date(2025, 6, 30)
LATER = date(2026, 12, 31)


@pytest.fixture(name="units", scope="module")
def _units() -> UnitList:
    return load_units()


def at(units: UnitList, code: str, on: date) -> Unit:
    unit = units.at(code, on)
    assert unit is not None, f"{code} on {on}"
    return unit


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (BEFORE, {"N": 1, "P": 63, "D": 696, "C": 10_035}),
        (REFORM, {"N": 1, "P": 34, "C": 3_321}),
        (LATER, {"N": 1, "P": 34, "C": 3_321}),
    ],
)
@pytest.mark.clause("15.1.2")
def test_how_many_units_there_are(units: UnitList, on: date, counts: dict[str, int]) -> None:
    assert Counter(unit.level for unit in units.current(on)) == counts


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (REFORM, {"xã": 2621, "phường": 687, "đặc khu": 13}),
        (date(2026, 4, 30), {"xã": 2611, "phường": 697, "đặc khu": 13}),
        (date(2026, 9, 20), {"xã": 2599, "phường": 709, "đặc khu": 13}),
    ],
)
def test_types_of_communes(units: UnitList, on: date, counts: dict[str, int]) -> None:
    communes = (unit for unit in units.current(on) if unit.level == "C")
    assert Counter(unit.type for unit in communes) == counts


def test_the_five_island_districts_without_communes(units: UnitList) -> None:
    """With them the former list has the 10,040 rows that the crosswalk counts."""
    islands = [
        unit for unit in units.current(BEFORE) if unit.level == "D" and not units.children(unit.key)
    ]
    assert [unit.code for unit in islands] == ["D:318", "D:471", "D:498", "D:536", "D:755"]
    for island in islands:
        (part,) = units.successors(island.key)
        successor = units.get(part.succ)
        assert successor is not None
        assert (successor.type, part.weight) == ("đặc khu", 1)


def test_a_code_that_kept_its_number_and_changed_its_place(units: UnitList) -> None:
    former, present = at(units, "C:26740", BEFORE), at(units, "C:26740", REFORM)
    assert (former.name_vi, former.parent) == ("Phường Bến Nghé", "D:760@1900-01-01")
    assert (present.name_vi, present.parent) == ("Phường Sài Gòn", "P:79@2025-07-01")
    district = units.get("D:760@1900-01-01")
    assert district is not None
    assert district.name_vi == "Quận 1"
    codes = {part.pred.partition("@")[0] for part in units.predecessors(present.key)}
    assert codes >= {"C:26740", "C:26737", "C:26746"}


@pytest.mark.parametrize(
    ("code", "name", "successors"),
    [
        ("C:00019", "Phường Điện Biên", {"C:00004", "C:00070", "C:00190", "C:00226"}),
        ("C:00103", "Phường Xuân La", {"C:00160", "C:00091", "C:00103", "C:00611"}),
    ],
)
def test_communes_that_were_split(
    units: UnitList, code: str, name: str, successors: set[str]
) -> None:
    former = at(units, code, BEFORE)
    assert former.name_vi == name
    parts = units.successors(former.key)
    assert {part.succ for part in parts} == {f"{succ}@2025-07-01" for succ in successors}
    assert {(part.method, part.weight) for part in parts} == {("equal", 0.25)}


@pytest.mark.clause("15.1.5")
def test_dong_nai_becomes_a_city(units: UnitList) -> None:
    assert at(units, "P:75", date(2026, 4, 29)).type == "tỉnh"
    assert at(units, "P:75", date(2026, 4, 30)).type == "thành phố"
    assert at(units, "P:75", date(2026, 4, 30)).key == "P:75@2025-07-01"
    assert at(units, "C:26368", date(2026, 4, 29)).name_vi == "Xã Long Thành"
    assert at(units, "C:26368", date(2026, 4, 30)).name_vi == "Phường Long Thành"


@pytest.mark.clause("15.2.1")
def test_nothing_is_lost_in_the_crosswalk(units: UnitList) -> None:
    former = [
        unit
        for unit in units.current(BEFORE)
        if unit.level in ("P", "C") or (unit.level == "D" and not units.children(unit.key))
    ]
    parts = {unit.key: units.successors(unit.key) for unit in former}
    assert all(sum(part.weight for part in each) == pytest.approx(1) for each in parts.values())
    communes = {key: each for key, each in parts.items() if not key.startswith("P:")}
    assert len(communes) == 10_040
    assert sum(len(each) for each in communes.values()) == 10_602
    split = {key: each for key, each in communes.items() if len(each) > 1}
    assert len(split) == 471
    assert max(len(each) for each in split.values()) == 5
    present = {unit.key for unit in units.current(REFORM) if unit.level != "N"}
    assert {part.succ for each in parts.values() for part in each} == present


def test_a_commune_passes_into_the_successor_of_its_province(units: UnitList) -> None:
    for unit in units.current(BEFORE):
        province = units.province_of(unit.key)
        if unit.level == "N":
            continue
        assert province is not None
        (whole,) = units.successors(province.key)
        for part in units.successors(unit.key):
            successor = units.province_of(part.succ)
            assert successor is not None
            assert successor.key == whole.succ


def test_every_present_unit_has_a_place_in_the_country(units: UnitList) -> None:
    """None lacks a centroid, so a wall without boundaries can draw every commune."""
    for unit in units.current(REFORM):
        assert unit.lat is not None, unit.key
        assert unit.lon is not None, unit.key
        assert 8 < unit.lat < 24, unit.key
        assert 102 < unit.lon < 115, unit.key


def test_aliases_name_present_communes(units: UnitList) -> None:
    aliases = load_aliases()
    assert len(aliases) == len({(system, code) for system, code, _ in aliases}) == 123
    assert all(units.get(key) is not None for _, _, key in aliases)


def test_the_files_survive_a_round_trip(units: UnitList) -> None:
    with (FOLDER / "units.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    written = [
        {
            "level": unit.level,
            "code": unit.code[2:],
            "valid_from": unit.valid_from.isoformat(),
            "valid_to": unit.valid_to.isoformat() if unit.valid_to else "",
            "name_vi": unit.name_vi,
            "name_short_vi": unit.name_short_vi,
            "type": unit.type,
            "parent": unit.parent or "",
            "lat": str(unit.lat),
            "lon": str(unit.lon),
        }
        for unit in units.established()
    ]
    assert written == rows


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"units\.csv"):
        load_units(tmp_path)
