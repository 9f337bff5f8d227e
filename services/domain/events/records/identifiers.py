"""The identifiers that records of several domains share."""

from typing import Annotated, Literal

from services.domain.events.fields import text, whole

CASE_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{2,63}$"
"""How the subject of a case, or of a thing that its source has numbered, is written."""

AgencyId = Annotated[
    str,
    text(r"^[A-Z0-9]+(\.[A-Z0-9-]+)*$", length_max=40, note="identifier of QĐ 20/2020/QĐ-TTg"),
]
Code = Annotated[str, text(r"^[A-Za-z0-9._-]{1,40}$")]
IndicatorId = Annotated[
    str, text(r"^[A-Z]{2}-[0-9]{2}(\.[a-z0-9_]+)?$", note="an indicator or one of its figures")
]
UnitCode = Annotated[str, text(r"^(N:VN|P:[0-9]{2}|C:[0-9]{5}|D:[0-9]{3})$")]
Reason = Annotated[str, text(length_max=500)]
Remark = Annotated[str, text(length_max=1000)]
Person = Annotated[str, text(length_max=100)]
AlertLevel = Annotated[int, whole(1, 5)]
Domain = Literal[
    "public-service",
    "citizen-feedback",
    "resolution-tasks",
    "economy",
    "digital-economy",
    "telecom",
    "science-innovation",
    "environment",
    "traffic-safety",
    "health",
    "education",
    "social",
    "cyber",
    "tourism",
    "ioc-quality",
]
