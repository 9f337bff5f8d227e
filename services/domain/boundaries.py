"""Boundaries of units as a GeoJSON file gives them: what is accepted, and why a file is refused.

Accepted is a FeatureCollection (RFC 7946) of polygons in degrees, WGS-84, longitude first, whose
features carry the properties `code` and `name`. The name must be the name that the list of units
gives the code on the day: 2,145 codes mean another place since 1 July 2025, so a file of the former
units would otherwise pass unnoticed. Whether polygons cross or overlap is not examined.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Final

import msgspec

from services.domain.errors import Refused
from services.domain.letters import fold
from services.domain.units import Unit, UnitList

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
FEATURES_MAX: Final = 4_000
POSITIONS_MAX: Final = 500_000
PROBLEMS_MAX: Final = 20
WGS84_NAMES: Final = frozenset({"CRS84", "4326"})
# The country with its islands and sea, generously: swapped or projected coordinates fall outside.
WEST, EAST, SOUTH, NORTH = 100.0, 120.0, 5.0, 25.0

Position = Annotated[list[float], msgspec.Meta(min_length=2, max_length=3)]
Ring = Annotated[list[Position], msgspec.Meta(min_length=4)]
Rings = Annotated[list[Ring], msgspec.Meta(min_length=1)]


class Polygon(msgspec.Struct, frozen=True, tag_field="type", tag="Polygon"):
    """One outer ring and its holes."""

    coordinates: Rings


class MultiPolygon(msgspec.Struct, frozen=True, tag_field="type", tag="MultiPolygon"):
    """Several polygons that make one unit: islands, exclaves."""

    coordinates: Annotated[list[Rings], msgspec.Meta(min_length=1)]


class Boundary(msgspec.Struct, frozen=True):
    """The boundary of one unit of the list."""

    unit: Unit
    geometry: Polygon | MultiPolygon


class _Properties(msgspec.Struct, frozen=True):
    code: str
    name: str


class _Feature(msgspec.Struct, frozen=True, tag_field="type", tag="Feature"):
    geometry: Polygon | MultiPolygon
    properties: _Properties


class _CrsProperties(msgspec.Struct, frozen=True):
    name: str


class _Crs(msgspec.Struct, frozen=True):
    properties: _CrsProperties


class _Collection(msgspec.Struct, frozen=True, tag_field="type", tag="FeatureCollection"):
    features: Annotated[list[_Feature], msgspec.Meta(min_length=1, max_length=FEATURES_MAX)]
    crs: _Crs | None = None


def parse_boundaries(content: bytes, units: UnitList, on: date) -> tuple[Boundary, ...]:
    """Read a GeoJSON file of units as they are on the day; all of it or nothing.

    Raises `Refused` with the place of each problem, at most `PROBLEMS_MAX` of them.
    """
    if len(content) > FILE_BYTES_MAX:
        raise Refused(f"the file has {len(content):,} bytes, at most {FILE_BYTES_MAX:,} are read")
    try:
        collection = msgspec.json.decode(content, type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"not a GeoJSON collection of polygons: {error}") from error
    problems = [*_reference_problems(collection), *_feature_problems(collection, units, on)]
    if problems:
        left_out = len(problems) - PROBLEMS_MAX
        more = [f"and {left_out} more"] if left_out > 0 else []
        raise Refused("\n".join([*problems[:PROBLEMS_MAX], *more]))
    return tuple(
        Boundary(unit, feature.geometry)
        for feature in collection.features
        if (unit := _unit_of(feature, units, on))
    )


def _reference_problems(collection: _Collection) -> Iterator[str]:
    name = collection.crs.properties.name if collection.crs else "CRS84"
    if name.rsplit(":", 1)[-1] not in WGS84_NAMES:
        yield f"$.crs: {name} is not WGS-84; convert the file to longitude and latitude first"
    positions = sum(len(ring) for each in collection.features for ring in _rings(each.geometry))
    if positions > POSITIONS_MAX:
        yield f"$.features: {positions:,} positions, at most {POSITIONS_MAX:,}; simplify the lines"


def _feature_problems(collection: _Collection, units: UnitList, on: date) -> Iterator[str]:
    seen: set[str] = set()
    for index, feature in enumerate(collection.features):
        path, properties = f"$.features[{index}]", feature.properties
        unit = _unit_of(feature, units, on)
        if unit is None:
            yield f"{path}.properties.code: {properties.code!r} is no unit on {on}"
        elif unit.key in seen:
            yield f"{path}.properties.code: {properties.code!r} stands twice in the file"
        elif not _same_name(properties.name, unit):
            yield (
                f"{path}.properties.name: {properties.code} is {unit.name_vi!r} on {on}, not"
                f" {properties.name!r}; does the file hold the former units?"
            )
        if unit is not None:
            seen.add(unit.key)
        for ring in _rings(feature.geometry):
            if problem := _ring_problem(ring):
                yield f"{path}.geometry: {problem}"
                break


def _unit_of(feature: _Feature, units: UnitList, on: date) -> Unit | None:
    """Find the unit of a code with or without its level; bare, two digits mean a province."""
    code = feature.properties.code
    if ":" not in code:
        code = f"{'P' if len(code) == 2 else 'C'}:{code}"
    return units.at(code, on)


def _same_name(name: str, unit: Unit) -> bool:
    return _letters(name) in (_letters(unit.name_vi), _letters(unit.name_short_vi))


def _letters(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())


def _rings(geometry: Polygon | MultiPolygon) -> Iterator[Ring]:
    polygons = [geometry.coordinates] if isinstance(geometry, Polygon) else geometry.coordinates
    return (ring for rings in polygons for ring in rings)


def _ring_problem(ring: Sequence[Sequence[float]]) -> str | None:
    if ring[0] != ring[-1]:
        return "a ring is not closed: its last position differs from its first"
    for longitude, latitude, *_ in ring:
        if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
            return (
                f"[{longitude}, {latitude}] lies outside the country; positions are"
                " [longitude, latitude] in degrees"
            )
    if len({tuple(position[:2]) for position in ring}) < 3:
        return "a ring has no area"
    return None
