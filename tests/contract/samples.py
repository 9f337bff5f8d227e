"""The examples committed with the schemas, and the clock and units they are judged by."""

import copy
import datetime
import json
from functools import cache
from pathlib import Path
from typing import Any

from services.domain.events import Accepted, Rejected
from services.domain.instants import parse_instant

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "examples"
NOW = parse_instant("2026-06-01T00:00:00+07:00")

Document = dict[str, Any]


class ListedUnits:
    """A unit list that has the same few units on every day."""

    def __init__(self, *codes: str) -> None:
        self._codes = frozenset(codes)

    def known(self, code: str, on: datetime.date) -> bool:
        return code in self._codes


UNITS = ListedUnits("N:VN", "P:33", "C:11953", "C:11977", "C:11980")


@cache
def examples() -> dict[str, Document]:
    """By event type: documents that are valid, and patches that make the first of them invalid."""
    return {
        place.name.removesuffix(".json"): json.loads(place.read_text(encoding="utf-8"))
        for place in sorted(EXAMPLES.glob("*.json"))
    }


def valid_example(event_type: str) -> Document:
    """A copy of the first valid document of a type."""
    document: Document = copy.deepcopy(examples()[event_type]["valid"][0])
    return document


def received(**changes: Any) -> Document:
    """A valid receipt of a dossier with members of its envelope replaced; None takes one out."""
    document = valid_example("vn.ioc.dossier.received.v1") | changes
    return {name: value for name, value in document.items() if value is not None}


def patched(document: Document, patch: list[Document]) -> Document:
    """A copy after `replace`, `add` and `remove` of JSON Patch on members of objects."""
    result = copy.deepcopy(document)
    for step in patch:
        *path, last = step["path"].lstrip("/").split("/")
        target = result
        for name in path:
            target = target[name]
        if step["op"] == "remove":
            del target[last]
        else:
            target[last] = step["value"]
    return result


def sent(document: object) -> bytes:
    """A document as most sources write it: UTF-8 without blanks."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def faults(verdict: Accepted | Rejected) -> list[tuple[str, str]]:
    """Code and pointer of each fault."""
    found = verdict.faults if isinstance(verdict, Rejected) else ()
    return [(fault.code, fault.pointer) for fault in found]


def warnings(verdict: Accepted | Rejected) -> list[tuple[str, str]]:
    """Code and pointer of each warning of an accepted record."""
    assert isinstance(verdict, Accepted), verdict
    return [(warning.code, warning.pointer) for warning in verdict.warnings]
