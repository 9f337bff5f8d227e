"""Opens the standard: measures and indicators from the files under `standards/`."""

from pathlib import Path
from typing import Any

import yaml

from services.adapters.standard_files import IndicatorFile
from services.domain.engine.catalogue import Catalogue, parse_measure
from services.domain.engine.catalogue_faults import indicator_faults
from services.domain.errors import Refused

FOLDER = Path(__file__).resolve().parents[2] / "standards"


def load_measure_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The measures as data."""
    text = (folder / "measures.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)["measures"]
    return found


def load_indicator_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The indicators as data, in the order of their numbers."""
    return [
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for path in sorted((folder / "indicators").glob("*.yaml"))
    ]


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """The catalogue of the standard; raises `Refused` with file, line and reason of every fault."""
    measures = [parse_measure(document) for document in load_measure_documents(folder)]
    files = [IndicatorFile(path) for path in sorted((folder / "indicators").glob("*.yaml"))]
    faults = [fault for file in files for fault in file.faults]
    if faults:
        raise Refused("\n".join(faults))
    held = {file.indicator.id: file for file in files if file.indicator is not None}
    indicators = [file.indicator for file in held.values() if file.indicator is not None]
    found = indicator_faults(measures, indicators)
    if found:
        raise Refused("\n".join(held[fault.indicator].describe(fault) for fault in found))
    return Catalogue(measures, indicators)


Fingerprint = tuple[tuple[str, int, int], ...]


def fingerprint(folder: Path = FOLDER) -> Fingerprint:
    """Name, time of change and size of every file of the catalogue; files are not opened."""
    paths = [folder / "measures.yaml", *sorted((folder / "indicators").glob("*.yaml"))]
    stats = [(path.name, path.stat()) for path in paths if path.exists()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


class WatchedStandard:
    """The catalogue in force, and the next one as soon as its files are whole and fit together.

    A refused version is looked at once; the one in force stays. Measures are not exchanged while
    the centre runs: what they count was counted by the definition in force.
    """

    def __init__(self, catalogue: Catalogue, folder: Path = FOLDER) -> None:
        self._catalogue = catalogue
        self._folder = folder
        self._seen = fingerprint(folder)

    def next(self) -> Catalogue | None:
        """The new catalogue when the files have changed, else None.

        Raises `Refused` once for every version that can not be taken over.
        """
        found = fingerprint(self._folder)
        if found == self._seen:
            return None
        self._seen = found
        try:
            catalogue = load_catalogue(self._folder)
        except OSError as error:
            raise Refused(f"the files can not be read: {error}") from error
        if catalogue.measures != self._catalogue.measures:
            raise Refused("measures.yaml has changed: restart the aggregator to count by it")
        self._catalogue = catalogue
        return catalogue
