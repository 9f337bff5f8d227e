"""`GET /v1/observations/{id}/explain`: what an observation was made of."""

import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import structs
from starlette.concurrency import run_in_threadpool

from services.api.answers import answer
from services.api.described import PLACE, one
from services.api.explain import DatabaseExplanations, Place, TooMuch, read_place, write_place
from services.api.parameters import only
from services.api.routes_observations import ObservationSources
from services.api.standard import StandardInForce
from services.domain.behind import Behind, Named, behind, measure_ids, missing_reporters, parse_id
from services.domain.engine.catalogue import Catalogue
from services.domain.engine.observation import Coverage, Observation
from services.domain.engine.versions import last_day
from services.domain.engine.windows import CONSTANT
from services.domain.errors import Unavailable
from services.domain.instants import format_instant, parse_instant
from services.domain.lineage import SHARES, Lineage
from services.domain.query import LIMIT_MAX as QUERY_LIMIT_MAX
from services.domain.query import (
    ObservationQuery,
    QueryRefused,
    read_cursor,
    read_limit,
    write_cursor,
)
from services.domain.units import UnitList

LIMIT_DEFAULT = 50
LIMIT_MAX = 500
RELEASES_MAX = 12
"""Of the reports behind a figure; each is a question for what was known then."""
REVISION_MEMBERS = ("value", "numerator", "denominator", "revision")
PARAMETERS = ("limit", "cursor")
EXPLANATION = {
    "type": "object",
    "description": "What the observation was made of; a member that does not apply is absent",
    "properties": {"observation": {"$ref": f"{PLACE}{Observation.__name__}"}},
    "required": ["observation", "formula"],
}


class _Part(msgspec.Struct):
    """What is needed of the observation of a unit below."""

    unit: str
    coverage: Coverage | None = None


class Explainer:
    """Puts together what the catalogue, the engine and the tables know of an observation."""

    def __init__(
        self,
        sources: ObservationSources,
        tables: DatabaseExplanations,
        standard: StandardInForce,
        units: UnitList,
        now: Callable[[], int],
    ) -> None:
        self._sources = sources
        self._tables = tables
        self._standard = standard
        self._units = units
        self._now = now
        self._lineage = Lineage(units)

    def parse(self, text: str) -> Named:
        """Take an id apart by the version in force, else by one of another time.

        Raises QueryRefused as `parse_id` does.
        """
        catalogue, vocabulary = self._standard.catalogue, self._standard.vocabulary
        for other in catalogue.past_and_coming:
            with contextlib.suppress(QueryRefused):
                return parse_id(text, catalogue, vocabulary)
            catalogue = other
        return parse_id(text, catalogue, vocabulary)

    def explain(self, named: Named, limit: int, after: Place | None) -> dict[str, Any]:
        """Make the document; a member that does not apply is not there.

        Raises QueryRefused when there is no such observation, Unavailable without a database.
        """
        observation = self._observation(named, named.query)
        if observation is None:
            raise QueryRefused("id", f"there is no observation {named.id}", unknown=True)
        catalogue = self._version(named, observation)
        named = structs.replace(named, formula=catalogue.formulas[named.formula.id])
        document: dict[str, Any] = {"observation": observation}
        document["formula"] = _formula(named, catalogue)
        if "coverage" in observation:
            document["reporters"] = self._reporters(named, observation)
        if named.query.constant:
            return document | {"former_units": self._former_units(named)}
        end = parse_instant(observation["end"]) if "end" in observation else None
        found = behind(named, catalogue, self._units, self._now(), end)
        document["revisions"] = self._revisions(named, catalogue, found)
        if found is None:
            return document
        events, last = self._tables.events(found, limit, after)
        document["events"] = {"items": events, "next": write_cursor(write_place(last))}
        with contextlib.suppress(TooMuch):
            summary = self._tables.summary(found)
            document["offsets"] = summary.offsets
            if summary.inputs is not None:
                document["inputs"] = summary.inputs
        return document

    def _observation(self, named: Named, query: ObservationQuery) -> dict[str, Any] | None:
        for item in self._sources.find(query).items:
            observation: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(item))
            if observation["id"] == named.id:
                return observation
        return None

    def _revisions(
        self, named: Named, catalogue: Catalogue, found: Behind | None
    ) -> list[dict[str, Any]]:
        """What was said of the period, newest first.

        Of reports what was known at each release; of too many, and of counts, the rows at rest.
        """
        if found is not None and named.period and catalogue.by_vintage(named.formula):
            with contextlib.suppress(TooMuch):
                releases = self._tables.releases(found, RELEASES_MAX + 1)
                if 0 < len(releases) <= RELEASES_MAX:
                    return self._known(named, releases)
        return self._tables.revisions(named.id)

    def _known(self, named: Named, releases: list[int]) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for at in sorted(at for at in releases if at <= self._now()):
            known = self._observation(named, structs.replace(named.query, known_at=at))
            if known is None or known.get("value") is None:
                continue
            says = {name: known[name] for name in REVISION_MEMBERS if name in known}
            if not told or told[-1] != told[-1] | says:
                told.append({"as_of": format_instant(at)} | says)
        return told[::-1]

    def _former_units(self, named: Named) -> list[dict[str, Any]]:
        """The former units whose counts were moved, each with its share and its own observation.

        What was sent for them is behind those observations.
        """
        _, _, rest = named.id.split("|", 2)
        placed = rest.replace(f"~{CONSTANT}", "")
        return [
            {
                "unit": share.unit,
                "share": share.millionths / SHARES,
                "whole": share.whole,
                "observation": f"{named.formula.id}|{share.unit}|{placed}",
            }
            for share in self._lineage.origins(named.unit)
        ]

    def _reporters(self, named: Named, observation: dict[str, Any]) -> dict[str, Any]:
        """How many are expected and have reported, and who is missing where that can be told."""
        coverage = msgspec.convert(observation["coverage"], Coverage)
        missing: tuple[str, ...] | None = ()
        if coverage.reported < coverage.expected:
            units = tuple(
                unit.key
                for unit in self._units.children(named.unit)
                if unit.valid_to is None or not named.query.constant
            )
            below = structs.replace(named.query, units=units, limit=QUERY_LIMIT_MAX)
            items = msgspec.json.encode(self._sources.find(below).items)
            parts = msgspec.json.decode(items, type=list[_Part])
            missing = missing_reporters(
                observation["unit"], coverage, [(part.unit, part.coverage) for part in parts]
            )
        known = structs.asdict(coverage)
        return known if missing is None else known | {"missing": missing}

    def _version(self, named: Named, observation: dict[str, Any]) -> Catalogue:
        """The catalogue that has the formula in the version that made an observation.

        A record from before observations named it (None) is taken for one of the version in force.
        Raises Unavailable when another service has made it by files that are not in force here.
        """
        present, version = self._standard.catalogue, observation.get("formula_version")
        end = parse_instant(observation["end"]) if "end" in observation else self._now()
        then = present.on(last_day(end, self._now()))
        for catalogue in (then, present, *present.past_and_coming):
            indicator = catalogue.indicators.get(named.formula.indicator)
            known = indicator is not None and named.formula.id in catalogue.formulas
            if known and indicator is not None and version in {None, indicator.formula_version}:
                return catalogue
        raise Unavailable(
            f"{named.formula.indicator} was computed by version {version} of its formula, which is"
            " not in force here: ask again, or see the warnings of `ioc status`"
        )


def _formula(named: Named, catalogue: Catalogue) -> dict[str, Any]:
    """The formula in words is that of the indicator; its components have none of their own."""
    formula = named.formula
    indicator = catalogue.indicators[formula.indicator]
    document: dict[str, Any] = {"id": formula.id, "version": indicator.formula_version}
    if formula.component is None:
        document["text"] = indicator.formula
    for side, names in (("numerator", formula.numerator), ("denominator", formula.denominator)):
        if names:
            document[side] = measure_ids(names, catalogue)
    return document | {"measures": measure_ids(formula.references, catalogue)}


def explain_routes(explainer: Explainer) -> APIRouter:
    """Make the route of explanations."""
    router = APIRouter(tags=["observations"])

    @router.get("/v1/observations/{observation:path}/explain", responses=one(EXPLANATION, 404, 503))
    async def explain(
        request: Request, observation: str, limit: str | None = None, cursor: str | None = None
    ) -> Response:
        """What an observation was made of: formula, reporters, revisions, and a page of its events.

        The events are those of each of its measures: all events of the cases that count in the
        window, also those before and after it; facts dated in the window; every vintage of the
        reports that its filter asks for; the reference values in force at its end. A growth rests
        on its base as well, an index of air quality on the hours that it looks back over, a stock
        on everything before. Corrections and retractions belong to what they change.

        `revisions` are the values since the period was final, newest first; of reports what was
        known after each release (of at most 12, else the values that were published).

        `inputs` are the outcomes of the events as their receipts say, `offsets` the first and last
        record of each partition that holds them. Both cover all the events, `events` one page; they
        are absent where there are too many to go through in a few seconds.
        """
        only(request, PARAMETERS)
        named = explainer.parse(observation)
        size = read_limit(limit, LIMIT_DEFAULT, LIMIT_MAX)
        after = read_place(read_cursor(cursor))
        return answer(request, await run_in_threadpool(explainer.explain, named, size, after))

    return router
