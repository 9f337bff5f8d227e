"""Opens the standard: measures and indicators from the files under `standards/`."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from services.adapters.clock import now as clock_now
from services.adapters.standard_files import IndicatorFile, MeasuresFile
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.catalogue_faults import indicator_faults
from services.domain.engine.indicator import Indicator
from services.domain.engine.measures import Measure
from services.domain.engine.references import cycle_faults, resting_on
from services.domain.engine.versions import in_force, listings, version_faults
from services.domain.errors import Refused
from services.domain.instants import local_date

FOLDER = Path(__file__).resolve().parents[2] / "standards"
MEASURES, INDICATORS, SUFFIX = "measures.yaml", "indicators", ".yaml"


class Standard(NamedTuple):
    """What is in force on a day: the catalogue, and its indicators as their files say.

    `version` is a digest of both: two services that name the same one compute the same.
    """

    catalogue: Catalogue
    documents: tuple[dict[str, Any], ...]
    version: str


def load_measure_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The measures as data; raises `Refused` with every fault of their file."""
    found = MeasuresFile(folder / MEASURES)
    if found.faults:
        raise Refused("\n".join(found.faults))
    return found.documents


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


def indicator_paths(folder: Path) -> list[Path]:
    """The files of the indicators, and those that look like one and can not be read as such.

    What begins with a dot is an editor's.
    """
    return sorted(
        path
        for path in (folder / INDICATORS).glob("*")
        if path.suffix.lower() in {".yaml", ".yml"} and not path.name.startswith(".")
    )


def load_catalogue(folder: Path = FOLDER, today: date | None = None) -> Catalogue:
    """The catalogue of a day, by default today; raises `Refused` as `load_standard` does."""
    return load_standard(folder, today).catalogue


class Files:
    """All files of the standard as they stood when they were read, sound or not.

    `texts` is what stands in them, by their path in the folder.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._measures = MeasuresFile(folder / MEASURES)
        paths = indicator_paths(folder)
        self._files = [IndicatorFile(path) for path in paths if path.suffix == SUFFIX]
        self.texts = {f"{INDICATORS}/{file.name}": file.text for file in self._files}
        self.texts[MEASURES] = self._measures.text
        others = [path for path in paths if path.suffix != SUFFIX]
        self._form = [fault for file in self._files for fault in file.faults]
        self._form += [f"{p.name}:1: is not read: rename it to {p.stem}{SUFFIX}" for p in others]
        self._form += self._measures.faults
        if not paths:
            self._form.append(f"{INDICATORS}: there is no file in it, or no such folder")
        self._unsound = {name for file in self._files if file.faults for name in file.names}
        self._unsound |= {path.name.partition(".")[0] for path in others}
        self._unsound |= self._measures.unsound

    @property
    def _versions(self) -> dict[int, tuple[Indicator, IndicatorFile]]:
        """Every sound version with its file, by identity: two of an indicator may be equal."""
        return {
            id(f.indicator): (f.indicator, f)
            for f in self._files
            if f.indicator is not None and not f.faults
        }

    def on(self, today: date) -> Standard:
        """What is in force on a day.

        Raises `Refused` with file, line and reason of all that has a wrong form or does not fit
        together.
        """
        faults = [*self._form, *dict.fromkeys(self._misfits(today))]
        if faults:
            raise Refused("\n".join(faults))
        measures = self._measures.measures
        catalogue = in_force(measures, (v for v, _ in self._versions.values()), today)
        documents = tuple(
            self._versions[id(indicator)][1].document
            for _, indicator in sorted(catalogue.indicators.items())
        )
        return Standard(catalogue, documents, _digest(measures, catalogue))

    def _misfits(self, today: date) -> Iterator[str]:
        """What does not fit together, without what only follows from a file of a wrong form."""
        versions = self._versions
        given = [version for version, _ in versions.values()]
        known = {measure.id for measure in self._measures.measures}
        silent = resting_on(given, self._unsound, known if self._measures.nameless else None)
        for version, fault in version_faults(given):
            if version.id not in self._unsound:
                yield versions[id(version)][1].describe(fault)
        for _, listed in listings(given, today):
            held = {version.id: versions[id(version)][1] for version in listed}
            found = indicator_faults(self._measures.measures, listed)
            for fault in (*found, *cycle_faults(listed)):
                if fault.indicator not in silent:
                    yield held[fault.indicator].describe(fault)


def _digest(measures: list[Measure], catalogue: Catalogue) -> str:
    eras = [
        (era.begin, sorted(era.catalogue.indicators.values(), key=lambda each: each.id))
        for era in catalogue.eras
    ]
    today = sorted((each.id, each.formula_version) for each in catalogue.indicators.values())
    body = msgspec.json.encode((measures, eras, today), order="deterministic")
    return hashlib.blake2b(body, digest_size=6).hexdigest()
