"""The lists of units: read from `standards/units`, filled into tables, boundaries in and out."""

from pathlib import Path
from typing import Final

from services.domain.units import UnitList, parse_units

FOLDER: Final = Path(__file__).resolve().parents[2] / "standards" / "units"


def load_units(folder: Path = FOLDER) -> UnitList:
    """Read and check the committed lists; raises `Refused` when they contradict themselves."""
    return parse_units(
        *(
            (folder / name).read_text("utf-8")
            for name in ("units.csv", "successors.csv", "changes.csv")
        )
    )
