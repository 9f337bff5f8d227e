"""The kinds of case: how each is folded, and the attributes that its measures may name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from services.domain.cases.alert import fold_alert
from services.domain.cases.dossier import (
    LATE_ATTRIBUTES,
    OF_RECEIPT,
    OUTCOMES,
    RECEIVED,
    fold_dossier,
)
from services.domain.cases.feedback import OUTCOMES as CLOSING
from services.domain.cases.feedback import SUBMITTED, fold_feedback
from services.domain.cases.fold import CalendarOf, Fold
from services.domain.cases.series import FINAL, REPORT, SERIES
from services.domain.cases.task import (
    ASSIGNED,
    COMPLETED,
    EXTENDED,
    OF_ASSIGNMENT,
    fold_task,
)
from services.domain.events import CONTRACT, Event

FoldOf = Callable[[Sequence[Event], CalendarOf, int], Fold | None]
FOLDS: Mapping[str, FoldOf] = {
    "dossier": fold_dossier,
    "feedback": fold_feedback,
    "task": fold_task,
    "alert": fold_alert,
}

ROW_TYPES = frozenset(
    {
        "vn.ioc.procedure.catalogue.v1",
        "vn.ioc.invest.plan.v1",
        "vn.ioc.hazard.bulletin.v1",
        "vn.ioc.feed.heartbeat.v1",
        "vn.ioc.threshold.set.v1",
    }
)
"""Types whose facts hold from their time until the next one of the same subject."""

Kind = Literal["instant", "duration", "number", "boolean", "text", "list"]


class Word(NamedTuple):
    """A name that a measure may use: the kind of its values, and the codes if it has some."""

    kind: Kind
    codes: tuple[str | int, ...] = ()


_KINDS: Mapping[str, Kind] = {
    "timestamp": "instant",
    "date": "instant",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "string": "text",
    "array": "list",
}
INSTANT, NUMBER, BOOLEAN = Word("instant"), Word("number"), Word("boolean")


def fields_of_type(name: str) -> dict[str, Word]:
    """The fields of an event type, and the instants of its envelope."""
    fields = {f.name: Word(_KINDS[f.kind], f.codes) for f in CONTRACT.types[name].fields}
    return {**fields, "time": INSTANT, "recordedtime": INSTANT}


def attributes_of_case(case: str) -> dict[str, Word]:
    """The attributes that the fold of this kind of case gives; empty for an unknown kind."""
    if case not in _ATTRIBUTES:
        return {}
    opening, taken, instants, own = _ATTRIBUTES[case]
    return {**_taken(opening, taken), **dict.fromkeys(instants, INSTANT), **own}


_ATTRIBUTES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...], Mapping[str, Word]]] = {
    "dossier": (
        RECEIVED,
        (*OF_RECEIPT, *LATE_ATTRIBUTES, "channel", "block"),
        ("received_at", "closed_at", "second_request_at", "deadline_at", "late_from"),
        {
            "outcome": Word("text", ("finished", "returned", "refused", "suspended", "withdrawn")),
            "e_result_ok": BOOLEAN,
            "handling_time": NUMBER,
            "limit_time": NUMBER,
            "is_late": BOOLEAN,
            "is_complained": BOOLEAN,
        },
    ),
    "feedback": (
        SUBMITTED,
        ("channel", "category", "urgency", "agency_id"),
        ("submitted_at", "episode_start", "closed_at", "late_from", "local_due"),
        {
            "outcome": Word("text", ("refused", "resolved")),
            "closed_late": BOOLEAN,
            "bad_now": BOOLEAN,
            "resolve_time": NUMBER,
            "resolve_share": NUMBER,
        },
    ),
    "task": (
        ASSIGNED,
        OF_ASSIGNMENT,
        ("assigned_at", "due_at", "completed_at", "closed_at"),
        {"void": BOOLEAN, "not_done_now": BOOLEAN},
    ),
    SERIES: (
        REPORT,
        ("series_id",),
        ("final_at",),
        {"revision_share": NUMBER, "vintages": NUMBER},
    ),
}
"""By kind: the opening event and what keeps the name and meaning of a field of it, the instants,
and what the fold makes."""


class Dated(NamedTuple):
    """The events of a case that set an instant of it, in a field of theirs or by their own time.

    `filter` says which of them do.
    """

    types: tuple[str, ...]
    field: str = "time"
    filter: tuple[Mapping[str, Any], ...] = ()


DATED_BY: Mapping[tuple[str, str], Dated] = {
    ("dossier", "received_at"): Dated((RECEIVED,)),
    ("dossier", "closed_at"): Dated(tuple(OUTCOMES)),
    ("feedback", "submitted_at"): Dated((SUBMITTED,)),
    ("feedback", "closed_at"): Dated(tuple(CLOSING)),
    ("task", "assigned_at"): Dated((ASSIGNED,)),
    ("task", "due_at"): Dated((ASSIGNED, EXTENDED), "due_at"),
    ("task", "completed_at"): Dated((COMPLETED,)),
    (SERIES, "final_at"): Dated(
        (REPORT,), "released_at", ({"field": "vn_level", "op": "=", "value": FINAL},)
    ),
}
"""By kind and attribute: what the instants are taken from at which measures count."""


def _taken(event_type: str, names: Sequence[str]) -> dict[str, Word]:
    """Attributes that keep the name and the meaning of a field of the opening event."""
    fields = fields_of_type(event_type)
    return {name: fields[name] for name in names}
