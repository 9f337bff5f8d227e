"""The standard by which a replica answers: read from its files, and taken over when they change."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from services.adapters.kept_standard import KeptStandard
from services.adapters.logs import logger
from services.adapters.standards import FOLDER, Standard
from services.adapters.watched_standard import DETAIL_MAX, WatchedStandard
from services.api.metrics import ApiMetrics
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.windows import PERIODS, ROLLING
from services.domain.errors import Refused
from services.domain.vocabulary import Offer, Vocabulary

WINDOWS: Final = frozenset((*ROLLING, *PERIODS, "instant", "all"))
LOOK_S: Final = 1.0


class StandardInForce:
    """What is in force now. A refused version changes nothing but the warnings and a metric."""

    def __init__(
        self,
        metrics: ApiMetrics,
        knows_unit: Callable[[str], bool],
        folder: Path = FOLDER,
        kept: KeptStandard | None = None,
    ) -> None:
        self._watched = WatchedStandard(folder, kept=kept)
        self._metrics = metrics
        self._knows_unit = knows_unit
        self._changed: list[Callable[[Standard], None]] = []
        self._log = logger("standard")
        self.vocabulary = vocabulary_of(self.catalogue, knows_unit)
        metrics.catalogue.in_force(self.version)
        metrics.catalogue.refused.set(self._watched.refused is not None)

    @property
    def catalogue(self) -> Catalogue:
        """The formulas in force."""
        return self._watched.present.catalogue

    @property
    def documents(self) -> tuple[dict[str, Any], ...]:
        """The indicators in force, as their files say."""
        return self._watched.present.documents

    @property
    def version(self) -> str:
        """The digest by which clients and other services know it."""
        return self._watched.present.version

    def details(self) -> dict[str, object]:
        """What `/readyz` says of it."""
        return self._watched.details

    def on_change(self, tell: Callable[[Standard], None]) -> None:
        """Call `tell` in the event loop with each standard that comes into force."""
        self._changed.append(tell)

    async def run(self) -> None:
        """Look at the files and at the clock once a second until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()

    async def look(self) -> None:
        """Take over what has changed."""
        try:
            found = await asyncio.to_thread(self._watched.next)
        except Refused as error:
            self._metrics.catalogue.was_refused()
            self._log.error("catalogue_refused", detail=str(error)[:DETAIL_MAX])
            return
        if found is None:
            return
        self.vocabulary = vocabulary_of(found.catalogue, self._knows_unit)
        refused = self._watched.refused is not None
        self._metrics.catalogue.adopted(found.version, refused=refused)
        self._log.info("catalogue_adopted", version=found.version)
        for tell in self._changed:
            tell(found)


def vocabulary_of(catalogue: Catalogue, knows_unit: Callable[[str], bool]) -> Vocabulary:
    """The names that queries may use: those of every version, so that the past can be asked for."""
    offers: dict[str, Offer] = {}
    for each in catalogue.family:
        for name, formula in each.formulas.items():
            known = offers.get(name, Offer())
            named = each.indicators[formula.indicator].dimensions
            offers[name] = Offer(
                known.windows.union(formula.windows),
                known.dimensions.union(dim for dim in named if each.has_dimension(formula, dim)),
            )
    dimensions = (offer.dimensions for offer in offers.values())
    return Vocabulary(offers, WINDOWS, frozenset().union(*dimensions), knows_unit)
