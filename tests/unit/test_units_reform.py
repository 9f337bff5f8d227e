"""Dossiers that are open across a reform of the units."""

import pytest

from tests.unit.reference_log import COMMUNE, at, received, reference, step

OLD_COMMUNE = "C:11953@1900-01-01"
LATER = at("2026-06-01T00:00")


@pytest.mark.clause("15.2.5")
def test_a_dossier_keeps_the_unit_with_which_it_was_opened() -> None:
    opinion = reference(
        received("2025-06-20T09:00", due_at="2025-07-15T17:30:00+07:00"),
        step("finished", "2025-07-10T09:00"),
    )
    for measure in ("dossiers_received", "dossiers_closed_on_time"):
        counted = {
            unit: opinion.measure(measure, unit, None, None, LATER, LATER)
            for unit in (OLD_COMMUNE, COMMUNE)
        }
        assert counted == {OLD_COMMUNE: 1, COMMUNE: 0}, measure
