"""`ioc conform` on a running centre: what it finds, what it says, and with which status it ends."""

import json

import pytest

from services.cli.conformance.clauses import load_clauses
from services.cli.conformance.exceptions import load_exceptions
from services.cli.probes.registry import PROBES
from tests.centre import ROOT, Centre

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

FILE = ROOT / "examples" / "ministry_2025.ndjson"
HOW_MANY = {"5.1.1", "6.1.2", "16.2.1", "16.2.2", "16.2.3", "16.2.4"}
"""How many indicators there are is the catalogue's matter; everything else holds."""
OF_FORMS_TO_COME = {"8.1.4"}
BY_SENDING = {"4.2.1", "4.2.3", "6.4.2", "7.3.2", "11.2.2", "11.2.3"}


@pytest.fixture(scope="module")
def fed(centre: Centre) -> Centre:
    """The centre with the ministry's figures in it."""
    centre.ioc_json("send", str(FILE))
    centre.ioc_json("wait", "--timeout", "120")
    return centre


def test_every_probe_finds_that_its_clause_holds(fed: Centre) -> None:
    asked = fed.ioc("conform", "--json")
    claim = json.loads(asked.stdout)
    lines = {line["clause"]: line for line in claim["clauses"]}
    assert list(lines) == [clause.number for clause in load_clauses()]
    failed = {
        number: line["evidence"] for number, line in lines.items() if line["state"] == "failed"
    }
    assert failed.keys() <= HOW_MANY, failed
    passed = {number for number, line in lines.items() if line["state"] == "passed"}
    assert passed >= PROBES.keys() - HOW_MANY - OF_FORMS_TO_COME
    assert claim["met"] is (claim["level"] >= 1)
    assert asked.returncode == (0 if claim["met"] else 1)
    assert "TI-03" in claim["indicators"]
    silent = {number for number, line in lines.items() if line["state"] == "not checked"}
    musts = {number for number in silent if lines[number]["force"] == "Must"}
    assert musts <= load_exceptions().keys() | OF_FORMS_TO_COME


def test_reading_only_sends_nothing_and_says_so(fed: Centre) -> None:
    asked = fed.ioc("conform", "--read-only", "--level", "3")
    assert asked.returncode == 1
    assert "level 3: not met" in asked.stdout
    assert "asking the intake" in asked.stderr
    claim = json.loads(fed.ioc("conform", "--read-only", "--json").stdout)
    states = {line["clause"]: line["state"] for line in claim["clauses"]}
    assert "passed" not in {states[clause] for clause in BY_SENDING}
    assert states["11.3.3"] == "passed"
