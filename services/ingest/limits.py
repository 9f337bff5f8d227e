"""Every bound of the intake in one place, with what happens when it is reached."""

import msgspec

from services.adapters.settings import Settings


class IngestLimits(msgspec.Struct, frozen=True):
    """The bounds of one process."""

    body_bytes_max: int
    """A larger body, as sent or inflated, is refused: 413."""
    records_max: int
    """A request with more records is refused as a whole: 413."""
    record_bytes_max: int
    """A longer record is rejected as `too_large`; its dead letter is cut to this length."""
    in_flight_bytes_max: int
    """Bytes of all requests that are not yet acknowledged; beyond it: 429."""
    body_seconds_max: float = 60.0
    """A body that takes longer to arrive is given up: 408."""
    acknowledge_seconds_max: float = 10.0
    """After this long without Kafka's acknowledgement: 503; the sender sends again."""
    slice_records: int = 500
    """So many records are judged before other requests get their turn."""
    slice_bytes: int = 512 * 1024
    """So many bytes likewise."""
    unacknowledged_bytes_max: int = 8 * 1024 * 1024
    """A request that has produced more waits for Kafka before its next slice."""
    verdicts_listed_max: int = 10_000
    """Verdicts beyond it are counted in `verdicts_omitted`, not listed."""
    findings_per_record_max: int = 20
    """Findings of one record beyond it are left out of verdict, receipt and dead letter."""
    detail_characters_max: int = 300
    """A longer detail of a finding is cut."""
    receipt_rejections_max: int = 1_000
    """Rejections beyond it are counted in the receipt, not listed."""
    receipt_bytes_max: int = 256 * 1024
    """Rejections that would make the stored receipt longer are not listed either."""
    retry_after_seconds: int = 2
    """What 429 and 503 tell the sender to wait."""


def limits_of(settings: Settings) -> IngestLimits:
    """Take from the settings what an operator may change; the rest stays as it is here."""
    return IngestLimits(
        body_bytes_max=settings.body_bytes_max,
        records_max=settings.batch_records_max,
        record_bytes_max=settings.record_bytes_max,
        in_flight_bytes_max=settings.in_flight_bytes_max,
    )
