"""Opens the standard: measures and indicators from the files under `standards/`."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from services.adapters.clock import now as clock_now
from services.adapters.standard_files import IndicatorFile
from services.domain.engine.catalogue import Catalogue, parse_measure
from services.domain.engine.catalogue_faults import indicator_faults
from services.domain.engine.indicator import Indicator
from services.domain.engine.measures import Measure
from services.domain.engine.versions import (
    changed_without_version,
    in_force,
    listings,
    next_change,
    version_faults,
)
from services.domain.errors import Refused
from services.domain.instants import local_date

FOLDER = Path(__file__).resolve().parents[2] / "standards"
DETAIL_MAX = 4_000
"""Characters of a refusal that are shown: with hundreds of faults the first ones will do."""


class Standard(NamedTuple):
    """What is in force on a day: the catalogue, and its indicators as their files say.

    `version` is a digest of both: two services that name the same one compute the same.
    """

    catalogue: Catalogue
    documents: tuple[dict[str, Any], ...]
    version: str


def load_measure_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The measures as data."""
    text = (folder / "measures.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)["measures"]
    return found


def load_indicator_documents(
    folder: Path = FOLDER, today: date | None = None
) -> list[dict[str, Any]]:
    """The indicators in force on a day, by default today, as data, in the order of their numbers.

    Raises `Refused` as `load_standard` does.
    """
    return list(load_standard(folder, today).documents)


def load_standard(folder: Path = FOLDER, today: date | None = None) -> Standard:
    """What is in force on a day, by default today.

    Raises `Refused` with file, line and reason of every fault of every version.
    """
    return Files(folder).on(today or local_date(clock_now()))


def load_catalogue(folder: Path = FOLDER, today: date | None = None) -> Catalogue:
    """The catalogue of a day, by default today; raises `Refused` as `load_standard` does."""
    return load_standard(folder, today).catalogue


def _paths(folder: Path) -> list[Path]:
    return sorted((folder / "indicators").glob("*.yaml"))


class Files:
    """All files of the standard as they stood when they were read.

    Raises `Refused` with file, line and reason when they can not be read or one has a wrong form.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            self.measures = [parse_measure(document) for document in load_measure_documents(folder)]
            self._files = [IndicatorFile(path) for path in _paths(folder)]
        except OSError as error:
            raise Refused(f"the files can not be read: {error}") from error
        faults = [fault for file in self._files for fault in file.faults]
        if faults:
            raise Refused("\n".join(faults))

    @property
    def _versions(self) -> dict[int, tuple[Indicator, IndicatorFile]]:
        """Every version with its file, by identity: versions of one indicator may be equal."""
        return {id(f.indicator): (f.indicator, f) for f in self._files if f.indicator is not None}

    def on(self, today: date) -> Standard:
        """What is in force on a day; raises `Refused` when the files do not fit together."""
        faults = list(dict.fromkeys(self._faults(today)))
        if faults:
            raise Refused("\n".join(faults))
        catalogue = in_force(self.measures, (v for v, _ in self._versions.values()), today)
        documents = tuple(
            self._versions[id(indicator)][1].document
            for _, indicator in sorted(catalogue.indicators.items())
        )
        return Standard(catalogue, documents, _digest(self.measures, catalogue))

    def _faults(self, today: date) -> Iterator[str]:
        versions = self._versions
        for version, fault in version_faults(v for v, _ in versions.values()):
            yield versions[id(version)][1].describe(fault)
        for _, listed in listings((v for v, _ in versions.values()), today):
            held = {version.id: versions[id(version)][1] for version in listed}
            for fault in indicator_faults(self.measures, listed):
                yield held[fault.indicator].describe(fault)


def _digest(measures: list[Measure], catalogue: Catalogue) -> str:
    eras = [
        (era.begin, sorted(era.catalogue.indicators.values(), key=lambda each: each.id))
        for era in catalogue.eras
    ]
    today = sorted((each.id, each.formula_version) for each in catalogue.indicators.values())
    body = msgspec.json.encode((measures, eras, today), order="deterministic")
    return hashlib.blake2b(body, digest_size=6).hexdigest()


Fingerprint = tuple[tuple[str, int, int], ...]


def fingerprint(folder: Path = FOLDER) -> Fingerprint:
    """Name, time of change and size of every file of the catalogue; files are not opened."""
    stats = []
    for path in (folder / "measures.yaml", *_paths(folder)):
        with contextlib.suppress(OSError):  # gone since it was listed
            stat = path.stat()
            stats.append((path.name, stat.st_mtime_ns, stat.st_size))
    return tuple(stats)


class WatchedStandard:
    """The standard in force, and the next one as soon as its files fit together or its day comes.

    A refused version is looked at once; the one in force stays, and `refused` says why.
    """

    def __init__(self, folder: Path = FOLDER, today: date | None = None) -> None:
        self._folder = folder
        self._seen = fingerprint(folder)
        self._files = Files(folder)
        self._today = today or local_date(clock_now())
        self.present = self._files.on(self._today)
        self.refused: str | None = None
        self._unversioned: dict[str, int] = {}

    @property
    def details(self) -> dict[str, object]:
        """What `/readyz` says: the version in force, and a warning while the files are refused."""
        warnings = [
            f"{name}: the formula has changed under version {number}: raise formula_version"
            for name, number in sorted(self._unversioned.items())
        ]
        if self.refused is not None:
            warnings.insert(0, f"catalogue refused: {self.refused[:DETAIL_MAX]}")
        return {"catalogue": self.present.version, **({"warnings": warnings} if warnings else {})}

    def next(self, today: date | None = None) -> Standard | None:
        """The new standard when files have changed or a version's day has come, else None.

        Raises `Refused` once for every version that can not be taken over.
        """
        today = today or local_date(clock_now())
        if today >= next_change(self.present.catalogue, self._today):
            self.present, self._today = self._files.on(today), today
            return self.present
        found = fingerprint(self._folder)
        if found == self._seen:
            return None
        self._seen = found
        before = self.present.catalogue
        try:
            files = Files(self._folder)
            self._files, self.present = files, files.on(today)
        except Refused as error:
            self.refused = str(error)
            raise
        self._today, self.refused = today, None
        self._note_unversioned(before)
        return self.present

    def _note_unversioned(self, before: Catalogue) -> None:
        """Keep in mind whose formula changed under the same number, until the number is another."""
        now = self.present.catalogue.indicators
        self._unversioned |= {
            name: now[name].formula_version
            for name in changed_without_version(before, self.present.catalogue)
        }
        self._unversioned = {
            name: number
            for name, number in self._unversioned.items()
            if name in now and now[name].formula_version == number
        }
