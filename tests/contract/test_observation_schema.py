"""The schema of an observation: what the engine gives fits it, and its words are the standard's."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

import schemas
from schemas.observation_schema import observation_schema
from services.adapters.standards import FOLDER
from services.domain.engine.feeds import figure_of_feed
from services.domain.engine.observe import Observer
from services.domain.engine.observing import Moment
from services.domain.engine.state import FigureRecord, State
from services.domain.engine.windows import STATISTICAL
from services.domain.instants import HOUR, parse_instant
from tests.unit.engine_centre import catalogue, units

HEARD = parse_instant("2025-10-06T08:00:00+07:00")
PROVINCE = "P:33@2025-07-01"


@pytest.fixture(name="validator", scope="module")
def _validator() -> Draft202012Validator:
    schema = json.loads((Path(schemas.__file__).parent / "observation.json").read_text("utf-8"))
    assert schema == json.loads(json.dumps(observation_schema()))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def observed(now: int) -> list[dict[str, Any]]:
    """Every formula of a province whose only feed of dossiers was heard at HEARD."""
    state = State(catalogue(), units())
    feed = ("feed", PROVINCE, "public-service", "mot-cua", "feeds", "")
    state.put_figures([FigureRecord(*feed, figure_of_feed(HEARD, HEARD, 3600), 1)])
    cell, observer = state.cells.number(PROVINCE), Observer(state)
    found = [
        each
        for formula in catalogue().formulas.values()
        for window in formula.windows
        for each in observer.observe(formula, window, STATISTICAL, [cell], Moment(now, now))
    ]
    documents: list[dict[str, Any]] = json.loads(msgspec.json.encode(found))
    return documents


@pytest.mark.parametrize("state", ["live", "late", "stale"])
def test_what_the_engine_says_fits(validator: Draft202012Validator, state: str) -> None:
    now = HEARD + {"live": 30, "late": 75, "stale": 100}[state] * HOUR // 60
    documents = observed(now)
    assert state in {document["freshness"]["state"] for document in documents}
    for document in documents:
        assert not list(validator.iter_errors(document))


def test_a_state_that_the_standard_does_not_know_does_not_fit(
    validator: Draft202012Validator,
) -> None:
    (document, *_) = observed(HEARD + HOUR)
    assert validator.is_valid(document)
    assert not validator.is_valid(document | {"freshness": {"state": "fresh"}})
    assert not validator.is_valid({name: document[name] for name in document if name != "value"})


def test_the_states_are_those_of_the_standard() -> None:
    codes = yaml.safe_load((FOLDER / "codes.yaml").read_text("utf-8"))["freshness"]["codes"]
    state = observation_schema()["$defs"]["Freshness"]["properties"]["state"]
    assert set(state["enum"]) == set(codes)
