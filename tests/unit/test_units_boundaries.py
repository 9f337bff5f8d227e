"""Boundaries from GeoJSON: what is taken, and the reason for everything that is not."""

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.domain import boundaries
from services.domain.boundaries import MultiPolygon, Polygon, parse_boundaries
from services.domain.errors import Refused
from services.domain.units import UnitList, parse_units

ON = date(2025, 7, 1)
UNITS = """level,code,valid_from,valid_to,name_vi,name_short_vi,type,parent,lat,lon
N,VN,1900-01-01,,Việt Nam,Việt Nam,quốc gia,,,
P,33,2025-07-01,,Tỉnh Hưng Yên,Hưng Yên,tỉnh,N:VN@1900-01-01,,
C,11953,2025-07-01,,Phường Phố Hiến,Phố Hiến,phường,P:33@2025-07-01,,
C,12826,2025-07-01,,Xã Thụy Anh,Thụy Anh,xã,P:33@2025-07-01,,
"""
RING = [[106.05, 20.65], [106.1, 20.65], [106.1, 20.7], [106.05, 20.65]]

Document = dict[str, Any]


@pytest.fixture(name="units", scope="module")
def _units() -> UnitList:
    return parse_units(UNITS, "pred,succ,weight,method,is_default\n")


def feature(code: str, name: str, kind: str = "Polygon") -> Document:
    coordinates: list[Any] = [RING] if kind == "Polygon" else [[RING], [RING]]
    geometry = {"type": kind, "coordinates": copy.deepcopy(coordinates)}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


def collection(*features: Document) -> Document:
    return {"type": "FeatureCollection", "features": list(features)}


def read(document: object, units: UnitList) -> tuple[boundaries.Boundary, ...]:
    return parse_boundaries(json.dumps(document).encode(), units, ON)


def test_communes_and_provinces_with_and_without_their_level(units: UnitList) -> None:
    document = collection(
        feature("11953", "Phố Hiến"),
        feature("C:12826", "Xã Thuỵ Anh", "MultiPolygon"),
        feature("33", "Hưng Yên"),
    )
    found = read(
        document | {"crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}, units
    )
    assert [each.unit.code for each in found] == ["C:11953", "C:12826", "P:33"]
    assert found[0].geometry == Polygon([RING])
    assert found[1].geometry == MultiPolygon([[RING], [RING]])


def test_a_third_coordinate_is_allowed(units: UnitList) -> None:
    document = collection(feature("11953", "Phố Hiến"))
    document["features"][0]["geometry"]["coordinates"] = [[[*each, 3.0] for each in RING]]
    assert len(read(document, units)) == 1


def ring(*positions: list[float]) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["features"][0]["geometry"]["coordinates"] = [list(positions)]

    return change


def properties(**values: object) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["features"][0]["properties"] = values

    return change


def geometry(value: object) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["features"][0]["geometry"] = value

    return change


def member(name: str, value: object) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (properties(code="99999", name="Phố Hiến"), r"\[0\]\.properties\.code: '99999' is no unit"),
        (
            properties(code="11953", name="Lam Sơn"),
            "'Phường Phố Hiến' on 2025-07-01, not 'Lam Sơn'",
        ),
        (properties(code="11953"), "missing required field `name`"),
        (properties(code=11953, name="Phố Hiến"), "Expected `str`, got `int`"),
        (geometry(None), "got `null`"),
        (geometry({"type": "Point", "coordinates": [106, 20]}), "Invalid value 'Point'"),
        (geometry({"type": "Polygon", "coordinates": []}), "length >= 1"),
        (ring(*RING[:3]), "length >= 4"),
        (ring(*RING[:3], [106.2, 20.9]), "not closed"),
        (ring([106.1, 20.6], *[[106.1, 20.7]] * 2, [106.1, 20.6]), "no area"),
        (ring(*[[latitude, longitude] for longitude, latitude in RING]), "outside the country"),
        (ring(*[[600_000.0, 2_280_000.0]] * 4), r"\[longitude, latitude\] in degrees"),
        (ring([106.05], *RING), "length >= 2"),
        (member("type", "Feature"), "Invalid value 'Feature'"),
        (member("features", []), "length >= 1"),
        (member("crs", {"properties": {"name": "EPSG:3405"}}), "not WGS-84"),
    ],
)
@pytest.mark.clause("11.6.1")
def test_what_is_wrong_is_said_with_its_place(
    units: UnitList, change: Callable[[Document], None], reason: str
) -> None:
    document = collection(feature("11953", "Phố Hiến"))
    change(document)
    with pytest.raises(Refused, match=reason):
        read(document, units)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[1]",
        b"\xff\xfe{}",
        b'{"type":"FeatureCollection","features":[',
        b'{"type":"FeatureCollection","features":' + b"[" * 100_000,
        json.dumps(collection(feature("11953", "Phố Hiến"))).replace("20.65", "NaN").encode(),
        json.dumps(collection(feature("11953", "Phố Hiến"))).replace("20.65", "1e999").encode(),
    ],
)
def test_what_is_no_geojson_is_refused(units: UnitList, content: bytes) -> None:
    with pytest.raises(Refused):
        parse_boundaries(content, units, ON)


def test_a_unit_stands_once(units: UnitList) -> None:
    twice = collection(feature("11953", "Phố Hiến"), feature("C:11953", "Phường Phố Hiến"))
    with pytest.raises(Refused, match=r"features\[1\].*stands twice"):
        read(twice, units)


def test_many_problems_are_cut_off(units: UnitList) -> None:
    document = collection(*(feature(f"{code:05d}", "?") for code in range(50)))
    with pytest.raises(Refused, match=r"and 30 more$"):
        read(document, units)


def test_limits(units: UnitList) -> None:
    too_long = b" " * (boundaries.FILE_BYTES_MAX + 1)
    with pytest.raises(Refused, match="at most 67,108,864 are read"):
        parse_boundaries(too_long, units, ON)
    many = collection(*[feature("11953", "Phố Hiến")] * (boundaries.FEATURES_MAX + 1))
    with pytest.raises(Refused, match="length <= 4000"):
        read(many, units)


def test_lines_too_fine_for_a_wall_are_refused(units: UnitList) -> None:
    document = collection(feature("11953", "Phố Hiến"))
    document["features"][0]["geometry"]["coordinates"] = [
        RING * (boundaries.POSITIONS_MAX // 4 + 1)
    ]
    with pytest.raises(Refused, match=r"500,004 positions, at most 500,000"):
        read(document, units)
