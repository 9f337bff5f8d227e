"""One centre with two aggregators for each file; each test has a province of its own in it.

A test leaves the centre as it found it: everything runs. So the next one of the file starts from a
centre that has been through the faults before it.
"""

from collections.abc import Callable, Iterator

import pytest

from services.adapters.units import load_units
from services.domain.units import UnitList
from tests.acceptance.dossier_log import LIST_OF, Log, dossier_log, provinces
from tests.centre import Centre, running_centre
from tests.faults.divided import DividedCentre, divided_centre
from tests.faults.proxy import Line

DOSSIERS, DOSSIERS_SMALL = 1_400, 150

DrawLog = Callable[[int], Log]


@pytest.fixture(scope="module")
def centre() -> Iterator[Centre]:
    with running_centre("--aggregators", "2") as running:
        yield running


@pytest.fixture(scope="session")
def units() -> UnitList:
    return load_units()


@pytest.fixture(scope="module")
def free_provinces(units: UnitList) -> Iterator[str]:
    """Provinces that no test has used."""
    return iter(provinces(units))


@pytest.fixture
def draw_log(units: UnitList, free_provinces: Iterator[str]) -> DrawLog:
    """Draw a log of a province that nobody has used, by its seed."""
    return lambda seed: dossier_log(units, next(free_provinces), DOSSIERS, seed)


@pytest.fixture(scope="module")
def divided() -> Iterator[DividedCentre]:
    """One centre whose lines are broken one by one; it has one process of each kind."""
    with divided_centre() as running:
        yield running


@pytest.fixture
def lines(divided: DividedCentre) -> Iterator[dict[tuple[str, str], Line]]:
    """The lines of the divided centre by service and server; whole again after the test."""
    yield divided.lines
    divided.mend()


@pytest.fixture(scope="module")
def free_provinces_divided(units: UnitList) -> Iterator[str]:
    """Provinces that no test has used in the divided centre."""
    return iter(provinces(units))


@pytest.fixture
def draw_small_log(units: UnitList, free_provinces_divided: Iterator[str]) -> DrawLog:
    """Draw a small log of a province that nobody has used, by its seed."""
    return lambda seed: dossier_log(units, next(free_provinces_divided), DOSSIERS_SMALL, seed)


@pytest.fixture
def free_commune(units: UnitList, free_provinces_divided: Iterator[str]) -> str:
    """A commune of a province that nobody has used."""
    return units.children(f"{next(free_provinces_divided)}@{LIST_OF}")[0].code
