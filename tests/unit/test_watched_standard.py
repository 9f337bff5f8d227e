"""A service that runs keeps the standard in force, whatever happens to the files."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from services.adapters.watched_standard import WatchedStandard
from services.domain.errors import Refused
from tests.standard_folder import rewrite

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize("name", ["measures.yaml", "indicators/PS-04.yaml"])
@pytest.mark.parametrize("content", [b"", b"a: [", b"- a", b"measures:\n", "a".encode("utf-16")])
def test_a_file_that_is_half_written_leaves_what_is_in_force(
    folder: Path, name: str, content: bytes
) -> None:
    watched = WatchedStandard(folder, TODAY)
    before, path = watched.present, folder / name
    whole = path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(Refused, match=rf"{path.name}:\d+: "):
        watched.next(TODAY)
    assert watched.present is before
    assert re.search(rf"catalogue refused: {path.name}:\d+: ", str(watched.details["warnings"]))
    path.write_bytes(whole)
    found = watched.next(TODAY)
    assert found is not None
    assert found.version == before.version
    assert "warnings" not in watched.details


def test_what_nobody_foresaw_is_refused_as_well(folder: Path) -> None:
    """Here: a day that is none, which no type checker would let pass."""
    watched = WatchedStandard(folder, TODAY)
    before = watched.present
    with pytest.raises(Refused, match="the files can not be understood: TypeError"):
        watched.next(cast("date", "today"))
    assert watched.present is before
    assert watched.refused is not None
    with pytest.raises(Refused, match="the files can not be understood: TypeError"):
        WatchedStandard(folder, cast("date", "today"))


def test_the_warning_of_a_changed_formula_is_taken_back_with_the_change(folder: Path) -> None:
    path = folder / "indicators/PS-01.yaml"
    watched = WatchedStandard(folder, TODAY)
    warning = "PS-01: the formula has changed under version 1: raise formula_version"
    for formula in ("[dossiers_received]", "[dossiers_open]", "[dossiers_received]"):
        rewrite(path, "numerator: [", f"numerator: {formula} # [")
        watched.next(TODAY)
        rewrite(path, f"{formula} # ", "")
    watched.next(TODAY)
    assert "warnings" not in watched.details
    rewrite(path, "[dossiers_full_online]", "[dossiers_received]")
    watched.next(TODAY)
    rewrite(path, "vi: ", "vi: mới ")
    watched.next(TODAY)
    assert watched.details["warnings"] == [warning]
    rewrite(path, "[dossiers_received]", "[dossiers_full_online]")
    watched.next(TODAY)
    assert "warnings" not in watched.details


WITHDRAWN = [
    ("formula_version: 1", "formula_version: 1\neffective_to: '2026-11-25'"),
    ("'2025-07-01'", "'2027-01-01'"),
]


@pytest.mark.parametrize(("before", "after"), WITHDRAWN)
def test_an_indicator_that_is_in_force_no_longer_is_named(
    folder: Path, before: str, after: str
) -> None:
    watched = WatchedStandard(folder, TODAY)
    rewrite(folder / "indicators/TR-01.yaml", before, after)
    assert watched.next(TODAY) is not None
    assert watched.details["warnings"] == [GONE]
    rewrite(folder / "indicators/TR-01.yaml", after, before)
    watched.next(TODAY)
    assert "warnings" not in watched.details


GONE = "TR-01: is in force no longer, by its files or their dates"


def test_an_indicator_whose_file_is_gone_is_named(folder: Path) -> None:
    watched = WatchedStandard(folder, TODAY)
    shutil.move(folder / "indicators/TR-01.yaml", folder)
    assert watched.next(TODAY) is not None
    assert watched.details["warnings"] == [GONE]
    assert watched.next(TODAY) is None
    assert watched.details["warnings"] == [GONE]


def test_an_indicator_that_ends_by_its_date_is_named(folder: Path) -> None:
    path = folder / "indicators/TR-01.yaml"
    rewrite(path, "formula_version: 1", "formula_version: 1\neffective_to: '2026-11-26'")
    watched = WatchedStandard(folder, TODAY)
    assert watched.next(date(2026, 11, 27)) is not None
    assert watched.details["warnings"] == [GONE]
