"""The typed records, one class for each event type of this release."""

from services.domain.events.event import Record
from services.domain.events.records.dossier import (
    DossierFinished,
    DossierRated,
    DossierReceived,
    DossierRefused,
    DossierReturned,
    DossierSupplementCompleted,
    DossierSupplementRequested,
    DossierSuspended,
    DossierWithdrawn,
)
from services.domain.events.records.reference import (
    ReferenceCalendarDay,
    ReferenceExpectation,
    ReferenceList,
    ReferenceValue,
)
from services.domain.events.records.reports import (
    SectorRevenue,
    StatReport,
    TelecomSubscription,
)

RECORDS: tuple[type[Record], ...] = (
    DossierReceived,
    DossierSupplementRequested,
    DossierSupplementCompleted,
    DossierFinished,
    DossierReturned,
    DossierRefused,
    DossierSuspended,
    DossierWithdrawn,
    DossierRated,
    StatReport,
    SectorRevenue,
    TelecomSubscription,
    ReferenceValue,
    ReferenceCalendarDay,
    ReferenceList,
    ReferenceExpectation,
)
