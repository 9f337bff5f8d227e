"""The typed records, one class for each event type of this release."""

from services.domain.events.event import Record
from services.domain.events.records.alerts import (
    AlertAcknowledged,
    AlertCleared,
    AlertEscalated,
    AlertRaised,
)
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
from services.domain.events.records.economy import (
    BudgetEntry,
    EnterpriseStatus,
    ExchangeDeal,
    InvestDisbursement,
    InvestPlan,
)
from services.domain.events.records.environment import (
    EnvReading,
    HazardBulletin,
)
from services.domain.events.records.feedback import (
    FeedbackAssigned,
    FeedbackInProgress,
    FeedbackPublished,
    FeedbackRated,
    FeedbackRefused,
    FeedbackReopened,
    FeedbackResolved,
    FeedbackSubmitted,
    FeedbackSupplementRequested,
    FeedbackTransferred,
)
from services.domain.events.records.governance import (
    AdminChange,
    TargetSet,
    ThresholdSet,
)
from services.domain.events.records.networks import (
    TelecomCoverage,
    TelecomOutage,
)
from services.domain.events.records.operations import (
    CyberDetected,
    CyberResolved,
    FeedHeartbeat,
    ProbeResult,
)
from services.domain.events.records.procedures import (
    ProcedureCatalogue,
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
from services.domain.events.records.safety import (
    EmergencyCall,
    TrafficCrash,
    TrafficReading,
)
from services.domain.events.records.society import (
    HealthBed,
    HealthCase,
    SchoolReport,
    StaffProfileCount,
    StayCheckin,
)
from services.domain.events.records.tasks import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskExtended,
    TaskProgress,
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
    ProcedureCatalogue,
    FeedbackSubmitted,
    FeedbackAssigned,
    FeedbackTransferred,
    FeedbackRefused,
    FeedbackSupplementRequested,
    FeedbackInProgress,
    FeedbackResolved,
    FeedbackPublished,
    FeedbackReopened,
    FeedbackRated,
    TaskAssigned,
    TaskProgress,
    TaskExtended,
    TaskCompleted,
    TaskCancelled,
    StatReport,
    SectorRevenue,
    TelecomSubscription,
    TelecomCoverage,
    TelecomOutage,
    BudgetEntry,
    InvestDisbursement,
    InvestPlan,
    EnterpriseStatus,
    ExchangeDeal,
    EnvReading,
    HazardBulletin,
    TrafficReading,
    TrafficCrash,
    EmergencyCall,
    HealthCase,
    HealthBed,
    SchoolReport,
    StayCheckin,
    StaffProfileCount,
    CyberDetected,
    CyberResolved,
    FeedHeartbeat,
    ProbeResult,
    AdminChange,
    TargetSet,
    ThresholdSet,
    AlertRaised,
    AlertAcknowledged,
    AlertEscalated,
    AlertCleared,
    ReferenceValue,
    ReferenceCalendarDay,
    ReferenceList,
    ReferenceExpectation,
)
"""In the order of the contract."""
