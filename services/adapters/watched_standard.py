"""Watches the files of the standard for a service that runs.

Keeps what is in force while the files are refused, and says what somebody should look at.
"""

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from services.adapters.clock import now as clock_now
from services.adapters.kept_standard import KeptStandard, laid_out
from services.adapters.logs import logger
from services.adapters.standards import FOLDER, MEASURES, Files, Standard, indicator_paths
from services.domain.engine.versions import calculations, next_change
from services.domain.errors import Refused
from services.domain.instants import local_date

DETAIL_MAX = 4_000
"""Characters of a refusal that are shown: with hundreds of faults the first ones will do."""

Fingerprint = tuple[tuple[str, int, int], ...]


def fingerprint(folder: Path = FOLDER) -> Fingerprint:
    """Name, time of change and size of every file of the catalogue; files are not opened."""
    stats = []
    for path in (folder / MEASURES, *indicator_paths(folder)):
        with contextlib.suppress(OSError):  # gone since it was listed
            stat = path.stat()
            stats.append((path.name, stat.st_mtime_ns, stat.st_size))
    return tuple(stats)


class WatchedStandard:
    """The standard in force, and the next one as soon as its files fit together or its day comes.

    A refused version is looked at once; the one in force stays, and `refused` says why. Files that
    are refused at the start have those in their place that are `kept`; without them `Refused` is
    raised.
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        today: date | None = None,
        kept: KeptStandard | None = None,
    ) -> None:
        self._log = logger("standard")
        self._folder = folder
        self._kept = kept
        self._kept_files: Files | None = None
        self._seen = fingerprint(folder)
        self._today = today or local_date(clock_now())
        self.refused: str | None = None
        try:
            with self._refusing():
                self._files = Files(folder)
                self.present = self._files.on(self._today)
        except Refused as error:
            self._files, self.present = self._restored(error)
            self.refused = str(error)
            self._log.error("catalogue_refused", detail=self.refused[:DETAIL_MAX])
        self.withdrawn: tuple[str, ...] = ()
        self._first = calculations(self.present.catalogue)

    @property
    def details(self) -> dict[str, object]:
        """What `/readyz` says: the version in force, and what somebody should look at."""
        warnings = (
            [] if self.refused is None else [f"catalogue refused: {self.refused[:DETAIL_MAX]}"]
        )
        warnings += [
            f"{name}: the formula has changed under version {number}: raise formula_version"
            for name, number in self._unversioned
        ]
        warnings += [
            f"{name}: is in force no longer, by its files or their dates" for name in self.withdrawn
        ]
        return {"catalogue": self.present.version, **({"warnings": warnings} if warnings else {})}

    def next(self, today: date | None = None) -> Standard | None:
        """The new standard when files have changed or a version's day has come, else None.

        Raises `Refused` once for every version that can not be taken over, for whatever reason.
        """
        today = today or local_date(clock_now())
        try:
            with self._refusing():
                return self._next(today)
        except Refused as error:
            self.refused = str(error)
            raise

    def keep(self) -> None:
        """Keep the files in force for those who start later; again when it could not be done."""
        files = self._files
        if self._kept is None or files is self._kept_files:
            return
        if self._kept.keep(self.present.version, files.texts):
            self._kept_files = files

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """Make a refusal of whatever is raised: no file ever ends a service."""
        try:
            yield
        except Refused:
            raise
        except Exception as error:
            self._log.exception("catalogue_not_understood")
            reason = f"the files can not be understood: {type(error).__name__}: {error}"
            raise Refused(reason) from error

    def _restored(self, error: Refused) -> tuple[Files, Standard]:
        texts = {} if self._kept is None else self._kept.texts()
        try:
            with laid_out(texts) as folder, self._refusing():
                files = Files(Path(folder))
                return files, files.on(self._today)
        except Refused:
            raise error from None  # nothing is kept, or not for this release

    def _next(self, today: date) -> Standard | None:
        if today >= next_change(self.present.catalogue, self._today):
            self._today = today
            self._adopt(self._files.on(today))
            return self.present
        found = fingerprint(self._folder)
        if found == self._seen:
            return None
        self._seen = found
        files = Files(self._folder)
        standard = files.on(today)
        self._files, self._today, self.refused = files, today, None
        self._adopt(standard)
        return self.present

    def _adopt(self, standard: Standard) -> None:
        """Put it in force, and keep in mind which indicators it leaves out."""
        before = {*self.withdrawn, *self.present.catalogue.indicators}
        withdrawn = tuple(sorted(before - set(standard.catalogue.indicators)))
        if gone := sorted(set(withdrawn) - set(self.withdrawn)):
            self._log.warning("indicators_withdrawn", indicators=gone)
        self.withdrawn = withdrawn
        self._first = calculations(standard.catalogue) | self._first
        self.present = standard

    @property
    def _unversioned(self) -> list[tuple[str, int]]:
        """Whose formula is another than the first that was in force under its number."""
        now = calculations(self.present.catalogue)
        return sorted(each for each, found in now.items() if found != self._first[each])
