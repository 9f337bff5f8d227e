"""The list of units as a pure value: dates, relations, search, and what makes a list refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.errors import Refused
from services.domain.letters import fold
from services.domain.units import UnitList, parse_units, unit_key

REFORM = date(2025, 7, 1)
BEFORE = date(2025, 6, 30)

UNITS = """# a note
level,code,valid_from,valid_to,name_vi,name_short_vi,type,parent,lat,lon
N,VN,1900-01-01,,Việt Nam,Việt Nam,quốc gia,,,
P,75,1900-01-01,2025-07-01,Tỉnh Đồng Nai,Đồng Nai,tỉnh,N:VN@1900-01-01,10.9,107.2
D,731,1900-01-01,2025-07-01,Thành phố Biên Hòa,Biên Hòa,thành phố,P:75@1900-01-01,,
C,00001,1900-01-01,2025-07-01,Xã Trị An,Trị An,xã,D:731@1900-01-01,,
C,00002,1900-01-01,2025-07-01,Xã Cũ,Cũ,xã,D:731@1900-01-01,,
P,75,2025-07-01,,Tỉnh Đồng Nai,Đồng Nai,tỉnh,N:VN@1900-01-01,11.0,107.1
C,00001,2025-07-01,,Xã Đồng Mới,Đồng Mới,xã,P:75@2025-07-01,11.1,107.2
C,00003,2025-07-01,,Phường Đồng,Đồng,phường,P:75@2025-07-01,11.2,107.3
"""
SUCCESSORS = """pred,succ,weight,method,is_default
P:75@1900-01-01,P:75@2025-07-01,1000000,whole,1
C:00001@1900-01-01,C:00001@2025-07-01,500000,equal,1
C:00001@1900-01-01,C:00003@2025-07-01,500000,equal,0
C:00002@1900-01-01,C:00003@2025-07-01,1000000,whole,1
"""
CHANGES = """effective_on,decree,kind,unit,name_vi,name_short_vi,type
2026-04-30,30/2026/QH16,retype,P:75@2025-07-01,Thành phố Đồng Nai,Đồng Nai,thành phố
"""


@pytest.fixture(name="units")
def _units() -> UnitList:
    return parse_units(UNITS, SUCCESSORS, CHANGES)


@pytest.mark.clause("15.1.3")
def test_a_code_means_another_unit_on_another_day(units: UnitList) -> None:
    former, present = units.at("C:00001", BEFORE), units.at("C:00001", REFORM)
    assert former is not None
    assert present is not None
    assert (former.key, former.name_vi) == ("C:00001@1900-01-01", "Xã Trị An")
    assert (present.key, present.name_vi) == ("C:00001@2025-07-01", "Xã Đồng Mới")
    assert [unit.key for unit in units.of_code("C:00001")] == [former.key, present.key]


@pytest.mark.parametrize(
    ("code", "on", "known"),
    [
        ("C:00001", BEFORE, True),
        ("C:00001", REFORM, True),
        ("C:00002", BEFORE, True),
        ("C:00002", REFORM, False),
        ("C:00003", BEFORE, False),
        ("C:00003", date(2030, 1, 1), True),
        ("D:731", BEFORE, True),
        ("D:731", REFORM, False),
        ("N:VN", date(1900, 1, 1), True),
        ("N:VN", date(1899, 12, 31), False),
        ("00003", REFORM, False),
        ("C:00003@2025-07-01", REFORM, False),
        ("", REFORM, False),
    ],
)
def test_known_is_half_open_and_agrees_with_at(
    units: UnitList, code: str, on: date, known: bool
) -> None:
    assert units.known(code, on) is known
    assert (units.at(code, on) is not None) is known


def test_a_change_of_type_keeps_the_key(units: UnitList) -> None:
    before, after = units.at("P:75", date(2026, 4, 29)), units.at("P:75", date(2026, 4, 30))
    assert before is not None
    assert after is not None
    assert (before.type, after.type) == ("tỉnh", "thành phố")
    assert before.key == after.key == "P:75@2025-07-01"
    assert units.get(before.key) == after
    assert next(each for each in units.established() if each.key == before.key) == before
    assert after in list(units)


def test_relations(units: UnitList) -> None:
    assert [unit.code for unit in units.ancestors("C:00001@1900-01-01")] == [
        "D:731",
        "P:75",
        "N:VN",
    ]
    assert [unit.code for unit in units.ancestors("C:00001@2025-07-01")] == ["P:75", "N:VN"]
    assert [unit.code for unit in units.children("P:75@2025-07-01")] == ["C:00001", "C:00003"]
    former, present = (
        units.province_of("C:00002@1900-01-01"),
        units.province_of("C:00003@2025-07-01"),
    )
    assert former is not None
    assert present is not None
    assert (former.key, present.key) == ("P:75@1900-01-01", "P:75@2025-07-01")
    assert units.province_of(present.key) == present
    assert units.province_of("N:VN@1900-01-01") is None
    assert {part.pred for part in units.predecessors("C:00003@2025-07-01")} == {
        "C:00001@1900-01-01",
        "C:00002@1900-01-01",
    }


def test_an_unknown_key_has_no_relations(units: UnitList) -> None:
    unknown = "C:99999@2025-07-01"
    assert units.get(unknown) is None
    assert units.province_of(unknown) is None
    assert units.ancestors(unknown) == units.children(unknown) == ()
    assert units.successors(unknown) == units.predecessors(unknown) == ()
    assert units.changes(unknown) == ()


def test_the_list_of_a_day(units: UnitList) -> None:
    assert len(units) == 8
    assert [unit.code for unit in units.current(REFORM)] == ["N:VN", "P:75", "C:00001", "C:00003"]
    assert [unit.code for unit in units.current(BEFORE)][-1] == "C:00002"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("DONG NAI", ["P:75"]),
        ("đồng", ["C:00003", "P:75", "C:00001"]),
        ("00003", ["C:00003"]),
        ("p:75", ["P:75"]),
        ("Cũ", []),
        ("  ", []),
    ],
)
def test_find_ignores_accents_and_puts_exact_names_first(
    units: UnitList, text: str, codes: list[str]
) -> None:
    assert [unit.code for unit in units.find(text, REFORM)] == codes
    assert [unit.code for unit in units.find(text, REFORM, limit=1)] == codes[:1]


@given(st.text())
def test_fold_settles(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_fold_of_vietnamese() -> None:
    assert fold("  Đắk  LẮK ") == "dak lak"
    assert fold("Thụy") == fold("Thuỵ")


@pytest.mark.clause("15.1.1")
def test_the_key_of_a_unit() -> None:
    assert unit_key("C:11953", REFORM) == "C:11953@2025-07-01"


ROW = "C,00009,2025-07-01,,Xã Sai,Sai,xã,P:75@2025-07-01,,\n"


@pytest.mark.parametrize(
    ("units_csv", "reason"),
    [
        (UNITS + ROW + ROW, "stands twice"),
        (UNITS + ROW.replace("P:75@2025-07-01", "P:76@2025-07-01"), "unknown parent"),
        (UNITS + ROW.replace("P:75@2025-07-01", "P:75@1900-01-01"), "its parent"),
        (UNITS + ROW.replace("-01,,Xã", "-01,2025-06-30,Xã"), "ends before"),
        (UNITS + ROW.replace("C,00009,2025-07-01", "C,00003,2026-07-01"), "two units"),
        (UNITS + ROW.replace("2025-07-01", "yesterday"), "cannot be read"),
        (UNITS + ROW.replace("C,", "X,"), "cannot be read"),
        (UNITS + ROW.replace(",,\n", ",north,\n"), "cannot be read"),
        (UNITS.replace("valid_from", "valid"), "cannot be read"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(units_csv: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parse_units(units_csv, SUCCESSORS)


@pytest.mark.parametrize(
    ("successors_csv", "reason"),
    [
        (SUCCESSORS.replace("500000", "400000"), "do not sum to one"),
        (SUCCESSORS.replace("equal,0", "equal,1"), "exactly one successor"),
        (SUCCESSORS.replace("C:00002@", "C:00004@"), "unknown unit"),
        (SUCCESSORS.replace("equal", "guessed"), "cannot be read"),
    ],
)
@pytest.mark.clause("15.2.1")
def test_a_crosswalk_that_loses_something_is_refused(successors_csv: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parse_units(UNITS, successors_csv)


@pytest.mark.parametrize("unit", ["P:76@2025-07-01", "P:75@1900-01-01"])
def test_a_change_of_a_unit_that_does_not_exist_is_refused(unit: str) -> None:
    with pytest.raises(Refused, match="does not exist on that day"):
        parse_units(UNITS, SUCCESSORS, CHANGES.replace("P:75@2025-07-01", unit))
