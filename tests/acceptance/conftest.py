"""One centre for all acceptance tests; each test has a province of its own in it."""

from collections.abc import Iterator

import pytest

from services.adapters.units import load_units
from services.domain.units import UnitList
from tests.acceptance.dossier_log import Log, dossier_log, provinces
from tests.acceptance.receipt_log import ABSENT, LOG, receipt_log
from tests.centre import Centre, running_centre

DOSSIERS = 1_400


@pytest.fixture(scope="session")
def centre() -> Iterator[Centre]:
    with running_centre() as running:
        yield running


@pytest.fixture(scope="session")
def units() -> UnitList:
    return load_units()


@pytest.fixture(scope="session")
def free_provinces(units: UnitList) -> Iterator[str]:
    """Provinces that no test has used; the one of the published log stays out."""
    return (province for province in provinces(units) if province != "P:33")


@pytest.fixture
def province(free_provinces: Iterator[str]) -> str:
    return next(free_provinces)


@pytest.fixture(params=["real", "drawn"])
def log(request: pytest.FixtureRequest, units: UnitList, province: str) -> Log:
    """A log of this test's province: the real one, or one of our own making."""
    if request.param == "drawn":
        return dossier_log(units, province, DOSSIERS, seed=1)
    if not LOG.is_file():
        pytest.skip(ABSENT)
    commune = units.children(f"{province}@2025-07-01")[0].code
    return receipt_log(province, commune)
